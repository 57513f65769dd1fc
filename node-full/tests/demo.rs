//! The demonstration's year, in small: every thing to scan comes out as the story says.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use http_body_util::BodyExt;
use medproof_core::{
    encoding::Message,
    identity::{Lot, MemberId, ProductCode},
    leaf::{Leaf, Place, Prior, State, StateCode, UnitPlace},
    plain::{Client, Policy},
    state::Path,
};
use medproof_node::{
    config::Config,
    demo::{
        self,
        outcomes::{outcomes, verdict},
        year::{Scale, Year},
    },
    fault::Fault,
    folder::Folder,
    http::Face,
    index::{Index, Standing},
};
use medproof_rules::{
    ItemName,
    body::{Act, Body as EventBody, number},
};
use medproof_store::View;
use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};
use tower::ServiceExt;

/// The proof about a scan, as anybody gets it from the interface.
async fn served(router: &Router, scan: &str) -> Vec<u8> {
    let code: String = scan.bytes().map(|byte| format!("%{byte:02X}")).collect();
    asked(router, &format!("/v1/proofs?code={code}&have=0")).await
}

async fn asked(router: &Router, path: &str) -> Vec<u8> {
    let mut request = Request::get(path).body(Body::empty()).expect("a request");
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 40_000))));
    let response = router.clone().oneshot(request).await.expect("an answer");
    assert_eq!(response.status(), 200, "{path}");
    response.into_body().collect().await.expect("bytes").to_bytes().to_vec()
}

fn policy(purpose: &str) -> Policy {
    Policy {
        purpose: purpose.into(),
        mode: "online".into(),
        max_age_online_ms: None,
        max_age_carried_ms: None,
        clock_tolerance_ms: None,
    }
}

/// How many packs of which lot who has, and how they stand with it.
type StockCount = BTreeMap<(ProductCode, Lot, MemberId, Standing), u64>;

/// Where something is by its own leaf.
fn standing(state: StateCode, prior: Option<Prior>) -> Standing {
    let state = if let Some(Prior::Held { state, .. }) = prior { state } else { state };
    match state.known() {
        Some(State::InTransit) => Standing::InTransit,
        Some(State::Dispensed) => Standing::Dispensed,
        Some(State::Sample | State::Exported | State::Stolen | State::Destroyed) => Standing::Out,
        _ => Standing::Held,
    }
}

/// The stock, counted pack by pack over the whole state.
fn counted(view: &View) -> StockCount {
    let (index, mut stock) = (Index::new(view), StockCount::new());
    for (path, value) in view.leaves_from(&Path::new([0; 32]), usize::MAX).expect("read") {
        let Ok(Leaf::Pack(pack)) = Leaf::from_value(&value) else { continue };
        let row = index.item(&path).expect("read").expect("a row");
        let ItemName::Pack(name) = row.name else { panic!("a pack") };
        let mut stands = standing(pack.state, pack.prior);
        let mut next = if let Place::Inside(parent) = pack.place { Some(parent) } else { None };
        while let Some(parent) = next {
            let Ok(Some(Leaf::Unit(unit))) = index.leaf(&index.paths().unit(parent)) else { panic!("a unit") };
            stands = stands.max(standing(unit.state, unit.prior));
            next = if let UnitPlace::Inside(above) = unit.place { Some(above) } else { None };
        }
        let member = index.pack_whereabouts(&path, &pack).expect("read").member;
        *stock.entry((name.product, row.lot.expect("a lot"), member, stands)).or_default() += 1;
    }
    stock
}

#[tokio::test(flavor = "multi_thread")]
async fn every_outcome_is_what_the_story_says() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = Folder::new(place.path().join("data"));
    let mut config = Config::default();
    config.consensus.listen.set_port(0);
    demo::create(&folder, config.clone()).expect("made");
    config.member.number = demo::HOSPITAL.0;
    let node = demo::open(folder, config).expect("opened");
    let mut consensus = node.start().await.expect("started");
    let story = async {
        let year = Year::begin(Arc::clone(&node), Scale::SMALL).await?;
        year.pass(&|_, _| {}).await?;
        Ok::<_, Fault>(year)
    };
    let year = tokio::select! {
        year = story => year.expect("a year"),
        end = consensus.ended() => panic!("consensus ended: {end:?}"),
    };
    let found = outcomes(&node, &year).expect("as expected");
    assert_eq!(found.len(), 10);
    for (name, outcome) in &found {
        let again = verdict(&node, &outcome.scan, &outcome.purpose).expect("a verdict");
        assert_eq!(again, (outcome.overall.clone(), outcome.reasons.clone()), "{name}");
    }
    let view = node.view();
    let rows = Index::new(&view).stock(None, None).expect("read").into_iter();
    let stock: StockCount = rows.map(|row| ((row.product, row.lot, row.member, row.standing), row.packs)).collect();
    assert!(stock.len() > 50);
    assert_eq!(stock, counted(&view), "who has what, as the index adds it up");
    // Seven lots are sold to four customers each, by purchases to which the goods belong.
    let index = Index::new(&view);
    let count = |kind| index.of_kind(kind).expect("read").len();
    for kind in [number::ORDER, number::CONFIRMATION, number::SALE, number::DESPATCH_ADVICE, number::DELIVERY] {
        assert_eq!(count(kind), 28, "{kind:?}");
    }
    assert_eq!(count(number::DISCREPANCY), 1);
    let advice = index.of_kind(number::DESPATCH_ADVICE).expect("read")[0];
    let advice = index.event(advice).expect("read").expect("an event");
    let Act::DespatchAdvice(step) = EventBody::decode(advice.head().kind, advice.body()).expect("a body").act else {
        panic!("another kind");
    };
    // The advice itself, the shipment, the receipt.
    assert_eq!(index.of_trade(&step.trade.0).expect("read").len(), 3);
    let router = Face::new(Arc::clone(&node)).expect("a face").router();
    let mut client = Client::new(&node.anchor().to_bytes()).expect("an anchor");
    for (name, outcome) in &found {
        let proof = served(&router, &outcome.scan).await;
        let verdict = client.verify(&outcome.scan, &proof, node.clock().now().0, &policy(&outcome.purpose));
        let verdict = verdict.expect("a policy");
        assert_eq!(verdict.overall.to_string(), outcome.overall, "{name}");
        let reasons: Vec<String> = verdict.reasons.iter().map(ToString::to_string).collect();
        assert_eq!(reasons, outcome.reasons, "{name}");
    }
    let members = index.members().expect("read");
    let pharmacies: Vec<_> = members.iter().filter(|(_, info)| !info.domains.is_empty()).collect();
    assert_eq!(pharmacies.len(), 8);
    for (member, info) in pharmacies {
        let domain = &info.domains[0];
        let bundle = asked(&router, &format!("/v1/bundles?seller={domain}&have=0")).await;
        let seller = client.verify_seller(domain, &bundle, node.clock().now().0, &policy("buyer")).expect("a policy");
        assert_eq!((seller.proved, seller.reason, seller.member), (true, None, Some(member.0)), "{domain}");
        assert_eq!(seller.info.map(|info| info.name_zh).as_ref(), Some(&info.name_zh));
    }
    consensus.stop().await.expect("stopped");
}
