//! When the next height begins: no block is made for its own sake.
//!
//! After a decision the engine waits for our word. It comes when the chain is ready, when a validator
//! elsewhere has begun, or when a peer claims to be further than we are.

use crate::{
    chain::Chain,
    engine::{
        context::{BlockHeight, Ledger, Validators},
        crypto::StrictVerifier,
    },
};
use arc_malachitebft_app::{
    events::RxEvent,
    types::{SignedConsensusMsg, core::Height as _},
};
use arc_malachitebft_signing::Verifier;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Notify, broadcast::error::RecvError},
    time::sleep,
};

/// The highest tip that peers claim. Nobody signs a claim, so it shortens a wait to `patience`, and never ends
/// it at once: a lying peer can make us begin a height, and so make an empty block, only so often.
#[derive(Debug)]
pub(crate) struct Tips {
    patience: Duration,
    claimed: AtomicU64,
    changed: Notify,
}

impl Tips {
    pub(crate) fn new(patience: Duration) -> Self {
        Self { patience, claimed: AtomicU64::new(0), changed: Notify::new() }
    }

    /// Takes note of a claim.
    pub(crate) fn note_claim(&self, height: BlockHeight) {
        if self.claimed.fetch_max(height.0, Ordering::Relaxed) < height.0 {
            self.changed.notify_waiters();
        }
    }

    /// Returns some time after a peer claimed to have decided `height`.
    async fn claimed(&self, height: BlockHeight) {
        loop {
            let changed = self.changed.notified();
            if self.claimed.load(Ordering::Relaxed) >= height.as_u64() {
                return sleep(self.patience).await;
            }
            changed.await;
        }
    }
}

/// What the wait for one height needs.
pub(crate) struct Pace<C> {
    pub(crate) chain: Arc<C>,
    pub(crate) tips: Arc<Tips>,
    pub(crate) verifier: StrictVerifier,
}

impl<C: Chain> Pace<C> {
    /// Returns when `height` should begin under `validators`.
    pub(crate) async fn wait(&self, height: BlockHeight, validators: &Validators, events: RxEvent<Ledger>) {
        tokio::select! {
            () = self.chain.ready(height.into()) => {}
            () = self.begun_elsewhere(height, validators, events) => {}
            () = self.tips.claimed(height) => {}
        }
    }

    /// Returns when a validator's vote or proposal for `height` has arrived and its signature verifies.
    async fn begun_elsewhere(&self, height: BlockHeight, validators: &Validators, mut events: RxEvent<Ledger>) {
        use arc_malachitebft_app::engine::util::events::Event;
        loop {
            match events.recv().await {
                Ok(Event::Received(message)) if message.height() == height => {
                    if self.is_signed(&message, validators).await {
                        return;
                    }
                }
                // Too many messages to have looked at them all: something is going on.
                Err(RecvError::Lagged(_)) => return,
                Err(RecvError::Closed) => std::future::pending().await,
                Ok(_) => {}
            }
        }
    }

    async fn is_signed(&self, message: &SignedConsensusMsg<Ledger>, validators: &Validators) -> bool {
        let result = match message {
            SignedConsensusMsg::Vote(vote) if validators.contains(&vote.address.0) => {
                self.verifier.verify_signed_vote(&vote.message, &vote.signature, &vote.address.0).await
            }
            SignedConsensusMsg::Proposal(proposal) if validators.contains(&proposal.address.0) => {
                let key = &proposal.address.0;
                self.verifier.verify_signed_proposal(&proposal.message, &proposal.signature, key).await
            }
            _ => return false,
        };
        result.is_ok_and(|result| result.is_valid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::timeout;

    #[tokio::test]
    async fn a_claim_shortens_a_wait_and_does_not_end_it() {
        let ms = Duration::from_millis;
        let tips = Arc::new(Tips::new(ms(100)));
        assert!(timeout(ms(150), tips.claimed(BlockHeight(5))).await.is_err(), "nobody claims");
        tips.note_claim(BlockHeight(4));
        assert!(timeout(ms(150), tips.claimed(BlockHeight(5))).await.is_err(), "nobody is further");
        let (waiter, start) = (Arc::clone(&tips), std::time::Instant::now());
        let waiting = tokio::spawn(async move { waiter.claimed(BlockHeight(5)).await });
        tips.note_claim(BlockHeight(7));
        timeout(Duration::from_secs(10), waiting).await.expect("in time").expect("no panic");
        assert!(start.elapsed() >= ms(100));
    }
}
