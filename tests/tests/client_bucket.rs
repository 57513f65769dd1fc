//! What a client says to buckets: whole, of another product, with guessable serials, with more or less in them.

use medproof_core::{
    bucket::Bucket,
    client::Client,
    encoding::Message,
    header::UnixMillis,
    identity::MemberId,
    leaf::{Leaf, Product},
    prove::prove_bucket,
    scan::{Mode as Reading, parse},
    state::{Path, Prefix},
    verdict::{Mode, Overall, Policy, Purpose},
};
use medproof_tests::{
    ledger::{Block, Ledger, Quorum},
    stock::{gtin, lot, pack, pack_id, pack_scan, product, product_code},
};

/// Product 1 with 100 packs and an alias, product 2 with guessable serials, product 3 as another code of 1.
struct Shop {
    ledger: Ledger,
    client: Client,
    block: Block,
}

impl Shop {
    fn new() -> Self {
        let mut ledger = Ledger::new("buckets", Quorum::new("buckets", &[1; 4]));
        let client = Client::new(ledger.anchor());
        ledger.add_product(1);
        (0..100).for_each(|number| ledger.add_pack(1, &format!("S{number}")));
        ledger.put_product(2, Product { random_serials: false, ..product() });
        ledger.put_lot(2, lot());
        ledger.add_pack(2, "S0");
        let alias = ledger.paths().product(&product_code(3));
        ledger.put(alias, &Leaf::ProductAlias(product_code(1)));
        let alias = ledger.paths().pack(&pack_id(1, "ALIAS"));
        ledger.put(alias, &Leaf::PackAlias(pack_id(1, "S7")));
        let block = ledger.seal(1_000);
        Self { ledger, client, block }
    }

    fn prefix(&self, n: u32, serial: &str, bits: u8) -> Prefix {
        Prefix::new(&self.ledger.paths().pack(&pack_id(n, serial)), bits)
    }

    fn bucket(&self, n: u32, serial: &str, bits: u8) -> Bucket {
        let Block { header, certificate } = &self.block;
        let prefix = self.prefix(n, serial, bits);
        prove_bucket(&self.ledger.tree, &product_code(n), prefix, header, certificate).expect("a bucket")
    }

    fn ask(&self, scan: &str, bucket: &Bucket) -> (Overall, Vec<&'static str>) {
        let now = UnixMillis(self.block.header.time().0 + 1);
        let policy = Policy::new(Purpose::Dispenser, Mode::Online);
        let scan = parse(scan, Reading::Tolerant);
        let verdict = self.client.clone().verify_bucket(&scan, &bucket.to_bytes(), now, &policy);
        (verdict.overall, verdict.reasons)
    }
}

fn cannot_tell(reason: &'static str) -> (Overall, Vec<&'static str>) {
    (Overall::CannotTell, vec![reason])
}

#[test]
fn present_and_absent_packs_at_every_length() {
    let shop = Shop::new();
    for bits in 32..=64 {
        assert_eq!(shop.ask(&pack_scan(1, "S3"), &shop.bucket(1, "S3", bits)), (Overall::Ok, vec!["state.active"]));
        let absent = (Overall::DoNotUse, vec!["identifier.absent-pack"]);
        assert_eq!(shop.ask(&pack_scan(1, "NONE"), &shop.bucket(1, "NONE", bits)), absent, "{bits}");
        assert_eq!(
            shop.ask(&pack_scan(1, "ALIAS"), &shop.bucket(1, "ALIAS", bits)),
            (Overall::Ok, vec!["state.active"])
        );
    }
}

#[test]
fn a_bucket_answers_for_one_pack_of_its_product() {
    let shop = Shop::new();
    let bucket = shop.bucket(1, "S3", 64);
    let other_scan = cannot_tell("trust.proof.other-scan");
    for scan in [pack_scan(1, "S4"), pack_scan(2, "S3"), format!("]d201{}", gtin(1)), format!("]d201{}10L", gtin(1))] {
        assert_eq!(shop.ask(&scan, &bucket), other_scan, "{scan}");
    }
    assert_eq!(shop.ask("", &bucket), cannot_tell("identifier.scan.empty"));
}

#[test]
fn live_serials_are_not_given_away() {
    let shop = Shop::new();
    assert_eq!(shop.ask(&pack_scan(2, "S0"), &shop.bucket(2, "S0", 40)), cannot_tell("trust.bucket.refused"));
    // Under another code of product 1 the pack itself would be missing.
    assert_eq!(shop.ask(&pack_scan(3, "S0"), &shop.bucket(3, "S0", 40)), cannot_tell("trust.proof.incomplete"));
}

#[test]
fn an_unknown_product_has_an_empty_bucket() {
    let shop = Shop::new();
    let unknown = (Overall::Unknown, vec!["identifier.unknown-product"]);
    assert_eq!(shop.ask(&pack_scan(9, "S0"), &shop.bucket(9, "S0", 40)), unknown);
}

#[test]
fn nothing_under_the_prefix_is_left_out() {
    let shop = Shop::new();
    let whole = shop.bucket(1, "S3", 32);
    for bits in 33..=40 {
        let part = Bucket { prefix: whole.prefix, ..shop.bucket(1, "S3", bits) };
        assert_eq!(shop.ask(&pack_scan(1, "S3"), &part), cannot_tell("trust.proof.incomplete"), "{bits}");
    }
    let more = Bucket { prefix: shop.prefix(1, "S3", 34), ..whole };
    assert_eq!(shop.ask(&pack_scan(1, "S3"), &more), cannot_tell("trust.proof.superfluous"));
}

#[test]
fn nothing_that_the_packs_require_is_left_out() {
    let shop = Shop::new();
    let whole = shop.bucket(1, "S3", 36);
    let outside = |path: &Path| !whole.prefix.contains(path);
    let required: Vec<Path> = whole.state.as_state_proof().leaves().map(|(path, _)| path).filter(outside).collect();
    assert!(required.len() >= 4, "product, lot, member, key");
    for left_out in &required {
        let asked: Vec<Path> = required.iter().copied().filter(|path| path != left_out).collect();
        let state = shop.ledger.tree.prove_bucket(&whole.prefix, &asked).expect("a bucket");
        let (overall, reasons) = shop.ask(&pack_scan(1, "S3"), &Bucket { state, ..whole.clone() });
        assert_eq!((overall, reasons), cannot_tell("trust.proof.incomplete"));
    }
    let mut asked = required;
    asked.push(shop.ledger.paths().member(MemberId(5)));
    let state = shop.ledger.tree.prove_bucket(&whole.prefix, &asked).expect("a bucket");
    assert_eq!(shop.ask(&pack_scan(1, "S3"), &Bucket { state, ..whole }), cannot_tell("trust.proof.superfluous"));
}

#[test]
fn a_leaf_of_another_kind_under_the_prefix_is_refused() {
    let mut shop = Shop::new();
    let path = shop.ledger.paths().pack(&pack_id(1, "S3"));
    let honest = shop.bucket(1, "S4", 32);
    shop.ledger.put(path, &Leaf::Rules(1));
    let block = shop.ledger.seal(1_000);
    let asked: Vec<Path> = honest.state.as_state_proof().leaves().map(|(path, _)| path).collect();
    let asked: Vec<Path> = asked.into_iter().filter(|path| !honest.prefix.contains(path)).collect();
    let state = shop.ledger.tree.prove_bucket(&honest.prefix, &asked).expect("a bucket");
    let bucket = Bucket { header: block.header.clone(), certificate: block.certificate.clone(), state, ..honest };
    shop.block = block;
    assert_eq!(shop.ask(&pack_scan(1, "S4"), &bucket), cannot_tell("trust.proof.leaf-type"));
}

#[test]
fn a_leaf_of_a_newer_client_is_read_over() {
    let mut shop = Shop::new();
    let path = shop.ledger.paths().pack(&pack_id(1, "S3"));
    shop.ledger.tree.insert(path, vec![9, 9]).expect("a short value");
    shop.block = shop.ledger.seal(1_000);
    assert_eq!(shop.ask(&pack_scan(1, "S4"), &shop.bucket(1, "S4", 32)), (Overall::Ok, vec!["state.active"]));
    let newer = shop.ask(&pack_scan(1, "S3"), &shop.bucket(1, "S3", 32));
    assert_eq!(newer, cannot_tell("trust.newer-client.leaf"));
}

#[test]
fn a_bucket_is_signed_like_a_proof() {
    let mut shop = Shop::new();
    let mut bucket = shop.bucket(1, "S3", 40);
    bucket.certificate = shop.ledger.quorum.certify(&bucket.header, &[0, 1]);
    assert_eq!(shop.ask(&pack_scan(1, "S3"), &bucket), cannot_tell("trust.certificate.power-short"));
    let before = shop.bucket(1, "S4", 40);
    let moved = pack(&shop.ledger, 1, MemberId(3));
    shop.ledger.put_pack(1, "S3", moved);
    let later = shop.ledger.seal(1_000);
    let bucket = Bucket { header: later.header, certificate: later.certificate, ..before };
    assert_eq!(shop.ask(&pack_scan(1, "S4"), &bucket), cannot_tell("trust.state.root"));
}

#[test]
fn a_scan_of_one_pack_has_a_prefix_and_others_have_none() {
    let shop = Shop::new();
    let prefix = |scan: &str, bits| shop.client.bucket_prefix(&parse(scan, Reading::Tolerant), bits);
    for bits in [32, 33, 47, 64] {
        assert_eq!(prefix(&pack_scan(1, "S1"), bits), Some(shop.prefix(1, "S1", bits)));
    }
    for (scan, bits) in [(pack_scan(1, "S1"), 31), (pack_scan(1, "S1"), 65), (format!("]d201{}", gtin(1)), 32)] {
        assert_eq!(prefix(&scan, bits), None, "{scan} {bits}");
    }
}
