//! Records: each one of core's, field by field, in types that every language has.

/// A value of core as the other languages hold it.
pub(crate) trait Mirror<Image> {
    fn mirror(self) -> Image;
}

/// Declares a record as the image of core's record of the same name. Core's is taken apart without a
/// rest, so a field that is added or renamed there does not compile until it is here too.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
        #[expect(clippy::exhaustive_structs, reason = "the image of a record of core")]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl From<medproof_core::plain::$name> for $name {
            fn from(record: medproof_core::plain::$name) -> Self {
                let medproof_core::plain::$name { $($field),* } = record;
                Self { $($field: $crate::record::Mirror::mirror($field)),* }
            }
        }

        impl $crate::record::Mirror<$name> for medproof_core::plain::$name {
            fn mirror(self) -> $name {
                self.into()
            }
        }
    };
}
pub(crate) use record;

record! {
    /// What is wrong: a stable code, and expected and found where both are numbers.
    Problem {
        /// The stable dotted code.
        code: String,
        /// What was expected.
        expected: Option<u64>,
        /// What was found.
        found: Option<u64>,
    }
}

record! {
    /// Verdicts about several scans.
    Many {
        /// One for each scan, in their order.
        verdicts: Vec<crate::Verdict>,
        /// For each scanned SSCC, how much of its contents the scans cover.
        contents: Vec<Contents>,
    }
}

record! {
    /// How much of a unit's contents was seen.
    Contents {
        /// The unit's 18 digits.
        sscc: String,
        /// Which use of the SSCC.
        generation: u32,
        /// Direct children on the ledger.
        children: u32,
        /// Distinct direct children that were scanned, by their own code or by the codes of all that is in them.
        seen: u32,
        /// Whether the list is the whole of the unit.
        complete: bool,
    }
}

record! {
    /// How an update was taken.
    Advanced {
        /// The newest trusted height.
        height: u64,
        /// Whether it was shown that history was only added to.
        history_shown: bool,
        /// Whether the newest trusted header changed.
        newer: bool,
    }
}

record! {
    /// What a client trusts, to be shown.
    AnchorInfo {
        /// The chain's name.
        name: String,
        /// Whether it is a demonstration chain.
        demo: bool,
        /// The anchor's fingerprint.
        fingerprint: String,
        /// The anchor's height.
        height: u64,
        /// The time of the anchor's header, in ms since 1970 UTC.
        time_ms: u64,
    }
}

record! {
    /// What was read from a scan.
    ScanInfo {
        /// `read`, `ambiguous` or `unreadable`.
        result: String,
        /// The reason, if unreadable.
        code: Option<String>,
        /// One reading, or all that are possible: then a person chooses, never the program.
        readings: Vec<Reading>,
    }
}

record! {
    /// One reading of a scan.
    Reading {
        /// `pack`, `lot`, `product` or `unit`.
        level: String,
        /// Product codes, as scheme number, colon, code.
        products: Vec<String>,
        /// The serial of a pack.
        serial: Option<String>,
        /// The 18 digits of a unit.
        sscc: Option<String>,
        /// The lot on the pack.
        lot: Option<String>,
        /// The expiry on the pack, in days from 1970-01-01.
        expiry_day: Option<u32>,
        /// What was repaired.
        repairs: Vec<String>,
        /// `absent`, `present` or `wrong-length`; never called valid.
        crypto_tail: String,
        /// The host of a link: untrusted, never contacted.
        host: Option<String>,
    }
}

/// Types that are their own image.
macro_rules! same {
    ($($type:ty)*) => {
        $(impl Mirror<Self> for $type {
            fn mirror(self) -> Self {
                self
            }
        })*
    };
}
same!(bool i16 u8 u16 u32 u64 String);

impl Mirror<String> for &'static str {
    fn mirror(self) -> String {
        self.to_owned()
    }
}

impl<Value: Mirror<Image>, Image> Mirror<Option<Image>> for Option<Value> {
    fn mirror(self) -> Option<Image> {
        self.map(Mirror::mirror)
    }
}

impl<Value: Mirror<Image>, Image> Mirror<Vec<Image>> for Vec<Value> {
    fn mirror(self) -> Vec<Image> {
        self.into_iter().map(Mirror::mirror).collect()
    }
}
