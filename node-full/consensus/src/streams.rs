//! Blocks in pieces: cut for the way out, put together on the way in, within bounds.
//!
//! ```text
//! stream = Lead (header, proposer's signature) ‖ pieces of the body ‖ end
//! ```
//!
//! Pieces are not signed. What they make up counts only if the proposer signed the header in the lead and the
//! chain finds the body to be that header's. Until then they are held against the neighbour that delivered
//! them, and a neighbour's oldest stream makes room for its newest.

use crate::engine::context::{Lead, Part};
use arc_malachitebft_app::{
    streaming::{StreamContent, StreamId, StreamMessage},
    types::PeerId,
};
use bytes::{Bytes, BytesMut};
use std::{
    collections::BTreeMap,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

/// A block put together, its lead not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Streamed {
    pub(crate) lead: Lead,
    pub(crate) body: Bytes,
}

/// Cuts a block into the messages that carry it.
pub(crate) fn cut(stream_id: &StreamId, lead: Lead, body: &Bytes) -> Vec<StreamMessage<Part>> {
    let pieces = (0..body.len()).step_by(PIECE_LEN_BYTES);
    let piece = |at: usize| Part::Body(body.slice(at..body.len().min(at + PIECE_LEN_BYTES)));
    let parts = std::iter::once(Part::Lead(lead)).chain(pieces.map(piece)).map(StreamContent::Data);
    let contents = parts.chain([StreamContent::Fin]);
    (0..).zip(contents).map(|(sequence, content)| StreamMessage::new(stream_id.clone(), sequence, content)).collect()
}

/// A name that this node has not given to a stream before: the same block travels again in a later round, and
/// what a node sent before a restart must not be taken for a part of it.
pub(crate) fn new_name() -> StreamId {
    static START_NANOS: OnceLock<u128> = OnceLock::new();
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let since = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let start = START_NANOS.get_or_init(since).to_be_bytes();
    let count = COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    StreamId::new([&start[..], &count].concat().into())
}

/// Streams that have not ended.
#[derive(Debug)]
pub(crate) struct Streams {
    max_body_bytes: usize,
    open: BTreeMap<Key, Open>,
    arrivals: u64,
}

/// The publisher and its name for the stream.
type Key = (PeerId, Bytes);

#[derive(Debug)]
struct Open {
    from: PeerId,
    arrival: u64,
    len_bytes: usize,
    parts: BTreeMap<u64, Part>,
    end: Option<u64>,
}

impl Streams {
    /// For bodies of at most `max_body_bytes`; a neighbour may have two of them in flight.
    pub(crate) fn new(max_body_bytes: usize) -> Self {
        Self { max_body_bytes, open: BTreeMap::new(), arrivals: 0 }
    }

    /// Takes a message that `from` delivered and `publisher` sent; gives the block that it completes.
    pub(crate) fn add(&mut self, from: PeerId, publisher: PeerId, message: StreamMessage<Part>) -> Option<Streamed> {
        let key = (publisher, message.stream_id.to_bytes());
        self.arrivals += 1;
        let arrival = self.arrivals;
        let new = || Open { from, arrival, len_bytes: 0, parts: BTreeMap::new(), end: None };
        let open = self.open.entry(key.clone()).or_insert_with(new);
        open.add(message.sequence, message.content);
        if open.len_bytes > self.max_body_bytes || open.parts.len() > self.max_body_bytes / PIECE_LEN_BYTES + 2 {
            self.open.remove(&key);
            return None;
        }
        if open.is_complete() {
            return self.open.remove(&key)?.assemble();
        }
        self.make_room(from);
        None
    }

    fn make_room(&mut self, from: PeerId) {
        while self.is_over(from) {
            let of_neighbour = self.open.iter().filter(|(_, open)| open.from == from);
            let Some(key) = of_neighbour.min_by_key(|(_, open)| open.arrival).map(|(key, _)| key.clone()) else {
                return;
            };
            self.open.remove(&key);
        }
    }

    fn is_over(&self, from: PeerId) -> bool {
        let of_neighbour = self.open.values().filter(|open| open.from == from);
        let (count, len_bytes) = of_neighbour.fold((0, 0), |(n, sum), open| (n + 1, sum + open.len_bytes));
        count > MAX_STREAMS || len_bytes > 2 * self.max_body_bytes
    }
}

impl Open {
    fn add(&mut self, sequence: u64, content: StreamContent<Part>) {
        match content {
            StreamContent::Fin => self.end = self.end.or(Some(sequence)),
            StreamContent::Data(part) => {
                let len_bytes = if let Part::Body(bytes) = &part { bytes.len() } else { 0 };
                if let std::collections::btree_map::Entry::Vacant(place) = self.parts.entry(sequence) {
                    place.insert(part);
                    self.len_bytes += len_bytes;
                }
            }
        }
    }

    fn is_complete(&self) -> bool {
        self.end.is_some_and(|end| self.parts.len() as u64 == end && self.parts.keys().all(|sequence| *sequence < end))
    }

    fn assemble(self) -> Option<Streamed> {
        let mut parts = self.parts.into_values();
        let Some(Part::Lead(lead)) = parts.next() else { return None };
        let mut body = BytesMut::with_capacity(self.len_bytes);
        for part in parts {
            let Part::Body(piece) = part else { return None };
            body.extend_from_slice(&piece);
        }
        Some(Streamed { lead, body: body.freeze() })
    }
}

/// Below the size of one gossiped message, and large enough that a block is few messages.
const PIECE_LEN_BYTES: usize = 128 * 1024;

/// Streams that one neighbour may have open.
const MAX_STREAMS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::context::{BlockHeight, VoteSignature};
    use arc_malachitebft_app::types::core::Round;

    fn lead() -> Lead {
        let (round, lock_round) = (Round::new(0), Round::Nil);
        let (header, signature) = (Bytes::from_static(b"header"), VoteSignature([0; 64]));
        Lead { height: BlockHeight(1), round, lock_round, header, signature }
    }

    fn peer(number: u8) -> PeerId {
        PeerId::from_bytes(&[&[0, 36, 8, 1, 18, 32], &[number; 32][..]].concat()).expect("an identity hash")
    }

    fn name(number: u8) -> StreamId {
        StreamId::new(Bytes::copy_from_slice(&[number]))
    }

    #[test]
    fn what_is_cut_is_put_together_in_any_order() {
        for len in [0, 1, PIECE_LEN_BYTES - 1, PIECE_LEN_BYTES, PIECE_LEN_BYTES + 1, 3 * PIECE_LEN_BYTES] {
            let body: Bytes = (0..len).map(|at| at as u8).collect::<Vec<_>>().into();
            let expected = Some(Streamed { lead: lead(), body: body.clone() });
            let messages = cut(&name(1), lead(), &body);
            for turn in 0..messages.len() {
                let mut streams = Streams::new(len.max(1));
                let mut turned = messages.clone();
                turned.rotate_left(turn);
                let last = turned.pop().expect("at least a lead and an end");
                for message in turned {
                    assert_eq!(streams.add(peer(1), peer(2), message.clone()), None);
                    assert_eq!(streams.add(peer(1), peer(2), message), None, "twice the same counts once");
                }
                assert_eq!(streams.add(peer(1), peer(2), last), expected, "{len} turned by {turn}");
                assert!(streams.open.is_empty());
            }
        }
    }

    #[test]
    fn a_neighbour_fills_no_more_than_its_share() {
        let body = Bytes::from(vec![7; 4 * PIECE_LEN_BYTES]);
        let mut streams = Streams::new(body.len());
        let honest = cut(&name(0), lead(), &body);
        let (last, first) = honest.split_last().expect("some");
        for message in first {
            assert_eq!(streams.add(peer(1), peer(1), message.clone()), None);
        }
        for number in 0..200 {
            for message in cut(&name(number), lead(), &body).into_iter().skip(1) {
                streams.add(peer(2), peer(number), message);
            }
            let held: usize =
                streams.open.values().filter(|open| open.from == peer(2)).map(|open| open.len_bytes).sum();
            assert!(held <= 2 * body.len(), "{held}");
        }
        assert!(streams.open.len() <= MAX_STREAMS + 1);
        assert!(streams.add(peer(1), peer(1), last.clone()).is_some(), "another neighbour's stream is untouched");
    }

    #[test]
    fn a_body_above_the_bound_or_a_part_out_of_place_is_dropped() {
        let body = Bytes::from(vec![7; PIECE_LEN_BYTES + 1]);
        let mut streams = Streams::new(PIECE_LEN_BYTES);
        for message in cut(&name(0), lead(), &body) {
            assert_eq!(streams.add(peer(1), peer(1), message), None);
        }
        let mut without_lead = cut(&name(1), lead(), &Bytes::from_static(b"abc"));
        without_lead[0].content = StreamContent::Data(Part::Body(Bytes::from_static(b"x")));
        for message in without_lead {
            assert_eq!(streams.add(peer(1), peer(1), message), None);
        }
        let mut far = cut(&name(2), lead(), &Bytes::new());
        far[1].sequence = u64::MAX;
        for message in far {
            assert_eq!(streams.add(peer(1), peer(1), message), None);
        }
    }
}
