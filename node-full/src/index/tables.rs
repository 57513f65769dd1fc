//! The tables of the index, their keys and values.
//!
//! | table | key | value |
//! |---|---|---|
//! | item | path | [`ItemRow`] |
//! | salt | log index | the event's salt |
//! | step | path ‖ place in the custody chain u32 | [`StepRow`] |
//! | inside | unit path ‖ path of a direct child | nothing |
//! | contents | unit path | what is in it at any depth: list of product ‖ lot ‖ count u32 |
//! | stock | product ‖ lot ‖ member u32 ‖ [`Standing`] | count u64 |
//! | product | product code | product information |
//! | lot | product code ‖ lot | nothing |
//! | alias | canonical product code ‖ alias | nothing |
//! | member | member u32 | member information |
//! | event | event id | log index |
//! | kind | kind u16 ‖ log index | member u32 |
//! | idempotency | member u32 ‖ what bodies carry of a call | log index of the first that carries it |
//! | trade | trade id ‖ log index, of the step itself and of the movements that name it | nothing |

use medproof_core::{
    custody::{Custody, Step},
    encoding::{DecodeError, Reader, Wire},
    event::LogEntry,
    hash::Digest,
    identity::{Lot, MemberId, PackId, ProductCode},
    leaf::{Parent, State, StateCode},
    log::LeafIndex,
    state::Path,
};
use medproof_rules::ItemName;

pub(crate) const ITEM: &str = "item";
pub(crate) const SALT: &str = "salt";
pub(crate) const STEP: &str = "step";
pub(crate) const INSIDE: &str = "inside";
pub(crate) const CONTENTS: &str = "contents";
pub(crate) const STOCK: &str = "stock";
pub(crate) const PRODUCT: &str = "product";
pub(crate) const LOT: &str = "lot";
pub(crate) const ALIAS: &str = "alias";
pub(crate) const MEMBER: &str = "member";
pub(crate) const EVENT: &str = "event";
pub(crate) const KIND: &str = "kind";
pub(crate) const IDEMPOTENCY: &str = "idempotency";
pub(crate) const TRADE: &str = "trade";

/// What the node knows of a pack or unit besides its leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRow {
    /// Which item.
    pub name: ItemName,
    /// A pack's lot.
    pub lot: Option<Lot>,
    /// Who holds it, by the commitment in its own leaf.
    pub held: Option<Opening>,
    /// Who made the last change that can be undone.
    pub undo: Option<Opening>,
}

/// Who is behind a commitment, and the event whose salt opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The member.
    pub member: MemberId,
    /// The event's place in the log.
    pub index: LeafIndex,
}

/// One step of a custody chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StepRow {
    /// The entry's place in the log.
    pub(crate) index: LeafIndex,
    /// The unit through which the event reached the item, with its values.
    pub(crate) unit: Option<(Path, Custody)>,
}

/// Where packs are, seen from a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Standing {
    /// With the member.
    Held = 0,
    /// On the way to the member.
    InTransit = 1,
    /// Dispensed by the member.
    Dispensed = 2,
    /// Taken out: sample, exported, stolen, destroyed.
    Out = 3,
}

impl Standing {
    /// What a state stands for; `under` is the state below a hold.
    pub(crate) fn of(state: StateCode, under: Option<StateCode>) -> Self {
        let code = under.unwrap_or(state).0;
        match code {
            code if code == StateCode::from(State::InTransit).0 => Self::InTransit,
            code if code == StateCode::from(State::Dispensed).0 => Self::Dispensed,
            code if GONE.iter().any(|gone| StateCode::from(*gone).0 == code) => Self::Out,
            _ => Self::Held,
        }
    }

    /// The standing with this number.
    pub(crate) const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Held,
            1 => Self::InTransit,
            2 => Self::Dispensed,
            3 => Self::Out,
            _ => return None,
        })
    }

    /// Its name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::InTransit => "in-transit",
            Self::Dispensed => "dispensed",
            Self::Out => "out",
        }
    }
}

const GONE: [State; 4] = [State::Sample, State::Exported, State::Stolen, State::Destroyed];

impl StepRow {
    pub(crate) fn new(index: LeafIndex, step: &Step) -> Self {
        let unit = match step {
            Step::Own(_) => None,
            Step::Unit(path, unit, _) => Some((*path, *unit)),
        };
        Self { index, unit }
    }

    /// The step, given the entry that stands in the log.
    pub(crate) const fn step(&self, entry: LogEntry) -> Step {
        match self.unit {
            None => Step::Own(entry),
            Some((path, unit)) => Step::Unit(path, unit, entry),
        }
    }
}

impl Wire for ItemRow {
    fn put(&self, out: &mut Vec<u8>) {
        match &self.name {
            ItemName::Pack(pack) => {
                out.push(0);
                pack.put(out);
            }
            ItemName::Unit(unit) => {
                out.push(1);
                unit.put(out);
            }
        }
        put_optional(self.lot.as_ref(), out);
        put_optional(self.held.as_ref(), out);
        put_optional(self.undo.as_ref(), out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let name =
            if reader.flag()? { ItemName::Unit(Parent::get(reader)?) } else { ItemName::Pack(PackId::get(reader)?) };
        Ok(Self { name, lot: get_optional(reader)?, held: get_optional(reader)?, undo: get_optional(reader)? })
    }
}

impl Wire for Opening {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.member.0.to_be_bytes());
        out.extend_from_slice(&self.index.0.to_be_bytes());
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { member: MemberId(reader.u32()?), index: LeafIndex(reader.u64()?) })
    }
}

impl Wire for StepRow {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.index.0.to_be_bytes());
        if let Some((path, unit)) = &self.unit {
            out.extend_from_slice(path.as_bytes());
            out.extend_from_slice(&unit.events.to_be_bytes());
            unit.hash.put(out);
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let index = LeafIndex(reader.u64()?);
        if reader.rest().is_empty() {
            return Ok(Self { index, unit: None });
        }
        let path = Path::new(reader.array()?);
        let unit = Custody { events: reader.u32()?, hash: Digest::get(reader)? };
        Ok(Self { index, unit: Some((path, unit)) })
    }
}

/// Packs of one lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LotCount {
    pub(crate) product: ProductCode,
    pub(crate) lot: Lot,
    pub(crate) count: u32,
}

impl Wire for LotCount {
    fn put(&self, out: &mut Vec<u8>) {
        self.product.put(out);
        self.lot.put(out);
        out.extend_from_slice(&self.count.to_be_bytes());
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { product: ProductCode::get(reader)?, lot: Lot::get(reader)?, count: reader.u32()? })
    }
}

/// The key of a lot's row, and the beginning of its stock rows.
pub(crate) fn lot_key(product: &ProductCode, lot: &Lot) -> Vec<u8> {
    let mut key = product.to_wire();
    lot.put(&mut key);
    key
}

/// The key of a stock row.
pub(crate) fn stock_key(product: &ProductCode, lot: &Lot, member: MemberId, standing: Standing) -> Vec<u8> {
    let mut key = lot_key(product, lot);
    key.extend_from_slice(&member.0.to_be_bytes());
    key.push(standing as u8);
    key
}

/// The key of a custody step.
pub(crate) fn step_key(path: &Path, place: u32) -> Vec<u8> {
    [&path.as_bytes()[..], &place.to_be_bytes()].concat()
}

/// The key of what a body carries of a call.
pub(crate) fn call_key(member: MemberId, call: &Digest) -> Vec<u8> {
    pair_key(&member.0.to_be_bytes(), &call.0)
}

/// Two keys in a row.
pub(crate) fn pair_key(first: &[u8], second: &[u8]) -> Vec<u8> {
    [first, second].concat()
}

fn put_optional<T: Wire>(value: Option<&T>, out: &mut Vec<u8>) {
    out.push(u8::from(value.is_some()));
    if let Some(value) = value {
        value.put(out);
    }
}

fn get_optional<T: Wire>(reader: &mut Reader<'_>) -> Result<Option<T>, DecodeError> {
    if reader.flag()? { T::get(reader).map(Some) } else { Ok(None) }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use medproof_core::identity::Serial;

    #[test]
    fn rows_are_read_as_they_were_written() {
        let product = ProductCode::from_gtin14("09504000059101").expect("a GTIN");
        let pack = PackId { product: product.clone(), serial: Serial::new("A1").expect("a serial") };
        let opening = Opening { member: MemberId(3), index: LeafIndex(9) };
        let row = ItemRow { name: ItemName::Pack(pack), lot: Lot::new("L").ok(), held: Some(opening), undo: None };
        assert_eq!(ItemRow::from_wire(&row.to_wire()), Ok(row));
        let step = StepRow { index: LeafIndex(4), unit: Some((Path::new([1; 32]), Custody::START)) };
        assert_eq!(StepRow::from_wire(&step.to_wire()), Ok(step));
        let own = StepRow { unit: None, ..step };
        assert_eq!(StepRow::from_wire(&own.to_wire()), Ok(own));
    }

    #[test]
    fn a_hold_leaves_a_pack_where_it_is() {
        let code = StateCode::from;
        assert_eq!(Standing::of(code(State::Quarantined), Some(code(State::InTransit))), Standing::InTransit);
        assert_eq!(Standing::of(code(State::Locked), Some(code(State::Active))), Standing::Held);
        assert_eq!(Standing::of(code(State::Stolen), None), Standing::Out);
        for number in 0..4 {
            assert_eq!(Standing::from_number(number).map(|standing| standing as u8), Some(number));
        }
    }
}
