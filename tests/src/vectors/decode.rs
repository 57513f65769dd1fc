//! Encodings of every message type, good and bad, and text forms.

use super::case::base64;
use crate::{
    ledger::{Ledger, Quorum},
    stock::{self, pack_id, pack_scan, product_code},
};
use medproof_core::{
    anchor::Anchor,
    bucket::Bucket,
    bundle::Bundle,
    client::{Client, Update},
    custody::{Chain, Step},
    disclosure::{self, Disclosure, Field},
    encoding::{DecodeError, Message, Wire},
    event::{Event, EventHead, EventKind, MemberRole, body_hash},
    fork::Fork,
    genesis::Genesis,
    header::{Header, UnixMillis},
    identity::{Day, MemberId},
    info::{MemberInfo, ProductInfo},
    keys::{KeyNumber, Signature},
    leaf::StorageLimits,
    log::{LeafIndex, MemoryLog},
    proof::{Proof, QrProof},
    prove::prove_bucket,
    state::{Path, Prefix},
    text,
};
use serde_json::{Value, json};

/// The type's name, an honest example, and how its bytes read.
struct Kind {
    name: &'static str,
    bytes: Vec<u8>,
    read: fn(&[u8]) -> Result<Vec<u8>, DecodeError>,
}

pub(super) fn cases() -> Vec<Value> {
    let mut cases = Vec::new();
    for kind in kinds() {
        let mut add = |name: String, bytes: Vec<u8>| {
            let expect = match (kind.read)(&bytes) {
                Ok(again) => {
                    assert_eq!(again, bytes, "{name} is not encoded as it was read");
                    "ok"
                }
                Err(error) => error.code(),
            };
            cases.push(json!({"name": name, "type": kind.name, "bytes": base64(&bytes), "expect": expect}));
        };
        let name = kind.name;
        add(format!("decode/{name}/good"), kind.bytes.clone());
        add(format!("decode/{name}/trailing"), [kind.bytes.as_slice(), &[0]].concat());
        for (offset, value, what) in [(0, 0x6d, "magic"), (4, 0x63, "type"), (5, 1, "version"), (6, 2, "suite")] {
            let mut bent = kind.bytes.clone();
            bent[offset] = value;
            add(format!("decode/{name}/{what}"), bent);
        }
        // Cut at every eighth of the message, and just before its end.
        let len = kind.bytes.len();
        for cut in
            (0..8).map(|eighth| len * eighth / 8).chain([3, 6, 7, len - 1]).collect::<std::collections::BTreeSet<_>>()
        {
            add(format!("decode/{name}/cut-{cut}"), kind.bytes[..cut].to_vec());
        }
        // Bytes set to their extremes, close together in the beginning and further apart later.
        let mut offset = 7;
        while offset < len {
            for (value, what) in [(0x00, "00"), (0xff, "ff"), (kind.bytes[offset] ^ 0x80, "flip")] {
                let mut bent = kind.bytes.clone();
                bent[offset] = value;
                if bent != kind.bytes {
                    add(format!("decode/{name}/byte-{offset}-{what}"), bent);
                }
            }
            offset += 1 + offset / 6;
        }
    }
    cases.extend(cut_and_wrong());
    cases.extend(state_proofs());
    cases.extend(memories());
    cases
}

/// Messages that are cut off behind a value which would be refused later: that they are cut off is said.
fn cut_and_wrong() -> Vec<Value> {
    let bytes_of = |name: &str| kinds().into_iter().find(|kind| kind.name == name).expect("a kind").bytes;
    let mut anchor = bytes_of("anchor");
    anchor[7] ^= 1;
    anchor.truncate(anchor.len() - 9);
    // Five keys are stated, of which the input cannot pay for one; the first is of an unknown kind.
    let qr = [&bytes_of("qr-proof")[..7], &[5, 7]].concat();
    let case = |(kind, name, bytes): (&str, &str, Vec<u8>)| {
        let found = kinds().into_iter().find(|known| known.name == kind).map(|known| (known.read)(&bytes));
        assert_eq!(found, Some(Err(DecodeError::Truncated)), "{kind} {name}");
        json!({"name": format!("decode/{kind}/{name}"), "type": kind, "bytes": base64(&bytes), "expect": DecodeError::Truncated.code()})
    };
    vec![case(("anchor", "other-chain-and-cut", anchor)), case(("qr-proof", "unpaid-keys", qr))]
}

/// State proofs inside a proof and a bucket, with faults that no single byte makes.
fn state_proofs() -> Vec<Value> {
    let kinds = kinds();
    let of = |name: &str| kinds.iter().find(|kind| kind.name == name).expect("a kind");
    let (proof, bucket) = (of("proof"), of("bucket"));
    let head_len_bytes = |kind: &Kind| {
        let state_len_bytes = match kind.name {
            "proof" => Proof::from_bytes(&kind.bytes).expect("a proof").state().len_bytes(),
            _ => Bucket::from_bytes(&kind.bytes).expect("a bucket").state.as_state_proof().len_bytes(),
        };
        kind.bytes.len() - state_len_bytes
    };
    let with = |kind: &Kind, state: &[u8]| [&kind.bytes[..head_len_bytes(kind)], state].concat();
    let leaf = |path: u8| [[path; 32].as_slice(), &[0, 1, 9]].concat();
    let subtree = |prefix: u8, a: u8, b: u8| [&[3, 1, prefix, 0, 2], leaf(a).as_slice(), &leaf(b)].concat();
    let whole = [&[0, 1, 3, 0, 0, 2], leaf(1).as_slice(), &leaf(2)].concat();
    let two = [&[0, 2], subtree(0, 1, 2).as_slice(), &subtree(0x80, 0x81, 0x82)].concat();
    let swapped = [&[0, 1, 3, 0, 0, 2], leaf(2).as_slice(), &leaf(1)].concat();
    let outside = [&[0, 1], subtree(0, 1, 0x82).as_slice(), &[0]].concat();
    let mut zero = proof.bytes.clone();
    let len = zero.len();
    zero[len - 32..].fill(0);
    let trailing = [whole.as_slice(), &[0]].concat();
    let subtree_code = "trust.state.subtree";
    let cases = [
        ("empty-sibling", proof, zero, "trust.state.empty-sibling"),
        (
            "empty-only-sibling",
            proof,
            with(proof, &[&[0, 1, 0, 1, 0, 0x80], [0; 32].as_slice()].concat()),
            "trust.state.empty-sibling",
        ),
        ("subtree", proof, with(proof, &whole), subtree_code),
        ("subtree-and-trailing", proof, with(proof, &trailing), subtree_code),
        ("whole-tree", bucket, with(bucket, &whole), "ok"),
        ("two-subtrees", bucket, with(bucket, &two), subtree_code),
        ("two-subtrees-and-trailing", bucket, with(bucket, &[two.as_slice(), &[0]].concat()), subtree_code),
        ("subtree-not-ascending", bucket, with(bucket, &swapped), "trust.message.order"),
        ("subtree-outside-its-prefix", bucket, with(bucket, &outside), "trust.message.value"),
        ("sixteen-ends", proof, with(proof, &nothings(16, 5)), "ok"),
        ("seventeen-ends", proof, with(proof, &nothings(17, 5)), "trust.message.bounds"),
        (
            "seventeen-ends-and-trailing",
            proof,
            with(proof, &[nothings(17, 5).as_slice(), &[0]].concat()),
            "trust.message.bounds",
        ),
        ("seventeen-ends-bucket", bucket, with(bucket, &nothings(17, 5)), "ok"),
        ("deep-bucket", bucket, with(bucket, &nothings(1_096, 255)), "ok"),
        ("too-deep-bucket", bucket, with(bucket, &nothings(1_097, 255)), "trust.message.bounds"),
    ];
    let case = |(name, kind, bytes, code): (&str, &Kind, Vec<u8>, &str)| {
        let found = (kind.read)(&bytes).map_or_else(|error| error.code(), |_| "ok");
        assert_eq!(found, code, "{name}");
        json!({"name": format!("decode/{}/state-{name}", kind.name), "type": kind.name, "bytes": base64(&bytes), "expect": code})
    };
    cases.into_iter().map(case).collect()
}

/// A state proof of `count` ends *nothing* at `depth`, side by side from the left in their first 16 bits, every sibling
/// empty.
fn nothings(count: u16, depth: u8) -> Vec<u8> {
    let mut bytes = count.to_be_bytes().to_vec();
    let mut bits = u32::from(depth);
    let start = |n: u16| n << (16 - depth.min(16));
    for n in 0..count {
        let mut path = [0; 32];
        path[..2].copy_from_slice(&start(n).to_be_bytes());
        bytes.extend([0, depth]);
        bytes.extend(&path[..usize::from(depth).div_ceil(8)]);
        if n > 0 {
            let shared = (start(n) ^ start(n - 1)).leading_zeros();
            bits += u32::from(depth) - shared - 1;
        }
    }
    bits -= u32::from(count) - 1;
    bytes.resize(bytes.len() + bits.div_ceil(8) as usize, 0);
    bytes
}

/// Client memories with a fork, and with entries that stand twice.
fn memories() -> Vec<Value> {
    let chain = super::known::Chain::new();
    let memory = chain.memory();
    let evidence = chain.forked(true);
    let twice = |at: usize, entry: &[u8]| {
        // The list's count is the two bytes before its one entry.
        [&memory[..at - 2], &[0, 2], entry, entry, &memory[at + entry.len()..]].concat()
    };
    let certified = [chain.update().header.to_wire(), chain.update().certificate.to_wire()].concat();
    let at = memory.windows(certified.len()).position(|bytes| bytes == certified).expect("a certified header");
    let end = memory.len();
    assert_eq!(memory[end - 3..], [0, 0, 0], "no packs seen, no fork");
    let seen = |entries: &[u8], count: u8| [&memory[..end - 3], &[0, count], entries, &[0]].concat();
    let entry = |path: u8| [[path; 32].as_slice(), &5_u64.to_be_bytes()].concat();
    let mut other_set = evidence.clone();
    let fork_at = evidence.len() - memory.len();
    let tag_at = memory.len() - 1;
    assert_eq!((evidence[tag_at], fork_at > 0), (2, true));
    other_set[tag_at + 2 + 36] ^= 1;
    let cases = [
        ("fork", evidence.clone(), "ok"),
        ("fork-without-evidence", chain.forked(false), "ok"),
        ("fork-of-another-kind", [&memory[..end - 1], &[3]].concat(), "trust.message.value"),
        ("fork-of-another-set", other_set, "trust.message.value"),
        ("certified-twice", twice(at, &certified), "trust.message.order"),
        ("seen", seen(&[entry(2), entry(1)].concat(), 2), "ok"),
        ("seen-twice", seen(&[entry(1), entry(1)].concat(), 2), "trust.message.order"),
        (
            "seen-twice-and-another-fork",
            {
                let mut bytes = seen(&[entry(1), entry(1)].concat(), 2);
                *bytes.last_mut().expect("bytes") = 3;
                bytes
            },
            "trust.message.order",
        ),
    ];
    let case = |(name, bytes, code): (&str, Vec<u8>, &str)| {
        let found = Client::from_bytes(&bytes).map_or_else(|error| error.code(), |_| "ok");
        assert_eq!(found, code, "{name}");
        json!({"name": format!("decode/memory/{name}"), "type": "memory", "bytes": base64(&bytes), "expect": code})
    };
    cases.into_iter().map(case).collect()
}

fn kinds() -> Vec<Kind> {
    let mut ledger = Ledger::new("decode", Quorum::new("decode", &[2, 1, 1]));
    let anchor = ledger.anchor();
    ledger.add_product(1);
    ledger.add_nested(1, "S1", 1, 2);
    ledger.add_pack(1, "S2");
    ledger.append(&event(&ledger).log_entry());
    let block = ledger.seal(1_000);
    let prefix = Prefix::new(&ledger.paths().pack(&pack_id(1, "S1")), 37);
    let bucket =
        prove_bucket(&ledger.tree, &product_code(1), prefix, &block.header, &block.certificate).expect("small");
    let hand_over = ledger.hand_over(1_000, Quorum::new("decode next", &[1]));
    let scan = pack_scan(1, "S1");
    let proof = ledger.prove(&block, &[&scan]);
    let after = ledger.seal(1_000);
    let update = Update { hand_overs: vec![hand_over], ..ledger.update(Vec::new(), &after, None) };
    let mut client = Client::new(anchor.clone());
    client.advance(&update, UnixMillis(after.header.time().0)).expect("an honest update");
    let mut fields = block.header.fields().expect("this version");
    fields.rules_version = 9;
    let (other, old) = (Header::from(&fields), Quorum::new("decode", &[2, 1, 1]));
    let sides = [&block.header, &other].map(|header| (header.clone(), old.certify(header, &[0, 1, 2])));
    let fork = Fork::new(old.set.clone(), sides).expect("two sides");
    vec![
        kind::<Genesis>("genesis", &ledger.genesis),
        Kind {
            name: "header",
            bytes: block.header.raw().to_vec(),
            read: |bytes| Ok(Header::from_bytes(bytes)?.raw().to_vec()),
        },
        kind::<Anchor>("anchor", &anchor),
        kind::<Update>("update", &update),
        kind::<Proof>("proof", &proof),
        kind::<QrProof>("qr-proof", &QrProof::from_proof(&proof).expect("has a short form")),
        kind::<Bucket>("bucket", &bucket),
        kind::<Bundle>("bundle", &bundle(&event(&ledger), proof.to_bytes())),
        kind::<Fork>("fork", &fork),
        kind::<Disclosure>("disclosure", &record()),
        kind::<Event>("event", &event(&ledger)),
        kind::<ProductInfo>("product-info", &info()),
        kind::<MemberInfo>("member-info", &member_info()),
        kind::<Client>("memory", &client),
    ]
}

fn kind<T: Message>(name: &'static str, example: &T) -> Kind {
    Kind { name, bytes: example.to_bytes(), read: |bytes| Ok(T::from_bytes(bytes)?.to_bytes()) }
}

fn bundle(event: &Event, proof: Vec<u8>) -> Bundle {
    let (path, entry) = (Path::new([5; 32]), event.log_entry());
    let unit = Chain(vec![Step::Own(entry)]);
    let pack = Chain(vec![Step::Own(entry), Step::Unit(path, unit.replay(), entry)]);
    let chains = vec![(Path::new([6; 32]), pack), (path, unit)];
    Bundle { proof, product: Some(info()), issuer: Some(member_info()), chains }
}

fn record() -> Disclosure {
    let mut log = MemoryLog::new();
    let leaf = |n: u8| disclosure::field_leaf(&[n; 32], "name", &[n]);
    for n in 0..3 {
        log.append(leaf(n));
    }
    let field = |n: u8| Field {
        index: u16::from(n),
        name: "name".to_string(),
        value: vec![n],
        salt: [n; 32],
        proof: log.inclusion_proof(LeafIndex(u64::from(n)), log.size()).expect("within the log"),
    };
    Disclosure::new([8; 32], 3, vec![field(0), field(2)]).expect("fields of a record")
}

fn event(ledger: &Ledger) -> Event {
    let body = b"serials and particulars".to_vec();
    let head = EventHead {
        chain_id: ledger.chain_id,
        member: MemberId(2),
        key_number: KeyNumber(1),
        lane: 3,
        counter: 4,
        time: UnixMillis(5),
        not_after: UnixMillis(6),
        salt: [7; 32],
        kind: EventKind(100),
        day: Day(20_454),
        role: MemberRole(2),
        body_hash: body_hash(&body),
    };
    Event::new(head, body, Signature([1; 64])).expect("the body's own hash")
}

fn info() -> ProductInfo {
    let limits = StorageLimits { min_decicelsius: -50, max_decicelsius: 250, cumulative_minutes: 600 };
    ProductInfo { limits: Some(limits), ..stock::amoxicillin() }
}

fn member_info() -> MemberInfo {
    MemberInfo {
        name_zh: "示例药店".to_string(),
        name_en: "Example Pharmacy".to_string(),
        gln: "9520123456788".to_string(),
        domains: vec!["shop.example".to_string()],
    }
}

pub(super) fn text_cases() -> Vec<Value> {
    let messages: Vec<Vec<u8>> = [0, 1, 2, 3, 4, 5, 6, 7, 100]
        .iter()
        .map(|len| (0..*len).map(|n: u8| n.wrapping_mul(37).wrapping_add(200)).collect())
        .collect();
    let mut texts: Vec<String> = messages.iter().map(|message| text::to_qr_text(message)).collect();
    let proof = kinds().into_iter().find(|kind| kind.name == "qr-proof").map(|kind| kind.bytes).expect("a kind");
    texts.extend([text::to_qr_text(&proof), text::to_fragment(&proof)]);
    texts.extend(messages.iter().map(|message| text::to_fragment(message)));
    for bad in
        ["", "MP1", "MP1:A", "MP1:GGX", "MP1:::", "MP1:::::", "mp1:BB8", "MP1:bb8", "MP2:BB8", "mp1=Z", "mp1=Zg=="]
    {
        texts.push(bad.to_string());
    }
    texts.extend(
        ["mp1=Zh", "mp1=Zm9", "mp1=Zm+v", "mp1=Zm/v", "mp1=Zm9v\n", "#mp1=Zg", "MP1:BB8 ", " MP1:BB8"]
            .map(str::to_string),
    );
    texts.sort();
    texts.dedup();
    let case = |(index, text): (usize, String)| {
        let bytes = medproof_core::plain::message_from_text(&text).map(|bytes| base64(&bytes));
        json!({"name": format!("text/{index:02}"), "text": text, "bytes": bytes})
    };
    texts.into_iter().enumerate().map(case).collect()
}
