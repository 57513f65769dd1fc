//! The signing state: what this node's validator key has signed last, on disk before a signature leaves.
//!
//! ```text
//! file   = "MPSS" ‖ version u8 (1) ‖ spent u8 ‖ chain id 32 ‖ key 32 ‖ height u64
//!        ‖ count u16 ‖ count × vote ‖ SHA-256 of all before
//! vote   = round u32 ‖ kind u8 ‖ proof-of-lock round i32 ‖ header hash 32
//! ```
//!
//! A vote is signed if it comes after everything signed at its height, or if it is byte for byte one of
//! those; never if it contradicts one. The file is replaced as a whole, mode 0600, and belongs into no
//! backup: put back from yesterday it would allow to sign today's heights again. A key that was used, on a
//! node that has lost its file, therefore signs no more: see [`Role::LostSigningState`](crate::Role::LostSigningState).

use medproof_core::{
    certificate::VoteKind,
    encoding::{DecodeError, Reader, Wire},
    hash::{Digest, sha256},
    header::Height,
    keys::PublicKey,
};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// What the key has signed, as it stands on disk.
#[derive(Debug)]
pub struct SigningState {
    path: PathBuf,
    record: Record,
    /// Held as long as this value lives: two that remember apart could sign apart.
    _lock: File,
}

/// A vote or proposal about to be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ballot {
    /// The height voted on.
    pub height: Height,
    /// The round, the kind and what is voted for.
    pub vote: SignedVote,
}

/// A vote or proposal within a height.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedVote {
    /// The round.
    pub round: u32,
    /// Prevote, precommit or proposal.
    pub kind: VoteKind,
    /// The round of the proof of lock, −1 for none.
    pub lock_round: i32,
    /// The header voted for, zeros for none.
    pub header_hash: Digest,
}

/// Why the key does not sign.
#[derive(Debug)]
#[non_exhaustive]
pub enum SigningError {
    /// It signed something else at this height, round and kind.
    Contradiction,
    /// It signed for a later step already.
    Past,
    /// It was seen to sign elsewhere, without this file.
    Spent,
    /// Another process has the file, or one that is about to end.
    InUse,
    /// The file is not what this version wrote.
    Unreadable(DecodeError),
    /// The file is of another chain or another key.
    Foreign,
    /// The disk failed.
    Disk(io::Error),
}

impl SigningError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Contradiction => "consensus.signing.contradiction",
            Self::Past => "consensus.signing.past",
            Self::Spent => "consensus.signing.spent",
            Self::InUse => "consensus.signing.in-use",
            Self::Unreadable(_) => "consensus.signing.unreadable",
            Self::Foreign => "consensus.signing.foreign",
            Self::Disk(_) => "consensus.signing.disk",
        }
    }
}

impl std::fmt::Display for SigningError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "{} ({error})", self.code()),
            Self::Disk(error) => write!(f, "{} ({error})", self.code()),
            _ => f.write_str(self.code()),
        }
    }
}

impl std::error::Error for SigningError {}

impl SigningState {
    /// Reads the file at `path`; `None` if there is none.
    pub fn open(path: &Path, chain_id: &Digest, key: &PublicKey) -> Result<Option<Self>, SigningError> {
        if !path.try_exists().map_err(SigningError::Disk)? {
            return Ok(None);
        }
        let lock = lock(path)?;
        let bytes = fs::read(path).map_err(SigningError::Disk)?;
        let record = Record::from_bytes(&bytes).map_err(SigningError::Unreadable)?;
        if record.chain_id != *chain_id || record.key != *key {
            return Err(SigningError::Foreign);
        }
        Ok(Some(Self { path: path.to_owned(), record, _lock: lock }))
    }

    /// Writes the file of a key that has signed nothing on this chain. Refused if there is one.
    pub fn create(path: &Path, chain_id: &Digest, key: &PublicKey) -> Result<Self, SigningError> {
        let lock = lock(path)?;
        if path.exists() {
            return Err(SigningError::Past);
        }
        let record = Record { spent: false, chain_id: *chain_id, key: *key, height: Height(0), votes: Vec::new() };
        record.write(path).map_err(SigningError::Disk)?;
        Ok(Self { path: path.to_owned(), record, _lock: lock })
    }

    /// Records `ballot`, durably, so that it may be signed. The same ballot may be signed again.
    pub fn record(&mut self, ballot: &Ballot) -> Result<(), SigningError> {
        if !self.record.allows(ballot)? {
            return Ok(());
        }
        let next = self.record.with(ballot);
        next.write(&self.path).map_err(SigningError::Disk)?;
        self.record = next;
        Ok(())
    }

    /// Takes note of a precommit by this key that stands in a certificate. If it cannot have been signed under
    /// this file, the key is in use elsewhere, and signs no more here: `Err(Spent)`.
    pub fn witness(&mut self, ballot: &Ballot) -> Result<(), SigningError> {
        if self.record.explains(ballot) {
            return Ok(());
        }
        let spent = Record { spent: true, ..self.record.clone() };
        spent.write(&self.path).map_err(SigningError::Disk)?;
        self.record = spent;
        Err(SigningError::Spent)
    }

    /// Whether the key was seen to sign without this file.
    pub const fn is_spent(&self) -> bool {
        self.record.spent
    }

    /// The height of the last vote, 0 before the first.
    pub const fn height(&self) -> Height {
        self.record.height
    }

    /// What was signed at that height, in the order of signing.
    pub fn votes(&self) -> &[SignedVote] {
        &self.record.votes
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Record {
    spent: bool,
    chain_id: Digest,
    key: PublicKey,
    height: Height,
    votes: Vec<SignedVote>,
}

impl Record {
    /// Whether `ballot` may be signed, and is new.
    fn allows(&self, ballot: &Ballot) -> Result<bool, SigningError> {
        if self.spent {
            return Err(SigningError::Spent);
        }
        if ballot.height != self.height {
            return if ballot.height > self.height { Ok(true) } else { Err(SigningError::Past) };
        }
        let step = ballot.vote.step();
        match self.votes.iter().find(|vote| vote.step() == step) {
            Some(vote) if *vote == ballot.vote => Ok(false),
            Some(_) => Err(SigningError::Contradiction),
            None if self.votes.last().is_some_and(|last| step < last.step()) => Err(SigningError::Past),
            None => Ok(true),
        }
    }

    fn with(&self, ballot: &Ballot) -> Self {
        let mut votes = if ballot.height == self.height { self.votes.clone() } else { Vec::new() };
        votes.push(ballot.vote);
        let surplus = votes.len().saturating_sub(MAX_VOTES);
        votes.drain(..surplus);
        Self { height: ballot.height, votes, ..self.clone() }
    }

    /// Whether a signed `ballot` may come from here: earlier heights are forgotten, later ones not yet signed.
    fn explains(&self, ballot: &Ballot) -> bool {
        ballot.height < self.height || (ballot.height == self.height && self.knows(&ballot.vote))
    }

    /// Whether `vote` was signed at this height; the earliest rounds may have been forgotten.
    fn knows(&self, vote: &SignedVote) -> bool {
        let forgotten = self.votes.len() == MAX_VOTES && self.votes.first().is_some_and(|f| vote.step() < f.step());
        forgotten || self.votes.contains(vote)
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut out = [&MAGIC[..], &[VERSION, u8::from(self.spent)], &self.chain_id.0, &self.key.0].concat();
        out.extend_from_slice(&self.height.0.to_be_bytes());
        medproof_core::encoding::put_count16(&mut out, self.votes.len());
        self.votes.iter().for_each(|vote| vote.put(&mut out));
        let checksum = sha256(&out);
        out.extend_from_slice(&checksum.0);
        out
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let (body, checksum) = bytes.split_last_chunk::<32>().ok_or(DecodeError::Truncated)?;
        if sha256(body).0 != *checksum {
            return Err(DecodeError::Value);
        }
        let mut reader = Reader::new(body);
        if reader.array()? != MAGIC {
            return Err(DecodeError::Magic);
        }
        if reader.u8()? != VERSION {
            return Err(DecodeError::NewerVersion);
        }
        let record = Self {
            spent: reader.flag()?,
            chain_id: Digest::get(&mut reader)?,
            key: PublicKey::get(&mut reader)?,
            height: Height(reader.u64()?),
            votes: get_votes(&mut reader)?,
        };
        reader.finish()?;
        Ok(record)
    }

    /// Replaces the file as a whole: a crash leaves the old one or the new one.
    fn write(&self, path: &Path) -> io::Result<()> {
        let next = path.with_extension("next");
        let mut file = private(&next)?;
        file.write_all(&self.to_bytes())?;
        file.sync_all()?;
        fs::rename(&next, path)?;
        match path.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    }
}

impl SignedVote {
    /// Where a vote stands within its height: the order in which a validator signs.
    const fn step(&self) -> (u32, u8) {
        let kind = match self.kind {
            VoteKind::Proposal => 0,
            VoteKind::Prevote => 1,
            _ => 2,
        };
        (self.round, kind)
    }

    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.round.to_be_bytes());
        out.push(self.kind as u8);
        out.extend_from_slice(&self.lock_round.to_be_bytes());
        out.extend_from_slice(&self.header_hash.0);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let round = reader.u32()?;
        let kind = match reader.u8()? {
            1 => VoteKind::Prevote,
            2 => VoteKind::Precommit,
            3 => VoteKind::Proposal,
            _ => return Err(DecodeError::Value),
        };
        let lock_round = i32::from_be_bytes(reader.array()?);
        Ok(Self { round, kind, lock_round, header_hash: Digest::get(reader)? })
    }
}

fn get_votes(reader: &mut Reader<'_>) -> Result<Vec<SignedVote>, DecodeError> {
    let count = reader.count16(0..=MAX_VOTES, VOTE_LEN_BYTES)?;
    let votes: Vec<_> = (0..count).map(|_| SignedVote::get(reader)).collect::<Result<_, _>>()?;
    if votes.is_sorted_by(|a, b| a.step() < b.step()) { Ok(votes) } else { Err(DecodeError::Order) }
}

/// Keeps others from the file beside it; the system lets go when this process ends, however it ends.
fn lock(path: &Path) -> Result<File, SigningError> {
    let file = private(&path.with_extension("lock")).map_err(SigningError::Disk)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(SigningError::InUse),
        Err(TryLockError::Error(error)) => Err(SigningError::Disk(error)),
    }
}

/// An empty file that only this user reads.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

const MAGIC: [u8; 4] = *b"MPSS";
const VERSION: u8 = 1;
const VOTE_LEN_BYTES: usize = 41;

/// 64 rounds; what was signed before them is past.
const MAX_VOTES: usize = 192;
