//! A validator alone whose ledger is put back from a backup: it signs nothing twice, and says what to do.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use medproof_consensus::{Handle, Role as VoteRole, SigningState};
use medproof_core::{
    hash::Digest,
    header::Height,
    identity::{MemberId, ProductCode},
    info::ProductInfo,
};
use medproof_node::{
    clock::Clock,
    config::Config,
    fault::Fault,
    folder::Folder,
    genesis_file::Role,
    node::{self, Node, store_key},
};
use medproof_rules::body::{Act, ProductRegister};
use medproof_store::{Store, write_newest};
use std::{
    fs,
    path::{Path, PathBuf},
};

const ME: MemberId = MemberId(1);

/// A validator that was backed up at one block and went on to a later one.
struct Before {
    place: tempfile::TempDir,
    /// `signing/` as it was when the backup was made.
    old_signing: PathBuf,
    backup: PathBuf,
    backed_up: Height,
    newest: Height,
}

impl Before {
    async fn new() -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let at = |name: &str| place.path().join(name);
        let (data, backup, old_signing) = (Folder::new(at("data")), at("backup"), at("old-signing"));
        node::init(&data, "Hospital", jiff::Timestamp::now()).expect("made");
        let (node, consensus) = run(&data).await.expect("runs");
        assert_eq!(*consensus.role(), VoteRole::Validator);
        let mut backed_up = Height(0);
        for number in 0..6 {
            if number == 3 {
                // While it runs, as people do it.
                node.ledger().store().backup_to(&backup, &key(&data), &mut |_| {}).expect("copied");
                copy(&data.signing(), &old_signing);
                backed_up = height(&node);
            }
            register(&node, number).await;
        }
        let newest = height(&node);
        stop(node, consensus).await;
        assert!(backed_up < newest);
        Self { place, old_signing, backup, backed_up, newest }
    }

    fn data(&self) -> Folder {
        Folder::new(self.place.path().join("data"))
    }

    /// A new folder with the backup and the keys, as on another machine, and no signing state.
    fn restored(&self, name: &str) -> Folder {
        let (from, to) = (self.data(), Folder::new(self.place.path().join(name)));
        to.create().expect("made");
        for file in ["genesis.bin", "config.toml"] {
            fs::copy(from.path().join(file), to.path().join(file)).expect("copied");
        }
        copy(&from.keys(), &to.keys());
        Store::restore(&self.backup, &to.store(), &key(&to)).expect("restored");
        to
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_signing_state_it_refuses() {
    let before = Before::new().await;
    let restored = before.restored("restored");
    assert_refuses(&restored, "node.signing.lost").await;
    // The mark of a used key may be lost with the disk: the chain says the same.
    fs::remove_file(restored.keys().join("validator.used")).expect("removed");
    assert_refuses(&restored, "node.signing.lost").await;
    assert!(!restored.signing().join("signing.state").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_copy_of_its_signing_state_it_refuses() {
    let before = Before::new().await;
    let restored = before.restored("restored");
    fs::remove_dir_all(restored.signing()).expect("removed");
    copy(&before.old_signing, &restored.signing());
    let state = fs::read(restored.signing().join("signing.state")).expect("a state");
    assert_refuses(&restored, "node.signing.copied").await;
    assert_eq!(fs::read(restored.signing().join("signing.state")).expect("a state"), state, "it signed");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_its_own_folder_an_older_ledger_is_refused_twice() {
    let before = Before::new().await;
    let data = before.data();
    write_newest(&data.newest(), &mark(&data)).expect("written");
    fs::remove_file(data.store()).expect("removed");
    Store::restore(&before.backup, &data.store(), &key(&data)).expect("restored");
    // By the newest header that was seen, and, if somebody takes that away, by what was signed.
    assert_refuses(&data, "store.rolled-back").await;
    fs::remove_file(data.newest()).expect("removed");
    let signed = votes(&data);
    assert_refuses(&data, "node.signing.behind").await;
    assert_eq!(votes(&data), signed, "it signed");
    assert_eq!(signed.0, before.newest);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_ledger_goes_on_where_it_was() {
    let before = Before::new().await;
    let data = before.data();
    let (backup, (height_before, votes_before)) = (before.place.path().join("newest"), votes(&data));
    let store = Store::open(&data.store(), &key(&data), &Default::default()).expect("opened");
    store.backup_to(&backup, &key(&data), &mut |_| {}).expect("copied");
    drop(store);
    fs::remove_file(data.store()).expect("removed");
    Store::restore(&backup, &data.store(), &key(&data)).expect("restored");
    let (node, consensus) = run(&data).await.expect("runs");
    assert_eq!(*consensus.role(), VoteRole::Validator);
    register(&node, 9).await;
    assert!(height(&node) > before.newest && before.backed_up < before.newest);
    let hash = node.view().header(height_before).expect("read").expect("a header").hash();
    assert!(votes_before.iter().all(|(_, voted)| *voted == hash), "another block stands where it had voted");
    stop(node, consensus).await;
}

/// The node does not start to sign, and the fault says why in both languages.
async fn assert_refuses(data: &Folder, code: &str) {
    let fault = run(data).await.map(|_| ()).expect_err("refused");
    assert_eq!(fault.code(), code);
    for language in [medproof_node::messages::Language::English, medproof_node::messages::Language::Chinese] {
        let message = medproof_node::messages::find(code, language).expect("a message");
        assert!(!message.next.is_empty());
    }
}

async fn run(data: &Folder) -> Result<(Node, Handle), Fault> {
    let mut config = Config::load(data).expect("read");
    config.consensus.listen.set_port(0);
    let node = Node::open(data.clone(), config, Clock::wall())?;
    let consensus = node.start().await?;
    Ok((node, consensus))
}

/// Stops, and returns when the ledger is closed.
async fn stop(node: Node, consensus: Handle) {
    consensus.stop().await.expect("stopped");
    let data = node.folder().clone();
    drop(node);
    for _ in 0..200 {
        match Store::open(&data.store(), &key(&data), &Default::default()) {
            Err(medproof_store::StoreError::InUse) => tokio::time::sleep(std::time::Duration::from_millis(25)).await,
            opened => return drop(opened.expect("opened")),
        }
    }
    panic!("the ledger stays open");
}

/// What the key signed last: the height, and of each vote its round and the header.
fn votes(data: &Folder) -> (Height, Vec<(u32, Digest)>) {
    let genesis = medproof_node::folder::read(&data.genesis()).expect("a file");
    let genesis: medproof_core::genesis::Genesis =
        medproof_core::encoding::Message::from_bytes(&genesis).expect("a genesis");
    let [validator] = genesis.set.validators() else { panic!("one validator") };
    let path = data.signing().join("signing.state");
    let state = SigningState::open(&path, &genesis.chain_id(), &validator.key).expect("read").expect("a state");
    (state.height(), state.votes().iter().map(|vote| (vote.round, vote.header_hash)).collect())
}

fn mark(data: &Folder) -> medproof_store::Mark {
    let store = Store::open(&data.store(), &key(data), &Default::default()).expect("opened");
    store.view().mark().expect("blocks")
}

fn height(node: &Node) -> Height {
    node.view().mark().expect("blocks").height
}

fn key(data: &Folder) -> medproof_store::StoreKey {
    store_key(data).expect("a key")
}

async fn register(node: &Node, number: u32) {
    let info = ProductInfo {
        name_zh: String::new(),
        name_en: format!("Medicine {number}"),
        holder: String::new(),
        form: String::new(),
        strength: String::new(),
        pack_size: String::new(),
        approval_number: String::new(),
        atc: String::new(),
        limits: None,
    };
    let mut digits = format!("0950400{number:06}");
    let sum: u32 = digits.bytes().zip([3, 1].into_iter().cycle()).map(|(digit, by)| u32::from(digit - b'0') * by).sum();
    digits.push_str(&((10 - sum % 10) % 10).to_string());
    let product = ProductCode::from_gtin14(&digits).expect("a GTIN");
    let register = ProductRegister { product, info, random_serials: false };
    node.deed(ME, Role::Manufacturer, Act::ProductRegister(register)).await.expect("accepted");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("read");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
    }
}
