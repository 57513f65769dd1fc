//! Every reason code of the verdict, with what EMVS and VRS call it.
//!
//! Codes of trust come from [`crate::client::TrustError`] and of the scan from
//! [`crate::scan::ScanError`]; this module names the rest. They are stable: clients key their
//! sentences by them.

use super::Level;
use crate::{leaf::State, names::nth};

/// A leaf is newer than this client.
pub const NEWER_LEAF: &str = "trust.newer-client.leaf";
/// The header is older than the newest trusted one.
pub const OLDER_HEADER: &str = "trust.older-header";
/// The proof was carried, not fetched.
pub const CARRIED: &str = "freshness.carried";
/// The proof is too old.
pub const STALE: &str = "freshness.stale";
/// The pack was seen at a newer height before.
pub const SUPERSEDED: &str = "freshness.superseded";
/// The header lies ahead of the device's clock.
pub const FUTURE: &str = "freshness.future";
/// The serial is not registered, though the product is.
pub const ABSENT_PACK: &str = "identifier.absent-pack";
/// The lot is not registered, though the product is.
pub const ABSENT_LOT: &str = "identifier.absent-lot";
/// The SSCC is not registered.
pub const ABSENT_UNIT: &str = "identifier.absent-unit";
/// The product is not in this registry.
pub const UNKNOWN_PRODUCT: &str = "identifier.unknown-product";
/// The scan names a lot, no pack.
pub const LOT_ONLY: &str = "identifier.lot-only";
/// The scan names a product, no pack.
pub const PRODUCT_ONLY: &str = "identifier.product-only";
/// The scan can be read in more than one way.
pub const AMBIGUOUS: &str = "identifier.scan.ambiguous";
/// The lot on the pack is not the ledger's.
pub const LOT_MISMATCH: &str = "agreement.lot-mismatch";
/// The expiry on the pack is not the ledger's.
pub const EXPIRY_MISMATCH: &str = "agreement.expiry-mismatch";
/// Two codes on one pack name two registered packs.
pub const CODES_DIFFER: &str = "agreement.codes-differ";
/// Given out, and not dispensed on the ledger.
pub const NOT_DISPENSED: &str = "state.not-dispensed";
/// Nothing but active leaves.
pub const ACTIVE: &str = "state.active";
/// Long after expiry; the leaf was shortened by rule.
pub const RETIRED_PACK: &str = "state.retired-pack";
/// The unit was unpacked.
pub const DISSOLVED_UNIT: &str = "state.dissolved-unit";
/// Held back because storage limits were exceeded.
pub const EXCURSION: &str = "state.excursion";
/// The lot's last day of use is over.
pub const EXPIRED: &str = "expiry.expired";
/// The issuer's key was compromised before release or registration.
pub const KEY_COMPROMISED: &str = "issuer.key-compromised";
/// The issuer is suspended or excluded now.
pub const ISSUER_NOT_ADMITTED: &str = "issuer.not-admitted";

/// The code for a state of a leaf of one level; `None` for active.
pub const fn state(state: State, level: Level) -> Option<&'static str> {
    let names = match level {
        Level::Pack => PACK_STATES,
        Level::Lot => LOT_STATES,
        Level::Product => PRODUCT_STATES,
        Level::Unit => UNIT_STATES,
    };
    match (state as usize).checked_sub(State::InTransit as usize) {
        Some(index) => Some(nth(names, index)),
        None => None,
    }
}

/// The codes of one level, from "in transit" on.
macro_rules! state_codes {
    ($level:literal) => {
        state_codes!($level, "in-transit" "partly-dispensed" "dispensed" "sample" "exported" "locked"
            "quarantined" "withdrawn" "recalled" "stolen" "destroyed")
    };
    ($level:literal, $($name:literal)*) => { concat!($("state.", $name, "-", $level, " "),*) };
}

const PACK_STATES: &str = state_codes!("pack");
const LOT_STATES: &str = state_codes!("lot");
const PRODUCT_STATES: &str = state_codes!("product");
const UNIT_STATES: &str = state_codes!("unit");

/// The EMVS alert code that corresponds to a reason, where one does.
pub fn emvs_alert(code: &str) -> Option<&'static str> {
    Some(match code {
        UNKNOWN_PRODUCT => "A1",
        ABSENT_LOT => "A2",
        ABSENT_PACK => "A3",
        "state.dispensed-pack" | "state.partly-dispensed-pack" => "A7",
        EXPIRY_MISMATCH => "A52",
        LOT_MISMATCH => "A68",
        _ if is_inactive_pack(code) => "A24",
        _ => return None,
    })
}

/// The VRS (GS1 Lightweight Messaging 1.1) failure reason that a set of reasons corresponds to.
pub fn vrs_failure_reason(codes: &[&str]) -> Option<&'static str> {
    let has = |code: &str| codes.contains(&code);
    if has(UNKNOWN_PRODUCT) || has(ABSENT_PACK) {
        return Some("No_match_GTIN_Serial");
    }
    match (has(LOT_MISMATCH), has(EXPIRY_MISMATCH)) {
        (true, true) => Some("No_match_GTIN_Serial_Lot_Expiry"),
        (true, false) => Some("No_match_GTIN_Serial_Lot"),
        (false, true) => Some("No_match_GTIN_Serial_Expiry"),
        (false, false) => None,
    }
}

/// The VRS additional information that a set of reasons corresponds to, most serious first.
pub fn vrs_additional_info(codes: &[&str]) -> Option<&'static str> {
    let any = |prefixes: &[&str]| codes.iter().any(|code| prefixes.iter().any(|prefix| code.starts_with(prefix)));
    if any(&["state.stolen-", CODES_DIFFER, KEY_COMPROMISED]) {
        Some("Suspect")
    } else if any(&["state.recalled-", "state.withdrawn-"]) {
        Some("Recalled")
    } else if any(&[EXPIRED]) {
        Some("Expired")
    } else {
        None
    }
}

fn is_inactive_pack(code: &str) -> bool {
    let levels = [Level::Pack, Level::Unit];
    let inactive = State::ALL.iter().filter(|state| **state > State::Dispensed);
    inactive.flat_map(|known| levels.map(|level| state(*known, level))).any(|known| known == Some(code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const LEVELS: [Level; 4] = [Level::Pack, Level::Unit, Level::Lot, Level::Product];

    #[test]
    fn every_state_of_every_level_has_a_code_but_active() {
        let mut codes = BTreeSet::new();
        for known in State::ALL {
            for level in LEVELS {
                let expected = std::format!("state.{}-{}", known.name(), level.name());
                let code = state(known, level);
                assert_eq!(code, (known != State::Active).then_some(expected.as_str()));
                codes.extend(code);
            }
        }
        assert_eq!(codes.len(), 11 * 4);
    }

    #[test]
    fn emvs_alerts_are_those_of_its_list() {
        for (code, alert) in [
            (UNKNOWN_PRODUCT, Some("A1")),
            (ABSENT_LOT, Some("A2")),
            (ABSENT_PACK, Some("A3")),
            ("state.dispensed-pack", Some("A7")),
            ("state.partly-dispensed-pack", Some("A7")),
            ("state.dispensed-unit", None),
            ("state.stolen-pack", Some("A24")),
            ("state.exported-unit", Some("A24")),
            ("state.recalled-lot", None),
            ("state.in-transit-pack", None),
            (EXPIRY_MISMATCH, Some("A52")),
            (LOT_MISMATCH, Some("A68")),
            (ACTIVE, None),
            (STALE, None),
        ] {
            assert_eq!(emvs_alert(code), alert, "{code}");
        }
    }

    #[test]
    fn vrs_names_what_does_not_match() {
        let reason = |codes: &[&str]| vrs_failure_reason(codes);
        assert_eq!(reason(&[ACTIVE]), None);
        assert_eq!(reason(&[UNKNOWN_PRODUCT]), Some("No_match_GTIN_Serial"));
        assert_eq!(reason(&[STALE, ABSENT_PACK, LOT_MISMATCH]), Some("No_match_GTIN_Serial"));
        assert_eq!(reason(&[LOT_MISMATCH]), Some("No_match_GTIN_Serial_Lot"));
        assert_eq!(reason(&[EXPIRY_MISMATCH]), Some("No_match_GTIN_Serial_Expiry"));
        assert_eq!(reason(&[EXPIRY_MISMATCH, LOT_MISMATCH]), Some("No_match_GTIN_Serial_Lot_Expiry"));
    }

    #[test]
    fn vrs_says_the_most_serious_thing() {
        let info = |codes: &[&str]| vrs_additional_info(codes);
        assert_eq!(info(&[ACTIVE]), None);
        assert_eq!(info(&[EXPIRED]), Some("Expired"));
        assert_eq!(info(&[EXPIRED, "state.recalled-lot"]), Some("Recalled"));
        assert_eq!(info(&["state.withdrawn-product"]), Some("Recalled"));
        for suspect in ["state.stolen-pack", "state.stolen-unit", CODES_DIFFER, KEY_COMPROMISED] {
            assert_eq!(info(&[EXPIRED, "state.recalled-lot", suspect]), Some("Suspect"));
        }
    }
}
