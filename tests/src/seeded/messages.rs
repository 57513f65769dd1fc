//! Messages of every type. What only has to be well-formed is random; what is checked while decoding is honest.

use super::{Seeded, WireType, parts::CSET82};
use crate::{
    ledger::{Ledger, Quorum},
    rng::Rng,
    stock::{pack_scan, unit_scan},
};
use medproof_core::{
    anchor::{Anchor, MAX_TRUSTING_PERIOD_MS},
    bucket::{Bucket, MAX_BITS, MIN_BITS},
    bundle::Bundle,
    certificate::Certificate,
    client::{Client, Consistency, Update},
    disclosure::{Disclosure, Field},
    encoding::Message,
    event::{Event, EventHead, body_hash},
    fork::Fork,
    genesis::Genesis,
    handover::HandOver,
    header::{Header, HeaderFields, UnixMillis},
    info::{MemberInfo, ProductInfo},
    log::TreeSize,
    proof::{Key, Proof, QrProof},
    scan::{Mode as Reading, parse},
    state::{Prefix, StateProof},
    validators::ValidatorSet,
    verdict::{Mode, Policy, Purpose},
};

/// What stands alone, with magic, type, version and suite before it.
pub const MESSAGES: [WireType; 14] = [
    WireType::message::<Genesis>("genesis"),
    HEADER,
    WireType::message::<Anchor>("anchor"),
    WireType::message::<Update>("update"),
    WireType::message::<Proof>("proof"),
    WireType::message::<QrProof>("qr-proof"),
    WireType::message::<Fork>("fork"),
    WireType::message::<Disclosure>("disclosure"),
    WireType::message::<Event>("event"),
    WireType::message::<ProductInfo>("product-info"),
    WireType::message::<Client>("memory"),
    WireType::message::<Bucket>("bucket"),
    WireType::message::<Bundle>("bundle"),
    WireType::message::<MemberInfo>("member-info"),
];

const HEADER: WireType = WireType {
    name: "header",
    seeded: |rng| Header::seeded(rng).raw().to_vec(),
    decode: |bytes| Header::from_bytes(bytes).is_ok(),
    reencode: |bytes| {
        let header = Header::from_bytes(bytes).ok()?;
        Some(header.fields().map_or_else(|| header.raw().to_vec(), |fields| fields.to_bytes()))
    },
};

const NAMES: &str = "abcdefghij ABCDEF-0123456789.éß药品登记演示";

impl Seeded for Genesis {
    fn seeded(rng: &mut Rng) -> Self {
        ledger(rng).genesis
    }
}

impl Seeded for Anchor {
    fn seeded(rng: &mut Rng) -> Self {
        let set = ValidatorSet::seeded(rng);
        let header = Header::from(&HeaderFields { next_set_hash: *set.hash(), ..Seeded::seeded(rng) });
        let period = 1 + rng.sized(MAX_TRUSTING_PERIOD_MS - 1);
        Self::new(&rng.text(NAMES, 1, 20), rng.flag(), header, set, period).expect("the parts belong together")
    }
}

impl Seeded for Update {
    fn seeded(rng: &mut Rng) -> Self {
        let consistency =
            |rng: &mut Rng| Consistency { first_size: TreeSize(rng.number()), proof: Seeded::seeded(rng) };
        Self {
            hand_overs: rng.list(0, 2, HandOver::seeded),
            header: Seeded::seeded(rng),
            certificate: Seeded::seeded(rng),
            consistency: rng.maybe(consistency),
        }
    }
}

impl Seeded for Proof {
    fn seeded(rng: &mut Rng) -> Self {
        let mut keys = rng.list(1, 20, Key::seeded);
        keys.sort();
        keys.dedup();
        let hand_overs = rng.list(0, 2, HandOver::seeded);
        let (header, certificate) = (Seeded::seeded(rng), Seeded::seeded(rng));
        // No key requires more than 16 leaves.
        let mut states = std::iter::repeat_with(|| StateProof::seeded(rng));
        let state = states.find(|state| state.end_count() <= 16 * keys.len()).expect("a short one");
        Self::new(keys, hand_overs, header, certificate, state).expect("ascending keys")
    }
}

impl Seeded for QrProof {
    fn seeded(rng: &mut Rng) -> Self {
        let mut ledger = ledger(rng);
        ledger.add_product(1);
        for number in 0..rng.below(20) {
            ledger.add_pack(1, &format!("OTHER-{number}"));
        }
        let depth = rng.below(4);
        match depth {
            0 => ledger.add_pack(1, "S1"),
            depth => ledger.add_nested(1, "S1", 1, depth),
        }
        let block = ledger.seal(1 + rng.below(1_000_000));
        let scan = match rng.below(4) {
            0 => pack_scan(1, "ABSENT"),
            1 if depth > 0 => unit_scan(1),
            _ => pack_scan(1, "S1"),
        };
        Self::from_proof(&ledger.prove(&block, &[&scan])).expect("one scan without hand-overs")
    }
}

impl Seeded for Fork {
    fn seeded(rng: &mut Rng) -> Self {
        let set = ValidatorSet::seeded(rng);
        let fields = HeaderFields { set_hash: *set.hash(), ..Seeded::seeded(rng) };
        let other = HeaderFields {
            chain_id: fields.chain_id,
            height: fields.height,
            set_hash: fields.set_hash,
            ..Seeded::seeded(rng)
        };
        let sides = [fields, other].map(|fields| (Header::from(&fields), Certificate::seeded(rng)));
        Self::new(set, sides).expect("two headers of one height")
    }
}

impl Seeded for Disclosure {
    fn seeded(rng: &mut Rng) -> Self {
        let field_count = 1 + rng.sized(999) as u16;
        let mut indices = rng.list(1, 4, |rng| rng.below(field_count.into()) as u16);
        indices.sort_unstable();
        indices.dedup();
        let field = |index| Field {
            index,
            name: rng.text(CSET82, 1, 60),
            value: rng.list(0, 200, |rng| rng.number::<u8>()),
            salt: rng.bytes32(),
            proof: Seeded::seeded(rng),
        };
        let fields = indices.into_iter().map(field).collect();
        Self::new(rng.bytes32(), field_count, fields).expect("ascending fields within their bounds")
    }
}

impl Seeded for Event {
    fn seeded(rng: &mut Rng) -> Self {
        let body = rng.list(0, 400, |rng| rng.number::<u8>());
        let head = EventHead { body_hash: body_hash(&body), ..Seeded::seeded(rng) };
        Self::new(head, body, Seeded::seeded(rng)).expect("the body belongs to the head")
    }
}

impl Seeded for ProductInfo {
    fn seeded(rng: &mut Rng) -> Self {
        let mut text = |letters| rng.text(letters, 0, 60);
        Self {
            name_zh: text("药品登记演示阿司匹林"),
            name_en: text(NAMES),
            holder: text(NAMES),
            form: text(NAMES),
            strength: text(NAMES),
            pack_size: text(NAMES),
            approval_number: text(CSET82),
            atc: text(CSET82),
            limits: rng.maybe(Seeded::seeded),
        }
    }
}

impl Seeded for MemberInfo {
    fn seeded(rng: &mut Rng) -> Self {
        Self {
            name_zh: rng.text(NAMES, 0, 60),
            name_en: rng.text(NAMES, 0, 60),
            gln: rng.text("0123456789", 13, 13),
            domains: rng.list(0, 8, |rng| rng.text("abcdefghij.-", 1, 30)),
        }
    }
}

impl Seeded for Bucket {
    fn seeded(rng: &mut Rng) -> Self {
        let bits = MIN_BITS + rng.sized(u64::from(MAX_BITS - MIN_BITS)) as u8;
        Self {
            product: Seeded::seeded(rng),
            prefix: Prefix::new(&Seeded::seeded(rng), bits),
            hand_overs: rng.list(0, 2, HandOver::seeded),
            header: Seeded::seeded(rng),
            certificate: Seeded::seeded(rng),
            state: Seeded::seeded(rng),
        }
    }
}

impl Seeded for Bundle {
    fn seeded(rng: &mut Rng) -> Self {
        Self {
            proof: rng.list(0, 300, Rng::number),
            product: rng.maybe(Seeded::seeded),
            issuer: rng.maybe(Seeded::seeded),
            chains: rng.list(0, 3, |rng| (Seeded::seeded(rng), Seeded::seeded(rng))),
        }
    }
}

/// A client that was shown packs and hand-overs, and now and then a fork.
impl Seeded for Client {
    fn seeded(rng: &mut Rng) -> Self {
        let mut ledger = ledger(rng);
        let mut client = Self::new(ledger.anchor());
        ledger.add_product(1);
        ledger.add_pack(1, "S1");
        for step in 0..rng.below(4) {
            let hand_overs = match rng.below(3) {
                0 => vec![ledger.hand_over(1_000, quorum(rng, &format!("next {step}")))],
                _ => Vec::new(),
            };
            let before = ledger.clone();
            let block = ledger.seal(1_000);
            let scan = pack_scan(1, if rng.flag() { "S1" } else { "ABSENT" });
            let proof = ledger.prove_after(hand_overs, &block, &[&scan]);
            see(&mut client, &scan, &proof);
            if rng.below(4) == 0 {
                let mut twin = before;
                twin.add_pack(1, "TWIN");
                let block = twin.seal(1_000);
                see(&mut client, &scan, &twin.prove(&block, &[&scan]));
                break;
            }
        }
        client
    }
}

fn see(client: &mut Client, scan: &str, proof: &Proof) {
    let now = UnixMillis(proof.header().time().0 + 1);
    let policy = Policy::new(Purpose::Dispenser, Mode::Online);
    client.verify(&parse(scan, Reading::Tolerant), &proof.to_bytes(), now, &policy);
}

fn ledger(rng: &mut Rng) -> Ledger {
    let name = rng.text(NAMES, 1, 20);
    let label = format!("validator {}", rng.next_u64());
    Ledger::new(&name, quorum(rng, &label))
}

fn quorum(rng: &mut Rng, label: &str) -> Quorum {
    let powers = rng.list(1, 7, |rng| 1 + rng.below(5) as u32);
    Quorum::new(label, &powers)
}
