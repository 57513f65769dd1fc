//! A state proof for a reader who knows the asked paths and their values.
//!
//! In the form that fits one QR code, paths and values stand elsewhere or are derived:
//!
//! ```text
//! compact = count u8 (1..=255) ‖ end… ‖ bitmap ‖ siblings
//! end     = depth u8 ‖ ( kind u8 ‖ fields, only where no asked path under the end is present )
//!             kind 0 nothing : no fields
//!             kind 2 other   : path 32 ‖ value hash 32
//! ```
//!
//! The asked paths, sorted, are dealt to the ends in turn: the first path not dealt yet and the
//! end's depth give the end's prefix, and all paths under it belong to it. If one of them is
//! present, the end is that leaf; two present paths under one end are refused.

use super::{
    end::{End, Terminal},
    node::ValueHash,
    path::Path,
    proof::StateProof,
};
use crate::encoding::{DecodeError, Field, Reader, Wire, bytes32, put, put_count16};
use alloc::vec::Vec;

/// An asked path, with its value where the leaf is present.
type Key<'a> = (Path, Option<&'a [u8]>);

/// Reads a compact proof about `keys`: asked paths, each with its value if it is present.
///
/// The keys need not be sorted; a key that stands twice counts once. The values are taken as they
/// are: that they are in the tree shows the root of the result.
pub fn expand(keys: &[(Path, Option<&[u8]>)], reader: &mut Reader<'_>) -> Result<StateProof, DecodeError> {
    let keys = sorted(keys);
    let mut rest = keys.as_slice();
    let count = reader.number(1) as usize;
    let mut bytes = Vec::new();
    put_count16(&mut bytes, count);
    for _ in 0..count {
        get_end(&mut rest, reader)?.put(&mut bytes);
    }
    reader.require(rest.is_empty(), DecodeError::Bounds);
    reader.sound(())?;
    let ends_len_bytes = bytes.len();
    put(&mut bytes, reader.rest());
    let proof = StateProof::get(&mut Reader::new(&bytes))?;
    reader.next(proof.len_bytes().saturating_sub(ends_len_bytes));
    reader.sound(proof)
}

/// Writes `proof` for a reader who knows `keys`: asked paths, each with its value if it is present.
///
/// `None` where the proof is not one about exactly these keys or has more than 255 ends.
pub fn compress(proof: &StateProof, keys: &[(Path, Option<&[u8]>)]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    out.push(u8::try_from(proof.end_count()).ok()?);
    for end in proof.ends() {
        out.push(end.depth_bits);
        match end.terminal {
            Terminal::Leaf(_) => {}
            Terminal::Nothing => out.push(0),
            Terminal::Other(value) => {
                out.push(2);
                end.path.put(&mut out);
                out.extend_from_slice(value.as_bytes());
            }
            Terminal::Subtree(_) => return None,
        }
    }
    out.extend_from_slice(proof.siblings_bytes());
    let mut reader = Reader::new(&out);
    let read_back = expand(keys, &mut reader).ok()?;
    (read_back == *proof && reader.finish().is_ok()).then_some(out)
}

/// Reads one end and takes the keys under it off `rest`.
fn get_end<'a>(rest: &mut &[Key<'a>], reader: &mut Reader<'_>) -> Result<End<'a>, DecodeError> {
    let depth_bits = reader.number(1) as u8;
    reader.sound(())?;
    let (first, _) = *rest.first().ok_or(DecodeError::Bounds)?;
    let under = |path: &Path| first.shares_prefix(path, usize::from(depth_bits));
    let (dealt, later) = rest.split_at(rest.partition_point(|(path, _)| under(path)));
    *rest = later;
    let mut present = None;
    for (path, value) in dealt {
        if let Some(value) = value {
            reader.require(present.is_none(), DecodeError::Value);
            present = Some((*path, Terminal::Leaf(value)));
        }
    }
    let (path, terminal) = match present {
        Some(leaf) => leaf,
        None => match reader.number(1) {
            0 => (first, Terminal::Nothing),
            kind => {
                reader.require(kind == 2, DecodeError::Value);
                let path = Path::read(reader);
                let is_other = under(&path) && !dealt.iter().any(|(asked, _)| *asked == path);
                reader.require(is_other, DecodeError::Value);
                (path, Terminal::Other(ValueHash::from_bytes(bytes32(reader))))
            }
        },
    };
    reader.sound(End { path, depth_bits, terminal })
}

fn sorted<'a>(keys: &[Key<'a>]) -> Vec<Key<'a>> {
    let mut sorted: Vec<Key<'a>> = Vec::with_capacity(keys.len());
    for key in keys {
        let place = sorted.partition_point(|(path, _)| *path < key.0);
        if sorted.get(place).is_none_or(|(path, _)| *path != key.0) {
            sorted.insert(place, *key);
        }
    }
    sorted
}
