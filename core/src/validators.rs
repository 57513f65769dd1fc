//! The set of validators in force: who may sign a block, and with what weight.
//!
//! ```text
//! set      = count u16 (1..=256) ‖ count × (key 32 ‖ power u32 ≥ 1), keys strictly ascending
//! set hash = tagged("medproof validators", set)
//! quorum   : signed power × 3 > total power × 2
//! ```

use crate::{
    encoding::{DecodeError, Field, Reader, Wire, put_count16, put_number},
    hash::{Digest, Tag, tagged},
    keys::PublicKey,
};
use alloc::{sync::Arc, vec::Vec};

/// The most validators that a set may have.
pub const MAX_VALIDATORS: usize = 256;

/// One validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a validator is a key with a weight")]
pub struct Validator {
    /// The key that signs votes.
    pub key: PublicKey,
    /// Voting power, at least 1.
    pub power: u32,
}

/// A validator set, well-formed and with its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidatorSet {
    validators: Arc<Vec<Validator>>,
    hash: Digest,
}

impl ValidatorSet {
    /// Takes validators that ascend strictly by key.
    pub fn new(validators: Vec<Validator>) -> Result<Self, DecodeError> {
        if !(1..=MAX_VALIDATORS).contains(&validators.len()) {
            return Err(DecodeError::Bounds);
        }
        if validators.iter().any(|validator| validator.power == 0) {
            return Err(DecodeError::Value);
        }
        if !validators.is_sorted_by(|a, b| a.key < b.key) {
            return Err(DecodeError::Order);
        }
        let mut bytes = Vec::with_capacity(2 + validators.len() * ENTRY_LEN_BYTES);
        put_entries(&validators, &mut bytes);
        let hash = tagged(Tag::Validators, &[&bytes]);
        Ok(Self { validators: Arc::new(validators), hash })
    }

    /// The validators in ascending order of their keys.
    pub fn validators(&self) -> &[Validator] {
        &self.validators
    }

    /// The hash by which headers name this set.
    pub const fn hash(&self) -> &Digest {
        &self.hash
    }

    /// The sum of all powers.
    pub fn total_power(&self) -> u64 {
        self.validators.iter().map(|validator| u64::from(validator.power)).sum()
    }

    /// Whether `signed_power` is more than two thirds of the total.
    pub fn is_quorum(&self, signed_power: u64) -> bool {
        // 256 × u32::MAX × 3 stays far below u64::MAX.
        signed_power * 3 > self.total_power() * 2
    }
}

impl Wire for Validator {
    fn put(&self, out: &mut Vec<u8>) {
        self.key.put(out);
        put_number(out, u64::from(self.power), 4);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Validator {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self { key: PublicKey::read(reader), power: reader.number(4) as u32 }
    }
}

impl Wire for ValidatorSet {
    fn put(&self, out: &mut Vec<u8>) {
        put_entries(&self.validators, out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for ValidatorSet {
    fn read(reader: &mut Reader<'_>) -> Self {
        let count = reader.count(2, 1, MAX_VALIDATORS, ENTRY_LEN_BYTES);
        let validators = reader.fields(count);
        Self::new(validators).unwrap_or_else(|fault| {
            reader.fail(fault);
            Self { validators: Arc::default(), hash: Digest::ZERO }
        })
    }
}

fn put_entries(validators: &[Validator], out: &mut Vec<u8>) {
    put_count16(out, validators.len());
    validators.iter().for_each(|validator| validator.put(out));
}

const ENTRY_LEN_BYTES: usize = 36;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::set;
    use std::vec;

    fn validator(key: u8, power: u32) -> Validator {
        Validator { key: PublicKey([key; 32]), power }
    }

    #[test]
    fn a_set_ascends_and_everyone_counts() {
        assert_eq!(ValidatorSet::new(vec![]), Err(DecodeError::Bounds));
        assert_eq!(ValidatorSet::new(vec![validator(1, 1); 257]), Err(DecodeError::Bounds));
        assert_eq!(ValidatorSet::new(vec![validator(1, 0)]), Err(DecodeError::Value));
        assert_eq!(ValidatorSet::new(vec![validator(1, 1); 2]), Err(DecodeError::Order));
        assert_eq!(ValidatorSet::new(vec![validator(2, 1), validator(1, 1)]), Err(DecodeError::Order));
        let full: Vec<_> = (0..=255).map(|key| validator(key, u32::MAX)).collect();
        let full = ValidatorSet::new(full);
        assert_eq!(full.as_ref().map(ValidatorSet::total_power), Ok(256 * u64::from(u32::MAX)));
        // Power sums stay exact at the limits.
        assert_eq!(
            full.map(|set| [171, 170].map(|count| set.is_quorum(count * u64::from(u32::MAX)))),
            Ok([true, false])
        );
    }

    #[test]
    fn more_than_two_thirds_are_a_quorum() {
        for (powers, least) in [
            (&[1][..], 1),
            (&[1, 1], 2),
            (&[1; 3], 3),
            (&[1; 4], 3),
            (&[1; 6], 5),
            (&[1; 7], 5),
            (&[5, 1, 1], 5),
            (&[3, 3], 5),
        ] {
            let set = set(powers);
            let found = (0..=set.total_power()).find(|power| set.is_quorum(*power));
            assert_eq!(found, Some(least), "{powers:?}");
        }
    }

    #[test]
    fn the_hash_is_over_the_encoding() {
        let set = set(&[2, 3]);
        assert_eq!(*set.hash(), tagged(Tag::Validators, &[&set.to_wire()]));
        assert_eq!(ValidatorSet::from_wire(&set.to_wire()), Ok(set.clone()));
        assert_ne!(set.hash(), crate::sample::set(&[3, 2]).hash());
        assert_eq!(ValidatorSet::from_wire(&[0, 1]), Err(DecodeError::Truncated));
        assert_eq!(ValidatorSet::from_wire(&[1, 1]), Err(DecodeError::Bounds));
    }
}
