//! What a bundle shows beside the verdict.

use crate::{Verdict, record::record};

record! {
    /// What a bundle gives: a verdict with everything that was proved beside it.
    Opened {
        /// The verdict, as from the proof alone.
        verdict: Verdict,
        /// What the product is called; absent unless it is proved.
        product: Option<ProductInfo>,
        /// Who released the lot; absent unless it is proved.
        issuer: Option<MemberInfo>,
        /// What happened, by day; absent unless it is proved to be all.
        timeline: Option<Vec<Happening>>,
        /// Codes of parts that the proof does not bear out: `bundle.product-refused`, `bundle.issuer-refused`,
        /// `bundle.timeline-refused`.
        refused: Vec<String>,
    }
}

record! {
    /// What a product is called, by whom, and how it is kept.
    ProductInfo {
        /// Generic name in Chinese.
        name_zh: String,
        /// Generic name in English.
        name_en: String,
        /// The marketing authorisation holder.
        holder: String,
        /// Dosage form.
        form: String,
        /// Strength, with its unit.
        strength: String,
        /// Contents of a pack.
        pack_size: String,
        /// Approval number.
        approval_number: String,
        /// ATC code (WHO).
        atc: String,
        /// Lowest storage temperature, in 0.1 °C.
        min_decicelsius: Option<i16>,
        /// Highest storage temperature, in 0.1 °C.
        max_decicelsius: Option<i16>,
        /// Minutes that a pack may spend outside in all.
        cumulative_minutes: Option<u16>,
    }
}

record! {
    /// Who a member is.
    MemberInfo {
        /// Name in Chinese.
        name_zh: String,
        /// Name in English.
        name_en: String,
        /// Global Location Number, 13 digits, or empty.
        gln: String,
        /// The domains of its web shops.
        domains: Vec<String>,
    }
}

record! {
    /// One event: what, when, by which role. Not by whom: that is for members.
    Happening {
        /// Number of the kind, as in `docs/EVENTS.md`; one that is not known is shown as "other".
        kind: u16,
        /// The day, counted from 1970-01-01.
        day: u32,
        /// Number of the member role that signed it.
        role: u8,
    }
}
