//! That a log has only grown (RFC 6962, section 2.1.2).

use super::{
    TreeSize,
    hash::LogHash,
    proof::{LogError, LogProof, climb, climb_border, levels},
};

/// The roots at both sizes that follow from the proof, the older first.
///
/// `root1` is the root at `size1`; where `size1` is a power of two it is part of the computation,
/// and the first root that comes out equals it.
///
/// # Precondition
/// `1 <= size1 <= size2`, and the proof has as many hashes as the two demand: none if they are equal.
pub fn roots_from_consistency(
    size1: TreeSize,
    size2: TreeSize,
    proof: &LogProof,
    root1: &LogHash,
) -> Result<(LogHash, LogHash), LogError> {
    let last = size1.0.checked_sub(1).ok_or(LogError::Size)?;
    if size1 > size2 {
        return Err(LogError::Size);
    }
    let hashes = proof.hashes();
    if size1 == size2 {
        return if hashes.is_empty() { Ok((*root1, *root1)) } else { Err(LogError::Length) };
    }
    // The path starts at the largest complete subtree that ends with the older log's last entry.
    let shift = size1.0.trailing_zeros();
    let (inner, border) = levels(last, size2.0);
    let inner = inner - shift as usize;
    let (seed, rest) = match hashes.split_first() {
        _ if size1.0.is_power_of_two() => (root1, hashes),
        Some(split) => split,
        None => return Err(LogError::Length),
    };
    if rest.len() != inner + border {
        return Err(LogError::Length);
    }
    let (inner, border) = rest.split_at_checked(inner).unwrap_or_default();
    let path = last >> shift;
    let older = inner
        .iter()
        .enumerate()
        .filter(|(level, _)| path.checked_shr(*level as u32).unwrap_or(0) & 1 == 1)
        .fold(*seed, |hash, (_, sibling)| LogHash::node(sibling, &hash));
    let newer = climb(*seed, inner, path);
    Ok((climb_border(older, border), climb_border(newer, border)))
}

/// Checks that the log with `root2` is the log with `root1` and entries appended to it.
pub fn verify_consistency(
    size1: TreeSize,
    size2: TreeSize,
    proof: &LogProof,
    root1: &LogHash,
    root2: &LogHash,
) -> Result<(), LogError> {
    if roots_from_consistency(size1, size2, proof, root1)? == (*root1, *root2) { Ok(()) } else { Err(LogError::Root) }
}
