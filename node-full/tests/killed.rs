//! A node that is killed at random moments under load: what it acknowledged is on the chain, its file is whole, and it
//! goes on with the same votes.
//!
//! The child is this test's own program, told by a variable to run a node and to print each event that it was
//! acknowledged. `MEDPROOF_NODE_KILLS` sets how often it is killed, otherwise 10 times.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "tests")]

use medproof_core::{
    hash::Digest,
    identity::{Day, Lot, MemberId, ProductCode, Serial},
    info::ProductInfo,
};
use medproof_node::{
    clock::Clock,
    config::Config,
    folder::Folder,
    genesis_file::Role,
    index::Index,
    keyring::{from_hex, to_hex},
    node::{self, Node, store_key},
};
use medproof_rules::body::{Act, LotRelease, PackRegister, ProductRegister};
use medproof_store::fsck;
use std::{
    io::{BufRead, BufReader, Write},
    num::NonZero,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

const CHILD: &str = "MEDPROOF_KILLED_CHILD";
const ME: MemberId = MemberId(1);

#[test]
fn what_was_acknowledged_survives_every_kill() {
    if let Ok(data) = std::env::var(CHILD) {
        load(Path::new(&data));
        return;
    }
    let place = tempfile::tempdir().expect("a folder");
    let data = place.path().join("data");
    node::init(&Folder::new(&data), "Hospital", jiff::Timestamp::now()).expect("made");
    let kills = std::env::var("MEDPROOF_NODE_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(10);
    let mut acknowledged = Vec::new();
    for kill in 0..kills {
        acknowledged.extend(run_and_kill(&data, kill));
        check(&data, &acknowledged);
    }
    assert!(acknowledged.len() > kills, "nothing was acknowledged between kills");
}

/// Runs a node under load, kills it, and answers what it had acknowledged.
fn run_and_kill(data: &Path, kill: usize) -> Vec<Digest> {
    let test = std::env::current_exe().expect("this program");
    let mut child = Command::new(test)
        .args(["--exact", "what_was_acknowledged_survives_every_kill", "--nocapture"])
        .env(CHILD, data)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("started");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut acknowledged = Vec::new();
    // At least one event; then a moment that differs from kill to kill.
    while acknowledged.is_empty() {
        let line = lines.next().expect("the child runs").expect("text");
        acknowledged.extend(read(&line));
    }
    std::thread::sleep(Duration::from_micros(7_919 * (kill as u64 * 31 % 29)));
    child.kill().expect("killed");
    child.wait().expect("ended");
    acknowledged.extend(lines.map_while(Result::ok).filter_map(|line| read(&line)));
    acknowledged
}

fn read(line: &str) -> Option<Digest> {
    line.strip_prefix("acknowledged ").and_then(from_hex).map(Digest)
}

/// Every hash of the file is right, and every acknowledged event is on the chain.
fn check(data: &Path, acknowledged: &[Digest]) {
    let folder = Folder::new(data);
    let key = store_key(&folder).expect("a key");
    let report = fsck(&folder.store(), &key, &mut |_| {}).expect("read");
    assert!(report.is_clean(), "{report:?}");
    let node = Node::open(folder, config(), Clock::wall()).expect("opened");
    let view = node.view();
    let index = Index::new(&view);
    for id in acknowledged {
        let place = index.event_index(id).expect("read").unwrap_or_else(|| panic!("{} is lost", to_hex(&id.0)));
        let event = index.event(place).expect("read").expect("an event");
        assert_eq!(event.head().id(), *id);
    }
}

fn config() -> Config {
    let mut config = Config::default();
    config.consensus.listen.set_port(0);
    config
}

/// The child: a node that takes part, and eight callers that register packs as fast as they are answered.
fn load(data: &Path) {
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(async {
        let node = Arc::new(Node::open(Folder::new(data), config(), Clock::wall()).expect("opened"));
        let mut consensus = node.start().await.expect("started");
        let role = format!("{:?}", consensus.role());
        assert_eq!(role, "Validator", "a kill must not cost the vote");
        let lot = prepare(&node).await;
        for caller in 0..8 {
            tokio::spawn(register(Arc::clone(&node), lot.clone(), caller));
        }
        let ended = consensus.ended().await;
        panic!("consensus ended: {ended:?}");
    });
}

/// A product and a lot of this run's own.
async fn prepare(node: &Node) -> Lot {
    let info = ProductInfo {
        name_zh: String::new(),
        name_en: "Amoxicillin".into(),
        holder: String::new(),
        form: String::new(),
        strength: String::new(),
        pack_size: String::new(),
        approval_number: String::new(),
        atc: String::new(),
        limits: None,
    };
    let register = ProductRegister { product: product(), info, random_serials: false };
    // In every run but the first it is there already.
    let _ = node.deed(ME, Role::Manufacturer, Act::ProductRegister(register)).await;
    let lot = Lot::new(&format!("L{}", node.clock().now().0)).expect("a lot");
    let expiry = Day::from_date(2035, 1, 1).expect("a date");
    let release = LotRelease { product: product(), lot: lot.clone(), expiry };
    node.deed(ME, Role::Manufacturer, Act::LotRelease(release)).await.expect("accepted");
    lot
}

async fn register(node: Arc<Node>, lot: Lot, caller: usize) {
    for number in 0_u32.. {
        let serials =
            (0..20).map(|pack| Serial::new(&format!("{}-{caller}-{number}-{pack}", short(&lot))).expect("a serial"));
        let packs = PackRegister {
            product: product(),
            lot: lot.clone(),
            quantity: NonZero::<u16>::MIN,
            serials: sorted(serials),
        };
        let receipt = node.deed(ME, Role::Manufacturer, Act::PackRegister(packs)).await.expect("accepted");
        let mut out = std::io::stdout().lock();
        writeln!(out, "acknowledged {}", to_hex(&receipt.id.0)).expect("heard");
        out.flush().expect("heard");
    }
}

/// Serials ascend in an event.
fn sorted(serials: impl Iterator<Item = Serial>) -> Vec<Serial> {
    let mut serials: Vec<Serial> = serials.collect();
    serials.sort_by(|a, b| (a.as_str().len(), a.as_str()).cmp(&(b.as_str().len(), b.as_str())));
    serials
}

/// The end of a lot's number: a serial has at most 20 characters.
fn short(lot: &Lot) -> &str {
    let text = lot.as_str();
    text.get(text.len().saturating_sub(8)..).unwrap_or(text)
}

fn product() -> ProductCode {
    ProductCode::from_gtin14("09504000059101").expect("a GTIN")
}
