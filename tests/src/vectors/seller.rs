//! Sellers: a member whose proved information holds the domain, and everything that is less.

use super::case::{Case, base64, decimal};
use crate::{
    ledger::{Block, Ledger, Quorum},
    stock::pack_scan,
};
use medproof_core::{
    anchor::Anchor,
    bundle::Bundle,
    encoding::Message,
    header::{Header, HeaderFields},
    identity::MemberId,
    info::MemberInfo,
    keys::KeyNumber,
    leaf::{Leaf, Member},
    plain::Seller,
    proof::{Key, Proof, QrProof},
    prove::prove,
};
use serde_json::{Value, json};

const DOMAIN: &str = "shop.example";
const PHARMACY: MemberId = MemberId(5);

/// A chain whose pharmacy has a web shop.
struct Street {
    ledger: Ledger,
    anchor: Anchor,
    block: Block,
}

pub(super) fn cases() -> Vec<Value> {
    let mut cases = proved();
    cases.extend(about_the_domain());
    cases.extend(about_the_member());
    cases.extend(about_time());
    cases.extend(without_trust());
    cases
}

/// A seller's proof answers no scan.
pub(super) fn scan_cases() -> Vec<Value> {
    let street = Street::new(|_| {});
    let proof = street.prove(&[PHARMACY]);
    let short = QrProof::from_proof(&proof).expect("one member").to_bytes();
    [("full", proof.to_bytes()), ("qr", short)]
        .map(|(form, bytes)| {
            let name = format!("verify/invalid/other-scan/member-{form}");
            Case::new(&name, &street.anchor, &pack_scan(1, "S1"), bytes, street.now()).fails("trust.proof.other-scan")
        })
        .into()
}

fn proved() -> Vec<Value> {
    let street = Street::new(|_| {});
    let bundle = street.bundle(PHARMACY);
    let short = QrProof::from_proof(&street.prove(&[PHARMACY])).expect("one member").to_bytes();
    let mut cases = vec![
        street.gives("pharmacy", DOMAIN, &bundle, None),
        street.gives("second-domain", "xn--fiq228c.example", &bundle, None),
        street.gives("qr-form", DOMAIN, &Bundle { proof: short, ..bundle.clone() }, None),
    ];
    for (name, roles) in [("hospital", 1 << 3), ("several-roles", 0b11111), ("newer-role-beside", 1 << 15 | 1 << 4)] {
        let street = Street::new(|leaf| leaf.roles = roles);
        cases.push(street.gives(name, DOMAIN, &street.bundle(PHARMACY), None));
    }
    let carried = street.case("carried", DOMAIN, &bundle.to_bytes()).policy("buyer", "carried");
    cases.push(gives(&carried, DOMAIN, None));
    cases
}

fn about_the_domain() -> Vec<Value> {
    let street = Street::new(|_| {});
    let bundle = street.bundle(PHARMACY);
    let malformed = [
        "",
        "shop",
        "Shop.example",
        "shop.example.",
        ".example",
        "shop..example",
        "-shop.example",
        "shop-.example",
        "shop.example:443",
        "https://shop.example",
        "shop.example/",
        "药店.example",
        "127.0.0.1",
        "shop.1example",
    ];
    let others = ["a.shop.example", "hop.example", "shop.exampl", "shop.example.org", "upper.example", "example.shop"];
    let malformed = malformed.iter().map(|domain| (*domain, "seller.malformed-domain"));
    let others = others.iter().map(|domain| (*domain, "seller.other-domain"));
    malformed
        .chain(others)
        .map(|(domain, reason)| street.gives(&format!("domain/{domain}"), domain, &bundle, Some(reason)))
        .collect()
}

fn about_the_member() -> Vec<Value> {
    let street = Street::new(|_| {});
    let good = street.bundle(PHARMACY);
    let renamed = MemberInfo { name_en: String::from("Another shop"), ..info() };
    let taken = MemberInfo { domains: vec![String::from("other.example")], ..info() };
    let mut cases = vec![
        street.gives("absent", DOMAIN, &street.bundle(MemberId(77)), Some("seller.absent")),
        street.gives("no-information", DOMAIN, &Bundle { issuer: None, ..good.clone() }, Some("seller.no-information")),
    ];
    for (name, domain, info) in [("renamed", DOMAIN, renamed), ("domain-put-in", "other.example", taken)] {
        let bundle = Bundle { issuer: Some(info), ..good.clone() };
        cases.push(street.gives(&format!("information/{name}"), domain, &bundle, Some("seller.other-information")));
    }
    let another = Bundle { issuer: Some(info()), ..street.bundle(MemberId(4)) };
    cases.push(street.gives("information/of-another-member", DOMAIN, &another, Some("seller.other-information")));
    let changes: [(&str, fn(&mut Member), &str); 9] = [
        ("suspended", |leaf| leaf.state = 2, "seller.suspended"),
        ("excluded", |leaf| leaf.state = 3, "seller.excluded"),
        ("state-0", |leaf| leaf.state = 0, "trust.newer-client.leaf"),
        ("state-4", |leaf| leaf.state = 4, "trust.newer-client.leaf"),
        ("no-role", |leaf| leaf.roles = 0, "seller.role"),
        ("regulator", |leaf| leaf.roles = 1, "seller.role"),
        ("manufacturer", |leaf| leaf.roles = 1 << 1, "seller.role"),
        ("wholesaler", |leaf| leaf.roles = 1 << 2, "seller.role"),
        ("suspended-wholesaler", |leaf| (leaf.state, leaf.roles) = (2, 1 << 2), "seller.suspended"),
    ];
    for (name, change, reason) in changes {
        let street = Street::new(change);
        cases.push(street.gives(&format!("member/{name}"), DOMAIN, &street.bundle(PHARMACY), Some(reason)));
    }
    let suspended = Street::new(|leaf| leaf.state = 2);
    let bundle = suspended.bundle(PHARMACY);
    cases.push(suspended.gives("other-domain-first", "b.example", &bundle, Some("seller.other-domain")));
    cases
}

fn about_time() -> Vec<Value> {
    let street = Street::new(|_| {});
    let bytes = street.bundle(PHARMACY).to_bytes();
    let time = street.block.header.time().0;
    let at = |name: &str, now_ms: u64| Case { now_ms, ..street.case(name, DOMAIN, &bytes) };
    let mut cases = vec![
        gives(&at("fresh-to-the-last", time + 300_000), DOMAIN, None),
        gives(&at("stale", time + 300_001), DOMAIN, Some("seller.stale")),
        gives(&at("future-within-tolerance", time - 30_000), DOMAIN, None),
        gives(&at("future", time - 30_001), DOMAIN, Some("seller.future")),
        gives(&at("carried-too-long", time + 86_400_001).policy("buyer", "carried"), DOMAIN, Some("seller.stale")),
        gives(&at("period-over", time + 8_000_000_000), DOMAIN, Some("trust.needs-new-anchor")),
    ];
    // Suspended a minute later, and seen to be: what a node still shows of before does not count.
    let mut later = Street::new(|_| {});
    let path = later.ledger.paths().member(PHARMACY);
    later.ledger.put(path, &Leaf::Member(Member { state: 2, ..pharmacy() }));
    later.block = later.ledger.seal(60_000);
    let mut client = street.case("", DOMAIN, &bytes).client();
    let now = later.now();
    let policy = street.case("", DOMAIN, &bytes).policy;
    let seen = client.verify_seller(DOMAIN, &later.bundle(PHARMACY).to_bytes(), now, &policy).expect("a policy");
    assert_eq!(seen.reason, Some("seller.suspended"));
    cases.push(gives(&at("seen-newer-before", now).have(client.memory()), DOMAIN, Some("seller.stale")));
    let update = later.ledger.update(Vec::new(), &later.block, None);
    cases.push(gives(&at("older-header", now).update(&update), DOMAIN, None));
    cases
}

fn without_trust() -> Vec<Value> {
    let street = Street::new(|_| {});
    let good = street.bundle(PHARMACY);
    let bytes = good.to_bytes();
    let with = |proof: Vec<u8>| Bundle { proof, ..good.clone() }.to_bytes();
    let mut forged = good.proof.clone();
    *forged.last_mut().expect("bytes") ^= 1;
    let path = street.ledger.paths().member(PHARMACY);
    let odd = |value: Vec<u8>| {
        let mut street = Street::new(|_| {});
        street.ledger.put_value(path, value);
        street.block = street.ledger.seal(60_000);
        let state = street.ledger.tree.prove(&[path]).expect("a path");
        let (header, certificate) = (street.block.header.clone(), street.block.certificate.clone());
        Proof::new(vec![Key::Member(PHARMACY)], vec![], header, certificate, state).expect("one key").to_bytes()
    };
    let product = Leaf::UnitHead(1).to_value();
    let of_paths = |paths: &[_]| {
        let state = street.ledger.tree.prove(paths).expect("paths");
        let Block { header, certificate } = street.block.clone();
        Proof::new(vec![Key::Member(PHARMACY)], vec![], header, certificate, state).expect("one key").to_bytes()
    };
    let hospital = street.ledger.paths().member(MemberId(4));
    let mut two = vec![path, hospital];
    two.sort_unstable();
    let list: Vec<(&str, Vec<u8>, &str)> = vec![
        ("no-proof", with(vec![]), "trust.message.truncated"),
        ("a-proof-alone", good.proof.clone(), "trust.message.type"),
        ("cut", bytes[..bytes.len() - 1].to_vec(), "trust.message.truncated"),
        ("forged", with(forged), "trust.state.root"),
        (
            "of-a-pack",
            with(street.ledger.prove(&street.block, &[&pack_scan(1, "S1")]).to_bytes()),
            "trust.proof.other-scan",
        ),
        ("of-two-members", with(street.prove(&[MemberId(4), PHARMACY]).to_bytes()), "trust.proof.other-scan"),
        ("of-another-leaf", with(of_paths(&[hospital])), "trust.proof.incomplete"),
        ("one-leaf-more", with(of_paths(&two)), "trust.proof.superfluous"),
        ("another-leaf-type", with(odd(product)), "trust.proof.leaf-type"),
        ("leaf-cut", with(odd(vec![0, 10, 1])), "trust.proof.leaf"),
        ("newer-leaf", with(odd(vec![1, 10])), "trust.newer-client.leaf"),
        ("newer-leaf-type", with(odd(vec![0, 99])), "trust.newer-client.leaf"),
    ];
    let mut cases: Vec<Value> = list
        .into_iter()
        .map(|(name, bytes, reason)| {
            let case = street.case(&format!("no-trust/{name}"), DOMAIN, &bytes);
            gives(&Case { now_ms: case.now_ms + 60_000, ..case }, DOMAIN, Some(reason))
        })
        .collect();
    let other = Street::named("another street", |_| {});
    let bytes = other.bundle(PHARMACY).to_bytes();
    cases.push(gives(&street.case("no-trust/other-chain", DOMAIN, &bytes), DOMAIN, Some("trust.header.other-chain")));
    let fields = HeaderFields { rules_version: 2, ..street.block.header.fields().expect("this version") };
    let rival = Header::from(&fields);
    let certificate = street.ledger.quorum.certify(&rival, &street.ledger.quorum.fewest());
    let update = street.ledger.update(Vec::new(), &Block { header: rival, certificate }, None);
    let case = street.case("no-trust/fork", DOMAIN, &street.bundle(PHARMACY).to_bytes()).update(&update);
    cases.push(gives(&case, DOMAIN, Some("trust.fork")));
    cases
}

impl Street {
    fn new(change: impl FnOnce(&mut Member)) -> Self {
        Self::named("street", change)
    }

    fn named(name: &str, change: impl FnOnce(&mut Member)) -> Self {
        let mut ledger = Ledger::new(name, Quorum::new(name, &[1; 4]));
        let anchor = ledger.anchor();
        ledger.add_product(1);
        ledger.add_pack(1, "S1");
        let mut leaf = pharmacy();
        change(&mut leaf);
        let path = ledger.paths().member(PHARMACY);
        ledger.put(path, &Leaf::Member(leaf));
        let block = ledger.seal(60_000);
        Self { ledger, anchor, block }
    }

    fn now(&self) -> u64 {
        self.block.header.time().0 + 1_000
    }

    fn prove(&self, members: &[MemberId]) -> Proof {
        let keys = members.iter().copied().map(Key::Member).collect();
        prove(&self.ledger.tree, &[keys], Vec::new(), &self.block.header, &self.block.certificate).expect("leaves")
    }

    fn bundle(&self, member: MemberId) -> Bundle {
        let proof = self.prove(&[member]).to_bytes();
        Bundle { proof, product: None, issuer: Some(info()), chains: Vec::new() }
    }

    /// A case whose scan is the domain and whose proof the bundle.
    fn case(&self, name: &str, domain: &str, bundle: &[u8]) -> Case {
        let name = format!("seller/{name}");
        Case::new(&name, &self.anchor, domain, bundle.to_vec(), self.now()).policy("buyer", "online")
    }

    fn gives(&self, name: &str, domain: &str, bundle: &Bundle, reason: Option<&str>) -> Value {
        gives(&self.case(name, domain, &bundle.to_bytes()), domain, reason)
    }
}

/// The case with what it must give: proved, or not for this reason.
fn gives(case: &Case, domain: &str, reason: Option<&str>) -> Value {
    let seller: Seller = case.client().verify_seller(domain, &case.proof, case.now_ms, &case.policy).expect("a policy");
    assert_eq!((seller.proved, seller.reason), (reason.is_none(), reason), "{}: {seller:?}", case.name);
    assert!(seller.info.is_none() || seller.info.as_ref().is_some_and(|info| info.domains.iter().any(|d| d == domain)));
    let mut json = case.without_proof();
    json.as_object_mut().map(|json| json.remove("scan"));
    json["domain"] = json!(domain);
    json["bundle"] = json!(base64(&case.proof));
    json["expect"] = decimal(&json!(seller));
    json
}

fn pharmacy() -> Member {
    Member { state: 1, roles: 1 << 4, newest_key: KeyNumber(1), info_hash: info().hash() }
}

fn info() -> MemberInfo {
    MemberInfo {
        name_zh: String::from("示例药房"),
        name_en: String::from("Example Pharmacy"),
        gln: String::from("9520123456788"),
        domains: [DOMAIN, "xn--fiq228c.example", "UPPER.example"].map(String::from).into(),
    }
}
