//! That an EPCIS event is anchored, shown to somebody who has the chain's anchor and nothing else.
//!
//! ```text
//! the event's bytes ‖ salt ─► commitment ─► body of the ledger's event ─► log entry ─► inclusion ─► header ─► quorum
//! ```

use super::{commitment, shelf::Kept};
use crate::{
    fault::{Fault, Result},
    index::Index,
    keyring, proofs,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use medproof_core::{
    anchor::Anchor,
    client::{Client, Update},
    encoding::{DecodeError, Message, Wire},
    event::Event,
    hash::Digest,
    header::{Height, UnixMillis},
    identity::{Day, MemberId},
    log::{LeafIndex, LogHash, LogProof, TreeSize, verify_inclusion},
};
use medproof_rules::body::{Act, Body};
use medproof_store::View;
use serde::{Deserialize, Serialize};

/// What shows it. The member hands it to whom it wants: it holds the event itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Anchored {
    /// The event, byte for byte as it was received.
    pub event: String,
    /// The salt of its commitment, in hexadecimal digits.
    pub salt: String,
    /// The place in the log of the ledger's event that carries the commitment.
    pub index: u64,
    /// That event with its body and signature (FORMAT.md section 8), base64.
    pub ledger_event: String,
    /// The inclusion proof of its entry (section 7), base64.
    pub inclusion: String,
    /// The header that it leads to, with hand-overs and certificate (section 4), base64.
    pub update: String,
}

/// What it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shown {
    /// Who signed the ledger's event.
    pub member: MemberId,
    /// The day that it names.
    pub day: Day,
    /// The height of a header whose log has it.
    pub height: Height,
    /// When that header was agreed on.
    pub time: UnixMillis,
}

impl Anchored {
    /// What shows it of `kept`, led to the newest header; none while it is not anchored.
    pub fn draw(view: &View, kept: &Kept) -> Result<Option<Self>> {
        let Some(index) = kept.done.anchored else { return Ok(None) };
        let Some(event) = Index::new(view).event(LeafIndex(index))? else { return Ok(None) };
        let update = proofs::update(view, Height(0), Some(TreeSize(0)))?;
        let Some((size, _)) = update.header.log() else { return Ok(None) };
        let Some(inclusion) = view.inclusion(LeafIndex(index), size)? else { return Ok(None) };
        Ok(Some(Self {
            event: kept.bytes.clone(),
            salt: kept.salt.clone(),
            index,
            ledger_event: STANDARD.encode(event.to_bytes()),
            inclusion: STANDARD.encode(inclusion.to_wire()),
            update: STANDARD.encode(update.to_bytes()),
        }))
    }

    /// Checks every step from the event's bytes to the anchor; nothing else is believed.
    pub fn verify(&self, anchor: Anchor, now: UnixMillis) -> Result<Shown> {
        let salt = keyring::from_hex::<32>(&self.salt).ok_or_else(|| malformed("salt"))?;
        let event = Event::from_bytes(&bytes(&self.ledger_event)?).map_err(undecoded)?;
        if !commits(&event, &commitment(&salt, &self.event)) {
            return Err(Fault::new("node.anchored.other-event"));
        }
        let update = Update::from_bytes(&bytes(&self.update)?).map_err(undecoded)?;
        Client::new(anchor).advance(&update, now).map_err(|error| Fault::new(error.code()))?;
        let (size, root) = update.header.log().ok_or_else(|| malformed("header"))?;
        let inclusion = LogProof::from_wire(&bytes(&self.inclusion)?).map_err(undecoded)?;
        let entry = LogHash::leaf(&event.log_entry().to_wire());
        verify_inclusion(&entry, LeafIndex(self.index), size, &inclusion, &root)
            .map_err(|error| Fault::new(error.code()))?;
        let (head, header) = (event.head(), &update.header);
        Ok(Shown { member: head.member, day: head.day, height: header.height(), time: header.time() })
    }
}

/// Whether `event` carries the commitment, among its documents or as one that it stores.
fn commits(event: &Event, commitment: &Digest) -> bool {
    let Ok(body) = Body::decode(event.head().kind, event.body()) else { return false };
    match &body.act {
        Act::DocumentStore(fields) => fields.documents.contains(commitment),
        _ => body.documents.contains(commitment),
    }
}

fn bytes(text: &str) -> Result<Vec<u8>> {
    STANDARD.decode(text).map_err(|_| malformed("base64"))
}

const fn undecoded(error: DecodeError) -> Fault {
    Fault::new(error.code())
}

fn malformed(cause: &str) -> Fault {
    Fault::new("node.anchored.broken").with("cause", cause)
}
