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
    encoding::{
        DecodeError, Field, Message, MessageType, Reader, Wire, add_distinct, put, put_bytes16, put_count16, put_number,
    },
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
        put_number(out, self.history.0.0, 8);
        put(out, self.history.1.as_bytes());
        put_count16(out, self.certified.iter().len());
        for (header, certificate) in self.certified.iter() {
            header.put(out);
            certificate.put(out);
        }
        put_count16(out, self.seen.iter().len());
        for (path, height) in self.seen.iter() {
            put(out, path.as_bytes());
            put_number(out, height.0, 8);
        }
        match (&self.fork, self.forked_at) {
            (Some(fork), _) => {
                put_number(out, 2, 1);
                fork.put(out);
            }
            (None, Some(height)) => {
                put_number(out, 1, 1);
                put_number(out, height.0, 8);
            }
            (None, None) => put_number(out, 0, 1),
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let anchor = reader.vector(2, 0, usize::from(u16::MAX));
        reader.sound(())?;
        let anchor = Anchor::from_bytes(anchor)?;
        let newest = Header::read(reader);
        let ranges = Ranges::read(reader);
        let is_reached = newest.chain_id() == anchor.chain_id() && newest.height() >= anchor.header().height();
        reader.require(is_reached && ranges.is_newest(newest.next_set_hash()), DecodeError::Value);
        let history = (TreeSize(reader.number(8)), LogHash::read(reader));
        let mut certified = Certified::default();
        for _ in 0..reader.count(2, 0, MAX_CERTIFIED, 2) {
            let (header, certificate) = (Header::read(reader), Certificate::read(reader));
            reader.require(!certified.contains(&header), DecodeError::Order);
            certified.remember(header, certificate);
        }
        let seen = read_seen(reader);
        let (forked_at, fork) = match reader.number(1) {
            0 => (None, None),
            1 => (Some(Height(reader.number(8))), None),
            kind => {
                reader.require(kind == 2, DecodeError::Value);
                let fork = Fork::get(reader)?;
                (Some(fork.height()), Some(fork))
            }
        };
        reader.sound(Self { anchor, newest, ranges, history, certified, seen, forked_at, fork })
    }
}

impl Message for Client {
    const TYPE: MessageType = MessageType::Memory;
}

fn read_seen(reader: &mut Reader<'_>) -> Seen {
    let count = reader.count(2, 0, MAX_SEEN, 40);
    let (mut entries, mut paths) = (Vec::with_capacity(count), Vec::new());
    for _ in 0..count {
        let path = Path::read(reader);
        add_distinct(&mut paths, path.to_wire());
        entries.push((path, Height(reader.number(8))));
    }
    reader.require(paths.len() == count, DecodeError::Order);
    Seen::resume(entries)
}
