//! Several nodes over loopback: agreement, catching up, following, and sets that change.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod memory;

use medproof_consensus::{Handle, Origin, Role};
use memory::{Memory, Node, network, set};
use std::{sync::atomic::Ordering, time::Duration};

const LIMIT: Duration = Duration::from_secs(50);

async fn start_all(nodes: &[Node]) -> Vec<Handle> {
    let mut handles = Vec::new();
    for node in nodes {
        handles.push(node.start().await);
    }
    handles
}

async fn stop_all(handles: Vec<Handle>) {
    for handle in handles {
        handle.stop().await.expect("stops");
    }
}

fn agree(nodes: &[Node], heights: usize) {
    for node in nodes {
        node.chain.verify();
        assert_eq!(node.chain.hashes()[..heights], nodes[0].chain.hashes()[..heights]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn four_validators_agree_one_is_away_and_catches_up_and_a_follower_follows() {
    let nodes = network(4, 1, &vec![(1, set([1, 2, 3, 4]))]);
    let mut handles = start_all(&nodes).await;
    assert_eq!(handles.iter().map(|handle| *handle.role()).collect::<Vec<_>>()[3..], [Role::Validator, Role::Follower]);
    for node in &nodes {
        node.chain.reach(3, LIMIT).await;
    }
    handles.remove(3).stop().await.expect("stops");
    let away_at = nodes[3].chain.height();
    nodes[0].chain.reach(away_at + 5, LIMIT).await;
    assert!(nodes[3].chain.height() <= away_at + 1);
    handles.push(nodes[3].start().await);
    let target = nodes[0].chain.height() + 3;
    for node in &nodes {
        node.chain.reach(target, LIMIT).await;
    }
    stop_all(handles).await;
    agree(&nodes, target as usize);
    assert!(nodes[3].chain.checks.lock().unwrap().iter().any(|(_, origin)| *origin == Origin::Synced));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_set_changes_at_a_height_and_the_new_one_signs() {
    let schedule = vec![(1, set([1, 2, 3, 4])), (4, set([2, 3, 4])), (8, set([1, 2, 3, 4]))];
    let nodes = network(4, 0, &schedule);
    let handles = start_all(&nodes).await;
    for node in &nodes {
        node.chain.reach(12, LIMIT).await;
    }
    stop_all(handles).await;
    agree(&nodes, 12);
    let signed = |height: usize| nodes[0].chain.blocks.lock().unwrap()[height - 1].set.validators().len();
    assert_eq!([3, 4, 7, 8].map(signed), [4, 3, 3, 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn large_blocks_travel_in_pieces_and_messages_beside_them() {
    let mut nodes = network(2, 0, &vec![(1, set([1, 2]))]);
    for node in &mut nodes {
        node.chain = Memory::with_bodies(vec![(1, set([1, 2]))], 700_000);
    }
    let handles = start_all(&nodes).await;
    for node in &nodes {
        node.chain.reach(4, LIMIT).await;
    }
    assert!(handles[0].spread().spread("an event".into()).await);
    for _ in 0..200 {
        if nodes[1].chain.gossip.lock().unwrap().first().is_some_and(|message| &message[..] == b"an event") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(nodes[1].chain.gossip.lock().unwrap().len(), 1);
    assert!(!handles[0].spread().spread(vec![0; medproof_consensus::MAX_MESSAGE_BYTES + 1].into()).await);
    stop_all(handles).await;
    agree(&nodes, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_has_work_wakes_the_others_and_without_work_nobody_makes_blocks() {
    let nodes = network(4, 1, &vec![(1, set([1, 2, 3, 4]))]);
    let handles = start_all(&nodes).await;
    nodes[0].chain.reach(3, LIMIT).await;
    for node in &nodes {
        node.chain.eager.store(false, Ordering::SeqCst);
        node.chain.work.notify_waiters();
    }
    // Whoever was in the midst of a height finishes it.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let idle = nodes[0].chain.height();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(nodes[0].chain.height(), idle, "no block without work");
    for turn in 1..=4 {
        nodes[turn as usize - 1].chain.work.notify_waiters();
        for node in &nodes {
            node.chain.reach(idle + turn, LIMIT).await;
        }
    }
    stop_all(handles).await;
    agree(&nodes, idle as usize + 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_that_comes_late_gets_all_from_one_validator_that_does_not_know_it() {
    let schedule = vec![(1, set([1]))];
    let mut nodes = network(1, 1, &schedule);
    nodes[0].config.peers.clear();
    nodes[0].config.open = true;
    let validator = nodes[0].start().await;
    nodes[0].chain.reach(200, LIMIT).await;
    nodes[0].chain.eager.store(false, Ordering::SeqCst);
    let follower = nodes[1].start().await;
    let height = nodes[0].chain.height();
    nodes[1].chain.reach(height, LIMIT).await;
    assert_eq!((validator.peers().await, follower.peers().await), (1, 1));
    nodes[0].chain.work.notify_waiters();
    nodes[1].chain.reach(nodes[0].chain.height(), LIMIT).await;
    stop_all(vec![validator, follower]).await;
    agree(&nodes, height as usize);
    assert!(medproof_consensus::metrics().contains("node_safety_failure"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_not_let_in() {
    let nodes = network(1, 1, &vec![(1, set([1]))]);
    let mut closed = nodes.into_iter();
    let (mut one, two) = (closed.next().unwrap(), closed.next().unwrap());
    one.config.peers.clear();
    let (first, second) = (one.start().await, two.start().await);
    one.chain.reach(20, LIMIT).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!((two.chain.height(), first.peers().await), (0, 0));
    stop_all(vec![first, second]).await;
}

/// A validator whose key runs twice votes for two blocks at once. Below a third of the power that decides
/// nothing twice, and the others say who it is, or the key finds itself spent.
#[tokio::test(flavor = "multi_thread")]
async fn twins_divide_nothing_and_are_noticed() {
    let schedule = vec![(1, set([1, 2, 3, 4]))];
    let mut nodes = network(4, 1, &schedule);
    let twin = Node::new(4, nodes[4].chain.clone()).config.validator;
    nodes[4].config.validator = twin;
    nodes[4].config.validator.as_mut().unwrap().used_marker = nodes[4].folder.path().join("used");
    let mut handles = start_all(&nodes).await;
    let noticed = async {
        loop {
            let seen = |node: &Node| !node.chain.equivocations.lock().unwrap().is_empty();
            if nodes[..3].iter().any(seen) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let (first, second) = handles.split_at_mut(4);
    tokio::time::timeout(LIMIT, async {
        tokio::select! {
            () = noticed => {}
            ended = first[3].ended() => assert_eq!(ended.unwrap_err().code(), "consensus.signing.spent"),
            ended = second[0].ended() => assert_eq!(ended.unwrap_err().code(), "consensus.signing.spent"),
        }
    })
    .await
    .expect("noticed in time");
    let target = nodes[0].chain.height() + 3;
    for node in &nodes[..3] {
        node.chain.reach(target, LIMIT).await;
    }
    drop(handles);
    agree(&nodes[..3], target as usize);
    let twin = *nodes[3].config.validator.as_ref().unwrap().key.verifying_key().as_bytes();
    for node in &nodes[..3] {
        assert!(node.chain.equivocations.lock().unwrap().iter().all(|key| key.0 == twin));
    }
}
