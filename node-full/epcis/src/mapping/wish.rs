//! What an event asks of the ledger, shaped as the bodies of `docs/EVENTS.md` section 3 are.

use medproof_core::identity::{Day, Lot, MemberId, PackId, ProductCode, Serial, Sscc};
use std::num::NonZeroU16;

/// One event that the ledger should have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wish {
    /// Its kind.
    pub kind: Kind,
    /// The packs and units that it acts on, canonical and each once.
    pub items: Items,
    /// What its kind needs besides.
    pub detail: Detail,
}

/// Packs and units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Items {
    /// The units, ascending.
    pub units: Vec<Sscc>,
    /// The packs, ascending.
    pub packs: Vec<PackId>,
}

/// What a kind needs besides its items.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Detail {
    /// Nothing.
    None,
    /// 500: the lot's last day of use.
    Release {
        /// The product.
        product: ProductCode,
        /// The lot.
        lot: Lot,
        /// Its last day of use.
        expiry: Day,
    },
    /// 600: packs of one lot.
    Register {
        /// The product.
        product: ProductCode,
        /// The lot.
        lot: Lot,
        /// How many units are in each pack.
        quantity: NonZeroU16,
        /// The serials, ascending.
        serials: Vec<Serial>,
    },
    /// 506, 507: the lot.
    Lot {
        /// The product.
        product: ProductCode,
        /// The lot.
        lot: Lot,
    },
    /// 700 to 702: the unit; its children are the items.
    Unit(Sscc),
    /// 800 to 804: with whom, under which document.
    Trade {
        /// The other party.
        counterparty: MemberId,
        /// The identifier of the document, as in the event.
        document: String,
    },
    /// 900: to whom.
    Consignee(MemberId),
    /// 902: to whom and why.
    Return {
        /// To whom.
        consignee: MemberId,
        /// A reason of the kind.
        reason: u8,
    },
    /// 1001: how much of each pack, in its order.
    Amounts(Vec<u16>),
    /// 1003: two letters of ISO 3166-1.
    Country([u8; 2]),
    /// 1004, 1102: a reason of the kind.
    Reason(u8),
    /// 1200: what was measured, starts ascending; at most 1,000.
    Readings(Vec<Reading>),
}

/// The temperature over a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reading {
    /// When it began, in ms since 1970-01-01 UTC.
    pub start_ms: u64,
    /// When it ended; after the start.
    pub end_ms: u64,
    /// The lowest temperature, in 0.1 °C, rounded down.
    pub lowest_decicelsius: i16,
    /// The highest, rounded up.
    pub highest_decicelsius: i16,
}

/// The kinds of event that an EPCIS event can ask for (`docs/EVENTS.md` section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[repr(u16)]
pub enum Kind {
    /// lot-release
    LotRelease = 500,
    /// lot-recall
    LotRecall = 506,
    /// lot-lift
    LotLift = 507,
    /// pack-register
    PackRegister = 600,
    /// aggregate
    Aggregate = 700,
    /// disaggregate
    Disaggregate = 701,
    /// dissolve
    Dissolve = 702,
    /// order
    Order = 800,
    /// confirmation
    Confirmation = 801,
    /// sale
    Sale = 802,
    /// despatch-advice
    DespatchAdvice = 803,
    /// delivery
    Delivery = 804,
    /// ship
    Ship = 900,
    /// ship-cancel
    ShipCancel = 901,
    /// return
    Return = 902,
    /// receive
    Receive = 903,
    /// put-away
    PutAway = 904,
    /// ward-issue
    WardIssue = 905,
    /// dispense
    Dispense = 1000,
    /// dispense-partly
    DispensePartly = 1001,
    /// sample
    Sample = 1002,
    /// export
    Export = 1003,
    /// destroy
    Destroy = 1004,
    /// stolen
    Stolen = 1005,
    /// undo
    Undo = 1006,
    /// quarantine
    Quarantine = 1102,
    /// release
    Release = 1103,
    /// reading
    Reading = 1200,
}

impl Kind {
    /// The number on the ledger.
    pub const fn number(self) -> u16 {
        self as u16
    }
}

/// Why an event changes no state.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredOnly {
    /// The reason.
    pub reason: Reason,
    /// The identifier that it is about, as in the event.
    pub identifier: Option<String>,
    /// The kind with which what the event declares wrong may still be taken back.
    pub take_back: Option<Kind>,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// The reasons for which an event is stored and nothing more.
        ///
        /// Those that begin `rules.` and `agreement.` are the rules' and the verdict's own codes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason { $($(#[$doc])* $name,)* }

        impl Reason {
            /// All reasons.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

reasons! {
    /// The table has no kind for it.
    NoKind = "epcis.stored.no-kind",
    /// It declares an earlier event wrong.
    ErrorDeclaration = "epcis.stored.error-declaration",
    /// It names nothing that this ledger keeps.
    NotOnLedger = "epcis.stored.not-on-ledger",
    /// It names a class and no serial.
    NoSerial = "epcis.stored.no-serial",
    /// No lot for packs that are registered.
    NoLot = "epcis.stored.no-lot",
    /// No destination that is a member.
    NoConsignee = "epcis.stored.no-consignee",
    /// No other party that is a member, or more than one.
    NoCounterparty = "epcis.stored.no-counterparty",
    /// No whole amount from 1 to 65,535.
    NoAmount = "epcis.stored.no-amount",
    /// No country of destination.
    NoCountry = "epcis.stored.no-country",
    /// The parent is no SSCC.
    NoUnit = "epcis.stored.no-unit",
    /// No type of business transaction that the ledger knows.
    NoTrade = "epcis.stored.no-trade",
    /// The sender is neither hospital nor pharmacy.
    NotDispenser = "epcis.stored.not-dispenser",
    /// An item is not in quarantine.
    NotQuarantined = "epcis.stored.not-quarantined",
    /// More packs and units than an event of the ledger takes.
    TooManyItems = "epcis.stored.too-many-items",
    /// The pack is not registered.
    PackAbsent = "rules.pack.absent",
    /// The unit is not registered.
    UnitAbsent = "rules.unit.absent",
    /// The lot is not released.
    LotAbsent = "rules.lot.absent",
    /// The product is not registered.
    ProductAbsent = "rules.product.absent",
    /// The lot in the event is not the pack's.
    LotMismatch = "agreement.lot-mismatch",
    /// The expiry in the event is not the lot's.
    ExpiryMismatch = "agreement.expiry-mismatch",
}

impl Reason {
    /// This reason, about nothing in particular.
    pub(crate) const fn alone(self) -> StoredOnly {
        StoredOnly { reason: self, identifier: None, take_back: None }
    }

    /// This reason, about an identifier.
    pub(crate) fn about(self, identifier: &str) -> StoredOnly {
        StoredOnly { reason: self, identifier: Some(identifier.into()), take_back: None }
    }
}
