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
