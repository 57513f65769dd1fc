//! What an operator of a node by itself reads: nothing, as long as nothing is wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod memory;

use memory::{Memory, Node, set};
use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};
use tracing_subscriber::EnvFilter;

/// Takes what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_by_itself_has_nothing_to_report() {
    let log = Log::default();
    let (filter, writer) = (EnvFilter::new(format!("info,{}", medproof_consensus::QUIET_ALONE)), log.clone());
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(move || writer.clone()).finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let node = Node::new(1, Memory::new(vec![(1, set([1]))]));
    let handle = node.start().await;
    node.chain.reach(20, Duration::from_secs(30)).await;
    // What the engine's parts say of one another while they stop is its own.
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    handle.stop().await.expect("stops");
    assert_eq!(text, "");
}
