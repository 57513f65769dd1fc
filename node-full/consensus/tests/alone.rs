//! One validator: the zero-configuration default.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod memory;

use medproof_consensus::{Role, start};
use memory::{Memory, Node, set};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

const LIMIT: Duration = Duration::from_secs(30);

fn alone() -> Node {
    Node::new(1, Memory::new(vec![(1, set([1]))]))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_validator_makes_certified_blocks_and_goes_on_after_a_restart() {
    let node = alone();
    let handle = node.start().await;
    assert_eq!(*handle.role(), Role::Validator);
    node.chain.reach(5, LIMIT).await;
    handle.stop().await.expect("stops");
    let (before, hashes) = (node.chain.height(), node.chain.hashes());
    // At the first attempt: the stop has closed all files.
    let handle = start(node.config.clone(), Arc::clone(&node.chain)).await.expect("starts again");
    assert_eq!(*handle.role(), Role::Validator);
    node.chain.reach(before + 5, LIMIT).await;
    handle.stop().await.expect("stops");
    node.chain.verify();
    assert_eq!(node.chain.hashes()[..hashes.len()], hashes);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_block_is_made_for_its_own_sake() {
    let node = alone();
    node.chain.eager.store(false, Ordering::SeqCst);
    let handle = node.start().await;
    // The first height after a start does not wait.
    node.chain.reach(1, LIMIT).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(node.chain.height(), 1);
    for height in 2..5 {
        node.chain.work.notify_one();
        node.chain.reach(height, LIMIT).await;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(node.chain.height(), 4);
    handle.stop().await.expect("stops");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_where_it_listens() {
    let node = alone();
    let handle = node.start().await;
    let place = handle.listen();
    node.chain.reach(1, LIMIT).await;
    assert!(tokio::net::TcpStream::connect(place).await.is_ok());
    assert!(place.ip().is_loopback() && place.port() != 0, "{place}");
    handle.stop().await.expect("stops");
}
