//! What is wrong with a document: where, which rule, what was expected and what was found.

use crate::pointer::Trail;
use core::fmt;

/// One fault of a document or event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// Where: a JSON pointer from the document's root; empty for the root itself.
    pub pointer: String,
    /// Which rule.
    pub rule: Rule,
    /// What the rule expects here, as it would stand in the document.
    pub expected: String,
    /// What stands there, shortened.
    pub found: String,
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// The rules of reading, each with a stable code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Rule { $($(#[$doc])* $name,)* }

        impl Rule {
            /// All rules.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

rules! {
    /// The bytes are no JSON text in UTF-8.
    Syntax = "epcis.json.syntax",
    /// An object has a member twice.
    Duplicate = "epcis.json.duplicate",
    /// Objects and lists are nested too deep.
    Depth = "epcis.json.depth",
    /// The document has too many bytes.
    Size = "epcis.limit.bytes",
    /// The document has too many events.
    Count = "epcis.limit.events",
    /// An event has too many identifiers, or a list too many elements.
    Elements = "epcis.limit.elements",
    /// A required member is missing.
    Missing = "epcis.missing",
    /// A value of another JSON type.
    Type = "epcis.type",
    /// A word outside its vocabulary.
    Word = "epcis.word",
    /// No URI.
    Uri = "epcis.uri",
    /// No date and time with offset.
    Time = "epcis.time",
    /// Text of another form.
    Form = "epcis.form",
    /// An empty list where one element is needed.
    Empty = "epcis.empty",
    /// An element stands twice.
    Twice = "epcis.twice",
    /// A member that the standard does not know here.
    Unknown = "epcis.unknown",
    /// An extension whose prefix the context does not declare.
    Prefix = "epcis.prefix",
    /// A member that is not allowed beside another.
    NotAllowed = "epcis.not-allowed",
    /// An event that says nothing about any object.
    NoObject = "epcis.no-object",
    /// A patient's identifier (AI 7250 to 7259, 8018).
    PatientData = "epcis.patient-data",
}

impl Fault {
    /// A fault at `trail`.
    pub(crate) fn new(trail: &Trail<'_>, rule: Rule, expected: impl Into<String>, found: &str) -> Self {
        Self { pointer: trail.to_string(), rule, expected: expected.into(), found: shortened(found) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at `{}`: expected {}, found {}", self.rule.code(), self.pointer, self.expected, self.found)
    }
}

impl core::error::Error for Fault {}

/// At most 80 characters, so that a fault never repeats a document.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(80) {
        None => text.into(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_distinct() {
        let codes: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.code()).collect();
        assert_eq!(codes.len(), Rule::ALL.len());
    }

    #[test]
    fn what_was_found_is_shortened() {
        let fault = Fault::new(&Trail::Root(""), Rule::Uri, "a URI", &"é".repeat(81));
        assert_eq!(fault.found.chars().count(), 81);
        assert_eq!(Fault::new(&Trail::Root(""), Rule::Uri, "a URI", "short").found, "short");
    }
}
