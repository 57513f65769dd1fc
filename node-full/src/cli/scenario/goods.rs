//! What is ordered in the story: one medicine, 500 packs in ten cases, and a pack of another lot.

use super::super::{output::Result, serials::scan};
use medproof_node::{
    demo::region::{self, Dice},
    fault::{self, Fault},
};
use serde_json::{Value, json};

/// The goods of the story.
pub(super) struct Goods {
    /// The medicine's code.
    pub(super) gtin: String,
    /// The cases' SSCCs, of which the last is picked pack by pack.
    pub(super) cases: Vec<String>,
    /// The packs, in the order of the cases.
    pub(super) packs: Vec<Pack>,
    /// A pack of another lot, which is for another hospital.
    pub(super) foreign: Pack,
    year: u16,
}

/// One pack, with what is printed on it.
#[derive(Clone)]
pub(super) struct Pack {
    /// The serial.
    pub(super) serial: String,
    gtin: String,
    lot: &'static str,
    yymmdd: String,
}

impl Goods {
    /// The goods, with serials from the demonstration's seed; they expire in three years.
    pub(super) fn new() -> Result<Self> {
        let (gtin, mut dice) = (region::gtin(1), Dice::new("scenario"));
        let this_year = jiff::Timestamp::now().strftime("%Y").to_string().parse::<u16>();
        let year = this_year.map_err(|cause| Fault::new("cli.runtime").with("cause", cause))? + YEARS;
        let mut pack = |lot| Pack::new(&gtin, &mut dice, lot, yymmdd(year));
        let packs = (0..PACKS).map(|_| pack(LOT)).collect::<Result<_>>()?;
        let foreign = pack(OTHER_LOT)?;
        let case = |number| region::sscc(number as u64 + 1).map(|sscc| sscc.digits().to_string());
        let cases = (0..PACKS / CASE).map(case).collect::<fault::Result<_>>()?;
        Ok(Self { gtin, cases, packs, foreign, year })
    }

    /// The medicine, as it is registered.
    pub(super) fn medicine(&self) -> Value {
        json!({
            "product": self.gtin, "name_zh": "阿莫西林", "name_en": "Amoxicillin", "holder": "North Shore Pharmaceuticals",
            "form": "capsule", "strength": "500 mg", "pack_size": "24", "atc": "J01CA04", "random_serials": true,
        })
    }

    /// The last day of use.
    pub(super) fn expiry(&self) -> String {
        format!("{}-05-31", self.year)
    }

    /// The same, as it is printed in a code.
    pub(super) fn yymmdd(&self) -> String {
        yymmdd(self.year)
    }

    /// The packs of the cases that stay closed, and those of the case that is picked pack by pack.
    pub(super) fn split(&self) -> (&[Pack], &[Pack]) {
        self.packs.split_at(PACKS - CASE)
    }

    /// The cases that stay closed.
    pub(super) fn closed(&self) -> &[String] {
        self.cases.split_last().map_or(&[], |(_, closed)| closed)
    }
}

impl Pack {
    fn new(gtin: &str, dice: &mut Dice, lot: &'static str, yymmdd: String) -> Result<Self> {
        Ok(Self { serial: dice.serial()?.as_str().to_owned(), gtin: gtin.to_owned(), lot, yymmdd })
    }

    /// The same pack with another lot printed on it.
    pub(super) fn misprinted(&self, lot: &'static str) -> Self {
        Self { lot, ..self.clone() }
    }

    /// The code as people read it.
    pub(super) fn code(&self) -> String {
        format!("(01){}(21){}(10){}(17){}", self.gtin, self.serial, self.lot, self.yymmdd)
    }

    /// The code as a scanner reads it.
    pub(super) fn scan(&self) -> String {
        scan(&self.code())
    }
}

/// The code of a case as people read it.
pub(super) fn case_code(sscc: &str) -> String {
    format!("(00){sscc}")
}

/// The codes of packs as a scanner reads them.
pub(super) fn scans<'a>(packs: impl IntoIterator<Item = &'a Pack>) -> Vec<String> {
    packs.into_iter().map(Pack::scan).collect()
}

/// The codes of cases as a scanner reads them.
pub(super) fn case_scans(cases: &[String]) -> Vec<String> {
    cases.iter().map(|sscc| scan(&case_code(sscc))).collect()
}

fn yymmdd(year: u16) -> String {
    format!("{:02}0531", year % 100)
}

/// Packs that are ordered.
pub(super) const PACKS: usize = 500;
/// Packs in a case.
pub(super) const CASE: usize = 50;
/// The lot that is ordered.
pub(super) const LOT: &str = "N2601";
/// Another lot of the same medicine.
pub(super) const OTHER_LOT: &str = "N2604";

const YEARS: u16 = 3;
