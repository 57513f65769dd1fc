//! The beginning of a chain: genesis, from which the chain id and the first header follow.
//!
//! ```text
//! genesis  = prelude(1) ‖ name (u8 length 1..=64) ‖ demo flag ‖ time u64 ‖ rules version u32
//!          ‖ heartbeat u32 ms ‖ undo days u8 ‖ trusting period u64 ms ‖ set
//!          ‖ members: count u16 (1..=1,000) ‖ count × (member u32 ‖ roles u16 ‖ info hash 32 ‖ key 32 ‖ signature 64)
//! chain id = tagged("medproof chain id", genesis)
//! ```
//!
//! Genesis does not contain its own hash: a member's signature in it stands over 32 zero bytes in
//! place of the chain id.

use crate::{
    anchor::MAX_TRUSTING_PERIOD_MS,
    encoding::{DecodeError, Message, MessageType, Reader, Wire, put_bytes8, put_count16},
    hash::{Digest, Tag, tagged},
    header::{HeaderFields, Height, UnixMillis},
    identity::MemberId,
    keys::{KeyNumber, PublicKey, Signature},
    leaf::{self, Leaf, Parameters, Paths},
    log::{LogHash, TreeSize},
    state::{NodeHash, Path},
    validators::ValidatorSet,
};
use alloc::{string::String, vec::Vec};

/// A member from the beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a member in genesis has these parts in format version 0")]
pub struct FirstMember {
    /// Its number.
    pub member: MemberId,
    /// Bit r − 1 stands for role r.
    pub roles: u16,
    /// Hash of its member information.
    pub info_hash: Digest,
    /// Its key number 1.
    pub key: PublicKey,
    /// That key's signature over its registration.
    pub signature: Signature,
}

/// The first members, validators and parameters; keys and their signatures are checked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "genesis has these fields in format version 0")]
pub struct Genesis {
    /// The chain's name.
    pub name: String,
    /// Whether this is a demonstration chain.
    pub demo: bool,
    /// The time of the header at height 0.
    pub time: UnixMillis,
    /// The rules version of the first block.
    pub rules_version: u32,
    /// The chain's parameters.
    pub parameters: Parameters,
    /// The first validator set.
    pub set: ValidatorSet,
    /// The first members, ascending.
    pub members: Vec<FirstMember>,
}

impl Genesis {
    /// The chain id.
    pub fn chain_id(&self) -> Digest {
        tagged(Tag::ChainId, &[&self.to_bytes()])
    }

    /// The leaves of the first state, in no particular order.
    pub fn leaves(&self) -> Vec<(Path, Leaf)> {
        let chain_id = self.chain_id();
        let paths = Paths::new(&chain_id);
        let mut leaves = alloc::vec![
            (paths.validators(), Leaf::Validators(*self.set.hash())),
            (paths.parameters(), Leaf::Parameters(self.parameters.clone())),
            (paths.rules(), Leaf::Rules(self.rules_version)),
        ];
        for first in &self.members {
            let newest_key = KeyNumber(1);
            let member = leaf::Member { state: 1, roles: first.roles, newest_key, info_hash: first.info_hash };
            let key = leaf::Key { key: first.key, valid_from: self.time, revoked_at: None, compromised_since: None };
            leaves.push((paths.member(first.member), Leaf::Member(member)));
            leaves.push((paths.key(first.member, newest_key), Leaf::Key(key)));
        }
        leaves
    }

    /// The header at height 0, given the root of the first state.
    pub fn header(&self, state_root: NodeHash) -> HeaderFields {
        HeaderFields {
            chain_id: self.chain_id(),
            height: Height(0),
            time: self.time,
            set_hash: *self.set.hash(),
            next_set_hash: *self.set.hash(),
            parent_hash: Digest::ZERO,
            log_size: TreeSize(0),
            log_root: LogHash::empty_root(),
            state_root,
            rules_version: self.rules_version,
        }
    }

    fn check(&self) -> Result<(), DecodeError> {
        if !(1..=MAX_TRUSTING_PERIOD_MS).contains(&self.parameters.trusting_period_ms) {
            return Err(DecodeError::Bounds);
        }
        if self.set.validators().iter().any(|validator| validator.key.check_registrable().is_err()) {
            return Err(DecodeError::Value);
        }
        if !self.members.is_sorted_by(|a, b| a.member < b.member) {
            return Err(DecodeError::Order);
        }
        let registered = |first: &FirstMember| {
            first.key.check_registration(&Digest::ZERO, first.member, KeyNumber(1), &first.signature).is_ok()
        };
        if self.members.iter().all(registered) { Ok(()) } else { Err(DecodeError::Value) }
    }
}

impl Wire for Genesis {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes8(out, self.name.as_bytes());
        out.push(u8::from(self.demo));
        out.extend_from_slice(&self.time.0.to_be_bytes());
        out.extend_from_slice(&self.rules_version.to_be_bytes());
        self.parameters.put(out);
        self.set.put(out);
        put_count16(out, self.members.len());
        for first in &self.members {
            out.extend_from_slice(&first.member.0.to_be_bytes());
            out.extend_from_slice(&first.roles.to_be_bytes());
            first.info_hash.put(out);
            first.key.put(out);
            first.signature.put(out);
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let name = reader.text8(1..=64)?;
        let demo = reader.flag()?;
        let time = UnixMillis(reader.u64()?);
        let rules_version = reader.u32()?;
        let parameters = Parameters::get(reader)?;
        let set = ValidatorSet::get(reader)?;
        let count = reader.count16(1..=1_000, 134)?;
        let mut members = Vec::with_capacity(count);
        for _ in 0..count {
            members.push(FirstMember {
                member: MemberId(reader.u32()?),
                roles: reader.u16()?,
                info_hash: Digest::get(reader)?,
                key: PublicKey::get(reader)?,
                signature: Signature::get(reader)?,
            });
        }
        let genesis = Self { name, demo, time, rules_version, parameters, set, members };
        genesis.check()?;
        Ok(genesis)
    }
}

impl Message for Genesis {
    const TYPE: MessageType = MessageType::Genesis;
}
