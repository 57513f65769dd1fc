//! Lost separators: put back where another character took their place, or where they are missing.

use super::{
    MAX_READINGS, Mode,
    ai::{Row, find},
    carrier::{Carrier, CarrierKind},
    reading::{CryptoTail, Element, Form, Reading, Repair, Target},
    split::GS,
    target::interpret,
};
use crate::identity::is_cset82;
use alloc::{string::String, vec, vec::Vec};

/// The longest text in which missing separators are looked for, in bytes.
const MAX_LEN_BYTES: usize = 256;

/// The most elements of a reading with restored separators: also the depth of the recursion.
const MAX_ELEMENTS: usize = 16;

/// The most places that one search looks at.
const MAX_STEPS: u32 = 20_000;

/// Names of the three control characters, as some scanners write them out.
const NAMES: [(&str, char, char); 3] =
    [("GS", '\u{241d}', '\u{1d}'), ("RS", '\u{241e}', '\u{1e}'), ("EOT", '\u{2404}', '\u{4}')];

/// More readings than may be told, or more places than may be looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMany;

/// `text` with what stands in the place of separators exchanged for them, if there is any.
///
/// First names (`{GS}`, `<GS>`, `[GS]`, `␝`); where there are none and no separator either, the one
/// character outside character set 82 that the text holds, once or more often.
pub(super) fn put_back(text: &str) -> Option<String> {
    named(text).or_else(|| foreign(text))
}

/// `readings` of `text`, and those of a complete pack where a keyboard seems to have lost all separators.
///
/// A text without symbology identifier and without any separator, read as one element string
/// that lacks serial, lot or expiry, may have swallowed them in another value.
pub(super) fn suspected(text: &str, mut readings: Vec<Reading>) -> Vec<Reading> {
    if let [reading] = readings.as_slice()
        && reading.form == Form::ElementString
        && reading.symbology.is_none()
        && !is_complete(reading)
        && !text.contains(GS as char)
    {
        for mut other in restore(text).unwrap_or_default().into_iter().filter(is_complete) {
            other.repairs.push(Repair::SeparatorRestored);
            readings.push(other);
        }
    }
    readings
}

/// All readings of `text` as an element string, with separators put back before AI 10, 11, 17, 21, 7003, 710–717,
/// 91, 92 and 93.
///
/// Each reading conforms: no identifier stands twice, the pairing rules hold, and AI 91, 92 and 93 have the lengths of a
/// Russian verification code.
pub(super) fn restore(text: &str) -> Result<Vec<Reading>, TooMany> {
    let Ok(Carrier { symbology, kind, data }) = Carrier::open(text) else { return Ok(Vec::new()) };
    let data = data.strip_prefix(GS as char).unwrap_or(data);
    if matches!(kind, CarrierKind::Gtin(_)) || data.len() > MAX_LEN_BYTES || !data.is_ascii() {
        return Ok(Vec::new());
    }
    let mut search =
        Search { data, readable: vec![false; data.len() + 1], steps: 0, path: Vec::new(), found: Vec::new() };
    search.mark_readable();
    search.walk(0)?;
    for reading in &mut search.found {
        reading.symbology = symbology;
    }
    Ok(search.found)
}

struct Search<'a> {
    data: &'a str,
    /// Whether the text from each place on can be read at all.
    readable: Vec<bool>,
    steps: u32,
    path: Vec<Element>,
    found: Vec<Reading>,
}

impl<'a> Search<'a> {
    /// Fills `readable` from the end.
    fn mark_readable(&mut self) {
        for at in (0..=self.data.len()).rev() {
            let is_readable = at == self.data.len() || self.ends(at).next().is_some();
            if let Some(slot) = self.readable.get_mut(at) {
                *slot = is_readable;
            }
        }
    }

    /// Follows every way to read the text from `at` on.
    fn walk(&mut self, at: usize) -> Result<(), TooMany> {
        if at == self.data.len() {
            let elements = self.path.clone();
            let keys = elements.len();
            if let Ok(reading) = interpret(Form::ElementString, elements, keys, Mode::Strict)
                && reading.crypto_tail != CryptoTail::WrongLength
            {
                self.found.push(reading);
            }
            return if self.found.len() > MAX_READINGS { Err(TooMany) } else { Ok(()) };
        }
        if self.path.len() == MAX_ELEMENTS {
            return Ok(());
        }
        let ends: Vec<(Element, usize)> = self.ends(at).collect();
        for (element, next) in ends {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                return Err(TooMany);
            }
            if self.path.iter().all(|earlier| earlier.label != element.label) {
                self.path.push(element);
                self.walk(next)?;
                self.path.pop();
            }
        }
        Ok(())
    }

    /// The elements that may stand at `at`, each with the place behind it.
    fn ends(&self, at: usize) -> impl Iterator<Item = (Element, usize)> {
        let rest = self.data.get(at..).unwrap_or("");
        let (row, label_len) = find(rest).map_or((None, 0), |(row, len)| (Some(row), len));
        let (label, body) = rest.split_at_checked(label_len).unwrap_or_default();
        let natural = body.bytes().position(|c| c == GS).unwrap_or(body.len());
        row.into_iter().flat_map(move |row| {
            let longest = row.max_len_bytes().min(natural);
            let shortest = if row.is_predefined() { longest } else { row.head_len_bytes() };
            (shortest..=longest).filter_map(move |len| {
                let value = body.get(..len)?;
                let end = at + label_len + len;
                let next = if len == natural && natural < body.len() { end + 1 } else { end };
                let is_end = row.is_predefined() || len == natural || is_restored(body.get(len..)?);
                (is_end && self.is_readable(next) && fits(row, label, value))
                    .then(|| (Element::new(label, value), next))
            })
        })
    }

    fn is_readable(&self, at: usize) -> bool {
        self.readable.get(at) == Some(&true)
    }
}

/// Whether a separator may be put back before `rest`.
fn is_restored(rest: &str) -> bool {
    find(rest).and_then(|(_, len)| rest.get(..len)).is_some_and(|label| {
        matches!(label, "10" | "11" | "17" | "21" | "7003" | "91" | "92" | "93")
            || label.len() == 3 && label.starts_with("71")
    })
}

fn fits(row: &Row, label: &str, value: &str) -> bool {
    let is_tail = match label {
        "91" | "93" => value.len() == 4,
        "92" => matches!(value.len(), 44 | 88),
        _ => true,
    };
    is_tail && row.check(value).is_ok()
}

fn is_complete(reading: &Reading) -> bool {
    matches!(reading.target, Target::Pack(_)) && reading.lot.is_some() && reading.expiry.is_some()
}

fn named(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (len, character) = name_at(rest, c).unwrap_or((c.len_utf8(), c));
        out.push(character);
        rest = rest.get(len..)?;
    }
    (out.len() < text.len()).then_some(out)
}

/// The length of the name at the front of `text`, which begins with `c`, and the character that it names.
fn name_at(text: &str, c: char) -> Option<(usize, char)> {
    let close = match c {
        '{' => "}",
        '<' => ">",
        '[' => "]",
        _ => return NAMES.iter().find(|(_, picture, _)| *picture == c).map(|(_, _, control)| (c.len_utf8(), *control)),
    };
    NAMES.iter().find_map(|(name, _, control)| {
        text.get(1..)?.strip_prefix(name)?.strip_prefix(close).map(|_| (name.len() + 2, *control))
    })
}

fn foreign(text: &str) -> Option<String> {
    let (id, data) = text.split_at_checked(if text.starts_with(']') { 3 } else { 0 })?;
    let is_foreign = |c: &char| u8::try_from(*c).map_or(true, |c| !is_cset82(c));
    let first = data.chars().find(is_foreign)?;
    if first == '\u{1d}' || data.chars().any(|c| is_foreign(&c) && c != first) {
        return None;
    }
    let mut out = String::from(id);
    out.extend(data.chars().map(|c| if c == first { '\u{1d}' } else { c }));
    Some(out)
}
