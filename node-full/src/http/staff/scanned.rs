//! What a scan of a caller names, and whether what is printed on the pack is what the ledger has.

use crate::{index::Index, items::Subject, problem::Problem};
use medproof_core::{
    identity::PackId,
    leaf::Leaf,
    scan::{Mode, Reading, Scan, Target, parse},
};

/// The pack or unit that a scan names.
pub(super) fn subject(scan: &str) -> Result<Subject, Problem> {
    read(scan).map(|(subject, _)| subject)
}

/// The pack or unit that a scan names, and what else stands on it.
pub(super) fn read(scan: &str) -> Result<(Subject, Reading), Problem> {
    let reading = match parse(scan, Mode::Tolerant) {
        Scan::Read(reading) => reading,
        Scan::Ambiguous(_) => return Err(Problem::new("identifier.scan.ambiguous")),
        Scan::Unreadable(error) => return Err(Problem::new(error.code())),
        _ => return Err(Problem::new("scan.unreadable")),
    };
    let subject = match &reading.target {
        Target::Pack(packs) => packs.first().cloned().map(Subject::Pack),
        Target::Unit(sscc) => Some(Subject::Unit(*sscc)),
        _ => None,
    };
    subject
        .map(|subject| (subject, reading))
        .ok_or_else(|| Problem::new("request.body").with("cause", "a scan names no pack and no unit"))
}

/// The code of what differs between a pack's print and the ledger, the lot before the expiry; `pack` is canonical.
pub(super) fn disagreement(
    index: &Index<'_>,
    pack: &PackId,
    reading: &Reading,
) -> Result<Option<&'static str>, Problem> {
    let Some(lot) = index.item(&index.paths().pack(pack))?.and_then(|row| row.lot) else { return Ok(None) };
    let Some(Leaf::Lot(leaf)) = index.leaf(&index.paths().lot(&pack.product, &lot))? else { return Ok(None) };
    Ok(if reading.lot.as_ref().is_some_and(|printed| *printed != lot) {
        Some("agreement.lot-mismatch")
    } else if reading.expiry.is_some_and(|printed| printed != leaf.expiry) {
        Some("agreement.expiry-mismatch")
    } else {
        None
    })
}
