//! The records of a verdict.

use crate::record::{Problem, record};

record! {
    /// A verdict.
    Verdict {
        /// `ok`, `warn`, `do-not-use`, `unknown` or `cannot-tell`.
        overall: String,
        /// Stable codes, in the order of the axes; each has a sentence in the message catalogue.
        reasons: Vec<String>,
        /// The axes.
        axes: Axes,
    }
}

record! {
    /// The axes of a verdict.
    Axes {
        /// Whether a quorum vouches for the leaves.
        trust: String,
        /// The check that failed, if trust is `invalid` or could not be reached.
        problem: Option<Problem>,
        /// `fresh`, `carried`, `stale` or `future`.
        freshness: Option<String>,
        /// Age of the header in ms; how far ahead it is, if freshness is `future`.
        age_ms: Option<u64>,
        /// Height of the header.
        height: Option<u64>,
        /// Time of the header, in ms since 1970 UTC.
        time_ms: Option<u64>,
        /// What the ledger says about the scanned identifier.
        identifier: String,
        /// `pack`, `lot`, `product` or `unit`.
        level: Option<String>,
        /// The lot on the pack against the ledger.
        lot: String,
        /// The lot on the ledger.
        lot_ledger: Option<String>,
        /// The expiry on the pack against the ledger.
        expiry: String,
        /// States.
        states: States,
        /// The last day of use, in days from 1970-01-01.
        expiry_day: Option<u32>,
        /// Whether that day is over.
        expired: Option<bool>,
        /// Who released the lot.
        issuer: Option<Issuer>,
        /// The day since which the pack's own state holds, in days from 1970-01-01.
        since_day: Option<u32>,
        /// Units left in the pack.
        quantity_left: Option<u16>,
        /// Number of events in the pack's custody chain.
        events: Option<u32>,
    }
}

record! {
    /// State numbers by level, and the name of the worst known one.
    States {
        /// The pack's own.
        pack: Option<u8>,
        /// The worst of the units above it.
        unit: Option<u8>,
        /// The lot's.
        lot: Option<u8>,
        /// The product's.
        product: Option<u8>,
        /// The worst known state's name.
        effective: Option<String>,
    }
}

record! {
    /// Who released the lot.
    Issuer {
        /// The member's number.
        member: u32,
        /// Its role at release.
        role: u8,
        /// `valid` or `compromised`, at release and registration.
        key_then: String,
        /// `valid`, `revoked` or `compromised`, at the header's time.
        key_now: String,
        /// `admitted`, `suspended` or `excluded`.
        member_now: Option<String>,
    }
}
