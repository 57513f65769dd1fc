//! What refusals mean to the European system: EMVS alerts and NMVS return codes (`docs/EVENTS.md` section 9).
//!
//! Alerts are "potential suspect falsification", never "falsified". On the ledger stands nothing of a refused event.

use crate::body::number;
use medproof_core::event::EventKind;

/// What a refusal means there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// The refusals.
    pub codes: &'static [&'static str],
    /// Of which kinds of event; empty for all.
    pub kinds: &'static [EventKind],
    /// The alert, if it raises one.
    pub alert: Option<&'static str>,
    /// The alert where the node's own last event is what stands in the way.
    pub own_alert: Option<&'static str>,
    /// The return code, if there is one.
    pub return_code: Option<&'static str>,
}

/// The row that fits a refusal of an event of `kind`, if any does.
pub fn find(code: &str, kind: EventKind) -> Option<&'static Row> {
    let fits = |row: &&Row| row.codes.contains(&code) && (row.kinds.is_empty() || row.kinds.contains(&kind));
    ROWS.iter().find(fits)
}

const fn row(codes: &'static [&'static str], kinds: &'static [EventKind], alert: &'static str) -> Row {
    Row { codes, kinds, alert: Some(alert), own_alert: None, return_code: None }
}

const fn quiet(codes: &'static [&'static str], kinds: &'static [EventKind]) -> Row {
    Row { codes, kinds, alert: None, own_alert: None, return_code: None }
}

impl Row {
    const fn returns(self, code: &'static str) -> Self {
        Self { return_code: Some(code), ..self }
    }
}

const ALL: &[EventKind] = &[];
const LOTS: &[EventKind] = &[
    number::LOT_QUARANTINE,
    number::LOT_RELEASE_QUARANTINE,
    number::LOT_LOCK,
    number::LOT_UNLOCK,
    number::LOT_WITHDRAW,
    number::LOT_RECALL,
    number::LOT_LIFT,
    number::PACK_REGISTER,
];
const OUTCOMES: &[EventKind] = &[number::DISPENSE, number::DISPENSE_PARTLY, number::SAMPLE, number::EXPORT];
const FORWARD: &[EventKind] =
    &[number::SHIP, number::WARD_ISSUE, number::DISPENSE, number::DISPENSE_PARTLY, number::EXPORT];
const ALREADY_SET: &str = "NMVS_NC_PCK_19";

/// The table, in the order of the page; the first row that fits counts.
pub const ROWS: [Row; 17] = [
    row(&["rules.product.absent"], ALL, "A1"),
    row(&["rules.lot.absent"], LOTS, "A2").returns("NMVS_FE_LOT_03"),
    row(&["rules.pack.absent"], ALL, "A3").returns("NMVS_NC_PC_02"),
    row(&["agreement.expiry-mismatch"], OUTCOMES, "A52").returns("NMVS_FE_LOT_12"),
    row(&["agreement.lot-mismatch"], OUTCOMES, "A68").returns("NMVS_FE_LOT_13"),
    Row {
        own_alert: Some("A10"),
        ..row(&["rules.state.dispensed-pack"], &[number::DISPENSE, number::DISPENSE_PARTLY], "A7").returns(ALREADY_SET)
    },
    row(&["rules.state.sample-pack"], &[number::SAMPLE], "A7").returns(ALREADY_SET),
    row(&["rules.state.exported-pack"], &[number::EXPORT], "A7").returns(ALREADY_SET),
    row(&["rules.state.destroyed-pack"], &[number::DESTROY], "A7").returns(ALREADY_SET),
    row(&["rules.state.stolen-pack"], &[number::STOLEN], "A7").returns(ALREADY_SET),
    row(&["rules.hold.already"], &[number::LOCK, number::QUARANTINE], "A7").returns(ALREADY_SET),
    row(
        &[
            "rules.state.dispensed-pack",
            "rules.state.sample-pack",
            "rules.state.exported-pack",
            "rules.state.locked-pack",
            "rules.state.quarantined-pack",
            "rules.state.stolen-pack",
            "rules.state.destroyed-pack",
            "rules.state.exported-unit",
            "rules.state.locked-unit",
            "rules.state.quarantined-unit",
            "rules.state.stolen-unit",
            "rules.state.destroyed-unit",
        ],
        ALL,
        "A24",
    )
    .returns("NMVS_NC_PCK_22"),
    quiet(&["rules.state.in-transit-pack", "rules.pack.inside-unit", "rules.holder.other"], ALL),
    quiet(
        &[
            "rules.state.locked-lot",
            "rules.state.quarantined-lot",
            "rules.state.withdrawn-lot",
            "rules.state.recalled-lot",
            "rules.state.withdrawn-product",
            "rules.state.recalled-product",
            "rules.expired",
        ],
        FORWARD,
    ),
    row(&["rules.undo.days"], &[number::UNDO], "A4").returns("NMVS_NC_PCK_20"),
    row(&["rules.undo.place"], &[number::SHIP_CANCEL, number::UNDO], "A24").returns("NMVS_NC_PCK_21"),
    row(&["rules.undo.kind", "rules.undo.nothing"], &[number::UNDO], "A24").returns("NMVS_NC_PCK_06"),
];
