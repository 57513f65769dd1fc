//! What events say: the fields of every kind, read from and written to a body's bytes.
//!
//! ```text
//! body = idempotency 32 ‖ documents: count u8 (≤ 16) ‖ count × commitment 32, strictly ascending ‖ the kind's fields
//! ```
//!
//! ```
//! use medproof_core::hash::Digest;
//! use medproof_rules::body::{Act, Body, ProductLift, HoldReason};
//! # use medproof_core::identity::ProductCode;
//! # let product = ProductCode::from_gtin14("09504000059101").unwrap();
//! let body = Body::new(Digest::ZERO, Act::ProductLift(ProductLift { product, reason: HoldReason::Cleared }));
//! assert_eq!(Body::decode(body.kind(), &body.to_bytes()), Ok(body));
//! ```

pub(crate) mod field;
pub(crate) mod items;

use crate::kind;
use field::Field;
use medproof_core::{
    encoding::{DecodeError, Reader},
    event::EventKind,
    hash::{Digest, Tag, tagged},
    identity::MemberId,
};

pub use crate::kinds::{
    cold_chain::{Reading, Temperature},
    governance::{Approval, ParametersSet, RulesVersion, ValidatorsChange, approval_message},
    holds::{Lock, PackHoldReason, Quarantine, Release, Unlock},
    keys::{KeyCompromised, KeyRegister, KeyRevoke, KeyRotate},
    lots::{LotHold, LotMeasure, LotRelease},
    members::{MemberAdmit, MemberChange, MemberReason, MemberRoles, MemberStanding},
    movement::{Receive, Return, ReturnReason, Ship},
    outcome::{Country, Destroy, DestroyReason, DispensePartly, Export, Portion, Undo},
    packs::{AliasPair, PackAlias, PackRegister},
    products::{
        Depth, HoldReason, ProductAlias, ProductChange, ProductLift, ProductMeasure, ProductRegister, Severity,
    },
    records::{AuditAnchor, DocumentStore, RecordCommit, Suspicion, SuspicionReason},
    trade::{TradeId, TradeStep},
    units::{Aggregate, Disaggregate, Dissolve},
};
pub use items::{Capacity, EventSalt, Items, PackItem, Packs, UnitItem};

/// The most documents that a body names beside its fields.
pub const MAX_DOCUMENTS: usize = 16;

/// A place: a GLN as a number, or from 10^13 on a number that the member gave the place itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a number with a unit")]
pub struct Site(pub u64);
field::number!(Site: u64);

field::fields! {
    /// Items at a place: all that several kinds say.
    AtSite {
        /// Where.
        site: Site,
        /// What.
        items: Items,
    }
}

/// The body of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a body has these parts in rules version 0")]
pub struct Body {
    /// What it carries of the call behind it, to know the same call again; see [`idempotency`].
    pub idempotency: Digest,
    /// Commitments to the documents behind the event; see [`document`].
    pub documents: Vec<Digest>,
    /// What was done.
    pub act: Act,
}

impl Body {
    /// A body without documents.
    pub const fn new(idempotency: Digest, act: Act) -> Self {
        Self { idempotency, documents: Vec::new(), act }
    }

    /// The same body with the commitments of these documents.
    #[must_use]
    pub fn with_documents(self, documents: Vec<Digest>) -> Self {
        Self { documents, ..self }
    }

    /// The kind of event whose body this is.
    pub const fn kind(&self) -> EventKind {
        self.act.kind()
    }

    /// The body's bytes, with lists in the order of the format.
    ///
    /// Values beyond their bounds (more than 10,000 items, the same item twice) give bytes that [`Self::decode`]
    /// and the rules refuse.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.idempotency.put(&mut out);
        out.push(u8::try_from(self.documents.len()).unwrap_or(u8::MAX));
        let mut documents = self.documents.clone();
        documents.sort_unstable();
        documents.iter().for_each(|document| document.put(&mut out));
        self.act.put(&mut out);
        out
    }

    /// Reads the body of an event of `kind`.
    pub fn decode(kind: EventKind, bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let idempotency = Field::get(&mut reader)?;
        let documents = get_documents(&mut reader)?;
        let act = Act::get(kind, &mut reader)?;
        reader.finish()?;
        act.check_items()?;
        Ok(Self { idempotency, documents, act })
    }
}

/// What a body carries of a call: of the caller's idempotency key and of everything that was asked. The same call at
/// another node of the member is so known again, and another call under the same key is another.
pub fn idempotency(member: MemberId, what: &[u8; 32], key: &[u8]) -> Digest {
    tagged(Tag::Idempotency, &[&member.0.to_be_bytes(), what, key])
}

/// The commitment to a document, as bodies carry it; the salt is kept and erased with the document.
pub fn document(salt: &[u8; 32], document: &[u8]) -> Digest {
    tagged(Tag::Document, &[salt, document])
}

fn get_documents(reader: &mut Reader<'_>) -> Result<Vec<Digest>, DecodeError> {
    let count = usize::from(reader.u8()?);
    if count > MAX_DOCUMENTS {
        return Err(DecodeError::Bounds);
    }
    let documents = reader.list(count)?;
    if documents.is_sorted_by(|a, b| a < b) { Ok(documents) } else { Err(DecodeError::Order) }
}

/// One row a kind: number, name of the number, variant, fields.
macro_rules! acts {
    ($($number:literal $constant:ident $variant:ident($fields:ty),)*) => {
        /// What was done: one variant a kind.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Act {
            $(#[doc = concat!("Kind ", $number, ".")] $variant($fields),)*
        }

        /// The numbers of the kinds.
        pub mod number {
            use medproof_core::event::EventKind;
            $(#[doc = concat!("Kind ", $number, ".")] pub const $constant: EventKind = EventKind($number);)*
        }

        impl Act {
            /// The kind of event that says so.
            pub const fn kind(&self) -> EventKind {
                match self { $(Self::$variant(_) => EventKind($number),)* }
            }

            fn put(&self, out: &mut Vec<u8>) {
                match self { $(Self::$variant(fields) => fields.put(out),)* }
            }

            fn get(kind: EventKind, reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                Ok(match kind.0 {
                    $($number => Self::$variant(Field::get(reader)?),)*
                    _ => return Err(DecodeError::Value),
                })
            }
        }
    };
}

acts! {
    100 MEMBER_ADMIT MemberAdmit(MemberAdmit),
    101 MEMBER_CHANGE MemberChange(MemberChange),
    102 MEMBER_ROLES MemberRoles(MemberRoles),
    103 MEMBER_SUSPEND MemberSuspend(MemberStanding),
    104 MEMBER_RESUME MemberResume(MemberStanding),
    105 MEMBER_EXCLUDE MemberExclude(MemberStanding),
    200 KEY_REGISTER KeyRegister(KeyRegister),
    201 KEY_ROTATE KeyRotate(KeyRotate),
    202 KEY_REVOKE KeyRevoke(KeyRevoke),
    203 KEY_COMPROMISED KeyCompromised(KeyCompromised),
    300 VALIDATORS Validators(ValidatorsChange),
    301 PARAMETERS Parameters(ParametersSet),
    302 RULES_VERSION RulesVersion(RulesVersion),
    400 PRODUCT_REGISTER ProductRegister(ProductRegister),
    401 PRODUCT_CHANGE ProductChange(ProductChange),
    402 PRODUCT_WITHDRAW ProductWithdraw(ProductMeasure),
    403 PRODUCT_RECALL ProductRecall(ProductMeasure),
    404 PRODUCT_LIFT ProductLift(ProductLift),
    405 PRODUCT_ALIAS ProductAlias(ProductAlias),
    500 LOT_RELEASE LotRelease(LotRelease),
    501 LOT_QUARANTINE LotQuarantine(LotHold),
    502 LOT_RELEASE_QUARANTINE LotReleaseQuarantine(LotHold),
    503 LOT_LOCK LotLock(LotHold),
    504 LOT_UNLOCK LotUnlock(LotHold),
    505 LOT_WITHDRAW LotWithdraw(LotMeasure),
    506 LOT_RECALL LotRecall(LotMeasure),
    507 LOT_LIFT LotLift(LotHold),
    600 PACK_REGISTER PackRegister(PackRegister),
    601 PACK_ALIAS PackAlias(PackAlias),
    700 AGGREGATE Aggregate(Aggregate),
    701 DISAGGREGATE Disaggregate(Disaggregate),
    702 DISSOLVE Dissolve(Dissolve),
    800 ORDER Order(TradeStep),
    801 CONFIRMATION Confirmation(TradeStep),
    802 SALE Sale(TradeStep),
    803 DESPATCH_ADVICE DespatchAdvice(TradeStep),
    804 DELIVERY Delivery(TradeStep),
    805 DISCREPANCY Discrepancy(TradeStep),
    900 SHIP Ship(Ship),
    901 SHIP_CANCEL ShipCancel(AtSite),
    902 RETURN Return(Return),
    903 RECEIVE Receive(Receive),
    904 PUT_AWAY PutAway(AtSite),
    905 WARD_ISSUE WardIssue(AtSite),
    1000 DISPENSE Dispense(AtSite),
    1001 DISPENSE_PARTLY DispensePartly(DispensePartly),
    1002 SAMPLE Sample(AtSite),
    1003 EXPORT Export(Export),
    1004 DESTROY Destroy(Destroy),
    1005 STOLEN Stolen(AtSite),
    1006 UNDO Undo(Undo),
    1100 LOCK Lock(Lock),
    1101 UNLOCK Unlock(Unlock),
    1102 QUARANTINE Quarantine(Quarantine),
    1103 RELEASE Release(Release),
    1200 READING Reading(Reading),
    1300 RECORD_COMMIT RecordCommit(RecordCommit),
    1301 DOCUMENT_STORE DocumentStore(DocumentStore),
    1302 AUDIT_ANCHOR AuditAnchor(AuditAnchor),
    1303 SUSPICION Suspicion(Suspicion),
}

impl Act {
    /// The items that the event names, where its kind has items. Those of a partial dispense are in its portions.
    pub const fn items(&self) -> Option<&Items> {
        Some(match self {
            Self::Aggregate(Aggregate { items, .. })
            | Self::Disaggregate(Disaggregate { items, .. })
            | Self::Ship(Ship { items, .. })
            | Self::Return(Return { items, .. })
            | Self::Receive(Receive { items, .. })
            | Self::Export(Export { items, .. })
            | Self::Destroy(Destroy { items, .. })
            | Self::Undo(Undo { items, .. })
            | Self::Lock(Lock { items, .. })
            | Self::Unlock(Unlock { items })
            | Self::Quarantine(Quarantine { items, .. })
            | Self::Release(Release { items, .. })
            | Self::Reading(Reading { items, .. })
            | Self::ShipCancel(AtSite { items, .. })
            | Self::PutAway(AtSite { items, .. })
            | Self::WardIssue(AtSite { items, .. })
            | Self::Dispense(AtSite { items, .. })
            | Self::Sample(AtSite { items, .. })
            | Self::Stolen(AtSite { items, .. }) => items,
            _ => return None,
        })
    }

    /// Where it was done, where the kind says so.
    pub const fn site(&self) -> Option<Site> {
        Some(match self {
            Self::Ship(Ship { site, .. })
            | Self::Return(Return { site, .. })
            | Self::Receive(Receive { site, .. })
            | Self::Export(Export { site, .. })
            | Self::Destroy(Destroy { site, .. })
            | Self::Undo(Undo { site, .. })
            | Self::DispensePartly(DispensePartly { site, .. })
            | Self::ShipCancel(AtSite { site, .. })
            | Self::PutAway(AtSite { site, .. })
            | Self::WardIssue(AtSite { site, .. })
            | Self::Dispense(AtSite { site, .. })
            | Self::Sample(AtSite { site, .. })
            | Self::Stolen(AtSite { site, .. }) => *site,
            _ => return None,
        })
    }

    /// Whether the kind takes such items in such a capacity.
    fn check_items(&self) -> Result<(), DecodeError> {
        let (Some(items), Some(kind)) = (self.items(), kind::find(self.kind())) else { return Ok(()) };
        let is_capacity = kind.capacities.contains(&items.capacity);
        let is_packs_only = kind.is_packs_only || items.capacity == Capacity::Issuer;
        if is_capacity && (items.units.is_empty() || !is_packs_only) { Ok(()) } else { Err(DecodeError::Value) }
    }
}
