//! Proofs of the size that a tree too large for memory would give.
//!
//! Leaves nobody asked for are drawn independently, so that every subtree beside an asked path
//! holds a Poisson-distributed number of them. One or two leaves stand for "one" or "more than
//! one": the number and depth of siblings come out as in the large tree, and the root computes.

use super::{path::Path, proof::StateProof, tree::MemoryTree};
use alloc::vec::Vec;

/// A proof about `keys` in a tree with `population` expected further leaves under each prefix.
///
/// `keys` are asked paths, each with its value if it is present. `population(path, depth_bits)`
/// gives the expected number of other leaves that share the first `depth_bits` bits of `path`; where
/// leaves come in clusters, such as the packs of a product, that of clusters above their common prefix.
/// `rng` gives uniformly distributed 64-bit numbers.
///
/// `None` as for [`MemoryTree::prove`], or if a value is empty or longer than 1,024 bytes.
pub fn simulate(
    keys: &[(Path, Option<Vec<u8>>)],
    population: impl Fn(&Path, usize) -> f64,
    mut rng: impl FnMut() -> u64,
) -> Option<StateProof> {
    let mut asked: Vec<Path> = keys.iter().map(|(path, _)| *path).collect();
    asked.sort_unstable();
    asked.dedup();
    let mut leaves: Vec<(Path, Option<Vec<u8>>)> = keys.to_vec();
    let mut first_depth = 0;
    for (index, path) in asked.iter().enumerate() {
        for depth in first_depth..Path::LEN_BITS {
            let beside = flipped(path, depth);
            if is_asked(&asked, &beside, depth + 1) {
                continue;
            }
            for _ in 0..draw(population(&beside, depth + 1), &mut rng) {
                leaves.push((random_under(&beside, depth + 1, &mut rng), Some(alloc::vec![0])));
            }
        }
        first_depth = asked.get(index + 1).map_or(0, |next| path.shared_bits(next) + 1);
    }
    let mut tree = MemoryTree::new();
    tree.update(leaves).ok()?;
    tree.prove(&asked)
}

/// Whether an asked path shares the first `depth_bits` bits of `prefix`.
fn is_asked(asked: &[Path], prefix: &Path, depth_bits: usize) -> bool {
    let first = asked.partition_point(|path| path < prefix);
    asked.get(first).is_some_and(|path| path.shares_prefix(prefix, depth_bits))
}

/// The first `depth` bits of `path`, the opposite of the next, zeros.
fn flipped(path: &Path, depth: usize) -> Path {
    let mut bytes = *path.truncated(depth + 1).as_bytes();
    if let Some(byte) = bytes.get_mut(depth / 8) {
        *byte ^= 0x80 >> (depth % 8);
    }
    Path::new(bytes)
}

/// A random path that begins with the first `depth_bits` bits of `prefix`.
fn random_under(prefix: &Path, depth_bits: usize, rng: &mut impl FnMut() -> u64) -> Path {
    let mut bytes = [0; 32];
    for chunk in bytes.as_chunks_mut::<8>().0 {
        *chunk = rng().to_be_bytes();
    }
    let mut random = bytes;
    let kept = Path::new([0xff; 32]).truncated(depth_bits);
    for ((byte, kept), prefix) in random.iter_mut().zip(kept.as_bytes()).zip(prefix.as_bytes()) {
        *byte = *byte & !kept | prefix & kept;
    }
    Path::new(random)
}

/// None, one, or two for more than one, of a Poisson-distributed number with mean `expected`.
fn draw(expected: f64, rng: &mut impl FnMut() -> u64) -> usize {
    if expected < 1e-15 {
        return 0;
    }
    let uniform = (rng() >> 11) as f64 / (1_u64 << 53) as f64;
    let none = exp_minus(expected);
    usize::from(uniform >= none) + usize::from(uniform >= none * (1.0 + expected))
}

/// e to the power −x: (1 − x/2ᵏ + …) squared k times; `core` has no `exp`.
fn exp_minus(x: f64) -> f64 {
    if x > 64.0 {
        return 0.0;
    }
    let small = x / 1024.0;
    let mut result = 1.0 - small * (1.0 - small / 2.0 * (1.0 - small / 3.0 * (1.0 - small / 4.0)));
    for _ in 0..10 {
        result *= result;
    }
    result
}
