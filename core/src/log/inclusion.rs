//! That an entry stands in the log at an index (RFC 6962, section 2.1.1).

use super::{
    LeafIndex, TreeSize,
    hash::LogHash,
    proof::{LogError, LogProof, climb, climb_border, levels},
};

/// The root of a log of `size` entries that has the entry with hash `leaf` at `index`.
///
/// # Precondition
/// `index < size`, and the proof has as many hashes as the two demand.
pub fn root_from_inclusion(
    leaf: &LogHash,
    index: LeafIndex,
    size: TreeSize,
    proof: &LogProof,
) -> Result<LogHash, LogError> {
    if index.0 >= size.0 {
        return Err(LogError::Index);
    }
    let (inner, border) = levels(index.0, size.0);
    if proof.hashes().len() != inner + border {
        return Err(LogError::Length);
    }
    let (inner, border) = proof.hashes().split_at_checked(inner).unwrap_or_default();
    Ok(climb_border(climb(*leaf, inner, index.0), border))
}

/// Checks that the entry with hash `leaf` stands at `index` in the log with `root`.
pub fn verify_inclusion(
    leaf: &LogHash,
    index: LeafIndex,
    size: TreeSize,
    proof: &LogProof,
    root: &LogHash,
) -> Result<(), LogError> {
    if root_from_inclusion(leaf, index, size, proof)? == *root { Ok(()) } else { Err(LogError::Root) }
}
