//! What goes wrong: files lost, keys used twice, disks full, processes killed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod memory;

use medproof_consensus::{Error, Role, SigningError, enrol, start};
use medproof_core::header::Height;
use memory::{Memory, Node, network, set};
use std::{
    fs,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

const LIMIT: Duration = Duration::from_secs(40);

fn alone() -> Node {
    Node::new(1, Memory::new(vec![(1, set([1]))]))
}

async fn run_to(node: &Node, height: u64) {
    let handle = node.start().await;
    assert_eq!(*handle.role(), Role::Validator);
    node.chain.reach(height, LIMIT).await;
    handle.stop().await.expect("stops");
}

/// Starts and gives the role; the node must make no block.
async fn stays_silent(node: &Node) -> Role {
    let before = node.chain.height();
    let handle = node.start().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let role = *handle.role();
    handle.stop().await.expect("stops");
    assert_eq!(node.chain.height(), before);
    role
}

#[tokio::test(flavor = "multi_thread")]
async fn put_back_without_its_signing_state_a_node_follows() {
    let node = alone();
    run_to(&node, 3).await;
    fs::remove_dir_all(&node.config.folder).unwrap();
    assert_eq!(stays_silent(&node).await, Role::LostSigningState);
    assert!(!node.config.folder.join("signing.state").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_key_on_an_empty_disk_follows() {
    let mut node = alone();
    run_to(&node, 2).await;
    fs::remove_dir_all(&node.config.folder).unwrap();
    // The key and its marker came from a backup, the chain did not.
    node.chain = Memory::new(vec![(1, set([1]))]);
    assert_eq!(stays_silent(&node).await, Role::LostSigningState);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_enrolled_on_a_node_that_has_a_chain() {
    let node = alone();
    run_to(&node, 2).await;
    let validator = node.config.validator.clone().unwrap();
    let chain_id = medproof_consensus::Chain::chain_id(&*node.chain);
    let refused = enrol(&node.config.folder, &validator, &chain_id);
    assert!(matches!(refused, Err(Error::Signing(SigningError::Past))), "it is used");

    let mut other = Node::new(2, Arc::clone(&node.chain));
    other.config.validator = None;
    assert_eq!(stays_silent(&other).await, Role::Follower);
    other.config.validator = Node::new(2, Arc::clone(&node.chain)).config.validator;
    other.config.validator.as_mut().unwrap().used_marker = other.folder.path().join("used");
    assert_eq!(stays_silent(&other).await, Role::LostSigningState, "not told from one put back");
    let validator = other.config.validator.clone().unwrap();
    enrol(&other.config.folder, &validator, &chain_id).expect("enrols");
    assert_eq!(stays_silent(&other).await, Role::Validator, "though without a place in the set");
}

#[tokio::test(flavor = "multi_thread")]
async fn votes_whose_log_is_lost_bind_a_validator_to_silence_at_their_height() {
    // One of four by itself: it votes for nothing, and decides nothing.
    let node = Node::new(1, Memory::new(vec![(1, set([1, 2, 3, 4]))]));
    let handle = node.start().await;
    assert_eq!(*handle.role(), Role::Validator);
    let state = node.config.folder.join("signing.state");
    let empty = fs::metadata(&state).unwrap().len();
    for _ in 0..200 {
        if fs::metadata(&state).unwrap().len() > empty {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    handle.stop().await.expect("stops");
    fs::remove_file(node.config.folder.join("consensus.wal")).unwrap();
    assert_eq!(stays_silent(&node).await, Role::LostLog(Height(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_seen_to_sign_elsewhere_is_spent() {
    let schedule = vec![(1, set([1, 2]))];
    let mut nodes = network(2, 0, &schedule);
    let (first, second) = (nodes[0].start().await, nodes[1].start().await);
    nodes[1].chain.reach(4, LIMIT).await;
    second.stop().await.expect("stops");
    // All of the second node is lost but its key, and not even the marker tells.
    fs::remove_dir_all(&nodes[1].config.folder).unwrap();
    fs::remove_file(&nodes[1].config.validator.as_ref().unwrap().used_marker).unwrap();
    nodes[1].chain = Memory::new(schedule);
    let mut second = nodes[1].start().await;
    let ended = tokio::time::timeout(LIMIT, second.ended()).await.expect("ends");
    assert!(matches!(ended, Err(Error::Signing(SigningError::Spent))), "{ended:?}");
    assert_eq!(*nodes[1].start().await.role(), Role::SpentKey);
    first.stop().await.expect("stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_a_validator_contradicts_itself_never() {
    let nodes = network(4, 0, &vec![(1, set([1, 2, 3, 4]))]);
    let mut handles = Vec::new();
    for node in &nodes {
        handles.push(Some(node.start().await));
    }
    nodes[0].chain.reach(2, LIMIT).await;
    for kill in 0..8_u64 {
        let victim = (kill % 2) as usize + 2;
        // Dropped, not stopped: whatever it was about to do is not done.
        handles[victim] = None;
        tokio::time::sleep(Duration::from_millis(37 * kill)).await;
        handles[victim] = Some(nodes[victim].start().await);
        tokio::time::sleep(Duration::from_millis(211 * (kill % 3))).await;
    }
    let target = nodes[0].chain.height() + 3;
    for node in &nodes {
        node.chain.reach(target, LIMIT).await;
    }
    for handle in handles.into_iter().flatten() {
        handle.stop().await.expect("stops");
    }
    for node in &nodes {
        node.chain.verify();
        assert_eq!(node.chain.hashes()[..target as usize], nodes[0].chain.hashes()[..target as usize]);
        assert_eq!(*node.chain.equivocations.lock().unwrap(), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_alone_it_proposes_the_same_block_and_goes_on() {
    let node = alone();
    for kill in 0..20_u64 {
        let handle = node.start().await;
        tokio::time::sleep(Duration::from_millis(7 * kill)).await;
        drop(handle);
    }
    let height = node.chain.height();
    run_to(&node, height + 3).await;
    node.chain.verify();
    // A block is proposed once for each height, whatever happened after it was kept.
    let (proposed, decided) = (node.chain.proposed.load(Ordering::SeqCst) as u64, node.chain.height());
    assert!(proposed <= decided + 1, "{proposed} proposed, {decided} decided");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_fails_ends_consensus() {
    let node = alone();
    let mut handle = node.start().await;
    node.chain.reach(2, LIMIT).await;
    node.chain.broken.store(true, Ordering::SeqCst);
    let ended = tokio::time::timeout(LIMIT, handle.ended()).await.expect("ends");
    assert!(matches!(ended, Err(Error::Chain(_))), "{ended:?}");
    assert!(handle.ended().await.is_ok(), "it is told once");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_under_the_write_ahead_log_ends_consensus() {
    let node = alone();
    run_to(&node, 2).await;
    let log = node.config.folder.join("consensus.wal");
    fs::remove_file(&log).unwrap();
    std::os::unix::fs::symlink("/dev/full", &log).unwrap();
    let ended = match start(node.config.clone(), Arc::clone(&node.chain)).await {
        Ok(mut handle) => tokio::time::timeout(LIMIT, handle.ended()).await.expect("ends"),
        Err(error) => Err(error),
    };
    assert_eq!(ended.expect_err("no log, no votes").code(), "consensus.engine");
}

/// Runs itself once more where no file may grow above 512 bytes: enough to begin, too little for a height.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_write_ahead_log_that_cannot_grow_ends_consensus() {
    if std::env::var_os("SMALL_FILES").is_none() {
        let name = "a_write_ahead_log_that_cannot_grow_ends_consensus";
        let script = format!("trap '' XFSZ; ulimit -f 1; exec \"$0\" --exact {name} --nocapture");
        let mut child = std::process::Command::new("dash");
        let child = child.args(["-c", &script]).arg(std::env::current_exe().unwrap()).env("SMALL_FILES", "1");
        let output = child.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        assert!(String::from_utf8_lossy(&output.stdout).contains("it ended"));
        return;
    }
    let node = alone();
    let mut handle = node.start().await;
    let ended = tokio::time::timeout(LIMIT, handle.ended()).await.expect("ends");
    assert!(matches!(ended, Err(Error::WriteAheadLog)), "{ended:?}");
    println!("it ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_taken_is_said_so() {
    let mut node = alone();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    node.config.listen = taken.local_addr().unwrap();
    let error = start(node.config.clone(), Arc::clone(&node.chain)).await.expect_err("taken");
    assert_eq!(error.code(), "consensus.listen");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signing_state_that_cannot_be_written_ends_consensus() {
    let node = alone();
    let mut handle = node.start().await;
    node.chain.reach(2, LIMIT).await;
    // A folder in the place of the next file, as soon as there is none: even root cannot write there.
    while fs::create_dir(node.config.folder.join("signing.next")).is_err() {}
    let ended = tokio::time::timeout(LIMIT, handle.ended()).await.expect("ends");
    assert!(matches!(ended, Err(Error::Signing(SigningError::Disk(_)))), "{ended:?}");
}
