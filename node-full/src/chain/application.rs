//! What consensus asks of the chain.

use super::{Candidate, Ledger, signing_set, tip};
use crate::{
    fault::{Fault, Result},
    index::Index,
    pool::Bundle,
};
use async_trait::async_trait;
use bytes::Bytes;
use medproof_consensus::{Block, Chain, ChainError, Decided, Judgement, Kept, Next, Origin, Round};
use medproof_core::{
    certificate::Certificate,
    encoding::{Reader, put_bytes16},
    event::Event,
    hash::Digest,
    header::{Header, Height},
    keys::PublicKey,
    leaf::Leaf,
    log::LeafIndex,
};
use medproof_store::{Undecided, View};
use std::time::Duration;

#[async_trait]
impl Chain for Ledger {
    fn chain_id(&self) -> Digest {
        *self.chain_id()
    }

    async fn next(&self) -> std::result::Result<Next, ChainError> {
        let view = self.view();
        Ok(Next { height: Height(tip(&view)?.height().0 + 1), set: signing_set(&view)? })
    }

    async fn first_height(&self) -> std::result::Result<Height, ChainError> {
        Ok(Height(1))
    }

    async fn ready(&self, height: Height) {
        loop {
            let due = tokio::time::sleep(self.until_heartbeat());
            tokio::select! {
                () = due => return,
                () = self.pool().some() => {}
            }
            match tokio::task::block_in_place(|| self.build()) {
                // Only refusals, which were answered: nothing to propose.
                Ok(candidate) if candidate.events.is_empty() => {}
                Ok(candidate) if candidate.header.height() == height => {
                    self.remember(candidate);
                    return;
                }
                // What is wrong shows when the block is asked for.
                _ => return,
            }
        }
    }

    async fn propose(&self, height: Height, _: Round) -> std::result::Result<Block, ChainError> {
        // A block that the others would refuse as too old is made anew: where nobody has another, no round could end.
        let now = self.clock.now().0;
        let is_fresh = |header: &Header| now.abs_diff(header.time().0) <= CLOCK_BOUND_MS / 2;
        let is_known = |known: &&Candidate| known.header.height() == height && is_fresh(&known.header);
        let known = self.lock().values().find(is_known).map(block_of);
        if let Some(block) = known {
            return Ok(block);
        }
        let candidate = tokio::task::block_in_place(|| self.build())?;
        let block = block_of(&candidate);
        self.remember(candidate);
        Ok(block)
    }

    async fn check(&self, block: &Block, origin: Origin) -> std::result::Result<Judgement, ChainError> {
        Ok(self.judge(&block.header, &block.body, origin)?)
    }

    async fn keep(&self, height: Height, round: Round, block: &Block) -> std::result::Result<(), ChainError> {
        let mut bytes = Vec::with_capacity(block.body.len() + 256);
        put_bytes16(&mut bytes, block.header.raw());
        bytes.extend_from_slice(&block.body);
        let kept = Undecided { round: round.0, header_hash: block.header.hash(), bytes };
        Ok(self.store().put_undecided(height, &kept)?)
    }

    async fn kept(&self, height: Height) -> std::result::Result<Vec<Kept>, ChainError> {
        Ok(self.view().undecided(height)?.iter().filter_map(read_kept).collect())
    }

    async fn decided(&self, block: Block, certificate: Certificate) -> std::result::Result<Next, ChainError> {
        let executed = tokio::task::block_in_place(|| self.executed(&block.header, &block.body))?;
        let Some(candidate) = executed else {
            return Err(Box::new(Fault::new("node.block").with("height", block.header.height().0)));
        };
        let set = tokio::task::block_in_place(|| self.commit(candidate, certificate))?;
        Ok(Next { height: Height(block.header.height().0 + 1), set })
    }

    async fn decided_range(&self, from: Height, to: Height) -> std::result::Result<Vec<Decided>, ChainError> {
        let view = self.view();
        let mut blocks = Vec::new();
        for height in from.0..=to.0 {
            match decided(&view, Height(height))? {
                Some(block) => blocks.push(block),
                None => break,
            }
        }
        Ok(blocks)
    }

    async fn gossiped(&self, message: Bytes) {
        let Ok(events) = crate::block::split(&message) else { return };
        let bundle = Bundle::new(events);
        if !self.pool().holds(&bundle) && tokio::task::block_in_place(|| self.is_from_members(bundle.events())) {
            // A full pool drops what others spread; its sender spreads it again.
            let _ = self.pool().add(bundle);
        }
    }

    async fn equivocated(&self, validator: PublicKey) {
        tracing::error!(validator = %crate::keyring::to_hex(&validator.0), "a validator signed two different votes");
    }
}

impl Ledger {
    fn judge(&self, header: &Header, body: &[u8], origin: Origin) -> Result<Judgement> {
        let view = self.view();
        let parent = tip(&view)?;
        if header.height().0 > parent.height().0 + 1 {
            return Ok(Judgement::NotYet);
        }
        let follows = parent.fields().is_some() && header.time() > parent.time();
        let is_late = origin == Origin::First && self.clock.now().0.abs_diff(header.time().0) > CLOCK_BOUND_MS;
        if !follows || is_late {
            return Ok(Judgement::Invalid);
        }
        let hash = header.hash();
        if self.lock().contains_key(&hash) {
            return Ok(Judgement::Valid);
        }
        match tokio::task::block_in_place(|| Candidate::execute(self.store(), &view, header, body))? {
            Some(candidate) => {
                self.remember(candidate);
                Ok(Judgement::Valid)
            }
            None => Ok(Judgement::Invalid),
        }
    }

    /// Whether the ledger knows the keys that signed these events, and has none of them yet. What nobody signed takes no
    /// room among what waits.
    fn is_from_members(&self, events: &[Event]) -> bool {
        let view = self.view();
        let index = Index::new(&view);
        events.iter().all(|event| {
            let head = event.head();
            let key = index.leaf(&index.paths().key(head.member, head.key_number));
            matches!(key, Ok(Some(Leaf::Key(key))) if event.is_signed_by(&key.key))
                && matches!(index.event_index(&head.id()), Ok(None))
        })
    }

    /// How long the newest block may still be the newest, if nothing happens.
    fn until_heartbeat(&self) -> Duration {
        let newest = self.tip.borrow().time().0;
        let heartbeat =
            self.parameters(&self.view()).map_or(DEFAULT_HEARTBEAT_MS, |found| u64::from(found.heartbeat_ms));
        Duration::from_millis((newest + heartbeat).saturating_sub(self.clock.now().0).min(heartbeat))
    }
}

fn block_of(candidate: &Candidate) -> Block {
    Block { header: candidate.header.clone(), body: candidate.body.clone().into() }
}

fn decided(view: &View, height: Height) -> Result<Option<Decided>> {
    let (Some(header), Some(certificate)) = (view.header(height)?, view.certificate(height)?) else { return Ok(None) };
    let Some(set) = view.set(header.set_hash())? else { return Ok(None) };
    let mut events = Vec::new();
    for place in view.block_entries(height)?.unwrap_or_default() {
        let event = view.event(LeafIndex(place))?;
        events.push(event.ok_or_else(|| Fault::new("node.index").with("table", "events"))?.event);
    }
    let body = crate::block::join_bytes(&events);
    Ok(Some(Decided { block: Block { header, body: body.into() }, certificate, set }))
}

/// A block as [`Ledger::keep`] wrote it: header ‖ body.
fn read_kept(kept: &Undecided) -> Option<Kept> {
    let mut reader = Reader::new(&kept.bytes);
    let header = Header::from_bytes(reader.bytes16(0..=1_024).ok()?).ok()?;
    Some(Kept { round: Round(kept.round), block: Block { header, body: reader.rest().to_vec().into() } })
}

/// How far a first proposal's time may be from this node's clock.
const CLOCK_BOUND_MS: u64 = 10_000;

/// Where the parameters cannot be read.
const DEFAULT_HEARTBEAT_MS: u64 = 60_000;
