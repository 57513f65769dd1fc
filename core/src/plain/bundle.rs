//! What a bundle shows beside the verdict, as flat records.

use super::{Client, Policy, Problem, Verdict, read_scan};
use crate::{client, event::LogEntry, header::UnixMillis, info};
use alloc::{string::String, vec::Vec};

#[cfg(feature = "serde")]
use serde::Serialize;

/// A verdict with everything that was proved beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[expect(clippy::exhaustive_structs, reason = "a record that bindings mirror")]
pub struct Opened {
    /// The verdict, as from the proof alone.
    pub verdict: Verdict,
    /// What the product is called; absent unless it is proved.
    pub product: Option<ProductInfo>,
    /// Who released the lot; absent unless it is proved.
    pub issuer: Option<MemberInfo>,
    /// What happened, by day; absent unless it is proved to be all.
    pub timeline: Option<Vec<Happening>>,
    /// Codes of parts that the proof does not bear out: `bundle.product-refused`, `bundle.issuer-refused`,
    /// `bundle.timeline-refused`.
    pub refused: Vec<&'static str>,
}

/// What a product is called, by whom, and how it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[expect(clippy::exhaustive_structs, reason = "a record that bindings mirror")]
pub struct ProductInfo {
    /// Generic name in Chinese.
    pub name_zh: String,
    /// Generic name in English.
    pub name_en: String,
    /// The marketing authorisation holder.
    pub holder: String,
    /// Dosage form.
    pub form: String,
    /// Strength, with its unit.
    pub strength: String,
    /// Contents of a pack.
    pub pack_size: String,
    /// Approval number.
    pub approval_number: String,
    /// ATC code (WHO).
    pub atc: String,
    /// Lowest storage temperature, in 0.1 °C.
    pub min_decicelsius: Option<i16>,
    /// Highest storage temperature, in 0.1 °C.
    pub max_decicelsius: Option<i16>,
    /// Minutes that a pack may spend outside in all.
    pub cumulative_minutes: Option<u16>,
}

/// Who a member is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[expect(clippy::exhaustive_structs, reason = "a record that bindings mirror")]
pub struct MemberInfo {
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// Global Location Number, 13 digits, or empty.
    pub gln: String,
    /// The domains of its web shops.
    pub domains: Vec<String>,
}

/// One event: what, when, by which role. Not by whom: that is for members.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[expect(clippy::exhaustive_structs, reason = "a record that bindings mirror")]
pub struct Happening {
    /// Number of the kind, as in `docs/EVENTS.md`; one that a client does not know is shown as "other".
    pub kind: u16,
    /// The day.
    pub day: u32,
    /// Number of the member role that signed it.
    pub role: u8,
}

impl Client {
    /// The verdict about the text of a scan from a bundle, with what the bundle proves beside it.
    pub fn verify_bundle(
        &mut self,
        scan: &str,
        bundle: &[u8],
        now_ms: u64,
        policy: &Policy,
    ) -> Result<Opened, Problem> {
        let opened = self.0.verify_bundle(&read_scan(scan, false), bundle, UnixMillis(now_ms), &policy.checked()?);
        Ok(Opened {
            verdict: Verdict::from(&opened.verdict),
            product: opened.product.map(ProductInfo::from),
            issuer: opened.issuer.map(MemberInfo::from),
            timeline: opened.timeline.map(|entries| entries.iter().map(Happening::from).collect()),
            refused: opened.refused.into_iter().map(client::BundlePart::code).collect(),
        })
    }
}

impl From<info::ProductInfo> for ProductInfo {
    fn from(info: info::ProductInfo) -> Self {
        Self {
            name_zh: info.name_zh,
            name_en: info.name_en,
            holder: info.holder,
            form: info.form,
            strength: info.strength,
            pack_size: info.pack_size,
            approval_number: info.approval_number,
            atc: info.atc,
            min_decicelsius: info.limits.map(|limits| limits.min_decicelsius),
            max_decicelsius: info.limits.map(|limits| limits.max_decicelsius),
            cumulative_minutes: info.limits.map(|limits| limits.cumulative_minutes),
        }
    }
}

impl From<info::MemberInfo> for MemberInfo {
    fn from(info: info::MemberInfo) -> Self {
        Self { name_zh: info.name_zh, name_en: info.name_en, gln: info.gln, domains: info.domains }
    }
}

impl From<&LogEntry> for Happening {
    fn from(entry: &LogEntry) -> Self {
        Self { kind: entry.kind.0, day: entry.day.0, role: entry.role.0 }
    }
}
