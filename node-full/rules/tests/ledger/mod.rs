//! A ledger in memory with members of every role, and what an index would know from effects alone.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests share this"
)]

use ed25519_dalek::{Signer, SigningKey};
use medproof_core::{
    custody::{Chain, Custody, Step},
    event::{Event, EventHead, LogEntry, MemberRole, body_hash},
    genesis::{FirstMember, Genesis},
    hash::{Digest, sha256},
    header::UnixMillis,
    identity::{Day, Lot, MemberId, PackId, ProductCode, Serial, Sscc, check_mod10},
    info::{MemberInfo, ProductInfo},
    keys::{KeyNumber, PublicKey, Signature, registration_message},
    leaf::{self, Leaf, Pack, Parameters, Parent, Paths, Place, StorageLimits, Unit, UnitPlace},
    state::Path,
    validators::{Validator, ValidatorSet},
};
use medproof_rules::{
    Applied, Changes, Effect, Executor, Fault, ItemName, ReadError, Refusal, State,
    body::{
        Act, AtSite, Body, Capacity, EventSalt, Items, LotRelease, PackRegister, ProductRegister, Receive, Ship, Site,
        approval_message,
    },
};
use std::{collections::BTreeMap, num::NonZeroU16};

/// 2026-01-01 00:00 UTC, the time of genesis, in ms.
pub const GENESIS_MS: u64 = 1_767_225_600_000;
/// A day, in ms.
pub const DAY_MS: u64 = 86_400_000;

pub const REGULATOR: u32 = 1;
pub const MANUFACTURER: u32 = 2;
pub const WHOLESALER: u32 = 3;
pub const HOSPITAL: u32 = 4;
pub const PHARMACY: u32 = 5;
/// A second hospital.
pub const CLINIC: u32 = 6;
/// A member with all five roles.
pub const ALL_ROLES: u32 = 7;

/// The site of every event that does not care.
pub const SITE: Site = Site(4_012_345_000_009);

/// The leaves, the chain's clock, and what an index knows.
#[derive(Clone)]
pub struct Ledger {
    pub chain_id: Digest,
    pub values: BTreeMap<Path, Vec<u8>>,
    /// Header time of the next event.
    pub now: UnixMillis,
    pub index: Index,
    pub validators: Vec<SigningKey>,
    pub set: ValidatorSet,
    /// The last number used by each member in lane 0.
    counters: BTreeMap<u32, u64>,
    salts: u64,
    pub log: Vec<LogEntry>,
}

/// What effects alone tell.
#[derive(Clone, Default)]
pub struct Index {
    pub held: BTreeMap<ItemName, (MemberId, EventSalt)>,
    pub undo: BTreeMap<ItemName, EventSalt>,
    pub packs: BTreeMap<PackId, (Lot, Pack)>,
    pub units: BTreeMap<Parent, Unit>,
    pub chains: BTreeMap<ItemName, Vec<Step>>,
}

impl State for Ledger {
    fn value(&self, path: &Path) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.values.get(path).cloned())
    }
}

impl Ledger {
    /// A chain with members 1 to 5 in the roles 1 to 5, a second hospital, and one with all roles.
    pub fn new() -> Self {
        let mut validators: Vec<SigningKey> = (0..4).map(|n| signing_key(&format!("validator {n}"))).collect();
        validators.sort_by_key(public_key);
        let set = set_of(&validators);
        let roles = [0b00001, 0b00010, 0b00100, 0b01000, 0b10000, 0b01000, 0b11111];
        let members = roles.into_iter().zip(1..).map(|(roles, number)| first_member(number, roles)).collect();
        let genesis = Genesis {
            name: "rules".into(),
            demo: true,
            time: UnixMillis(GENESIS_MS),
            rules_version: 0,
            parameters: Parameters { heartbeat_ms: 60_000, undo_days: 10, trusting_period_ms: 90 * DAY_MS },
            set: set.clone(),
            members,
        };
        let values = genesis.leaves().into_iter().map(|(path, leaf)| (path, leaf.to_value())).collect();
        Self {
            chain_id: genesis.chain_id(),
            values,
            now: UnixMillis(GENESIS_MS + 1_000),
            index: Index::default(),
            validators,
            set,
            counters: BTreeMap::new(),
            salts: 0,
            log: Vec::new(),
        }
    }

    /// A chain with product 1 (random serials, 2 to 8 °C for 10 h), its lot `L1`, and these packs of 30 units.
    pub fn stocked(serials: &[&str]) -> Self {
        let mut ledger = Self::new();
        ledger.ok(MANUFACTURER, register_product(1, Some(LIMITS)));
        ledger.ok(MANUFACTURER, release_lot(1, "L1", ledger.today().0 + 365));
        if !serials.is_empty() {
            ledger.ok(MANUFACTURER, register_packs(1, "L1", serials));
        }
        ledger
    }

    /// As [`Self::stocked`], with the packs shipped to and received by `member`.
    pub fn stocked_at(member: u32, serials: &[&str]) -> Self {
        let mut ledger = Self::stocked(serials);
        ledger.bring(member, serials);
        ledger
    }

    /// Ships packs of product 1 from the manufacturer to `member`, who receives them.
    pub fn bring(&mut self, member: u32, serials: &[&str]) {
        let items = self.held(serials);
        self.ok(MANUFACTURER, ship_to(member, items));
        let items = self.held(serials);
        self.ok(member, receive(items));
    }

    pub fn today(&self) -> Day {
        Day((self.now.0 / DAY_MS) as u32)
    }

    pub fn pass_days(&mut self, days: u64) {
        self.now.0 += days * DAY_MS;
    }

    pub fn paths(&self) -> Paths<'_> {
        Paths::new(&self.chain_id)
    }

    /// Packs of product 1 with what opens their holder.
    pub fn held(&self, serials: &[&str]) -> Items {
        let add =
            |items: Items, serial: &&str| items.pack(pack(1, serial), self.salt(&ItemName::Pack(pack(1, serial))));
        serials.iter().fold(Items::new(Capacity::Holder), add)
    }

    /// Packs of product 1 with what opens their place.
    pub fn done(&self, serials: &[&str]) -> Items {
        let undo = |serial: &&str| self.index.undo.get(&ItemName::Pack(pack(1, serial))).copied();
        let salt = |serial: &&str| undo(serial).unwrap_or(EventSalt([9; 32]));
        serials.iter().fold(Items::new(Capacity::Shipper), |items, serial| items.pack(pack(1, serial), salt(serial)))
    }

    /// Packs of product 1 without salts.
    pub fn named(&self, capacity: Capacity, serials: &[&str]) -> Items {
        serials.iter().fold(Items::new(capacity), |items, serial| items.pack(pack(1, serial), None))
    }

    /// A unit with what opens its holder.
    pub fn held_unit(&self, unit: Parent) -> Items {
        Items::new(Capacity::Holder).unit(unit, self.salt(&ItemName::Unit(unit)))
    }

    /// The salt that opens the holder of an item: its own, or that of the topmost unit above it.
    pub fn salt(&self, item: &ItemName) -> EventSalt {
        let inside = match item {
            ItemName::Pack(pack) => self.index.packs.get(pack).and_then(|(_, leaf)| match leaf.place {
                Place::Inside(parent) => Some(parent),
                Place::Holder(_) => None,
            }),
            ItemName::Unit(unit) => self.index.units.get(unit).and_then(|leaf| match leaf.place {
                UnitPlace::Inside(parent) => Some(parent),
                _ => None,
            }),
        };
        match inside {
            Some(parent) => self.salt(&ItemName::Unit(parent)),
            None => self.index.held.get(item).map_or(EventSalt([8; 32]), |(_, salt)| *salt),
        }
    }

    /// The head of the next event of `member` in `role`.
    pub fn head(&mut self, member: u32, role: u8, act: &Act) -> EventHead {
        self.salts += 1;
        let counter = self.counters.entry(member).or_default();
        *counter += 1;
        EventHead {
            chain_id: self.chain_id,
            member: MemberId(member),
            key_number: KeyNumber(1),
            lane: 0,
            counter: *counter,
            time: self.now,
            not_after: UnixMillis(self.now.0 + DAY_MS),
            salt: sha256(&self.salts.to_be_bytes()).0,
            kind: act.kind(),
            day: self.today(),
            role: MemberRole(role),
            body_hash: Digest::ZERO,
        }
    }

    /// Signs and applies one event in a block of its own.
    pub fn apply(&mut self, event: &Event) -> Result<Applied, Refusal> {
        let mut executor = Executor::new(self.chain_id, &*self, self.now);
        let applied = match executor.apply(event) {
            Ok(applied) => applied,
            Err(Fault::Refused(refusal)) => {
                assert!(executor.finish().leaves.is_empty(), "a refused event changes nothing: {refusal}");
                assert!(medproof_rules::CODES.contains(&refusal.code), "{refusal} is in no table");
                return Err(refusal);
            }
            Err(Fault::Read(error)) => panic!("{error}"),
        };
        let changes = executor.finish();
        self.log.push(applied.entry);
        self.take((changes, applied.effects.clone()));
        Ok(applied)
    }

    /// The signed event of what `member` does, and the length of its body.
    pub fn prepare(&mut self, member: u32, act: Act) -> (Event, usize) {
        let head = self.head(member, member as u8, &act);
        let body = Body::new(Digest::ZERO, act).to_bytes();
        let len_bytes = body.len();
        (sign(head, body, &signing_key(&format!("member {member}"))), len_bytes)
    }

    /// What a block of this event changes, and its effects.
    pub fn execute(&self, event: &Event) -> (Changes, Vec<Effect>) {
        let mut executor = Executor::new(self.chain_id, self, self.now);
        let applied = executor.apply(event).expect("the event is accepted");
        (executor.finish(), applied.effects)
    }

    /// Writes what [`Self::execute`] gave.
    pub fn take(&mut self, (changes, effects): (Changes, Vec<Effect>)) {
        for (path, value) in changes.leaves {
            match value {
                Some(value) => self.values.insert(path, value),
                None => self.values.remove(&path),
            };
        }
        self.index.take(&effects);
    }

    /// What `member` does in its first role.
    pub fn act(&mut self, member: u32, act: Act) -> Result<Applied, Refusal> {
        let role = match member {
            CLINIC => 4,
            ALL_ROLES => 1,
            other => other as u8,
        };
        self.act_as(member, role, act)
    }

    /// What `member` does in `role`.
    pub fn act_as(&mut self, member: u32, role: u8, act: Act) -> Result<Applied, Refusal> {
        self.send(member, role, Body::new(Digest::ZERO, act))
    }

    /// An event with any body.
    pub fn send(&mut self, member: u32, role: u8, body: Body) -> Result<Applied, Refusal> {
        let head = self.head(member, role, &body.act);
        self.apply(&sign(head, body.to_bytes(), &signing_key(&format!("member {member}"))))
    }

    /// An act that must be accepted.
    pub fn ok(&mut self, member: u32, act: Act) -> Applied {
        let kind = act.kind();
        self.act(member, act).unwrap_or_else(|refusal| panic!("{kind:?} of member {member}: {refusal}"))
    }

    /// The code of an act that must be refused.
    pub fn refused(&mut self, member: u32, act: Act) -> &'static str {
        let kind = act.kind();
        self.act(member, act).err().unwrap_or_else(|| panic!("{kind:?} of member {member} is accepted")).code
    }

    /// An act with the approval of the first `signers` validators, which `put` puts in its place.
    pub fn approved(
        &mut self,
        member: u32,
        role: u8,
        mut act: Act,
        signers: usize,
        put: impl FnOnce(&mut Act, medproof_rules::body::Approval, &[u8]),
    ) -> Result<Applied, Refusal> {
        let head = self.head(member, role, &act);
        let message = approval_message(&head, &Body::new(Digest::ZERO, act.clone()));
        let signatures: Vec<_> =
            (0..).zip(&self.validators[..signers]).map(|(n, key)| (n, signature(key, &message))).collect();
        let len = self.set.validators().len() as u16;
        let signers = medproof_core::certificate::Signers::new(len, &signatures).expect("ascending places");
        put(&mut act, medproof_rules::body::Approval { set: self.set.clone(), signers }, &message);
        let body = Body::new(Digest::ZERO, act).to_bytes();
        self.apply(&sign(head, body, &signing_key(&format!("member {member}"))))
    }

    pub fn leaf(&self, path: Path) -> Option<Leaf> {
        self.values.get(&path).map(|value| Leaf::from_value(value).expect("a leaf"))
    }

    /// The leaf of a pack of product 1.
    pub fn pack(&self, serial: &str) -> Pack {
        match self.leaf(self.paths().pack(&pack(1, serial))) {
            Some(Leaf::Pack(leaf)) => leaf,
            other => panic!("{serial}: {other:?}"),
        }
    }

    pub fn unit(&self, unit: Parent) -> Unit {
        match self.leaf(self.paths().unit(unit)) {
            Some(Leaf::Unit(leaf)) => leaf,
            other => panic!("{unit:?}: {other:?}"),
        }
    }

    /// Writes a pack's leaf past the rules.
    pub fn force_pack(&mut self, serial: &str, change: impl FnOnce(&mut Pack)) {
        let mut leaf = self.pack(serial);
        change(&mut leaf);
        self.values.insert(self.paths().pack(&pack(1, serial)), Leaf::Pack(leaf).to_value());
    }

    /// Writes a unit's leaf past the rules.
    pub fn force_unit(&mut self, unit: Parent, change: impl FnOnce(&mut Unit)) {
        let mut leaf = self.unit(unit);
        change(&mut leaf);
        self.values.insert(self.paths().unit(unit), Leaf::Unit(leaf).to_value());
    }

    /// Writes a lot's leaf past the rules.
    pub fn force_lot(&mut self, lot: &str, change: impl FnOnce(&mut leaf::Lot)) {
        let path = self.paths().lot(&product(1), &lot_name(lot));
        let Some(Leaf::Lot(mut leaf)) = self.leaf(path) else { panic!("no lot {lot}") };
        change(&mut leaf);
        self.values.insert(path, Leaf::Lot(leaf).to_value());
    }

    /// Writes product 1's leaf past the rules.
    pub fn force_product(&mut self, change: impl FnOnce(&mut leaf::Product)) {
        let path = self.paths().product(&product(1));
        let Some(Leaf::Product(mut leaf)) = self.leaf(path) else { panic!("no product") };
        change(&mut leaf);
        self.values.insert(path, Leaf::Product(leaf).to_value());
    }

    /// Every pack's and unit's chain of steps ends where its leaf says.
    pub fn check_chains(&self) {
        for (name, steps) in &self.index.chains {
            let replayed = Chain(steps.clone()).replay();
            let at_leaf = match name {
                ItemName::Pack(pack) => match self.leaf(self.paths().pack(pack)) {
                    Some(Leaf::Pack(leaf)) => Custody { events: leaf.events, hash: leaf.custody },
                    other => panic!("{pack:?}: {other:?}"),
                },
                ItemName::Unit(unit) => {
                    let leaf = self.unit(*unit);
                    Custody { events: leaf.events, hash: leaf.custody }
                }
            };
            assert_eq!(replayed, at_leaf, "{name:?}");
        }
    }
}

impl Index {
    fn take(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Pack(effect) => {
                    let name = ItemName::Pack(effect.pack.clone());
                    self.note(&name, effect.held, effect.undo, &effect.steps);
                    self.packs.insert(effect.pack.clone(), (effect.lot.clone(), effect.after.clone()));
                }
                Effect::Unit(effect) => {
                    self.note(&ItemName::Unit(effect.unit), effect.held, effect.undo, &effect.steps);
                    self.units.insert(effect.unit, effect.after.clone());
                }
                _ => {}
            }
        }
    }

    fn note(&mut self, name: &ItemName, held: Option<medproof_rules::Held>, undo: Option<EventSalt>, steps: &[Step]) {
        if let Some(held) = held {
            self.held.insert(name.clone(), (held.member, held.salt));
        }
        if let Some(undo) = undo {
            self.undo.insert(name.clone(), undo);
        }
        self.chains.entry(name.clone()).or_default().extend_from_slice(steps);
    }
}

/// 2 to 8 °C, 10 hours outside.
pub const LIMITS: StorageLimits = StorageLimits { min_decicelsius: 20, max_decicelsius: 80, cumulative_minutes: 600 };

pub fn register_product(number: u32, limits: Option<StorageLimits>) -> Act {
    let info = product_info(limits);
    Act::ProductRegister(ProductRegister { product: product(number), info, random_serials: true })
}

pub fn release_lot(number: u32, lot: &str, expiry: u32) -> Act {
    Act::LotRelease(LotRelease { product: product(number), lot: lot_name(lot), expiry: Day(expiry) })
}

pub fn register_packs(number: u32, lot: &str, serials: &[&str]) -> Act {
    let serials = serials.iter().map(|serial| Serial::new(serial).expect("a serial")).collect();
    let quantity = NonZeroU16::new(30).expect("not 0");
    Act::PackRegister(PackRegister { product: product(number), lot: lot_name(lot), quantity, serials })
}

pub fn ship_to(member: u32, items: Items) -> Act {
    Act::Ship(Ship { consignee: MemberId(member), site: SITE, trade: None, items })
}

pub fn receive(items: Items) -> Act {
    Act::Receive(Receive { site: SITE, trade: None, items })
}

pub fn at_site(items: Items) -> AtSite {
    AtSite { site: SITE, items }
}

pub fn product_info(limits: Option<StorageLimits>) -> ProductInfo {
    let text = |text: &str| text.to_string();
    ProductInfo {
        name_zh: text("演示药"),
        name_en: text("demo medicine"),
        holder: text("Demo"),
        form: text("tablet"),
        strength: text("1 mg"),
        pack_size: text("30"),
        approval_number: text("D1"),
        atc: text("A00"),
        limits,
    }
}

pub fn member_info(name: &str) -> MemberInfo {
    MemberInfo { name_zh: name.into(), name_en: name.into(), gln: String::new(), domains: Vec::new() }
}

pub fn product(number: u32) -> ProductCode {
    let digits = format!("0950400{number:06}");
    let gtin = (0..10).map(|check| format!("{digits}{check}")).find(|gtin| check_mod10(gtin).is_ok());
    ProductCode::from_gtin14(&gtin.expect("a check digit")).expect("a GTIN")
}

pub fn pack(number: u32, serial: &str) -> PackId {
    PackId { product: product(number), serial: Serial::new(serial).expect("a serial") }
}

pub fn lot_name(lot: &str) -> Lot {
    Lot::new(lot).expect("a lot")
}

pub fn unit(number: u64, generation: u32) -> Parent {
    let digits = format!("0950400{number:010}");
    let code = (0..10).map(|check| format!("{digits}{check}")).find(|code| check_mod10(code).is_ok());
    Parent { sscc: Sscc::new(&code.expect("a check digit")).expect("an SSCC"), generation }
}

pub fn sign(head: EventHead, body: Vec<u8>, key: &SigningKey) -> Event {
    let head = EventHead { body_hash: body_hash(&body), ..head };
    let signature = signature(key, &head.signed_message());
    Event::new(head, body, signature).expect("the body is the head's")
}

pub fn signature(key: &SigningKey, message: &[u8]) -> Signature {
    Signature(key.sign(message).to_bytes())
}

pub fn signing_key(label: &str) -> SigningKey {
    SigningKey::from_bytes(&sha256(label.as_bytes()).0)
}

pub fn public_key(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}

pub fn set_of(keys: &[SigningKey]) -> ValidatorSet {
    let validators = keys.iter().map(|key| Validator { key: public_key(key), power: 1 }).collect();
    ValidatorSet::new(validators).expect("distinct keys, sorted")
}

/// A key's registration by itself.
pub fn registration(chain_id: &Digest, member: u32, number: u16, key: &SigningKey) -> Signature {
    signature(key, &registration_message(chain_id, MemberId(member), KeyNumber(number), &public_key(key)))
}

fn first_member(number: u32, roles: u16) -> FirstMember {
    let key = signing_key(&format!("member {number}"));
    FirstMember {
        member: MemberId(number),
        roles,
        info_hash: member_info(&number.to_string()).hash(),
        key: public_key(&key),
        signature: registration(&Digest::ZERO, number, 1, &key),
    }
}
