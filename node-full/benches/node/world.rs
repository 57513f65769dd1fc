//! Members, products and packs of the benchmark, each by its number.

use crate::scale::Scale;
use medproof_core::{
    hash::{Digest, sha256},
    identity::{Day, Lot, MemberId, PackId, ProductCode, Serial},
    info::ProductInfo,
    keys::KeyNumber,
};
use medproof_node::{
    demo::region,
    folder::Folder,
    genesis_file::{GenesisFile, MemberEntry, Role},
    keyring::{self, MemberKey},
    node,
};
use medproof_rules::body::{Act, LotRelease, PackRegister, ProductRegister, Site};
use std::{num::NonZero, path::Path};

/// Members, products and packs.
pub(crate) struct World {
    pub(crate) keys: Vec<MemberKey>,
    pub(crate) products: Vec<ProductCode>,
    pub(crate) packs: u64,
    packs_a_product: u64,
    packs_a_lot: u64,
}

impl World {
    pub(crate) fn new(scale: &Scale, members: u64) -> Self {
        let key = |number: u64| {
            let secret = sha256(format!("bench member {number}").as_bytes()).0;
            MemberKey::new(MemberId(number as u32), KeyNumber(1), &secret)
        };
        let product = |number: u64| ProductCode::from_gtin14(&region::gtin(number as u32 + 1)).unwrap();
        let packs_a_product = scale.packs / scale.products;
        Self {
            keys: (1..=members).map(key).collect(),
            products: (0..scale.products).map(product).collect(),
            packs: packs_a_product * scale.products,
            packs_a_product,
            packs_a_lot: packs_a_product.min(scale.packs_an_event),
        }
    }

    /// Makes a data folder whose chain begins with the members.
    pub(crate) fn found(&self, folder: &Path) -> Folder {
        let folder = Folder::new(folder);
        folder.create().unwrap();
        let mut file = GenesisFile::new("bench", jiff::Timestamp::now());
        for key in &self.keys {
            file.members.push(MemberEntry::new(key, &Role::ALL, &format!("Member {}", key.member.0)));
            let path = keyring::member_file(&folder.keys(), key.member, key.number);
            keyring::write_secret(&path, &key.secret()).unwrap();
        }
        node::init_with(&folder, file).unwrap();
        folder
    }

    /// The place among the members of who makes a product, and holds its packs at first.
    pub(crate) fn maker(&self, product: u64) -> usize {
        product as usize % self.keys.len()
    }

    pub(crate) fn product_of(&self, pack: u64) -> u64 {
        pack / self.packs_a_product
    }

    /// The packs of a product, by their numbers.
    pub(crate) fn packs_of(&self, product: u64) -> std::ops::Range<u64> {
        product * self.packs_a_product..(product + 1) * self.packs_a_product
    }

    pub(crate) fn pack(&self, number: u64) -> PackId {
        PackId { product: self.products[self.product_of(number) as usize].clone(), serial: serial(number) }
    }

    /// What a scanner reads on a pack.
    pub(crate) fn scan(&self, number: u64) -> String {
        format!("]d201{}21{}", self.gtin(self.product_of(number)), serial(number).as_str())
    }

    pub(crate) fn gtin(&self, product: u64) -> String {
        region::gtin(product as u32 + 1)
    }

    /// What registers the products and their lots, each with the place of who does it.
    pub(crate) fn catalogue(&self) -> [Vec<(usize, Act)>; 2] {
        let (mut products, mut lots) = (Vec::new(), Vec::new());
        for (number, product) in (0..).zip(&self.products) {
            let register = ProductRegister { product: product.clone(), info: info(number), random_serials: true };
            products.push((self.maker(number), Act::ProductRegister(register)));
            for lot in 0..self.lots_a_product() {
                let (product, expiry) = (product.clone(), Day::from_date(2040, 5, 31).unwrap());
                let release = LotRelease { product, lot: lot_name(lot), expiry };
                lots.push((self.maker(number), Act::LotRelease(release)));
            }
        }
        [products, lots]
    }

    /// What registers the packs, a lot at a time, with the place of who does it.
    pub(crate) fn registrations(&self) -> impl Iterator<Item = (usize, Act)> {
        let lots =
            (0..self.products.len() as u64).flat_map(|number| (0..self.lots_a_product()).map(move |lot| (number, lot)));
        lots.map(|(number, lot)| {
            let packs = self.packs_of(number);
            let first = packs.start + lot * self.packs_a_lot;
            let serials = (first..(first + self.packs_a_lot).min(packs.end)).map(serial).collect();
            let product = self.products[number as usize].clone();
            let register = PackRegister { product, lot: lot_name(lot), quantity: NonZero::<u16>::MIN, serials };
            (self.maker(number), Act::PackRegister(register))
        })
    }

    fn lots_a_product(&self) -> u64 {
        self.packs_a_product.div_ceil(self.packs_a_lot)
    }
}

/// Sixteen characters that nobody guesses.
fn serial(number: u64) -> Serial {
    let Digest(hash) = sha256(&number.to_be_bytes());
    Serial::new(&keyring::to_hex(&hash[..8]).to_uppercase()).unwrap()
}

fn lot_name(lot: u64) -> Lot {
    Lot::new(&format!("L{lot:03}")).unwrap()
}

fn info(number: u64) -> ProductInfo {
    ProductInfo {
        name_zh: format!("药品{number}"),
        name_en: format!("Medicine {number}"),
        holder: "Maker".into(),
        form: "capsule".into(),
        strength: "500 mg".into(),
        pack_size: "24".into(),
        approval_number: String::new(),
        atc: "J01CA04".into(),
        limits: None,
    }
}

/// A site of no GLN.
pub(crate) const SITE: Site = Site(10_000_000_000_000);

/// Numbers that look random and are the same each time (SplitMix64).
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}
