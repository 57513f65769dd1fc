//! The JSON-LD context of a document: which edition of the standard's, and which prefixes it declares.
//!
//! Nothing is fetched. The standard's own contexts are carried as this table; they differ in one entry:
//!
//! | declared URL | `gs1:` is |
//! |---|---|
//! | `…/epcis/2.0.0/epcis-context.jsonld` | `https://gs1.org/voc/` |
//! | `…/epcis/2.0.1/epcis-context.jsonld`, `…/epcis/epcis-context.jsonld`, any other | `https://ref.gs1.org/voc/` |
//!
//! What other remote contexts declare is not known here, so that an extension needs its prefix declared inline.

use crate::{
    fault::{Fault, Rule},
    json::Json,
    pointer::Trail,
    uri::is_uri,
};
use serde_json::{Map, Value};

/// Which of the standard's contexts a document declares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Edition {
    /// The first, of 2022.
    V2_0_0,
    /// The corrected one, which is also the unversioned one.
    #[default]
    V2_0_1,
}

impl Edition {
    /// All editions.
    pub const ALL: [Self; 2] = [Self::V2_0_0, Self::V2_0_1];

    /// What the prefix `gs1` stands for.
    pub const fn gs1_vocabulary(self) -> &'static str {
        match self {
            Self::V2_0_0 => "https://gs1.org/voc/",
            Self::V2_0_1 => "https://ref.gs1.org/voc/",
        }
    }

    /// The URL that a document declares it by.
    pub const fn url(self) -> &'static str {
        match self {
            Self::V2_0_0 => "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
            Self::V2_0_1 => "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
        }
    }
}

/// The context that holds for an event: the document's with the event's own on top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    edition: Edition,
    prefixes: Vec<(String, String)>,
    terms: Vec<String>,
    remote: Vec<String>,
}

impl Context {
    /// Reads a `@context` and lays it over this one.
    pub(crate) fn with(&self, value: &Json<'_>, trail: &Trail<'_>) -> Result<Self, Fault> {
        let mut context = self.clone();
        match value {
            Json::List(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    context.add(part, &trail.index(index))?;
                }
            }
            part => context.add(part, trail)?,
        }
        Ok(context)
    }

    /// The edition of the standard's context.
    pub const fn edition(&self) -> Edition {
        self.edition
    }

    /// The prefixes that the document declares itself, without those of the standard.
    pub fn prefixes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.prefixes.iter().map(|(prefix, uri)| (prefix.as_str(), uri.as_str()))
    }

    /// What `prefix` stands for.
    pub fn namespace(&self, prefix: &str) -> Option<&str> {
        let own = self.prefixes.iter().find(|(own, _)| own == prefix).map(|(_, uri)| uri.as_str());
        own.or_else(|| match prefix {
            "gs1" => Some(self.edition.gs1_vocabulary()),
            _ => STANDARD.iter().find(|(standard, _)| *standard == prefix).map(|(_, uri)| *uri),
        })
    }

    /// A shortened URI in full; nothing if `text` is no shortened one.
    pub(crate) fn expanded(&self, text: &str) -> Option<String> {
        let (prefix, rest) = text.split_once(':')?;
        if rest.starts_with("//") {
            return None;
        }
        self.namespace(prefix).map(|namespace| [namespace, rest].concat())
    }

    /// Whether an extension may have this key: a declared prefix or term, or a URI in full.
    pub(crate) fn declares(&self, key: &str) -> bool {
        match key.split_once(':') {
            None => self.terms.iter().any(|term| term == key),
            Some((prefix, _)) if self.namespace(prefix).is_some() => true,
            Some((scheme, rest)) => rest.starts_with("//") || matches!(scheme, "urn" | "ni"),
        }
    }

    /// Whether what `other` declares is declared here, with the same meaning.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        self.edition == other.edition
            && other.prefixes.iter().all(|prefix| self.prefixes.contains(prefix))
            && other.remote.iter().all(|url| self.remote.contains(url))
    }

    /// This context with what `other` adds and does not contradict.
    pub(crate) fn joined(mut self, other: &Self) -> Self {
        for (prefix, uri) in &other.prefixes {
            if self.prefixes.iter().all(|(own, _)| own != prefix) {
                self.prefixes.push((prefix.clone(), uri.clone()));
                self.terms.push(prefix.clone());
            }
        }
        for url in &other.remote {
            if !self.remote.contains(url) {
                self.remote.push(url.clone());
            }
        }
        self
    }

    /// The `@context` that says the same, for output.
    pub fn to_json(&self) -> Value {
        let mut parts = vec![Value::from(self.edition.url())];
        parts.extend(self.remote.iter().map(|url| Value::from(url.as_str())));
        parts.extend(
            self.prefixes
                .iter()
                .map(|(prefix, uri)| Value::Object(Map::from_iter([(prefix.clone(), Value::from(uri.as_str()))]))),
        );
        Value::Array(parts)
    }

    /// Takes from `text` what [`to_json`](Self::to_json) wrote.
    pub fn from_json(text: &str) -> Result<Self, Fault> {
        let root = Trail::Root("");
        Self::default().with(&Json::read(text, &root, MAX_DEPTH)?, &root)
    }

    fn add(&mut self, part: &Json<'_>, trail: &Trail<'_>) -> Result<(), Fault> {
        match part {
            Json::Text(url) if is_uri(url) => self.declare(url),
            Json::Text(url) => return Err(Fault::new(trail, Rule::Uri, "the URL of a context", url)),
            Json::Object(terms) => {
                for (term, meaning) in terms {
                    self.define(term, meaning);
                }
            }
            // JSON-LD: forget what stands before.
            Json::Null => {}
            other => return Err(Fault::new(trail, Rule::Type, "a URL or an object", &other.type_name())),
        }
        Ok(())
    }

    fn declare(&mut self, url: &str) {
        let is_standard = url.ends_with("epcis-context.jsonld") && url.contains("gs1");
        if !is_standard {
            self.remote.push(url.into());
        } else if url.contains("/2.0.0/") {
            self.edition = Edition::V2_0_0;
        } else {
            self.edition = Edition::V2_0_1;
        }
    }

    fn define(&mut self, term: &str, meaning: &Json<'_>) {
        let uri = meaning.as_text().or_else(|| meaning.text("@id"));
        match uri {
            Some(uri) if !term.starts_with('@') => {
                self.prefixes.retain(|(prefix, _)| prefix != term);
                self.prefixes.push((term.into(), uri.as_ref().into()));
                self.terms.push(term.into());
            }
            _ => self.terms.push(term.into()),
        }
    }
}

const MAX_DEPTH: usize = 16;

/// The prefixes of the standard's context that do not differ between editions.
const STANDARD: [(&str, &str); 7] = [
    ("epcis", "https://ref.gs1.org/epcis/"),
    ("cbv", "https://ref.gs1.org/cbv/"),
    ("cbvmda", "urn:epcglobal:cbv:mda:"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("owl", "http://www.w3.org/2002/07/owl#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
    ("dcterms", "http://purl.org/dc/terms/"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn context(text: &str) -> Context {
        Context::from_json(text).unwrap_or_default()
    }

    #[test]
    fn the_edition_decides_what_gs1_is() {
        let old = context(r#"["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]"#);
        assert_eq!(old.expanded("gs1:Angle").as_deref(), Some("https://gs1.org/voc/Angle"));
        for new in ["2.0.1/", ""] {
            let new = context(&format!("\"https://ref.gs1.org/standards/epcis/{new}epcis-context.jsonld\""));
            assert_eq!(new.expanded("gs1:Angle").as_deref(), Some("https://ref.gs1.org/voc/Angle"));
        }
    }

    #[test]
    fn own_prefixes_count_and_the_last_one_wins() {
        let context = context(r#"[{"ext":"https://one/"},{"ext":"https://two/"},{"term":{"@id":"https://three/x"}}]"#);
        assert_eq!(context.expanded("ext:a").as_deref(), Some("https://two/a"));
        assert_eq!(context.expanded("https://ext:a"), None);
        assert!(context.declares("ext:a") && context.declares("cbvmda:lotNumber") && context.declares("term"));
        assert!(context.declares("https://example.com/a") && context.declares("urn:x:y"));
        assert!(!context.declares("other:a") && !context.declares("bare"));
    }

    #[test]
    fn a_context_comes_back_from_its_json() {
        let first = context(
            r#"["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld","https://example.com/c",{"ext":"https://one/"}]"#,
        );
        assert_eq!(context(&first.to_json().to_string()), first);
    }
}
