//! What a scan of a caller names, and whether what is printed on the pack is what the ledger has.

use crate::{index::Index, items::Subject, problem::Problem};
use medproof_core::{
    identity::PackId,
    leaf::Leaf,
    scan::{Mode, Reading, Scan, Target, parse},
};

/// The pack or unit that a scan names.
pub(super) fn subject(index: &Index<'_>, scan: &str) -> Result<Subject, Problem> {
    read(index, scan).map(|(subject, _)| subject)
}

/// The pack or unit that a scan names, and what else stands on it. Of several codes on one pack, the first under which it
/// is registered.
pub(super) fn read(index: &Index<'_>, scan: &str) -> Result<(Subject, Reading), Problem> {
    let reading = match parse(scan, Mode::Tolerant) {
        Scan::Read(reading) => reading,
        Scan::Ambiguous(_) => return Err(Problem::new("identifier.scan.ambiguous")),
        Scan::Unreadable(error) => return Err(Problem::new(error.code())),
        _ => return Err(Problem::new("scan.unreadable")),
    };
    let subject = match &reading.target {
        Target::Pack(packs) => first_registered(index, packs)?.map(Subject::Pack),
        Target::Unit(sscc) => Some(Subject::Unit(*sscc)),
        _ => None,
    };
    subject
        .map(|subject| (subject, reading))
        .ok_or_else(|| Problem::new("request.body").with("cause", "a scan names no pack and no unit"))
}

fn first_registered(index: &Index<'_>, packs: &[PackId]) -> Result<Option<PackId>, Problem> {
    for pack in packs {
        if index.canonical_pack(pack)?.is_some() {
            return Ok(Some(pack.clone()));
        }
    }
    Ok(packs.first().cloned())
}

/// Whether one of the codes beside the one under which `pack` was found names another pack, or another product: what is
/// printed on a pack of one product is then the code of another (FORMAT.md section 10).
fn names_another(index: &Index<'_>, pack: &PackId, reading: &Reading) -> Result<bool, Problem> {
    let Target::Pack(codes) = &reading.target else { return Ok(false) };
    for code in codes {
        let is_another = match index.canonical_pack(code)? {
            Some(named) => named != *pack,
            None => index.product(&code.product)?.is_some_and(|(product, _)| product != pack.product),
        };
        if is_another {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The code of what differs between a pack's print and the ledger, the codes before the lot before the expiry; `pack` is
/// canonical.
pub(super) fn disagreement(
    index: &Index<'_>,
    pack: &PackId,
    reading: &Reading,
) -> Result<Option<&'static str>, Problem> {
    if names_another(index, pack, reading)? {
        return Ok(Some("agreement.codes-differ"));
    }
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
