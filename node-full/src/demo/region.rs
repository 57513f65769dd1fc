//! The region of the demonstration: its members, products and codes, from one seed.

use crate::{
    fault::{Fault, Result},
    genesis_file::{GenesisFile, MemberEntry, Role},
    keyring::MemberKey,
};
use medproof_core::{
    hash::sha256,
    identity::{MemberId, ProductCode, Serial, Sscc},
    info::ProductInfo,
    keys::KeyNumber,
    leaf::StorageLimits,
};

/// The seed of the demonstration.
pub const SEED: u64 = 20_260_101;

/// Numbers that look random and are the same each time.
#[derive(Clone, Debug)]
pub struct Dice {
    seed: u64,
    thrown: u64,
}

impl Dice {
    /// Dice for one purpose, named by `label`.
    pub fn new(label: &str) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = sha256(&[label.as_bytes(), &SEED.to_be_bytes()].concat()).0;
        Self { seed: u64::from_be_bytes([a, b, c, d, e, f, g, h]), thrown: 0 }
    }

    /// 32 bytes.
    pub fn bytes(&mut self) -> [u8; 32] {
        self.thrown += 1;
        sha256(&[self.seed.to_be_bytes(), self.thrown.to_be_bytes()].concat()).0
    }

    /// A serial of 16 characters, 80 bits.
    pub fn serial(&mut self) -> Result<Serial> {
        let symbol = |byte: &u8| SYMBOLS.get(usize::from(byte % 32)).copied().map(char::from);
        let text: String = self.bytes().iter().take(16).filter_map(symbol).collect();
        Serial::new(&text).map_err(|_| Fault::new("node.demo.code"))
    }
}

/// Without letters and digits that people mix up.
const SYMBOLS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// A member of the region.
#[derive(Clone, Debug)]
pub struct Party {
    /// Its number.
    pub member: MemberId,
    /// Its role.
    pub role: Role,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
}

/// The 30 members: 1 regulator, 5 manufacturers, 6 wholesalers, 10 hospitals, 8 pharmacies.
pub fn parties() -> Vec<Party> {
    let kinds = [
        (Role::Regulator, 1, "药品监督管理局", "Medicines Authority"),
        (Role::Manufacturer, 5, "制药厂", "Pharmaceuticals"),
        (Role::Wholesaler, 6, "医药公司", "Wholesale"),
        (Role::Hospital, 10, "医院", "Hospital"),
        (Role::Pharmacy, 8, "药房", "Pharmacy"),
    ];
    let mut parties = Vec::new();
    for (role, count, zh, en) in kinds {
        for number in 0..count {
            let (place_zh, place_en) = PLACES.get(number).copied().unwrap_or(("", ""));
            parties.push(Party {
                member: MemberId(parties.len() as u32 + 1),
                role,
                name_zh: format!("{place_zh}{zh}"),
                name_en: format!("{place_en} {en}"),
            });
        }
    }
    parties
}

const PLACES: [(&str, &str); 10] = [
    ("北岸", "North Shore"),
    ("南山", "South Hill"),
    ("东湖", "East Lake"),
    ("西桥", "West Bridge"),
    ("中心", "Central"),
    ("青松", "Green Pine"),
    ("白石", "White Stone"),
    ("江口", "River Mouth"),
    ("云谷", "Cloud Valley"),
    ("新港", "New Harbour"),
];

/// The key of a member of the demonstration.
pub fn key(member: MemberId) -> MemberKey {
    let secret = sha256(format!("medproof demo key {SEED} {}", member.0).as_bytes()).0;
    MemberKey::new(member, KeyNumber(1), &secret)
}

/// The beginning of the demonstration's chain, at `time`.
pub fn genesis(time: jiff::Timestamp) -> GenesisFile {
    let mut file = GenesisFile::new("MedProof demo", time);
    file.demo = true;
    file.trusting_period_days = 730;
    for party in parties() {
        let mut entry = MemberEntry::new(&key(party.member), &[party.role], &party.name_en);
        entry.name_zh = party.name_zh;
        entry.gln = gln(party.member);
        if party.role == Role::Pharmacy {
            entry.domains.push(format!("pharmacy-{}.example", party.member.0));
        }
        file.members.push(entry);
    }
    file
}

/// A product of the region.
#[derive(Clone, Debug)]
pub struct Medicine {
    /// Its code.
    pub code: ProductCode,
    /// Its GTIN-14.
    pub gtin: String,
    /// Names and particulars.
    pub info: ProductInfo,
}

/// The first `count` of the region's products, at most 200; one of them is kept cold.
pub fn medicines(count: usize) -> Result<Vec<Medicine>> {
    let rows = include_str!("medicines.csv").lines().skip(1).take(MOST_MEDICINES).enumerate();
    let (mut chosen, rest): (Vec<_>, Vec<_>) = rows.partition(|(number, _)| *number < count);
    let is_cold = |row: &(usize, &str)| row.1.ends_with(",cold");
    if !chosen.iter().any(is_cold) {
        chosen.pop();
        chosen.extend(rest.into_iter().find(is_cold));
    }
    chosen.into_iter().map(|(number, row)| medicine(number, row)).collect()
}

/// The most products of the demonstration.
pub const MOST_MEDICINES: usize = 200;

fn medicine(number: usize, row: &str) -> Result<Medicine> {
    let [name_en, name_zh, atc, form, strength, pack_size, storage] = row.split(',').collect::<Vec<_>>()[..] else {
        return Err(Fault::new("node.demo.code"));
    };
    let gtin = gtin(number as u32 + 1);
    let cold = StorageLimits { min_decicelsius: 20, max_decicelsius: 80, cumulative_minutes: 600 };
    let info = ProductInfo {
        name_zh: name_zh.to_owned(),
        name_en: name_en.to_owned(),
        holder: parties().get(1 + number % 5).map(|party| party.name_en.clone()).unwrap_or_default(),
        form: form.to_owned(),
        strength: strength.to_owned(),
        pack_size: pack_size.to_owned(),
        approval_number: format!("DEMO-{number:04}"),
        atc: atc.to_owned(),
        limits: (storage == "cold").then_some(cold),
    };
    let code = ProductCode::from_gtin14(&gtin).map_err(|_| Fault::new("node.demo.code"))?;
    Ok(Medicine { code, gtin, info })
}

/// The GTIN-14 number `number`, with a company prefix that GS1 keeps for examples.
pub fn gtin(number: u32) -> String {
    with_check_digit(format!("0950400{number:06}"))
}

/// The Global Location Number of a member, with the same prefix; its parties and places go by it in documents.
pub fn gln(member: MemberId) -> String {
    with_check_digit(format!("9504000{:05}", member.0))
}

/// The SSCC number `number`.
pub fn sscc(number: u64) -> Result<Sscc> {
    Sscc::new(&with_check_digit(format!("0950400{number:010}"))).map_err(|_| Fault::new("node.demo.code"))
}

fn with_check_digit(digits: String) -> String {
    let weights = [3, 1].into_iter().cycle();
    let sum: u32 = digits.bytes().rev().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}
