//! The data-shaped layer: bytes, text and numbers in, flat records out.
//!
//! Every binding calls this layer and nothing else, so that no two languages can disagree. Times
//! and ages are in ms, days are counted from 1970-01-01 UTC, names are those of `docs/FORMAT.md`.

mod bundle;
pub mod flat;
mod message;
mod seller;

pub use bundle::{Happening, MemberInfo, Opened, ProductInfo};
pub use message::read_message;
pub use seller::Seller;

use crate::{
    anchor, client,
    client::TrustError,
    disclosure::Disclosure,
    encoding::{DecodeError, Message},
    fork::Fork,
    header::UnixMillis,
    identity::{ProductCode, ascii},
    leaf::{MemberState, StateCode},
    scan, text, verdict,
    verdict::Level,
};
use alloc::{string::String, vec::Vec};

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

/// What is wrong: a stable code, and expected and found where both are numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[expect(clippy::exhaustive_structs, reason = "a record that bindings mirror")]
pub struct Problem {
    /// The stable dotted code.
    pub code: &'static str,
    /// What was expected.
    pub expected: Option<u64>,
    /// What was found.
    pub found: Option<u64>,
}

/// The caller's policy. Absent limits take the defaults of the purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[expect(clippy::exhaustive_structs, reason = "a record that bindings mirror")]
pub struct Policy {
    /// `holder`, `buyer`, `dispenser` or `receiver`.
    pub purpose: String,
    /// `online`, or `carried` where no node answered.
    pub mode: String,
    /// Longest age of a proof from a node, in ms.
    pub max_age_online_ms: Option<u64>,
    /// Longest age of a carried proof, in ms.
    pub max_age_carried_ms: Option<u64>,
    /// How far a header may lie ahead of this device's clock, in ms.
    pub clock_tolerance_ms: Option<u64>,
}

/// A verdict in flat form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[expect(clippy::exhaustive_structs, reason = "a record that bindings mirror")]
pub struct Verdict {
    /// `ok`, `warn`, `do-not-use`, `unknown` or `cannot-tell`.
    pub overall: &'static str,
    /// Stable codes, in the order of the axes.
    pub reasons: Vec<&'static str>,
    /// The axes.
    pub axes: Axes,
}

/// The axes of a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[expect(clippy::exhaustive_structs, reason = "a record that bindings mirror")]
pub struct Axes {
    /// Whether a quorum vouches for the leaves.
    pub trust: &'static str,
    /// The check that failed, if trust is `invalid` or could not be reached.
    pub problem: Option<Problem>,
    /// `fresh`, `carried`, `stale` or `future`.
    pub freshness: Option<&'static str>,
    /// Age of the header; how far ahead it is, if freshness is `future`.
    pub age_ms: Option<u64>,
    /// Height of the header.
    pub height: Option<u64>,
    /// Time of the header.
    pub time_ms: Option<u64>,
    /// What the ledger says about the scanned identifier.
    pub identifier: &'static str,
    /// `pack`, `lot`, `product` or `unit`.
    pub level: Option<&'static str>,
    /// The lot on the pack against the ledger.
    pub lot: &'static str,
    /// The lot on the ledger.
    pub lot_ledger: Option<String>,
    /// The expiry on the pack against the ledger.
    pub expiry: &'static str,
    /// States.
    pub states: States,
    /// The last day of use.
    pub expiry_day: Option<u32>,
    /// Whether that day is over.
    pub expired: Option<bool>,
    /// Who released the lot.
    pub issuer: Option<Issuer>,
    /// The day since which the pack's own state holds.
    pub since_day: Option<u32>,
    /// Units left in the pack.
    pub quantity_left: Option<u16>,
    /// Number of events in the pack's custody chain.
    pub events: Option<u32>,
}

/// State numbers by level, and the name of the worst known one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[expect(clippy::exhaustive_structs, reason = "a record that bindings mirror")]
pub struct States {
    /// The pack's own.
    pub pack: Option<u8>,
    /// The worst of the units above it.
    pub unit: Option<u8>,
    /// The lot's.
    pub lot: Option<u8>,
    /// The product's.
    pub product: Option<u8>,
    /// The worst known state's name.
    pub effective: Option<&'static str>,
}

/// Who released the lot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[expect(clippy::exhaustive_structs, reason = "a record that bindings mirror")]
pub struct Issuer {
    /// The member's number.
    pub member: u32,
    /// Its role at release.
    pub role: u8,
    /// `valid` or `compromised`, at release and registration.
    pub key_then: &'static str,
    /// `valid`, `revoked` or `compromised`, at the header's time.
    pub key_now: &'static str,
    /// `admitted`, `suspended` or `excluded`.
    pub member_now: Option<&'static str>,
}

/// Verdicts about several scans.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[expect(clippy::exhaustive_structs, reason = "a record that bindings mirror")]
pub struct Many {
    /// One for each scan, in their order.
    pub verdicts: Vec<Verdict>,
    /// For each scanned SSCC, how much of its contents the scans cover.
    pub contents: Vec<Contents>,
}

/// How much of a unit's contents was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[expect(clippy::exhaustive_structs, reason = "a record that bindings mirror")]
pub struct Contents {
    /// The unit's 18 digits.
    pub sscc: String,
    /// Which use of the SSCC.
    pub generation: u32,
    /// Direct children on the ledger.
    pub children: u32,
    /// Distinct direct children that were scanned, by their own code or by the codes of all that is in them.
    pub seen: u32,
    /// Whether the list is the whole of the unit.
    pub complete: bool,
}

/// How an update was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[expect(clippy::exhaustive_structs, reason = "a record that bindings mirror")]
pub struct Advanced {
    /// The newest trusted height.
    pub height: u64,
    /// Whether it was shown that history was only added to.
    pub history_shown: bool,
    /// Whether the newest trusted header changed.
    pub newer: bool,
}

/// What a client trusts, to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[expect(clippy::exhaustive_structs, reason = "a record that bindings mirror")]
pub struct AnchorInfo {
    /// The chain's name.
    pub name: String,
    /// Whether it is a demonstration chain.
    pub demo: bool,
    /// The anchor's fingerprint.
    pub fingerprint: String,
    /// The anchor's height.
    pub height: u64,
    /// The time of the anchor's header.
    pub time_ms: u64,
}

/// What was read from a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[expect(clippy::exhaustive_structs, reason = "a record that bindings mirror")]
pub struct ScanInfo {
    /// `read`, `ambiguous` or `unreadable`.
    pub result: &'static str,
    /// The reason, if unreadable.
    pub code: Option<&'static str>,
    /// One reading, or all that are possible.
    pub readings: Vec<Reading>,
}

/// One reading of a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[expect(clippy::exhaustive_structs, reason = "a record that bindings mirror")]
pub struct Reading {
    /// `pack`, `lot`, `product` or `unit`.
    pub level: &'static str,
    /// Product codes, as scheme number ‖ `:` ‖ code.
    pub products: Vec<String>,
    /// The serial of a pack.
    pub serial: Option<String>,
    /// The 18 digits of a unit.
    pub sscc: Option<String>,
    /// The lot on the pack.
    pub lot: Option<String>,
    /// The expiry on the pack.
    pub expiry_day: Option<u32>,
    /// What was repaired.
    pub repairs: Vec<&'static str>,
    /// `absent`, `present` or `wrong-length`; never called valid.
    pub crypto_tail: &'static str,
    /// The host of a link: untrusted, never contacted.
    pub host: Option<String>,
}

/// A light client over bytes and text.
#[derive(Clone, Debug)]
pub struct Client(client::Client);

impl Client {
    /// A client that trusts the anchor and nothing else.
    pub fn new(anchor: &[u8]) -> Result<Self, Problem> {
        Ok(Self(client::Client::new(anchor::Anchor::from_bytes(anchor)?)))
    }

    /// Goes on from stored memory, if it belongs to the anchor.
    pub fn resume(anchor: &[u8], memory: &[u8]) -> Result<Self, Problem> {
        Ok(Self(client::Client::resume(anchor::Anchor::from_bytes(anchor)?, memory)?))
    }

    /// What is to be stored before an answer is shown.
    pub fn memory(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    /// What this client trusts.
    pub fn anchor(&self) -> AnchorInfo {
        let anchor = self.0.anchor();
        AnchorInfo {
            name: String::from(anchor.name()),
            demo: anchor.is_demo(),
            fingerprint: anchor.fingerprint(),
            height: anchor.header().height().0,
            time_ms: anchor.header().time().0,
        }
    }

    /// The newest trusted height.
    pub fn height(&self) -> u64 {
        self.0.newest().height().0
    }

    /// The log size from which an update should prove consistency.
    pub fn history_size(&self) -> u64 {
        self.0.history_size().0
    }

    /// Evidence of a fork, if one was seen.
    pub fn fork(&self) -> Option<Vec<u8>> {
        self.0.fork().map(Message::to_bytes)
    }

    /// Goes forward.
    pub fn advance(&mut self, update: &[u8], now_ms: u64) -> Result<Advanced, Problem> {
        let update = client::Update::from_bytes(update)?;
        let advanced = self.0.advance(&update, UnixMillis(now_ms))?;
        Ok(Advanced { height: advanced.height.0, history_shown: advanced.is_history_shown, newer: advanced.is_newer })
    }

    /// The verdict about the text of a scan. `proof` is a proof in full or QR form.
    pub fn verify(&mut self, scan: &str, proof: &[u8], now_ms: u64, policy: &Policy) -> Result<Verdict, Problem> {
        Ok(Verdict::from(&self.judge(scan, proof, now_ms, &policy.checked()?)))
    }

    fn judge(&mut self, scan: &str, proof: &[u8], now_ms: u64, policy: &verdict::Policy) -> verdict::Verdict {
        self.0.verify(&read_scan(scan, false), proof, UnixMillis(now_ms), policy)
    }

    /// What to ask a node for, so that it does not learn which pack it is: the first `bits` bits (32 to 64)
    /// of the scanned pack's path, in as few bytes as hold them. `None` unless the scan names one pack under
    /// one code.
    pub fn bucket_prefix(&self, scan: &str, bits: u8) -> Option<Vec<u8>> {
        let prefix = self.0.bucket_prefix(&scan::parse(scan, scan::Mode::Tolerant), bits)?;
        Some(prefix.first().as_bytes().iter().take(usize::from(bits).div_ceil(8)).copied().collect())
    }

    /// The verdict about one scanned pack, from a bucket of its product.
    pub fn verify_bucket(
        &mut self,
        scan: &str,
        bucket: &[u8],
        now_ms: u64,
        policy: &Policy,
    ) -> Result<Verdict, Problem> {
        Ok(Verdict::from(&self.judge_bucket(scan, bucket, now_ms, &policy.checked()?)))
    }

    fn judge_bucket(&mut self, scan: &str, bucket: &[u8], now_ms: u64, policy: &verdict::Policy) -> verdict::Verdict {
        self.0.verify_bucket(&read_scan(scan, false), bucket, UnixMillis(now_ms), policy)
    }

    /// The verdicts about several scans from one proof.
    pub fn verify_many(
        &mut self,
        scans: &[String],
        proof: &[u8],
        now_ms: u64,
        policy: &Policy,
    ) -> Result<Many, Problem> {
        let many = self.judge_many(scans, proof, now_ms, &policy.checked()?);
        Ok(Many {
            verdicts: many.verdicts.iter().map(Verdict::from).collect(),
            contents: many.contents.iter().map(Contents::from).collect(),
        })
    }

    fn judge_many(&mut self, scans: &[String], proof: &[u8], now_ms: u64, policy: &verdict::Policy) -> client::Many {
        let scans: Vec<_> = scans.iter().map(|scan| read_scan(scan, false)).collect();
        self.0.verify_many(&scans, proof, UnixMillis(now_ms), policy)
    }

    /// Whether disclosed fields belong to the record on the ledger; `None` if no such record is there.
    pub fn verify_record(&mut self, disclosure: &[u8], proof: &[u8], now_ms: u64) -> Result<Option<bool>, Problem> {
        let disclosure = Disclosure::from_bytes(disclosure)?;
        Ok(self.0.verify_record(&disclosure, proof, UnixMillis(now_ms))?.is_committed)
    }
}

/// Reads the text of a scan.
pub fn parse_scan(text: &str, strict: bool) -> ScanInfo {
    let scan = read_scan(text, strict);
    let (result, code, readings) = scan_parts(&scan);
    ScanInfo { result, code, readings: readings.iter().map(Reading::from).collect() }
}

fn read_scan(text: &str, strict: bool) -> scan::Scan {
    scan::parse(text, if strict { scan::Mode::Strict } else { scan::Mode::Tolerant })
}

/// What became of a scan, the reason if it is unreadable, and its readings.
fn scan_parts(scan: &scan::Scan) -> (&'static str, Option<&'static str>, &[scan::Reading]) {
    match scan {
        scan::Scan::Read(reading) => ("read", None, core::slice::from_ref(reading)),
        scan::Scan::Ambiguous(readings) => ("ambiguous", None, readings),
        scan::Scan::Unreadable(error) => ("unreadable", Some(error.code()), &[]),
    }
}

/// The height at which a fork's two headers were both signed by the quorum that it names.
pub fn check_fork(fork: &[u8]) -> Result<u64, Problem> {
    let fork = Fork::from_bytes(fork)?;
    fork.verify().map_err(TrustError::from)?;
    Ok(fork.height().0)
}

/// The message in the text of a QR code or in a URL fragment; `None` if it is neither.
pub fn message_from_text(carried: &str) -> Option<Vec<u8>> {
    text::from_qr_text(carried).or_else(|| text::from_fragment(carried.strip_prefix('#').unwrap_or(carried)))
}

impl Policy {
    fn checked(&self) -> Result<verdict::Policy, Problem> {
        let limits = [self.max_age_online_ms, self.max_age_carried_ms, self.clock_tolerance_ms];
        policy(&self.purpose, &self.mode, limits)
    }
}

/// The policy with these names and limits, in the order of [`Policy`].
fn policy(purpose: &str, mode: &str, limits: [Option<u64>; 3]) -> Result<verdict::Policy, Problem> {
    let purpose = verdict::Purpose::ALL.into_iter().find(|known| known.name() == purpose);
    let purpose = purpose.ok_or_else(|| Problem::new("policy.purpose"))?;
    let mode = match mode {
        "online" => verdict::Mode::Online,
        "carried" => verdict::Mode::Carried,
        _ => return Err(Problem::new("policy.mode")),
    };
    let mut policy = verdict::Policy::new(purpose, mode);
    let [max_age_online_ms, max_age_carried_ms, clock_tolerance_ms] = limits;
    let set = |limit: &mut u64, value: Option<u64>| *limit = value.unwrap_or(*limit);
    set(&mut policy.max_age_online_ms, max_age_online_ms);
    set(&mut policy.max_age_carried_ms, max_age_carried_ms);
    set(&mut policy.clock_tolerance_ms, clock_tolerance_ms);
    Ok(policy)
}

impl Problem {
    fn new(code: &'static str) -> Self {
        Self { code, expected: None, found: None }
    }
}

impl From<TrustError> for Problem {
    fn from(error: TrustError) -> Self {
        let numbers = error.numbers();
        let (expected, found) = (numbers.map(|(expected, _)| expected), numbers.map(|(_, found)| found));
        Self { code: error.code(), expected, found }
    }
}

impl From<DecodeError> for Problem {
    fn from(error: DecodeError) -> Self {
        Self::new(error.code())
    }
}

impl From<&verdict::Verdict> for Verdict {
    fn from(verdict: &verdict::Verdict) -> Self {
        Self { overall: verdict.overall.name(), reasons: verdict.reasons.clone(), axes: Axes::from(verdict) }
    }
}

impl From<&verdict::Verdict> for Axes {
    fn from(verdict: &verdict::Verdict) -> Self {
        Self {
            trust: verdict.trust.name(),
            problem: verdict.trust.error().map(Problem::from),
            freshness: verdict.freshness.map(|freshness| freshness.name()),
            age_ms: verdict.freshness.map(|freshness| freshness.ms()),
            height: verdict.as_of.map(|as_of| as_of.height.0),
            time_ms: verdict.as_of.map(|as_of| as_of.time.0),
            identifier: verdict.identifier.name(),
            level: verdict.identifier.level().map(Level::name),
            lot: verdict.agreement.lot.name(),
            lot_ledger: verdict.ledger_lot.as_ref().map(|lot| String::from(lot.as_str())),
            expiry: verdict.agreement.expiry.name(),
            states: States::from(&verdict.states),
            expiry_day: verdict.expiry.map(|expiry| expiry.day.0),
            expired: verdict.expiry.map(|expiry| expiry.is_expired),
            issuer: verdict.issuer.as_ref().map(Issuer::from),
            since_day: verdict.pack.map(|pack| pack.since.0),
            quantity_left: verdict.pack.map(|pack| pack.quantity_left),
            events: verdict.pack.map(|pack| pack.events),
        }
    }
}

impl From<&verdict::States> for States {
    fn from(states: &verdict::States) -> Self {
        let number = |state: Option<StateCode>| state.map(|state| state.0);
        Self {
            pack: number(states.pack),
            unit: number(states.unit),
            lot: number(states.lot),
            product: number(states.product),
            effective: states.effective.map(|state| state.name()),
        }
    }
}

impl From<&verdict::Issuer> for Issuer {
    fn from(issuer: &verdict::Issuer) -> Self {
        Self {
            member: issuer.member.0,
            role: issuer.role.0,
            key_then: issuer.key_then.name(),
            key_now: issuer.key_now.name(),
            member_now: issuer.member_now.map(member_state),
        }
    }
}

const fn member_state(state: MemberState) -> &'static str {
    match state {
        MemberState::Admitted => "admitted",
        MemberState::Suspended => "suspended",
        MemberState::Excluded => "excluded",
    }
}

impl From<&client::Contents> for Contents {
    fn from(contents: &client::Contents) -> Self {
        Self {
            sscc: contents.unit.sscc.digits(),
            generation: contents.unit.generation,
            children: contents.children,
            seen: contents.seen,
            complete: contents.is_complete(),
        }
    }
}

impl From<&scan::Reading> for Reading {
    fn from(reading: &scan::Reading) -> Self {
        let names = Names::of(&reading.target);
        Self {
            level: names.level.name(),
            products: names.products,
            serial: names.serial.map(String::from),
            sscc: names.sscc,
            lot: reading.lot.as_ref().map(|lot| String::from(lot.as_str())),
            expiry_day: reading.expiry.map(|day| day.0),
            repairs: repairs(reading),
            crypto_tail: reading.crypto_tail.name(),
            host: reading.host.clone(),
        }
    }
}

/// What a scan names, as text.
struct Names<'a> {
    level: Level,
    /// As scheme number ‖ `:` ‖ code.
    products: Vec<String>,
    serial: Option<&'a str>,
    sscc: Option<String>,
}

impl<'a> Names<'a> {
    fn of(target: &'a scan::Target) -> Self {
        let mut names = Self { level: Level::Pack, products: Vec::new(), serial: None, sscc: None };
        match target {
            scan::Target::Pack(packs) => {
                packs.iter().for_each(|pack| names.add(&pack.product));
                names.serial = packs.first().map(|pack| pack.serial.as_str());
            }
            scan::Target::Lot { products, .. } => {
                names.level = Level::Lot;
                products.iter().for_each(|product| names.add(product));
            }
            scan::Target::Product(products) => {
                names.level = Level::Product;
                products.iter().for_each(|product| names.add(product));
            }
            scan::Target::Unit(unit) => {
                names.level = Level::Unit;
                names.sscc = Some(unit.digits());
            }
        }
        names
    }

    fn add(&mut self, product: &ProductCode) {
        let mut code = ascii(&[b'0' + product.scheme() as u8, b':']);
        code.push_str(product.code());
        self.products.push(code);
    }
}

fn repairs(reading: &scan::Reading) -> Vec<&'static str> {
    reading.repairs.iter().map(|repair| repair.name()).collect()
}
