//! A chain in memory: real headers, bodies of a few bytes, sets by a schedule.
#![allow(dead_code, reason = "each test file uses a part of it")]

use async_trait::async_trait;
use bytes::Bytes;
use ed25519_dalek::SigningKey;
use medproof_consensus::{
    Block, Chain, ChainError, Config, Decided, Handle, Judgement, Kept, Next, Origin, Patience, Peer, Round,
    ValidatorKey, start,
};
use medproof_core::{
    certificate::Certificate,
    hash::{Digest, sha256},
    header::{Header, HeaderFields, Height, UnixMillis},
    keys::PublicKey,
    log::{LogHash, TreeSize},
    state::NodeHash,
    validators::{Validator, ValidatorSet},
};
use std::{
    net::{SocketAddr, TcpListener},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tempfile::TempDir;
use tokio::sync::Notify;

/// Sets in force from the heights beside them, ascending, the first from 1.
pub(crate) type Schedule = Vec<(u64, ValidatorSet)>;

pub(crate) struct Memory {
    schedule: Schedule,
    pub(crate) blocks: Mutex<Vec<Decided>>,
    pub(crate) kept: Mutex<Vec<(Height, Kept)>>,
    pub(crate) proposed: AtomicUsize,
    pub(crate) checks: Mutex<Vec<(Height, Origin)>>,
    pub(crate) gossip: Mutex<Vec<Bytes>>,
    pub(crate) equivocations: Mutex<Vec<PublicKey>>,
    /// Whether heights begin at once; else when told.
    pub(crate) eager: AtomicBool,
    pub(crate) work: Notify,
    /// Whether the disk has failed.
    pub(crate) broken: AtomicBool,
    pub(crate) body_len: usize,
}

impl Memory {
    pub(crate) fn new(schedule: Schedule) -> Arc<Self> {
        Self::with_bodies(schedule, 16)
    }

    pub(crate) fn with_bodies(schedule: Schedule, body_len: usize) -> Arc<Self> {
        Arc::new(Self {
            schedule,
            blocks: Mutex::default(),
            kept: Mutex::default(),
            proposed: AtomicUsize::new(0),
            checks: Mutex::default(),
            gossip: Mutex::default(),
            equivocations: Mutex::default(),
            eager: AtomicBool::new(true),
            work: Notify::new(),
            broken: AtomicBool::new(false),
            body_len,
        })
    }

    pub(crate) fn height(&self) -> u64 {
        self.blocks.lock().unwrap().len() as u64
    }

    pub(crate) fn hashes(&self) -> Vec<Digest> {
        self.blocks.lock().unwrap().iter().map(|decided| decided.block.header.hash()).collect()
    }

    pub(crate) fn set_at(&self, height: u64) -> ValidatorSet {
        self.schedule.iter().rev().find(|(from, _)| *from <= height).expect("one from 1").1.clone()
    }

    /// Waits until the chain has `height` blocks.
    pub(crate) async fn reach(&self, height: u64, limit: Duration) {
        let start = Instant::now();
        while self.height() < height {
            assert!(start.elapsed() < limit, "{} of {height} blocks after {limit:?}", self.height());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Verifies every certificate with core, under the set of its height.
    pub(crate) fn verify(&self) {
        let blocks = self.blocks.lock().unwrap();
        let mut parent = Digest::ZERO;
        for (height, decided) in (1..).zip(&*blocks) {
            let header = &decided.block.header;
            assert_eq!(header.height(), Height(height));
            assert_eq!(header.fields().expect("of this version").parent_hash, parent);
            assert_eq!(decided.certificate.verify(header, &self.set_at(height)), Ok(()));
            parent = header.hash();
        }
    }

    fn parent(&self) -> (Digest, UnixMillis) {
        let blocks = self.blocks.lock().unwrap();
        blocks.last().map_or((Digest::ZERO, UnixMillis(0)), |last| (last.block.header.hash(), last.block.header.time()))
    }

    pub(crate) fn block(&self, height: Height, body: Bytes, time: UnixMillis) -> Block {
        let (parent_hash, parent_time) = self.parent();
        let fields = HeaderFields {
            chain_id: self.chain_id(),
            height,
            time: UnixMillis(time.0.max(parent_time.0 + 1)),
            set_hash: *self.set_at(height.0).hash(),
            next_set_hash: *self.set_at(height.0 + 1).hash(),
            parent_hash,
            log_size: TreeSize(height.0),
            log_root: LogHash::leaf(&body),
            state_root: NodeHash::from_bytes(sha256(&body).0),
            rules_version: 0,
        };
        Block { header: Header::from_bytes(&fields.to_bytes()).unwrap(), body }
    }
}

pub(crate) fn now() -> UnixMillis {
    UnixMillis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64)
}

#[async_trait]
impl Chain for Memory {
    fn chain_id(&self) -> Digest {
        sha256(b"a chain in memory")
    }

    async fn next(&self) -> Result<Next, ChainError> {
        let height = self.height() + 1;
        Ok(Next { height: Height(height), set: self.set_at(height) })
    }

    async fn first_height(&self) -> Result<Height, ChainError> {
        Ok(Height(1))
    }

    async fn ready(&self, _height: Height) {
        let work = self.work.notified();
        if !self.eager.load(Ordering::SeqCst) {
            work.await;
        }
    }

    async fn propose(&self, height: Height, round: Round) -> Result<Block, ChainError> {
        let number = self.proposed.fetch_add(1, Ordering::SeqCst);
        let mut body = format!("{height:?} {round:?} {number}").into_bytes();
        body.resize(self.body_len.max(body.len()), 7);
        Ok(self.block(height, body.into(), now()))
    }

    async fn check(&self, block: &Block, origin: Origin) -> Result<Judgement, ChainError> {
        self.checks.lock().unwrap().push((block.header.height(), origin));
        let (parent, time) = self.parent();
        let fields = block.header.fields().expect("of this version");
        if origin == Origin::First && fields.time.0.abs_diff(now().0) > 10_000 {
            return Ok(Judgement::Invalid);
        }
        let follows = fields.parent_hash == parent && fields.time > time;
        let executed = fields.state_root == NodeHash::from_bytes(sha256(&block.body).0);
        Ok(if follows && executed { Judgement::Valid } else { Judgement::Invalid })
    }

    async fn keep(&self, height: Height, round: Round, block: &Block) -> Result<(), ChainError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err("the disk has failed".into());
        }
        self.kept.lock().unwrap().push((height, Kept { round, block: block.clone() }));
        Ok(())
    }

    async fn kept(&self, height: Height) -> Result<Vec<Kept>, ChainError> {
        let kept = self.kept.lock().unwrap();
        Ok(kept.iter().filter(|(at, _)| *at == height).map(|(_, kept)| kept.clone()).collect())
    }

    async fn decided(&self, block: Block, certificate: Certificate) -> Result<Next, ChainError> {
        let height = block.header.height();
        let set = self.set_at(height.0);
        assert_eq!(certificate.verify(&block.header, &set), Ok(()), "verified before it is handed over");
        assert_eq!(height.0, self.height() + 1, "one block after another");
        self.blocks.lock().unwrap().push(Decided { block, certificate, set });
        self.kept.lock().unwrap().retain(|(at, _)| *at > height);
        self.next().await
    }

    async fn decided_range(&self, from: Height, to: Height) -> Result<Vec<Decided>, ChainError> {
        let blocks = self.blocks.lock().unwrap();
        let range = blocks.iter().skip((from.0 - 1) as usize).take((to.0 + 1 - from.0) as usize);
        Ok(range.cloned().collect())
    }

    async fn equivocated(&self, validator: PublicKey) {
        self.equivocations.lock().unwrap().push(validator);
    }

    async fn gossiped(&self, message: Bytes) {
        self.gossip.lock().unwrap().push(message);
    }
}

/// A node's files and keys; its chain outlives restarts.
pub(crate) struct Node {
    pub(crate) key: SigningKey,
    pub(crate) config: Config,
    pub(crate) chain: Arc<Memory>,
    pub(crate) folder: TempDir,
}

pub(crate) fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

pub(crate) fn set(keys: impl IntoIterator<Item = u8>) -> ValidatorSet {
    let public = |number| PublicKey(key(number).verifying_key().to_bytes());
    let mut validators: Vec<_> = keys.into_iter().map(|number| Validator { key: public(number), power: 1 }).collect();
    validators.sort_by_key(|validator| validator.key);
    ValidatorSet::new(validators).unwrap()
}

impl Node {
    pub(crate) fn new(number: u8, chain: Arc<Memory>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = key(number);
        let validator = ValidatorKey { key: key.clone(), used_marker: folder.path().join("used") };
        let mut config = Config::alone(validator, [number + 100; 32], folder.path().join("consensus"));
        let ms = Duration::from_millis;
        config.patience = Patience { propose: ms(1_500), vote: ms(500), step: ms(250), status: ms(500) };
        Self { key, config, chain, folder }
    }

    /// Starts; after a stop the system may take a moment to give the port and the files back.
    pub(crate) async fn start(&self) -> Handle {
        let mut error = None;
        for _ in 0..50 {
            match start(self.config.clone(), Arc::clone(&self.chain)).await {
                Ok(handle) => return handle,
                Err(found) => error = Some(found),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{error:?}")
    }
}

/// Nodes that know one another, the first `validators` of them with a vote and a key.
pub(crate) fn network(validators: u8, followers: u8, schedule: &Schedule) -> Vec<Node> {
    let total = validators + followers;
    let mut nodes: Vec<_> = (1..=total).map(|number| Node::new(number, Memory::new(schedule.clone()))).collect();
    // Held until all are chosen, so that all differ.
    let listeners: Vec<_> = nodes.iter().map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    let places: Vec<SocketAddr> = listeners.iter().map(|listener| listener.local_addr().unwrap()).collect();
    let names: Vec<_> = nodes.iter().map(|node| node.config.node_name()).collect();
    for (at, node) in nodes.iter_mut().enumerate() {
        node.config.listen = places[at];
        let others = (0..names.len()).filter(|other| *other != at);
        node.config.peers = others.map(|other| peer(&names[other].to_string(), places[other])).collect();
        if at >= usize::from(validators) {
            node.config.validator = None;
        }
    }
    nodes
}

pub(crate) fn peer(name: &str, place: SocketAddr) -> Peer {
    format!("{name}@{place}").parse().unwrap()
}
