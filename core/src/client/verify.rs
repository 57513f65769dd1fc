//! From scans and a proof to verdicts.

use super::{Client, TrustError};
use crate::{
    disclosure::Disclosure,
    encoding::{Message, MessageType, PRELUDE_LEN_BYTES},
    facts::{self, Facts, Found, Gap, Source},
    header::UnixMillis,
    leaf::{Parent, Paths, Place, UnitPlace},
    proof::{Key, Proof, QrProof},
    scan::{Reading, Scan, Target},
    state::{Path, StateProof},
    verdict::{AsOf, Checked, Identifier, Policy, Trust, Verdict, judge, judge_unchecked},
};
use alloc::{collections::BTreeSet, vec::Vec};

/// Verdicts about several scans, from one proof.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Many {
    /// One verdict for each scan, in their order.
    pub verdicts: Vec<Verdict>,
    /// For each scanned SSCC, how much of its contents the scans cover.
    pub contents: Vec<Contents>,
}

/// How much of a unit's contents was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contents {
    /// The unit.
    pub unit: Parent,
    /// Direct children on the ledger.
    pub children: u32,
    /// Distinct direct children among the scanned packs and units.
    pub seen: u32,
}

impl Contents {
    /// Whether the scanned list is the whole of the unit.
    pub const fn is_complete(&self) -> bool {
        self.seen == self.children
    }
}

/// What was checked about a disclosed record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordAnswer {
    /// Whether the fields belong to the commitment on the ledger; `None` if no such record is there.
    pub is_committed: Option<bool>,
    /// The header that the answer is about.
    pub as_of: AsOf,
}

impl Client {
    /// The verdict about one scan. `proof` is a proof in full or QR form.
    pub fn verify(&mut self, scan: &Scan, proof: &[u8], now: UnixMillis, policy: &Policy) -> Verdict {
        let mut many = self.verify_many(core::slice::from_ref(scan), proof, now, policy);
        many.verdicts.pop().unwrap_or_else(|| judge_unchecked(Trust::NotChecked, Identifier::NotProved))
    }

    /// The verdicts about several scans from one proof, which must answer exactly these.
    ///
    /// Scans that cannot be read take no part in the proof.
    pub fn verify_many(&mut self, scans: &[Scan], proof: &[u8], now: UnixMillis, policy: &Policy) -> Many {
        let questions: Vec<Vec<Key>> = scans.iter().filter_map(read).map(keys).collect();
        if questions.is_empty() {
            let verdicts = scans.iter().map(unread).collect();
            return Many { verdicts, contents: Vec::new() };
        }
        match self.check(&questions, proof, now) {
            Err(error) => {
                let answer = |scan| read(scan).map_or_else(|| unread(scan), |_| Verdict::from(error));
                Many { verdicts: scans.iter().map(answer).collect(), contents: Vec::new() }
            }
            Ok(checked) => {
                let contents = contents(scans, &checked);
                let mut checked = checked.iter();
                let mut answer = |scan| match (read(scan), read(scan).and_then(|_| checked.next())) {
                    (Some(reading), Some(checked)) => judge(reading, checked, now, policy),
                    _ => unread(scan),
                };
                Many { verdicts: scans.iter().map(&mut answer).collect(), contents }
            }
        }
    }

    /// Checks disclosed fields of a patient's record against the commitment on the ledger.
    pub fn verify_record(
        &mut self,
        disclosure: &Disclosure,
        proof: &[u8],
        now: UnixMillis,
    ) -> Result<RecordAnswer, TrustError> {
        let question = alloc::vec![Key::Record(*disclosure.record_id())];
        let mut checked = self.check(&[question], proof, now)?;
        let checked = checked.pop().ok_or(TrustError::OtherScan)?;
        let is_committed = checked.facts.record.map(|record| disclosure.commitment() == Ok(record.commitment));
        Ok(RecordAnswer { is_committed, as_of: checked.as_of })
    }

    /// Checks everything about a proof but what the leaves mean. One `Checked` for each question.
    fn check(&mut self, questions: &[Vec<Key>], proof: &[u8], now: UnixMillis) -> Result<Vec<Checked>, TrustError> {
        self.check_period(now)?;
        let proof = self.decode(proof)?;
        let asked_for: BTreeSet<&Key> = questions.iter().flatten().collect();
        if !proof.answers(asked_for) {
            return Err(TrustError::OtherScan);
        }
        let header = proof.header();
        let ranges = self.ranges_after(proof.hand_overs())?;
        self.certify(&ranges, header, proof.certificate())?;
        let state_root = header.state_root().ok_or(TrustError::NewerHeader)?;
        proof.state().verify_root(&state_root).map_err(TrustError::State)?;
        let facts = self.facts(questions, proof.state())?;
        let is_older = header.height() < self.newest.height();
        self.move_forward(ranges, header);
        let as_of = AsOf { height: header.height(), time: header.time() };
        Ok(facts.into_iter().map(|facts| self.checked(facts, as_of, is_older)).collect())
    }

    fn decode(&self, bytes: &[u8]) -> Result<Proof, TrustError> {
        if bytes.get(PRELUDE_LEN_BYTES - 3) != Some(&(MessageType::QrProof as u8)) {
            return Ok(Proof::from_bytes(bytes)?);
        }
        let short = QrProof::from_bytes(bytes)?;
        let set_hash = self.set_hash_at(short.height())?;
        Ok(short.expand(self.anchor.chain_id(), set_hash)?)
    }

    fn facts(&self, questions: &[Vec<Key>], state: &StateProof) -> Result<Vec<Facts>, TrustError> {
        let paths = Paths::new(self.anchor.chain_id());
        let mut recorder = Recorder::new(state);
        let derive = |keys: &Vec<Key>| facts::derive(&paths, keys, &mut recorder);
        let facts = questions.iter().map(derive).collect::<Result<Vec<_>, _>>()?;
        // Below a leaf that only a newer client reads there may be leaves that it would require.
        if !facts.iter().any(|facts| facts.newer) {
            state.check_exact(&recorder.into_asked()).map_err(TrustError::State)?;
        }
        Ok(facts)
    }

    pub(super) fn checked(&mut self, facts: Facts, as_of: AsOf, is_older: bool) -> Checked {
        let mut is_superseded = false;
        for pack in &facts.packs {
            is_superseded |= self.seen.newest(&pack.path).is_some_and(|seen| seen > as_of.height);
            self.seen.remember(&pack.path, as_of.height);
        }
        Checked { facts, as_of, is_older, is_superseded }
    }
}

/// Notes which paths are asked of a state proof.
pub(super) struct Recorder<'a> {
    state: &'a StateProof,
    asked: Vec<Path>,
}

impl<'a> Recorder<'a> {
    pub(super) const fn new(state: &'a StateProof) -> Self {
        Self { state, asked: Vec::new() }
    }

    /// The asked paths, each once.
    pub(super) fn into_asked(mut self) -> Vec<Path> {
        self.asked.sort_unstable();
        self.asked.dedup();
        self.asked
    }
}

impl<'a> Source<'a> for Recorder<'a> {
    fn find(&mut self, path: &Path) -> Result<Found<'a>, Gap> {
        self.asked.push(*path);
        let mut state = self.state;
        state.find(path)
    }
}

/// What a scan can be asked about, as keys; several where the pack carries several codes.
pub fn keys(reading: &Reading) -> Vec<Key> {
    match &reading.target {
        Target::Pack(packs) => packs.iter().cloned().map(Key::Pack).collect(),
        Target::Lot { products, lot } => {
            products.iter().map(|product| Key::Lot(product.clone(), lot.clone())).collect()
        }
        Target::Product(products) => products.iter().cloned().map(Key::Product).collect(),
        Target::Unit(sscc) => alloc::vec![Key::Unit(*sscc)],
    }
}

fn read(scan: &Scan) -> Option<&Reading> {
    match scan {
        Scan::Read(reading) => Some(reading),
        _ => None,
    }
}

pub(super) fn unread(scan: &Scan) -> Verdict {
    let identifier = match scan {
        Scan::Unreadable(error) => Identifier::Unreadable(*error),
        Scan::Ambiguous(_) => Identifier::Ambiguous,
        Scan::Read(_) => Identifier::NotProved,
    };
    judge_unchecked(Trust::NotChecked, identifier)
}

/// For each scanned SSCC: the unit that it stands for now, and the distinct children among the scans.
fn contents(scans: &[Scan], checked: &[Checked]) -> Vec<Contents> {
    let is_unit = |scan: &&Scan| read(scan).is_some_and(|reading| matches!(reading.target, Target::Unit(_)));
    let readable = scans.iter().filter(|scan| read(scan).is_some());
    let scanned = readable.zip(checked).filter(|(scan, _)| is_unit(scan));
    scanned
        .filter_map(|(_, of)| of.facts.units.first())
        .map(|(unit, leaf)| {
            let packs: BTreeSet<&Path> = checked
                .iter()
                .flat_map(|c| &c.facts.packs)
                .filter(|pack| match &pack.leaf {
                    facts::PackLeaf::Live(live) => live.place == Place::Inside(*unit),
                    _ => false,
                })
                .map(|pack| &pack.path)
                .collect();
            let units: BTreeSet<&Parent> = checked
                .iter()
                .flat_map(|c| &c.facts.units)
                .filter(|(_, child)| child.place == UnitPlace::Inside(*unit))
                .map(|(child, _)| child)
                .collect();
            Contents { unit: *unit, children: leaf.children, seen: (packs.len() + units.len()) as u32 }
        })
        .collect()
}
