//! Proofs from a ledger of 2^33 packs, too large to be built: see `medproof_core::state::simulate`.
//!
//! What is assumed: packs of every product fill lots of 10,000, cases of 50 and pallets of 40 cases, each with
//! head and leaf; 256 members with two keys each; 2^30 patients' records; of the rest a few leaves.
//! Two products whose owners' 24 bits meet are left out: one in 2,000 for each 8,192 products.

use crate::{
    ledger::{GENESIS_MS, Quorum, public_key, signing_key},
    rng::Rng,
    stock::{MANUFACTURER, commitment, day, gtin, lot, pack_id, parent, product, product_code},
};
use medproof_core::{
    anchor::Anchor,
    hash::{Digest, sha256},
    header::{Header, HeaderFields, Height, UnixMillis},
    identity::{Lot, MemberId, PackId},
    keys::KeyNumber,
    leaf::{self, Family, Leaf, LotRef, Paths, Place, State, UnitPlace},
    log::{LogHash, TreeSize},
    proof::{Key, Proof},
    scan::{Mode, Scan, parse},
    state::{NodeHash, Path, StateProof, simulate},
};

/// How large the ledger is.
#[derive(Clone, Copy, Debug)]
pub struct World {
    /// Products with packs.
    pub products: f64,
    /// Packs of the product that is asked about.
    pub packs: f64,
    /// Packs of all products.
    pub all_packs: f64,
    /// Characters of the serial and of the lot.
    pub text_len: usize,
}

/// The conditions under which a proof has to fit one QR code.
pub const LARGE: World =
    World { products: 8_192.0, packs: (1_u64 << 20) as f64, all_packs: (1_u64 << 33) as f64, text_len: 13 };

const LOT_PACKS: f64 = 10_000.0;
const CASE_PACKS: f64 = 50.0;
const PALLET_CASES: f64 = 40.0;
const MEMBERS: f64 = 256.0;
const KEYS_PER_MEMBER: f64 = 2.0;
const RECORDS: f64 = (1_u64 << 30) as f64;

/// A chain of which only one block is ever proved.
pub struct Chain {
    chain_id: Digest,
    quorum: Quorum,
}

impl Chain {
    /// A chain with so many validators of one power.
    pub fn new(validators: usize) -> Self {
        Self { chain_id: sha256(b"a large world"), quorum: Quorum::new("world", &vec![1; validators]) }
    }

    /// The proof about `count` packs of one product, each `depth` units deep in units of their own.
    ///
    /// With `depth` 1 and `count` above 1 all packs lie in one unit.
    pub fn prove(&self, world: &World, count: usize, depth: u64, rng: &mut Rng) -> (Proof, Vec<Scan>) {
        let paths = Paths::new(&self.chain_id);
        let n = rng.below(1_000_000) as u32;
        let code = product_code(n);
        let name = Lot::new(&text(rng, world.text_len)).expect("a lot");
        let mut leaves = vec![
            (paths.product(&code), Leaf::Product(product())),
            (paths.lot(&code, &name), Leaf::Lot(leaf::Lot { lot: name.clone(), ..lot() })),
            (paths.member(MANUFACTURER), Leaf::Member(member())),
            (paths.key(MANUFACTURER, KeyNumber(1)), Leaf::Key(key())),
        ];
        let first_unit = rng.below(1_000_000_000);
        for level in 0..depth {
            let place = if level + 1 == depth {
                UnitPlace::Holder(commitment(MemberId(3)))
            } else {
                UnitPlace::Inside(parent(first_unit + level + 1, 1))
            };
            let unit = crate::stock::unit(CASE_PACKS as u32, place);
            leaves.push((paths.unit(parent(first_unit + level, 1)), Leaf::Unit(unit)));
        }
        let place =
            if depth == 0 { Place::Holder(commitment(MemberId(4))) } else { Place::Inside(parent(first_unit, 1)) };
        let packs: Vec<PackId> = (0..count).map(|_| pack_id(n, &text(rng, world.text_len))).collect();
        let leaf = Leaf::Pack(pack_leaf(paths.lot_ref(&code, &name), place));
        leaves.extend(packs.iter().map(|pack| (paths.pack(pack), leaf.clone())));
        let values: Vec<_> = leaves.iter().map(|(path, leaf)| (*path, Some(leaf.to_value()))).collect();
        let state = world.simulate(&values, rng);
        let scan = |pack: &PackId| parse(&format!("]d201{}21{}", gtin(n), pack.serial.as_str()), Mode::Tolerant);
        let scans = packs.iter().map(scan).collect();
        let mut keys: Vec<Key> = packs.into_iter().map(Key::Pack).collect();
        keys.sort();
        (self.seal(keys, state, rng), scans)
    }

    /// The anchor of a client that accepts these proofs.
    pub fn anchor(&self) -> Anchor {
        let header = self.header(Height(0), NodeHash::EMPTY, &mut Rng(0));
        Anchor::new("world", true, header, self.quorum.set.clone(), 1 << 30).expect("the anchor's parts fit")
    }

    fn seal(&self, keys: Vec<Key>, state: StateProof, rng: &mut Rng) -> Proof {
        let root = state.root().expect("a simulated proof folds");
        let header = self.header(Height(123_456_789), root, rng);
        let certificate = self.quorum.certify(&header, &self.quorum.fewest());
        Proof::new(keys, Vec::new(), header, certificate, state).expect("the proof's parts fit")
    }

    fn header(&self, height: Height, state_root: NodeHash, rng: &mut Rng) -> Header {
        Header::from(&HeaderFields {
            chain_id: self.chain_id,
            height,
            time: UnixMillis(GENESIS_MS + height.0.min(1_000)),
            set_hash: *self.quorum.set.hash(),
            next_set_hash: *self.quorum.set.hash(),
            parent_hash: Digest(rng.bytes32()),
            log_size: TreeSize(1 << 35),
            log_root: LogHash::from_bytes(rng.bytes32()),
            state_root,
            rules_version: 1,
        })
    }
}

impl World {
    fn simulate(&self, values: &[(Path, Option<Vec<u8>>)], rng: &mut Rng) -> StateProof {
        simulate(values, |path, depth_bits| self.population(path, depth_bits), || rng.next_u64())
            .expect("few and short leaves")
    }

    /// How many leaves nobody asked for share the first `depth_bits` bits of `path`.
    ///
    /// Down to the owner's 28 bits an owner counts as one leaf, since its leaves lie together; below,
    /// the owner is one that was asked about.
    fn population(&self, path: &Path, depth_bits: usize) -> f64 {
        let halved = |leaves: f64, from: usize| leaves * 0.5_f64.powi(depth_bits.saturating_sub(from) as i32);
        let family = path.as_bytes()[0] >> 4;
        let kind = path.as_bytes()[3] & 15;
        let units = self.all_packs / CASE_PACKS * (1.0 + 1.0 / PALLET_CASES);
        if depth_bits < 4 {
            // Some family that has leaves; which ones does not matter here.
            return if family < 5 { 1e9 } else { 0.0 };
        }
        let is_below_owner = depth_bits > 28;
        match family {
            f if f == Family::TradeItems as u8 && is_below_owner => match kind {
                1 => halved(self.packs / LOT_PACKS, 32),
                2 => halved(self.packs, 32),
                _ => 0.0,
            },
            f if f == Family::TradeItems as u8 => halved(self.products, 4),
            // More SSCCs than owners: each prefix of 28 bits holds several.
            f if f == Family::Units as u8 && depth_bits >= 32 => match kind {
                0 => halved(units / (1 << 24) as f64 + 1.0, 32),
                1 => halved(units / (1 << 24) as f64, 32),
                _ => 0.0,
            },
            f if f == Family::Units as u8 => halved(2.0 * units, 4),
            f if f == Family::Members as u8 && is_below_owner => match kind {
                1 => halved(KEYS_PER_MEMBER - 1.0, 32),
                _ => 0.0,
            },
            f if f == Family::Members as u8 => halved(MEMBERS, 4),
            f if f == Family::Records as u8 => halved(RECORDS, 4),
            f if f == Family::Chain as u8 => halved(MEMBERS * KEYS_PER_MEMBER, 4),
            _ => 0.0,
        }
    }
}

fn text(rng: &mut Rng, len: usize) -> String {
    let mut text = rng.serial() + &rng.serial();
    text.truncate(len);
    text
}

fn pack_leaf(lot: LotRef, place: Place) -> leaf::Pack {
    leaf::Pack {
        state: State::Active.into(),
        lot,
        prior: None,
        quantity_left: 30,
        since: day((2026, 1, 3)),
        place,
        registering_key: KeyNumber(1),
        registered: day((2026, 1, 3)),
        events: 3,
        custody: sha256(b"custody"),
    }
}

fn member() -> leaf::Member {
    leaf::Member { state: 1, roles: 2, newest_key: KeyNumber(1), info_hash: sha256(b"member info") }
}

fn key() -> leaf::Key {
    let key = public_key(&signing_key("member/2"));
    leaf::Key { key, valid_from: UnixMillis(GENESIS_MS), revoked_at: None, compromised_since: None }
}
