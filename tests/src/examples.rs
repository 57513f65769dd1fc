//! The worked examples of `docs/FORMAT.md` section 15: every message, cut into its fields.

use crate::{
    ledger::{GENESIS_MS, Ledger, Quorum, public_key, read, signing_key},
    stock::{self, gtin, pack_id, product_code, sscc},
};
use ed25519_dalek::Signer;
use medproof_core::{
    bundle::Bundle,
    client::{Client, Update, scan_keys},
    custody::{Chain, Custody, Step},
    disclosure::{Disclosure, Field, field_leaf},
    encoding::{Message, Wire},
    event::{Event, EventHead, EventKind, LogEntry, MemberRole, body_hash},
    fork::Fork,
    hash::{Digest, Tag},
    header::{Header, UnixMillis},
    identity::{Day, MemberId},
    info::{MemberInfo, ProductInfo},
    keys::{KeyNumber, Signature},
    leaf::Leaf,
    log::{LeafIndex, MemoryLog},
    proof::QrProof,
    prove::prove_bucket,
    state::{Path, Prefix},
};
use std::fmt::Write;

/// The section, as it stands in the page.
pub fn section() -> String {
    let mut out = String::new();
    for (title, fields) in examples() {
        let _ = writeln!(out, "**{title}**\n\n```text");
        for (label, bytes) in fields {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let lines: Vec<&str> =
                hex.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap_or("")).collect();
            for (index, line) in lines.iter().enumerate() {
                let _ = writeln!(out, "{line:<64}  {}", if index == 0 { label.as_str() } else { "" });
            }
        }
        let trimmed: String = out.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        out = trimmed + "```\n\n";
    }
    out.trim_end().to_string() + "\n"
}

type Example = (&'static str, Vec<(String, Vec<u8>)>);

/// Cuts `bytes` into fields of the stated lengths; what is left over is the last field.
fn cut(bytes: &[u8], fields: &[(&str, usize)], last: &str) -> Vec<(String, Vec<u8>)> {
    let mut rest = bytes;
    let mut cut = Vec::new();
    for (label, len) in fields {
        let (field, behind) = rest.split_at(*len);
        cut.push(((*label).to_string(), field.to_vec()));
        rest = behind;
    }
    if !rest.is_empty() {
        cut.push((last.to_string(), rest.to_vec()));
    }
    cut
}

const HEADER: [(&str, usize); 11] = [
    ("prelude(2)", 7),
    ("chain id", 32),
    ("height", 8),
    ("time", 8),
    ("set hash", 32),
    ("next set hash", 32),
    ("parent hash", 32),
    ("log size", 8),
    ("log root", 32),
    ("state root", 32),
    ("rules version", 4),
];
const CERTIFICATE: [(&str, usize); 6] =
    [("height", 8), ("round", 4), ("header hash", 32), ("set length", 2), ("bitmap", 1), ("signature", 64)];
const SET: [(&str, usize); 3] = [("one validator", 2), ("key", 32), ("power", 4)];

/// All examples: one validator, one product, one pack, one event.
fn examples() -> Vec<Example> {
    let mut ledger = Ledger::new("example", Quorum::new("example", &[1]));
    let event = event(&ledger);
    ledger.put_product(1, stock::product());
    ledger.put_lot(1, stock::lot());
    ledger.add_pack(1, "S1");
    ledger.append(&event.log_entry());
    let anchor = ledger.anchor();
    let block = ledger.seal(1_000);
    let scan = format!("]d201{}21S1", gtin(1));
    let proof = ledger.prove(&block, &[&scan]);
    let prefix = Prefix::new(&ledger.paths().pack(&pack_id(1, "S1")), 40);
    let bucket =
        prove_bucket(&ledger.tree, &product_code(1), prefix, &block.header, &block.certificate).expect("small");
    let old = ledger.quorum.clone();
    let mut fields = block.header.fields().expect("this version");
    fields.rules_version = 2;
    let other = Header::from(&fields);
    let sides = [&block.header, &other].map(|header| (header.clone(), old.certify(header, &[0])));
    let fork = Fork::new(old.set.clone(), sides).expect("two sides");
    let hand_over = ledger.hand_over(1_000, Quorum::new("example next", &[1]));
    let after = ledger.seal(1_000);
    let update = Update { hand_overs: vec![hand_over], ..ledger.update(Vec::new(), &after, None) };
    let mut client = Client::new(anchor.clone());
    client.advance(&update, UnixMillis(after.header.time().0)).expect("an honest update");
    let key_len = 1 + Wire::to_wire(&scan_keys(&read(&scan))[0]).len() - 1;
    let header_lens = [("header, 227 bytes", 2 + 227), ("certificate", 111)];
    let mut qr = cut(
        &QrProof::from_proof(&proof).expect("short").to_bytes(),
        &[
            ("prelude(6)", 7),
            ("one key", 1),
            ("key", key_len),
            ("height", 8),
            ("time", 8),
            ("parent hash", 32),
            ("log size", 8),
            ("log root", 32),
            ("rules version", 4),
            ("the next set is the same", 1),
            ("round", 4),
            ("signers", 67),
            ("five answers", 1),
        ],
        "",
    );
    if let Some((_, rest)) = qr.pop() {
        let mut at = 0;
        for label in ["product", "pack", "lot", "member", "key"] {
            let len = 2 + usize::from(rest[at]) * 256 + usize::from(rest[at + 1]);
            qr.push((format!("answer: {label}"), rest[at..at + len].to_vec()));
            at += len;
        }
        qr.push(("compact state proof".to_string(), rest[at..].to_vec()));
    }
    let hand_over_len = 2 + 227 + 111 + 38;
    vec![
        ("Header and set", [cut(block.header.raw(), &HEADER, ""), cut(&old.set.to_wire(), &SET, "")].concat()),
        ("Certificate", cut(&block.certificate.to_wire(), &CERTIFICATE, "")),
        ("Genesis", genesis(&ledger)),
        (
            "Anchor",
            cut(
                &anchor.to_bytes(),
                &[
                    ("prelude(3)", 7),
                    ("chain id", 32),
                    ("name", 8),
                    ("demo", 1),
                    ("header, 227 bytes", 229),
                    ("set", 38),
                ],
                "trusting period",
            ),
        ),
        (
            "Update",
            cut(
                &update.to_bytes(),
                &[
                    ("prelude(4)", 7),
                    ("one hand-over", 2),
                    ("header, certificate, new set", hand_over_len),
                    header_lens[0],
                    header_lens[1],
                ],
                "no consistency proof",
            ),
        ),
        (
            "Proof",
            cut(
                &proof.to_bytes(),
                &[
                    ("prelude(5)", 7),
                    ("one key", 2),
                    ("key", key_len),
                    ("no hand-overs", 2),
                    header_lens[0],
                    header_lens[1],
                ],
                "state proof (section 6)",
            ),
        ),
        ("QR proof", qr),
        (
            "Bucket",
            cut(
                &bucket.to_bytes(),
                &[
                    ("prelude(7)", 7),
                    ("product code", 16),
                    ("40 bits", 1),
                    ("prefix", 5),
                    ("no hand-overs", 2),
                    header_lens[0],
                    header_lens[1],
                ],
                "bucket proof (section 6)",
            ),
        ),
        ("Bundle", bundle(&proof.to_bytes())),
        (
            "Fork",
            cut(
                &fork.to_bytes(),
                &[("prelude(8)", 7), ("set", 38), header_lens[0], header_lens[1], header_lens[0]],
                "certificate",
            ),
        ),
        ("Disclosure", disclosure()),
        (
            "Event",
            cut(
                &event.to_bytes(),
                &[
                    ("prelude(10)", 7),
                    ("chain id", 32),
                    ("member", 4),
                    ("key number", 2),
                    ("lane", 2),
                    ("counter", 6),
                    ("time", 8),
                    ("not after", 8),
                    ("salt", 32),
                    ("kind", 2),
                    ("day", 4),
                    ("member role", 1),
                    ("body hash", 32),
                    ("body", 8),
                ],
                "signature",
            ),
        ),
        ("Log entry of that event", cut(&event.log_entry().to_wire(), &[("kind", 2), ("day", 4), ("role", 1)], "hash")),
        ("Product information", product_info()),
        ("Member information", member_info()),
        (
            "Client memory",
            cut(
                &client.to_bytes(),
                &[
                    ("prelude(13)", 7),
                    ("anchor, a whole message", 2 + anchor.to_bytes().len()),
                    ("newest header", 229),
                    ("two ranges", 2),
                    ("range", 48 + 38),
                    ("range", 48 + 38),
                    ("log size", 8),
                    ("log root", 32),
                    ("one certified header", 2),
                    header_lens[0],
                    header_lens[1],
                    ("no packs seen", 2),
                ],
                "no fork",
            ),
        ),
        ("Leaves", leaves(&ledger)),
    ]
}

fn genesis(ledger: &Ledger) -> Vec<(String, Vec<u8>)> {
    let member = [("member", 4), ("roles", 2), ("member info hash", 32), ("key", 32), ("signature", 64)];
    let head = [
        ("prelude(1)", 7),
        ("name", 8),
        ("demo", 1),
        ("time", 8),
        ("rules version", 4),
        ("heartbeat", 4),
        ("undo days", 1),
        ("trusting period", 8),
        ("set", 38),
        ("five members", 2),
    ];
    cut(&ledger.genesis.to_bytes(), &[head.as_slice(), &member].concat(), "four members more")
}

fn event(ledger: &Ledger) -> Event {
    let body = b"body".to_vec();
    let key = signing_key("member/2");
    let head = EventHead {
        chain_id: ledger.chain_id,
        member: MemberId(2),
        key_number: KeyNumber(1),
        lane: 0,
        counter: 1,
        time: UnixMillis(GENESIS_MS),
        not_after: UnixMillis(GENESIS_MS + 86_400_000),
        salt: [7; 32],
        kind: EventKind(500),
        day: Day(20_454),
        role: MemberRole(2),
        body_hash: body_hash(&body),
    };
    let signature = Signature(key.sign(&head.signed_message()).to_bytes());
    let event = Event::new(head, body, signature).expect("the body's own hash");
    assert!(event.is_signed_by(&public_key(&key)));
    event
}

/// A proof with no names, and a chain of two events of which one came through a unit.
fn bundle(proof: &[u8]) -> Vec<(String, Vec<u8>)> {
    let entry =
        |kind| LogEntry { kind: EventKind(kind), day: Day(20_454), role: MemberRole(2), envelope: Digest([7; 32]) };
    let unit = Custody { events: 3, hash: Digest([9; 32]) };
    let steps = vec![Step::Own(entry(500)), Step::Unit(Path::new([8; 32]), unit, entry(700))];
    let chains = vec![(Path::new([6; 32]), Chain(steps))];
    let bundle = Bundle { proof: proof.to_vec(), product: None, issuer: None, chains };
    let fields = [
        ("prelude(12)", 7),
        ("length of the proof", 4),
        ("proof, as above", proof.len()),
        ("no product information", 2),
        ("no member information", 2),
        ("one chain", 1),
        ("path", 32),
        ("two steps", 2),
        ("an event of its own", 1),
        ("entry", 39),
        ("through a unit", 1),
        ("the unit's path", 32),
        ("events of the unit", 4),
        ("running hash of the unit", 32),
    ];
    cut(&bundle.to_bytes(), &fields, "entry")
}

fn disclosure() -> Vec<(String, Vec<u8>)> {
    let mut log = MemoryLog::new();
    for n in 0..2 {
        log.append(field_leaf(&[n; 32], "dose", &[b'1' + n]));
    }
    let proof = log.inclusion_proof(LeafIndex(1), log.size()).expect("within the log");
    let field = Field { index: 1, name: "dose".to_string(), value: b"2".to_vec(), salt: [1; 32], proof };
    let disclosure = Disclosure::new([8; 32], 2, vec![field]).expect("a field of a record");
    let commitment = disclosure.commitment().expect("one root");
    let fields = [
        ("prelude(9)", 7),
        ("record id", 32),
        ("of two fields", 2),
        ("one is shown", 2),
        ("index", 2),
        ("name", 5),
        ("value", 3),
        ("salt", 32),
    ];
    let mut cut = cut(&disclosure.to_bytes(), &fields, "inclusion proof");
    cut.push(("(the commitment on the ledger)".to_string(), commitment.0.to_vec()));
    cut
}

fn product_info() -> Vec<(String, Vec<u8>)> {
    let text = str::to_string;
    let info = ProductInfo {
        name_zh: text("药"),
        name_en: text("drug"),
        holder: text("MAH"),
        form: String::new(),
        strength: text("5 mg"),
        pack_size: text("30"),
        approval_number: String::new(),
        atc: String::new(),
        limits: None,
    };
    let fields = [
        ("prelude(11)", 7),
        ("name zh", 4),
        ("name en", 5),
        ("holder", 4),
        ("form", 1),
        ("strength", 5),
        ("pack size", 3),
        ("approval number", 1),
        ("ATC code", 1),
    ];
    let mut cut = cut(&info.to_bytes(), &fields, "no limits");
    cut.push(("(info hash)".to_string(), info.hash().0.to_vec()));
    cut
}

fn member_info() -> Vec<(String, Vec<u8>)> {
    let text = str::to_string;
    let info =
        MemberInfo {
            name_zh: text("店"), name_en: text("shop"), gln: String::new(), domains: vec![text("a.example")]
        };
    let fields = [("prelude(14)", 7), ("name zh", 4), ("name en", 5), ("no GLN", 1), ("one domain", 1)];
    let mut cut = cut(&info.to_bytes(), &fields, "domain");
    cut.push(("(info hash)".to_string(), info.hash().0.to_vec()));
    cut
}

fn leaves(ledger: &Ledger) -> Vec<(String, Vec<u8>)> {
    let paths = ledger.paths();
    let named = |label: &str, path: medproof_core::state::Path, leaf: Leaf| {
        [(format!("path of the {label}"), path.as_bytes().to_vec()), (label.to_string(), leaf.to_value())]
    };
    let holder = stock::commitment(MemberId(4));
    let unit = stock::unit(1, medproof_core::leaf::UnitPlace::Holder(holder));
    let pack = stock::pack(ledger, 1, MemberId(4));
    let mut leaves = Vec::new();
    leaves.extend(named("product", paths.product(&product_code(1)), Leaf::Product(stock::product())));
    leaves.extend(named("lot", paths.lot(&product_code(1), &stock::lot().lot), Leaf::Lot(stock::lot())));
    leaves.extend(named("pack", paths.pack(&pack_id(1, "S1")), Leaf::Pack(pack)));
    leaves.extend(named("head", paths.unit_head(sscc(1)), Leaf::UnitHead(1)));
    leaves.extend(named("unit", paths.unit(stock::parent(1, 1)), Leaf::Unit(unit)));
    leaves.extend(named("validators", paths.validators(), Leaf::Validators(Digest::ZERO)));
    leaves.push(("(tag of a path, with its length)".to_string(), Tag::Path.prefix()));
    leaves
}
