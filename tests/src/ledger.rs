//! A chain made on the spot: state, log, validators, headers and certificates.

use ed25519_dalek::{Signer, SigningKey};
use medproof_core::{
    anchor::Anchor,
    certificate::{Certificate, Signers, precommit_message},
    client::{Consistency, Update, scan_keys},
    encoding::Wire,
    event::LogEntry,
    genesis::{FirstMember, Genesis},
    handover::HandOver,
    hash::{Digest, sha256},
    header::{Header, HeaderFields, Height, UnixMillis},
    identity::MemberId,
    keys::{KeyNumber, PublicKey, Signature, registration_message},
    leaf::{Leaf, Parameters, Paths},
    log::{LogHash, MemoryLog},
    proof::Proof,
    prove::prove,
    scan::{Mode, Scan, parse},
    state::{MemoryTree, Path},
    validators::{Validator, ValidatorSet},
};
use std::collections::BTreeMap;

/// 2026-01-01 00:00 UTC, the time of genesis, in ms.
pub const GENESIS_MS: u64 = 1_767_225_600_000;

/// The trusting period of the chains made here, in ms: 90 days.
pub const TRUSTING_PERIOD_MS: u64 = 90 * 86_400_000;

/// A header with its certificate.
#[derive(Clone, Debug)]
pub struct Block {
    pub header: Header,
    pub certificate: Certificate,
}

/// A set of validators with their keys, ascending by public key.
#[derive(Clone, Debug)]
pub struct Quorum {
    pub keys: Vec<SigningKey>,
    pub set: ValidatorSet,
}

impl Quorum {
    /// Validators named `label` 0, 1, … with the given powers.
    pub fn new(label: &str, powers: &[u32]) -> Self {
        let mut keys: Vec<(SigningKey, u32)> =
            powers.iter().enumerate().map(|(i, power)| (signing_key(&format!("{label}/{i}")), *power)).collect();
        keys.sort_by_key(|(key, _)| public_key(key));
        let validators = keys.iter().map(|(key, power)| Validator { key: public_key(key), power: *power }).collect();
        let set = ValidatorSet::new(validators).expect("distinct keys, sorted");
        Self { keys: keys.into_iter().map(|(key, _)| key).collect(), set }
    }

    /// The first validators that make a quorum.
    pub fn fewest(&self) -> Vec<u16> {
        let mut by_power: Vec<(u32, u16)> = self.set.validators().iter().map(|v| v.power).zip(0..).collect();
        by_power.sort_by_key(|(power, place)| (std::cmp::Reverse(*power), *place));
        let mut signers = Vec::new();
        let mut power = 0;
        for (of, place) in by_power {
            if self.set.is_quorum(power) {
                break;
            }
            power += u64::from(of);
            signers.push(place);
        }
        signers.sort_unstable();
        signers
    }

    /// The certificate of `signers` over `header`.
    pub fn certify(&self, header: &Header, signers: &[u16]) -> Certificate {
        let (height, hash) = (header.height(), header.hash());
        let message = precommit_message(header.chain_id(), height, 0, &hash);
        let sign = |place: &u16| (*place, Signature(self.keys[usize::from(*place)].sign(&message).to_bytes()));
        let signatures: Vec<_> = signers.iter().map(sign).collect();
        let signers = Signers::new(self.keys.len() as u16, &signatures).expect("ascending places");
        Certificate::new(height, 0, hash, signers)
    }
}

/// The chain.
#[derive(Clone, Debug)]
pub struct Ledger {
    pub genesis: Genesis,
    pub chain_id: Digest,
    pub tree: MemoryTree,
    /// The same leaves, for provers that know nothing of the tree.
    pub values: BTreeMap<Path, Vec<u8>>,
    pub log: MemoryLog,
    pub quorum: Quorum,
    pub newest: Header,
}

impl Ledger {
    /// A chain named `name`, signed by `quorum`, with members 1 to 5 in the roles 1 to 5.
    pub fn new(name: &str, quorum: Quorum) -> Self {
        let member = |number: u32| {
            let (member, key) = (MemberId(number), signing_key(&format!("member/{number}")));
            let message = registration_message(&Digest::ZERO, member, KeyNumber(1), &public_key(&key));
            FirstMember {
                member,
                roles: 1 << (number - 1),
                info_hash: sha256(&number.to_be_bytes()),
                key: public_key(&key),
                signature: Signature(key.sign(&message).to_bytes()),
            }
        };
        let genesis = Genesis {
            name: name.to_string(),
            demo: true,
            time: UnixMillis(GENESIS_MS),
            rules_version: 1,
            parameters: Parameters { heartbeat_ms: 60_000, undo_days: 10, trusting_period_ms: TRUSTING_PERIOD_MS },
            set: quorum.set.clone(),
            members: (1..=5).map(member).collect(),
        };
        let values: BTreeMap<_, _> = genesis.leaves().into_iter().map(|(path, leaf)| (path, leaf.to_value())).collect();
        let mut tree = MemoryTree::new();
        tree.update(values.iter().map(|(path, value)| (*path, Some(value.clone()))).collect()).expect("short leaves");
        let newest = Header::from(&genesis.header(tree.root()));
        Self { chain_id: genesis.chain_id(), genesis, tree, values, log: MemoryLog::new(), quorum, newest }
    }

    /// The paths of this chain.
    pub fn paths(&self) -> Paths<'_> {
        Paths::new(&self.chain_id)
    }

    /// Writes a leaf into the next block's state.
    pub fn put(&mut self, path: Path, leaf: &Leaf) {
        self.put_value(path, leaf.to_value());
    }

    /// Writes a value, leaf or not, into the next block's state.
    pub fn put_value(&mut self, path: Path, value: Vec<u8>) {
        self.values.insert(path, value.clone());
        self.tree.insert(path, value).expect("values are short");
    }

    /// Removes a leaf, which no honest chain does.
    pub fn remove(&mut self, path: &Path) {
        self.values.remove(path);
        self.tree.remove(path);
    }

    /// Appends an entry to the next block's log.
    pub fn append(&mut self, entry: &LogEntry) {
        self.log.append(LogHash::leaf(&entry.to_wire()));
    }

    /// The next header, `after_ms` after the newest, naming `next_set_hash`.
    pub fn next_fields(&self, after_ms: u64, next_set_hash: Digest) -> HeaderFields {
        HeaderFields {
            chain_id: self.chain_id,
            height: Height(self.newest.height().0 + 1),
            time: UnixMillis(self.newest.time().0 + after_ms),
            set_hash: *self.quorum.set.hash(),
            next_set_hash,
            parent_hash: self.newest.hash(),
            log_size: self.log.size(),
            log_root: self.log.root(),
            state_root: self.tree.root(),
            rules_version: 1,
        }
    }

    /// Makes the next block, `after_ms` after the newest, with the fewest signatures.
    pub fn seal(&mut self, after_ms: u64) -> Block {
        let header = Header::from(&self.next_fields(after_ms, *self.quorum.set.hash()));
        let certificate = self.quorum.certify(&header, &self.quorum.fewest());
        self.newest = header.clone();
        Block { header, certificate }
    }

    /// Hands over to `next` in the next block.
    pub fn hand_over(&mut self, after_ms: u64, next: Quorum) -> HandOver {
        let path = self.paths().validators();
        self.put(path, &Leaf::Validators(*next.set.hash()));
        let header = Header::from(&self.next_fields(after_ms, *next.set.hash()));
        let certificate = self.quorum.certify(&header, &self.quorum.fewest());
        self.newest = header.clone();
        self.quorum = next;
        HandOver { header, certificate, new_set: self.quorum.set.clone() }
    }

    /// An anchor at the newest header.
    pub fn anchor(&self) -> Anchor {
        let genesis = &self.genesis;
        let period = genesis.parameters.trusting_period_ms;
        Anchor::new(&genesis.name, genesis.demo, self.newest.clone(), self.quorum.set.clone(), period)
            .expect("the anchor's parts belong together")
    }

    /// The full proof for `scans` in `block`, whose state is the present one.
    pub fn prove(&self, block: &Block, scans: &[&str]) -> Proof {
        self.prove_after(Vec::new(), block, scans)
    }

    /// As [`Ledger::prove`], with hand-overs before it.
    pub fn prove_after(&self, hand_overs: Vec<HandOver>, block: &Block, scans: &[&str]) -> Proof {
        let keys: Vec<_> = scans.iter().map(|scan| scan_keys(&read(scan))).collect();
        prove(&self.tree, &keys, hand_overs, &block.header, &block.certificate).expect("the leaves hang together")
    }

    /// The update from a log of `first_size` entries to `block`.
    pub fn update(&self, hand_overs: Vec<HandOver>, block: &Block, first_size: Option<u64>) -> Update {
        let consistency = first_size.map(|size| {
            let first_size = medproof_core::log::TreeSize(size);
            let proof = self.log.consistency_proof(first_size, self.log.size()).expect("the log has grown");
            Consistency { first_size, proof }
        });
        Update { hand_overs, header: block.header.clone(), certificate: block.certificate.clone(), consistency }
    }
}

/// The only reading of a scan.
pub fn read(scan: &str) -> medproof_core::scan::Reading {
    match parse(scan, Mode::Tolerant) {
        Scan::Read(reading) => reading,
        other => panic!("{scan} is not one reading: {other:?}"),
    }
}

/// A signing key that follows from its label.
pub fn signing_key(label: &str) -> SigningKey {
    SigningKey::from_bytes(&sha256(format!("medproof test key {label}").as_bytes()).0)
}

/// The public half of a key.
pub fn public_key(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}
