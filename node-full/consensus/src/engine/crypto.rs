//! Signing and verifying for the engine: core's bytes, core's strict rule, and the signing state in between.

use super::context::{Address, HeaderHash, Lead, Ledger, Proposal, Vote, VoteSignature, signed_round};
use crate::{
    signing::{Ballot, SignedVote, SigningError, SigningState},
    witness::Witness,
};
use arc_malachitebft_app::types::core::{NilOrVal, SignedMessage, ValidatorProof, VoteExtensionScope};
use arc_malachitebft_signing::{Error, Signer, VerificationResult, Verifier};
use async_trait::async_trait;
use ed25519_dalek::{Signer as _, SigningKey};
use medproof_core::{
    certificate::{VoteKind, vote_message},
    hash::Digest,
    keys::{PublicKey, Signature},
};
use std::sync::{Arc, Mutex, PoisonError};

/// The validator key behind its signing state. One per node; copies share it.
#[derive(Clone)]
pub(crate) struct Guarded(Arc<Inner>);

struct Inner {
    chain_id: Digest,
    key: SigningKey,
    state: Mutex<SigningState>,
    /// Why signing failed, for the error that ends consensus.
    failure: Mutex<Option<SigningError>>,
}

impl std::fmt::Debug for Guarded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Guarded({})", Address(self.public_key()))
    }
}

impl Guarded {
    pub(crate) fn new(chain_id: Digest, key: SigningKey, state: SigningState) -> Self {
        Self(Arc::new(Inner { chain_id, key, state: Mutex::new(state), failure: Mutex::new(None) }))
    }

    /// The key's public half.
    pub(crate) fn public_key(&self) -> PublicKey {
        PublicKey(self.0.key.verifying_key().to_bytes())
    }

    /// Signs a ballot that does not contradict an earlier one, once it is on disk.
    pub(crate) async fn sign(&self, ballot: Ballot) -> Result<VoteSignature, SigningError> {
        let inner = Arc::clone(&self.0);
        let signed = tokio::task::spawn_blocking(move || inner.sign_now(&ballot)).await;
        signed.unwrap_or_else(|error| Err(SigningError::Disk(std::io::Error::other(error))))
    }

    /// Takes note of a precommit by this key in a certificate.
    pub(crate) fn witness(&self, ballot: &Ballot) -> Result<(), SigningError> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).witness(ballot)
    }

    /// Whether the engine, or a signature under way, still has the key.
    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// Why the engine was refused a signature.
    pub(crate) fn take_failure(&self) -> Option<SigningError> {
        self.0.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    async fn sign_for_engine(&self, ballot: Ballot) -> Result<VoteSignature, Error> {
        self.sign(ballot).await.map_err(|error| {
            let code = error.code();
            *self.0.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            Error::from_source(code)
        })
    }
}

impl Inner {
    fn sign_now(&self, ballot: &Ballot) -> Result<VoteSignature, SigningError> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).record(ballot)?;
        Ok(VoteSignature(self.key.sign(&ballot.message(&self.chain_id)).to_bytes()))
    }
}

impl Ballot {
    /// The bytes that are signed: core's.
    fn message(&self, chain_id: &Digest) -> Vec<u8> {
        let SignedVote { round, kind, lock_round, header_hash } = &self.vote;
        vote_message(*kind, chain_id, self.height, *round, *lock_round, header_hash)
    }
}

impl From<&Vote> for Ballot {
    fn from(vote: &Vote) -> Self {
        let (round, kind, header_hash) = (vote.round.as_u32().unwrap_or(0), vote.vote_kind(), vote.header_hash());
        Self { height: vote.height.into(), vote: SignedVote { round, kind, lock_round: -1, header_hash } }
    }
}

impl From<&Proposal> for Ballot {
    fn from(proposal: &Proposal) -> Self {
        let round = proposal.round.as_u32().unwrap_or(0);
        let lock_round = signed_round(proposal.lock_round);
        let vote = SignedVote { round, kind: VoteKind::Proposal, lock_round, header_hash: proposal.value.0 };
        Self { height: proposal.height.into(), vote }
    }
}

/// Verifies under core's rule, and remembers what it verified.
#[derive(Clone, Debug)]
pub(crate) struct StrictVerifier {
    chain_id: Digest,
    witness: Arc<Mutex<Witness>>,
}

impl StrictVerifier {
    pub(crate) fn new(chain_id: Digest, witness: Arc<Mutex<Witness>>) -> Self {
        Self { chain_id, witness }
    }

    /// Whether the head of a streamed block is signed by `proposer`.
    pub(crate) fn verify_lead(&self, lead: &Lead, header_hash: Digest, proposer: &PublicKey) -> bool {
        let address = Address(*proposer);
        let (height, round, lock_round) = (lead.height, lead.round, lead.lock_round);
        let proposal = Proposal { height, round, value: HeaderHash(header_hash), lock_round, address };
        self.verify(&Ballot::from(&proposal), lead.signature, proposer)
    }

    fn verify(&self, ballot: &Ballot, signature: VoteSignature, key: &PublicKey) -> bool {
        key.verify(&ballot.message(&self.chain_id), &Signature::from(signature))
    }

    fn remember(&self, remember: impl FnOnce(&mut Witness)) {
        remember(&mut self.witness.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[async_trait]
impl Verifier<Ledger> for StrictVerifier {
    async fn verify_signed_vote(
        &self,
        vote: &Vote,
        signature: &VoteSignature,
        key: &PublicKey,
    ) -> Result<VerificationResult, Error> {
        let valid = self.verify(&Ballot::from(vote), *signature, key);
        if let (true, NilOrVal::Val(hash), VoteKind::Prevote) = (valid, &vote.value, vote.vote_kind()) {
            self.remember(|witness| witness.saw_prevote(vote.height, vote.round, *hash, *key));
        }
        Ok(VerificationResult::from_bool(valid))
    }

    async fn verify_signed_proposal(
        &self,
        proposal: &Proposal,
        signature: &VoteSignature,
        key: &PublicKey,
    ) -> Result<VerificationResult, Error> {
        let valid = self.verify(&Ballot::from(proposal), *signature, key);
        if valid {
            self.remember(|witness| witness.saw_proposal(proposal, *signature));
        }
        Ok(VerificationResult::from_bool(valid))
    }

    async fn verify_signed_vote_extension(
        &self,
        _scope: &VoteExtensionScope<Ledger>,
        _extension: &(),
        _signature: &VoteSignature,
        _key: &PublicKey,
    ) -> Result<VerificationResult, Error> {
        Ok(VerificationResult::Invalid)
    }

    async fn verify_validator_proof(&self, proof: &ValidatorProof<Ledger>) -> Result<VerificationResult, Error> {
        let key = proof.decoded_public_key().map_err(Error::from_source)?;
        Ok(VerificationResult::from_bool(key.verify(&proof.preimage(), &Signature::from(proof.signature))))
    }
}

#[async_trait]
impl Signer<Ledger> for Guarded {
    async fn sign_vote(&self, vote: Vote) -> Result<SignedMessage<Ledger, Vote>, Error> {
        let signature = self.sign_for_engine(Ballot::from(&vote)).await?;
        Ok(SignedMessage::new(vote, signature))
    }

    async fn sign_proposal(&self, proposal: Proposal) -> Result<SignedMessage<Ledger, Proposal>, Error> {
        let signature = self.sign_for_engine(Ballot::from(&proposal)).await?;
        Ok(SignedMessage::new(proposal, signature))
    }

    async fn sign_vote_extension(
        &self,
        _scope: VoteExtensionScope<Ledger>,
        _extension: (),
    ) -> Result<SignedMessage<Ledger, ()>, Error> {
        Err(Error::from_source("this chain has no vote extensions"))
    }

    /// Binds the node's network name to its validator key. The bytes begin "PoV", which no tag of core's does:
    /// read as one, it would be 80 bytes long.
    async fn sign_validator_proof(&self, key: Vec<u8>, peer_id: Vec<u8>) -> Result<ValidatorProof<Ledger>, Error> {
        let message = ValidatorProof::<Ledger>::signing_bytes(&key, &peer_id);
        let signature = VoteSignature(self.0.key.sign(&message).to_bytes());
        Ok(ValidatorProof::new(key, peer_id, signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::context::BlockHeight;
    use arc_malachitebft_app::types::core::{Round, VoteType};
    use medproof_core::header::Height;

    const CHAIN: Digest = Digest([3; 32]);

    fn guarded(folder: &tempfile::TempDir) -> (Guarded, PublicKey) {
        let key = SigningKey::from_bytes(&[1; 32]);
        let public = PublicKey(key.verifying_key().to_bytes());
        let state = SigningState::create(&folder.path().join("s"), &CHAIN, &public).unwrap();
        (Guarded::new(CHAIN, key, state), public)
    }

    #[tokio::test]
    async fn what_is_signed_is_cores_message() {
        let folder = tempfile::tempdir().unwrap();
        let (guarded, public) = guarded(&folder);
        let (height, round, address) = (BlockHeight(7), Round::new(2), Address(public));
        let hash = HeaderHash(Digest([5; 32]));
        let proposal = Proposal { height, round, value: hash, lock_round: Round::new(1), address };
        let signed = guarded.sign_proposal(proposal).await.unwrap();
        let message = |kind, lock, hash| vote_message(kind, &CHAIN, Height(7), 2, lock, &hash);
        let verify = |message: &[u8], signature| public.verify(message, &Signature::from(signature));
        assert!(verify(&message(VoteKind::Proposal, 1, hash.0), signed.signature));
        for (kind, value, expected) in [
            (VoteType::Prevote, NilOrVal::Val(hash), message(VoteKind::Prevote, -1, hash.0)),
            (VoteType::Precommit, NilOrVal::Nil, message(VoteKind::Precommit, -1, Digest::ZERO)),
        ] {
            let signed = guarded.sign_vote(Vote { kind, height, round, value, address }).await.unwrap();
            assert!(verify(&expected, signed.signature));
        }
    }

    #[tokio::test]
    async fn a_contradiction_is_refused_and_said_why() {
        let folder = tempfile::tempdir().unwrap();
        let (guarded, public) = guarded(&folder);
        let vote = |value| Vote {
            kind: VoteType::Precommit,
            height: BlockHeight(7),
            round: Round::new(0),
            value,
            address: Address(public),
        };
        guarded.sign_vote(vote(NilOrVal::Nil)).await.unwrap();
        assert!(guarded.take_failure().is_none());
        assert!(guarded.sign_vote(vote(NilOrVal::Val(HeaderHash(Digest([5; 32]))))).await.is_err());
        assert!(matches!(guarded.take_failure(), Some(SigningError::Contradiction)));
        guarded.sign_vote(vote(NilOrVal::Nil)).await.expect("the same again");
    }

    #[tokio::test]
    async fn the_proof_of_a_network_name_can_be_taken_for_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (guarded, public) = guarded(&folder);
        let proof = guarded.sign_validator_proof(public.0.to_vec(), vec![9; 38]).await.unwrap();
        let verifier = StrictVerifier::new(CHAIN, Arc::default());
        assert!(verifier.verify_validator_proof(&proof).await.unwrap().is_valid());
        // Every tag of core's begins with its length; no tag is as long as the first letter of this one.
        let length = proof.preimage()[0];
        assert!(medproof_core::hash::Tag::Vote.prefix().len() < usize::from(length));
        let other = ValidatorProof::<Ledger>::new(proof.public_key, vec![8; 38], proof.signature);
        assert!(!verifier.verify_validator_proof(&other).await.unwrap().is_valid());
    }
}
