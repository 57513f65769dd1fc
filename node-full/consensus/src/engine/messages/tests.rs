//! One encoding per value: what is encoded is read again, and nothing else is read.

use super::*;
use crate::engine::codec::{decode, encode};
use proptest::{collection::vec, prelude::*};

type SignedVote = SignedMessage<Ledger, Vote>;
type SignedProposal = SignedMessage<Ledger, Proposal>;

fn round() -> impl Strategy<Value = Round> {
    (0..=i32::MAX as u32).prop_map(Round::new)
}

fn lock_round() -> impl Strategy<Value = Round> {
    prop_oneof![Just(Round::Nil), round()]
}

fn hash() -> impl Strategy<Value = HeaderHash> {
    any::<[u8; 32]>().prop_map(|bytes| HeaderHash(Digest(bytes)))
}

fn address() -> impl Strategy<Value = Address> {
    any::<[u8; 32]>().prop_map(|bytes| Address(PublicKey(bytes)))
}

fn signature() -> impl Strategy<Value = VoteSignature> {
    any::<[u8; 32]>().prop_map(|half| VoteSignature([half, half].concat().try_into().unwrap()))
}

fn value() -> impl Strategy<Value = NilOrVal<HeaderHash>> {
    prop_oneof![Just(NilOrVal::Nil), hash().prop_map(NilOrVal::Val)]
}

fn kind() -> impl Strategy<Value = VoteType> {
    prop_oneof![Just(VoteType::Prevote), Just(VoteType::Precommit)]
}

fn height() -> impl Strategy<Value = BlockHeight> {
    any::<u64>().prop_map(BlockHeight)
}

fn vote() -> impl Strategy<Value = SignedVote> {
    (kind(), height(), round(), value(), address(), signature()).prop_map(
        |(kind, height, round, value, address, signature)| {
            SignedMessage::new(Vote { kind, height, round, value, address }, signature)
        },
    )
}

fn proposal() -> impl Strategy<Value = SignedProposal> {
    (height(), round(), hash(), lock_round(), address(), signature()).prop_map(
        |(height, round, value, lock_round, address, signature)| {
            SignedMessage::new(Proposal { height, round, value, lock_round, address }, signature)
        },
    )
}

fn polka() -> impl Strategy<Value = PolkaCertificate<Ledger>> {
    let signer = (address(), signature()).prop_map(|(address, signature)| PolkaSignature { address, signature });
    (height(), round(), hash(), vec(signer, 0..4)).prop_map(|(height, round, value_id, polka_signatures)| {
        PolkaCertificate { height, round, value_id, polka_signatures }
    })
}

fn round_certificate() -> impl Strategy<Value = RoundCertificate<Ledger>> {
    let signer = (kind(), value(), address(), signature());
    let signer =
        signer.prop_map(|(kind, value, address, signature)| RoundSignature::new(kind, value, address, signature));
    let cert_type = prop_oneof![Just(RoundCertificateType::Skip), Just(RoundCertificateType::Precommit)];
    (height(), round(), cert_type, vec(signer, 0..4)).prop_map(|(height, round, cert_type, round_signatures)| {
        RoundCertificate { height, round, cert_type, round_signatures }
    })
}

fn commit() -> impl Strategy<Value = ExtendedCommitCertificate<Ledger>> {
    let signer =
        (address(), signature()).prop_map(|(key, signature)| ExtendedCommitSignature::new(key, signature, None));
    (height(), round(), hash(), vec(signer, 0..4)).prop_map(|(height, round, value_id, commit_signatures)| {
        ExtendedCommitCertificate { height, round, value_id, commit_signatures }
    })
}

fn bytes() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..50).prop_map(Bytes::from)
}

fn part() -> impl Strategy<Value = Part> {
    let lead = (height(), round(), lock_round(), bytes(), signature()).prop_map(
        |(height, round, lock_round, header, signature)| {
            Part::Lead(Lead { height, round, lock_round, header, signature })
        },
    );
    prop_oneof![lead, bytes().prop_map(Part::Body), bytes().prop_map(Part::Gossip)]
}

fn peer() -> impl Strategy<Value = PeerId> {
    any::<[u8; 32]>()
        .prop_map(|key| PeerId::from_bytes(&[&[0, 36, 8, 1, 18, 32], &key[..]].concat()).expect("an identity hash"))
}

/// Reads again, and refuses one byte more, and every byte less.
fn check<T: Encoded + PartialEq + std::fmt::Debug>(value: &T) {
    let bytes = encode(value);
    assert_eq!(decode::<T>(&bytes).as_ref(), Ok(value));
    assert_eq!(decode::<T>(&[&bytes[..], &[0]].concat()), Err(DecodeError::Trailing));
    for len in 0..bytes.len() {
        assert!(decode::<T>(&bytes[..len]).is_err(), "{len} of {}", bytes.len());
    }
}

/// Whatever bytes are read are written so again.
fn canonical<T: Encoded>(bytes: &[u8]) {
    if let Ok(value) = decode::<T>(bytes) {
        assert_eq!(&encode(&value)[..], bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn votes(vote in vote(), proposal in proposal(), polka in polka(), certificate in round_certificate()) {
        check(&SignedConsensusMsg::<Ledger>::Proposal(proposal));
        check(&SignedConsensusMsg::<Ledger>::Vote(vote.clone()));
        check(&LivenessMsg::<Ledger>::Vote(vote));
        check(&LivenessMsg::<Ledger>::PolkaCertificate(polka.clone()));
        check(&LivenessMsg::<Ledger>::SkipRoundCertificate(certificate));
        check(&polka);
    }

    #[test]
    fn parts(part in part(), name in bytes(), sequence in any::<u64>(), peer_id in bytes(), signature in signature()) {
        check(&part);
        let stream_id = StreamId::new(name);
        check(&StreamMessage::new(stream_id.clone(), sequence, StreamContent::Data(part)));
        check(&StreamMessage::<Part>::new(stream_id, sequence, StreamContent::Fin));
        check(&ValidatorProof::<Ledger>::new(vec![7; 32], peer_id.to_vec(), signature));
    }

    #[test]
    fn sync(peer_id in peer(), tip_height in height(), history_min_height in height(), values in vec((bytes(), commit()), 0..3)) {
        check(&Status::<Ledger> { peer_id, tip_height, history_min_height });
        check(&Request::<Ledger>::ValueRequest(ValueRequest::new(history_min_height..=tip_height)));
        let values = values.into_iter().map(|(value_bytes, certificate)| RawDecidedValue { value_bytes, certificate });
        check(&Response::<Ledger>::ValueResponse(ValueResponse::new(tip_height, values.collect())));
    }

    #[test]
    fn log(height in height(), round in round(), valid_round in lock_round(), proposer in address(), value in hash(), valid in any::<bool>()) {
        let validity = Validity::from_bool(valid);
        check(&ProposedValue::<Ledger> { height, round, valid_round, proposer, value, validity });
    }

    #[test]
    fn any_bytes_are_refused_or_written_so_again(bytes in vec(0..6_u8, 0..300)) {
        canonical::<SignedConsensusMsg<Ledger>>(&bytes);
        canonical::<LivenessMsg<Ledger>>(&bytes);
        canonical::<StreamMessage<Part>>(&bytes);
        canonical::<ValidatorProof<Ledger>>(&bytes);
        canonical::<Response<Ledger>>(&bytes);
        canonical::<ProposedValue<Ledger>>(&bytes);
    }
}

#[test]
fn a_round_that_cores_messages_cannot_hold_is_refused() {
    for round in [i32::MIN, -2] {
        assert_eq!(decode::<Round>(&round.to_be_bytes()), Err(DecodeError::Value));
    }
    assert_eq!(decode::<Round>(&(-1_i32).to_be_bytes()), Ok(Round::Nil));
    // The engine's timeouts panic for a vote in no round.
    let vote = Vote {
        kind: VoteType::Prevote,
        height: BlockHeight(1),
        round: Round::Nil,
        value: NilOrVal::Nil,
        address: Address(PublicKey([1; 32])),
    };
    assert_eq!(decode::<Vote>(&encode(&vote)), Err(DecodeError::Value));
}
