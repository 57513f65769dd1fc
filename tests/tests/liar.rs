//! The lying node: each behaviour is the lie that it is called, and the honest one says what it should.

use medproof_core::plain::{Client, Policy, Seller};
use medproof_core::{encoding::Message, verdict::Overall};
use medproof_tests::liar::{Behaviour, OUTCOMES, World, ask, respond};
use medproof_tests::stock::product_code;

const NOW_MS: u64 = 1_795_000_000_000;

fn recalled() -> String {
    OUTCOMES.iter().find(|outcome| outcome.name == "recalled").expect("an outcome").scan()
}

#[test]
fn the_honest_node_gives_each_outcome() {
    let world = World::new(NOW_MS);
    for outcome in &OUTCOMES {
        let verdict = ask(&world, Behaviour::Honest, &outcome.scan(), outcome.purpose, NOW_MS);
        assert_eq!(verdict.overall, outcome.overall, "{}: {:?}", outcome.name, verdict.reasons);
        assert_eq!(verdict.axes.trust, "quorum", "{}", outcome.name);
    }
}

#[test]
fn each_lie_is_refused_by_its_own_check() {
    let world = World::new(NOW_MS);
    for (behaviour, code) in [
        (Behaviour::Tampered, "trust.state.root"),
        (Behaviour::Incomplete, "trust.proof.incomplete"),
        (Behaviour::OtherChain, "trust.header.other-chain"),
        (Behaviour::WeakQuorum, "trust.certificate.power-short"),
        (Behaviour::Garbage, "trust.message.magic"),
        (Behaviour::CutOff, "trust.message.truncated"),
    ] {
        let verdict = ask(&world, behaviour, &recalled(), "holder", NOW_MS);
        let found = verdict.axes.problem.map(|problem| problem.code);
        assert_eq!((verdict.overall, found), (Overall::CannotTell.name(), Some(code)), "{}", behaviour.name());
    }
    let old = ask(&world, Behaviour::Old, &recalled(), "holder", NOW_MS);
    assert_eq!((old.overall, old.axes.freshness), (Overall::CannotTell.name(), Some("stale")));
}

/// What a client that went forward with the honest node makes of another node's answer about a seller. Of a header that
/// it has checked, it looks at no other certificate: there it asks without going forward.
fn seller(world: &World, behaviour: Behaviour, domain: &str) -> Seller {
    let mut client = Client::new(&world.anchor.to_bytes()).expect("an anchor");
    let update = respond(world, Behaviour::Honest, "v1/updates", "from=0&size=0", &[]).body;
    if behaviour != Behaviour::WeakQuorum {
        client.advance(&update, NOW_MS).expect("an honest update");
    }
    let bundle = respond(world, behaviour, "v1/bundles", &format!("seller={domain}&have=0"), &[]).body;
    let (purpose, mode) = ("buyer".into(), "online".into());
    let policy = Policy { purpose, mode, max_age_online_ms: None, max_age_carried_ms: None, clock_tolerance_ms: None };
    client.verify_seller(domain, &bundle, NOW_MS, &policy).expect("a policy")
}

#[test]
fn no_node_can_lend_a_shop_another_sellers_name() {
    let world = World::new(NOW_MS);
    let honest = seller(&world, Behaviour::Honest, "shop.example");
    assert_eq!((honest.proved, honest.info.map(|info| info.name_en).as_deref()), (true, Some("Example Pharmacy")));
    for (behaviour, domain, reason) in [
        (Behaviour::Honest, "closed.example", "seller.suspended"),
        (Behaviour::Impostor, "closed.example", "seller.other-domain"),
        (Behaviour::Impostor, "rogue.example", "seller.other-domain"),
        (Behaviour::Renamed, "rogue.example", "seller.other-information"),
        (Behaviour::Tampered, "closed.example", "trust.state.root"),
        (Behaviour::Old, "closed.example", "seller.stale"),
        (Behaviour::Old, "shop.example", "seller.stale"),
        (Behaviour::OtherChain, "shop.example", "trust.header.other-chain"),
        (Behaviour::Fork, "shop.example", "trust.fork"),
        (Behaviour::WeakQuorum, "shop.example", "trust.certificate.power-short"),
        (Behaviour::CutOff, "shop.example", "trust.message.truncated"),
        (Behaviour::Garbage, "shop.example", "trust.message.magic"),
        (Behaviour::Error, "shop.example", "trust.message.magic"),
    ] {
        let found = seller(&world, behaviour, domain);
        assert_eq!((found.proved, found.reason), (false, Some(reason)), "{} {domain}", behaviour.name());
    }
    let nobody = respond(&world, Behaviour::Honest, "v1/bundles", "seller=nobody.example", &[]);
    assert_eq!(nobody.status, 404);
}

#[test]
fn two_honest_looking_headers_of_one_height_are_a_fork() {
    let world = World::new(NOW_MS);
    let mut client = Client::new(&world.anchor.to_bytes()).expect("an anchor");
    let update = |behaviour, client: &Client| {
        let query = format!("from={}&size={}", client.height(), client.history_size());
        respond(&world, behaviour, "v1/updates", &query, &[]).body
    };
    let honest = update(Behaviour::Honest, &client);
    let advanced = client.advance(&honest, NOW_MS).expect("an honest update");
    assert!(advanced.newer && advanced.history_shown);
    let fork = update(Behaviour::Fork, &client);
    assert_eq!(client.advance(&fork, NOW_MS).expect_err("a fork").code, "trust.fork");
    assert!(client.fork().is_some());
}

#[test]
fn the_world_goes_on_and_its_history_with_it() {
    let mut world = World::new(NOW_MS);
    let mut client = Client::new(&world.anchor.to_bytes()).expect("an anchor");
    for minutes in 0..3 {
        let now = NOW_MS + minutes * 60_000;
        world.go_on(now);
        let query = format!("from={}&size={}", client.height(), client.history_size());
        let update = respond(&world, Behaviour::Honest, "v1/updates", &query, &[]).body;
        assert!(client.advance(&update, now).expect("an honest update").newer);
    }
}

#[test]
fn a_bucket_that_would_be_too_large_names_the_bits_to_use() {
    let world = World::new(NOW_MS);
    let client = Client::new(&world.anchor.to_bytes()).expect("an anchor");
    let mut bits = 32;
    let answer = loop {
        let prefix = client.bucket_prefix(&recalled(), bits).expect("a pack");
        let hex: String = prefix.iter().map(|byte| format!("{byte:02x}")).collect();
        let path = format!("v1/buckets/{bits}/{}", &hex[..usize::from(bits).div_ceil(4)]);
        let query = format!("product=1:{}", product_code(1).code());
        let answer = respond(&world, Behaviour::Honest, &path, &query, &[]);
        if answer.status == 200 {
            break answer;
        }
        let problem: serde_json::Value = serde_json::from_slice(&answer.body).expect("a problem");
        assert_eq!(problem["type"], "proof.bucket-size");
        bits = u8::try_from(problem["bits"].as_u64().expect("bits")).expect("a small number");
    };
    assert!(bits > 32 && !answer.body.is_empty());
}
