//! From scans and a proof to verdicts.

use super::{Client, TrustError, error::Refusal, ranges::Ranges};
use crate::{
    disclosure::Disclosure,
    encoding::{Message, MessageType, PRELUDE_LEN_BYTES, Wire, add_distinct, place_among, put},
    facts::{self, Facts, Found, Gap, PackFact, PackLeaf, Source},
    header::{Header, UnixMillis},
    leaf::{Leaf, MAX_UNIT_DEPTH, Pack, Parent, Paths, Place, Unit, UnitPlace},
    proof::{Key, Proof, QrProof},
    scan::{Reading, Scan, Target},
    state::{Path, StateProof},
    verdict::{AsOf, Checked, Identifier, Policy, Trust, Verdict, judge, judge_unchecked},
};
use alloc::vec::Vec;

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
    /// Distinct direct children that were scanned, by their own code or by the codes of all that is in them.
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
        let mut questions = Vec::new();
        for scan in scans {
            questions.extend(read(scan).map(keys));
        }
        let result = if questions.is_empty() { Ok(Vec::new()) } else { self.check(&questions, proof, now) };
        let (checked, error) = (result.as_deref().unwrap_or_default(), result.as_ref().err());
        let mut rest = checked.iter();
        let mut verdicts = Vec::with_capacity(scans.len());
        for scan in scans {
            let reading = read(scan);
            verdicts.push(match (reading, error, reading.and_then(|_| rest.next())) {
                (Some(reading), None, Some(checked)) => judge(reading, checked, now, policy),
                (Some(_), Some(error), _) => Verdict::from(**error),
                _ => unread(scan),
            });
        }
        Many { verdicts, contents: contents(checked) }
    }

    /// Checks disclosed fields of a patient's record against the commitment on the ledger.
    pub fn verify_record(
        &mut self,
        disclosure: &Disclosure,
        proof: &[u8],
        now: UnixMillis,
    ) -> Result<RecordAnswer, TrustError> {
        self.check_period(now).map_err(|refusal| *refusal)?;
        let key = Key::Record(*disclosure.record_id());
        let proof = self.decode(proof).map_err(|refusal| *refusal)?;
        let path = Paths::new(self.anchor.chain_id()).record(disclosure.record_id());
        let (checked, leaf) = self.check_alone(key, &path, &proof).map_err(|refusal| *refusal)?;
        let is_committed = match leaf {
            Some(Leaf::Record(record)) => Some(disclosure.commitment() == Ok(record.commitment)),
            _ => None,
        };
        Ok(RecordAnswer { is_committed, as_of: checked.as_of })
    }

    /// Checks a proof about one key of one leaf, which lies at `path`; the leaf, if it is there and this client reads it.
    pub(super) fn check_alone(
        &mut self,
        key: Key,
        path: &Path,
        proof: &Proof,
    ) -> Result<(Checked, Option<Leaf>), Refusal> {
        let checked = self.check_decoded(&[alloc::vec![key]], proof)?.pop().ok_or(TrustError::OtherScan)?;
        let mut state = proof.state();
        let value = state.find(path).ok().flatten();
        Ok((checked, value.and_then(|value| Leaf::from_value(value).ok())))
    }

    /// Checks everything about a proof but what the leaves mean. One `Checked` for each question.
    pub(super) fn check(
        &mut self,
        questions: &[Vec<Key>],
        proof: &[u8],
        now: UnixMillis,
    ) -> Result<Vec<Checked>, Refusal> {
        self.check_period(now)?;
        let proof = self.decode(proof)?;
        self.check_decoded(questions, &proof)
    }

    /// As [`Self::check`], from the keys on.
    pub(super) fn check_decoded(&mut self, questions: &[Vec<Key>], proof: &Proof) -> Result<Vec<Checked>, Refusal> {
        let mut asked = Vec::new();
        questions.iter().flatten().for_each(|key| add_distinct(&mut asked, key.to_wire()));
        if !proof.answers(&asked) {
            return Err(TrustError::OtherScan.into());
        }
        let header = proof.header();
        let ranges = self.vouch(proof.hand_overs(), header, proof.certificate(), proof.state())?;
        let facts = self.facts(questions, proof.state())?;
        Ok(self.take(ranges, header, facts))
    }

    /// Goes forward with a header whose leaves are all accounted for.
    pub(super) fn take(&mut self, ranges: Ranges, header: &Header, facts: Vec<Facts>) -> Vec<Checked> {
        let is_older = header.height() < self.newest.height();
        self.move_forward(ranges, header);
        let as_of = AsOf { height: header.height(), time: header.time() };
        let checked: Vec<_> = facts.into_iter().map(|facts| self.checked(facts, as_of, is_older)).collect();
        checked.iter().for_each(|checked| self.remember(checked));
        checked
    }

    pub(super) fn decode(&self, bytes: &[u8]) -> Result<Proof, Refusal> {
        if bytes.get(PRELUDE_LEN_BYTES - 3) != Some(&(MessageType::QrProof as u8)) {
            return Ok(Proof::from_bytes(bytes)?);
        }
        let short = QrProof::from_bytes(bytes)?;
        let set_hash = self.set_hash_at(short.height())?;
        Ok(short.expand(self.anchor.chain_id(), set_hash)?)
    }

    fn facts(&self, questions: &[Vec<Key>], state: &StateProof) -> Result<Vec<Facts>, Refusal> {
        let paths = Paths::new(self.anchor.chain_id());
        let mut recorder = Recorder::new(state);
        let mut facts = Vec::with_capacity(questions.len());
        for keys in questions {
            facts.push(facts::derive(&paths, keys, &mut recorder)?);
        }
        // Below a leaf that only a newer client reads there may be leaves that it would require.
        if !facts.iter().any(|facts| facts.newer) {
            state.check_exact(&recorder.into_asked()).map_err(TrustError::State)?;
        }
        Ok(facts)
    }

    /// Whether a pack was seen at a newer height; all packs of a proof are asked before any is remembered.
    fn checked(&self, facts: Facts, as_of: AsOf, is_older: bool) -> Checked {
        let is_newer_known = |pack: &PackFact| self.seen.newest(&pack.path).is_some_and(|seen| seen > as_of.height);
        let is_superseded = facts.packs.iter().any(is_newer_known);
        Checked { facts, as_of, is_older, is_superseded }
    }

    fn remember(&mut self, checked: &Checked) {
        for pack in &checked.facts.packs {
            self.seen.remember(&pack.path, checked.as_of.height);
        }
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

    /// The asked paths, as often as they were asked.
    pub(super) fn into_asked(self) -> Vec<Path> {
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

/// What a scan can be asked about, as keys, ascending; several where the pack carries several codes.
pub(crate) fn keys(reading: &Reading) -> Vec<Key> {
    let mut keys = Vec::new();
    match &reading.target {
        Target::Pack(packs) => packs.iter().for_each(|pack| add(&mut keys, Key::Pack(pack.clone()))),
        Target::Lot { products, lot } => {
            products.iter().for_each(|product| add(&mut keys, Key::Lot(product.clone(), lot.clone())));
        }
        Target::Product(products) => products.iter().for_each(|product| add(&mut keys, Key::Product(product.clone()))),
        Target::Unit(sscc) => add(&mut keys, Key::Unit(*sscc)),
    }
    keys
}

/// Puts a key in its place.
#[inline(never)]
fn add(ascending: &mut Vec<Key>, key: Key) {
    ascending.insert(ascending.partition_point(|before| *before < key), key);
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

/// For each scanned SSCC: the unit that it stands for now, and how many of its direct children the scans cover.
///
/// Covered are scanned packs and units, and units of which every child is covered.
fn contents(checked: &[Checked]) -> Vec<Contents> {
    let mut scanned = Vec::new();
    // Each unit before a child that is covered, as one encoding; ascending.
    let mut covered = Vec::new();
    for Checked { facts, .. } in checked {
        for pack in &facts.packs {
            if let PackLeaf::Live(Pack { place: Place::Inside(unit), .. }) = &pack.leaf {
                add_pair(&mut covered, unit, pack.path.to_wire());
            }
        }
        // A unit that stands above a scanned pack was not scanned itself.
        if let ([], [unit, ..]) = (facts.packs.as_slice(), facts.units.as_slice()) {
            scanned.push((unit.0, &unit.1));
            add_unit(&mut covered, unit);
        }
    }
    // What is found at one depth counts at the next one up.
    for _ in 1..MAX_UNIT_DEPTH {
        for Checked { facts, .. } in checked {
            for unit in &facts.units {
                if covered_from(&covered, &unit.0, unit.1.children.saturating_sub(1)) > 0 {
                    add_unit(&mut covered, unit);
                }
            }
        }
    }
    let of = |&(unit, leaf): &(Parent, &Unit)| Contents {
        unit,
        children: leaf.children,
        seen: covered_from(&covered, &unit, 0),
    };
    scanned.iter().map(of).collect()
}

fn add_unit(covered: &mut Vec<Vec<u8>>, (child, leaf): &(Parent, Unit)) {
    if let UnitPlace::Inside(unit) = &leaf.place {
        add_pair(covered, unit, child.to_wire());
    }
}

#[inline(never)]
fn add_pair(covered: &mut Vec<Vec<u8>>, unit: &Parent, child: Vec<u8>) {
    let mut pair = unit.to_wire();
    put(&mut pair, &child);
    add_distinct(covered, pair);
}

/// How many children of a unit are covered, not counting the first `start`.
#[inline(never)]
fn covered_from(covered: &[Vec<u8>], unit: &Parent, start: u32) -> u32 {
    let unit = unit.to_wire();
    let behind = covered.iter().skip(place_among(covered, &unit).saturating_add(start as usize));
    behind.take_while(|pair| pair.starts_with(&unit)).count() as u32
}
