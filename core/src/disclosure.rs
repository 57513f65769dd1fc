//! Single fields of a patient's record, disclosed one by one.
//!
//! ```text
//! field leaf  = RFC 6962 leaf hash of tagged("medproof record field", salt 32 ‖ name ‖ value)
//! commitment  = tagged("medproof record", record id 32 ‖ number of fields u16 ‖ root)
//! disclosure  = prelude(9) ‖ record id 32 ‖ number of fields u16 (1..=1,000)
//!             ‖ count u16 (1..) ‖ count × (index u16 ‖ name (u8 length) ‖ value (u16 length ≤ 4,096)
//!             ‖ salt 32 ‖ inclusion proof), indices strictly ascending
//! ```
//!
//! The ledger holds the commitment only, under a random id. Each field has a salt of its own, so a
//! field that is not disclosed cannot be guessed from its hash.

use crate::{
    encoding::{DecodeError, Message, MessageType, Reader, Wire, is_text, put_bytes8, put_bytes16, put_count16},
    hash::{Digest, Tag, tagged},
    log::{self, LeafIndex, LogHash, LogProof, TreeSize},
};
use alloc::{string::String, vec::Vec};

/// The most fields that a record may have.
pub const MAX_FIELDS: usize = 1_000;

/// The longest value of a field, in bytes.
pub const MAX_VALUE_BYTES: usize = 4_096;

/// One disclosed field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a field has these parts in format version 0")]
pub struct Field {
    /// The field's place in the record, from 0.
    pub index: u16,
    /// The field's name, a FHIR element path for example.
    pub name: String,
    /// The field's value as it stands in the record.
    pub value: Vec<u8>,
    /// The field's salt.
    pub salt: [u8; 32],
    /// Inclusion of the field in the record.
    pub proof: LogProof,
}

/// Fields of one record; well-formed, not yet compared with the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    record_id: [u8; 32],
    field_count: u16,
    fields: Vec<Field>,
}

/// The fields do not belong to one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "there is one way to fail")]
pub struct FieldsDiffer;

impl Disclosure {
    /// Fields of a record of `field_count` fields, ascending by index.
    pub fn new(record_id: [u8; 32], field_count: u16, fields: Vec<Field>) -> Result<Self, DecodeError> {
        let is_bounded = (1..=MAX_FIELDS).contains(&usize::from(field_count)) && !fields.is_empty();
        if !is_bounded || fields.iter().any(|field| field.index >= field_count) {
            return Err(DecodeError::Bounds);
        }
        if fields.iter().any(|field| !(1..=255).contains(&field.name.len()) || field.value.len() > MAX_VALUE_BYTES) {
            return Err(DecodeError::Bounds);
        }
        if fields.iter().any(|field| !is_text(&field.name)) {
            return Err(DecodeError::Text);
        }
        if fields.is_sorted_by(|a, b| a.index < b.index) {
            Ok(Self { record_id, field_count, fields })
        } else {
            Err(DecodeError::Order)
        }
    }

    /// The record's random id.
    pub const fn record_id(&self) -> &[u8; 32] {
        &self.record_id
    }

    /// The disclosed fields.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The commitment that all fields lead to.
    pub fn commitment(&self) -> Result<Digest, FieldsDiffer> {
        let mut roots = self.fields.iter().map(|field| self.root_from(field));
        let first = roots.next().ok_or(FieldsDiffer)??;
        if roots.any(|root| root != Ok(first)) {
            return Err(FieldsDiffer);
        }
        Ok(commitment(&self.record_id, self.field_count, &first))
    }

    fn root_from(&self, field: &Field) -> Result<LogHash, FieldsDiffer> {
        let leaf = field_leaf(&field.salt, &field.name, &field.value);
        let (index, size) = (LeafIndex(u64::from(field.index)), TreeSize(u64::from(self.field_count)));
        log::root_from_inclusion(&leaf, index, size, &field.proof).map_err(|_| FieldsDiffer)
    }
}

/// The leaf hash of one field.
pub fn field_leaf(salt: &[u8; 32], name: &str, value: &[u8]) -> LogHash {
    let mut parts = Vec::new();
    put_bytes8(&mut parts, name.as_bytes());
    put_bytes16(&mut parts, value);
    LogHash::leaf(&tagged(Tag::RecordField, &[salt, &parts]).0)
}

/// What the ledger holds of a record of `field_count` fields with `root`.
pub fn commitment(record_id: &[u8; 32], field_count: u16, root: &LogHash) -> Digest {
    tagged(Tag::Record, &[record_id, &field_count.to_be_bytes(), root.as_bytes()])
}

impl Wire for Disclosure {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.record_id);
        out.extend_from_slice(&self.field_count.to_be_bytes());
        put_count16(out, self.fields.len());
        for field in &self.fields {
            out.extend_from_slice(&field.index.to_be_bytes());
            put_bytes8(out, field.name.as_bytes());
            put_bytes16(out, &field.value);
            out.extend_from_slice(&field.salt);
            field.proof.put(out);
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let record_id = reader.array()?;
        let field_count = reader.u16()?;
        let count = reader.count16(1..=MAX_FIELDS, SMALLEST_FIELD_LEN_BYTES)?;
        let mut fields = Vec::with_capacity(count);
        for _ in 0..count {
            fields.push(Field {
                index: reader.u16()?,
                name: reader.text8(1..=255)?,
                value: reader.bytes16(0..=MAX_VALUE_BYTES)?.to_vec(),
                salt: reader.array()?,
                proof: LogProof::get(reader)?,
            });
        }
        Self::new(record_id, field_count, fields)
    }
}

impl Message for Disclosure {
    const TYPE: MessageType = MessageType::Disclosure;
}

const SMALLEST_FIELD_LEN_BYTES: usize = 2 + 2 + 2 + 32 + 1;

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use std::{string::ToString, vec};

    const ID: [u8; 32] = [9; 32];

    fn field(index: u16, value: &[u8], proof: Vec<LogHash>) -> Field {
        let proof = LogProof::new(proof).unwrap_or_default();
        Field { index, name: std::format!("field {index}"), value: value.to_vec(), salt: [index as u8; 32], proof }
    }

    fn leaf(field: &Field) -> LogHash {
        field_leaf(&field.salt, &field.name, &field.value)
    }

    /// A record of three fields, all of them disclosed.
    fn record() -> (Vec<Field>, Digest) {
        let mut fields: Vec<Field> = (0..3).map(|index| field(index, b"value", vec![])).collect();
        let leaves: Vec<LogHash> = fields.iter().map(leaf).collect();
        let pair = LogHash::node(&leaves[0], &leaves[1]);
        for (field, siblings) in
            fields.iter_mut().zip([vec![leaves[1], leaves[2]], vec![leaves[0], leaves[2]], vec![pair]])
        {
            field.proof = LogProof::new(siblings).unwrap_or_default();
        }
        (fields, commitment(&ID, 3, &LogHash::node(&pair, &leaves[2])))
    }

    #[test]
    fn any_fields_lead_to_the_commitment() {
        let (fields, expected) = record();
        for chosen in 1..8_usize {
            let shown: Vec<Field> = fields.iter().filter(|field| chosen >> field.index & 1 == 1).cloned().collect();
            let disclosure = Disclosure::new(ID, 3, shown.clone());
            assert_eq!(disclosure.as_ref().map(Disclosure::commitment), Ok(Ok(expected)));
            assert_eq!(disclosure.as_ref().map(|d| (d.record_id(), d.fields())), Ok((&ID, &shown[..])));
            let bytes = disclosure.as_ref().map(Message::to_bytes);
            assert_eq!(bytes.as_deref().map(Disclosure::from_bytes), Ok(disclosure.clone()));
        }
    }

    #[test]
    fn a_changed_field_leads_elsewhere() {
        let (fields, expected) = record();
        let change = |place: usize, change: fn(&mut Field)| {
            let mut fields = fields.clone();
            fields.iter_mut().skip(place).take(1).for_each(change);
            Disclosure::new(ID, 3, fields).map(|disclosure| disclosure.commitment())
        };
        assert_eq!(change(1, |field| field.value = b"other".to_vec()), Ok(Err(FieldsDiffer)));
        assert_eq!(change(1, |field| field.name = "other".to_string()), Ok(Err(FieldsDiffer)));
        assert_eq!(change(1, |field| field.salt[0] ^= 1), Ok(Err(FieldsDiffer)));
        assert_eq!(change(2, |field| field.proof = LogProof::default()), Ok(Err(FieldsDiffer)));
        // One field alone leads somewhere, but not to the commitment; nor does another id or size.
        let mut alone = fields[0].clone();
        alone.value = b"other".to_vec();
        let elsewhere = Disclosure::new(ID, 3, vec![alone]).map(|disclosure| disclosure.commitment());
        assert!(elsewhere.is_ok_and(|found| found.is_ok_and(|found| found != expected)));
        let other_id = Disclosure::new([8; 32], 3, fields).map(|disclosure| disclosure.commitment());
        assert!(other_id.is_ok_and(|found| found.is_ok_and(|found| found != expected)));
    }

    #[test]
    fn name_and_value_cannot_flow_into_each_other() {
        assert_ne!(field_leaf(&[0; 32], "ab", b"c"), field_leaf(&[0; 32], "a", b"bc"));
    }

    #[test]
    fn what_a_decoder_refuses_cannot_be_made() {
        let (fields, _) = record();
        let make = |count, fields| Disclosure::new(ID, count, fields).map(drop);
        assert_eq!(make(3, vec![]), Err(DecodeError::Bounds));
        assert_eq!(make(0, fields.clone()), Err(DecodeError::Bounds));
        assert_eq!(make(1_001, fields.clone()), Err(DecodeError::Bounds));
        assert_eq!(make(2, fields.clone()), Err(DecodeError::Bounds));
        let [first, second, ..] = &fields[..] else { return };
        assert_eq!(make(3, vec![second.clone(), first.clone()]), Err(DecodeError::Order));
        assert_eq!(make(3, vec![first.clone(), first.clone()]), Err(DecodeError::Order));
        let named = |name: &str| vec![Field { name: name.to_string(), ..first.clone() }];
        assert_eq!(make(3, named("")), Err(DecodeError::Bounds));
        assert_eq!(make(3, named(&"n".repeat(256))), Err(DecodeError::Bounds));
        assert_eq!(make(3, named("a\tb")), Err(DecodeError::Text));
        let long = vec![Field { value: vec![0; MAX_VALUE_BYTES + 1], ..first.clone() }];
        assert_eq!(make(3, long), Err(DecodeError::Bounds));
    }
}
