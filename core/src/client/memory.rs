//! What a light client keeps between runs.
//!
//! ```text
//! memory = prelude(13) ‖ anchor (u16 length) ‖ newest header ‖ ranges ‖ log size u64 ‖ log root 32
//!        ‖ certified: count u16 (≤ 16) ‖ count × (header ‖ certificate)
//!        ‖ seen: count u16 (≤ 1,024) ‖ count × (path 32 ‖ height u64)
//!        ‖ fork: 0 | 1 ‖ height u64 | 2 ‖ fork
//! ```
//!
//! It is the device's own data and is believed: keep it where only the application can write. It is
//! to be stored *before* an answer is shown, so that a restart cannot bring an older trust back.

use super::{
    Client,
    ranges::Ranges,
    remembered::{Certified, MAX_CERTIFIED, MAX_SEEN, Seen},
};
use crate::{
    anchor::Anchor,
    certificate::Certificate,
    encoding::{DecodeError, Message, MessageType, Reader, Wire, distinct, put_bytes16, put_count16},
    fork::Fork,
    header::{Header, Height},
    log::{LogHash, TreeSize},
    state::Path,
};
use alloc::vec::Vec;

impl Client {
    /// Goes on from what was stored, if it belongs to `anchor`; otherwise begins anew from the anchor.
    pub fn resume(anchor: Anchor, memory: &[u8]) -> Result<Self, DecodeError> {
        let client = Self::from_bytes(memory)?;
        Ok(if client.anchor == anchor { client } else { Self::new(anchor) })
    }
}

impl Wire for Client {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes16(out, &self.anchor.to_bytes());
        self.newest.put(out);
        self.ranges.put(out);
        out.extend_from_slice(&self.history.0.0.to_be_bytes());
        out.extend_from_slice(self.history.1.as_bytes());
        put_count16(out, self.certified.iter().count());
        for (_, header, certificate) in self.certified.iter() {
            header.put(out);
            certificate.put(out);
        }
        put_count16(out, self.seen.iter().count());
        for (path, height) in self.seen.iter() {
            out.extend_from_slice(path.as_bytes());
            out.extend_from_slice(&height.0.to_be_bytes());
        }
        match (&self.fork, self.forked_at) {
            (Some(fork), _) => {
                out.push(2);
                fork.put(out);
            }
            (None, Some(height)) => {
                out.push(1);
                out.extend_from_slice(&height.0.to_be_bytes());
            }
            (None, None) => out.push(0),
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let anchor = Anchor::from_bytes(reader.bytes16(0..=usize::from(u16::MAX))?)?;
        let newest = Header::get(reader)?;
        let ranges = Ranges::get(reader)?;
        let is_reached = newest.chain_id() == anchor.chain_id() && newest.height() >= anchor.header().height();
        if !is_reached || !ranges.is_newest(newest.next_set_hash()) {
            return Err(DecodeError::Value);
        }
        let history = (TreeSize(reader.u64()?), LogHash::from_bytes(reader.array()?));
        let mut certified = Certified::default();
        for _ in 0..reader.count16(0..=MAX_CERTIFIED, 2)? {
            let (header, certificate) = (Header::get(reader)?, Certificate::get(reader)?);
            let hash = header.hash();
            if certified.contains(&hash) {
                return Err(DecodeError::Order);
            }
            certified.remember(hash, &header, &certificate);
        }
        let seen = get_seen(reader)?;
        let (forked_at, fork) = match reader.u8()? {
            0 => (None, None),
            1 => (Some(Height(reader.u64()?)), None),
            2 => {
                let fork = Fork::get(reader)?;
                (Some(fork.height()), Some(fork))
            }
            _ => return Err(DecodeError::Value),
        };
        Ok(Self { anchor, newest, ranges, history, certified, seen, forked_at, fork })
    }
}

impl Message for Client {
    const TYPE: MessageType = MessageType::Memory;
}

fn get_seen(reader: &mut Reader<'_>) -> Result<Seen, DecodeError> {
    let count = reader.count16(0..=MAX_SEEN, 40)?;
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        entries.push((Path::new(reader.array()?), Height(reader.u64()?)));
    }
    let paths = distinct(entries.iter().map(|(path, _)| path.to_wire()));
    if paths.len() == count { Ok(Seen::resume(entries)) } else { Err(DecodeError::Order) }
}
