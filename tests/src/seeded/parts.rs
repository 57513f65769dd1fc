//! Identities, keys, hashes, proofs: what messages are made of.

use super::{Seeded, WireType};
use crate::{rng::Rng, stock};
use medproof_core::{
    certificate::{Certificate, Signers},
    custody::{Chain, Custody, Step},
    event::{EventHead, EventKind, LogEntry, MemberRole},
    handover::HandOver,
    hash::Digest,
    header::{Header, HeaderFields, Height, UnixMillis},
    identity::{Day, Lot, MemberId, PackId, ProductCode, Scheme, Serial, Sscc},
    keys::{KeyNumber, PublicKey, Signature},
    leaf::{LotRef, Parent, Place, UnitPlace},
    log::{LogHash, LogProof, TreeSize},
    proof::Key,
    state::{BucketProof, MemoryTree, NodeHash, Path, Prefix, StateProof},
    validators::{Validator, ValidatorSet},
};

/// What messages and leaves are made of.
pub const PARTS: [WireType; 25] = [
    WireType::part::<Digest>("digest"),
    WireType::part::<PublicKey>("public-key"),
    WireType::part::<Signature>("signature"),
    WireType::part::<ProductCode>("product-code"),
    WireType::part::<Serial>("serial"),
    WireType::part::<Lot>("lot-number"),
    WireType::part::<PackId>("pack-id"),
    WireType::part::<Sscc>("sscc"),
    WireType::part::<Parent>("parent"),
    WireType::part::<Place>("place"),
    WireType::part::<UnitPlace>("unit-place"),
    WireType::part::<LotRef>("lot-reference"),
    WireType::part::<Key>("key"),
    WireType::part::<Path>("path"),
    WireType::part::<Prefix>("prefix"),
    WireType::part::<LogHash>("log-hash"),
    WireType::part::<LogProof>("log-proof"),
    WireType::part::<StateProof>("state-proof"),
    WireType::part::<BucketProof>("bucket-proof"),
    WireType::part::<ValidatorSet>("validator-set"),
    WireType::part::<Certificate>("certificate"),
    WireType::part::<HandOver>("hand-over"),
    WireType::part::<EventHead>("event-head"),
    WireType::part::<LogEntry>("log-entry"),
    WireType::part::<Chain>("custody-chain"),
];

const DIGITS: &str = "0123456789";
const UPPER: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
pub(super) const CSET82: &str = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

impl Seeded for Digest {
    fn seeded(rng: &mut Rng) -> Self {
        Self(rng.bytes32())
    }
}

impl Seeded for PublicKey {
    fn seeded(rng: &mut Rng) -> Self {
        Self(rng.bytes32())
    }
}

impl Seeded for Signature {
    fn seeded(rng: &mut Rng) -> Self {
        Self([rng.bytes32(), rng.bytes32()].concat().try_into().expect("64 bytes"))
    }
}

impl Seeded for ProductCode {
    fn seeded(rng: &mut Rng) -> Self {
        match rng.below(4) {
            0 => stock::product_code(rng.below(1_000_000) as u32),
            1 => {
                // One number in eleven has no check digit.
                let number = rng.below(10_000_000);
                let code = (0..10).map(|check| format!("{number:07}{check}"));
                let code = code.map(|code| Self::new(Scheme::Pzn, &code)).find_map(Result::ok);
                code.unwrap_or_else(|| Self::seeded(rng))
            }
            2 => Self::new(Scheme::China, &rng.text(UPPER, 7, 7)).expect("7 characters"),
            _ => {
                let code = format!("{}{}", rng.one_of(&["DE", "FR", "BR"]), rng.text(CSET82, 1, 20));
                Self::new(Scheme::National, &code).expect("a country and a code")
            }
        }
    }
}

impl Seeded for Serial {
    fn seeded(rng: &mut Rng) -> Self {
        Self::new(&rng.text(CSET82, 1, 20)).expect("of its set")
    }
}

impl Seeded for Lot {
    fn seeded(rng: &mut Rng) -> Self {
        Self::new(&rng.text(CSET82, 1, 20)).expect("of its set")
    }
}

impl Seeded for PackId {
    fn seeded(rng: &mut Rng) -> Self {
        Self { product: Seeded::seeded(rng), serial: Seeded::seeded(rng) }
    }
}

impl Seeded for Sscc {
    fn seeded(rng: &mut Rng) -> Self {
        let digits = rng.text(DIGITS, 17, 17);
        let mut codes = (0..10).map(|check| Self::new(&format!("{digits}{check}")));
        codes.find_map(Result::ok).expect("one of ten check digits is right")
    }
}

impl Seeded for Parent {
    fn seeded(rng: &mut Rng) -> Self {
        Self { sscc: Seeded::seeded(rng), generation: rng.number() }
    }
}

impl Seeded for Place {
    fn seeded(rng: &mut Rng) -> Self {
        if rng.flag() { Self::Holder(Seeded::seeded(rng)) } else { Self::Inside(Seeded::seeded(rng)) }
    }
}

impl Seeded for UnitPlace {
    fn seeded(rng: &mut Rng) -> Self {
        match rng.below(3) {
            0 => Self::Holder(Seeded::seeded(rng)),
            1 => Self::Inside(Seeded::seeded(rng)),
            _ => Self::Dissolved(Seeded::seeded(rng)),
        }
    }
}

impl Seeded for LotRef {
    fn seeded(rng: &mut Rng) -> Self {
        Self(rng.bytes(28).try_into().expect("28 bytes"))
    }
}

impl Seeded for Key {
    fn seeded(rng: &mut Rng) -> Self {
        match rng.below(6) {
            0 => Self::Product(Seeded::seeded(rng)),
            1 => Self::Lot(Seeded::seeded(rng), Seeded::seeded(rng)),
            2 => Self::Pack(Seeded::seeded(rng)),
            3 => Self::Unit(Seeded::seeded(rng)),
            4 => Self::Record(rng.bytes32()),
            _ => Self::Member(MemberId(rng.number())),
        }
    }
}

impl Seeded for Path {
    fn seeded(rng: &mut Rng) -> Self {
        Self::new(rng.bytes32())
    }
}

impl Seeded for Prefix {
    fn seeded(rng: &mut Rng) -> Self {
        Self::new(&Seeded::seeded(rng), rng.number())
    }
}

impl Seeded for LogHash {
    fn seeded(rng: &mut Rng) -> Self {
        Self::from_bytes(rng.bytes32())
    }
}

impl Seeded for LogProof {
    fn seeded(rng: &mut Rng) -> Self {
        Self::new(rng.list(0, 64, Seeded::seeded)).expect("no more than 64")
    }
}

/// A tree, and paths to ask: present ones, and absent ones near them.
fn tree(rng: &mut Rng) -> (MemoryTree, Vec<Path>) {
    let mut tree = MemoryTree::new();
    let leaves = rng.list(0, 40, |rng| (Path::seeded(rng), rng.one_of(&[1, 2, 30])));
    let mut asked = vec![Path::seeded(rng)];
    for (path, len_bytes) in leaves {
        tree.insert(path, rng.bytes(len_bytes)).expect("short values");
        if rng.flag() {
            asked.push(path);
        }
        if rng.below(4) == 0 {
            let mut near = *path.as_bytes();
            near[31] ^= 1;
            asked.push(Path::new(near));
        }
    }
    (tree, asked)
}

impl Seeded for StateProof {
    fn seeded(rng: &mut Rng) -> Self {
        let (tree, asked) = tree(rng);
        tree.prove(&asked).expect("few paths")
    }
}

impl Seeded for BucketProof {
    fn seeded(rng: &mut Rng) -> Self {
        let (tree, asked) = tree(rng);
        let bucket = Prefix::new(&asked[0], rng.below(5) as u8);
        tree.prove_bucket(&bucket, &asked[1..]).expect("few paths")
    }
}

impl Seeded for ValidatorSet {
    fn seeded(rng: &mut Rng) -> Self {
        let mut validators =
            rng.list(1, 256, |rng| Validator { key: Seeded::seeded(rng), power: rng.number::<u32>().max(1) });
        validators.sort_by_key(|validator| validator.key);
        Self::new(validators).expect("distinct keys, sorted")
    }
}

impl Seeded for Signers {
    fn seeded(rng: &mut Rng) -> Self {
        let set_len = 1 + rng.sized(255) as u16;
        let places: Vec<u16> = (0..set_len).filter(|_| rng.below(3) > 0).collect();
        let signatures: Vec<_> = places.into_iter().map(|place| (place, Seeded::seeded(rng))).collect();
        Self::new(set_len, &signatures).expect("ascending places")
    }
}

impl Seeded for Certificate {
    fn seeded(rng: &mut Rng) -> Self {
        Self::new(Height(rng.number()), rng.number(), Seeded::seeded(rng), Seeded::seeded(rng))
    }
}

impl Seeded for HeaderFields {
    fn seeded(rng: &mut Rng) -> Self {
        Self {
            chain_id: Seeded::seeded(rng),
            height: Height(rng.number()),
            time: UnixMillis(rng.number()),
            set_hash: Seeded::seeded(rng),
            next_set_hash: Seeded::seeded(rng),
            parent_hash: Seeded::seeded(rng),
            log_size: TreeSize(rng.number()),
            log_root: Seeded::seeded(rng),
            state_root: NodeHash::from_bytes(rng.bytes32()),
            rules_version: rng.number(),
        }
    }
}

/// One in four is of a version that nobody knows yet.
impl Seeded for Header {
    fn seeded(rng: &mut Rng) -> Self {
        let mut bytes = HeaderFields::seeded(rng).to_bytes();
        if rng.below(4) == 0 {
            bytes[5] = 1 + rng.below(255) as u8;
            bytes.truncate(119);
            bytes.extend(rng.list(0, 905, |rng| rng.number::<u8>()));
        }
        Self::from_bytes(&bytes).expect("a header")
    }
}

impl Seeded for HandOver {
    fn seeded(rng: &mut Rng) -> Self {
        Self { header: Seeded::seeded(rng), certificate: Seeded::seeded(rng), new_set: Seeded::seeded(rng) }
    }
}

impl Seeded for EventHead {
    fn seeded(rng: &mut Rng) -> Self {
        Self {
            chain_id: Seeded::seeded(rng),
            member: MemberId(rng.number()),
            key_number: KeyNumber(rng.number()),
            lane: rng.number(),
            counter: 1 + rng.sized((1 << 48) - 2),
            time: UnixMillis(rng.number()),
            not_after: UnixMillis(rng.number()),
            salt: rng.bytes32(),
            kind: EventKind(rng.number()),
            day: Day(rng.number()),
            role: MemberRole(rng.number()),
            body_hash: Seeded::seeded(rng),
        }
    }
}

impl Seeded for LogEntry {
    fn seeded(rng: &mut Rng) -> Self {
        Self {
            kind: EventKind(rng.number()),
            day: Day(rng.number()),
            role: MemberRole(rng.number()),
            envelope: Seeded::seeded(rng),
        }
    }
}

impl Seeded for Chain {
    fn seeded(rng: &mut Rng) -> Self {
        Self(rng.list(0, 20, |rng| {
            if rng.flag() {
                return Step::Own(Seeded::seeded(rng));
            }
            let unit = Custody { events: rng.number(), hash: Seeded::seeded(rng) };
            Step::Unit(Seeded::seeded(rng), unit, Seeded::seeded(rng))
        }))
    }
}
