//! The verdict about one scan from a bundle, and what else the bundle shows.

use super::{Client, error::Refusal, verify::keys, verify::unread};
use crate::{
    bundle::Bundle,
    custody::Custody,
    encoding::Message,
    event::LogEntry,
    facts::{Facts, PackLeaf},
    header::UnixMillis,
    info::{MemberInfo, ProductInfo},
    leaf::Paths,
    scan::{Reading, Scan},
    state::Path,
    timeline::unfold,
    verdict::{Checked, Policy, Verdict, judge},
};
use alloc::vec::Vec;

/// A verdict with everything that was proved beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Opened {
    /// The verdict.
    pub verdict: Verdict,
    /// What the product is called, if its leaf holds the hash.
    pub product: Option<ProductInfo>,
    /// Who released the lot, if its leaf holds the hash.
    pub issuer: Option<MemberInfo>,
    /// What happened to the pack or unit, by day, if it leads to the leaf's running hash.
    pub timeline: Option<Vec<LogEntry>>,
    /// Parts that the bundle has and the leaves do not bear out. They say nothing about the pack.
    pub refused: Vec<BundlePart>,
}

/// A part of a bundle beside its proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BundlePart {
    /// The product information.
    Product,
    /// The issuer's member information.
    Issuer,
    /// The custody chains.
    Timeline,
}

impl BundlePart {
    /// The stable reason code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Product => "bundle.product-refused",
            Self::Issuer => "bundle.issuer-refused",
            Self::Timeline => "bundle.timeline-refused",
        }
    }
}

impl Client {
    /// The verdict about one scan from the proof in a bundle, as [`Self::verify`] gives it, and what the proved
    /// leaves bear out of the bundle's other parts.
    pub fn verify_bundle(&mut self, scan: &Scan, bundle: &[u8], now: UnixMillis, policy: &Policy) -> Opened {
        let Scan::Read(reading) = scan else { return Opened::bare(unread(scan)) };
        match self.check_bundle(reading, bundle, now) {
            Ok((bundle, checked)) => {
                let verdict = judge(reading, &checked, now, policy);
                Opened::new(verdict, bundle, &checked.facts, &Paths::new(self.anchor.chain_id()))
            }
            Err(refusal) => Opened::bare(Verdict::from(*refusal)),
        }
    }

    fn check_bundle(
        &mut self,
        reading: &Reading,
        bundle: &[u8],
        now: UnixMillis,
    ) -> Result<(Bundle, Checked), Refusal> {
        self.check_period(now)?;
        let bundle = Bundle::from_bytes(bundle)?;
        let mut checked = self.check(&[keys(reading)], &bundle.proof, now)?;
        let checked = checked.pop().ok_or(super::TrustError::OtherScan)?;
        Ok((bundle, checked))
    }
}

impl Opened {
    const fn bare(verdict: Verdict) -> Self {
        Self { verdict, product: None, issuer: None, timeline: None, refused: Vec::new() }
    }

    fn new(verdict: Verdict, bundle: Bundle, facts: &Facts, paths: &Paths<'_>) -> Self {
        let mut opened = Self::bare(verdict);
        if let Some(info) = bundle.product {
            let hash = info.hash();
            let is_held = facts.products.iter().any(|(_, product)| product.info_hash == hash);
            opened.product = opened.held(is_held.then_some(info), BundlePart::Product);
        }
        if let Some(info) = bundle.issuer {
            let hash = info.hash();
            let is_held =
                facts.issuers.iter().filter_map(|issuer| issuer.leaf.as_ref()).any(|leaf| leaf.info_hash == hash);
            opened.issuer = opened.held(is_held.then_some(info), BundlePart::Issuer);
        }
        if !bundle.chains.is_empty() {
            let above: Vec<_> = facts
                .units
                .iter()
                .map(|(unit, leaf)| (paths.unit(*unit), Custody { events: leaf.events, hash: leaf.custody }))
                .collect();
            let timeline = item(facts, &above).and_then(|(path, head)| unfold(&bundle.chains, &path, head, &above));
            opened.timeline = opened.held(timeline, BundlePart::Timeline);
        }
        opened
    }

    /// Notes a part that is not borne out.
    fn held<T>(&mut self, part: Option<T>, name: BundlePart) -> Option<T> {
        if part.is_none() {
            self.refused.push(name);
        }
        part
    }
}

/// The pack or unit that the timeline is about, and the head of its chain; one where the scan names one.
fn item(facts: &Facts, units: &[(Path, Custody)]) -> Option<(Path, Custody)> {
    match facts.packs.as_slice() {
        [] => units.first().copied(),
        [pack] => match &pack.leaf {
            PackLeaf::Live(leaf) => Some((pack.path, Custody { events: leaf.events, hash: leaf.custody })),
            PackLeaf::Retired(leaf) => Some((pack.path, Custody { events: leaf.events, hash: leaf.custody })),
            PackLeaf::Unread => None,
        },
        _ => None,
    }
}
