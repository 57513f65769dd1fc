//! A client from an anchor to verdicts.

use medproof_core::{
    client::Client,
    encoding::Message,
    header::UnixMillis,
    proof::QrProof,
    scan::{Mode as Reading, parse},
    verdict::{Mode, Overall, Policy, Purpose},
};
use medproof_tests::{
    ledger::{Ledger, Quorum},
    stock::pack_scan,
};

#[test]
fn a_registered_pack_is_ok_for_a_dispenser_in_both_forms() {
    let mut ledger = Ledger::new("test", Quorum::new("v", &[1; 10]));
    let anchor = ledger.anchor();
    ledger.add_product(1);
    ledger.add_pack(1, "S1");
    let block = ledger.seal(1_000);
    let scan = pack_scan(1, "S1");
    let proof = ledger.prove(&block, &[&scan]);
    let now = UnixMillis(block.header.time().0 + 1_000);
    let policy = Policy::new(Purpose::Dispenser, Mode::Online);
    let verdict = Client::new(anchor.clone()).verify(&parse(&scan, Reading::Tolerant), &proof.to_bytes(), now, &policy);
    assert_eq!((verdict.overall, verdict.reasons.as_slice()), (Overall::Ok, ["state.active"].as_slice()));

    let short = QrProof::from_proof(&proof).expect("has a short form");
    assert_eq!(short.clone().expand(anchor.chain_id(), anchor.set().hash()).as_ref(), Ok(&proof));
    let mut client = Client::new(anchor);
    let again = client.verify(&parse(&scan, Reading::Tolerant), &short.to_bytes(), now, &policy);
    assert_eq!(again, verdict);
    println!("full {} qr {}", proof.to_bytes().len(), short.to_bytes().len());
    assert_eq!(Client::from_bytes(&client.to_bytes()).map(|c| c.to_bytes()), Ok(client.to_bytes()));
}
