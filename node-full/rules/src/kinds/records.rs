//! Kinds 1300 to 1303: commitments to records, documents and audit logs, and suspicions.

use crate::{
    body::{
        Body, Packs,
        field::{Field, fields, words},
    },
    effect::Effect,
    refusal::{self, Fault, require},
    turn::Turn,
};
use medproof_core::{
    encoding::{DecodeError, Reader},
    hash::Digest,
    leaf::{Leaf, Record},
};

words! {
    /// What is suspected.
    SuspicionReason {
        /// Not stated.
        NotStated = 0,
        /// Dispensed twice.
        DispensedTwice = 1,
        /// Not registered.
        NotRegistered = 2,
        /// Lot or expiry differ.
        LotOrExpiry = 3,
        /// Looks falsified.
        LooksFalsified = 4,
        /// A patient's report.
        PatientsReport = 5,
    }
}

fields! {
    /// The commitment to a patient's record. It names no pack; a correction is a new record.
    RecordCommit {
        /// The record's random id.
        record: [u8; 32],
        /// The commitment to its fields.
        commitment: Digest,
    }
}

fields! {
    /// Documents that belong to no other event.
    DocumentStore {
        /// Their commitments, 1 to 10,000.
        documents: Vec<Digest>,
    }
}

/// The head of a member's audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a kind has these fields in rules version 0")]
pub struct AuditAnchor {
    /// The number of the first entry since the last anchor.
    pub first: u64,
    /// The number of the last entry; not below the first.
    pub last: u64,
    /// The hash chain's head after it.
    pub head: Digest,
}

fields! {
    /// Packs that look wrong; they need not be registered.
    Suspicion {
        /// What is suspected.
        reason: SuspicionReason,
        /// Of which packs.
        packs: Packs,
    }
}

impl Field for AuditAnchor {
    fn put(&self, out: &mut Vec<u8>) {
        self.first.put(out);
        self.last.put(out);
        self.head.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let anchor = Self { first: reader.u64()?, last: reader.u64()?, head: Field::get(reader)? };
        if anchor.first <= anchor.last { Ok(anchor) } else { Err(DecodeError::Value) }
    }
}

pub(crate) fn commit(turn: &mut Turn<'_, '_>, body: &Body, fields: &RecordCommit) -> Result<(), Fault> {
    require(body.documents.is_empty(), refusal::RECORD_DOCUMENT)?;
    let path = turn.paths.record(&fields.record);
    require(turn.leaves.leaf(&path)?.is_none(), refusal::RECORD_PRESENT)?;
    let issuer = turn.holder(&path, turn.sender());
    turn.put(path, Leaf::Record(Record { commitment: fields.commitment, issuer }));
    turn.effects.push(Effect::Record { record: fields.record, commitment: fields.commitment });
    Ok(())
}
