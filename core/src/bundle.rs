//! A bundle: a proof with what people want to read beside the verdict.
//!
//! ```text
//! bundle = prelude(12) ‖ proof: length u32 (≤ 16,777,216) ‖ proof or QR proof, a whole message
//!        ‖ product: length u16 (≤ 4,096) ‖ product information, a whole message, or nothing
//!        ‖ issuer: length u16 (≤ 4,096) ‖ member information, a whole message, or nothing
//!        ‖ chains: count u8 ‖ count × (path 32 ‖ custody chain)
//! ```
//!
//! The chains are that of the pack or unit and those of every unit that it was in; none where no timeline is
//! given. Nothing in a bundle is believed: names count if they hash to what a proved leaf holds, chains if they
//! lead to the running hash of a proved leaf ([`crate::client::Client::verify_bundle`]).

use crate::{
    custody::Chain,
    encoding::{DecodeError, Message, MessageType, Reader, Wire, put_number},
    info::{MemberInfo, ProductInfo},
    state::Path,
};
use alloc::vec::Vec;

/// The longest proof in a bundle.
pub const MAX_PROOF_BYTES: usize = 1 << 24;

const MAX_INFO_BYTES: usize = 4_096;

/// A bundle; its parts are well-formed but for the proof, which is read when it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a bundle has these fields in format version 0")]
pub struct Bundle {
    /// A proof in full or QR form.
    pub proof: Vec<u8>,
    /// What the product is called.
    pub product: Option<ProductInfo>,
    /// Who released the lot.
    pub issuer: Option<MemberInfo>,
    /// The custody chain of the pack or unit, and of each unit that it was in; at most 255.
    pub chains: Vec<(Path, Chain)>,
}

impl Wire for Bundle {
    fn put(&self, out: &mut Vec<u8>) {
        put_number(out, self.proof.len() as u64, 4);
        out.extend_from_slice(&self.proof);
        put_info(self.product.as_ref(), out);
        put_info(self.issuer.as_ref(), out);
        out.push(self.chains.len() as u8);
        for (path, chain) in &self.chains {
            out.extend_from_slice(path.as_bytes());
            chain.put(out);
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let proof = reader.vector(4, 0, MAX_PROOF_BYTES).to_vec();
        let (product, issuer) = (get_info(reader)?, get_info(reader)?);
        let count = reader.count(1, 0, 255, 34);
        let mut chains = Vec::new();
        for _ in 0..count {
            chains.push((Path::new(reader.array()?), Chain::get(reader)?));
        }
        reader.sound(Self { proof, product, issuer, chains })
    }
}

impl Message for Bundle {
    const TYPE: MessageType = MessageType::Bundle;
}

fn put_info<T: Message>(info: Option<&T>, out: &mut Vec<u8>) {
    let bytes = info.map(Message::to_bytes).unwrap_or_default();
    put_number(out, bytes.len() as u64, 2);
    out.extend_from_slice(&bytes);
}

fn get_info<T: Message>(reader: &mut Reader<'_>) -> Result<Option<T>, DecodeError> {
    let bytes = reader.vector(2, 0, MAX_INFO_BYTES);
    reader.sound(())?;
    if bytes.is_empty() { Ok(None) } else { T::from_bytes(bytes).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        custody::Step,
        event::{EventKind, LogEntry, MemberRole},
        hash::Digest,
        identity::Day,
    };
    use std::{string::String, vec};

    #[test]
    fn each_part_may_be_missing() {
        let entry = LogEntry { kind: EventKind(1), day: Day(1), role: MemberRole(2), envelope: Digest([3; 32]) };
        let issuer = MemberInfo {
            name_zh: String::from("演示"),
            name_en: String::from("Demo"),
            gln: String::new(),
            domains: vec![],
        };
        let chains = vec![(Path::new([5; 32]), Chain(vec![Step::Own(entry)])), (Path::new([6; 32]), Chain::default())];
        let bare = Bundle { proof: vec![7; 300], product: None, issuer: None, chains: vec![] };
        let full = Bundle { issuer: Some(issuer), chains, ..bare.clone() };
        assert_eq!(bare.to_wire().len(), 4 + 300 + 2 + 2 + 1);
        for bundle in [bare, full] {
            assert_eq!(Bundle::from_bytes(&bundle.to_bytes()), Ok(bundle));
        }
    }

    #[test]
    fn lengths_are_bounded_and_paid_for() {
        let refused = |bytes: &[u8]| Bundle::from_wire(bytes).err();
        assert_eq!(refused(&[1, 0, 0, 1]), Some(DecodeError::Bounds));
        assert_eq!(refused(&[1, 0, 0, 0]), Some(DecodeError::Truncated));
        assert_eq!(refused(&[0, 0, 0, 0, 0x10, 1]), Some(DecodeError::Bounds));
        assert_eq!(refused(&[0, 0, 0, 0, 0, 1, 9, 0, 0, 0]), Some(DecodeError::Truncated));
        assert_eq!(refused(&[0, 0, 0, 0, 0, 0, 0, 0, 1]), Some(DecodeError::Truncated));
        assert_eq!(refused(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), Some(DecodeError::Trailing));
    }
}
