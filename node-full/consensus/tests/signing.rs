//! The signing state: whatever the order of votes, crashes and restarts, no two signatures contradict.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use medproof_consensus::{Ballot, SignedVote, SigningError, SigningState};
use medproof_core::{
    certificate::VoteKind,
    hash::{Digest, sha256},
    header::Height,
    keys::PublicKey,
};
use proptest::prelude::*;
use std::{collections::BTreeMap, fs, path::Path};

const CHAIN: Digest = Digest([1; 32]);
const KEY: PublicKey = PublicKey([2; 32]);

fn ballot(height: u64, round: u32, kind: VoteKind, value: u8) -> Ballot {
    let header_hash = if value == 0 { Digest::ZERO } else { sha256(&[value]) };
    Ballot { height: Height(height), vote: SignedVote { round, kind, lock_round: -1, header_hash } }
}

fn open(path: &Path) -> SigningState {
    SigningState::open(path, &CHAIN, &KEY).unwrap().expect("there")
}

/// As by a new process: only the file remembers.
fn reopen(state: SigningState, path: &Path) -> SigningState {
    drop(state);
    open(path)
}

/// What a crash would leave now, read from a copy.
fn on_disk(path: &Path) -> SigningState {
    let copy = path.with_extension("copy.state");
    fs::copy(path, &copy).unwrap();
    open(&copy)
}

fn kinds() -> impl Strategy<Value = VoteKind> {
    prop_oneof![Just(VoteKind::Proposal), Just(VoteKind::Prevote), Just(VoteKind::Precommit)]
}

/// What happens to a validator: it is asked to sign, or the process dies before or after the signature left.
#[derive(Clone, Debug)]
enum Step {
    Sign(u64, u32, VoteKind, u8),
    Crash,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let sign = (1..4_u64, 0..3_u32, kinds(), 0..3_u8).prop_map(|(h, r, k, v)| Step::Sign(h, r, k, v));
    proptest::collection::vec(prop_oneof![6 => sign, 1 => Just(Step::Crash)], 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_two_signatures_contradict(steps in steps()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signing.state");
        let mut state = SigningState::create(&path, &CHAIN, &KEY).unwrap();
        let (mut signed, mut newest) = (BTreeMap::new(), (0, 0, 0));
        for step in steps {
            let Step::Sign(height, round, kind, value) = step else {
                state = reopen(state, &path);
                continue;
            };
            let rank = match kind { VoteKind::Proposal => 0, VoteKind::Prevote => 1, _ => 2 };
            let place = (height, round, rank);
            match state.record(&ballot(height, round, kind, value)) {
                Ok(()) => {
                    // On disk before the caller has the signature: a crash here loses nothing.
                    prop_assert_eq!(on_disk(&path).height(), Height(height));
                    prop_assert_eq!(*signed.entry(place).or_insert(value), value, "contradicts");
                    prop_assert!(place >= newest || place.0 == newest.0, "an earlier height");
                    newest = newest.max(place);
                }
                // Refused: there is an earlier vote that it would contradict, or it comes too late.
                Err(SigningError::Contradiction) => prop_assert_ne!(signed.get(&place), Some(&value)),
                Err(SigningError::Past) => prop_assert!(place < newest),
                Err(other) => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_file_that_is_not_whole_is_refused(at in 0..200_usize, bit in 0..8_u32) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signing.state");
        let mut state = SigningState::create(&path, &CHAIN, &KEY).unwrap();
        state.record(&ballot(1, 0, VoteKind::Prevote, 1)).unwrap();
        drop(state);
        let bytes = fs::read(&path).unwrap();
        let mut flipped = bytes.clone();
        flipped[at % bytes.len()] ^= 1 << bit;
        fs::write(&path, &flipped).unwrap();
        prop_assert!(matches!(SigningState::open(&path, &CHAIN, &KEY), Err(SigningError::Unreadable(_))));
        fs::write(&path, &bytes[..at % bytes.len()]).unwrap();
        prop_assert!(matches!(SigningState::open(&path, &CHAIN, &KEY), Err(SigningError::Unreadable(_))));
    }
}

/// All orders of one round's three kinds with two values each, with a crash after each vote.
#[test]
fn all_orders_of_one_round() {
    let all: Vec<_> = [VoteKind::Proposal, VoteKind::Prevote, VoteKind::Precommit]
        .into_iter()
        .flat_map(|kind| [ballot(1, 0, kind, 1), ballot(1, 0, kind, 2)])
        .collect();
    let mut orders = 0;
    permute(&mut (0..all.len()).collect::<Vec<_>>(), 0, &mut |order| {
        orders += 1;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        drop(SigningState::create(&path, &CHAIN, &KEY).unwrap());
        let mut signed = BTreeMap::new();
        for place in order {
            let ballot = all[*place];
            // Killed after each: only the file remembers.
            if open(&path).record(&ballot).is_ok() {
                let first = *signed.entry(ballot.vote.kind as u8).or_insert(ballot.vote.header_hash);
                assert_eq!(first, ballot.vote.header_hash, "{order:?}");
            }
        }
        assert!(!signed.is_empty());
    });
    assert_eq!(orders, 720);
}

fn permute(order: &mut Vec<usize>, from: usize, visit: &mut impl FnMut(&[usize])) {
    if from == order.len() {
        return visit(order);
    }
    for at in from..order.len() {
        order.swap(from, at);
        permute(order, from + 1, visit);
        order.swap(from, at);
    }
}

#[test]
fn the_same_bytes_may_be_signed_again_and_a_proof_of_lock_is_part_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signing.state");
    let mut state = SigningState::create(&path, &CHAIN, &KEY).unwrap();
    let vote = ballot(5, 1, VoteKind::Proposal, 1);
    state.record(&vote).unwrap();
    state.record(&ballot(5, 1, VoteKind::Prevote, 1)).unwrap();
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    state.record(&vote).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before, "nothing new to write");
    let locked = Ballot { vote: SignedVote { lock_round: 0, ..vote.vote }, ..vote };
    assert!(matches!(state.record(&locked), Err(SigningError::Contradiction)));
    assert!(matches!(state.record(&ballot(5, 0, VoteKind::Precommit, 1)), Err(SigningError::Past)));
    assert!(matches!(state.record(&ballot(4, 9, VoteKind::Precommit, 1)), Err(SigningError::Past)));
}

#[test]
fn a_signature_that_was_not_made_here_spends_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signing.state");
    let mut state = SigningState::create(&path, &CHAIN, &KEY).unwrap();
    state.record(&ballot(5, 0, VoteKind::Precommit, 1)).unwrap();
    state.witness(&ballot(5, 0, VoteKind::Precommit, 1)).expect("its own");
    state.witness(&ballot(4, 0, VoteKind::Precommit, 2)).expect("forgotten");
    assert!(matches!(state.witness(&ballot(6, 0, VoteKind::Precommit, 1)), Err(SigningError::Spent)));
    assert!(matches!(state.record(&ballot(7, 0, VoteKind::Prevote, 1)), Err(SigningError::Spent)));
    let mut state = reopen(state, &path);
    assert!(state.is_spent(), "for good");
    assert!(matches!(state.record(&ballot(5, 0, VoteKind::Precommit, 1)), Err(SigningError::Spent)));
}

#[test]
fn only_one_has_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signing.state");
    let state = SigningState::create(&path, &CHAIN, &KEY).unwrap();
    assert!(matches!(SigningState::open(&path, &CHAIN, &KEY), Err(SigningError::InUse)));
    drop(reopen(state, &path));
}

#[test]
fn many_rounds_are_forgotten_from_the_front_and_never_signed_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signing.state");
    let mut state = SigningState::create(&path, &CHAIN, &KEY).unwrap();
    for round in 0..200 {
        state.record(&ballot(1, round, VoteKind::Prevote, 1)).unwrap();
    }
    let mut state = reopen(state, &path);
    assert!(matches!(state.record(&ballot(1, 0, VoteKind::Prevote, 1)), Err(SigningError::Past)));
    assert!(matches!(state.record(&ballot(1, 199, VoteKind::Prevote, 2)), Err(SigningError::Contradiction)));
    state.witness(&ballot(1, 0, VoteKind::Precommit, 9)).expect("may have been");
}

#[test]
fn a_file_is_of_one_chain_and_key_and_only_its_owner_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signing.state");
    assert!(SigningState::open(&path, &CHAIN, &KEY).unwrap().is_none());
    drop(SigningState::create(&path, &CHAIN, &KEY).unwrap());
    assert!(matches!(SigningState::create(&path, &CHAIN, &KEY), Err(SigningError::Past)));
    assert!(matches!(SigningState::open(&path, &Digest([9; 32]), &KEY), Err(SigningError::Foreign)));
    assert!(matches!(SigningState::open(&path, &CHAIN, &PublicKey([9; 32])), Err(SigningError::Foreign)));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
