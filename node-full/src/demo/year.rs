//! A year of the region: lots made, packed, shipped, received and dispensed, and what goes wrong.

use super::{
    purchase::{By, Purchase},
    region::{self, Dice, Medicine, Party},
};
use crate::{
    fault::{Fault, Result},
    genesis_file::Role,
    index::Index,
    items::{self, Subject},
    node::Node,
};
use medproof_core::{
    hash::Digest,
    header::UnixMillis,
    identity::{Day, Lot, MemberId, PackId, Sscc},
    leaf::Parent,
};
use medproof_rules::body::{
    Act, Aggregate, AtSite, Body, Capacity, Depth, Dissolve, Items, LotMeasure, LotRelease, PackRegister, Packs,
    ProductRegister, Reading, Receive, Severity, Ship, Site, Suspicion, SuspicionReason, Temperature, TradeId,
};
use std::{num::NonZero, sync::Arc};
use tokio::task::JoinSet;

/// How much of the region is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Lots of 1,000 packs each; at least 8, of which some have a part in the story.
    pub lots: usize,
    /// Products.
    pub products: usize,
}

impl Scale {
    /// 100,000 packs of 200 products.
    pub const FULL: Self = Self { lots: 100, products: 200 };
    /// What a test can wait for: 10,000 packs of 20 products.
    pub const SMALL: Self = Self { lots: 10, products: 20 };
}

/// A lot of the region with its packs, cases and pallet.
#[derive(Clone, Debug)]
pub struct Batch {
    /// What it is of.
    pub medicine: Medicine,
    /// The lot number.
    pub lot: Lot,
    /// The last day of use.
    pub expiry: Day,
    /// The packs, in the order of the cases.
    pub packs: Vec<PackId>,
    /// The cases, 50 packs each.
    pub cases: Vec<Sscc>,
    /// The pallet that holds the cases at first.
    pub pallet: Sscc,
    maker: MemberId,
    /// Who sells it.
    pub(super) wholesaler: MemberId,
    /// Four customers, five cases each.
    pub(super) customers: Vec<Party>,
}

/// The year, as far as it has gone.
pub struct Year {
    pub(super) node: Arc<Node>,
    begin_ms: u64,
    batches: Vec<Batch>,
    parties: Vec<Party>,
}

/// What a lot has to do with the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Sold and partly dispensed.
    Usual,
    /// Its pallet stays with the wholesaler.
    Pallet,
    /// Its pallet is on the way.
    InTransit,
    /// Its pallet got too warm.
    Warm,
}

impl Year {
    /// Registers the products, on the day of `node`'s clock.
    pub async fn begin(node: Arc<Node>, scale: Scale) -> Result<Self> {
        let begin_ms = node.clock().now().0;
        let parties = region::parties();
        let medicines = region::medicines(scale.products.max(1))?;
        let batches = batches(scale.lots.max(FEWEST_LOTS), &medicines, &parties, begin_ms)?;
        let year = Self { node, begin_ms, batches, parties };
        let register = medicines.into_iter().enumerate().map(|(number, medicine)| {
            let act = ProductRegister { product: medicine.code, info: medicine.info, random_serials: true };
            (maker(number), Role::Manufacturer, Act::ProductRegister(act))
        });
        year.deeds(register.collect()).await?;
        Ok(year)
    }

    /// The lots.
    pub fn batches(&self) -> &[Batch] {
        &self.batches
    }

    /// Lets the year pass; `progress` is told how many lots of how many are done.
    pub async fn pass(&self, progress: &(dyn Fn(usize, usize) + Sync)) -> Result {
        let numbered: Vec<(usize, &Batch)> = self.batches.iter().enumerate().collect();
        let waves = numbered.chunks(WAVE);
        let days = 300 / waves.len().max(1) as u64;
        for (wave, batches) in waves.enumerate() {
            self.wave(10 + wave as u64 * days, batches).await?;
            progress(wave * WAVE + batches.len(), self.batches.len());
        }
        self.recall().await?;
        self.suspicions().await?;
        self.node.clock().follow_wall();
        self.today().await
    }

    /// Something today, so that the newest header is of today.
    async fn today(&self) -> Result {
        let Some(batch) = self.batches.get(3) else { return Ok(()) };
        let (Some(customer), Some(pack)) = (batch.customers.first(), batch.packs.get(2 * CASE)) else { return Ok(()) };
        let items = self.items(vec![Subject::Pack(pack.clone())])?;
        let act = Act::PutAway(AtSite { site: site(customer.member), items });
        self.deeds(vec![(customer.member, customer.role, act)]).await
    }

    async fn wave(&self, day: u64, batches: &[(usize, &Batch)]) -> Result {
        self.day(day);
        self.make(batches).await?;
        self.day(day + 1);
        self.pack(batches).await?;
        self.day(day + 2);
        self.sell_pallets(batches).await?;
        let sold: Vec<&Batch> =
            batches.iter().filter(|(number, _)| self.fate(*number) == Fate::Usual).map(|(_, batch)| *batch).collect();
        self.day(day + 3);
        let mut purchases = Purchase::all(&sold);
        self.step(&mut purchases, By::Buyer, Act::Order).await?;
        self.step(&mut purchases, By::Seller, Act::Confirmation).await?;
        self.day(day + 5);
        self.step(&mut purchases, By::Seller, Act::Sale).await?;
        self.step(&mut purchases, By::Seller, Act::DespatchAdvice).await?;
        self.sell_cases(&sold, &purchases).await?;
        self.step(&mut purchases, By::Buyer, Act::Delivery).await?;
        self.report(&mut purchases).await?;
        self.day(day + 8);
        self.dispense(&sold).await
    }

    async fn make(&self, batches: &[(usize, &Batch)]) -> Result {
        let release = |batch: &Batch| {
            let (product, lot) = (batch.medicine.code.clone(), batch.lot.clone());
            (batch.maker, Role::Manufacturer, Act::LotRelease(LotRelease { product, lot, expiry: batch.expiry }))
        };
        self.deeds(batches.iter().map(|(_, batch)| release(batch)).collect()).await?;
        let register = |batch: &Batch| {
            let (product, lot) = (batch.medicine.code.clone(), batch.lot.clone());
            let serials = batch.packs.iter().map(|pack| pack.serial.clone()).collect();
            let quantity = NonZero::<u16>::MIN;
            (batch.maker, Role::Manufacturer, Act::PackRegister(PackRegister { product, lot, quantity, serials }))
        };
        self.deeds(batches.iter().map(|(_, batch)| register(batch)).collect()).await
    }

    async fn pack(&self, batches: &[(usize, &Batch)]) -> Result {
        let mut acts = Vec::new();
        for (_, batch) in batches {
            for (case, packs) in batch.cases.iter().zip(batch.packs.chunks(CASE)) {
                let items = self.items(packs.iter().cloned().map(Subject::Pack).collect())?;
                acts.push((batch.maker, Role::Manufacturer, aggregate(*case, items)));
            }
        }
        self.deeds(acts).await?;
        let mut acts = Vec::new();
        for (_, batch) in batches {
            let items = self.items(batch.cases.iter().copied().map(Subject::Unit).collect())?;
            acts.push((batch.maker, Role::Manufacturer, aggregate(batch.pallet, items)));
        }
        self.deeds(acts).await
    }

    async fn sell_pallets(&self, batches: &[(usize, &Batch)]) -> Result {
        let mut acts = Vec::new();
        for (_, batch) in batches {
            acts.push((
                batch.maker,
                Role::Manufacturer,
                self.ship(batch.maker, batch.wholesaler, vec![batch.pallet], None)?,
            ));
        }
        self.deeds(acts).await?;
        let mut acts = Vec::new();
        for (number, batch) in batches {
            match self.fate(*number) {
                Fate::InTransit => {}
                Fate::Warm => acts.push((batch.wholesaler, Role::Wholesaler, self.warm(batch)?)),
                Fate::Usual | Fate::Pallet => {
                    acts.push((
                        batch.wholesaler,
                        Role::Wholesaler,
                        self.receive(batch.wholesaler, vec![batch.pallet], None)?,
                    ));
                }
            }
        }
        self.deeds(acts).await
    }

    async fn sell_cases(&self, batches: &[&Batch], purchases: &[Purchase<'_>]) -> Result {
        let unpack = batches.iter().map(|batch| Ok((batch.wholesaler, Role::Wholesaler, self.dissolve(batch.pallet)?)));
        self.deeds(unpack.collect::<Result<_>>()?).await?;
        let ship = purchases.iter().map(|purchase| {
            let (from, to) = (purchase.batch.wholesaler, purchase.customer.member);
            Ok((from, Role::Wholesaler, self.ship(from, to, purchase.cases.to_vec(), purchase.trade())?))
        });
        self.deeds(ship.collect::<Result<_>>()?).await?;
        let receive = purchases.iter().map(|purchase| {
            let Party { member, role, .. } = purchase.customer;
            Ok((*member, *role, self.receive(*member, purchase.cases.to_vec(), purchase.trade())?))
        });
        self.deeds(receive.collect::<Result<_>>()?).await
    }

    /// The pack with another lot on it is reported by the customer that got it.
    async fn report(&self, purchases: &mut [Purchase<'_>]) -> Result {
        let Some(batch) = self.batches.get(MISPRINTED) else { return Ok(()) };
        let first = purchases.iter_mut().find(|purchase| purchase.is_of(batch));
        let (Some(purchase), Some(pack)) = (first, batch.packs.get(super::outcomes::CLOSED)) else { return Ok(()) };
        self.misprint(purchase, pack.serial.as_str(), super::outcomes::OTHER_LOT).await
    }

    /// Each customer unpacks three of its five cases and dispenses all of one and half of the next.
    async fn dispense(&self, batches: &[&Batch]) -> Result {
        let mut unpack = Vec::new();
        for batch in batches {
            for (customer, cases) in batch.customers.iter().zip(batch.cases.chunks(SHARE)) {
                for case in cases.iter().take(3) {
                    unpack.push((customer.member, customer.role, self.dissolve(*case)?));
                }
            }
        }
        self.deeds(unpack).await?;
        let mut acts = Vec::new();
        for batch in batches {
            for (customer, packs) in batch.customers.iter().zip(batch.packs.chunks(SHARE * CASE)) {
                for given in packs.get(..CASE + CASE / 2).unwrap_or_default().chunks(25) {
                    let items = self.items(given.iter().cloned().map(Subject::Pack).collect())?;
                    let act = Act::Dispense(AtSite { site: site(customer.member), items });
                    acts.push((customer.member, customer.role, act));
                }
            }
        }
        self.deeds(acts).await
    }

    async fn recall(&self) -> Result {
        self.day(340);
        let Some(batch) = self.batches.first() else { return Ok(()) };
        let recall = LotMeasure {
            product: batch.medicine.code.clone(),
            lot: batch.lot.clone(),
            severity: Severity::One,
            depth: Depth::Patients,
        };
        self.deeds(vec![(batch.maker, Role::Manufacturer, Act::LotRecall(recall))]).await
    }

    /// Ten cloned serials, dispensed a second time elsewhere, and ten invented ones: reported by pharmacies.
    async fn suspicions(&self) -> Result {
        self.day(350);
        let Some(batch) = self.batches.get(2) else { return Ok(()) };
        let pharmacies: Vec<&Party> = self.parties.iter().filter(|party| party.role == Role::Pharmacy).collect();
        let (mut dice, mut acts) = (Dice::new("invented"), Vec::new());
        for (number, pharmacy) in pharmacies.iter().cycle().take(10).enumerate() {
            let cloned = batch.packs.get(number).cloned().into_iter().collect();
            let invented = vec![PackId { product: batch.medicine.code.clone(), serial: dice.serial()? }];
            for (reason, packs) in
                [(SuspicionReason::DispensedTwice, cloned), (SuspicionReason::NotRegistered, invented)]
            {
                let act = Act::Suspicion(Suspicion { reason, packs: Packs(packs) });
                acts.push((pharmacy.member, pharmacy.role, act));
            }
        }
        self.deeds(acts).await
    }

    /// The lots at the end have their part in the story.
    fn fate(&self, number: usize) -> Fate {
        match self.batches.len() - number {
            1 => Fate::Pallet,
            2 => Fate::InTransit,
            3 => Fate::Warm,
            _ => Fate::Usual,
        }
    }

    fn ship(&self, from: MemberId, consignee: MemberId, units: Vec<Sscc>, trade: Option<TradeId>) -> Result<Act> {
        let items = self.items(units.into_iter().map(Subject::Unit).collect())?;
        Ok(Act::Ship(Ship { consignee, site: site(from), trade, items }))
    }

    fn receive(&self, by: MemberId, units: Vec<Sscc>, trade: Option<TradeId>) -> Result<Act> {
        let items = self.items(units.into_iter().map(Subject::Unit).collect())?;
        Ok(Act::Receive(Receive { site: site(by), trade, items }))
    }

    fn dissolve(&self, unit: Sscc) -> Result<Act> {
        let view = self.node.view();
        let item = items::unit_item(&Index::new(&view), Capacity::Holder, unit)?;
        let salt = item.salt.ok_or_else(|| Fault::new("rules.unit.absent"))?;
        Ok(Act::Dissolve(Dissolve { unit: item.unit, salt }))
    }

    /// Eleven hours at 15 °C, measured in the lorry.
    fn warm(&self, batch: &Batch) -> Result<Act> {
        let end = self.node.clock().now().0;
        let temperatures = vec![Temperature {
            start: UnixMillis(end - 11 * 3_600_000),
            end: UnixMillis(end),
            lowest_decicelsius: 148,
            highest_decicelsius: 152,
        }];
        Ok(Act::Reading(Reading { items: self.items(vec![Subject::Unit(batch.pallet)])?, temperatures }))
    }

    fn items(&self, subjects: Vec<Subject>) -> Result<Items> {
        let view = self.node.view();
        let named = items::name(&Index::new(&view), Capacity::Holder, &subjects)?;
        named.found.into_iter().collect::<Result<Vec<_>>>()?;
        Ok(named.items)
    }

    /// Noon of a day of the year.
    fn day(&self, day: u64) {
        self.node.clock().set(UnixMillis(self.begin_ms + day * DAY_MS));
    }

    /// Deeds that do not depend on one another, side by side.
    async fn deeds(&self, acts: Vec<(MemberId, Role, Act)>) -> Result {
        let events = acts.into_iter().map(|(member, role, act)| (member, role, Body::new(Digest::ZERO, act)));
        self.events(events.collect()).await
    }

    /// Events that do not depend on one another, side by side.
    pub(super) async fn events(&self, events: Vec<(MemberId, Role, Body)>) -> Result {
        let mut running = JoinSet::new();
        for (member, role, body) in events {
            let node = Arc::clone(&self.node);
            running.spawn(async move { node.act(member, role, &body).await });
        }
        while let Some(done) = running.join_next().await {
            done.map_err(|cause| Fault::new("node.stopped").with("cause", cause))??;
        }
        Ok(())
    }
}

fn batches(count: usize, medicines: &[Medicine], parties: &[Party], begin_ms: u64) -> Result<Vec<Batch>> {
    let of = |role: Role| parties.iter().filter(move |party| party.role == role).cloned();
    let wholesalers: Vec<Party> = of(Role::Wholesaler).collect();
    let customers: Vec<Party> = of(Role::Hospital).chain(of(Role::Pharmacy)).collect();
    let first_day = (begin_ms / DAY_MS) as u32;
    let cold = medicines.iter().position(|medicine| medicine.info.limits.is_some());
    let mut dice = Dice::new("serials");
    let mut batches = Vec::with_capacity(count);
    for number in 0..count {
        let medicine = match (count - number, cold) {
            (3, Some(cold)) => cold,
            _ => number % medicines.len(),
        };
        let Some(chosen) = medicines.get(medicine) else { continue };
        let serials = (0..PALLET).map(|_| dice.serial()).collect::<Result<Vec<_>>>()?;
        let first_unit = number as u64 * 100 + 1;
        batches.push(Batch {
            packs: serials.into_iter().map(|serial| PackId { product: chosen.code.clone(), serial }).collect(),
            medicine: chosen.clone(),
            lot: Lot::new(&format!("D{number:04}")).map_err(|_| Fault::new("node.demo.code"))?,
            // The second lot has expired by the end of the year.
            expiry: Day(first_day + if number == 1 { 335 } else { 900 }),
            cases: (0..PALLET / CASE).map(|case| region::sscc(first_unit + case as u64)).collect::<Result<_>>()?,
            pallet: region::sscc(first_unit + 99)?,
            maker: maker(medicine),
            wholesaler: wholesalers.get(number % wholesalers.len()).map_or(MemberId(0), |party| party.member),
            customers: customers.iter().cycle().skip(number * 4).take(4).cloned().collect(),
        });
    }
    Ok(batches)
}

/// Who makes a product.
fn maker(medicine: usize) -> MemberId {
    MemberId(2 + (medicine % 5) as u32)
}

/// A member's site, of the numbers that no GLN has.
fn site(member: MemberId) -> Site {
    Site(10_000_000_000_000 + u64::from(member.0))
}

fn aggregate(sscc: Sscc, items: Items) -> Act {
    Act::Aggregate(Aggregate { unit: Parent { sscc, generation: 1 }, unit_salt: None, items })
}

const DAY_MS: u64 = 86_400_000;
/// Packs in a case.
pub(super) const CASE: usize = 50;
/// Packs on a pallet.
const PALLET: usize = 1_000;
/// Cases that each customer gets.
pub(super) const SHARE: usize = 5;
/// The lot of which one pack is printed wrongly.
const MISPRINTED: usize = 3;
/// Lots that are made at a time.
const WAVE: usize = 10;
/// The story needs as many.
const FEWEST_LOTS: usize = 8;
