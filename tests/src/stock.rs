//! Products, lots, packs and units for a synthetic ledger, with defaults that a test changes.

use crate::ledger::Ledger;
use medproof_core::{
    custody,
    event::MemberRole,
    hash::{Digest, sha256},
    identity::{self, Day, MemberId, PackId, ProductCode, Serial, Sscc},
    info::ProductInfo,
    keys::KeyNumber,
    leaf::{self, Leaf, Pack, Parent, Place, Product, State, Unit, UnitPlace},
    state::Path,
};

/// A lot's last day of use unless a test says otherwise: 2028-05-31.
pub const EXPIRY: (u32, u32, u32) = (2028, 5, 31);

/// The lot of every pack unless a test says otherwise.
pub const LOT: &str = "LOT-7A";

/// The member that makes everything here.
pub const MANUFACTURER: MemberId = MemberId(2);

/// The product number `n`, as a GTIN-14.
pub fn gtin(n: u32) -> String {
    let digits = format!("0950400{n:06}");
    let sum: u32 = digits.bytes().rev().zip([3, 1].into_iter().cycle()).map(|(d, w)| u32::from(d - b'0') * w).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// The product code number `n`.
pub fn product_code(n: u32) -> ProductCode {
    ProductCode::from_gtin14(&gtin(n)).expect("a right check digit")
}

/// A pack of product `n`.
pub fn pack_id(n: u32, serial: &str) -> PackId {
    PackId { product: product_code(n), serial: Serial::new(serial).expect("a serial") }
}

/// The SSCC number `n`.
pub fn sscc(n: u64) -> Sscc {
    let digits = format!("0950400{n:010}");
    let sum: u32 = digits.bytes().rev().zip([3, 1].into_iter().cycle()).map(|(d, w)| u32::from(d - b'0') * w).sum();
    Sscc::new(&format!("{digits}{}", (10 - sum % 10) % 10)).expect("a right check digit")
}

/// The scan of a pack with lot and expiry as on a box.
pub fn pack_scan(n: u32, serial: &str) -> String {
    format!("]d201{}21{serial}\u{1d}10{LOT}\u{1d}17280531", gtin(n))
}

/// The scan of an SSCC.
pub fn unit_scan(n: u64) -> String {
    format!("]C100{}", sscc(n).digits())
}

/// The day of a date.
pub fn day((year, month, day): (u32, u32, u32)) -> Day {
    Day::from_date(year, month, day).expect("a date")
}

/// An active product.
pub fn product() -> Product {
    Product {
        state: State::Active.into(),
        issuer: MANUFACTURER,
        info_hash: sha256(b"product info"),
        random_serials: true,
        limits: None,
    }
}

/// Product information as a manufacturer gives it, without storage limits.
pub fn amoxicillin() -> ProductInfo {
    let text = str::to_string;
    ProductInfo {
        name_zh: text("阿莫西林胶囊"),
        name_en: text("Amoxicillin capsules"),
        holder: text("Example Pharma"),
        form: text("capsule"),
        strength: text("500 mg"),
        pack_size: text("24 capsules"),
        approval_number: text("H20260001"),
        atc: text("J01CA04"),
        limits: None,
    }
}

/// An active lot.
pub fn lot() -> leaf::Lot {
    leaf::Lot {
        state: State::Active.into(),
        expiry: day(EXPIRY),
        issuer: MANUFACTURER,
        issuer_role: MemberRole(2),
        key_number: KeyNumber(1),
        released: day((2026, 1, 2)),
        lot: identity::Lot::new(LOT).expect("a lot"),
    }
}

/// An active loose pack of product `n`, held by `holder`.
pub fn pack(ledger: &Ledger, n: u32, holder: MemberId) -> Pack {
    let lot = identity::Lot::new(LOT).expect("a lot");
    Pack {
        state: State::Active.into(),
        lot: ledger.paths().lot_ref(&product_code(n), &lot),
        prior: None,
        quantity_left: 30,
        since: day((2026, 1, 3)),
        place: Place::Holder(commitment(holder)),
        registering_key: KeyNumber(1),
        registered: day((2026, 1, 3)),
        events: 3,
        custody: sha256(b"custody"),
    }
}

/// An active unit with `children`, at `place`.
pub fn unit(children: u32, place: UnitPlace) -> Unit {
    Unit {
        state: State::Active.into(),
        prior: None,
        since: day((2026, 1, 3)),
        place,
        children,
        levels: 1,
        limits: None,
        events: 1,
        custody: sha256(b"unit custody"),
    }
}

/// A holder commitment.
pub fn commitment(member: MemberId) -> Digest {
    custody::holder(&custody::holder_salt(&[7; 32], &Path::new([0; 32])), member)
}

/// Generation `generation` of the SSCC number `n`.
pub fn parent(n: u64, generation: u32) -> Parent {
    Parent { sscc: sscc(n), generation }
}

impl Ledger {
    /// Registers product `n` with its lot, as [`product`] and [`lot`] give them.
    pub fn add_product(&mut self, n: u32) {
        self.put_product(n, product());
        self.put_lot(n, lot());
    }

    /// Writes the product leaf of product `n`.
    pub fn put_product(&mut self, n: u32, product: Product) {
        let path = self.paths().product(&product_code(n));
        self.put(path, &Leaf::Product(product));
    }

    /// Writes a lot leaf of product `n`.
    pub fn put_lot(&mut self, n: u32, lot: leaf::Lot) {
        let path = self.paths().lot(&product_code(n), &lot.lot);
        self.put(path, &Leaf::Lot(lot));
    }

    /// Registers a pack as [`pack`] gives it, held by the hospital.
    pub fn add_pack(&mut self, n: u32, serial: &str) {
        let leaf = pack(self, n, MemberId(4));
        self.put_pack(n, serial, leaf);
    }

    /// Registers a pack in `state`.
    pub fn add_pack_in(&mut self, n: u32, serial: &str, state: State) {
        let leaf = Pack { state: state.into(), ..pack(self, n, MemberId(4)) };
        self.put_pack(n, serial, leaf);
    }

    /// Writes a pack leaf.
    pub fn put_pack(&mut self, n: u32, serial: &str, leaf: Pack) {
        let path = self.paths().pack(&pack_id(n, serial));
        self.put(path, &Leaf::Pack(leaf));
    }

    /// Writes head and leaf of a unit.
    pub fn put_unit(&mut self, n: u64, generation: u32, unit: Unit) {
        let (head, path) = (self.paths().unit_head(sscc(n)), self.paths().unit(parent(n, generation)));
        self.put(head, &Leaf::UnitHead(generation));
        self.put(path, &Leaf::Unit(unit));
    }

    /// Registers packs of product `n` inside one unit with head.
    pub fn add_pallet(&mut self, n: u32, unit_number: u64, serials: &[String]) {
        let place = UnitPlace::Holder(commitment(MemberId(3)));
        self.put_unit(unit_number, 1, unit(serials.len() as u32, place));
        for serial in serials {
            let leaf = Pack { place: Place::Inside(parent(unit_number, 1)), ..pack(self, n, MemberId(3)) };
            self.put_pack(n, serial, leaf);
        }
    }

    /// Registers a pack inside units nested `depth` deep, numbered upward from `first`; the topmost is loose.
    pub fn add_nested(&mut self, n: u32, serial: &str, first: u64, depth: u64) {
        let leaf = Pack { place: Place::Inside(parent(first, 1)), ..pack(self, n, MemberId(3)) };
        self.put_pack(n, serial, leaf);
        for level in 0..depth {
            let place = if level + 1 == depth {
                UnitPlace::Holder(commitment(MemberId(3)))
            } else {
                UnitPlace::Inside(parent(first + level + 1, 1))
            };
            self.put_unit(first + level, 1, unit(1, place));
        }
    }
}
