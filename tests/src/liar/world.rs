//! The chains that the lying node answers from.

use crate::{
    ledger::{Block, Ledger, Quorum},
    rng::Rng,
    stock::{self, MANUFACTURER, pack, pack_id, product_code},
};
use medproof_core::{
    anchor::Anchor,
    header::Header,
    identity::{Day, Lot, MemberId},
    info::{MemberInfo, ProductInfo},
    keys::KeyNumber,
    leaf::{self, Leaf, Member, Pack, Product, State},
    state::Path,
};

/// A chain at one of its blocks.
#[derive(Clone, Debug)]
pub struct Moment {
    pub ledger: Ledger,
    pub block: Block,
}

/// Everything that some behaviour answers from.
#[derive(Clone, Debug)]
pub struct World {
    /// What the client trusts: three days old.
    pub anchor: Anchor,
    pub now: Moment,
    /// A day ago: nothing recalled, nothing dispensed.
    pub old: Moment,
    pub other: Moment,
    /// The newest height with another header.
    pub forked: Moment,
    /// The present state with every recall and dispensing taken back; under the header of `now` it is a lie.
    pub rosy: Ledger,
}

/// Product 1 has more packs than fit one bucket; its serials are random, as those of 2 are not.
pub const PRODUCTS: u32 = 3;

/// A member with a web shop.
#[derive(Clone, Copy, Debug)]
pub struct Seller {
    pub domains: &'static [&'static str],
    pub member: MemberId,
    name_zh: &'static str,
    name_en: &'static str,
}

/// The pharmacy, also under a host that browsers find on this machine, and the hospital, which is suspended today.
pub const SELLERS: [Seller; 2] = [
    Seller {
        domains: &["shop.example", "shop.localhost"],
        member: MemberId(5),
        name_zh: "示例药房",
        name_en: "Example Pharmacy",
    },
    Seller { domains: &["closed.example"], member: MemberId(4), name_zh: "停业医院", name_en: "Closed Hospital" },
];

impl Seller {
    /// Who it is.
    pub fn info(&self) -> MemberInfo {
        let (name_zh, name_en) = (self.name_zh.into(), self.name_en.into());
        let domains = self.domains.iter().map(|&domain| domain.into()).collect();
        MemberInfo { name_zh, name_en, gln: String::new(), domains }
    }

    fn put(&self, ledger: &mut Ledger, state: u8) {
        let leaf =
            Member { state, roles: 1 << (self.member.0 - 1), newest_key: KeyNumber(1), info_hash: self.info().hash() };
        let path = ledger.paths().member(self.member);
        ledger.put(path, &Leaf::Member(leaf));
    }
}

/// How many packs beside those that are asked about, so that a bucket of all of them is too large.
const CROWD: usize = 2_000;

/// How old the newest block may be before another is made, in ms.
const HEARTBEAT_MS: u64 = 20_000;

const DAY_MS: u64 = 86_400_000;

impl World {
    /// A world whose newest block is a few seconds older than `now_ms`.
    pub fn new(now_ms: u64) -> Self {
        let mut ledger = Ledger::new("MedProof lying node", Quorum::new("liar", &[1; 4]));
        seal_at(&mut ledger, now_ms - 3 * DAY_MS);
        let anchor = ledger.anchor();
        register(&mut ledger, now_ms);
        let block = seal_at(&mut ledger, now_ms - DAY_MS);
        let old = Moment { ledger: ledger.clone(), block };
        let mut rosy = ledger.clone();
        happen(&mut ledger, now_ms);
        let block = seal_at(&mut ledger, now_ms - 5_000);
        rosy.newest = ledger.newest.clone();
        let forked = fork_of(&old.ledger, now_ms - 5_000);
        let mut other = Ledger::new("Another chain", Quorum::new("another", &[1; 4]));
        register(&mut other, now_ms);
        let block_of_other = seal_at(&mut other, now_ms - 5_000);
        let other = Moment { ledger: other, block: block_of_other };
        Self { anchor, now: Moment { ledger, block }, old, other, forked, rosy }
    }

    /// Makes a block of each chain if the newest is too old.
    pub fn go_on(&mut self, now_ms: u64) {
        if now_ms.saturating_sub(self.now.block.header.time().0) < HEARTBEAT_MS {
            return;
        }
        self.forked = fork_of(&self.now.ledger, now_ms);
        for moment in [&mut self.now, &mut self.other] {
            moment.block = seal_at(&mut moment.ledger, now_ms);
        }
    }
}

/// Another block on `ledger`, which says that something else happened.
fn fork_of(ledger: &Ledger, time_ms: u64) -> Moment {
    let mut ledger = ledger.clone();
    ledger.put_lot(1, leaf::Lot { lot: Lot::new("LOT-FORKED").expect("a lot"), ..stock::lot() });
    let block = seal_at(&mut ledger, time_ms);
    Moment { ledger, block }
}

fn seal_at(ledger: &mut Ledger, time_ms: u64) -> Block {
    let after_ms = time_ms.saturating_sub(ledger.newest.time().0).max(1);
    ledger.seal(after_ms)
}

/// What is on every chain from the beginning.
fn register(ledger: &mut Ledger, now_ms: u64) {
    SELLERS.iter().for_each(|seller| seller.put(ledger, 1));
    for n in 1..=PRODUCTS {
        let product = Product { info_hash: info(n).hash(), random_serials: n != 2, ..stock::product() };
        ledger.put_product(n, product);
        for (name, expiry) in [(stock::LOT, 900_i64), ("LOT-RECALLED", 900), ("LOT-EXPIRED", -40)] {
            let expiry = Day(u32::try_from((now_ms / DAY_MS) as i64 + expiry).expect("after 1970"));
            ledger.put_lot(n, leaf::Lot { lot: Lot::new(name).expect("a lot"), expiry, ..stock::lot() });
        }
    }
    for serial in ["GIVEN-OUT", "ON-THE-SHELF", "LOCKED-AWAY", "ON-ITS-WAY"] {
        ledger.add_pack(1, serial);
    }
    for (serial, lot) in [("CALLED-BACK", "LOT-RECALLED"), ("TOO-LATE", "LOT-EXPIRED")] {
        let reference = ledger.paths().lot_ref(&product_code(1), &Lot::new(lot).expect("a lot"));
        let leaf = Pack { lot: reference, ..pack(ledger, 1, MemberId(4)) };
        ledger.put_pack(1, serial, leaf);
    }
    ledger.add_pack(2, "1001");
    let pallet: Vec<String> = pallet_serials().collect();
    ledger.add_pallet(3, 1, &pallet);
    let mut rng = Rng(20_260_101);
    let crowd: Vec<_> = (0..CROWD).map(|_| ledger.paths().pack(&pack_id(1, &rng.serial()))).collect();
    let leaf = Leaf::Pack(pack(ledger, 1, MemberId(4)));
    crowd.into_iter().for_each(|path: Path| ledger.put(path, &leaf));
}

/// What happened since yesterday.
fn happen(ledger: &mut Ledger, now_ms: u64) {
    let today = Day(u32::try_from(now_ms / DAY_MS).expect("a day"));
    for (serial, state, left) in [
        ("GIVEN-OUT", State::Dispensed, 0),
        ("LOCKED-AWAY", State::Quarantined, 30),
        ("ON-ITS-WAY", State::InTransit, 30),
    ] {
        let leaf = Pack { state: state.into(), quantity_left: left, since: today, ..pack(ledger, 1, MemberId(4)) };
        ledger.put_pack(1, serial, leaf);
    }
    SELLERS[1].put(ledger, 2);
    let lot = Lot::new("LOT-RECALLED").expect("a lot");
    let path = ledger.paths().lot(&product_code(1), &lot);
    let Ok(Leaf::Lot(known)) = Leaf::from_value(&ledger.values[&path]) else { panic!("the lot was written") };
    ledger.put_lot(1, leaf::Lot { state: State::Recalled.into(), ..known });
    let mut rng = Rng(now_ms);
    (0..8).for_each(|_| ledger.append(&crate::seeded::Seeded::seeded(&mut rng)));
}

/// The serials of the packs of product 3, which lie on one pallet.
pub fn pallet_serials() -> impl Iterator<Item = String> {
    (0..1_000).map(|number| format!("PALLET-{number:04}"))
}

/// What product `n` is called.
pub fn info(n: u32) -> ProductInfo {
    let (name_zh, name_en, form) = match n {
        1 => ("阿莫西林", "Amoxicillin", "capsule"),
        2 => ("布洛芬", "Ibuprofen", "tablet"),
        _ => ("生理盐水", "Sodium chloride solution", "infusion"),
    };
    ProductInfo {
        name_zh: name_zh.into(),
        name_en: name_en.into(),
        holder: format!("Member {}", MANUFACTURER.0),
        form: form.into(),
        strength: "500 mg".into(),
        pack_size: "30".into(),
        approval_number: format!("DEMO-{n}"),
        atc: String::new(),
        limits: None,
    }
}

/// A header that nobody signed: the newest with one bit of its state root flipped.
pub fn flipped(header: &Header) -> Vec<u8> {
    let mut raw = header.raw().to_vec();
    let at = raw.len() - 20;
    raw[at] ^= 1;
    raw
}
