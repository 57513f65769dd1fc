//! The engine's questions as the engine would ask them, answered over a chain in memory.

#[path = "../../tests/memory/mod.rs"]
mod memory;

use super::*;
use crate::{chain::Kept, engine::context::Vote, pace::Tips};
use arc_malachitebft_app::types::core::{NilOrVal, VoteType};
use arc_malachitebft_signing::Verifier;
use ed25519_dalek::{Signer, SigningKey};
use medproof_core::{certificate::vote_message, header::UnixMillis, keys::PublicKey};
use memory::{Memory, key, now, set};
use tokio::sync::oneshot;

const ROUND_0: EngineRound = EngineRound::ZERO;
const ROUND_1: EngineRound = EngineRound::Some(1);

struct Case {
    app: App<Memory>,
    chain: Arc<Memory>,
    /// In the order of the set.
    keys: Vec<SigningKey>,
    _network: mpsc::Receiver<NetworkMsg<Ledger>>,
}

fn public(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}

/// A follower at height 1 of a chain of four validators.
async fn case() -> Case {
    let chain = Memory::new(vec![(1, set([1, 2, 3, 4]))]);
    let mut keys: Vec<_> = (1..=4).map(key).collect();
    keys.sort_by_key(public);
    let (network, _network) = mpsc::channel(64);
    let witness = Arc::new(Mutex::new(Witness::default()));
    let next = chain.next().await.expect("a next height");
    let mut app = App {
        chain: Arc::clone(&chain),
        verifier: StrictVerifier::new(chain.chain_id(), Arc::clone(&witness)),
        witness,
        signer: None,
        timeouts: LinearTimeouts::default(),
        max_body_bytes: 1 << 20,
        network,
        events: TxEvent::new(),
        tips: Arc::new(Tips::new(Duration::from_secs(10))),
        height: next.height.into(),
        validators: next.set.clone().into(),
        candidates: Candidates::default(),
        streams: Streams::new(1 << 20),
        meter: Meter::new(),
        synced: false,
        pace: tokio::task::JoinSet::new(),
    };
    app.begin(next).await.expect("begins");
    Case { app, chain, keys, _network }
}

impl Case {
    fn block(&self, time: UnixMillis) -> Block {
        self.chain.block(self.app.height.into(), Bytes::from_static(b"body"), time)
    }

    fn sign(&self, key: &SigningKey, kind: VoteKind, round: EngineRound, lock: i32, block: &Block) -> VoteSignature {
        let (height, round) = (self.app.height.into(), round.as_u32().expect("a round"));
        let message = vote_message(kind, &self.chain.chain_id(), height, round, lock, &block.header.hash());
        VoteSignature(key.sign(&message).to_bytes())
    }

    /// Streams `block` with the signature of the proposer of `round`, and gives the engine's answer.
    async fn stream(&mut self, block: &Block, round: EngineRound, lock_round: EngineRound) -> Answer {
        let proposer = *self.app.validators.proposer(self.app.height, round).key();
        let key = self.keys.iter().find(|key| public(key) == proposer).expect("in the set").clone();
        self.stream_by(&key, block, round, lock_round).await
    }

    async fn stream_by(
        &mut self,
        key: &SigningKey,
        block: &Block,
        round: EngineRound,
        lock_round: EngineRound,
    ) -> Answer {
        let lock = crate::engine::context::signed_round(lock_round);
        let signature = self.sign(key, VoteKind::Proposal, round, lock, block);
        let header = Bytes::copy_from_slice(block.header.raw());
        let lead = Lead { height: self.app.height, round, lock_round, header, signature };
        let mut answer = None;
        for message in streams::cut(&streams::new_name(), lead, &block.body) {
            let (reply, answered) = oneshot::channel();
            let question = AppMsg::ReceivedProposalPart { from: peer(), published_by: None, part: message, reply };
            self.app.answer(question).await.expect("answers");
            answer = answered.await.expect("an answer");
        }
        answer
    }

    /// Lets the verifier see a prevote of each of the first `count` validators.
    async fn prevote(&mut self, count: usize, round: EngineRound, block: &Block) {
        for key in &self.keys[..count] {
            let value = NilOrVal::Val(HeaderHash(block.header.hash()));
            let (kind, height, address) = (VoteType::Prevote, self.app.height, Address(public(key)));
            let signature = self.sign(key, VoteKind::Prevote, round, -1, block);
            let vote = Vote { kind, height, round, value, address };
            let result = self.app.verifier.verify_signed_vote(&vote, &signature, &address.0).await;
            assert!(result.expect("verifies").is_valid());
        }
    }

    async fn started(&mut self, round: EngineRound) -> Vec<ProposedValue<Ledger>> {
        self.app.started(self.app.height, round).await.expect("starts")
    }

    fn origins(&self) -> Vec<Origin> {
        self.chain.checks.lock().unwrap().drain(..).map(|(_, origin)| origin).collect()
    }
}

type Answer = Option<ProposedValue<Ledger>>;

fn peer() -> PeerId {
    PeerId::from_bytes(&[&[0, 36, 8, 1, 18, 32], &[5; 32][..]].concat()).expect("an id")
}

fn long_ago() -> UnixMillis {
    UnixMillis(now().0 - 30_000)
}

#[tokio::test]
async fn a_lock_older_than_the_time_bound_is_voted_for() {
    let mut case = case().await;
    let block = case.block(long_ago());
    assert_eq!(case.stream(&block, ROUND_0, EngineRound::Nil).await, None, "too old when it first comes");
    assert_eq!(case.origins(), [Origin::First]);
    case.prevote(3, ROUND_0, &block).await;
    let answer = case.stream(&block, ROUND_1, ROUND_0).await.expect("voted for");
    assert_eq!((answer.round, answer.valid_round, answer.validity), (ROUND_1, ROUND_0, Validity::Valid));
    assert_eq!(case.origins(), [Origin::Locked]);
}

#[tokio::test]
async fn a_claim_of_a_lock_without_a_quorum_of_prevotes_escapes_nothing() {
    let mut case = case().await;
    let block = case.block(long_ago());
    case.prevote(2, ROUND_0, &block).await;
    assert_eq!(case.stream(&block, ROUND_1, ROUND_0).await, None);
    assert_eq!(case.origins(), [Origin::First]);
    // The third prevote arrives late: the block waited, and is voted for in the next round.
    case.prevote(3, ROUND_0, &block).await;
    let values = case.started(EngineRound::new(2)).await;
    assert_eq!(values.iter().map(|value| value.value.0).collect::<Vec<_>>(), [block.header.hash()]);
    assert_eq!(case.origins(), [Origin::Locked]);
}

#[tokio::test]
async fn an_altered_body_does_not_taint_the_header() {
    let mut case = case().await;
    let block = case.block(now());
    let altered = Block { body: Bytes::from_static(b"another"), ..block.clone() };
    assert_eq!(case.stream(&altered, ROUND_0, EngineRound::Nil).await, None);
    let answer = case.stream(&block, ROUND_0, EngineRound::Nil).await.expect("the proposer's own");
    assert_eq!(answer.validity, Validity::Valid);
    assert_eq!(case.app.candidates.get(HeaderHash(block.header.hash())), Some(&block));
}

#[tokio::test]
async fn only_the_proposer_of_the_round_is_heard() {
    let mut case = case().await;
    let block = case.block(now());
    let proposer = *case.app.validators.proposer(case.app.height, ROUND_0).key();
    let strangers: Vec<_> = case.keys.iter().filter(|key| public(key) != proposer).cloned().chain([key(9)]).collect();
    for stranger in strangers {
        assert_eq!(case.stream_by(&stranger, &block, ROUND_0, EngineRound::Nil).await, None);
    }
    assert_eq!(case.origins(), [], "no block is executed for a stranger");
    assert!(case.stream(&block, ROUND_0, EngineRound::Nil).await.is_some());
}

#[tokio::test]
async fn a_proposer_with_many_blocks_is_judged_a_few_times() {
    let mut case = case().await;
    for second in 0..40 {
        let block = case.block(UnixMillis(long_ago().0 + second));
        assert_eq!(case.stream(&block, ROUND_0, EngineRound::Nil).await, None);
    }
    assert!(case.origins().len() <= 8);
    assert!(case.app.candidates.take_parked().len() <= 8);
}

#[tokio::test]
async fn what_was_kept_before_a_restart_is_offered_again_and_not_checked_for_time() {
    let mut case = case().await;
    let block = case.block(long_ago());
    case.chain.keep(case.app.height.into(), Round(0), &block).await.expect("keeps");
    case.app.begin(case.chain.next().await.expect("next")).await.expect("begins");
    let values = case.started(ROUND_0).await;
    assert_eq!(values.iter().map(|value| value.value.0).collect::<Vec<_>>(), [block.header.hash()]);
    assert_eq!(case.origins(), []);
}

#[tokio::test]
async fn a_block_from_a_peer_ahead_is_not_asked_for_its_time() {
    let mut case = case().await;
    let block = case.block(long_ago());
    let proposer = Address(*case.app.validators.proposer(case.app.height, ROUND_0).key());
    let bytes = encode(&block);
    let outcome = case.app.synced(case.app.height, ROUND_0, proposer, &bytes).await.expect("answers");
    assert!(matches!(outcome, SyncedValueOutcome::Verdict(value) if value.validity.is_valid()));
    assert_eq!(case.origins(), [Origin::Synced]);
    let altered = encode(&Block { body: Bytes::from_static(b"another"), ..case.block(now()) });
    for bytes in [&altered[..], b"no block"] {
        let outcome = case.app.synced(case.app.height, ROUND_0, proposer, bytes).await.expect("answers");
        assert!(matches!(outcome, SyncedValueOutcome::PeerFault));
    }
}

#[tokio::test]
async fn a_block_of_the_height_after_waits_for_it() {
    let mut case = case().await;
    let first = case.block(now());
    case.app.height = BlockHeight(2);
    let next = case.block(now());
    case.app.height = BlockHeight(1);
    // Sent under height 2 by a node that has decided height 1.
    let set = case.app.validators.clone();
    let proposer = *set.proposer(BlockHeight(2), ROUND_0).key();
    let key = case.keys.iter().find(|key| public(key) == proposer).expect("in the set").clone();
    case.app.height = BlockHeight(2);
    let signature = case.sign(&key, VoteKind::Proposal, ROUND_0, -1, &next);
    case.app.height = BlockHeight(1);
    let header = Bytes::copy_from_slice(next.header.raw());
    let lead = Lead { height: BlockHeight(2), round: ROUND_0, lock_round: EngineRound::Nil, header, signature };
    for message in streams::cut(&streams::new_name(), lead, &next.body) {
        assert_eq!(case.app.received(peer(), peer(), message).await.expect("answers"), None);
    }
    assert_eq!(case.origins(), [], "what it builds on is not decided");
    let parent = case.stream(&first, ROUND_0, EngineRound::Nil).await;
    assert!(parent.is_some());
    case.app.begin(Next { height: medproof_core::header::Height(2), set: set.set().clone() }).await.expect("begins");
    case.origins();
    case.started(ROUND_0).await;
    assert_eq!(case.origins(), [Origin::First]);
}

#[tokio::test]
async fn a_block_of_several_rounds_is_found_in_each_of_them_after_a_restart_too() {
    let case = case().await;
    let block = case.block(now());
    let rounds = [Round(1), Round(3)];
    let (mut added, mut restarted) = (Candidates::default(), Candidates::default());
    rounds.iter().for_each(|round| added.add(*round, block.clone()));
    restarted.begin(rounds.iter().map(|round| Kept { round: *round, block: block.clone() }).collect());
    for candidates in [added, restarted] {
        // Another block for a round that was signed already would stop the node for good.
        assert_eq!(rounds.map(|round| candidates.of_round(round)), [Some(&block); 2]);
        assert_eq!(candidates.of_round(Round(2)), None);
        assert_eq!(candidates.proposed().count(), 2);
    }
}
