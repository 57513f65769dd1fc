//! A state tree as DESIGN defines it, with pointers and recursion, and a prover for it.

use medproof_core::state::Path;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

pub use crate::rng::Rng;

impl Rng {
    /// A path that shares a random number of leading bits with one of a few stems.
    pub fn path(&mut self) -> Path {
        let mut stem = Rng(self.below(4)).bytes32();
        let noise = self.bytes32();
        let kept = match self.below(3) {
            0 => 0,
            1 => self.below(40) as usize,
            _ => self.below(250) as usize,
        };
        for bit in kept..256 {
            let mask = 0x80 >> (bit % 8);
            stem[bit / 8] = stem[bit / 8] & !mask | noise[bit / 8] & mask;
        }
        Path::new(stem)
    }

    /// A value of 1 to 1,024 bytes.
    pub fn value(&mut self) -> Vec<u8> {
        let len = match self.below(20) {
            0 => 1024,
            1 => 1,
            _ => 1 + self.below(200),
        };
        (0..len).map(|_| self.next_u64() as u8).collect()
    }
}

pub type Leaves = BTreeMap<Path, Vec<u8>>;

pub fn random_leaves(rng: &mut Rng, count: u64) -> Leaves {
    (0..count).map(|_| (rng.path(), rng.value())).collect()
}

/// Half present paths, half random ones.
pub fn random_asked(rng: &mut Rng, leaves: &Leaves, count: u64) -> Vec<Path> {
    let present: Vec<Path> = leaves.keys().copied().collect();
    (0..count)
        .map(|_| {
            if rng.below(2) == 0 && !present.is_empty() {
                present[rng.below(present.len() as u64) as usize]
            } else {
                rng.path()
            }
        })
        .collect()
}

#[derive(Clone, Debug)]
pub enum Naive {
    Empty,
    Leaf(Path, Vec<u8>),
    Node(Box<(Naive, Naive)>),
}

impl Naive {
    pub fn of(leaves: &[(Path, Vec<u8>)], depth: usize) -> Self {
        match leaves {
            [] => Self::Empty,
            [(path, value)] => Self::Leaf(*path, value.clone()),
            _ => {
                let (left, right): (Vec<_>, Vec<_>) = leaves.iter().cloned().partition(|(path, _)| !path.bit(depth));
                Self::Node(Box::new((Self::of(&left, depth + 1), Self::of(&right, depth + 1))))
            }
        }
    }

    pub fn from_leaves(leaves: &Leaves) -> Self {
        let leaves: Vec<_> = leaves.iter().map(|(path, value)| (*path, value.clone())).collect();
        Self::of(&leaves, 0)
    }

    /// The root by `combine`.
    pub fn root(&self) -> [u8; 32] {
        match self {
            Self::Empty => [0; 32],
            Self::Leaf(path, value) => {
                let mut hash = sha256(&[path.as_bytes(), &sha256(&[value])]);
                hash[0] |= 0x80;
                hash
            }
            Self::Node(children) => combine(children.0.root(), children.1.root()),
        }
    }

    /// The node at the end of the path, with its depth.
    pub fn find(&mut self, path: &Path) -> (&mut Self, usize) {
        let mut node = self;
        let mut depth = 0;
        while matches!(node, Self::Node(_)) {
            let Self::Node(children) = node else { unreachable!() };
            node = if path.bit(depth) { &mut children.1 } else { &mut children.0 };
            depth += 1;
        }
        (node, depth)
    }

    /// The full form of a proof about `asked`, which must be sorted.
    pub fn prove(&self, asked: &[Path]) -> Vec<u8> {
        let mut parts = Parts::default();
        self.visit(0, asked, &mut parts);
        let mut out = u16::try_from(parts.count).unwrap().to_be_bytes().to_vec();
        out.extend(&parts.ends);
        out.extend(
            parts
                .bits
                .chunks(8)
                .map(|bits| bits.iter().enumerate().fold(0_u8, |byte, (i, bit)| byte | u8::from(*bit) << (7 - i))),
        );
        out.extend(parts.siblings.concat());
        out
    }

    fn visit(&self, depth: usize, asked: &[Path], parts: &mut Parts) {
        if let Self::Node(children) = self {
            let (left, right) = asked.split_at(asked.partition_point(|path| !path.bit(depth)));
            if right.is_empty() {
                parts.sibling(children.1.root());
            } else if left.is_empty() {
                parts.sibling(children.0.root());
            }
            if !left.is_empty() {
                children.0.visit(depth + 1, left, parts);
            }
            if !right.is_empty() {
                children.1.visit(depth + 1, right, parts);
            }
            return;
        }
        parts.count += 1;
        let depth_byte = u8::try_from(depth).unwrap();
        match self {
            Self::Leaf(path, value) if asked.contains(path) => {
                parts.ends.extend([1, depth_byte]);
                parts.ends.extend(path.as_bytes());
                parts.ends.extend((value.len() as u16).to_be_bytes());
                parts.ends.extend(value);
            }
            Self::Leaf(path, value) => {
                parts.ends.extend([2, depth_byte]);
                parts.ends.extend(path.as_bytes());
                parts.ends.extend(sha256(&[value]));
            }
            _ => {
                parts.ends.extend([0, depth_byte]);
                let first = asked[0].truncated(depth);
                parts.ends.extend(&first.as_bytes()[..depth.div_ceil(8)]);
            }
        }
    }
}

#[derive(Default)]
struct Parts {
    count: usize,
    ends: Vec<u8>,
    bits: Vec<bool>,
    siblings: Vec<[u8; 32]>,
}

impl Parts {
    fn sibling(&mut self, hash: [u8; 32]) {
        self.bits.push(hash != [0; 32]);
        if hash != [0; 32] {
            self.siblings.push(hash);
        }
    }
}

pub fn combine(left: [u8; 32], right: [u8; 32]) -> [u8; 32] {
    let is_leaf = |hash: &[u8; 32]| hash[0] & 0x80 != 0;
    let empty = [0; 32];
    if left == empty && (right == empty || is_leaf(&right)) {
        return right;
    }
    if right == empty && is_leaf(&left) {
        return left;
    }
    let mut hash = sha256(&[&left, &right]);
    hash[0] &= 0x7f;
    hash
}

pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().into()
}
