//! The engine's questions, answered: one task, one question after another.

use crate::{
    candidates::Candidates,
    chain::{Block, Chain, ChainError, Judgement, Next, Origin, Round},
    engine::{
        certificate::{core_certificate, engine_certificate},
        codec::{decode, encode},
        context::{Address, BlockHeight, HeaderHash, Lead, Ledger, Part, Proposal, Validators, VoteSignature},
        crypto::{Guarded, StrictVerifier},
        messages::MAX_BATCH,
    },
    error::Error,
    gossip::{Meter, Spread},
    pace::{Pace, Tips},
    signing::{Ballot, SignedVote, SigningError},
    streams::{self, Streamed, Streams},
    witness::Witness,
};
use arc_malachitebft_app::{
    engine::host::{HeightParams, Next as EngineNext, SyncedValueOutcome},
    events::TxEvent,
    streaming::{StreamContent, StreamMessage},
    types::{
        LocallyProposedValue, MisbehaviorEvidence, PeerId, ProposedValue,
        core::{CommitCertificate, LinearTimeouts, Round as EngineRound, Validity},
        sync::RawDecidedValue,
    },
};
use arc_malachitebft_app_channel::{AppMsg, NetworkMsg, Reply};
use bytes::Bytes;
use medproof_core::{certificate::VoteKind, header::Header};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::mpsc, task::JoinSet};

/// What answers.
pub(crate) struct App<C> {
    pub(crate) chain: Arc<C>,
    pub(crate) verifier: StrictVerifier,
    pub(crate) witness: Arc<Mutex<Witness>>,
    /// The key and its signing state; none on a follower.
    pub(crate) signer: Option<Guarded>,
    pub(crate) timeouts: LinearTimeouts,
    pub(crate) max_body_bytes: usize,
    pub(crate) network: mpsc::Sender<NetworkMsg<Ledger>>,
    pub(crate) events: TxEvent<Ledger>,
    pub(crate) tips: Arc<Tips>,
    pub(crate) height: BlockHeight,
    pub(crate) validators: Validators,
    pub(crate) candidates: Candidates,
    pub(crate) streams: Streams,
    pub(crate) meter: Meter,
    /// Whether the block of the last decision came from a peer that was ahead.
    pub(crate) synced: bool,
    /// The wait until the next height is due. It ends with this value, or it would keep the chain open.
    pub(crate) pace: JoinSet<()>,
}

impl<C: Chain> App<C> {
    /// Turns to the height to decide next.
    pub(crate) async fn begin(&mut self, next: Next) -> Result<(), Error> {
        self.height = next.height.into();
        self.validators = next.set.into();
        self.witness().begin(self.height);
        self.candidates.begin(self.chain.kept(next.height).await?);
        Ok(())
    }

    /// Answers one question.
    pub(crate) async fn answer(&mut self, question: AppMsg<Ledger>) -> Result<(), Error> {
        match question {
            AppMsg::ConsensusReady { reply } => give(reply, (self.height, self.params())),
            AppMsg::StartedRound { height, round, reply_value, .. } => {
                give(reply_value, self.started(height, round).await?);
            }
            AppMsg::GetValue { height, round, timeout, reply } => {
                if let Some(value) = self.propose(height, round, timeout).await? {
                    give(reply, value);
                }
            }
            AppMsg::ReceivedProposalPart { from, published_by, part, reply } => {
                give(reply, self.received(from, published_by.unwrap_or(from), part).await?);
            }
            AppMsg::RestreamProposal { height, round, valid_round, address, value_id } => {
                self.stream_again(Proposal { height, round, value: value_id, lock_round: valid_round, address })
                    .await?;
            }
            AppMsg::Decided { certificate, reply, .. } => {
                self.decided(&certificate).await?;
                give(reply, ());
            }
            AppMsg::Finalized { evidence, reply, .. } => {
                self.report(&evidence).await;
                self.start_next(reply);
            }
            AppMsg::ProcessSyncedValue { height, round, proposer, value_bytes, reply } => {
                give(reply, self.synced(height, round, proposer, &value_bytes).await?);
            }
            AppMsg::GetDecidedValues { range, reply } => {
                give(reply, self.decided_range(*range.start(), *range.end()).await?);
            }
            AppMsg::GetHistoryMinHeight { reply } => give(reply, self.chain.first_height().await?.into()),
            AppMsg::ExtendVote { reply, .. } => give(reply, None),
            AppMsg::VerifyVoteExtensions { reply, .. } => give(reply, Vec::new()),
        }
        Ok(())
    }

    /// The blocks to vote on in a round that begins: in the first one, what was kept before a restart; in later
    /// ones, what had to wait and is valid now.
    async fn started(&mut self, height: BlockHeight, round: EngineRound) -> Result<Vec<ProposedValue<Ledger>>, Error> {
        if height != self.height {
            return Ok(Vec::new());
        }
        let mut values = Vec::new();
        if round == EngineRound::ZERO {
            let proposed = self.candidates.proposed();
            values.extend(
                proposed.map(|(round, hash)| self.valid_value(EngineRound::new(round.0), EngineRound::Nil, hash)),
            );
        }
        for streamed in self.candidates.take_parked() {
            values.extend(self.judge(streamed).await?);
        }
        Ok(values)
    }

    async fn propose(
        &mut self,
        height: BlockHeight,
        round: EngineRound,
        timeout: Duration,
    ) -> Result<Option<LocallyProposedValue<Ledger>>, Error> {
        let Some(signer) = self.signer.clone().filter(|_| height == self.height) else { return Ok(None) };
        let Ok(block) = tokio::time::timeout(timeout, self.own_block(round)).await else {
            tracing::warn!(%height, %round, "no block to propose in time");
            return Ok(None);
        };
        let block = block?;
        let (value, address) = (HeaderHash(block.header.hash()), Address(signer.public_key()));
        let proposal = Proposal { height, round, value, lock_round: EngineRound::Nil, address };
        match signer.sign(Ballot::from(&proposal)).await {
            Ok(signature) => self.publish(&proposal, &block, signature).await,
            // The engine has given the round up and voted already.
            Err(SigningError::Past) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        Ok(Some(LocallyProposedValue::new(height, round, value)))
    }

    /// The block kept for this round before a restart, or a new one, kept.
    async fn own_block(&mut self, round: EngineRound) -> Result<Block, Error> {
        let (height, round) = (self.height.into(), chain_round(round));
        if let Some(block) = self.candidates.of_round(round) {
            return Ok(block.clone());
        }
        let block = self.chain.propose(height, round).await?;
        if !self.fits(&block.header) || block.body.len() > self.max_body_bytes {
            return Err(ChainError::from("proposed a block of another chain, height or set, or one too large").into());
        }
        self.chain.keep(height, round, &block).await?;
        self.candidates.add(round, block.clone());
        Ok(block)
    }

    async fn stream_again(&mut self, proposal: Proposal) -> Result<(), Error> {
        let Some(block) = self.candidates.get(proposal.value).cloned() else { return Ok(()) };
        let ours = self.signer.clone().filter(|signer| signer.public_key() == proposal.address.0);
        let seen = self.witness().signature(&proposal);
        let signature = match (seen, ours) {
            (Some(signature), _) => signature,
            (None, Some(signer)) => signer.sign(Ballot::from(&proposal)).await?,
            (None, None) => return Ok(()),
        };
        self.publish(&proposal, &block, signature).await;
        Ok(())
    }

    async fn publish(&self, proposal: &Proposal, block: &Block, signature: VoteSignature) {
        let Proposal { height, round, lock_round, .. } = *proposal;
        let header = Bytes::copy_from_slice(block.header.raw());
        let lead = Lead { height, round, lock_round, header, signature };
        for message in streams::cut(&streams::new_name(), lead, &block.body) {
            if self.network.send(NetworkMsg::PublishProposalPart(message)).await.is_err() {
                return;
            }
        }
    }

    async fn received(
        &mut self,
        from: PeerId,
        publisher: PeerId,
        message: StreamMessage<Part>,
    ) -> Result<Option<ProposedValue<Ledger>>, Error> {
        if let StreamContent::Data(Part::Gossip(bytes)) = message.content {
            if self.meter.admits(from, bytes.len()) {
                self.chain.gossiped(bytes).await;
            }
            return Ok(None);
        }
        let Some(streamed) = self.streams.add(from, publisher, message) else { return Ok(None) };
        if streamed.lead.height != self.height {
            self.candidates.hold_ahead(self.height, streamed);
            return Ok(None);
        }
        self.judge(streamed).await
    }

    /// What the engine may vote on, if this block is the proposer's and valid.
    ///
    /// A block that is not is never reported as invalid: whoever relays a header with its signature may have put
    /// another body behind it, and that must not taint the header. The engine then votes for none when its time
    /// is up.
    async fn judge(&mut self, streamed: Streamed) -> Result<Option<ProposedValue<Ledger>>, Error> {
        let Some((block, hash)) = self.signed_block(&streamed) else { return Ok(None) };
        let Lead { round, lock_round, .. } = streamed.lead;
        if self.candidates.get(hash).is_some() {
            return Ok(Some(self.valid_value(round, lock_round, hash)));
        }
        if !self.candidates.may_judge(chain_round(round)) {
            return Ok(None);
        }
        let locked = lock_round.is_defined() && self.witness().is_locked(lock_round, hash, &self.validators);
        let origin = if locked { Origin::Locked } else { Origin::First };
        match (self.chain.check(&block, origin).await?, origin) {
            (Judgement::Valid, _) => {
                self.keep(chain_round(round), block).await?;
                Ok(Some(self.valid_value(round, lock_round, hash)))
            }
            (Judgement::Invalid, Origin::Locked | Origin::Synced) => Ok(None),
            (Judgement::Invalid | Judgement::NotYet, _) => {
                self.candidates.park(streamed);
                Ok(None)
            }
        }
    }

    /// The block of a stream, if the proposer of its round signed its header and the header is of this height.
    fn signed_block(&self, streamed: &Streamed) -> Option<(Block, HeaderHash)> {
        let lead = &streamed.lead;
        let header = Header::from_bytes(&lead.header).ok().filter(|header| self.fits(header))?;
        let hash = header.hash();
        let proposer = self.validators.proposer(lead.height, lead.round).key();
        let signed = lead.height == self.height && self.verifier.verify_lead(lead, hash, proposer);
        signed.then(|| (Block { header, body: streamed.body.clone() }, HeaderHash(hash)))
    }

    fn fits(&self, header: &Header) -> bool {
        header.height() == self.height.into()
            && *header.chain_id() == self.chain.chain_id()
            && header.set_hash() == self.validators.set().hash()
    }

    async fn keep(&mut self, round: Round, block: Block) -> Result<(), Error> {
        // A follower votes on nothing, so it need not find the block again after a crash.
        if self.votes() {
            self.chain.keep(self.height.into(), round, &block).await?;
        }
        self.candidates.add(round, block);
        Ok(())
    }

    async fn decided(&mut self, certificate: &CommitCertificate<Ledger>) -> Result<(), Error> {
        let block = self.candidates.take(certificate.value_id).ok_or(Error::MissingBlock)?;
        let certified = core_certificate(certificate, &block.header, &self.validators).map_err(Error::Certificate)?;
        self.witness_own(certificate)?;
        let next = self.chain.decided(block, certified).await?;
        self.begin(next).await
    }

    /// Compares a precommit of our own key in a certificate with what we know to have signed.
    fn witness_own(&self, certificate: &CommitCertificate<Ledger>) -> Result<(), Error> {
        let Some(signer) = &self.signer else { return Ok(()) };
        let key = signer.public_key();
        if certificate.commit_signatures.iter().all(|entry| entry.address.0 != key) {
            return Ok(());
        }
        let (round, header_hash) = (certificate.round.as_u32().unwrap_or(0), certificate.value_id.0);
        let vote = SignedVote { round, kind: VoteKind::Precommit, lock_round: -1, header_hash };
        Ok(signer.witness(&Ballot { height: certificate.height.into(), vote })?)
    }

    /// Starts the next height when it is time. Who does not vote, or catches up, does not wait.
    fn start_next(&mut self, reply: Reply<EngineNext<Ledger>>) {
        let next = EngineNext::Start(self.height, self.params());
        if std::mem::take(&mut self.synced) || !self.votes() {
            return give(reply, next);
        }
        let (chain, tips, verifier) = (Arc::clone(&self.chain), Arc::clone(&self.tips), self.verifier.clone());
        let (height, validators, events) = (self.height, self.validators.clone(), self.events.subscribe());
        // The wait before this one is over.
        self.pace = JoinSet::new();
        self.pace.spawn(async move {
            Pace { chain, tips, verifier }.wait(height, &validators, events).await;
            give(reply, next);
        });
    }

    async fn synced(
        &mut self,
        height: BlockHeight,
        round: EngineRound,
        proposer: Address,
        bytes: &[u8],
    ) -> Result<SyncedValueOutcome<Ledger>, Error> {
        if height != self.height {
            return Ok(SyncedValueOutcome::LocalTransientError);
        }
        let Ok(block) = decode::<Block>(bytes) else { return Ok(SyncedValueOutcome::PeerFault) };
        let hash = HeaderHash(block.header.hash());
        let judgement = if !self.fits(&block.header) {
            Judgement::Invalid
        } else if self.candidates.get(hash).is_some() {
            Judgement::Valid
        } else {
            self.chain.check(&block, Origin::Synced).await?
        };
        match judgement {
            Judgement::Invalid => Ok(SyncedValueOutcome::PeerFault),
            Judgement::NotYet => Ok(SyncedValueOutcome::LocalTransientError),
            Judgement::Valid => {
                self.keep(chain_round(round), block).await?;
                self.synced = true;
                let value = ProposedValue { proposer, ..self.valid_value(round, EngineRound::Nil, hash) };
                Ok(SyncedValueOutcome::Verdict(value))
            }
        }
    }

    async fn decided_range(&self, from: BlockHeight, to: BlockHeight) -> Result<Vec<RawDecidedValue<Ledger>>, Error> {
        let to = BlockHeight(to.0.min(from.0.saturating_add(MAX_BATCH as u64 - 1)));
        let blocks = self.chain.decided_range(from.into(), to.into()).await?;
        let mut room = self.max_body_bytes;
        let fitting = blocks.iter().enumerate().take_while(|(place, decided)| {
            let fits = *place == 0 || decided.block.body.len() <= room;
            room = room.saturating_sub(decided.block.body.len());
            fits
        });
        let raw = |(_, decided): (usize, &crate::chain::Decided)| {
            RawDecidedValue::new(encode(&decided.block), engine_certificate(decided))
        };
        Ok(fitting.map(raw).collect())
    }

    async fn report(&self, evidence: &MisbehaviorEvidence<Ledger>) {
        let proposers = evidence.proposals.iter().map(|(address, _)| address.0);
        let voters = evidence.votes.iter().map(|(address, _)| address.0);
        for key in proposers.chain(voters).collect::<BTreeSet<_>>() {
            tracing::error!(validator = %Address(key), "signed two different votes of one kind for one round");
            self.chain.equivocated(key).await;
        }
    }

    fn valid_value(&self, round: EngineRound, valid_round: EngineRound, value: HeaderHash) -> ProposedValue<Ledger> {
        let proposer = Address(*self.validators.proposer(self.height, round).key());
        ProposedValue { height: self.height, round, valid_round, proposer, value, validity: Validity::Valid }
    }

    fn votes(&self) -> bool {
        self.signer.as_ref().is_some_and(|signer| self.validators.contains(&signer.public_key()))
    }

    fn params(&self) -> HeightParams<Ledger> {
        HeightParams::new(self.validators.clone(), self.timeouts, None)
    }

    fn witness(&self) -> MutexGuard<'_, Witness> {
        self.witness.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What spreads messages beside blocks.
    pub(crate) fn spread(&self) -> Spread {
        Spread::new(self.network.clone())
    }
}

/// Answers; the engine may have stopped asking.
fn give<T>(reply: Reply<T>, answer: T) {
    let _ = reply.send(answer);
}

fn chain_round(round: EngineRound) -> Round {
    Round(round.as_u32().unwrap_or(0))
}

#[cfg(test)]
mod tests;
