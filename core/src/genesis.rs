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

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::{
        keys::registration_message,
        sample::{public_key, set, sign, signing_keys, signing_set},
        validators::Validator,
    };
    use std::{string::ToString, vec};

    /// With keys that nobody has.
    fn unsigned() -> Genesis {
        let first = |number: u8| FirstMember {
            member: MemberId(number.into()),
            roles: 1,
            info_hash: Digest([1; 32]),
            key: PublicKey([number; 32]),
            signature: Signature([0; 64]),
        };
        Genesis {
            name: "chain".to_string(),
            demo: false,
            time: UnixMillis(5),
            rules_version: 1,
            parameters: Parameters { heartbeat_ms: 1, undo_days: 2, trusting_period_ms: 3 },
            set: set(&[1, 1]),
            members: [1, 2].map(first).into(),
        }
    }

    fn genesis() -> Genesis {
        let mut genesis = Genesis { set: signing_set(&[1, 1]), ..unsigned() };
        for (first, key) in genesis.members.iter_mut().zip(&signing_keys(2)) {
            first.key = public_key(key);
            let message = registration_message(&Digest::ZERO, first.member, KeyNumber(1), &first.key);
            first.signature = sign(key, &message);
        }
        genesis
    }

    fn refused(change: impl FnOnce(&mut Genesis)) -> Option<DecodeError> {
        let mut genesis = genesis();
        change(&mut genesis);
        Genesis::from_bytes(&genesis.to_bytes()).err()
    }

    #[test]
    #[cfg_attr(miri, ignore = "signatures take minutes in an interpreter")]
    fn the_chain_id_is_over_every_byte() {
        let bytes = genesis().to_bytes();
        assert_eq!(Genesis::from_bytes(&bytes), Ok(genesis()));
        assert_eq!(genesis().chain_id(), tagged(Tag::ChainId, &[&bytes]));
        assert_ne!(Genesis { demo: true, ..genesis() }.chain_id(), genesis().chain_id());
    }

    #[test]
    #[cfg_attr(miri, ignore = "signatures take minutes in an interpreter")]
    fn members_ascend_and_their_keys_sign_themselves() {
        assert_eq!(refused(|genesis| genesis.members.reverse()), Some(DecodeError::Order));
        assert_eq!(refused(|genesis| genesis.members.clear()), Some(DecodeError::Bounds));
        assert_eq!(refused(|genesis| genesis.members[0].signature.0[0] ^= 1), Some(DecodeError::Value));
        assert_eq!(refused(|genesis| genesis.members[1].member = MemberId(3)), Some(DecodeError::Value));
        assert_eq!(refused(|genesis| genesis.members[0].key = PublicKey([0; 32])), Some(DecodeError::Value));
        assert_eq!(refused(|genesis| genesis.members[0].roles = 9), None);
    }

    #[test]
    #[cfg_attr(miri, ignore = "signatures take minutes in an interpreter")]
    fn validators_have_registrable_keys() {
        let low_order = ValidatorSet::new(vec![Validator { key: PublicKey([0; 32]), power: 1 }]);
        assert_eq!(low_order.map(|set| refused(|genesis| genesis.set = set)), Ok(Some(DecodeError::Value)));
    }

    #[test]
    #[cfg_attr(miri, ignore = "signatures take minutes in an interpreter")]
    fn parameters_and_name_keep_their_bounds() {
        assert_eq!(refused(|genesis| genesis.parameters.trusting_period_ms = 0), Some(DecodeError::Bounds));
        let too_long = MAX_TRUSTING_PERIOD_MS + 1;
        assert_eq!(refused(|genesis| genesis.parameters.trusting_period_ms = too_long), Some(DecodeError::Bounds));
        assert_eq!(refused(|genesis| genesis.name.clear()), Some(DecodeError::Bounds));
        assert_eq!(refused(|genesis| genesis.name.push('\n')), Some(DecodeError::Text));
    }

    #[test]
    fn the_first_state_holds_members_keys_and_the_machine() {
        let genesis = unsigned();
        let chain_id = genesis.chain_id();
        let (paths, leaves) = (Paths::new(&chain_id), genesis.leaves());
        assert_eq!(leaves.len(), 3 + 2 * 2);
        let at = |path: Path| leaves.iter().find(|(found, _)| *found == path).map(|(_, leaf)| leaf.clone());
        assert_eq!(at(paths.validators()), Some(Leaf::Validators(*genesis.set.hash())));
        assert_eq!(at(paths.rules()), Some(Leaf::Rules(1)));
        assert_eq!(at(paths.parameters()), Some(Leaf::Parameters(genesis.parameters.clone())));
        for first in &genesis.members {
            let Some(Leaf::Key(key)) = at(paths.key(first.member, KeyNumber(1))) else { continue };
            assert_eq!((key.key, key.valid_from), (first.key, genesis.time));
            assert!(
                matches!(at(paths.member(first.member)), Some(Leaf::Member(member)) if member.roles == first.roles)
            );
        }
    }

    #[test]
    fn the_header_at_height_0_has_an_empty_history() {
        let genesis = unsigned();
        let header = genesis.header(NodeHash::EMPTY);
        assert_eq!((header.height, header.time, header.parent_hash), (Height(0), UnixMillis(5), Digest::ZERO));
        assert_eq!((header.log_size, header.log_root), (TreeSize(0), LogHash::empty_root()));
        assert_eq!((header.set_hash, header.next_set_hash), (*genesis.set.hash(), *genesis.set.hash()));
        assert_eq!(header.chain_id, genesis.chain_id());
    }
}
