//! Why an event is refused: every code of `docs/EVENTS.md`, in one table.

use crate::overlay::ReadError;
use medproof_core::leaf::State;

/// A rule that an event breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a code and a place")]
pub struct Refusal {
    /// The stable code, one of [`CODES`].
    pub code: &'static str,
    /// The place of the item that caused it: units first, then packs, in body order.
    pub item: Option<u32>,
}

/// Why an event could not be applied.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "either the rules or the store say no")]
pub enum Fault {
    /// The rules refuse it. On every node alike.
    Refused(Refusal),
    /// The state could not be read. On this node only, and no word about the event.
    Read(ReadError),
}

impl Refusal {
    /// A refusal that no single item caused.
    pub const fn new(code: &'static str) -> Self {
        Self { code, item: None }
    }
}

impl core::fmt::Display for Refusal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.item {
            Some(item) => write!(f, "{} (item {item})", self.code),
            None => f.write_str(self.code),
        }
    }
}

impl core::error::Error for Refusal {}

impl Fault {
    /// The same fault, caused by the item at `index`.
    #[must_use]
    pub(crate) fn at(self, index: usize) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(Refusal { item: u32::try_from(index).ok(), ..refusal }),
            Self::Read(error) => Self::Read(error),
        }
    }
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl core::fmt::Display for Fault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Read(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Fault {}

/// Refuses with `code`.
pub(crate) const fn refuse<T>(code: &'static str) -> Result<T, Fault> {
    Err(Fault::Refused(Refusal::new(code)))
}

/// Refuses with `code` unless `is_met`.
pub(crate) const fn require(is_met: bool, code: &'static str) -> Result<(), Fault> {
    if is_met { Ok(()) } else { refuse(code) }
}

/// Whose state refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Pack,
    Unit,
    Lot,
    Product,
}

/// The code for a state in which this cannot be done.
pub(crate) const fn state_code(state: State, level: Level) -> &'static str {
    macro_rules! of {
        ($level:literal) => {
            match state {
                State::Active => concat!("rules.state.active-", $level),
                State::InTransit => concat!("rules.state.in-transit-", $level),
                State::PartlyDispensed => concat!("rules.state.partly-dispensed-", $level),
                State::Dispensed => concat!("rules.state.dispensed-", $level),
                State::Sample => concat!("rules.state.sample-", $level),
                State::Exported => concat!("rules.state.exported-", $level),
                State::Locked => concat!("rules.state.locked-", $level),
                State::Quarantined => concat!("rules.state.quarantined-", $level),
                State::Withdrawn => concat!("rules.state.withdrawn-", $level),
                State::Recalled => concat!("rules.state.recalled-", $level),
                State::Stolen => concat!("rules.state.stolen-", $level),
                _ => concat!("rules.state.destroyed-", $level),
            }
        };
    }
    match level {
        Level::Pack => of!("pack"),
        Level::Unit => of!("unit"),
        Level::Lot => of!("lot"),
        Level::Product => of!("product"),
    }
}

macro_rules! codes {
    ($($name:ident = $code:literal,)* ; $($state:literal,)*) => {
        $(pub(crate) const $name: &str = $code;)*

        /// Every code with which the rules refuse, in the order of `docs/EVENTS.md` section 14.
        pub const CODES: &[&str] = &[$($code,)* $($state,)*];
    };
}

codes! {
    EVENT_CHAIN = "rules.event.chain",
    EVENT_MEMBER = "rules.event.member",
    EVENT_SUSPENDED = "rules.event.suspended",
    EVENT_KEY = "rules.event.key",
    EVENT_SIGNATURE = "rules.event.signature",
    EVENT_ROLE = "rules.event.role",
    EVENT_LATE = "rules.event.late",
    EVENT_EARLY = "rules.event.early",
    EVENT_DAY = "rules.event.day",
    EVENT_NUMBER_AHEAD = "rules.event.number-ahead",
    EVENT_NUMBER_OLD = "rules.event.number-old",
    EVENT_NUMBER_USED = "rules.event.number-used",
    EVENT_KIND = "rules.event.kind",
    EVENT_SENDER = "rules.event.sender",
    EVENT_BODY = "rules.event.body",
    MEMBER_PRESENT = "rules.member.present",
    MEMBER_ABSENT = "rules.member.absent",
    MEMBER_ROLES = "rules.member.roles",
    MEMBER_EXCLUDED = "rules.member.excluded",
    MEMBER_SUSPENDED = "rules.member.suspended",
    MEMBER_NOT_SUSPENDED = "rules.member.not-suspended",
    MEMBER_OTHER = "rules.member.other",
    KEY_REFUSED = "rules.key.refused",
    KEY_TIME = "rules.key.time",
    KEY_FULL = "rules.key.full",
    KEY_ABSENT = "rules.key.absent",
    KEY_REVOKED = "rules.key.revoked",
    GOVERNANCE_APPROVAL = "rules.governance.approval",
    GOVERNANCE_SET = "rules.governance.set",
    GOVERNANCE_POWER_SHORT = "rules.governance.power-short",
    GOVERNANCE_SIGNATURE = "rules.governance.signature",
    GOVERNANCE_NEW_KEY = "rules.governance.new-key",
    GOVERNANCE_SAME = "rules.governance.same",
    GOVERNANCE_VERSION = "rules.governance.version",
    PRODUCT_PRESENT = "rules.product.present",
    PRODUCT_ABSENT = "rules.product.absent",
    PRODUCT_RANDOM_SERIALS = "rules.product.random-serials",
    LOT_PRESENT = "rules.lot.present",
    LOT_ABSENT = "rules.lot.absent",
    EXPIRED = "rules.expired",
    PACK_PRESENT = "rules.pack.present",
    PACK_ABSENT = "rules.pack.absent",
    PACK_RETIRED = "rules.pack.retired",
    PACK_INSIDE_UNIT = "rules.pack.inside-unit",
    ALIAS_PRESENT = "rules.alias.present",
    ALIAS_NOT_CANONICAL = "rules.alias.not-canonical",
    ALIAS_OF_ALIAS = "rules.alias.of-alias",
    ALIAS_PRODUCT = "rules.alias.product",
    ALIAS_LATE = "rules.alias.late",
    UNIT_ABSENT = "rules.unit.absent",
    UNIT_GENERATION = "rules.unit.generation",
    UNIT_LIVE = "rules.unit.live",
    UNIT_FINAL = "rules.unit.final",
    UNIT_DISSOLVED = "rules.unit.dissolved",
    UNIT_INSIDE_UNIT = "rules.unit.inside-unit",
    UNIT_SELF = "rules.unit.self",
    UNIT_NOT_CHILD = "rules.unit.not-child",
    UNIT_FULL = "rules.unit.full",
    UNIT_TOO_DEEP = "rules.unit.too-deep",
    UNIT_LIMITS = "rules.unit.limits",
    UNIT_EXPOSURE = "rules.unit.exposure",
    HOLDER_OTHER = "rules.holder.other",
    ISSUER_OTHER = "rules.issuer.other",
    REGULATOR_ONLY = "rules.regulator.only",
    CONSIGNEE_ROLE = "rules.consignee.role",
    QUANTITY_SHORT = "rules.quantity.short",
    UNDO_NOTHING = "rules.undo.nothing",
    UNDO_KIND = "rules.undo.kind",
    UNDO_DAYS = "rules.undo.days",
    UNDO_PLACE = "rules.undo.place",
    HOLD_ALREADY = "rules.hold.already",
    HOLD_NONE = "rules.hold.none",
    HOLD_AUTHORITY = "rules.hold.authority",
    READING_NO_LIMITS = "rules.reading.no-limits",
    READING_FUTURE = "rules.reading.future",
    TRADE_DOCUMENT = "rules.trade.document",
    TRADE_SELF = "rules.trade.self",
    RECORD_PRESENT = "rules.record.present",
    RECORD_DOCUMENT = "rules.record.document",
    ;
    "rules.state.active-pack",
    "rules.state.in-transit-pack",
    "rules.state.partly-dispensed-pack",
    "rules.state.dispensed-pack",
    "rules.state.sample-pack",
    "rules.state.exported-pack",
    "rules.state.locked-pack",
    "rules.state.quarantined-pack",
    "rules.state.stolen-pack",
    "rules.state.destroyed-pack",
    "rules.state.active-unit",
    "rules.state.in-transit-unit",
    "rules.state.exported-unit",
    "rules.state.locked-unit",
    "rules.state.quarantined-unit",
    "rules.state.stolen-unit",
    "rules.state.destroyed-unit",
    "rules.state.active-lot",
    "rules.state.locked-lot",
    "rules.state.quarantined-lot",
    "rules.state.withdrawn-lot",
    "rules.state.recalled-lot",
    "rules.state.active-product",
    "rules.state.withdrawn-product",
    "rules.state.recalled-product",
}
