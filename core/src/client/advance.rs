//! Going forward: hand-overs, a newer header, and proof that history was only added to.
//!
//! ```text
//! update = prelude(4) ‖ hand-overs ‖ header ‖ certificate
//!        ‖ flag u8 ‖ first size u64 ‖ log proof, if the flag is 1
//! ```

use super::{Client, TrustError, error::Refusal};
use crate::{
    certificate::Certificate,
    encoding::{DecodeError, Field, Message, MessageType, Reader, Wire, put_number},
    handover::{HandOver, get_hand_overs, put_hand_overs},
    header::{Header, Height, UnixMillis},
    log::{self, LogProof, TreeSize},
};
use alloc::vec::Vec;

/// What a client that was away needs to reach a newer header; nothing in it believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an update has these fields in format version 0")]
pub struct Update {
    /// Every change of the set since the client's newest header, ascending.
    pub hand_overs: Vec<HandOver>,
    /// The header to reach. If it changes the set itself, it is the last hand-over's.
    pub header: Header,
    /// The quorum over that header.
    pub certificate: Certificate,
    /// That the log at that header contains the client's log.
    pub consistency: Option<Consistency>,
}

/// An RFC 6962 consistency proof from the client's log size to the header's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a proof with its start")]
pub struct Consistency {
    /// The log size that the proof starts from.
    pub first_size: TreeSize,
    /// The proof.
    pub proof: LogProof,
}

/// How an update was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Advanced {
    /// The newest trusted height now.
    pub height: Height,
    /// Whether it was shown that the new log contains the old one.
    pub is_history_shown: bool,
    /// Whether the newest trusted header changed.
    pub is_newer: bool,
}

impl Client {
    /// Goes forward to the update's header. On an error it stays where it is, and keeps fork evidence.
    pub fn advance(&mut self, update: &Update, now: UnixMillis) -> Result<Advanced, TrustError> {
        self.go_forward(update, now).map_err(|refusal| *refusal)
    }

    fn go_forward(&mut self, update: &Update, now: UnixMillis) -> Result<Advanced, Refusal> {
        self.check_period(now)?;
        let header = &update.header;
        if header.height() < self.newest.height() {
            return Err(TrustError::OlderHeader { newest: self.newest.height(), found: header.height() }.into());
        }
        let ranges = self.ranges_after(&update.hand_overs)?;
        if !ranges.is_newest(header.next_set_hash()) {
            return Err(TrustError::HandOverMissing.into());
        }
        self.certify(&ranges, header, &update.certificate)?;
        let is_history_shown = self.check_consistency(header, update.consistency.as_ref())?;
        let is_newer = header.height() > self.newest.height();
        self.move_forward(ranges, header);
        if is_history_shown && let Some(log) = header.log() {
            self.history = log;
        }
        Ok(Advanced { height: self.newest.height(), is_history_shown, is_newer })
    }

    /// The log size from which the next update should prove consistency.
    pub const fn history_size(&self) -> TreeSize {
        self.history.0
    }

    fn check_consistency(&self, header: &Header, consistency: Option<&Consistency>) -> Result<bool, Refusal> {
        let (size, root) = header.log().ok_or(TrustError::NewerHeader)?;
        let (first_size, first_root) = self.history;
        // Every log contains the empty one.
        let is_empty = first_size.0 == 0;
        let Some(consistency) = consistency else { return Ok(is_empty) };
        if consistency.first_size != first_size {
            let (expected, found) = (first_size.0, consistency.first_size.0);
            return Err(TrustError::ConsistencyStart { expected, found }.into());
        }
        if is_empty && consistency.proof.hashes().is_empty() {
            return Ok(true);
        }
        log::verify_consistency(first_size, size, &consistency.proof, &first_root, &root)
            .map_err(|_| TrustError::Consistency)?;
        Ok(true)
    }
}

impl Wire for Update {
    fn put(&self, out: &mut Vec<u8>) {
        put_hand_overs(&self.hand_overs, out);
        self.header.put(out);
        self.certificate.put(out);
        put_number(out, u64::from(self.consistency.is_some()), 1);
        if let Some(consistency) = &self.consistency {
            put_number(out, consistency.first_size.0, 8);
            consistency.proof.put(out);
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let update = Self {
            hand_overs: get_hand_overs(reader),
            header: Header::read(reader),
            certificate: Certificate::read(reader),
            consistency: if reader.bit() {
                Some(Consistency { first_size: TreeSize(reader.number(8)), proof: LogProof::read(reader) })
            } else {
                None
            },
        };
        reader.sound(update)
    }
}

impl Message for Update {
    const TYPE: MessageType = MessageType::Update;
}
