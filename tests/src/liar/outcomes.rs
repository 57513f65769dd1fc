//! What the honest node answers, and what is made of the others: for tests in every language.

use super::{Behaviour, World, respond, world::pallet_serials};
use crate::{
    ledger::GENESIS_MS,
    stock::{LOT, gtin, unit_scan},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use medproof_core::{
    encoding::Message,
    plain::{Client, Policy, Verdict},
};
use serde_json::{Map, Value, json};

/// A question to the honest node, with what the answer must be.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    pub name: &'static str,
    /// Product, serial, and the lot as on the pack; no serial for the pallet.
    pub pack: Option<(u32, &'static str, &'static str)>,
    pub purpose: &'static str,
    pub overall: &'static str,
}

const fn outcome(
    name: &'static str,
    pack: (u32, &'static str, &'static str),
    purpose: &'static str,
    overall: &'static str,
) -> Outcome {
    Outcome { name, pack: Some(pack), purpose, overall }
}

/// One for each answer that a person may get.
pub const OUTCOMES: [Outcome; 12] = [
    outcome("ok", (1, "GIVEN-OUT", LOT), "holder", "ok"),
    outcome("ok_buyer", (1, "ON-THE-SHELF", LOT), "buyer", "ok"),
    outcome("not_given_out", (1, "ON-THE-SHELF", LOT), "holder", "warn"),
    outcome("recalled", (1, "CALLED-BACK", "LOT-RECALLED"), "holder", "do-not-use"),
    outcome("expired", (1, "TOO-LATE", "LOT-EXPIRED"), "dispenser", "do-not-use"),
    outcome("dispensed", (1, "GIVEN-OUT", LOT), "buyer", "do-not-use"),
    outcome("absent", (1, "NEVER-MADE", LOT), "buyer", "do-not-use"),
    outcome("unknown_product", (77, "GIVEN-OUT", LOT), "holder", "unknown"),
    outcome("in_transit", (1, "ON-ITS-WAY", LOT), "receiver", "ok"),
    outcome("quarantined", (1, "LOCKED-AWAY", LOT), "dispenser", "do-not-use"),
    outcome("wrong_lot", (1, "GIVEN-OUT", "LOT-OTHER"), "holder", "do-not-use"),
    outcome("not_random", (2, "1001", LOT), "dispenser", "ok"),
];

impl Outcome {
    /// The text of the scan.
    pub fn scan(&self) -> String {
        self.pack.map_or_else(|| unit_scan(1), |(n, serial, lot)| format!("]d201{}21{serial}\u{1d}10{lot}", gtin(n)))
    }
}

/// Everything that a test needs to know, as one line of JSON.
pub fn describe(world: &World, base: &str, now_ms: u64) -> Value {
    let node = |behaviour: Behaviour| (behaviour.name().to_owned(), json!(format!("{base}/{}/", behaviour.name())));
    let honest = OUTCOMES.iter().map(|outcome| {
        let verdict = ask(world, Behaviour::Honest, &outcome.scan(), outcome.purpose, now_ms);
        (outcome.name.to_owned(), question(&outcome.scan(), outcome.purpose, &verdict))
    });
    let pallet: Vec<String> = pallet_serials()
        .map(|serial| format!("]d201{}21{serial}\u{1d}10{LOT}", gtin(3)))
        .chain([unit_scan(1)])
        .collect();
    let recalled = OUTCOMES.iter().find(|outcome| outcome.name == "recalled").map_or_else(String::new, Outcome::scan);
    let lies =
        [Behaviour::Tampered, Behaviour::Incomplete, Behaviour::Old, Behaviour::OtherChain, Behaviour::WeakQuorum];
    let lies = lies.map(|behaviour| {
        let verdict = ask(world, behaviour, &recalled, "holder", now_ms);
        (behaviour.name().to_owned(), question(&recalled, "holder", &verdict))
    });
    json!({
        "address": base,
        "nodes": Behaviour::ALL.map(node).into_iter().collect::<Map<_, _>>(),
        "anchor": STANDARD.encode(world.anchor.to_bytes()),
        "fingerprint": world.anchor.fingerprint(),
        "genesis_ms": GENESIS_MS,
        "outcomes": honest.collect::<Map<_, _>>(),
        "pallet_1000": { "scans": pallet, "purpose": "receiver", "overall": "ok" },
        "lies": lies.into_iter().collect::<Map<_, _>>(),
    })
}

/// What a client that knows only the anchor makes of the node's exact proof.
pub fn ask(world: &World, behaviour: Behaviour, scan: &str, purpose: &str, now_ms: u64) -> Verdict {
    let code: String = scan.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let proof = respond(world, behaviour, "v1/proofs", &format!("code={code}&have=0"), &[]).body;
    let mut client = Client::new(&world.anchor.to_bytes()).expect("the anchor was made here");
    let policy = Policy {
        purpose: purpose.into(),
        mode: "online".into(),
        max_age_online_ms: None,
        max_age_carried_ms: None,
        clock_tolerance_ms: None,
    };
    client.verify(scan, &proof, now_ms, &policy).expect("a known purpose")
}

fn question(scan: &str, purpose: &str, verdict: &Verdict) -> Value {
    let problem = verdict.axes.problem.as_ref().map(|problem| problem.code);
    json!({ "scan": scan, "purpose": purpose, "overall": verdict.overall, "reasons": verdict.reasons, "problem": problem })
}
