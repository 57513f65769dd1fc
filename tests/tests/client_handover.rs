//! Changes of the validator set: taken in order, one by one, from the set in force.

mod client_support;

use client_support::{after, ask, assert_refused, assert_says, certified, policy, rival};
use medproof_core::{
    anchor::Anchor,
    client::{Client, TrustError, Update},
    encoding::Message,
    handover::HandOver,
    hash::sha256,
    header::{Header, Height, UnixMillis},
    proof::Proof,
    verdict::{Overall, Purpose, Trust},
};
use medproof_tests::{
    ledger::{Block, Ledger, Quorum},
    report::ran,
    stock::pack_scan,
};
use std::cmp::Ordering;

const HOUR_MS: u64 = 3_600_000;

/// A chain whose set changed several times, with a pack, and everything that was signed.
struct Chain {
    ledger: Ledger,
    anchor: Anchor,
    /// The sets, oldest first; hand-over i goes from set i to set i + 1.
    quorums: Vec<Quorum>,
    hand_overs: Vec<HandOver>,
    /// The block after each hand-over.
    between: Vec<Block>,
    newest: Block,
}

impl Chain {
    /// `changes` changes, an hour between blocks, sets of `len` validators.
    fn new(changes: usize, len: usize) -> Self {
        let quorum = |n: usize| Quorum::new(&format!("set {n}"), &vec![1; len]);
        let mut ledger = Ledger::new("hand-over", quorum(0));
        let anchor = ledger.anchor();
        ledger.add_product(1);
        ledger.add_pack(1, "S");
        let (mut quorums, mut hand_overs, mut between) = (vec![ledger.quorum.clone()], Vec::new(), Vec::new());
        for n in 1..=changes {
            ledger.seal(HOUR_MS);
            hand_overs.push(ledger.hand_over(HOUR_MS, quorum(n)));
            quorums.push(ledger.quorum.clone());
            between.push(ledger.seal(HOUR_MS));
        }
        let newest = ledger.seal(HOUR_MS);
        Self { ledger, anchor, quorums, hand_overs, between, newest }
    }

    fn client(&self) -> Client {
        Client::new(self.anchor.clone())
    }

    fn now(&self) -> UnixMillis {
        after(&self.newest.header, 1_000)
    }

    fn update(&self, hand_overs: &[HandOver]) -> Update {
        self.ledger.update(hand_overs.to_vec(), &self.newest, None)
    }

    /// A client that has come all the way.
    fn advanced(&self) -> Client {
        let mut client = self.client();
        client.advance(&self.update(&self.hand_overs), self.now()).expect("every change is there");
        client
    }

    /// What `client` says to hand-overs, in an update and in a proof: the same.
    #[track_caller]
    fn refuse(&self, client: &Client, hand_overs: &[HandOver], block: &Block, code: &str) {
        let update = self.ledger.update(hand_overs.to_vec(), block, None);
        let mut updated = client.clone();
        let error = updated.advance(&update, self.now()).expect_err("refused");
        assert_eq!(error.code(), code, "as an update");
        assert_eq!(updated.newest(), client.newest());
        self.refuse_proof(client, hand_overs, block, code);
    }

    #[track_caller]
    fn refuse_proof(&self, client: &Client, hand_overs: &[HandOver], block: &Block, code: &str) {
        let mut asked = client.clone();
        let text = pack_scan(1, "S");
        let proof = self.ledger.prove_after(hand_overs.to_vec(), block, &[&text]).to_bytes();
        assert_refused(&ask(&mut asked, &text, &proof, self.now(), &policy(Purpose::Buyer)), code);
        assert_eq!(asked.newest(), client.newest());
    }
}

#[test]
fn twenty_four_changes_in_one_update_and_in_one_proof() {
    let chain = Chain::new(24, 10);
    let update = chain.update(&chain.hand_overs);
    println!("client\t24 changes of 10 validators: {} bytes", update.to_bytes().len());
    assert!(update.to_bytes().len() < 27_500);
    let mut client = chain.client();
    let advanced = client.advance(&update, chain.now()).expect("every change is there");
    assert_eq!((advanced.height, advanced.is_newer), (chain.newest.header.height(), true));
    let text = pack_scan(1, "S");
    let proof = chain.ledger.prove_after(chain.hand_overs.clone(), &chain.newest, &[&text]).to_bytes();
    for mut client in [chain.client(), client] {
        let verdict = ask(&mut client, &text, &proof, chain.now(), &policy(Purpose::Buyer));
        assert_says(&verdict, Overall::Ok, &["state.active"]);
        assert_eq!(client.newest(), &chain.newest.header);
    }
    // One at a time, and in pieces of every size.
    for piece in [1, 5, 23] {
        let mut client = chain.client();
        for hand_overs in chain.hand_overs.chunks(piece) {
            let last = hand_overs.last().expect("not empty");
            let block = Block { header: last.header.clone(), certificate: last.certificate.clone() };
            let update = chain.ledger.update(hand_overs.to_vec(), &block, None);
            assert_eq!(client.advance(&update, chain.now()).map(|step| step.height), Ok(last.header.height()));
        }
        assert!(client.advance(&chain.update(&[]), chain.now()).is_ok());
        // Those already known are compared and passed over.
        assert!(client.advance(&chain.update(&chain.hand_overs), chain.now()).is_ok());
    }
    ran("client: 24 hand-overs", 6);
}

#[test]
fn hand_overs_left_out_out_of_order_or_twice() {
    let chain = Chain::new(6, 3);
    let all = &chain.hand_overs;
    let client = chain.client();
    let mut cases = 0;
    for place in 0..all.len() {
        let mut fewer = all.clone();
        fewer.remove(place);
        let is_last = place + 1 == all.len();
        let update = chain.ledger.update(fewer.clone(), &chain.newest, None);
        let error = client.clone().advance(&update, chain.now()).expect_err("refused");
        assert_eq!(error.code(), if is_last { "trust.hand-over.missing" } else { "trust.header.set-unknown" });
        chain.refuse_proof(&client, &fewer, &chain.newest, "trust.header.set-unknown");
        let mut twice = all.clone();
        twice.insert(place, all[place].clone());
        chain.refuse(&client, &twice, &chain.newest, "trust.hand-over.order");
        for other in 0..place {
            let mut swapped = all.clone();
            swapped.swap(place, other);
            chain.refuse(&client, &swapped, &chain.newest, "trust.hand-over.order");
            cases += 2;
        }
        cases += 4;
    }
    let mut reversed = all.clone();
    reversed.reverse();
    chain.refuse(&client, &reversed, &chain.newest, "trust.hand-over.order");
    ran("client: hand-overs left out, reordered, repeated", cases + 2);
}

/// The first hand-over of a chain, made again with other contents by whoever signs.
#[test]
fn a_wrong_hand_over_says_what_is_wrong() {
    let chain = Chain::new(2, 4);
    let client = chain.client();
    let [old, new, third] = [0, 1, 2].map(|n| chain.quorums[n].clone());
    let first = chain.hand_overs[0].clone();
    let with = |changed: HandOver| vec![changed, chain.hand_overs[1].clone()];
    let of = |block: Block, new_set| HandOver { header: block.header, certificate: block.certificate, new_set };

    let wrong_set = HandOver { new_set: third.set.clone(), ..first.clone() };
    chain.refuse(&client, &with(wrong_set), &chain.newest, "trust.hand-over.set");
    let idle = rival(&old, &first.header, |fields| fields.next_set_hash = *old.set.hash());
    chain.refuse(&client, &with(of(idle, old.set.clone())), &chain.newest, "trust.hand-over.idle");
    let other_chain = rival(&old, &first.header, |fields| fields.chain_id = sha256(b"another chain"));
    chain.refuse(&client, &with(of(other_chain, new.set.clone())), &chain.newest, "trust.header.other-chain");
    // Signed by the new set alone, under the old set's name and under its own; by too few of the old.
    let by_new = of(certified(&new, first.header.clone()), new.set.clone());
    chain.refuse(&client, &with(by_new), &chain.newest, "trust.certificate.signature");
    let as_new = rival(&new, &first.header, |fields| {
        (fields.set_hash, fields.next_set_hash) = (*new.set.hash(), *third.set.hash());
    });
    chain.refuse(&client, &with(of(as_new, third.set.clone())), &chain.newest, "trust.header.set-unknown");
    let few = HandOver { certificate: old.certify(&first.header, &[0, 1]), ..first.clone() };
    chain.refuse(&client, &with(few), &chain.newest, "trust.certificate.power-short");
    // Not later than what is trusted.
    for earlier_ms in [0, 1, HOUR_MS] {
        let time = UnixMillis(chain.anchor.header().time().0 - earlier_ms);
        let early = rival(&old, &first.header, |fields| fields.time = time);
        chain.refuse(&client, &with(of(early, new.set.clone())), &chain.newest, "trust.header.time-order");
    }
    // Later than the next hand-over, or at the same time.
    for later_ms in [0, 1] {
        let time = after(&chain.hand_overs[1].header, later_ms);
        let late = rival(&old, &first.header, |fields| fields.time = time);
        chain.refuse(&client, &with(of(late, new.set.clone())), &chain.newest, "trust.header.time-order");
    }
    // Another header at the anchor's own height, by the anchor's set, is more than out of order.
    let low = rival(&old, &first.header, |fields| fields.height = chain.anchor.header().height());
    chain.refuse(&client, &with(of(low, new.set.clone())), &chain.newest, "trust.fork");
    // Below the newest header: only the changes that this client knows.
    let client = chain.advanced();
    let known = [first.clone(), chain.hand_overs[1].clone()];
    assert!(client.clone().advance(&chain.update(&known), chain.now()).is_ok());
    for (height, code) in [(1, "trust.hand-over.order"), (2, "trust.fork"), (3, "trust.hand-over.order")] {
        let signer = if height < 3 { &old } else { &new };
        let other = rival(signer, &first.header, |fields| {
            (fields.height, fields.parent_hash) = (Height(height), sha256(b"rewritten"));
            fields.set_hash = *signer.set.hash();
            fields.next_set_hash = *third.set.hash();
        });
        chain.refuse(&client, &[of(other, third.set.clone())], &chain.newest, code);
    }
    let uncertified = HandOver { certificate: old.certify(&first.header, &[]), ..first.clone() };
    chain.refuse(&client, &[uncertified], &chain.newest, "trust.certificate.power-short");
    let other_set = HandOver { new_set: third.set.clone(), ..first };
    chain.refuse(&client, &[other_set], &chain.newest, "trust.hand-over.order");
    ran("client: wrong hand-overs", 35);
}

/// Every set signs under its own name at every height: only the one in force there is believed.
#[test]
fn a_set_signs_only_where_it_is_in_force() {
    let chain = Chain::new(4, 3);
    let client = chain.advanced();
    let last = chain.newest.header.height().0;
    let (mut cases, mut accepted) = (0, 0);
    for height in 1..=last + 3 {
        let in_force = chain.hand_overs.iter().filter(|hand_over| hand_over.header.height().0 < height).count();
        let next = chain.quorums[chain.hand_overs.iter().filter(|h| h.header.height().0 <= height).count()].set.hash();
        for (number, quorum) in chain.quorums.iter().enumerate() {
            // An honest time for this height, and contents that nobody has seen there.
            let time = UnixMillis(chain.anchor.header().time().0 + height * HOUR_MS);
            let block = rival(quorum, &chain.newest.header, |fields| {
                (fields.height, fields.time, fields.set_hash) = (Height(height), time, *quorum.set.hash());
                (fields.next_set_hash, fields.parent_hash) = (*next, sha256(b"rewritten"));
            });
            let text = pack_scan(1, "S");
            let proof = chain.ledger.prove(&block, &[&text]).to_bytes();
            let now = UnixMillis(chain.now().0 + 4 * HOUR_MS);
            let verdict = ask(&mut client.clone(), &text, &proof, now, &policy(Purpose::Buyer));
            let is_known = height == last || chain.hand_overs.iter().any(|h| h.header.height().0 == height);
            match number.cmp(&in_force) {
                Ordering::Less => assert_refused(&verdict, "trust.header.set-retired"),
                Ordering::Greater => assert_refused(&verdict, "trust.header.set-early"),
                Ordering::Equal if is_known => assert_refused(&verdict, "trust.fork"),
                Ordering::Equal => {
                    // Heights of this set that the client has not seen: old ones are never good news.
                    assert_eq!(verdict.trust, Trust::Quorum);
                    assert!(height > last || verdict.overall == Overall::CannotTell);
                    accepted += 1;
                }
            }
            cases += 1;
        }
    }
    assert!(accepted >= 3);
    ran("client: every set at every height", cases);
}

/// All keys of the first set, long retired, build another history from the first block on.
#[test]
fn keys_of_a_forgotten_set_say_nothing_at_the_anchors_height() {
    let chain = Chain::new(3, 3);
    let (header, old) = (chain.anchor.header(), &chain.quorums[0]);
    let anchor = Anchor::new("hand-over", true, header.clone(), old.set.clone(), 4 * HOUR_MS).expect("they belong");
    let mut client = Client::new(anchor.clone());
    for (hand_over, block) in chain.hand_overs.iter().zip(&chain.between) {
        let update = chain.ledger.update(vec![hand_over.clone()], block, None);
        client.advance(&update, after(&block.header, 1_000)).expect("one change after the other");
    }
    let block = rival(old, &chain.newest.header, |fields| {
        (fields.height, fields.time) = (header.height(), header.time());
        (fields.set_hash, fields.next_set_hash) = (*old.set.hash(), *old.set.hash());
    });
    chain.refuse_proof(&client, &[], &block, "trust.before-anchor");
    let text = pack_scan(1, "S");
    let proof = chain.ledger.prove_after(Vec::new(), &block, &[&text]).to_bytes();
    let verdict = ask(&mut Client::new(anchor), &text, &proof, after(header, 1_000), &policy(Purpose::Buyer));
    assert_refused(&verdict, "trust.fork");
    ran("client: keys of a forgotten set at the anchor's height", 2);
}

#[test]
fn retired_keys_rewrite_nothing() {
    let chain = Chain::new(3, 3);
    let old = chain.quorums[0].clone();
    let thieves = Quorum::new("thieves", &[1; 3]);
    let first_change = chain.hand_overs[0].header.height().0;
    let mut cases = 0;
    let late_anchor = |n: usize| {
        let (header, set) = (chain.between[n].header.clone(), chain.quorums[n + 1].set.clone());
        Anchor::new("hand-over", true, header, set, chain.anchor.trusting_period_ms()).expect("they belong together")
    };
    let clients = [chain.advanced(), Client::new(late_anchor(0)), Client::new(late_anchor(2))];
    let period = chain.anchor.trusting_period_ms();
    let text = pack_scan(1, "S");
    let honest = chain.ledger.prove(&chain.newest, &[&text]);
    for number in 0..3_334_u64 {
        // Header after header of another branch, from the first change on; every tenth names new keys.
        let height = Height(first_change + number % 1_000);
        let time = UnixMillis(chain.anchor.header().time().0 + height.0 * HOUR_MS + number);
        let new_set = if number % 10 == 0 { &thieves.set } else { &old.set };
        let block = rival(&old, &chain.newest.header, |fields| {
            (fields.height, fields.time, fields.set_hash) = (height, time, *old.set.hash());
            (fields.next_set_hash, fields.parent_hash) = (*new_set.hash(), sha256(&number.to_be_bytes()));
        });
        let Block { header, certificate } = block.clone();
        let hand_over = HandOver { header, certificate, new_set: new_set.clone() };
        let update = chain.ledger.update(vec![hand_over], &block, None);
        let Block { header, certificate } = block;
        let proof = Proof::new(honest.keys().to_vec(), Vec::new(), header, certificate, honest.state().clone());
        let proof = proof.expect("sorted keys").to_bytes();
        for (which, client) in clients.iter().enumerate() {
            let newest = client.newest();
            let inside = client.clone().advance(&update, chain.now()).expect_err("refused").code();
            let expected = match height.cmp(&newest.height()) {
                Ordering::Less => "trust.older-header",
                Ordering::Equal => "trust.hand-over.order",
                Ordering::Greater if time <= newest.time() => "trust.header.time-order",
                Ordering::Greater if new_set == &old.set => "trust.hand-over.idle",
                Ordering::Greater if which == 0 => "trust.header.set-retired",
                Ordering::Greater => "trust.header.set-unknown",
            };
            assert_eq!(inside, expected, "client {which}, height {height:?}");
            let verdict = ask(&mut client.clone(), &text, &proof, chain.now(), &policy(Purpose::Holder));
            let expected = match which {
                0 if height.0 == first_change && time == chain.hand_overs[0].header.time() => "trust.fork",
                0 if height.0 == first_change => "trust.header.time-order",
                0 => "trust.header.set-retired",
                _ if height <= client.anchor().header().height() => "trust.before-anchor",
                _ => "trust.header.set-unknown",
            };
            assert_refused(&verdict, expected);
            let over = UnixMillis(newest.time().0 + period + 1);
            let past = client.clone().advance(&update, over).expect_err("refused").code();
            assert_eq!(past, "trust.needs-new-anchor");
            let verdict = ask(&mut client.clone(), &text, &proof, over, &policy(Purpose::Holder));
            assert_refused(&verdict, "trust.needs-new-anchor");
            cases += 4;
        }
    }
    ran("client: long-range branches by retired keys", cases);
}

#[test]
fn the_trusting_period_ends_to_the_millisecond() {
    let chain = Chain::new(1, 3);
    let text = pack_scan(1, "S");
    let period = chain.anchor.trusting_period_ms();
    let proof = chain.ledger.prove_after(chain.hand_overs.clone(), &chain.newest, &[&text]).to_bytes();
    let update = chain.update(&chain.hand_overs);
    for client in [chain.client(), chain.advanced()] {
        let until = UnixMillis(client.newest().time().0 + period);
        let over = UnixMillis(until.0 + 1);
        assert!(client.clone().advance(&update, until).is_ok());
        assert_eq!(client.clone().advance(&update, over), Err(TrustError::NeedsNewAnchor { until }));
        let verdict = ask(&mut client.clone(), &text, &proof, until, &policy(Purpose::Buyer));
        assert_says(&verdict, Overall::CannotTell, &["freshness.stale", "state.active"]);
        let verdict = ask(&mut client.clone(), &text, &proof, over, &policy(Purpose::Buyer));
        assert_refused(&verdict, "trust.needs-new-anchor");
        assert_eq!(verdict.trust.name(), "needs-new-anchor");
    }
    // A newer header moves the end; the last moment counts from it.
    let mut client = chain.client();
    client.advance(&update, UnixMillis(client.newest().time().0 + period)).expect("in time");
    let until = UnixMillis(chain.newest.header.time().0 + period);
    assert!(client.clone().advance(&update, until).is_ok());
    let error = client.advance(&update, UnixMillis(until.0 + 1)).expect_err("too late");
    assert_eq!(error.code(), "trust.needs-new-anchor");
    ran("client: trusting period, to the millisecond", 10);
}

/// Retired keys date 24 hand-overs so that each lies within the period of the one before.
#[test]
fn backdated_hand_overs_do_not_extend_the_period() {
    let mut ledger = Ledger::new("backdated", Quorum::new("v", &[1; 4]));
    let anchor = ledger.anchor();
    ledger.add_product(1);
    ledger.add_pack(1, "S");
    let step = anchor.trusting_period_ms() - 1;
    let hand_overs: Vec<HandOver> =
        (0..24).map(|n| ledger.hand_over(step, Quorum::new(&format!("t{n}"), &[1; 4]))).collect();
    let block = ledger.seal(step);
    let now = after(&block.header, 1_000);
    let text = pack_scan(1, "S");
    for used in 0..=24 {
        let hand_overs = hand_overs[..used].to_vec();
        let proof = ledger.prove_after(hand_overs.clone(), &block, &[&text]).to_bytes();
        let mut client = Client::new(anchor.clone());
        let before = client.to_bytes();
        let verdict = ask(&mut client, &text, &proof, now, &policy(Purpose::Buyer));
        assert_refused(&verdict, "trust.needs-new-anchor");
        let error = client.advance(&ledger.update(hand_overs, &block, None), now).expect_err("too late");
        assert_eq!(error.code(), "trust.needs-new-anchor");
        assert_eq!(client.to_bytes(), before);
    }
    // The same hand-overs are fine for one who follows them in time.
    let mut client = Client::new(anchor);
    for hand_over in &hand_overs {
        let block = Block { header: hand_over.header.clone(), certificate: hand_over.certificate.clone() };
        let update = ledger.update(vec![hand_over.clone()], &block, None);
        assert!(client.advance(&update, after(&hand_over.header, 1)).is_ok());
    }
    ran("client: backdated hand-overs", 50 + 24);
}

#[test]
fn headers_older_than_the_newest_or_before_the_anchor() {
    let chain = Chain::new(2, 3);
    let client = chain.advanced();
    let text = pack_scan(1, "S");
    for (block, hand_overs) in [(&chain.between[0], 1), (&chain.between[1], 2)] {
        let update = chain.ledger.update(chain.hand_overs[..hand_overs].to_vec(), block, None);
        let (newest, found) = (client.newest().height(), block.header.height());
        assert_eq!(client.clone().advance(&update, chain.now()), Err(TrustError::OlderHeader { newest, found }));
    }
    // Times that do not fit the heights, signed by the right set: its range, then the newest header.
    let at = |hours: u64| chain.anchor.header().time().0 + hours * HOUR_MS;
    let times =
        [(1, at(0)), (1, at(2) + 1), (3, at(2)), (3, at(5) + 1), (6, at(7)), (6, at(8)), (8, at(7)), (8, at(6))];
    for (height, time) in times {
        let number = chain.hand_overs.iter().filter(|hand_over| hand_over.header.height().0 < height).count();
        let quorum = &chain.quorums[number];
        let block = rival(quorum, &chain.newest.header, |fields| {
            (fields.height, fields.time) = (Height(height), UnixMillis(time));
            (fields.set_hash, fields.next_set_hash) = (*quorum.set.hash(), *quorum.set.hash());
        });
        chain.refuse_proof(&client, &[], &block, "trust.header.time-order");
    }
    // A client that began later knows nothing of before.
    let header = chain.between[0].header.clone();
    let period = chain.anchor.trusting_period_ms();
    let anchor = Anchor::new("later", true, header, chain.quorums[1].set.clone(), period).expect("belong together");
    let later = Client::new(anchor);
    for height in 0..3 {
        let quorum = &chain.quorums[0];
        let block = rival(quorum, &chain.newest.header, |fields| {
            (fields.height, fields.set_hash) = (Height(height), *quorum.set.hash());
            fields.next_set_hash = *quorum.set.hash();
            fields.time = UnixMillis(chain.anchor.header().time().0 + 1 + height);
        });
        let proof = chain.ledger.prove(&block, &[&text]).to_bytes();
        let verdict = ask(&mut later.clone(), &text, &proof, chain.now(), &policy(Purpose::Buyer));
        assert_refused(&verdict, "trust.before-anchor");
        assert_eq!(verdict.trust.name(), "before-anchor");
    }
    ran("client: older headers and headers before the anchor", 13);
}

/// The anchor's own header may be proved against where the anchor's set signed it too.
#[test]
fn a_proof_against_the_anchors_own_header() {
    let mut ledger = Ledger::new("own", Quorum::new("v", &[1; 3]));
    ledger.add_product(1);
    ledger.add_pack(1, "S");
    let text = pack_scan(1, "S");
    let block = ledger.seal(1_000);
    let proof = ledger.prove(&block, &[&text]);
    let now = after(&block.header, 1_000);
    let mut client = Client::new(ledger.anchor());
    for bytes in [proof.to_bytes(), client_support::qr(&proof)] {
        let verdict = ask(&mut client, &text, &bytes, now, &policy(Purpose::Buyer));
        assert_says(&verdict, Overall::Ok, &["state.active"]);
    }
    let other = rival(&ledger.quorum, &block.header, |fields| fields.parent_hash = sha256(b"other"));
    let proof = ledger.prove(&other, &[&text]).to_bytes();
    assert_refused(&ask(&mut client.clone(), &text, &proof, now, &policy(Purpose::Buyer)), "trust.fork");
    // An anchor at a hand-over names the next set; the set that signed its header is not known.
    let old = ledger.quorum.clone();
    let hand_over = ledger.hand_over(1_000, Quorum::new("w", &[1; 3]));
    let mut client = Client::new(ledger.anchor());
    let block = Block { header: hand_over.header.clone(), certificate: hand_over.certificate.clone() };
    let proof = ledger.prove(&block, &[&text]).to_bytes();
    let now = after(&block.header, 1_000);
    assert_refused(&ask(&mut client, &text, &proof, now, &policy(Purpose::Buyer)), "trust.before-anchor");
    let again = ledger.update(vec![hand_over], &block, None);
    assert_eq!(client.advance(&again, now).map_err(|error| error.code()), Err("trust.before-anchor"));
    let alone = ledger.update(Vec::new(), &block, None);
    assert_eq!(client.advance(&alone, now).map_err(|error| error.code()), Err("trust.before-anchor"));
    assert_eq!(old.keys.len(), 3);
    ran("client: the anchor's own header", 6);
}

/// What a client may say to one change and one header after it, from the rules alone.
fn reference(old: &[u32], old_signed: u16, new: &[u32], new_signed: u16) -> Result<(), &'static str> {
    for (powers, signed) in [(old, old_signed), (new, new_signed)] {
        let total: u32 = powers.iter().sum();
        let missing: u32 = powers.iter().zip(0..).filter(|(_, i)| signed >> i & 1 == 0).map(|(power, _)| power).sum();
        // More than two thirds signed: less than one third is missing.
        if missing * 3 >= total {
            return Err("trust.certificate.power-short");
        }
    }
    Ok(())
}

#[test]
fn every_set_of_signers_of_four_validators_and_powers_one_to_three() {
    let mut cases = 0;
    let subset = |bits: u16| (0..4).filter(|i| bits >> i & 1 == 1).collect::<Vec<u16>>();
    let powers_of = |n: u32| [1 + n % 3, 1 + n / 3 % 3, 1 + n / 9 % 3, 1 + n / 27];
    for n in 0..81 {
        let (old, new) = (Quorum::new("old", &powers_of(n)), Quorum::new("new", &powers_of(80 - n)));
        let mut ledger = Ledger::new("model", old.clone());
        let anchor = ledger.anchor();
        let hand_over = ledger.hand_over(1_000, new.clone());
        let block = ledger.seal(1_000);
        let powers = |quorum: &Quorum| quorum.set.validators().iter().map(|v| v.power).collect::<Vec<u32>>();
        let (old_powers, new_powers) = (powers(&old), powers(&new));
        for old_signed in 0..16 {
            // All of the new set, and in turn each subset of it that the old one's subset selects.
            for new_signed in [15, 15 ^ old_signed, old_signed] {
                let certificate = old.certify(&hand_over.header, &subset(old_signed));
                let hand_over = HandOver { certificate, ..hand_over.clone() };
                let certificate = new.certify(&block.header, &subset(new_signed));
                let block = Block { header: block.header.clone(), certificate };
                let update = ledger.update(vec![hand_over], &block, None);
                let answer = Client::new(anchor.clone()).advance(&update, after(&block.header, 1));
                let expected = reference(&old_powers, old_signed, &new_powers, new_signed);
                assert_eq!(answer.map(|_| ()).map_err(|error| error.code()), expected);
                cases += 1;
            }
        }
    }
    ran("client: four validators, all powers and signers", cases);
}

/// A set that comes back is known by its place, not by its name.
#[test]
fn a_set_that_returns() {
    let (a, b) = (Quorum::new("a", &[1; 3]), Quorum::new("b", &[1; 3]));
    let mut ledger = Ledger::new("returns", a.clone());
    let anchor = ledger.anchor();
    ledger.add_product(1);
    ledger.add_pack(1, "S");
    let hand_overs = vec![ledger.hand_over(HOUR_MS, b), ledger.hand_over(HOUR_MS, a.clone())];
    let block = ledger.seal(HOUR_MS);
    let now = after(&block.header, 1);
    let mut client = Client::new(anchor.clone());
    client.advance(&ledger.update(hand_overs.clone(), &block, None), now).expect("in order");
    // Height 2 is b's, though a is in force before and after.
    let middle: Header = hand_overs[1].header.clone();
    let by_a = rival(&a, &middle, |fields| {
        (fields.set_hash, fields.next_set_hash) = (*a.set.hash(), *a.set.hash());
    });
    let text = pack_scan(1, "S");
    let proof = ledger.prove(&by_a, &[&text]).to_bytes();
    assert_refused(&ask(&mut client, &text, &proof, now, &policy(Purpose::Buyer)), "trust.header.set-early");
    // Without the hand-overs, a's later header looks like one of the first range, and its time is no matter.
    let mut behind = Client::new(anchor);
    assert!(behind.advance(&ledger.update(Vec::new(), &block, None), now).is_ok());
    ran("client: a set that returns", 3);
}
