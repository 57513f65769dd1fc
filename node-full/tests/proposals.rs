//! What a validator proposes when nobody has agreed for a while.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod http_alone;

use http_alone::{Alone, ME};
use medproof_consensus::{Chain, Round};
use medproof_core::{encoding::Message, event::Event, hash::Digest, header::UnixMillis};
use medproof_node::{block::join, genesis_file::Role};
use medproof_rules::body::{Act, AuditAnchor, Body};

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

/// Other nodes spread what they like. Only what a member signed, and what is not on the ledger yet, waits for a block.
#[tokio::test(flavor = "multi_thread")]
async fn what_no_member_signed_takes_no_room() {
    let mut alone = Alone::stocked(1).await;
    let anchor =
        |first| Body::new(Digest::ZERO, Act::AuditAnchor(AuditAnchor { first, last: first, head: Digest([7; 32]) }));
    let sign = |first| alone.node.sign(ME, Role::Hospital, &anchor(first)).expect("signed");
    let (known, fresh) = (sign(1), sign(2));
    alone.node.submit(known.clone()).await.expect("accepted");
    alone.stop_consensus().await;
    let mut forged = fresh.to_bytes();
    *forged.last_mut().expect("a signature") ^= 1;
    let forged = Event::from_bytes(&forged).expect("well-formed");
    let ledger = alone.node.ledger();
    let spread = async |event: &Event| {
        ledger.gossiped(join(std::slice::from_ref(event)).into()).await;
        ledger.pool().len()
    };
    assert_eq!((spread(&forged).await, spread(&known).await), (0, 0));
    assert_eq!((spread(&fresh).await, spread(&fresh).await), (1, 1));
}
