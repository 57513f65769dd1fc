//! GS1 Digital Link URIs, uncompressed (GS1 Digital Link Standard: URI Syntax).
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
    Mode,
    ai::{Row, row_of},
    elements::{Elements, Label},
    error::ScanError,
    gtin::gtin14,
    reading::{Form, Repair, Repairs},
    split::{any_part, cut, cut_last, is_digits, look_up},
    target::Draft,
};
use alloc::{string::String, vec::Vec};

/// The parts of a Digital Link.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// The host with its port: untrusted, and never contacted.
    pub host: String,
    /// The elements of the path, then those of the query.
    pub elements: Elements,
    /// How many elements the path has.
    pub path_len: usize,
    /// What was written in the way of older editions: short GTINs, words.
    pub repairs: Repairs,
}

/// The qualifiers that may follow the key `ai`, in their order, alternatives behind `|`; `None` if it is no key.
pub fn qualifiers(ai: &str) -> Option<&'static str> {
    look_up(KEYS, ai.as_bytes()).and_then(|sequences| core::str::from_utf8(sequences).ok())
}

/// Takes `uri` apart; with `older` also in the ways of older editions.
///
/// These write GTINs of 8, 12 and 13 digits, and the words `gtin`, `itip`, `cpid`, `sscc`, `cpv`, `lot`, `ser` and `exp`
/// for 01, 8006, 8010, 00, 22, 10, 21 and 17.
pub fn parse(uri: &str, older: bool) -> Result<Link, ScanError> {
    let mut draft = Draft::new(if older { Mode::Tolerant } else { Mode::Strict });
    let path_len = read_into(uri.as_bytes(), &mut draft)?;
    let Draft { elements, repairs, host, .. } = draft;
    Ok(Link { host: host.unwrap_or_default(), elements, path_len, repairs })
}

/// What follows the scheme, which is in lower case or in upper case, not mixed.
pub(super) fn after_scheme(uri: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = cut(uri, b':');
    let rest = rest?.strip_prefix(b"//")?;
    matches!(scheme, b"http" | b"https" | b"HTTP" | b"HTTPS").then_some(rest)
}

/// Reads a link; tolerant mode takes those of older editions.
pub(super) fn read(uri: &[u8], draft: &mut Draft) -> Result<(), ScanError> {
    let path_len = read_into(uri, draft)?;
    draft.finish_with(path_len)
}

/// Fills `draft` and tells how many elements the path has.
fn read_into(uri: &[u8], draft: &mut Draft) -> Result<usize, ScanError> {
    draft.begin(Form::DigitalLink);
    let rest = after_scheme(uri).filter(|_| uri.iter().all(is_uri_character)).ok_or(ScanError::Link)?;
    let (rest, _fragment) = cut(rest, b'#');
    let (rest, query) = cut(rest, b'?');
    let (host, path) = cut(rest, b'/');
    if !is_host(host) {
        return Err(ScanError::Link);
    }
    draft.host = core::str::from_utf8(host).ok().map(String::from);
    let mut link = Reader { older: draft.mode == Mode::Tolerant, draft, sequences: b"" };
    link.read_path(path.ok_or(ScanError::NoKey)?)?;
    let path_len = link.draft.elements.len();
    if let Some(query) = query {
        link.read_query(query)?;
    }
    Ok(path_len)
}

struct Reader<'a> {
    draft: &'a mut Draft,
    older: bool,
    /// The qualifiers of the key in the path: the alternative that its first qualifier chose, or all.
    sequences: &'static [u8],
}

impl Reader<'_> {
    /// Reads the data that begin at the rightmost key.
    fn read_path(&mut self, path: &[u8]) -> Result<(), ScanError> {
        let mut rest = Some(key_part(path, self.older)?);
        let mut open: Option<&'static [u8]> = None;
        while let Some(text) = rest {
            let (label, tail) = cut(text, b'/');
            let (value, tail) = cut(tail.ok_or(ScanError::Link)?, b'/');
            let ai = self.ai_of(label);
            open = Some(match open {
                None => {
                    self.sequences = look_up(KEYS, ai).unwrap_or_default();
                    self.sequences
                }
                Some(sequences) => self.open_after(sequences, ai).ok_or(ScanError::Link)?,
            });
            self.add(ai, row_of(ai).ok_or(ScanError::UnknownAi)?, value, false)?;
            rest = tail;
        }
        Ok(())
    }

    /// What may follow `ai` in a path where `sequences` may stand; `None` if `ai` may not.
    fn open_after(&mut self, sequences: &'static [u8], ai: &[u8]) -> Option<&'static [u8]> {
        let mut alternatives = Some(sequences);
        while let Some(text) = alternatives {
            let (sequence, others) = cut(text, b'|');
            let mut names = Some(sequence);
            while let Some(text) = names {
                let (name, tail) = cut(text, b',');
                if name == ai {
                    self.sequences = if self.draft.elements.len() == 1 { sequence } else { self.sequences };
                    return Some(tail.unwrap_or_default());
                }
                names = tail;
            }
            alternatives = others;
        }
        None
    }

    fn read_query(&mut self, query: &[u8]) -> Result<(), ScanError> {
        let mut rest = Some(query);
        while let Some(text) = rest {
            let (pair, tail) = cut(text, b'&');
            rest = tail;
            let (key, value) = cut(pair, b'=');
            let Some(value) = value else { continue };
            let ai = self.ai_of(key);
            if ai.is_empty() || !is_digits(ai) {
                continue;
            }
            let row = row_of(ai).filter(|row| row.is_link_attribute()).ok_or(ScanError::UnknownAi)?;
            // A qualifier of the key belongs into the path.
            if any_part(self.sequences, b'|', &mut |names| any_part(names, b',', &mut |name| name == ai)) {
                return Err(ScanError::Link);
            }
            self.add(ai, row, value, true)?;
        }
        Ok(())
    }

    fn add(&mut self, ai: &[u8], row: &Row, text: &[u8], query: bool) -> Result<(), ScanError> {
        let elements = &mut self.draft.elements;
        if elements.first(Label::of(ai), elements.len()).is_some() {
            return Err(ScanError::Repeated);
        }
        let mut value = unescape(text, query)?;
        if self.older && ai == b"01" && value.len() < 14 {
            value = Vec::from(gtin14(&value)?);
            self.draft.repaired(Repair::ShortGtin);
        }
        row.check(&value)?;
        self.draft.elements.add(ai, &value)
    }

    /// The identifier that a path segment or query key names.
    fn ai_of<'a>(&mut self, label: &'a [u8]) -> &'a [u8] {
        match look_up(WORDS, label).filter(|_| self.older) {
            Some(ai) => {
                self.draft.repaired(Repair::LinkWord);
                ai
            }
            None => label,
        }
    }
}

/// The part of `path` from its rightmost key on: every second segment from the end may be one.
fn key_part(path: &[u8], older: bool) -> Result<&[u8], ScanError> {
    let mut rest = Some(path);
    while let Some(text) = rest {
        let (Some(before), _value) = cut_last(text, b'/') else { break };
        let (before, label) = cut_last(before, b'/');
        let word = look_up(WORDS, label).filter(|_| older);
        if look_up(KEYS, word.unwrap_or(label)).is_some() {
            let start = before.map_or(0, |before| before.len() + 1);
            return path.get(start..).ok_or(ScanError::NoKey);
        }
        rest = before;
    }
    let (_, last) = cut_last(path, b'/');
    let is_base64url = last.iter().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'));
    Err(if is_base64url && last.len() >= 10 { ScanError::CompressedLink } else { ScanError::NoKey })
}

/// A registered name, an IPv4 or a bracketed IPv6 address, with a port or without (RFC 3986 section 3.2), and no user information.
fn is_host(host: &[u8]) -> bool {
    let (name, port) = match host.strip_prefix(b"[") {
        Some(inner) => {
            let (address, rest) = cut(inner, b']');
            let is_address = cut(address, b':').1.is_some()
                && address.iter().all(|c| c.is_ascii_hexdigit() || matches!(c, b':' | b'.'));
            match rest {
                Some(b"") if is_address => (address, None),
                Some([b':', port @ ..]) if is_address => (address, Some(port)),
                _ => return false,
            }
        }
        None => cut(host, b':'),
    };
    let is_name = |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-' | b':');
    let is_port = |port: &[u8]| {
        let value = |port: &[u8]| port.iter().fold(0_u32, |number, c| number * 10 + u32::from(c.wrapping_sub(b'0')));
        (1..=5).contains(&port.len()) && is_digits(port) && value(port) <= 65_535
    };
    !name.is_empty() && name.iter().all(is_name) && port.is_none_or(is_port)
}

/// The characters of a URI (RFC 3986 section 2).
fn is_uri_character(c: &u8) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, b'!' | b'#'..=b'/' | b':' | b';' | b'=' | b'?' | b'@' | b'[' | b']' | b'_' | b'~')
}

/// Resolves `%hh`, and `+` as a space in a query (RFC 3986 section 2.1).
pub(super) fn unescape(text: &[u8], query: bool) -> Result<Vec<u8>, ScanError> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        out.push(match byte {
            b'%' => hex(bytes.next())? << 4 | hex(bytes.next())?,
            b'+' if query => b' ',
            _ => byte,
        });
    }
    Ok(out)
}

fn hex(digit: Option<&u8>) -> Result<u8, ScanError> {
    match digit {
        Some(c @ b'0'..=b'9') => Ok(c - b'0'),
        Some(c @ (b'A'..=b'F' | b'a'..=b'f')) => Ok((c | 0x20) - b'a' + 10),
        _ => Err(ScanError::BadValue),
    }
}

const KEYS: &[u8] = b"\
01>22,10,21|235
8006>22,10,21
414>254|7040
415>8020
417,8004>7040
8010>8011
8017,8018>8019
00,253,255,401,402,8003,8013>";

const WORDS: &[u8] = b"\
gtin>01
itip>8006
cpid>8010
sscc>00
cpv>22
lot>10
ser>21
exp>17";
