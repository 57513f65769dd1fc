//! `genesis.toml`, which people write and compare, and the genesis that it stands for.

use crate::{
    fault::{Fault, Result},
    folder,
    keyring::{MemberKey, from_hex, to_hex},
};
use medproof_core::{
    anchor::Anchor,
    encoding::Message,
    genesis::{FirstMember, Genesis},
    hash::Digest,
    header::{Header, UnixMillis},
    identity::MemberId,
    info::MemberInfo,
    keys::{PublicKey, Signature},
    leaf::Parameters,
    state::MemoryTree,
    validators::{Validator, ValidatorSet},
};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The beginning of a chain, as people write it down.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisFile {
    /// The chain's name, 1 to 64 bytes.
    pub name: String,
    /// Whether this is a demonstration chain.
    #[serde(default)]
    pub demo: bool,
    /// The time of the first header, RFC 3339.
    pub time: jiff::Timestamp,
    /// After this many ms without events an empty block is made.
    #[serde(default = "default_heartbeat")]
    pub heartbeat_ms: u32,
    /// For how many days a dispense may be undone.
    #[serde(default = "default_undo_days")]
    pub undo_days: u8,
    /// For how many days a light client relies on a header that it trusts.
    #[serde(default = "default_trusting_days")]
    pub trusting_period_days: u32,
    /// The first validators.
    #[serde(rename = "validator")]
    pub validators: Vec<FirstValidator>,
    /// The first members.
    #[serde(rename = "member")]
    pub members: Vec<MemberEntry>,
}

/// A validator from the beginning.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FirstValidator {
    /// Its public key, hexadecimal.
    pub key: String,
    /// Its voting power.
    #[serde(default = "default_power")]
    pub power: u32,
}

/// A member from the beginning.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MemberEntry {
    /// Its number.
    pub number: u32,
    /// `regulator`, `manufacturer`, `wholesaler`, `hospital`, `pharmacy`.
    pub roles: Vec<Role>,
    /// Its name in Chinese.
    #[serde(default)]
    pub name_zh: String,
    /// Its name in English.
    #[serde(default)]
    pub name_en: String,
    /// Its Global Location Number, if it has one.
    #[serde(default)]
    pub gln: String,
    /// The domains of its web shops.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Its first public key, hexadecimal.
    pub key: String,
    /// That key's signature over its registration, hexadecimal.
    pub signature: String,
}

/// What an organisation is on the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Role {
    /// Admits, suspends, recalls.
    Regulator = 1,
    /// Registers products, lots and packs.
    Manufacturer = 2,
    /// Buys and sells.
    Wholesaler = 3,
    /// Receives, dispenses, keeps patients' records.
    Hospital = 4,
    /// Receives and dispenses.
    Pharmacy = 5,
}

impl Role {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Regulator, Self::Manufacturer, Self::Wholesaler, Self::Hospital, Self::Pharmacy];

    /// The bit that stands for the role in a member's leaf.
    pub const fn bit(self) -> u16 {
        1 << (self as u8 - 1)
    }

    /// The roles as one set of bits.
    pub fn bits(roles: &[Self]) -> u16 {
        roles.iter().fold(0, |bits, role| bits | role.bit())
    }
}

impl MemberEntry {
    /// The entry of a member with this key, named alike in both languages.
    pub fn new(key: &MemberKey, roles: &[Role], name: &str) -> Self {
        Self {
            number: key.member.0,
            roles: roles.to_vec(),
            name_zh: name.to_owned(),
            name_en: name.to_owned(),
            gln: String::new(),
            domains: Vec::new(),
            key: to_hex(&key.public().0),
            signature: to_hex(&key.register(&Digest::ZERO).0),
        }
    }

    /// What its leaf commits to.
    pub fn info(&self) -> MemberInfo {
        MemberInfo {
            name_zh: self.name_zh.clone(),
            name_en: self.name_en.clone(),
            gln: self.gln.clone(),
            domains: self.domains.clone(),
        }
    }

    fn first_member(&self) -> Result<FirstMember> {
        Ok(FirstMember {
            member: MemberId(self.number),
            roles: Role::bits(&self.roles),
            info_hash: self.info().hash(),
            key: PublicKey(hex_field("key", &self.key)?),
            signature: Signature(hex_field("signature", &self.signature)?),
        })
    }
}

impl GenesisFile {
    /// A chain that begins at `time` with nobody in it.
    pub fn new(name: &str, time: jiff::Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            demo: false,
            time,
            heartbeat_ms: default_heartbeat(),
            undo_days: default_undo_days(),
            trusting_period_days: default_trusting_days(),
            validators: Vec::new(),
            members: Vec::new(),
        }
    }

    /// Reads `genesis.toml`.
    pub fn load(path: &Path) -> Result<Self> {
        let text = String::from_utf8(folder::read(path)?).map_err(|cause| Fault::contents(path, cause))?;
        toml::from_str(&text).map_err(|cause| Fault::contents(path, cause.message()))
    }

    /// As TOML.
    pub fn to_toml(&self) -> Result<String> {
        toml::to_string(self).map_err(|cause| Fault::new("node.genesis").with("cause", cause))
    }

    /// The genesis; keys and their signatures are checked.
    pub fn genesis(&self) -> Result<Genesis> {
        let mut members = self.members.iter().map(MemberEntry::first_member).collect::<Result<Vec<_>>>()?;
        members.sort_by_key(|first| first.member);
        let genesis = Genesis {
            name: self.name.clone(),
            demo: self.demo,
            time: UnixMillis(u64::try_from(self.time.as_millisecond()).unwrap_or(0)),
            rules_version: RULES_VERSION,
            parameters: Parameters {
                heartbeat_ms: self.heartbeat_ms,
                undo_days: self.undo_days,
                trusting_period_ms: u64::from(self.trusting_period_days) * DAY_MS,
            },
            set: self.set()?,
            members,
        };
        let checked = Genesis::from_bytes(&genesis.to_bytes());
        checked.map_err(|cause| Fault::new("node.genesis").with("cause", cause.code()))
    }

    fn set(&self) -> Result<ValidatorSet> {
        let mut validators = Vec::with_capacity(self.validators.len());
        for first in &self.validators {
            validators.push(Validator { key: PublicKey(hex_field("key", &first.key)?), power: first.power });
        }
        validators.sort_by_key(|validator| validator.key);
        ValidatorSet::new(validators).map_err(|cause| Fault::new("node.genesis").with("cause", cause.code()))
    }
}

/// The first state of a chain.
pub fn first_state(genesis: &Genesis) -> Result<MemoryTree> {
    let mut tree = MemoryTree::new();
    let leaves = genesis.leaves().into_iter().map(|(path, leaf)| (path, Some(leaf.to_value()))).collect();
    tree.update(leaves).map_err(|cause| Fault::new("node.genesis").with("cause", cause.code()))?;
    Ok(tree)
}

/// The anchor at the chain's first header.
pub fn first_anchor(genesis: &Genesis) -> Result<Anchor> {
    let header = Header::from(&genesis.header(first_state(genesis)?.root()));
    let period = genesis.parameters.trusting_period_ms;
    let anchor = Anchor::new(&genesis.name, genesis.demo, header, genesis.set.clone(), period);
    anchor.map_err(|cause| Fault::new("node.genesis").with("cause", cause.code()))
}

/// The rules that a new chain begins with.
pub const RULES_VERSION: u32 = 0;

const DAY_MS: u64 = 86_400_000;

const fn default_heartbeat() -> u32 {
    60_000
}

const fn default_undo_days() -> u8 {
    10
}

const fn default_trusting_days() -> u32 {
    365
}

const fn default_power() -> u32 {
    1
}

fn hex_field<const N: usize>(field: &'static str, text: &str) -> Result<[u8; N]> {
    from_hex(text).ok_or_else(|| Fault::new("node.genesis.hex").with("field", field).with("digits", 2 * N))
}

#[cfg(test)]
#[expect(clippy::expect_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use medproof_core::keys::KeyNumber;

    fn alone() -> GenesisFile {
        let key = MemberKey::new(MemberId(1), KeyNumber(1), &[7; 32]);
        let validator = MemberKey::new(MemberId(0), KeyNumber(0), &[8; 32]);
        let mut file = GenesisFile::new("chain", "2026-01-01T00:00:00Z".parse().expect("a time"));
        file.validators.push(FirstValidator { key: to_hex(&validator.public().0), power: 1 });
        file.members.push(MemberEntry::new(&key, &Role::ALL, "Hospital"));
        file
    }

    #[test]
    fn people_and_machines_read_the_same_genesis() {
        let file = alone();
        let text = file.to_toml().expect("TOML");
        let read: GenesisFile = toml::from_str(&text).expect("read");
        assert_eq!(read, file);
        let genesis = read.genesis().expect("a genesis");
        assert_eq!(genesis.time, UnixMillis(1_767_225_600_000));
        assert_eq!(genesis.members[0].roles, 0b1_1111);
        assert_eq!(genesis.members[0].info_hash, file.members[0].info().hash());
        let anchor = first_anchor(&genesis).expect("an anchor");
        assert_eq!(*anchor.chain_id(), genesis.chain_id());
    }

    #[test]
    fn what_cannot_be_a_genesis_is_refused_with_its_reason() {
        let refused = |change: &dyn Fn(&mut GenesisFile)| {
            let mut file = alone();
            change(&mut file);
            file.genesis().map_err(|fault| fault.code())
        };
        assert_eq!(refused(&|file| file.members[0].key.push('0')), Err("node.genesis.hex"));
        assert_eq!(refused(&|file| file.members[0].number = 2), Err("node.genesis"));
        assert_eq!(refused(&|file| file.validators.clear()), Err("node.genesis"));
        assert_eq!(refused(&|file| file.name.clear()), Err("node.genesis"));
        assert_eq!(refused(&|file| file.trusting_period_days = 0), Err("node.genesis"));
    }
}
