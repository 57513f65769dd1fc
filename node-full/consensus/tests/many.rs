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
