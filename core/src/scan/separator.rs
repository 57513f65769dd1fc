//! Lost separators: put back where another character took their place, or where they are missing.

use super::{
    MAX_READINGS, Mode,
    ai::{Row, find},
    carrier::{Carrier, CarrierKind},
    elements::{Elements, Label},
    reading::{CryptoTail, Form, Reading, Repair, Target},
    split::{GS, any_part, cut},
    target::Draft,
};
use crate::identity::is_cset82;
use alloc::{vec, vec::Vec};

/// The longest text in which missing separators are looked for, in bytes.
const MAX_LEN_BYTES: usize = 256;

/// The most elements of a reading with restored separators: also the depth of the recursion.
const MAX_DEPTH: usize = 16;

/// The most places that one search looks at.
const MAX_STEPS: u32 = 20_000;

/// The three control characters, as some scanners write them out.
const NAMES: [(&[u8], u8); 3] = [
    (b"{GS}/<GS>/[GS]/\xe2\x90\x9d", GS),
    (b"{RS}/<RS>/[RS]/\xe2\x90\x9e", 0x1e),
    (b"{EOT}/<EOT>/[EOT]/\xe2\x90\x84", 0x04),
];

/// More readings than may be told, or more places than may be looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMany;

/// `text` with what stands in the place of separators exchanged for them, if there is any.
///
/// First names (`{GS}`, `<GS>`, `[GS]`, `␝`); where there are none and no separator either, the one
/// character outside character set 82 that the text holds, once or more often.
pub(super) fn put_back(text: &[u8]) -> Option<Vec<u8>> {
    named(text).or_else(|| foreign(text))
}

/// Adds the readings of a complete pack where a keyboard seems to have lost all separators.
///
/// A text without symbology identifier and without any separator, read as one element string
/// that lacks serial, lot or expiry, may have swallowed them in another value.
pub(super) fn add_suspected(text: &[u8], readings: &mut Vec<Reading>) -> Result<(), TooMany> {
    if let [reading] = readings.as_slice()
        && reading.form == Form::ElementString
        && reading.symbology.is_none()
        && !is_complete(reading)
        && cut(text, GS).1.is_none()
    {
        for mut other in restore(text)? {
            if is_complete(&other) {
                other.repairs = other.repairs.and(Repair::SeparatorRestored);
                readings.push(other);
            }
        }
    }
    if readings.len() > MAX_READINGS { Err(TooMany) } else { Ok(()) }
}

/// All readings of `text` as an element string, with separators put back before AI 10, 11, 17, 21, 7003,
/// 710–717, 91, 92 and 93.
///
/// Each reading conforms: no identifier stands twice, the pairing rules hold, and AI 91, 92 and 93 have the lengths of a
/// Russian verification code.
pub(super) fn restore(text: &[u8]) -> Result<Vec<Reading>, TooMany> {
    let Ok(Carrier { symbology, kind, data }) = Carrier::open(text) else { return Ok(Vec::new()) };
    let data = data.strip_prefix(&[GS]).unwrap_or(data);
    if matches!(kind, CarrierKind::Gtin(_)) || data.len() > MAX_LEN_BYTES {
        return Ok(Vec::new());
    }
    let (readable, draft) = (vec![false; data.len() + 1], Draft::new(Mode::Strict));
    let mut search = Search { data, readable, steps: 0, path: Elements::new(), draft };
    search.mark_readable();
    search.walk(0)?;
    let mut readings = search.draft.readings;
    for reading in &mut readings {
        reading.symbology = symbology;
    }
    Ok(readings)
}

struct Search<'a> {
    data: &'a [u8],
    /// Whether the text from each place on can be read at all.
    readable: Vec<bool>,
    steps: u32,
    path: Elements,
    draft: Draft,
}

/// An element that may stand at some place.
struct Candidate<'a> {
    label: &'a [u8],
    value: &'a [u8],
    /// The place behind it and its separator.
    next: usize,
}

impl<'a> Search<'a> {
    /// Fills `readable` from the end.
    fn mark_readable(&mut self) {
        for at in (0..=self.data.len()).rev() {
            let is_readable = at == self.data.len() || self.candidate(at, 0).is_some();
            if let Some(slot) = self.readable.get_mut(at) {
                *slot = is_readable;
            }
        }
    }

    /// Follows every way to read the text from `at` on.
    fn walk(&mut self, at: usize) -> Result<(), TooMany> {
        if at == self.data.len() {
            self.draft.begin(Form::ElementString);
            self.draft.elements = self.path.clone();
            // A way that does not conform is none.
            let _ = self.draft.finish();
            let readings = &mut self.draft.readings;
            readings.pop_if(|reading| reading.crypto_tail == CryptoTail::WrongLength);
            return if readings.len() > MAX_READINGS { Err(TooMany) } else { Ok(()) };
        }
        let mut len = 0;
        while let Some(Candidate { label, value, next }) = self.candidate(at, len) {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                return Err(TooMany);
            }
            len = value.len() + 1;
            let is_new = self.path.first(Label::of(label), MAX_DEPTH).is_none() && self.path.len() < MAX_DEPTH;
            if is_new && self.path.add(label, value).is_ok() {
                self.walk(next)?;
                self.path.pop();
            }
        }
        Ok(())
    }

    /// The first element that may stand at `at` with a value of at least `len` bytes.
    fn candidate(&self, at: usize, len: usize) -> Option<Candidate<'a>> {
        let rest = self.data.get(at..)?;
        let (row, label_len) = find(rest)?;
        let (label, body) = rest.split_at_checked(label_len)?;
        let natural = cut(body, GS).0.len();
        let longest = row.max_len_bytes().min(natural);
        let shortest = if row.is_predefined() { longest } else { row.head_len_bytes() };
        for len in len.max(shortest)..=longest {
            let (value, tail) = body.split_at_checked(len)?;
            let next = at + label_len + len + usize::from(tail.first() == Some(&GS));
            let is_end = row.is_predefined() || len == natural || is_restored(tail);
            if is_end && self.readable.get(next) == Some(&true) && fits(row, label, value) {
                return Some(Candidate { label, value, next });
            }
        }
        None
    }
}

/// Whether a separator may be put back before `rest`.
fn is_restored(rest: &[u8]) -> bool {
    let label = find(rest).and_then(|(_, len)| rest.get(..len)).unwrap_or_default();
    matches!(label, b"10" | b"11" | b"17" | b"21" | b"7003" | b"91" | b"92" | b"93" | &[b'7', b'1', _])
}

fn fits(row: &Row, label: &[u8], value: &[u8]) -> bool {
    let is_tail = match label {
        b"91" | b"93" => value.len() == 4,
        b"92" => matches!(value.len(), 44 | 88),
        _ => true,
    };
    is_tail && row.check(value).is_ok()
}

fn is_complete(reading: &Reading) -> bool {
    matches!(reading.target, Target::Pack(_)) && reading.lot.is_some() && reading.expiry.is_some()
}

/// `text` with the names of control characters exchanged for them; `None` where there are none.
pub(super) fn named(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, mut tail)) = rest.split_first() {
        let mut byte = *first;
        let names = if matches!(first, b'{' | b'<' | b'[' | 0xe2) { NAMES.as_slice() } else { &[] };
        for (names, control) in names {
            any_part(names, b'/', &mut |name| match rest.strip_prefix(name) {
                Some(behind) => {
                    (byte, tail) = (*control, behind);
                    true
                }
                None => false,
            });
        }
        out.push(byte);
        rest = tail;
    }
    (out.len() < text.len()).then_some(out)
}

/// The one character outside character set 82 exchanged, where there is no separator: any byte, not part of a longer character.
fn foreign(text: &[u8]) -> Option<Vec<u8>> {
    let (id, data) = text.split_at_checked(if text.starts_with(b"]") { 3 } else { 0 })?;
    let first = *data.iter().find(|c| !is_cset82(**c))?;
    if first == GS || !first.is_ascii() || data.iter().any(|c| !is_cset82(*c) && *c != first) {
        return None;
    }
    let mut out = Vec::from(id);
    out.extend(data.iter().map(|c| if *c == first { GS } else { *c }));
    Some(out)
}
