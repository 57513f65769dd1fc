//! A node that is killed at random moments under load: what it acknowledged is on the chain, its file is whole, and it
//! contradicts no vote that it signed.
//!
//! The child is this test's own program, told by a variable to run a node and to print each event that it was
//! acknowledged. `MEDPROOF_NODE_KILLS` sets how often it is killed, otherwise 10 times.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "tests")]

mod chance;

use chance::{Chance, figure, setting};
use medproof_consensus::SigningState;
use medproof_core::{
    certificate::VoteKind,
    hash::Digest,
    header::Height,
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
use medproof_store::{View, fsck};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    num::NonZero,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

const CHILD: &str = "MEDPROOF_KILLED_CHILD";
const ME: MemberId = MemberId(1);

/// After so many kills a new chain begins, so that checking all of one stays quick.
const KILLS_A_CHAIN: u64 = 20;

#[test]
fn what_was_acknowledged_survives_every_kill() {
    if let Ok(data) = std::env::var(CHILD) {
        load(Path::new(&data));
        return;
    }
    let (kills, mut chance) = (setting("MEDPROOF_NODE_KILLS", 10), Chance::new("kills"));
    let mut figures = Figures::default();
    let mut done = 0;
    while done < kills {
        let mut victim = Victim::new();
        for _ in 0..KILLS_A_CHAIN.min(kills - done) {
            victim.run_and_kill(&mut chance);
            victim.check(&mut figures);
            done += 1;
        }
        figures.acknowledged += victim.acknowledged.len();
    }
    assert!(figures.acknowledged as u64 > kills, "nothing was acknowledged between kills");
    figure("kills", "kill -9 under load", done);
    figure("kills", "events acknowledged, all found again", figures.acknowledged);
    figure("kills", "votes compared with the block decided", figures.votes);
    figure("kills", "kills between a vote and its block", figures.lone_votes);
    figure("kills", "records checked by fsck, all whole", figures.records);
}

/// What all runs together showed.
#[derive(Default)]
struct Figures {
    acknowledged: usize,
    votes: usize,
    lone_votes: usize,
    records: u64,
}

/// Where a vote stands: height, round, kind.
type Step = (u64, u32, u8);

/// A node's folder, and what is known from outside of what it did.
struct Victim {
    data: PathBuf,
    _place: tempfile::TempDir,
    acknowledged: Vec<Digest>,
    /// Every vote that a kill left behind, by where it stands.
    votes: BTreeMap<Step, Digest>,
    /// The newest block that was compared with them.
    compared: u64,
}

impl Victim {
    fn new() -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let data = place.path().join("data");
        node::init(&Folder::new(&data), "Hospital", jiff::Timestamp::now()).expect("made");
        let (acknowledged, votes) = (Vec::new(), BTreeMap::new());
        Self { data, _place: place, acknowledged, votes, compared: 0 }
    }

    /// Runs a node under load and kills it: at any moment after its first acknowledgement, or every fourth time at
    /// any moment after its start.
    fn run_and_kill(&mut self, chance: &mut Chance) {
        let test = std::env::current_exe().expect("this program");
        let mut child = Command::new(test)
            .args(["--exact", "what_was_acknowledged_survives_every_kill", "--nocapture"])
            .env(CHILD, &self.data)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("started");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut first = None;
        if chance.below(4) > 0 {
            while first.is_none() {
                first = read(&lines.next().expect("the child runs").expect("text"));
            }
        }
        std::thread::sleep(Duration::from_micros(chance.below(300_000)));
        child.kill().expect("killed");
        child.wait().expect("ended");
        self.acknowledged.extend(first);
        self.acknowledged.extend(lines.map_while(Result::ok).filter_map(|line| read(&line)));
    }

    /// Every hash of the file is right, no vote contradicts another, and every acknowledged event is on the chain.
    fn check(&mut self, figures: &mut Figures) {
        let folder = Folder::new(&self.data);
        let report = fsck(&folder.store(), &store_key(&folder).expect("a key"), &mut |_| {}).expect("read");
        assert!(report.is_clean(), "{report:?}");
        figures.records += report.checked;
        let node = Node::open(folder, config(), Clock::wall()).expect("opened");
        let view = node.view();
        let tip = view.mark().expect("blocks").height.0;
        figures.lone_votes += usize::from(self.note_votes(&node) > tip);
        figures.votes += self.compare_blocks(&view);
        let index = Index::new(&view);
        for id in &self.acknowledged {
            let place = index.event_index(id).expect("read").unwrap_or_else(|| panic!("{} is lost", to_hex(&id.0)));
            let event = index.event(place).expect("read").expect("an event");
            assert_eq!(event.head().id(), *id);
        }
    }

    /// What the key has signed at the height where the kill came; answers that height.
    fn note_votes(&mut self, node: &Node) -> u64 {
        let [validator] = node.genesis().set.validators() else { panic!("one validator") };
        let path = node.folder().signing().join("signing.state");
        // A kill before the first vote leaves none.
        let Some(state) = SigningState::open(&path, &node.genesis().chain_id(), &validator.key).expect("read") else {
            return 0;
        };
        for vote in state.votes() {
            let step = (state.height().0, vote.round, vote.kind as u8);
            let known = *self.votes.entry(step).or_insert(vote.header_hash);
            assert_eq!(known, vote.header_hash, "two votes at {step:?}");
        }
        state.height().0
    }

    /// Each block since the last comparison is the one that was voted for in its round, where votes are known.
    fn compare_blocks(&mut self, view: &View) -> usize {
        let (tip, mut compared) = (view.mark().expect("blocks").height.0, 0);
        for height in self.compared + 1..=tip {
            let hash = view.header(Height(height)).expect("read").expect("a header").hash();
            let round = view.certificate(Height(height)).expect("read").expect("a certificate").round();
            let kinds = [VoteKind::Proposal, VoteKind::Prevote, VoteKind::Precommit];
            for kind in kinds {
                if let Some(voted) = self.votes.get(&(height, round, kind as u8)) {
                    assert_eq!(*voted, hash, "block {height} is not the one voted for");
                    compared += 1;
                }
            }
        }
        self.compared = tip;
        compared
    }
}

fn read(line: &str) -> Option<Digest> {
    line.strip_prefix("acknowledged ").and_then(from_hex).map(Digest)
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
