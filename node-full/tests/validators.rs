//! Several nodes in one process: what one of them takes reaches those that propose.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod goods;

use ed25519_dalek::SigningKey;
use goods::amoxicillin;
use medproof_consensus::{Handle, NodeName};
use medproof_core::{
    hash::Digest,
    identity::{Day, Lot, MemberId, ProductCode, Serial},
    keys::KeyNumber,
};
use medproof_node::{
    clock::Clock,
    config::Config,
    folder::Folder,
    genesis_file::{FirstValidator, GenesisFile, MemberEntry, Role},
    keyring::{self, MemberKey},
    node::{self, Node},
    pool::{Bundle, Outcome},
};
use medproof_rules::body::{Act, Body, LotRelease, PackRegister, ProductRegister};
use std::{
    net::{SocketAddr, TcpListener},
    num::NonZero,
    sync::Arc,
    time::Duration,
};

const ME: MemberId = MemberId(1);
const PATIENCE: Duration = Duration::from_secs(60);

struct Place {
    node: Arc<Node>,
    _handle: Handle,
    _place: tempfile::TempDir,
}

/// Three validators, and first a node that only follows and has the member's key.
async fn network() -> Vec<Place> {
    let places: Vec<_> = (0..4).map(|_| tempfile::tempdir().expect("a folder")).collect();
    let folders: Vec<_> = places.iter().map(|place| Folder::new(place.path().join("data"))).collect();
    let member = MemberKey::new(ME, KeyNumber(1), &[9; 32]);
    let mut file = GenesisFile::new("Region", jiff::Timestamp::now());
    file.members.push(MemberEntry::new(&member, &Role::ALL, "Hospital"));
    // Held until all are chosen, so that all differ.
    let listeners: Vec<_> = folders.iter().map(|_| TcpListener::bind("127.0.0.1:0").expect("a port")).collect();
    let mut peers = Vec::new();
    for (number, folder) in folders.iter().enumerate() {
        folder.create().expect("made");
        let secret = |name| SigningKey::from_bytes(&keyring::secret_or_new(folder, name).expect("a key"));
        let key = keyring::to_hex(&keyring::public_key(&secret("validator.key")).0);
        if number > 0 {
            file.validators.push(FirstValidator { key, power: 1 });
        }
        let name = NodeName(secret("node.key").verifying_key().to_bytes());
        peers.push((name, listeners[number].local_addr().expect("an address")));
    }
    drop(listeners);
    let path = keyring::member_file(&folders[0].keys(), ME, KeyNumber(1));
    keyring::write_secret(&path, &member.secret()).expect("written");
    let mut nodes = Vec::new();
    for (number, (folder, place)) in folders.into_iter().zip(places).enumerate() {
        nodes.push(started(folder, place, &file, number, &peers).await);
    }
    nodes
}

async fn started(
    folder: Folder,
    place: tempfile::TempDir,
    file: &GenesisFile,
    number: usize,
    peers: &[(NodeName, SocketAddr)],
) -> Place {
    node::init_with(&folder, file.clone()).expect("made");
    let mut config = Config::load(&folder).expect("read");
    config.consensus.listen = peers[number].1;
    let others = peers.iter().enumerate().filter(|(other, _)| *other != number);
    config.consensus.peers = others.map(|(_, (name, address))| format!("{name}@{address}")).collect();
    let node = Arc::new(Node::open(folder, config, Clock::wall()).expect("opened"));
    let handle = node.start().await.expect("started");
    Place { node, _handle: handle, _place: place }
}

/// A node without a vote cannot put its event into a block: only those that it spread it to can.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_follower_takes_reaches_the_validators_and_counts_once() {
    let nodes = network().await;
    let follower = &nodes[0].node;
    let product = ProductCode::from_gtin14("09504000059101").expect("a GTIN");
    let (lot, expiry) = (Lot::new("L1").expect("a lot"), Day::from_date(2030, 5, 31).expect("a date"));
    let register = |first: u32, last: u32| {
        let serials = (first..=last).map(|number| Serial::new(&format!("{number:020}")).expect("a serial")).collect();
        let (product, lot) = (product.clone(), lot.clone());
        Act::PackRegister(PackRegister { product, lot, quantity: NonZero::<u16>::MIN, serials })
    };
    let signed = |act| follower.sign(ME, Role::Manufacturer, &Body::new(Digest::ZERO, act)).expect("signed");
    let acts = [
        Act::ProductRegister(ProductRegister { product: product.clone(), info: amoxicillin(), random_serials: false }),
        Act::LotRelease(LotRelease { product: product.clone(), lot: lot.clone(), expiry }),
        register(1, 1),
    ];
    let mut last = None;
    for act in acts {
        // Connections come up in their own time: what is spread before them is lost, and spread again.
        let event = signed(act);
        let taken = tokio::time::timeout(PATIENCE, follower.submit(event.clone())).await.expect("in time");
        last = Some((event, taken.expect("accepted")));
    }
    let (event, _) = last.expect("events");
    let long = Bundle::new(vec![signed(register(10_001, 20_000)), signed(register(20_001, 30_000))]);
    let taken = tokio::time::timeout(PATIENCE, follower.hand_in(long)).await.expect("in time");
    let Ok(Outcome::Accepted(receipts)) = taken else { panic!("{taken:?}") };
    let receipt = receipts[1];
    let size = follower.view().log_size();
    tokio::time::timeout(PATIENCE, async {
        for place in &nodes {
            let mut tip = place.node.ledger().tip();
            while tip.borrow_and_update().height() < receipt.height {
                let _ = tip.changed().await;
            }
            assert_eq!(place.node.view().log_size(), size);
        }
    })
    .await
    .expect("all have it");
    // Played again at a validator it changes nothing: it is refused, or, where it is just being taken out of what waits,
    // answered with what became of it.
    match tokio::time::timeout(PATIENCE, nodes[1].node.submit(event.clone())).await.expect("in time") {
        Ok(known) => assert_eq!(known.id, event.head().id()),
        Err(fault) => assert_eq!(fault.code(), "rules.event.number-used"),
    }
    assert_eq!(nodes[1].node.view().log_size(), size);
}

/// Nobody tells a node without a vote what was refused: where blocks come and none takes the event, it sees for itself.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_validators_refuse_is_refused_at_a_follower() {
    let nodes = network().await;
    let follower = &nodes[0].node;
    let product = ProductCode::from_gtin14("09504000059101").expect("a GTIN");
    let (lot, expiry) = (Lot::new("L1").expect("a lot"), Day::from_date(2030, 5, 31).expect("a date"));
    // There is no such product.
    let act = Act::LotRelease(LotRelease { product, lot, expiry });
    let refused = follower.deed(ME, Role::Manufacturer, act);
    let others = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        // Blocks come all the same.
        let product = ProductCode::from_gtin14("09504000000011").expect("a GTIN");
        let act = Act::ProductRegister(ProductRegister { product, info: amoxicillin(), random_serials: false });
        let event = follower.sign(ME, Role::Manufacturer, &Body::new(Digest::ZERO, act)).expect("signed");
        nodes[1].node.submit(event).await
    };
    let (refused, accepted) =
        tokio::time::timeout(PATIENCE, async { tokio::join!(refused, others) }).await.expect("in time");
    assert!(accepted.is_ok(), "{accepted:?}");
    assert_eq!(refused.expect_err("no such product").code(), "rules.product.absent");
}
