//! A node whose ledger has one bit flipped, anywhere in the file, before it starts or while it runs: what it still proves is right, and otherwise it says
//! which record is damaged, and neither signs nor proves anything more from it.
//!
//! `MEDPROOF_NODE_FLIPS` sets the number of bits, otherwise 12.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::indexing_slicing, reason = "tests")]

mod chance;
mod goods;

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, request::Builder},
};
use chance::{Chance, figure, setting};
use goods::amoxicillin;
use http_body_util::BodyExt;
use medproof_consensus::Handle;
use medproof_core::{
    encoding::Message,
    identity::{Day, Lot, MemberId, PackId, ProductCode, Serial},
    plain::{Client, Policy, Verdict},
};
use medproof_node::{
    clock::Clock,
    config::Config,
    fault::Fault,
    folder::Folder,
    genesis_file::Role,
    http::{Face, limits::Quotas},
    index::Index,
    items::{self, Subject},
    node::{self, Node, store_key},
};
use medproof_rules::body::{Act, AtSite, Capacity, LotRelease, PackRegister, ProductRegister, Site};
use medproof_store::fsck;
use serde_json::Value;
use std::{fs, net::SocketAddr, num::NonZero, os::unix::fs::FileExt, path::Path, sync::Arc, time::Duration};
use tower::ServiceExt;

const ME: MemberId = MemberId(1);
const GTIN: &str = "09504000059101";
const SITE: Site = Site(10_000_000_000_000);
const PACKS: usize = 700;
const MANY: usize = 250;

/// Every so manieth pack is dispensed.
const DISPENSED: usize = 7;

#[tokio::test(flavor = "multi_thread")]
async fn no_flipped_bit_makes_a_node_prove_anything_wrong() {
    let (flips, mut chance) = (setting("MEDPROOF_NODE_FLIPS", 12), Chance::new("flips"));
    let place = tempfile::tempdir().expect("a folder");
    let whole = place.path().join("whole");
    fill(&whole).await;
    let mut figures = Figures::default();
    for flip in 0..flips {
        let data = place.path().join(format!("flip-{flip}"));
        copy(&whole, &data);
        // The original never runs again, and the copy may sign.
        fs::remove_file(Folder::new(&data).signing().join("place")).expect("a mark");
        let (at, bit) = (chance.below(u64::MAX), chance.below(8));
        let file = Folder::new(&data).store();
        if flip.is_multiple_of(2) {
            flip_bit(&file, at, bit);
            figures.found += u64::from(is_found(&data));
        }
        // What was read once would hide what happens on the disk.
        match open(&data, 0) {
            Ok(node) => {
                let suspect = Suspect::start(node).await;
                if !flip.is_multiple_of(2) {
                    flip_bit(&file, at, bit);
                }
                suspect.examine(&mut chance, &mut figures).await;
            }
            Err(fault) => {
                assert_names_a_record(fault.code());
                figures.not_opened += 1;
            }
        }
        fs::remove_dir_all(&data).expect("removed");
    }
    figure("flips", "bits flipped in the node's file", flips);
    figure("flips", "of them before the start", flips.div_ceil(2));
    figure("flips", "of these found by fsck", figures.found);
    figure("flips", "node refused to start, naming the record", figures.not_opened);
    figure("flips", "node refused later, naming the record", figures.refused);
    figure("flips", "node went on, everything right", figures.unharmed);
    figure("flips", "proofs verified against the anchor", figures.proofs);
    figure("flips", "wrong proofs", figures.wrong);
    assert_eq!(figures.wrong, 0);
    assert!(figures.not_opened + figures.refused + figures.unharmed == flips && figures.proofs > flips);
    assert!(figures.found >= figures.not_opened, "{figures:?}");
}

/// What all flips together showed.
#[derive(Debug, Default)]
struct Figures {
    found: u64,
    not_opened: u64,
    refused: u64,
    unharmed: u64,
    proofs: u64,
    wrong: u64,
}

/// A node on a damaged ledger.
struct Suspect {
    node: Arc<Node>,
    router: Router,
    /// `None` if it refused to take part.
    consensus: Option<Handle>,
    anchor: Vec<u8>,
    has_refused: bool,
}

impl Suspect {
    async fn start(node: Node) -> Self {
        let node = Arc::new(node);
        let started = node.start().await;
        let has_refused = started.is_err();
        let consensus = started.inspect_err(|fault| assert_names_a_record(fault.code())).ok();
        let router = Face::new(Arc::clone(&node)).map(|face| face.router());
        let router = router.unwrap_or_else(|fault| {
            assert_names_a_record(fault.code());
            Router::new()
        });
        Self { anchor: node.anchor().to_bytes(), node, router, consensus, has_refused }
    }

    /// Asks for proofs, lets it sign a block, and asks again.
    async fn examine(mut self, chance: &mut Chance, figures: &mut Figures) {
        for _ in 0..12 {
            let number = chance.below(PACKS as u64 + 20) as usize;
            self.prove(number, expected(number), figures).await;
        }
        self.prove_many(chance, figures).await;
        self.update(figures).await;
        // A pack that is not dispensed yet.
        let number = chance.below((PACKS / DISPENSED) as u64) as usize * DISPENSED + 1;
        if self.dispense(number).await {
            assert!(!self.has_refused, "it signed after it had found damage");
            self.prove(number, "do-not-use", figures).await;
        }
        for _ in 0..3 {
            let other = chance.below((PACKS / DISPENSED) as u64) as usize * DISPENSED + 2;
            self.prove(other, expected(other), figures).await;
        }
        let count = if self.has_refused { &mut figures.refused } else { &mut figures.unharmed };
        *count += 1;
        if let Some(consensus) = self.consensus {
            // How it ends is part of what the damage did.
            let _ = consensus.stop().await;
        }
    }

    /// Asks for a proof and checks it as a client does.
    async fn prove(&mut self, number: usize, overall: &str, figures: &mut Figures) {
        let uri = format!("/v1/proofs?code=%5Dd201{GTIN}21{}", serial(number));
        let Some(proof) = self.get(&uri).await else { return };
        let mut client = Client::new(&self.anchor).expect("an anchor");
        let scan = format!("]d201{GTIN}21{}", serial(number));
        let verdict = client.verify(&scan, &proof, Clock::wall().now().0, &policy()).expect("a policy");
        figures.proofs += 1;
        if verdict.overall != overall {
            println!("pack {number} is not {overall}: {verdict:?}");
            figures.wrong += 1;
        }
    }

    /// Asks for one proof about a thousand packs, so that much of the file is read.
    async fn prove_many(&mut self, chance: &mut Chance, figures: &mut Figures) {
        let first = chance.below((PACKS - MANY) as u64) as usize;
        let scan = |number| format!("]d201{GTIN}21{}", serial(number));
        let codes: Vec<String> = (first..first + MANY).map(scan).collect();
        let request = Request::post("/v1/proofs").header("content-type", "application/json");
        let body = serde_json::json!({ "codes": codes }).to_string();
        let Some(proof) = self.send(request, body).await else { return };
        let mut client = Client::new(&self.anchor).expect("an anchor");
        let many = client.verify_many(&codes, &proof, Clock::wall().now().0, &policy()).expect("a policy");
        let is_right = |(number, verdict): (usize, &Verdict)| verdict.overall == expected(number);
        figures.proofs += 1;
        let right = (first..).zip(&many.verdicts).filter(|pair| is_right(*pair)).count();
        if right != MANY {
            println!("{} of {MANY} are wrong: {:?}", MANY - right, many.verdicts.first());
            figures.wrong += 1;
        }
    }

    async fn update(&mut self, figures: &mut Figures) {
        let Some(update) = self.get("/v1/updates?from=0").await else { return };
        let mut client = Client::new(&self.anchor).expect("an anchor");
        if let Err(cause) = client.advance(&update, Clock::wall().now().0) {
            println!("a wrong update: {cause:?}");
            figures.wrong += 1;
        }
    }

    async fn get(&mut self, uri: &str) -> Option<Vec<u8>> {
        self.send(Request::get(uri), String::new()).await
    }

    /// The bytes of an answer; `None` where the node says that its ledger is damaged.
    async fn send(&mut self, request: Builder, body: String) -> Option<Vec<u8>> {
        let peer = ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 50_000)));
        let request = request.header("accept", "application/vnd.medproof.proof, application/vnd.medproof.update");
        let request = request.extension(peer).body(Body::from(body)).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (status, body) = (response.status(), response.into_body().collect().await.expect("a body").to_bytes());
        if status.is_success() {
            assert!(!self.has_refused || self.consensus.is_some(), "it proved after it had refused to start");
            return Some(body.to_vec());
        }
        assert!(status.is_server_error(), "{status} {}", String::from_utf8_lossy(&body));
        let problem: Value = serde_json::from_slice(&body).expect("JSON");
        assert_names_a_record(problem["type"].as_str().unwrap_or_default());
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.len() > 20), "{problem}");
        self.has_refused = true;
        None
    }

    /// Dispenses a pack, if the node still signs.
    async fn dispense(&mut self, number: usize) -> bool {
        let Some(consensus) = &mut self.consensus else { return false };
        let node = Arc::clone(&self.node);
        let deed = async move {
            let items = named(&node, &[number])?;
            node.deed(ME, Role::Hospital, Act::Dispense(AtSite { site: SITE, items })).await
        };
        let done: Result<(), String> = tokio::select! {
            done = deed => done.map(|_| ()).map_err(|fault| fault.code().to_owned()),
            ended = consensus.ended() => Err(ended.expect_err("damage").to_string()),
            () = tokio::time::sleep(Duration::from_secs(30)) => panic!("neither signed nor refused"),
        };
        if let Err(cause) = &done {
            assert!(cause.contains("store.damaged.") || cause.contains("is damaged"), "{cause}");
            self.has_refused = true;
        }
        done.is_ok()
    }
}

fn assert_names_a_record(code: &str) {
    assert!(code.starts_with("store.damaged."), "{code}");
}

/// What a client must be told of a pack: every seventh is dispensed, and those behind the last are not registered.
const fn expected(number: usize) -> &'static str {
    if number >= PACKS || number.is_multiple_of(DISPENSED) { "do-not-use" } else { "ok" }
}

/// Flips a bit of the byte at `at`, counted round the file as long as it is now: the engine shortens it at times.
fn flip_bit(path: &Path, at: u64, bit: u64) {
    let file = fs::File::options().read(true).write(true).open(path).expect("opened");
    let at = at % file.metadata().expect("a ledger").len();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).expect("read");
    byte[0] ^= 1 << bit;
    file.write_all_at(&byte, at).expect("written");
}

/// Whether a check of the whole file finds the flipped bit.
fn is_found(data: &Path) -> bool {
    let folder = Folder::new(data);
    let key = store_key(&folder).expect("a key");
    let report = fsck(&folder.store(), &key, &mut |_| {});
    !report.expect("read").is_clean()
}

fn open(data: &Path, cache_mib: u32) -> Result<Node, Fault> {
    let folder = Folder::new(data);
    let mut config = Config::load(&folder).expect("read");
    config.consensus.listen.set_port(0);
    config.store.cache_mib = cache_mib;
    let many = 1_000_000;
    config.api.limits = Quotas { light: many, query: many, change: many, report: many, exact: many };
    Node::open(folder, config, Clock::wall())
}

/// A chain of a product with packs, some of them dispensed.
async fn fill(data: &Path) {
    node::init(&Folder::new(data), "Hospital", jiff::Timestamp::now()).expect("made");
    let node = open(data, 16).expect("opened");
    let consensus = node.start().await.expect("started");
    let deed = async |role, act| node.deed(ME, role, act).await.expect("accepted");
    let register = ProductRegister { product: product(), info: amoxicillin(), random_serials: false };
    deed(Role::Manufacturer, Act::ProductRegister(register)).await;
    let lot = Lot::new("L1").expect("a lot");
    let expiry = Day::from_date(2035, 1, 1).expect("a date");
    deed(Role::Manufacturer, Act::LotRelease(LotRelease { product: product(), lot: lot.clone(), expiry })).await;
    let numbers: Vec<usize> = (0..PACKS).collect();
    for part in numbers.chunks(100) {
        let serials = part.iter().map(|number| serial_of(*number)).collect();
        let quantity = NonZero::<u16>::MIN;
        let packs = PackRegister { product: product(), lot: lot.clone(), quantity, serials };
        deed(Role::Manufacturer, Act::PackRegister(packs)).await;
        let dispensed: Vec<usize> = part.iter().copied().filter(|number| number.is_multiple_of(DISPENSED)).collect();
        let items = named(&node, &dispensed).expect("read");
        deed(Role::Hospital, Act::Dispense(AtSite { site: SITE, items })).await;
    }
    consensus.stop().await.expect("stopped");
}

fn named(node: &Node, numbers: &[usize]) -> Result<medproof_rules::body::Items, Fault> {
    let view = node.view();
    let pack = |number: &usize| Subject::Pack(PackId { product: product(), serial: serial_of(*number) });
    let subjects: Vec<Subject> = numbers.iter().map(pack).collect();
    Ok(items::name(&Index::new(&view), Capacity::Holder, &subjects)?.items)
}

fn product() -> ProductCode {
    ProductCode::from_gtin14(GTIN).expect("a GTIN")
}

fn serial(number: usize) -> String {
    format!("S{number:05}")
}

fn serial_of(number: usize) -> Serial {
    Serial::new(&serial(number)).expect("a serial")
}

fn policy() -> Policy {
    Policy {
        purpose: "buyer".into(),
        mode: "online".into(),
        // The newest block is the one before the harm, and many flips take a while.
        max_age_online_ms: Some(86_400_000),
        max_age_carried_ms: None,
        clock_tolerance_ms: None,
    }
}

/// Copies a folder with everything in it, its permissions too.
fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("made");
    fs::set_permissions(to, fs::metadata(from).expect("there").permissions()).expect("set");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("read");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type().expect("read").is_dir() {
            copy(&from, &to)
        } else {
            fs::copy(&from, &to).map(drop).expect("copied")
        }
    }
}
