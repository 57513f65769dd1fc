//! A chain of one validator, with core's trees in memory beside the store.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use ed25519_dalek::{Signer, SigningKey};
use medproof_core::encoding::Wire;
use medproof_core::{
    certificate::{Certificate, Signers, precommit_message},
    encoding::Message,
    event::{Event, EventHead, EventKind, MemberRole, body_hash},
    hash::{Digest, sha256},
    header::{Header, HeaderFields, Height, UnixMillis},
    identity::{Day, MemberId},
    keys::{KeyNumber, PublicKey, Signature},
    log::{LeafIndex, LogHash, MemoryLog, TreeSize},
    state::{MemoryTree, Path},
    validators::{Validator, ValidatorSet},
};
use medproof_store::{LeafChanges, LoggedEvent, NewBlock, Row, Store, StoreKey, View};

/// The key of every store in the tests.
pub fn key() -> StoreKey {
    StoreKey::new([7; 32])
}

/// A seeded stream of numbers (SplitMix64).
#[derive(Clone)]
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub fn path(&mut self) -> Path {
        let mut bytes = [0; 32];
        bytes.as_chunks_mut::<8>().0.iter_mut().for_each(|chunk| *chunk = self.next().to_be_bytes());
        Path::new(bytes)
    }

    /// A path of a product's pack: the first 32 bits are one of `products`.
    pub fn pack(&mut self, products: u64) -> Path {
        let mut bytes = *self.path().as_bytes();
        let product = sha256(&self.below(products).to_be_bytes());
        bytes[..4].copy_from_slice(&product.0[..4]);
        Path::new(bytes)
    }

    pub fn value(&mut self) -> Vec<u8> {
        let len = 1 + self.below(160);
        (0..len).map(|_| self.next() as u8).collect()
    }
}

/// A chain in memory that makes the blocks and knows what the store should answer.
pub struct Chain {
    pub signer: SigningKey,
    pub set: ValidatorSet,
    pub tree: MemoryTree,
    pub log: MemoryLog,
    pub headers: Vec<Header>,
    pub events: Vec<Vec<u8>>,
    pub entries: Vec<Vec<u8>>,
}

impl Chain {
    pub fn new() -> Self {
        let signer = SigningKey::from_bytes(&[1; 32]);
        Self {
            set: set_of(&signer),
            signer,
            tree: MemoryTree::new(),
            log: MemoryLog::new(),
            headers: Vec::new(),
            events: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// The next block, taken into memory; `next` is the key that signs from the block after on.
    pub fn block(
        &mut self,
        store: &Store,
        changes: LeafChanges,
        events: u64,
        rows: Vec<Row>,
        next: Option<SigningKey>,
    ) -> NewBlock {
        let height = self.headers.len() as u64;
        self.tree.update(changes.clone().into_iter().collect()).unwrap();
        let staged = store.stage(&store.view(), &changes).unwrap();
        assert_eq!(staged.state_root(), self.tree.root(), "root at {height}");
        let events: Vec<_> = (0..events).map(|number| logged(height, number)).collect();
        for event in &events {
            self.log.append(LogHash::leaf(&event.entry));
            self.events.push(event.event.clone());
            self.entries.push(event.entry.clone());
        }
        let next_set = next.as_ref().map(set_of);
        let header = Header::from(&HeaderFields {
            chain_id: sha256(b"chain"),
            height: Height(height),
            time: UnixMillis(1_767_225_600_000 + height),
            set_hash: *self.set.hash(),
            next_set_hash: *next_set.as_ref().unwrap_or(&self.set).hash(),
            parent_hash: self.headers.last().map_or(Digest::ZERO, Header::hash),
            log_size: self.log.size(),
            log_root: self.log.root(),
            state_root: self.tree.root(),
            rules_version: 1,
        });
        let certificate = (height > 0).then(|| certify(&self.signer, &header));
        self.headers.push(header.clone());
        let first = (height == 0).then(|| self.set.clone());
        let block = NewBlock { header, certificate, next_set: next_set.clone().or(first), events, staged, rows };
        if let (Some(signer), Some(set)) = (next, next_set) {
            (self.signer, self.set) = (signer, set);
        }
        block
    }

    /// The chain that a store holds.
    pub fn resume(view: &View) -> Self {
        let mut chain = Self::new();
        let leaves = view.leaves_from(&Path::new([0; 32]), usize::MAX).unwrap();
        chain.tree.update(leaves.into_iter().map(|(path, value)| (path, Some(value))).collect()).unwrap();
        for index in (0..view.log_size().0).map(LeafIndex) {
            let entry = view.entry(index).unwrap().unwrap();
            chain.log.append(LogHash::leaf(&entry));
            chain.entries.push(entry);
            chain.events.push(view.event(index).unwrap().unwrap().event);
        }
        let heights = 0..view.tip().map_or(0, |tip| tip.height().0 + 1);
        chain.headers = heights.map(|height| view.header(Height(height)).unwrap().unwrap()).collect();
        chain
    }

    /// Makes and commits the next block.
    pub fn commit(&mut self, store: &Store, changes: LeafChanges, events: u64) -> View {
        let block = self.block(store, changes, events, Vec::new(), None);
        store.commit(&block).unwrap()
    }

    pub fn size(&self) -> TreeSize {
        self.log.size()
    }
}

pub fn set_of(signer: &SigningKey) -> ValidatorSet {
    let key = PublicKey(signer.verifying_key().to_bytes());
    ValidatorSet::new(vec![Validator { key, power: 1 }]).unwrap()
}

pub fn certify(signer: &SigningKey, header: &Header) -> Certificate {
    let message = precommit_message(header.chain_id(), header.height(), 0, &header.hash());
    let signature = Signature(signer.sign(&message).to_bytes());
    Certificate::new(header.height(), 0, header.hash(), Signers::new(1, &[(0, signature)]).unwrap())
}

/// An event that says which it is, with its entry. Nobody checks its signature here.
pub fn logged(height: u64, number: u64) -> LoggedEvent {
    let body = format!("serial {height}.{number} {MARKER}").into_bytes();
    let head = EventHead {
        chain_id: sha256(b"chain"),
        member: MemberId(1),
        key_number: KeyNumber(1),
        lane: 0,
        counter: 1 + number,
        time: UnixMillis(height),
        not_after: UnixMillis(height + 1),
        salt: [3; 32],
        kind: EventKind(7),
        day: Day(20_000),
        role: MemberRole(2),
        body_hash: body_hash(&body),
    };
    let event = Event::new(head, body, Signature([number as u8; 64])).unwrap();
    LoggedEvent { event: event.to_bytes(), entry: event.log_entry().to_wire() }
}

/// Some writes and, where there are leaves, some removals.
pub fn changes(rng: &mut Rng, known: &mut Vec<Path>, writes: u64, removals: u64) -> LeafChanges {
    let mut changes = LeafChanges::new();
    for _ in 0..removals.min(known.len() as u64) {
        let path = known.swap_remove(rng.below(known.len() as u64) as usize);
        changes.insert(path, None);
    }
    for _ in 0..writes {
        let again = !known.is_empty() && rng.below(3) == 0;
        let path = if again { known[rng.below(known.len() as u64) as usize] } else { rng.pack(4) };
        if !again {
            known.push(path);
        }
        changes.insert(path, Some(rng.value()));
    }
    changes
}

/// Text that stands in every event, to be looked for on the disk.
pub const MARKER: &str = "plain as day";
