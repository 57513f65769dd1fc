//! A state proof and a QR form taken apart, so that single parts can be changed.

use medproof_core::{
    certificate::Signers,
    encoding::{Reader, Wire},
    proof::Key,
    state::{NodeHash, Path, StateProof, Terminal, ValueHash},
};

/// One end.
#[derive(Clone, Debug)]
pub(crate) struct End {
    pub(crate) path: Path,
    pub(crate) depth: u8,
    pub(crate) what: What,
}

/// What lies under an end.
#[derive(Clone, Debug)]
pub(crate) enum What {
    Nothing,
    Leaf(Vec<u8>),
    Other([u8; 32]),
}

/// A state proof.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) ends: Vec<End>,
    pub(crate) bits: Vec<bool>,
    pub(crate) siblings: Vec<[u8; 32]>,
}

impl Parts {
    pub(crate) fn of(proof: &StateProof) -> Self {
        let end = |end: medproof_core::state::End<'_>| End {
            path: end.path,
            depth: end.depth_bits,
            what: match end.terminal {
                Terminal::Nothing => What::Nothing,
                Terminal::Leaf(value) => What::Leaf(value.to_vec()),
                Terminal::Other(hash) => What::Other(*hash.as_bytes()),
                _ => unreachable!("no subtree in a state proof"),
            },
        };
        let ends: Vec<End> = proof.ends().map(end).collect();
        let wire = proof.to_wire();
        let tail = &wire[put_ends(&ends).len()..];
        let mut nodes = usize::from(ends[0].depth);
        for pair in ends.windows(2) {
            nodes += usize::from(pair[1].depth) - (pair[0].path.shared_bits(&pair[1].path) + 1);
        }
        let levels = nodes - (ends.len() - 1);
        let (bitmap, hashes) = tail.split_at(levels.div_ceil(8));
        let bits = (0..levels).map(|level| bitmap[level / 8] >> (7 - level % 8) & 1 == 1).collect();
        Self { ends, bits, siblings: hashes.as_chunks().0.to_vec() }
    }

    pub(crate) fn to_proof(&self) -> StateProof {
        let mut bytes = put_ends(&self.ends);
        bytes.extend(self.bits.chunks(8).map(|bits| {
            let byte = bits.iter().fold(0_u8, |byte, bit| byte << 1 | u8::from(*bit));
            byte << (8 - bits.len())
        }));
        self.siblings.iter().for_each(|hash| bytes.extend_from_slice(hash));
        StateProof::from_wire(&bytes).expect("a well-formed proof")
    }

    /// Pretends that the leaf of the last end is absent: nothing one level deeper, the leaf as sibling.
    pub(crate) fn forge_last(&mut self) {
        let end = self.ends.last_mut().expect("an end");
        let What::Leaf(value) = &end.what else { panic!("the last end is no leaf") };
        let leaf = NodeHash::leaf(&end.path, &ValueHash::of(value));
        *end = End { path: end.path, depth: end.depth + 1, what: What::Nothing };
        self.bits.push(true);
        self.siblings.push(*leaf.as_bytes());
    }

    /// The end that is the leaf at `path`.
    pub(crate) fn end_mut(&mut self, path: &Path) -> Option<&mut End> {
        self.ends.iter_mut().find(|end| end.path == *path)
    }
}

fn put_ends(ends: &[End]) -> Vec<u8> {
    let mut out = (ends.len() as u16).to_be_bytes().to_vec();
    for End { path, depth, what } in ends {
        out.extend_from_slice(&[what.kind(), *depth]);
        match what {
            What::Nothing => {
                let mut prefix = path.as_bytes()[..usize::from(depth.div_ceil(8))].to_vec();
                if let (Some(last), 1..) = (prefix.last_mut(), depth % 8) {
                    *last &= 0xff << (8 - depth % 8);
                }
                out.extend_from_slice(&prefix);
            }
            What::Leaf(value) => {
                out.extend_from_slice(path.as_bytes());
                out.extend_from_slice(&(value.len() as u16).to_be_bytes());
                out.extend_from_slice(value);
            }
            What::Other(hash) => {
                out.extend_from_slice(path.as_bytes());
                out.extend_from_slice(hash);
            }
        }
    }
    out
}

impl What {
    const fn kind(&self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Leaf(_) => 1,
            Self::Other(_) => 2,
        }
    }
}

/// The bytes of a QR form, cut at its answers.
#[derive(Clone, Debug)]
pub(crate) struct QrParts {
    pub(crate) before: Vec<u8>,
    /// Values in the order of derivation; empty for absent.
    pub(crate) answers: Vec<Vec<u8>>,
    pub(crate) compact: Vec<u8>,
}

impl QrParts {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut reader = Reader::new(&bytes[7..]);
        for _ in 0..reader.u8().unwrap() {
            Key::get(&mut reader).unwrap();
        }
        reader.take(8 + 8 + 32 + 8 + 32 + 4).unwrap();
        if reader.flag().unwrap() {
            reader.take(32).unwrap();
        }
        reader.u32().unwrap();
        Signers::get(&mut reader).unwrap();
        let before = bytes[..bytes.len() - reader.rest().len()].to_vec();
        let count = reader.u8().unwrap();
        let answers = (0..count).map(|_| reader.bytes16(0..=1024).unwrap().to_vec()).collect();
        Self { before, answers, compact: reader.rest().to_vec() }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.before.clone();
        out.push(self.answers.len() as u8);
        for answer in &self.answers {
            out.extend_from_slice(&(answer.len() as u16).to_be_bytes());
            out.extend_from_slice(answer);
        }
        out.extend_from_slice(&self.compact);
        out
    }
}
