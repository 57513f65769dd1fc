//! Whether a proof answers what was asked: nothing less, nothing more.

use super::{
    end::{End, Terminal},
    error::StateError,
    path::{Path, Prefix},
    proof::{BucketProof, StateProof},
};
use alloc::vec;

impl StateProof {
    /// Checks that every asked path is answered and that every end is needed for it.
    ///
    /// A leaf is needed if its own path is asked; nothing and another leaf are needed if an asked
    /// path lies under them. `asked` need not be sorted, and may name a path twice.
    pub fn check_exact(&self, asked: &[Path]) -> Result<(), StateError> {
        check(self, None, asked)
    }
}

impl BucketProof {
    /// Checks that the proof holds all leaves under `bucket`, answers every asked path besides,
    /// and has no end that is not needed for that.
    ///
    /// Two leaves or more under `bucket` are a subtree of exactly that prefix; one leaf or none is
    /// an ordinary end, which may lie above the prefix.
    pub fn check_exact(&self, bucket: &Prefix, asked: &[Path]) -> Result<(), StateError> {
        check(&self.0, Some(bucket), asked)
    }
}

fn check(proof: &StateProof, bucket: Option<&Prefix>, asked: &[Path]) -> Result<(), StateError> {
    let mut used = vec![false; proof.end_count()];
    for path in bucket.map(Prefix::first).into_iter().chain(asked) {
        let (index, end) = proof.covering(path).ok_or(StateError::Incomplete)?;
        if matches!(end.terminal, Terminal::Other(_)) && end.path == *path {
            return Err(StateError::Withheld);
        }
        if let Some(used) = used.get_mut(index) {
            *used |= !matches!(end.terminal, Terminal::Leaf(_)) || end.path == *path;
        }
    }
    for (end, used) in proof.ends().zip(used) {
        let used = match bucket {
            Some(bucket) => check_bucket(&end, bucket)? || used,
            None => used,
        };
        if !used {
            return Err(StateError::Superfluous);
        }
    }
    Ok(())
}

/// Whether `end` is needed because it answers for `bucket` as a whole.
fn check_bucket(end: &End<'_>, bucket: &Prefix) -> Result<bool, StateError> {
    let prefix = end.prefix();
    if prefix.len_bits() > bucket.len_bits() && bucket.contains(&end.path) {
        return Err(StateError::Incomplete);
    }
    let inside = prefix.contains(bucket.first());
    match end.terminal {
        Terminal::Subtree(_) if prefix != *bucket => Err(StateError::Superfluous),
        Terminal::Other(_) if inside && bucket.contains(&end.path) => Err(StateError::Withheld),
        Terminal::Leaf(_) => Ok(inside && bucket.contains(&end.path)),
        _ => Ok(inside),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        encoding::Wire,
        state::{Lookup, NodeHash, ValueHash},
    };
    use alloc::vec::Vec;

    const LEFT: Path = Path::new([0x44; 32]);
    const BESIDE: Path = Path::new([0x88; 32]);
    const RIGHT: Path = Path::new([0x99; 32]);

    /// The leaf `c` at `LEFT` and, as another leaf, the one at `RIGHT`, both at depth 1.
    fn proof() -> StateProof {
        let mut bytes = Vec::from([0, 2, 1, 1]);
        LEFT.put(&mut bytes);
        bytes.extend([0, 1, b'c', 2, 1]);
        RIGHT.put(&mut bytes);
        bytes.extend(ValueHash::of(b"b").as_bytes());
        StateProof::from_wire(&bytes).unwrap_or_else(|error| unreachable!("{error}"))
    }

    #[test]
    fn the_root_is_that_of_two_leaves() {
        let leaf = |path: &Path, value: &[u8]| NodeHash::leaf(path, &ValueHash::of(value));
        let root = NodeHash::internal(&leaf(&LEFT, b"c"), &leaf(&RIGHT, b"b"));
        assert_eq!(proof().verify_root(&root), Ok(()));
        assert_eq!(proof().verify_root(&NodeHash::EMPTY), Err(StateError::Root));
    }

    #[test]
    fn a_path_is_present_absent_or_missing() {
        let proof = proof();
        assert_eq!(proof.lookup(&LEFT), Lookup::Present(b"c"));
        assert_eq!(proof.lookup(&BESIDE), Lookup::Absent);
        assert_eq!(proof.lookup(&Path::new([0; 32])), Lookup::Absent);
        assert_eq!(proof.lookup(&RIGHT), Lookup::Missing);
    }

    #[test]
    fn each_end_is_needed_and_each_path_answered() {
        let proof = proof();
        assert_eq!(proof.check_exact(&[LEFT, BESIDE]), Ok(()));
        assert_eq!(proof.check_exact(&[BESIDE, LEFT, Path::new([0; 32])]), Ok(()));
        assert_eq!(proof.check_exact(&[LEFT]), Err(StateError::Superfluous));
        assert_eq!(proof.check_exact(&[BESIDE]), Err(StateError::Superfluous));
        assert_eq!(proof.check_exact(&[LEFT, RIGHT]), Err(StateError::Withheld));
    }

    #[test]
    fn a_path_under_no_end_is_incomplete() {
        let mut bytes = Vec::from([0, 1, 0, 1, 0, 0x80]);
        bytes.extend([0x7f; 32]);
        let nothing = StateProof::from_wire(&bytes).unwrap_or_else(|error| unreachable!("{error}"));
        assert_eq!(nothing.check_exact(&[LEFT]), Ok(()));
        assert_eq!(nothing.check_exact(&[LEFT, RIGHT]), Err(StateError::Incomplete));
        assert_eq!(nothing.lookup(&RIGHT), Lookup::Missing);
    }
}
