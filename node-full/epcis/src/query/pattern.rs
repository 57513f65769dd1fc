//! What `MATCH_…` parameters compare: identifiers in any spelling, and EPC patterns.
//!
//! ```text
//! urn:epc:id:sgtin:0614141.107346.2017      this one, in any spelling
//! urn:epc:idpat:sgtin:0614141.107346.*      all serials of the product
//! urn:epc:idpat:sgtin:0614141.*.*           all products of the company prefix
//! ```

use crate::epc::canonical;

/// One value of a `MATCH_…` parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// This identifier, in its canonical form.
    Exact(String),
    /// All that begin so.
    Start(String),
    /// All with this company prefix behind the first digit of the key.
    Company { start: &'static str, prefix: String },
}

impl Pattern {
    pub(crate) fn read(text: &str) -> Self {
        Self::of_pattern(text).unwrap_or_else(|| Self::Exact(canonical(text).unwrap_or_else(|| text.into())))
    }

    /// Whether the canonical identifier `id` fits.
    pub(crate) fn fits(&self, id: &str) -> bool {
        match self {
            Self::Exact(exact) => id == exact,
            Self::Start(start) => id.starts_with(start.as_str()),
            Self::Company { start, prefix } => {
                let key = id.strip_prefix(start).and_then(|key| key.get(1..));
                key.is_some_and(|digits| digits.starts_with(prefix.as_str()))
            }
        }
    }

    /// The one identifier that fits, if it is only one.
    pub(crate) fn exact(&self) -> Option<&str> {
        match self {
            Self::Exact(exact) => Some(exact),
            _ => None,
        }
    }

    fn of_pattern(text: &str) -> Option<Self> {
        let body = text.strip_prefix("urn:epc:idpat:")?;
        let (scheme, body) = body.split_once(':')?;
        let mut parts = body.splitn(3, '.');
        let (prefix, item, serial) = (parts.next()?, parts.next()?, parts.next());
        match (scheme, item, serial) {
            ("sgtin", "*", Some("*")) => Some(Self::Company { start: "https://id.gs1.org/01/", prefix: prefix.into() }),
            ("sscc", "*", None) => Some(Self::Company { start: "https://id.gs1.org/00/", prefix: prefix.into() }),
            ("sgtin", _, Some("*")) => canonical(text).map(|class| Self::Start(class + "/21/")),
            (_, _, Some("*")) => canonical(text).map(Self::Start),
            _ => canonical(&text.replacen(":idpat:", ":id:", 1)).map(Self::Exact),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_what_they_name() {
        let id = canonical("urn:epc:id:sgtin:0614141.107346.2017").unwrap_or_default();
        for (pattern, fits) in [
            ("urn:epc:id:sgtin:0614141.107346.2017", true),
            ("https://example.com/01/10614141073464/21/2017?17=280531", true),
            ("urn:epc:idpat:sgtin:0614141.107346.*", true),
            ("urn:epc:idpat:sgtin:0614141.*.*", true),
            ("urn:epc:idpat:sgtin:0614141.107346.2017", true),
            ("urn:epc:id:sgtin:0614141.107346.2018", false),
            ("urn:epc:idpat:sgtin:0614141.107347.*", false),
            ("urn:epc:idpat:sgtin:0614142.*.*", false),
            ("urn:epc:idpat:sscc:0614141.*", false),
            ("https://id.gs1.org/01/10614141073464", false),
        ] {
            assert_eq!(Pattern::read(pattern).fits(&id), fits, "{pattern}");
        }
    }
}
