//! The events of a block, as one string of bytes.
//!
//! ```text
//! body = count u32 ‖ count × (length u32 ‖ event message)
//! ```
//!
//! The header commits to every byte: its log root covers each event's head and signature, and the
//! head covers the event's body.

use medproof_core::{
    encoding::{DecodeError, Message, Reader},
    event::{Event, MAX_BODY_BYTES},
};

/// The most bytes of a block's body.
pub const MAX_BLOCK_BYTES: usize = 8 << 20;

/// The most events in a block.
pub const MAX_BLOCK_EVENTS: usize = 10_000;

/// Joins events to a block's body.
pub fn join(events: &[Event]) -> Vec<u8> {
    join_bytes(&events.iter().map(Message::to_bytes).collect::<Vec<_>>())
}

/// Joins event messages to a block's body.
pub fn join_bytes(events: &[Vec<u8>]) -> Vec<u8> {
    let mut body = (events.len() as u32).to_be_bytes().to_vec();
    for bytes in events {
        body.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
        body.extend_from_slice(bytes);
    }
    body
}

/// The events in a block's body.
pub fn split(body: &[u8]) -> Result<Vec<Event>, DecodeError> {
    if body.len() > MAX_BLOCK_BYTES {
        return Err(DecodeError::Bounds);
    }
    let mut reader = Reader::new(body);
    let count = reader.u32()? as usize;
    if count > MAX_BLOCK_EVENTS {
        return Err(DecodeError::Bounds);
    }
    if count > body.len() / SMALLEST_EVENT_BYTES {
        return Err(DecodeError::Truncated);
    }
    let mut events = Vec::with_capacity(count);
    for _ in 0..count {
        let len_bytes = reader.u32()? as usize;
        if len_bytes > MAX_EVENT_BYTES {
            return Err(DecodeError::Bounds);
        }
        events.push(Event::from_bytes(reader.take(len_bytes)?)?);
    }
    reader.finish()?;
    Ok(events)
}

/// Length, prelude, head, length of the body, signature.
const SMALLEST_EVENT_BYTES: usize = 4 + 7 + 133 + 4 + 64;

/// An event with the longest body.
const MAX_EVENT_BYTES: usize = SMALLEST_EVENT_BYTES + MAX_BODY_BYTES;
