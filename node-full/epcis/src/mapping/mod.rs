//! What an EPCIS event asks of the ledger, or why it is stored only (`docs/EVENTS.md` section 10).
//!
//! The answer is a wish: the rules decide, and what they refuse is stored only, with their code.

mod readings;
mod registry;
mod table;
mod wish;

pub use registry::{LotStanding, PackStanding, Place, ProductStanding, Registry, UnitStanding};
pub use wish::{Detail, Items, Kind, Reading, Reason, StoredOnly, Wish};

use crate::{
    event::{Event, EventType, Quantity},
    identifier::{Identifier, Named},
    time::Moment,
};
use medproof_core::identity::{Day, Lot, MemberId, PackId, ProductCode, Serial};
use std::{borrow::Cow, cmp::Ordering, collections::BTreeMap, num::NonZeroU16};
use table::{Effect, TABLE};

/// What an event asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The events that the ledger should have, in this order; none if the event is stored only.
    pub wishes: Vec<Wish>,
    /// The place of the event: its business location, else its read point.
    pub site: Option<u64>,
    /// Why the event changes no state, or why less than it says.
    pub stored_only: Option<StoredOnly>,
}

/// Maps `event`.
pub fn map<R: Registry>(event: &Event<'_>, registry: &R) -> Result<Answer, R::Error> {
    let mapper = Mapper { event, registry };
    let site = mapper.site()?;
    let (mut wishes, mut stored_only) = match mapper.wishes() {
        Ok(wishes) => {
            let left_out = mapper.left_out(&wishes);
            (wishes, left_out)
        }
        Err(Stop::StoredOnly(why)) => (Vec::new(), Some(why)),
        Err(Stop::Unreadable(error)) => return Err(error),
    };
    if event.error.is_none() {
        match mapper.readings() {
            Ok(readings) => {
                // What was measured is all that such an event says.
                stored_only = stored_only.filter(|why| readings.is_empty() || why.reason != Reason::NoKind);
                wishes.extend(readings);
            }
            // The event's own reason says it already.
            Err(Stop::StoredOnly(_)) => {}
            Err(Stop::Unreadable(error)) => return Err(error),
        }
    }
    Ok(Answer { wishes, site, stored_only })
}

/// Why mapping ends.
enum Stop<E> {
    StoredOnly(StoredOnly),
    Unreadable(E),
}

impl<E> From<StoredOnly> for Stop<E> {
    fn from(why: StoredOnly) -> Self {
        Self::StoredOnly(why)
    }
}

struct Mapper<'m, 'a, R> {
    event: &'m Event<'a>,
    registry: &'m R,
}

/// An item with what the ledger says of it.
struct Found {
    items: Items,
    is_all_held: bool,
    is_all_quarantined: bool,
    topmost: Items,
}

impl<'a, R: Registry> Mapper<'_, 'a, R> {
    fn wishes(&self) -> Result<Vec<Wish>, Stop<R::Error>> {
        if self.event.error.is_some() {
            return Err(self.declared_wrong().into());
        }
        for row in TABLE.iter().filter(|row| row.fits(self.event)) {
            if row.needs_registered(self.event) && matches!(self.whole(), Err(Stop::StoredOnly(_))) {
                continue;
            }
            return self.effect(row.effect);
        }
        Err(Reason::NoKind.alone().into())
    }

    fn declared_wrong(&self) -> StoredOnly {
        let take_back = match self.event.biz_step.as_ref().map(|step| step.as_str()) {
            Some("shipping") => Some(Kind::ShipCancel),
            Some("dispensing" | "retail_selling" | "sampling" | "decommissioning") => Some(Kind::Undo),
            _ => None,
        };
        StoredOnly { take_back, ..Reason::ErrorDeclaration.alone() }
    }

    fn effect(&self, effect: Effect) -> Result<Vec<Wish>, Stop<R::Error>> {
        let simple = |kind, detail| Ok(vec![Wish { kind, items: self.whole()?.items, detail }]);
        match effect {
            Effect::Register => self.register(),
            Effect::Aggregate(kind) => self.aggregate(kind),
            Effect::Trade => self.trade(),
            Effect::Ship => simple(Kind::Ship, Detail::Consignee(self.consignee()?)),
            Effect::Return => {
                let reason = self.return_reason();
                simple(Kind::Return, Detail::Return { consignee: self.consignee()?, reason })
            }
            Effect::Receive => {
                let found = self.whole()?;
                let kind = if found.is_all_held { Kind::PutAway } else { Kind::Receive };
                Ok(vec![Wish { kind, items: found.items, detail: Detail::None }])
            }
            Effect::WardIssue if !self.registry.sender_dispenses() => Err(Reason::NotDispenser.alone().into()),
            Effect::WardIssue => simple(Kind::WardIssue, Detail::None),
            Effect::Dispense => simple(Kind::Dispense, Detail::None),
            Effect::DispensePartly => self.dispense_partly(),
            Effect::Export => simple(Kind::Export, Detail::Country(self.country()?)),
            Effect::Destroy => simple(Kind::Destroy, Detail::Reason(self.destroy_reason())),
            Effect::Items(kind) => simple(kind, Detail::None),
            Effect::Quarantine => simple(Kind::Quarantine, Detail::Reason(self.quarantine_reason())),
            Effect::Release => {
                let found = self.whole()?;
                if !found.is_all_quarantined {
                    return Err(Reason::NotQuarantined.alone().into());
                }
                Ok(vec![Wish { kind: Kind::Release, items: found.items, detail: Detail::None }])
            }
            Effect::Lots(kind) => self.lots(kind),
        }
    }

    /// The objects that the event acts on: the parent where there is one, else the list.
    fn whole(&self) -> Result<Found, Stop<R::Error>> {
        match (&self.event.parent, self.event.kind) {
            (Some(parent), EventType::Aggregation | EventType::Transaction) => self.found(std::slice::from_ref(parent)),
            _ => self.found(&self.event.epcs),
        }
    }

    /// What the ledger says of `identifiers`; all must be registered.
    fn found(&self, identifiers: &[Identifier<'a>]) -> Result<Found, Stop<R::Error>> {
        if identifiers.is_empty() {
            let reason = if self.event.quantities.is_empty() { Reason::NotOnLedger } else { Reason::NoSerial };
            return Err(reason.alone().into());
        }
        if identifiers.len() > MAX_ITEMS {
            return Err(Reason::TooManyItems.alone().into());
        }
        let mut found =
            Found { items: Items::default(), is_all_held: true, is_all_quarantined: true, topmost: Items::default() };
        for identifier in identifiers {
            self.add(&mut found, identifier)?;
        }
        found.items.arrange();
        found.topmost.arrange();
        Ok(found)
    }

    fn add(&self, found: &mut Found, identifier: &Identifier<'_>) -> Result<(), Stop<R::Error>> {
        match &identifier.named {
            Named::Pack(pack) => {
                let standing = self.registry.pack(pack).map_err(Stop::Unreadable)?;
                let standing = standing.ok_or_else(|| Reason::PackAbsent.about(&identifier.text))?;
                agrees(identifier, &standing)?;
                found.is_all_held &= standing.is_held;
                found.is_all_quarantined &= standing.is_quarantined;
                match standing.topmost {
                    Some(unit) => found.topmost.units.push(unit),
                    None => found.topmost.packs.push(standing.pack.clone()),
                }
                found.items.packs.push(standing.pack);
            }
            Named::Unit(unit) => {
                let standing = self.registry.unit(*unit).map_err(Stop::Unreadable)?;
                let standing = standing.ok_or_else(|| Reason::UnitAbsent.about(&identifier.text))?;
                found.is_all_held &= standing.is_held;
                found.is_all_quarantined &= standing.is_quarantined;
                found.topmost.units.push(standing.topmost.unwrap_or(*unit));
                found.items.units.push(*unit);
            }
            Named::Lot(..) | Named::Product(_) => return Err(Reason::NoSerial.about(&identifier.text).into()),
            Named::Other => return Err(Reason::NotOnLedger.about(&identifier.text).into()),
        }
        Ok(())
    }

    fn register(&self) -> Result<Vec<Wish>, Stop<R::Error>> {
        let ilmd_lot = self.master_data("lotNumber").and_then(|lot| Lot::new(lot).ok());
        let expiry = self.master_data("itemExpirationDate").and_then(|date| day(date));
        let mut groups: BTreeMap<(&ProductCode, &Lot), Vec<Serial>> = BTreeMap::new();
        for identifier in &self.event.epcs {
            let Named::Pack(pack) = &identifier.named else { continue };
            let lot = ilmd_lot.as_ref().or(identifier.lot.as_ref());
            let lot = lot.ok_or_else(|| Reason::NoLot.about(&identifier.text))?;
            groups.entry((&pack.product, lot)).or_default().push(pack.serial.clone());
        }
        if groups.is_empty() {
            let reason = if self.event.epcs.is_empty() { Reason::NoSerial } else { Reason::NotOnLedger };
            return Err(reason.alone().into());
        }
        let mut wishes = Vec::new();
        for ((product, lot), serials) in groups {
            self.register_lot(product, lot, serials, expiry, &mut wishes)?;
        }
        Ok(wishes)
    }

    fn register_lot(
        &self,
        product: &ProductCode,
        lot: &Lot,
        mut serials: Vec<Serial>,
        expiry: Option<Day>,
        wishes: &mut Vec<Wish>,
    ) -> Result<(), Stop<R::Error>> {
        let registered = self.registry.product(product).map_err(Stop::Unreadable)?;
        let registered = registered.ok_or_else(|| Reason::ProductAbsent.about(product.code()))?;
        let released = self.registry.lot(&registered.product, lot).map_err(Stop::Unreadable)?;
        let product = registered.product;
        match (released, expiry) {
            (Some(released), Some(expiry)) if released.expiry != expiry => {
                return Err(Reason::ExpiryMismatch.about(lot.as_str()).into());
            }
            (Some(_), _) => {}
            (None, Some(expiry)) if registered.is_issuer => wishes.push(Wish {
                kind: Kind::LotRelease,
                items: Items::default(),
                detail: Detail::Release { product: product.clone(), lot: lot.clone(), expiry },
            }),
            (None, _) => return Err(Reason::LotAbsent.about(lot.as_str()).into()),
        }
        let pieces =
            self.class_quantity(&product, is_counted)?.map(|quantity| quantity.quantity.and_then(whole_amount));
        let quantity = pieces.unwrap_or(Some(NonZeroU16::MIN)).ok_or_else(|| Reason::NoAmount.alone())?;
        serials.sort_by(|one, other| by_length(one.as_str(), other.as_str()));
        serials.dedup();
        wishes.extend(serials.chunks(MAX_ITEMS).map(|serials| Wish {
            kind: Kind::PackRegister,
            items: Items::default(),
            detail: Detail::Register {
                product: product.clone(),
                lot: lot.clone(),
                quantity,
                serials: serials.to_vec(),
            },
        }));
        Ok(())
    }

    fn aggregate(&self, kind: Kind) -> Result<Vec<Wish>, Stop<R::Error>> {
        let parent = self.event.parent.as_ref().ok_or_else(|| Reason::NoUnit.alone())?;
        let Named::Unit(unit) = parent.named else { return Err(Reason::NoUnit.about(&parent.text).into()) };
        if kind != Kind::Aggregate && self.registry.unit(unit).map_err(Stop::Unreadable)?.is_none() {
            return Err(Reason::UnitAbsent.about(&parent.text).into());
        }
        let items = if kind == Kind::Dissolve { Items::default() } else { self.found(&self.event.epcs)?.items };
        Ok(vec![Wish { kind, items, detail: Detail::Unit(unit) }])
    }

    /// The document furthest along: a despatch advice names the order that it answers, too.
    fn trade(&self) -> Result<Vec<Wish>, Stop<R::Error>> {
        let of_type = |(word, kind): &(&str, Kind)| {
            let is_it =
                |typed: &&crate::event::Typed<'_>| typed.kind.as_ref().is_some_and(|known| known.as_str() == *word);
            self.event.transactions.iter().find(is_it).map(|typed| (*kind, typed.id.as_ref().to_owned()))
        };
        let (kind, document) = TRADES.iter().find_map(of_type).ok_or_else(|| Reason::NoTrade.alone())?;
        let counterparty = self.counterparty()?;
        Ok(vec![Wish { kind, items: Items::default(), detail: Detail::Trade { counterparty, document } }])
    }

    fn counterparty(&self) -> Result<MemberId, Stop<R::Error>> {
        let mut others = Vec::new();
        for typed in self.event.sources.iter().chain(&self.event.destinations) {
            let member = self.registry.member(&Place::read(&typed.id)).map_err(Stop::Unreadable)?;
            others.extend(member.filter(|member| *member != self.registry.sender()));
        }
        others.sort_unstable();
        others.dedup();
        match *others.as_slice() {
            [one] => Ok(one),
            _ => Err(Reason::NoCounterparty.alone().into()),
        }
    }

    fn consignee(&self) -> Result<MemberId, Stop<R::Error>> {
        let types = ["possessing_party", "owning_party"];
        let party = Place::of_type(&self.event.destinations, &types).ok_or_else(|| Reason::NoConsignee.alone())?;
        let member = self.registry.member(&party).map_err(Stop::Unreadable)?;
        member.ok_or_else(|| Reason::NoConsignee.about(&party.id).into())
    }

    fn dispense_partly(&self) -> Result<Vec<Wish>, Stop<R::Error>> {
        let items = self.whole()?.items;
        let mut amounts = Vec::with_capacity(items.packs.len());
        for pack in &items.packs {
            let own = self.class_quantity(&pack.product, |_| true)?;
            let amount = own.and_then(|quantity| quantity.quantity).and_then(whole_amount);
            amounts.push(amount.ok_or_else(|| Reason::NoAmount.alone())?.get());
        }
        Ok(vec![Wish { kind: Kind::DispensePartly, items, detail: Detail::Amounts(amounts) }])
    }

    /// The first quantity that fits of a class of `product`, a canonical code.
    fn class_quantity(
        &self,
        product: &ProductCode,
        fits: impl Fn(&Quantity<'_>) -> bool,
    ) -> Result<Option<&Quantity<'a>>, Stop<R::Error>> {
        for quantity in self.event.quantities.iter().filter(|quantity| fits(quantity)) {
            let (Named::Lot(named, _) | Named::Product(named)) = &quantity.class.named else { continue };
            let known = self.registry.product(named).map_err(Stop::Unreadable)?;
            if known.is_some_and(|known| known.product == *product) {
                return Ok(Some(quantity));
            }
        }
        Ok(None)
    }

    /// The first class that stands beside the serials, and to which nothing is done.
    fn left_out(&self, wishes: &[Wish]) -> Option<StoredOnly> {
        let is_used = |quantity: &Quantity<'_>, wish: &Wish| match wish.kind {
            Kind::DispensePartly => true,
            Kind::PackRegister => is_counted(quantity),
            _ => wish.items.is_empty(),
        };
        let mut classes = self.event.quantities.iter();
        let left = classes.find(|quantity| !wishes.iter().all(|wish| is_used(quantity, wish)))?;
        Some(Reason::NoSerial.about(&left.class.text))
    }

    fn country(&self) -> Result<[u8; 2], Stop<R::Error>> {
        let code = self.master_data("countryCode").map(|code| code.as_bytes());
        match code {
            Some([one @ b'A'..=b'Z', other @ b'A'..=b'Z']) => Ok([*one, *other]),
            _ => Err(Reason::NoCountry.alone().into()),
        }
    }

    fn lots(&self, kind: Kind) -> Result<Vec<Wish>, Stop<R::Error>> {
        let classes = self.event.quantities.iter().map(|quantity| &quantity.class).chain(&self.event.epcs);
        let mut wishes = Vec::new();
        for identifier in classes {
            let Named::Lot(product, lot) = &identifier.named else { continue };
            let standing = self.registry.lot(product, lot).map_err(Stop::Unreadable)?;
            let standing = standing.ok_or_else(|| Reason::LotAbsent.about(&identifier.text))?;
            let detail = Detail::Lot { product: standing.product, lot: lot.clone() };
            wishes.push(Wish { kind, items: Items::default(), detail });
        }
        Ok(wishes)
    }

    fn readings(&self) -> Result<Vec<Wish>, Stop<R::Error>> {
        let readings = readings::readings(self.event);
        if readings.is_empty() {
            return Ok(Vec::new());
        }
        let items = self.whole()?.topmost;
        let wish = |readings: &[Reading]| Wish {
            kind: Kind::Reading,
            items: items.clone(),
            detail: Detail::Readings(readings.to_vec()),
        };
        Ok(readings.chunks(MAX_READINGS).map(wish).collect())
    }

    fn site(&self) -> Result<Option<u64>, R::Error> {
        match self.event.biz_location.as_ref().or(self.event.read_point.as_ref()) {
            Some(place) => self.registry.site(&Place::from(place)),
            None => Ok(None),
        }
    }

    fn master_data(&self, name: &str) -> Option<&Cow<'a, str>> {
        self.event.extension(&MASTER_DATA, name).and_then(|value| value.as_text())
    }

    /// Kind 902: 2 recall, 3 expired, 4 damaged; what is returned without a mark stays 0.
    fn return_reason(&self) -> u8 {
        match self.marks() {
            marks if marks("recalled") => 2,
            marks if marks("expired") => 3,
            marks if marks("damaged") => 4,
            _ => 0,
        }
    }

    /// Kind 1004: 1 expired, 2 damaged, 3 recalled.
    fn destroy_reason(&self) -> u8 {
        match self.marks() {
            marks if marks("recalled") => 3,
            marks if marks("expired") => 1,
            marks if marks("damaged") => 2,
            _ => 0,
        }
    }

    /// Kind 1102: 1 quality, 2 suspected falsification, 3 damaged, 4 documents, 5 recall expected.
    fn quarantine_reason(&self) -> u8 {
        match self.marks() {
            marks if marks("recalled") => 5,
            marks if marks("damaged") => 3,
            marks if marks("non_conformant") => 1,
            marks if marks("no_pedigree_match") => 2,
            marks if marks("mismatch_instance") || marks("mismatch_class") || marks("mismatch_quantity") => 4,
            _ => 0,
        }
    }

    fn marks(&self) -> impl Fn(&str) -> bool {
        let disposition = self.event.disposition.as_ref();
        move |word| disposition.is_some_and(|mark| mark.as_str() == word) || self.event.sets(word)
    }
}

impl Items {
    fn is_empty(&self) -> bool {
        self.units.is_empty() && self.packs.is_empty()
    }

    fn arrange(&mut self) {
        self.units.sort_unstable();
        self.units.dedup();
        self.packs.sort_by(in_body_order);
        self.packs.dedup();
    }
}

/// What stands beside the serial must be what the ledger has.
fn agrees(identifier: &Identifier<'_>, standing: &PackStanding) -> Result<(), StoredOnly> {
    if identifier.lot.as_ref().is_some_and(|lot| *lot != standing.lot) {
        return Err(Reason::LotMismatch.about(&identifier.text));
    }
    if identifier.expiry.is_some_and(|expiry| expiry != standing.expiry) {
        return Err(Reason::ExpiryMismatch.about(&identifier.text));
    }
    Ok(())
}

/// Bodies order packs by product code, then by serial.
fn in_body_order(one: &PackId, other: &PackId) -> Ordering {
    let (first, second) = (&one.product, &other.product);
    let products = first.scheme().cmp(&second.scheme()).then_with(|| by_length(first.code(), second.code()));
    products.then_with(|| by_length(one.serial.as_str(), other.serial.as_str()))
}

/// Text as bodies order it: by its bytes with the length in front.
fn by_length(one: &str, other: &str) -> Ordering {
    (one.len(), one).cmp(&(other.len(), other))
}

fn whole_amount(quantity: f64) -> Option<NonZeroU16> {
    let is_whole = quantity.fract() == 0.0 && (1.0..=65_535.0).contains(&quantity);
    NonZeroU16::new(is_whole.then_some(quantity as u16)?)
}

/// Whether a quantity counts what is in a pack; without a unit of measure it counts packs.
fn is_counted(quantity: &Quantity<'_>) -> bool {
    quantity.uom.as_deref().is_some_and(|uom| COUNTED.contains(&uom))
}

/// The day of `2027-05-31`, or of a date and time.
fn day(text: &str) -> Option<Day> {
    let midnight = [text.get(..10)?, "T00:00:00Z"].concat();
    if text.len() > 10 {
        Moment::read(text)?;
    }
    let millis = Moment::read(&midnight)?.unix_millis();
    u32::try_from(millis / 86_400_000).ok().map(Day)
}

/// UN/ECE Recommendation 20: one, each, piece, tablet, capsule.
const COUNTED: [&str; 5] = ["C62", "EA", "H87", "U2", "AV"];

/// Items of one event of the ledger.
const MAX_ITEMS: usize = 10_000;

/// Readings of one event of the ledger.
const MAX_READINGS: usize = 1000;

/// Where master data stand: the CBV's, also as EPCIS 1.x wrote it, and the GS1 Web Vocabulary's.
const MASTER_DATA: [&str; 4] =
    ["urn:epcglobal:cbv:mda:", "urn:epcglobal:cbv:mda", "https://ref.gs1.org/voc/", "https://gs1.org/voc/"];

/// Types of business transaction, the furthest along first.
const TRADES: [(&str, Kind); 5] = [
    ("recadv", Kind::Delivery),
    ("desadv", Kind::DespatchAdvice),
    ("inv", Kind::Sale),
    ("poc", Kind::Confirmation),
    ("po", Kind::Order),
];
