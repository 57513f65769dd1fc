//! What a validator proposes when nobody has agreed for a while.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod http_alone;

use http_alone::Alone;
use medproof_consensus::{Chain, Round};
use medproof_core::header::UnixMillis;

#[tokio::test(flavor = "multi_thread")]
async fn a_block_that_others_would_refuse_as_too_old_is_made_anew() {
    let mut alone = Alone::made_before(1).await;
    alone.stop_consensus().await;
    let (ledger, clock) = (alone.node.ledger(), alone.node.clock());
    let height = ledger.next().await.expect("a height").height;
    let start = clock.now();
    let mut proposed = Vec::new();
    for later_ms in [0, 4_000, 11_000] {
        clock.set(UnixMillis(start.0 + later_ms));
        let header = ledger.propose(height, Round(0)).await.expect("a block").header;
        // The bound of the others is ten seconds.
        assert!(clock.now().0.abs_diff(header.time().0) < 10_000, "{later_ms}");
        proposed.push(header.hash());
    }
    assert_eq!(proposed[0], proposed[1], "one that is fresh is proposed again");
    assert_ne!(proposed[1], proposed[2]);
}
