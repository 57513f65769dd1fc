//! A case for each cell of the verdict table, and each override on its own.

use super::case::Case;
use crate::{
    ledger::{Ledger, Quorum},
    stock::pack_scan,
};
use medproof_core::{
    encoding::Message,
    leaf::State,
    verdict::{Overall, Purpose, codes, table},
};
use serde_json::Value;

const MODES: [(&str, u64, Option<&str>); 3] = [
    ("online", 60_000, None),
    ("carried", 10 * 60_000, Some(codes::CARRIED)),
    ("online", 6 * 60_000, Some(codes::STALE)),
];

/// State × purpose × freshness.
pub(super) fn cases() -> Vec<Value> {
    let mut ledger = Ledger::new("table", Quorum::new("table", &[1]));
    let anchor = ledger.anchor();
    ledger.add_product(1);
    for state in State::ALL {
        ledger.add_pack_in(1, &serial(state), state);
    }
    let block = ledger.seal(60_000);
    let time = block.header.time().0;
    let mut cases = Vec::new();
    for (state, row) in table::TABLE {
        let scan = pack_scan(1, &serial(state));
        let proof = ledger.prove(&block, &[&scan]).to_bytes();
        for (purpose, overall) in Purpose::ALL.into_iter().zip(row) {
            for (mode, age, note) in MODES {
                let is_stale = note == Some(codes::STALE);
                let is_good = matches!(overall, Overall::Ok | Overall::Warn);
                let overall = if is_stale && is_good { Overall::CannotTell } else { overall };
                let level = codes::state(state, medproof_core::verdict::Level::Pack);
                let mut reasons: Vec<&str> = note.into_iter().chain(level).collect();
                if state == State::Active {
                    reasons.push(codes::ACTIVE);
                    reasons.extend((purpose == Purpose::Holder).then_some(codes::NOT_DISPENSED));
                }
                let name = format!("table/{}/{}/{mode}-{}s", state.name(), purpose.name(), age / 1000);
                let case = Case::new(&name, &anchor, &scan, proof.clone(), time + age).policy(purpose.name(), mode);
                cases.push(case.gives(overall.name(), &reasons));
            }
        }
    }
    cases
}

fn serial(state: State) -> String {
    format!("T{:02}", state as u8)
}
