//! One node by itself: what goes in as events comes out as proofs that the light client accepts.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

mod goods;

use goods::amoxicillin;
use medproof_core::{
    encoding::Message,
    header::Height,
    identity::{Day, Lot, MemberId, PackId, ProductCode, Serial, Sscc},
    leaf::{Leaf, Parent},
    plain::{Client, Policy, Verdict},
};
use medproof_node::{
    clock::Clock,
    config::Config,
    folder::Folder,
    genesis_file::Role,
    index::{Index, Standing},
    items::{self, Subject},
    node::{self, Node},
    proofs,
};
use medproof_rules::body::{
    Act, Aggregate, AtSite, Capacity, LotRelease, PackRegister, ProductRegister, Receive, Ship, Site,
};
use std::num::NonZero;

const ME: MemberId = MemberId(1);
const SITE: Site = Site(10_000_000_000_000);
const GTIN: &str = "09504000059101";

struct Alone {
    node: Node,
    consensus: medproof_consensus::Handle,
    _place: tempfile::TempDir,
}

async fn alone() -> Alone {
    let place = tempfile::tempdir().expect("a folder");
    let folder = Folder::new(place.path().join("data"));
    node::init(&folder, "Hospital", jiff::Timestamp::now()).expect("made");
    let mut config = Config::load(&folder).expect("read");
    config.consensus.listen.set_port(0);
    let node = Node::open(folder, config, Clock::wall()).expect("opened");
    let consensus = node.start().await.expect("started");
    Alone { node, consensus, _place: place }
}

impl Alone {
    async fn deed(&self, role: Role, act: Act) {
        self.node.deed(ME, role, act).await.expect("accepted");
    }

    fn items(&self, capacity: Capacity, subjects: &[Subject]) -> medproof_rules::body::Items {
        let view = self.node.view();
        let named = items::name(&Index::new(&view), capacity, subjects).expect("read");
        assert!(named.found.iter().all(Result::is_ok), "{:?}", named.found);
        named.items
    }

    fn verdict(&self, scan: &str, purpose: &str) -> Verdict {
        let view = self.node.view();
        let keys = proofs::questions(scan).expect("a scan");
        let proof = proofs::prove(&view, &[keys], Some(Height(0))).expect("a proof");
        let mut client = Client::new(&self.node.anchor().to_bytes()).expect("an anchor");
        let policy = policy(purpose);
        let now = self.node.clock().now().0;
        client.verify(scan, &proof.to_bytes(), now, &policy).expect("a policy")
    }
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

fn product() -> ProductCode {
    ProductCode::from_gtin14(GTIN).expect("a GTIN")
}

fn serials(count: usize) -> Vec<Serial> {
    (0..count).map(|number| Serial::new(&format!("S{number:05}")).expect("a serial")).collect()
}

fn pack(number: usize) -> Subject {
    let serial = serials(number + 1).pop().expect("one");
    Subject::Pack(PackId { product: product(), serial })
}

fn scan(number: usize) -> String {
    format!("]d201{GTIN}21S{number:05}")
}

fn sscc() -> Sscc {
    Sscc::new("095040000000000015").or_else(|_| Sscc::new("006141411234567890")).expect("an SSCC")
}

async fn stocked(count: usize) -> Alone {
    let alone = alone().await;
    let register = ProductRegister { product: product(), info: amoxicillin(), random_serials: false };
    alone.deed(Role::Manufacturer, Act::ProductRegister(register)).await;
    let lot = Lot::new("L1").expect("a lot");
    let expiry = Day::from_date(2030, 5, 31).expect("a date");
    alone.deed(Role::Manufacturer, Act::LotRelease(LotRelease { product: product(), lot: lot.clone(), expiry })).await;
    let packs = PackRegister { product: product(), lot, quantity: NonZero::<u16>::MIN, serials: serials(count) };
    alone.deed(Role::Manufacturer, Act::PackRegister(packs)).await;
    alone
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_is_registered_dispensed_and_proved() {
    let alone = stocked(10).await;
    assert_eq!(alone.verdict(&scan(3), "dispenser").overall, "ok");
    let items = alone.items(Capacity::Holder, &[pack(3)]);
    alone.deed(Role::Hospital, Act::Dispense(AtSite { site: SITE, items: items.clone() })).await;
    assert_eq!(alone.verdict(&scan(3), "buyer").overall, "do-not-use");
    assert_eq!(alone.verdict(&scan(3), "holder").overall, "ok");
    assert_eq!(alone.verdict(&format!("]d201{GTIN}21X"), "buyer").overall, "do-not-use");
    let again = alone.node.deed(ME, Role::Hospital, Act::Dispense(AtSite { site: SITE, items })).await;
    assert_eq!(again.map_err(|fault| fault.code()), Err("rules.state.dispensed-pack"));
    alone.consensus.stop().await.expect("stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_packed_shipped_and_received() {
    let alone = stocked(20).await;
    let unit = Parent { sscc: sscc(), generation: 1 };
    let subjects: Vec<Subject> = (0..15).map(pack).collect();
    let aggregate = Aggregate { unit, unit_salt: None, items: alone.items(Capacity::Holder, &subjects) };
    alone.deed(Role::Manufacturer, Act::Aggregate(aggregate)).await;
    let items = alone.items(Capacity::Holder, &[Subject::Unit(sscc())]);
    alone.deed(Role::Manufacturer, Act::Ship(Ship { consignee: ME, site: SITE, trade: None, items })).await;
    assert_eq!(alone.verdict(&scan(2), "receiver").overall, "ok");
    assert_eq!(alone.verdict(&scan(2), "buyer").overall, "warn");
    let stock = |alone: &Alone| {
        let view = alone.node.view();
        let mut stock = Index::new(&view).stock(None, None).expect("read");
        stock.sort_by_key(|row| row.standing);
        stock.into_iter().map(|row| (row.standing, row.packs)).collect::<Vec<_>>()
    };
    assert_eq!(stock(&alone), [(Standing::Held, 5), (Standing::InTransit, 15)]);
    let items = alone.items(Capacity::Holder, &[Subject::Unit(sscc())]);
    alone.deed(Role::Hospital, Act::Receive(Receive { site: SITE, trade: None, items })).await;
    assert_eq!(stock(&alone), [(Standing::Held, 20)]);
    assert_eq!(alone.verdict(&scan(2), "dispenser").overall, "ok");

    let view = alone.node.view();
    let index = Index::new(&view);
    assert_eq!(index.packs_in(unit).expect("read").len(), 15);
    let path = index.paths().unit(unit);
    let Some(Leaf::Unit(leaf)) = index.leaf(&path).expect("read") else { panic!("a unit") };
    let custody = index.chain(&path).expect("read").replay();
    assert_eq!((custody.events, custody.hash), (leaf.events, leaf.custody));
    let Subject::Pack(first) = pack(0) else { panic!("a pack") };
    let path = index.paths().pack(&first);
    let Some(Leaf::Pack(leaf)) = index.leaf(&path).expect("read") else { panic!("a pack") };
    let custody = index.chain(&path).expect("read").replay();
    assert_eq!((custody.events, custody.hash), (leaf.events, leaf.custody));
    alone.consensus.stop().await.expect("stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_goes_forward_with_updates() {
    let alone = stocked(1).await;
    let mut client = Client::new(&alone.node.anchor().to_bytes()).expect("an anchor");
    let view = alone.node.view();
    let update = proofs::update(&view, Height(0), None).expect("an update");
    let now = alone.node.clock().now().0;
    let advanced = client.advance(&update.to_bytes(), now).expect("accepted");
    assert!(advanced.history_shown);
    alone
        .deed(Role::Hospital, Act::WardIssue(AtSite { site: SITE, items: alone.items(Capacity::Holder, &[pack(0)]) }))
        .await;
    let view = alone.node.view();
    let update = proofs::update(&view, Height(advanced.height), None).expect("an update");
    let advanced = client.advance(&update.to_bytes(), alone.node.clock().now().0).expect("accepted");
    assert!(advanced.history_shown && advanced.newer);
    alone.consensus.stop().await.expect("stopped");
}
