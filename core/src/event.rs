//! What a member did, signed by one of its keys: head, envelope and log entry.
//!
//! ```text
//! head      = chain id 32 ‖ member u32 ‖ key number u16 ‖ lane u16 ‖ counter u48 ‖ time u64
//!           ‖ not after u64 ‖ salt 32 ‖ kind u16 ‖ day u32 ‖ member role u8 ‖ body hash 32
//! event     = prelude(10) ‖ head ‖ body (u32 length ≤ 1 MiB) ‖ signature 64
//! event id  = tagged("medproof event id", head)
//! signed    = tag "medproof event signature" ‖ head
//! body hash = tagged("medproof event body", body)
//! entry     = kind u16 ‖ day u32 ‖ member role u8 ‖ tagged("medproof log entry", head ‖ signature)
//! ```
//!
//! Only entries enter the event log, timelines and running hashes: anyone can check what happened,
//! on which day, by which role. Kinds and bodies are the rules' business; a client shows a kind
//! that it does not know as "other".

use crate::{
    encoding::{DecodeError, Message, MessageType, Reader, Wire, put_u48},
    hash::{Digest, Tag, tagged},
    header::UnixMillis,
    identity::{Day, MemberId},
    keys::{KeyNumber, PublicKey, Signature},
};
use alloc::vec::Vec;

/// The longest body, in bytes.
pub const MAX_BODY_BYTES: usize = 1 << 20;

/// A member role (an organisation's role on the ledger), by number.
///
/// 1 regulator, 2 manufacturer, 3 wholesaler, 4 hospital, 5 pharmacy; others are shown as "other".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a number with a unit")]
pub struct MemberRole(pub u8);

/// The number of a kind of event; `docs/EVENTS.md` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a number with a unit")]
pub struct EventKind(pub u16);

/// The signed part of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the head has these fields in format version 0")]
pub struct EventHead {
    /// The chain that the event is meant for.
    pub chain_id: Digest,
    /// Who acts.
    pub member: MemberId,
    /// With which of its keys.
    pub key_number: KeyNumber,
    /// One of the key's independent number series.
    pub lane: u16,
    /// The number within the lane, from 1, below 2^48; each counts once.
    pub counter: u64,
    /// The signer's clock, informative.
    pub time: UnixMillis,
    /// Valid only while header time ≤ this ≤ header time + 7 days.
    pub not_after: UnixMillis,
    /// Drawn by the signer; holder salts derive from it.
    pub salt: [u8; 32],
    /// What happened.
    pub kind: EventKind,
    /// On which day, as it may be shown to anyone.
    pub day: Day,
    /// In which role the member acts.
    pub role: MemberRole,
    /// Hash of the body.
    pub body_hash: Digest,
}

impl EventHead {
    /// The event id.
    pub fn id(&self) -> Digest {
        tagged(Tag::EventId, &[&self.to_wire()])
    }

    /// The bytes that the member's key signs.
    pub fn signed_message(&self) -> Vec<u8> {
        let mut message = Tag::EventSignature.prefix();
        self.put(&mut message);
        message
    }
}

impl Wire for EventHead {
    fn put(&self, out: &mut Vec<u8>) {
        self.chain_id.put(out);
        out.extend_from_slice(&self.member.0.to_be_bytes());
        out.extend_from_slice(&self.key_number.0.to_be_bytes());
        out.extend_from_slice(&self.lane.to_be_bytes());
        put_u48(out, self.counter);
        out.extend_from_slice(&self.time.0.to_be_bytes());
        out.extend_from_slice(&self.not_after.0.to_be_bytes());
        out.extend_from_slice(&self.salt);
        out.extend_from_slice(&self.kind.0.to_be_bytes());
        out.extend_from_slice(&self.day.0.to_be_bytes());
        out.push(self.role.0);
        self.body_hash.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let head = Self {
            chain_id: Digest::get(reader)?,
            member: MemberId(reader.u32()?),
            key_number: KeyNumber(reader.u16()?),
            lane: reader.u16()?,
            counter: reader.u48()?,
            time: UnixMillis(reader.u64()?),
            not_after: UnixMillis(reader.u64()?),
            salt: reader.array()?,
            kind: EventKind(reader.u16()?),
            day: Day(reader.u32()?),
            role: MemberRole(reader.u8()?),
            body_hash: Digest::get(reader)?,
        };
        if head.counter == 0 { Err(DecodeError::Value) } else { Ok(head) }
    }
}

/// An event as it travels; its body belongs to its head, its signature is not yet checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    head: EventHead,
    body: Vec<u8>,
    signature: Signature,
}

impl Event {
    /// Puts an event together; the body must hash to what the head says.
    pub fn new(head: EventHead, body: Vec<u8>, signature: Signature) -> Result<Self, DecodeError> {
        if !(1..1 << 48).contains(&head.counter) {
            return Err(DecodeError::Value);
        }
        if body.len() > MAX_BODY_BYTES {
            return Err(DecodeError::Bounds);
        }
        if body_hash(&body) != head.body_hash {
            return Err(DecodeError::Value);
        }
        Ok(Self { head, body, signature })
    }

    /// The signed part.
    pub const fn head(&self) -> &EventHead {
        &self.head
    }

    /// Serials and particulars, whose form the kind decides.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Whether `key` signed the head.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        key.verify(&self.head.signed_message(), &self.signature)
    }

    /// The entry that the event log holds for this event.
    pub fn log_entry(&self) -> LogEntry {
        let envelope = tagged(Tag::LogEntry, &[&self.head.to_wire(), &self.signature.0]);
        LogEntry { kind: self.head.kind, day: self.head.day, role: self.head.role, envelope }
    }
}

impl Wire for Event {
    fn put(&self, out: &mut Vec<u8>) {
        self.head.put(out);
        out.extend_from_slice(&(self.body.len() as u32).to_be_bytes());
        out.extend_from_slice(&self.body);
        self.signature.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let head = EventHead::get(reader)?;
        let len_bytes = reader.u32()? as usize;
        if len_bytes > MAX_BODY_BYTES {
            return Err(DecodeError::Bounds);
        }
        let body = reader.take(len_bytes)?.to_vec();
        Self::new(head, body, Signature::get(reader)?)
    }
}

impl Message for Event {
    const TYPE: MessageType = MessageType::Event;
}

/// The hash of a body, as the head carries it.
pub fn body_hash(body: &[u8]) -> Digest {
    tagged(Tag::EventBody, &[body])
}

/// What anyone may see of an event: 39 bytes in the event log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an entry has these fields in format version 0")]
pub struct LogEntry {
    /// What happened.
    pub kind: EventKind,
    /// On which day.
    pub day: Day,
    /// By which role.
    pub role: MemberRole,
    /// Hash over head and signature; it binds who, without telling.
    pub envelope: Digest,
}

impl Wire for LogEntry {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.kind.0.to_be_bytes());
        out.extend_from_slice(&self.day.0.to_be_bytes());
        out.push(self.role.0);
        self.envelope.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            kind: EventKind(reader.u16()?),
            day: Day(reader.u32()?),
            role: MemberRole(reader.u8()?),
            envelope: Digest::get(reader)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{public_key, sign, signing_keys};
    use std::vec;

    fn head(body: &[u8]) -> EventHead {
        EventHead {
            chain_id: Digest([1; 32]),
            member: MemberId(2),
            key_number: KeyNumber(3),
            lane: 4,
            counter: 5,
            time: UnixMillis(6),
            not_after: UnixMillis(7),
            salt: [8; 32],
            kind: EventKind(9),
            day: Day(10),
            role: MemberRole(11),
            body_hash: body_hash(body),
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "signatures take minutes in an interpreter")]
    fn an_event_is_signed_over_its_head() {
        let body = b"serials".to_vec();
        for key in signing_keys(1) {
            let head = head(&body);
            let message = head.signed_message();
            assert!(message.starts_with(b"\x18medproof event signature"));
            assert!(message.ends_with(&head.to_wire()));
            let event = Event::new(head.clone(), body.clone(), sign(&key, &message));
            assert_eq!(event.as_ref().map(|event| event.is_signed_by(&public_key(&key))), Ok(true));
            assert_eq!(event.as_ref().map(|event| event.is_signed_by(&PublicKey([9; 32]))), Ok(false));
            assert_eq!(event.as_ref().map(|event| (event.head(), event.body())), Ok((&head, &body[..])));
            let bytes = event.as_ref().map(Message::to_bytes);
            assert_eq!(bytes.as_deref().map(Event::from_bytes), Ok(event.clone()));
            // Signed over the id or the body, it is another signature.
            let wrong = Event::new(head.clone(), body.clone(), sign(&key, &head.id().0));
            assert_eq!(wrong.map(|event| event.is_signed_by(&public_key(&key))), Ok(false));
        }
    }

    #[test]
    fn every_field_changes_the_id() {
        let base = head(b"");
        let bytes = base.to_wire();
        assert_eq!(bytes.len(), 133);
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 0x10);
            let other = EventHead::from_wire(&other).map(|head| head.id());
            assert!(other.is_ok_and(|id| id != base.id()), "{at}");
        }
    }

    #[test]
    fn counters_begin_at_one_and_have_48_bits() {
        let with = |counter| EventHead { counter, ..head(b"") };
        for counter in [0, 1 << 48, u64::MAX] {
            assert_eq!(Event::new(with(counter), vec![], Signature([0; 64])), Err(DecodeError::Value));
        }
        for counter in [1, (1 << 48) - 1] {
            let event = Event::new(with(counter), vec![], Signature([0; 64]));
            let bytes = event.as_ref().map(Message::to_bytes);
            assert_eq!(bytes.as_deref().map(Event::from_bytes), Ok(event.clone()));
        }
        assert_eq!(EventHead::from_wire(&with(0).to_wire()), Err(DecodeError::Value));
    }

    #[test]
    #[cfg_attr(miri, ignore = "hashing a megabyte takes minutes in an interpreter")]
    fn a_body_belongs_to_its_head() {
        assert_eq!(Event::new(head(b"a"), b"b".to_vec(), Signature([0; 64])), Err(DecodeError::Value));
        let long = vec![0; MAX_BODY_BYTES + 1];
        assert_eq!(Event::new(head(&long), long, Signature([0; 64])), Err(DecodeError::Bounds));
        let mut bytes = head(b"").to_wire();
        bytes.extend((MAX_BODY_BYTES as u32 + 1).to_be_bytes());
        assert_eq!(Event::from_wire(&bytes), Err(DecodeError::Bounds));
        let mut bytes = head(b"").to_wire();
        bytes.extend(u32::MAX.to_be_bytes());
        assert_eq!(Event::from_wire(&bytes), Err(DecodeError::Bounds));
    }

    #[test]
    fn an_entry_shows_kind_day_and_role_and_binds_the_rest() {
        let event =
            |signature| Event::new(head(b""), vec![], Signature([signature; 64])).map(|event| event.log_entry());
        let entry = event(1);
        assert_eq!(entry.map(|entry| (entry.kind, entry.day, entry.role)), Ok((EventKind(9), Day(10), MemberRole(11))));
        assert_ne!(entry, event(2));
        let bytes = entry.map(|entry| entry.to_wire());
        assert_eq!(bytes.as_ref().map(Vec::len), Ok(39));
        assert_eq!(bytes.as_deref().map(LogEntry::from_wire), Ok(entry));
    }
}
