//! Secret keys: one file each, hexadecimal, readable by their owner alone.

use crate::{
    fault::{Fault, Result},
    folder::{self, Folder},
};
use ed25519_dalek::{Signer, SigningKey};
use medproof_core::{
    hash::Digest,
    identity::MemberId,
    keys::{KeyNumber, PublicKey, Signature, registration_message},
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A member's key with its number; what signs the member's events.
#[derive(Clone)]
pub struct MemberKey {
    /// Whose it is.
    pub member: MemberId,
    /// Which of the member's keys it is.
    pub number: KeyNumber,
    key: SigningKey,
}

impl MemberKey {
    /// A member's key from its secret.
    pub fn new(member: MemberId, number: KeyNumber, secret: &[u8; 32]) -> Self {
        Self { member, number, key: SigningKey::from_bytes(secret) }
    }

    /// The secret.
    pub fn secret(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// The public key.
    pub fn public(&self) -> PublicKey {
        public_key(&self.key)
    }

    /// The key's signature over `message`.
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.key.sign(message).to_bytes())
    }

    /// The key's signature over its own registration; inside genesis the chain id is zero.
    pub fn register(&self, chain_id: &Digest) -> Signature {
        self.sign(&registration_message(chain_id, self.member, self.number, &self.public()))
    }
}

impl std::fmt::Debug for MemberKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "key {} of member {}", self.number.0, self.member.0)
    }
}

/// The public half of a signing key.
pub fn public_key(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}

/// 32 bytes from the operating system.
pub fn random() -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|cause| Fault::new("node.random").with("cause", cause))?;
    Ok(bytes)
}

/// The file of a member's key in `keys`.
pub fn member_file(keys: &Path, member: MemberId, number: KeyNumber) -> PathBuf {
    keys.join(format!("member-{}-{}.key", member.0, number.0))
}

/// All member keys in `keys`, by member and number.
pub fn member_keys(keys: &Path) -> Result<Vec<MemberKey>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(keys).map_err(|cause| Fault::file(keys, &cause))? {
        let path = entry.map_err(|cause| Fault::file(keys, &cause))?.path();
        if let Some((member, number)) = path.file_name().and_then(|name| parse_member_file(name.to_str()?)) {
            found.push(MemberKey::new(member, number, &read_secret(&path)?));
        }
    }
    found.sort_by_key(|key| (key.member, key.number));
    Ok(found)
}

/// The secret in a key file.
pub fn read_secret(path: &Path) -> Result<[u8; 32]> {
    let text = folder::read_private(path)?;
    let text = String::from_utf8_lossy(&text);
    from_hex(text.trim()).ok_or_else(|| Fault::contents(path, "64 hexadecimal digits were expected"))
}

/// Writes a key file; an existing one is never overwritten.
pub fn write_secret(path: &Path, secret: &[u8; 32]) -> Result {
    if path.exists() {
        return Err(Fault::new("node.key.exists").with("path", path.display()));
    }
    folder::write_private(path, format!("{}\n", to_hex(secret)).as_bytes())
}

/// The secret in the file `name` of the node's keys, made if there is none.
pub fn secret_or_new(folder: &Folder, name: &str) -> Result<[u8; 32]> {
    let path = folder.keys().join(name);
    if !path.exists() {
        write_secret(&path, &random()?)?;
    }
    read_secret(&path)
}

/// Lower-case hexadecimal digits.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes from exactly as many pairs of hexadecimal digits.
pub fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(bytes)
}

fn parse_member_file(name: &str) -> Option<(MemberId, KeyNumber)> {
    let (member, number) = name.strip_prefix("member-")?.strip_suffix(".key")?.split_once('-')?;
    Some((MemberId(member.parse().ok()?), KeyNumber(number.parse().ok()?)))
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_by_their_names_and_never_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        for (member, number) in [(7, 2), (1, 1), (7, 1)] {
            let file = member_file(folder.path(), MemberId(member), KeyNumber(number));
            write_secret(&file, &random().expect("random")).expect("written");
            assert_eq!(write_secret(&file, &[0; 32]).map_err(|fault| fault.code()), Err("node.key.exists"));
        }
        write_secret(&folder.path().join("store.key"), &[1; 32]).expect("written");
        let keys = member_keys(folder.path()).expect("read");
        let numbers: Vec<_> = keys.iter().map(|key| (key.member.0, key.number.0)).collect();
        assert_eq!(numbers, [(1, 1), (7, 1), (7, 2)]);
    }

    #[test]
    fn a_registration_is_accepted_by_core() {
        let key = MemberKey::new(MemberId(3), KeyNumber(1), &random().expect("random"));
        let signature = key.register(&Digest::ZERO);
        let checked = key.public().check_registration(&Digest::ZERO, MemberId(3), KeyNumber(1), &signature);
        assert_eq!(checked, Ok(()));
    }

    #[test]
    fn hexadecimal_is_exact() {
        assert_eq!(from_hex::<2>("00ff"), Some([0, 255]));
        assert_eq!(from_hex::<2>("00f"), None);
        assert_eq!(from_hex::<2>("00fg"), None);
        assert_eq!(from_hex::<1>("é"), None);
        assert_eq!(from_hex::<1>("+f"), None);
        assert_eq!(to_hex(&[0, 255]), "00ff");
    }
}
