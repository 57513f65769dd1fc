//! The encodings of the engine's messages.

use super::{
    codec::{Encoded, get_bytes32, get_list, put_bytes32, put_list},
    context::{Address, BlockHeight, HeaderHash, Lead, Ledger, Part, Proposal, Vote, VoteSignature},
};
use crate::chain::Block;
use arc_malachitebft_app::{
    consensus::LivenessMsg,
    streaming::{StreamContent, StreamId, StreamMessage},
    types::{
        PeerId, ProposedValue, SignedConsensusMsg,
        core::{
            ExtendedCommitCertificate, ExtendedCommitSignature, NilOrVal, PolkaCertificate, PolkaSignature, Round,
            RoundCertificate, RoundCertificateType, RoundSignature, SignedMessage, ValidatorProof, Validity, VoteType,
        },
        sync::{RawDecidedValue, Request, Response, Status},
    },
};
use arc_malachitebft_sync::{ValueRequest, ValueResponse};
use bytes::Bytes;
use medproof_core::{
    encoding::{DecodeError, Reader, Wire, put_bytes8, put_bytes16},
    hash::Digest,
    header::{HEADER_MAX_BYTES, Header},
    keys::PublicKey,
    validators::MAX_VALIDATORS,
};

/// The most blocks that one answer to a node behind carries.
pub(crate) const MAX_BATCH: usize = 32;

/// The least that an address with a signature takes, and a block with a certificate.
const SIGNER_LEN_BYTES: usize = 32 + 64;
const DECIDED_LEN_BYTES: usize = 4 + 8 + 4 + 32 + 2;
const MAX_NAME_LEN_BYTES: usize = 64;

impl Encoded for BlockHeight {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0.to_be_bytes());
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.u64().map(Self)
    }
}

/// i32, −1 for none: what core's signed messages can hold.
impl Encoded for Round {
    fn put(&self, out: &mut Vec<u8>) {
        let round = self.as_u32().map_or(-1, |round| i32::try_from(round).unwrap_or(i32::MAX));
        out.extend_from_slice(&round.to_be_bytes());
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match i32::from_be_bytes(reader.array()?) {
            -1 => Ok(Self::Nil),
            round => u32::try_from(round).map(Self::new).map_err(|_| DecodeError::Value),
        }
    }
}

impl Encoded for Address {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        PublicKey::get(reader).map(Self)
    }
}

impl Encoded for HeaderHash {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Digest::get(reader).map(Self)
    }
}

impl Encoded for VoteSignature {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.array().map(Self)
    }
}

impl Encoded for NilOrVal<HeaderHash> {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.is_val()));
        if let Self::Val(hash) = self {
            hash.put(out);
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.flag()? { HeaderHash::get(reader).map(Self::Val) } else { Ok(Self::Nil) }
    }
}

impl Encoded for VoteType {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(match self {
            Self::Prevote => 1,
            Self::Precommit => 2,
        });
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.u8()? {
            1 => Ok(Self::Prevote),
            2 => Ok(Self::Precommit),
            _ => Err(DecodeError::Value),
        }
    }
}

impl Encoded for Vote {
    fn put(&self, out: &mut Vec<u8>) {
        self.kind.put(out);
        self.height.put(out);
        self.round.put(out);
        self.value.put(out);
        self.address.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            kind: Encoded::get(reader)?,
            height: Encoded::get(reader)?,
            round: some_round(reader)?,
            value: Encoded::get(reader)?,
            address: Encoded::get(reader)?,
        })
    }
}

impl Encoded for Proposal {
    fn put(&self, out: &mut Vec<u8>) {
        self.height.put(out);
        self.round.put(out);
        self.value.put(out);
        self.lock_round.put(out);
        self.address.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            height: Encoded::get(reader)?,
            round: some_round(reader)?,
            value: Encoded::get(reader)?,
            lock_round: Encoded::get(reader)?,
            address: Encoded::get(reader)?,
        })
    }
}

/// A round that is one: the engine's timeouts panic on none.
fn some_round(reader: &mut Reader<'_>) -> Result<Round, DecodeError> {
    let round = Round::get(reader)?;
    if round.is_defined() { Ok(round) } else { Err(DecodeError::Value) }
}

impl<M: Encoded> Encoded for SignedMessage<Ledger, M> {
    fn put(&self, out: &mut Vec<u8>) {
        self.message.put(out);
        self.signature.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let message = M::get(reader)?;
        Ok(Self { message, signature: Encoded::get(reader)? })
    }
}

impl Encoded for SignedConsensusMsg<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Vote(vote) => put_tagged(1, vote, out),
            Self::Proposal(proposal) => put_tagged(2, proposal, out),
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.u8()? {
            1 => Encoded::get(reader).map(Self::Vote),
            2 => Encoded::get(reader).map(Self::Proposal),
            _ => Err(DecodeError::Value),
        }
    }
}

impl Encoded for LivenessMsg<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Vote(vote) => put_tagged(1, vote, out),
            Self::PolkaCertificate(certificate) => put_tagged(2, certificate, out),
            Self::SkipRoundCertificate(certificate) => put_tagged(3, certificate, out),
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.u8()? {
            1 => Encoded::get(reader).map(Self::Vote),
            2 => Encoded::get(reader).map(Self::PolkaCertificate),
            3 => Encoded::get(reader).map(Self::SkipRoundCertificate),
            _ => Err(DecodeError::Value),
        }
    }
}

fn put_tagged(tag: u8, value: &impl Encoded, out: &mut Vec<u8>) {
    out.push(tag);
    value.put(out);
}

impl Encoded for PolkaSignature<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        self.address.put(out);
        self.signature.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { address: Encoded::get(reader)?, signature: Encoded::get(reader)? })
    }
}

impl Encoded for PolkaCertificate<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        self.height.put(out);
        self.round.put(out);
        self.value_id.put(out);
        put_list(out, &self.polka_signatures);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            height: Encoded::get(reader)?,
            round: some_round(reader)?,
            value_id: Encoded::get(reader)?,
            polka_signatures: get_list(reader, MAX_VALIDATORS, SIGNER_LEN_BYTES)?,
        })
    }
}

impl Encoded for RoundSignature<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        self.vote_type.put(out);
        self.value_id.put(out);
        self.address.put(out);
        self.signature.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            vote_type: Encoded::get(reader)?,
            value_id: Encoded::get(reader)?,
            address: Encoded::get(reader)?,
            signature: Encoded::get(reader)?,
        })
    }
}

impl Encoded for RoundCertificate<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        self.height.put(out);
        self.round.put(out);
        out.push(u8::from(self.cert_type == RoundCertificateType::Precommit));
        put_list(out, &self.round_signatures);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (height, round) = (Encoded::get(reader)?, some_round(reader)?);
        let cert_type = if reader.flag()? { RoundCertificateType::Precommit } else { RoundCertificateType::Skip };
        // A validator may stand here with both kinds of vote.
        let round_signatures = get_list(reader, 2 * MAX_VALIDATORS, SIGNER_LEN_BYTES)?;
        Ok(Self { height, round, cert_type, round_signatures })
    }
}

impl Encoded for ExtendedCommitSignature<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        self.address.put(out);
        self.signature.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { address: Encoded::get(reader)?, signature: Encoded::get(reader)?, extension: None })
    }
}

impl Encoded for ExtendedCommitCertificate<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        self.height.put(out);
        self.round.put(out);
        self.value_id.put(out);
        put_list(out, &self.commit_signatures);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            height: Encoded::get(reader)?,
            round: some_round(reader)?,
            value_id: Encoded::get(reader)?,
            commit_signatures: get_list(reader, MAX_VALIDATORS, SIGNER_LEN_BYTES)?,
        })
    }
}

impl Encoded for Lead {
    fn put(&self, out: &mut Vec<u8>) {
        self.height.put(out);
        self.round.put(out);
        self.lock_round.put(out);
        put_bytes16(out, &self.header);
        self.signature.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            height: Encoded::get(reader)?,
            round: some_round(reader)?,
            lock_round: Encoded::get(reader)?,
            header: Bytes::copy_from_slice(reader.bytes16(0..=HEADER_MAX_BYTES)?),
            signature: Encoded::get(reader)?,
        })
    }
}

impl Encoded for Part {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Lead(lead) => put_tagged(1, lead, out),
            Self::Body(bytes) => {
                out.push(2);
                put_bytes32(out, bytes);
            }
            Self::Gossip(bytes) => {
                out.push(3);
                put_bytes32(out, bytes);
            }
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.u8()? {
            1 => Encoded::get(reader).map(Self::Lead),
            2 => get_bytes32(reader).map(Self::Body),
            3 => get_bytes32(reader).map(Self::Gossip),
            _ => Err(DecodeError::Value),
        }
    }
}

impl Encoded for StreamMessage<Part> {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes8(out, &self.stream_id.to_bytes());
        out.extend_from_slice(&self.sequence.to_be_bytes());
        match &self.content {
            StreamContent::Data(part) => put_tagged(1, part, out),
            StreamContent::Fin => out.push(0),
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let stream_id = StreamId::new(Bytes::copy_from_slice(reader.bytes8(0..=MAX_NAME_LEN_BYTES)?));
        let sequence = reader.u64()?;
        let content = if reader.flag()? { StreamContent::Data(Part::get(reader)?) } else { StreamContent::Fin };
        Ok(Self { stream_id, sequence, content })
    }
}

impl Encoded for ValidatorProof<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes8(out, &self.public_key);
        put_bytes8(out, &self.peer_id);
        self.signature.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            public_key: reader.bytes8(0..=MAX_NAME_LEN_BYTES)?.to_vec(),
            peer_id: reader.bytes8(0..=MAX_NAME_LEN_BYTES)?.to_vec(),
            signature: Encoded::get(reader)?,
        })
    }
}

impl Encoded for Status<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes8(out, &self.peer_id.to_bytes());
        self.tip_height.put(out);
        self.history_min_height.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let peer_id = PeerId::from_bytes(reader.bytes8(1..=MAX_NAME_LEN_BYTES)?).map_err(|_| DecodeError::Value)?;
        Ok(Self { peer_id, tip_height: Encoded::get(reader)?, history_min_height: Encoded::get(reader)? })
    }

    fn claimed_tip(&self) -> Option<BlockHeight> {
        Some(self.tip_height)
    }
}

impl Encoded for Request<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        let Self::ValueRequest(request) = self;
        request.range.start().put(out);
        request.range.end().put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (start, end) = (Encoded::get(reader)?, Encoded::get(reader)?);
        Ok(Self::ValueRequest(ValueRequest::new(start..=end)))
    }
}

impl Encoded for RawDecidedValue<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes32(out, &self.value_bytes);
        self.certificate.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { value_bytes: get_bytes32(reader)?, certificate: Encoded::get(reader)? })
    }
}

impl Encoded for Response<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        let Self::ValueResponse(response) = self;
        response.start_height.put(out);
        put_list(out, &response.values);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let start_height = Encoded::get(reader)?;
        let values = get_list(reader, MAX_BATCH, DECIDED_LEN_BYTES)?;
        Ok(Self::ValueResponse(ValueResponse::new(start_height, values)))
    }
}

impl Encoded for ProposedValue<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        self.height.put(out);
        self.round.put(out);
        self.valid_round.put(out);
        self.proposer.put(out);
        self.value.put(out);
        out.push(u8::from(self.validity.is_valid()));
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            height: Encoded::get(reader)?,
            round: some_round(reader)?,
            valid_round: Encoded::get(reader)?,
            proposer: Encoded::get(reader)?,
            value: Encoded::get(reader)?,
            validity: Validity::from_bool(reader.flag()?),
        })
    }
}

/// A block as it travels to a node that is behind.
impl Encoded for Block {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes16(out, self.header.raw());
        put_bytes32(out, &self.body);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let header = Header::from_bytes(reader.bytes16(0..=HEADER_MAX_BYTES)?)?;
        Ok(Self { header, body: get_bytes32(reader)? })
    }
}

#[cfg(test)]
mod tests;
