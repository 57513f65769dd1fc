//! What there is to scan in the demonstration, and what a light client says to it.

use super::{
    region::{self, Dice},
    year::{Batch, Year},
};
use crate::{
    fault::{Fault, Result},
    node::Node,
    proofs,
};
use medproof_core::{
    encoding::Message,
    header::Height,
    identity::PackId,
    plain::{Client, Policy},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One thing to scan.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Outcome {
    /// The text of the scan.
    pub scan: String,
    /// Who asks: `holder`, `buyer`, `dispenser`, `receiver`.
    pub purpose: String,
    /// The verdict.
    pub overall: String,
    /// Its reasons.
    pub reasons: Vec<String>,
    /// Packs that are asked about together with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packs: Vec<String>,
}

/// What each thing to scan must come out as; the story is wrong if it does not.
const EXPECTED: [(&str, &str, &str); 10] = [
    ("ok", "dispenser", "ok"),
    ("recalled", "holder", "do-not-use"),
    ("expired", "dispenser", "do-not-use"),
    ("dispensed", "buyer", "do-not-use"),
    ("absent", "buyer", "do-not-use"),
    ("unknown_product", "buyer", "unknown"),
    ("in_transit", "receiver", "ok"),
    ("quarantined", "dispenser", "do-not-use"),
    ("pallet_1000", "receiver", "ok"),
    ("discrepancy", "receiver", "do-not-use"),
];

/// Scans and verdicts, as core's light client gives them from this node's own proofs.
pub fn outcomes(node: &Node, year: &Year) -> Result<BTreeMap<String, Outcome>> {
    let scans = scans(year)?;
    let mut outcomes = BTreeMap::new();
    for (name, purpose, expected) in EXPECTED {
        let Some((scan, packs)) = scans.get(name) else {
            return Err(Fault::new("node.demo.outcome").with("field", name));
        };
        let (overall, reasons) = verdict(node, scan, purpose)?;
        if overall != expected {
            let fault = Fault::new("node.demo.outcome").with("field", name);
            return Err(fault.with("cause", format!("{expected} was expected, {overall} {reasons:?} found")));
        }
        let (scan, purpose) = (scan.clone(), purpose.to_owned());
        outcomes.insert(name.to_owned(), Outcome { scan, purpose, overall, reasons, packs: packs.clone() });
    }
    Ok(outcomes)
}

/// What core's light client says to a scan, from this node's proof.
pub fn verdict(node: &Node, scan: &str, purpose: &str) -> Result<(String, Vec<String>)> {
    let proof = proofs::prove(&node.view(), &[proofs::questions(scan)?], Some(Height(0)))?;
    let failed = |problem: medproof_core::plain::Problem| Fault::new("node.demo.outcome").with("cause", problem.code);
    let mut client = Client::new(&node.anchor().to_bytes()).map_err(failed)?;
    let policy = Policy {
        purpose: purpose.to_owned(),
        mode: "online".to_owned(),
        max_age_online_ms: None,
        max_age_carried_ms: None,
        clock_tolerance_ms: None,
    };
    let verdict = client.verify(scan, &proof.to_bytes(), node.clock().now().0, &policy).map_err(failed)?;
    Ok((verdict.overall.to_string(), verdict.reasons.iter().map(ToString::to_string).collect()))
}

/// A scan, and the packs to be asked about with it.
type Question = (String, Vec<String>);

fn scans(year: &Year) -> Result<BTreeMap<&'static str, Question>> {
    let batches = year.batches();
    let batch = |number: usize| batches.get(number).ok_or_else(|| Fault::new("node.demo.code"));
    let last = |number: usize| batch(batches.len().saturating_sub(number));
    let pack = |batch: &Batch, number: usize| {
        batch
            .packs
            .get(number)
            .map(|pack| scan(batch, pack, batch.lot.as_str()))
            .ok_or_else(|| Fault::new("node.demo.code"))
    };
    let usual = batch(3)?;
    let invented = PackId { product: usual.medicine.code.clone(), serial: Dice::new("absent").serial()? };
    let wrong_lot = usual.packs.get(CLOSED).map(|pack| scan(usual, pack, OTHER_LOT)).unwrap_or_default();
    let unknown = format!("]d201{}21ABC123", region::gtin(999_999));
    let pallet = last(1)?;
    let packs = pallet.packs.iter().map(|pack| scan(pallet, pack, pallet.lot.as_str())).collect();
    let one = |scan: String| (scan, Vec::new());
    Ok(BTreeMap::from([
        ("ok", one(pack(usual, UNPACKED)?)),
        ("recalled", one(pack(batch(0)?, UNPACKED)?)),
        ("expired", one(pack(batch(1)?, UNPACKED)?)),
        ("dispensed", one(pack(batch(2)?, 0)?)),
        ("absent", one(scan(usual, &invented, usual.lot.as_str()))),
        ("unknown_product", one(unknown)),
        ("in_transit", one(pack(last(2)?, 0)?)),
        ("quarantined", one(pack(last(3)?, 0)?)),
        ("pallet_1000", (format!("]C100{}", pallet.pallet.digits()), packs)),
        ("discrepancy", one(wrong_lot)),
    ]))
}

/// The GS1 DataMatrix of a pack, with this lot on it.
fn scan(batch: &Batch, pack: &PackId, lot: &str) -> String {
    let gtin = &batch.medicine.gtin;
    format!("]d201{gtin}21{}\u{1d}10{lot}\u{1d}17{}", pack.serial.as_str(), yymmdd(batch.expiry.0))
}

fn yymmdd(day: u32) -> String {
    let second = jiff::Timestamp::from_second(i64::from(day) * 86_400).unwrap_or_default();
    second.strftime("%y%m%d").to_string()
}

/// In an unpacked case, not dispensed.
const UNPACKED: usize = 120;

/// In a case that is still closed.
pub(super) const CLOSED: usize = 180;

/// What is printed on that pack instead of its lot.
pub(super) const OTHER_LOT: &str = "D9999";
