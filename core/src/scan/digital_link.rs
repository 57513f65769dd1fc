//! GS1 Digital Link URIs, uncompressed (GS1 Digital Link: URI Syntax 1.6, section 4).
//!
//! ```text
//! link  = ("http://" | "https://" | "HTTP://" | "HTTPS://") host { "/" stem }
//!         "/" key "/" value { "/" qualifier "/" value } [ "?" query ] [ "#" fragment ]
//! query = { attribute "=" value | word [ "=" text ] } joined by "&"
//! ```
//!
//! The rightmost identifier that is a key begins the data; what stands before it is the
//! stem. Only the path identifies. A link is data: nothing here, and nothing that uses it,
//! contacts the host.

use super::{
    MAX_ELEMENTS, Mode,
    ai::{Row, row_of},
    error::ScanError,
    gtin::gtin14,
    reading::{Element, Form, Reading, Repair},
    split::cut,
    target::interpret,
};
use alloc::{string::String, vec::Vec};

/// The parts of a Digital Link.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// The host with its port: untrusted, and never contacted.
    pub host: String,
    /// The elements of the path, then those of the query.
    pub elements: Vec<Element>,
    /// How many elements the path has.
    pub path_len: usize,
    /// A GTIN was written without its leading zeros.
    pub short_gtin: bool,
    /// A word stood for an Application Identifier.
    pub word: bool,
}

/// What a reader of links accepts beyond the present standard, for links of older editions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "options that callers write out")]
pub struct LinkOptions {
    /// GTINs of 8, 12 and 13 digits.
    pub short_gtin: bool,
    /// The words `gtin`, `itip`, `cpid`, `sscc`, `cpv`, `lot`, `ser`, `exp` for 01, 8006, 8010, 00, 22, 10, 21, 17.
    pub words: bool,
}

/// The qualifiers that may follow the key `ai`, in their order, alternatives behind `|`; `None` if it is no key.
pub fn qualifiers(ai: &str) -> Option<&'static str> {
    Some(match ai {
        "01" => "22,10,21|235",
        "8006" => "22,10,21",
        "414" => "254|7040",
        "415" => "8020",
        "417" | "8004" => "7040",
        "8010" => "8011",
        "8017" | "8018" => "8019",
        "00" | "253" | "255" | "401" | "402" | "8003" | "8013" => "",
        _ => return None,
    })
}

/// Takes `uri` apart.
pub fn parse(uri: &str, options: LinkOptions) -> Result<Link, ScanError> {
    let rest = after_scheme(uri).ok_or(ScanError::Link)?;
    if !uri.bytes().all(is_uri_character) {
        return Err(ScanError::Link);
    }
    let (rest, _fragment) = cut(rest, b'#');
    let (rest, query) = cut(rest, b'?');
    let (host, path) = cut(rest, b'/');
    check_host(host)?;
    let mut link = Link { host: String::from(host), elements: Vec::new(), path_len: 0, short_gtin: false, word: false };
    link.read_path(path.ok_or(ScanError::NoKey)?, options)?;
    link.path_len = link.elements.len();
    if let Some(query) = query {
        link.read_query(query, options)?;
    }
    Ok(link)
}

/// Whether `text` begins like a Digital Link.
pub(super) fn is_link(text: &str) -> bool {
    after_scheme(text).is_some()
}

/// Reads a link; tolerant mode takes those of older editions.
pub(super) fn read(uri: &str, mode: Mode) -> Result<Reading, ScanError> {
    let tolerant = mode == Mode::Tolerant;
    let link = parse(uri, LinkOptions { short_gtin: tolerant, words: tolerant })?;
    let mut reading = interpret(Form::DigitalLink, link.elements, link.path_len, mode)?;
    reading.host = Some(link.host);
    if link.short_gtin {
        reading.repairs.push(Repair::ShortGtin);
    }
    if link.word {
        reading.repairs.push(Repair::LinkWord);
    }
    Ok(reading)
}

impl Link {
    fn read_path(&mut self, path: &str, options: LinkOptions) -> Result<(), ScanError> {
        let segments: Vec<&str> = path.split('/').collect();
        let is_key = |pair: &&[&str]| matches!(pair, [label, _] if qualifiers(ai_of(label, options).0).is_some());
        let Some(at) = segments.rchunks_exact(2).position(|pair| is_key(&pair)) else {
            return Err(if looks_compressed(&segments) { ScanError::CompressedLink } else { ScanError::NoKey });
        };
        let first = segments.len() - 2 * (at + 1);
        let mut allowed = None;
        for pair in segments.get(first..).unwrap_or_default().chunks_exact(2) {
            let &[label, text] = pair else { continue };
            let (ai, word) = ai_of(label, options);
            allowed = Some(match allowed {
                None => qualifiers(ai).unwrap_or(""),
                Some(allowed) => following(allowed, ai).ok_or(ScanError::Link)?,
            });
            self.word |= word;
            self.push(ai, row_of(ai).ok_or(ScanError::UnknownAi)?, &unescape(text, false)?, options)?;
        }
        Ok(())
    }

    fn read_query(&mut self, query: &str, options: LinkOptions) -> Result<(), ScanError> {
        let mut rest = Some(query);
        while let Some(text) = rest {
            let (pair, tail) = cut(text, b'&');
            rest = tail;
            let (key, Some(text)) = cut(pair, b'=') else { continue };
            let (ai, word) = ai_of(key, options);
            if ai.is_empty() || !ai.bytes().all(|c| c.is_ascii_digit()) {
                continue;
            }
            let row = row_of(ai).filter(|row| row.is_link_attribute()).ok_or(ScanError::UnknownAi)?;
            if self.is_qualifier_of_path(ai) {
                return Err(ScanError::Link);
            }
            self.word |= word;
            self.push(ai, row, &unescape(text, true)?, options)?;
        }
        Ok(())
    }

    /// Whether `ai` belongs into the path, beside the key and the qualifiers that stand there.
    fn is_qualifier_of_path(&self, ai: &str) -> bool {
        let mut labels = self.elements.iter().take(self.path_len).map(|element| element.label);
        let mut allowed = labels.next().and_then(|key| qualifiers(key.as_str())).unwrap_or("");
        if let Some(first) = labels.next() {
            allowed = allowed.split('|').find(|sequence| contains(sequence, first.as_str())).unwrap_or("");
        }
        allowed.split('|').any(|sequence| contains(sequence, ai))
    }

    fn push(&mut self, ai: &str, row: &Row, value: &str, options: LinkOptions) -> Result<(), ScanError> {
        if self.elements.iter().any(|element| element.label.as_str() == ai) {
            return Err(ScanError::Repeated);
        }
        if self.elements.len() == MAX_ELEMENTS {
            return Err(ScanError::TooLong);
        }
        let short = options.short_gtin && ai == "01" && value.len() < 14;
        let padded = if short { gtin14(value)? } else { String::new() };
        let value = if short { &padded } else { value };
        row.check(value)?;
        self.short_gtin |= short;
        self.elements.push(Element::new(ai, value));
        Ok(())
    }
}

/// What may follow `ai` in a path where `allowed` may; `None` if `ai` may not.
fn following(allowed: &'static str, ai: &str) -> Option<&'static str> {
    let mut alternatives = Some(allowed);
    while let Some(text) = alternatives {
        let (sequence, rest) = cut(text, b'|');
        let mut names = Some(sequence);
        while let Some(text) = names {
            let (name, tail) = cut(text, b',');
            if name == ai {
                return Some(tail.unwrap_or(""));
            }
            names = tail;
        }
        alternatives = rest;
    }
    None
}

fn contains(sequence: &str, ai: &str) -> bool {
    sequence.split(',').any(|name| name == ai)
}

/// The identifier that a path segment or query key names, and whether it did so by a word.
fn ai_of(label: &str, options: LinkOptions) -> (&str, bool) {
    let ai = match label {
        _ if !options.words => "",
        "gtin" => "01",
        "itip" => "8006",
        "cpid" => "8010",
        "sscc" => "00",
        "cpv" => "22",
        "lot" => "10",
        "ser" => "21",
        "exp" => "17",
        _ => "",
    };
    if ai.is_empty() { (label, false) } else { (ai, true) }
}

/// Lower case or upper case, not mixed.
fn after_scheme(uri: &str) -> Option<&str> {
    let (scheme, rest) = uri.split_at_checked(uri.find("://")? + 3)?;
    matches!(scheme, "http://" | "https://" | "HTTP://" | "HTTPS://").then_some(rest)
}

/// A registered name, an IPv4 or a bracketed IPv6 address, with a port or without (RFC 3986 section 3.2), without user information.
fn check_host(host: &str) -> Result<(), ScanError> {
    let (name, port) = match host.strip_prefix('[') {
        Some(inner) => {
            let (address, port) = cut(inner, b']');
            let is_address =
                address.contains(':') && address.bytes().all(|c| c.is_ascii_hexdigit() || matches!(c, b':' | b'.'));
            match port {
                Some("") if is_address => (address, None),
                Some(port) if is_address && port.starts_with(':') => (address, port.get(1..)),
                _ => return Err(ScanError::Link),
            }
        }
        None => {
            let (name, port) = cut(host, b':');
            if !name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-')) {
                return Err(ScanError::Link);
            }
            (name, port)
        }
    };
    let port_fits = port.is_none_or(|port| !port.starts_with('+') && port.parse::<u16>().is_ok());
    if name.is_empty() || !port_fits { Err(ScanError::Link) } else { Ok(()) }
}

/// The characters of a URI (RFC 3986 section 2).
const fn is_uri_character(c: u8) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, b'!' | b'#'..=b'/' | b':' | b';' | b'=' | b'?' | b'@' | b'[' | b']' | b'_' | b'~')
}

/// One segment of URL-safe base64 that is long enough for a key.
fn looks_compressed(segments: &[&str]) -> bool {
    segments.last().is_some_and(|segment| {
        segment.len() >= 10 && segment.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'))
    })
}

/// Resolves `%hh`, and `+` as a space in a query (RFC 3986 section 2.1).
pub(super) fn unescape(text: &str, query: bool) -> Result<String, ScanError> {
    let mut out = String::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'%' => hex(bytes.next())? << 4 | hex(bytes.next())?,
            b'+' if query => b' ',
            _ => byte,
        };
        if !byte.is_ascii() {
            return Err(ScanError::BadValue);
        }
        out.push(char::from(byte));
    }
    Ok(out)
}

fn hex(digit: Option<u8>) -> Result<u8, ScanError> {
    match digit {
        Some(c @ b'0'..=b'9') => Ok(c - b'0'),
        Some(c @ (b'A'..=b'F' | b'a'..=b'f')) => Ok((c | 0x20) - b'a' + 10),
        _ => Err(ScanError::BadValue),
    }
}
