//! Kinds 800 to 805: orders and what follows them. Their lines are in documents between the two parties.

use crate::{
    body::{
        Body,
        field::{Field, fields},
    },
    refusal::{self, Fault, require},
    turn::Turn,
};
use medproof_core::{
    encoding::{DecodeError, Reader},
    identity::MemberId,
};

/// The random id of a trade document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "32 bytes and nothing else")]
pub struct TradeId(pub [u8; 32]);

impl Field for TradeId {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.array().map(Self)
    }
}

fields! {
    /// One step of a trade, with its document.
    TradeStep {
        /// Its own id.
        trade: TradeId,
        /// The step that it follows.
        follows: Option<TradeId>,
        /// The other party.
        counterparty: MemberId,
    }
}

pub(crate) fn check(turn: &mut Turn<'_, '_>, body: &Body, fields: &TradeStep) -> Result<(), Fault> {
    require(!body.documents.is_empty(), refusal::TRADE_DOCUMENT)?;
    turn.admitted(fields.counterparty)?;
    require(fields.counterparty != turn.sender(), refusal::TRADE_SELF)
}
