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
