//! Identifiers with their values, in the order of a scan.

use super::{MAX_ELEMENTS, error::ScanError};
use alloc::vec::Vec;

/// A list of identifiers and values, such as (01) 09504000059101 (21) ABC123.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Elements {
    text: Vec<u8>,
    parts: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    label: Label,
    start: u16,
    end: u16,
}

/// One identifier with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Element<'a> {
    /// The identifier.
    pub label: Label,
    /// The value as it was scanned.
    pub value: &'a str,
}

/// A GS1 Application Identifier (`01`), an ASC MH10 data identifier (`9N`), or nothing for a Chinese trace code.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Label([u8; 4]);

impl Elements {
    /// No elements.
    pub const fn new() -> Self {
        Self { text: Vec::new(), parts: Vec::new() }
    }

    /// The number of elements.
    pub const fn len(&self) -> usize {
        self.parts.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The elements in their order.
    pub fn iter(&self) -> impl Iterator<Item = Element<'_>> {
        self.parts.iter().map(|part| Element { label: part.label, value: self.text_of(*part) })
    }

    /// The value of the first element with `label`.
    pub fn get(&self, label: &str) -> Option<&str> {
        self.first(Label::of(label.as_bytes()), self.len())
    }

    /// Appends an element, of whose label at most four bytes are kept.
    ///
    /// There are at most 64 elements with 65,535 bytes of values.
    pub fn push(&mut self, label: &str, value: &str) -> Result<(), ScanError> {
        self.add(label.as_bytes(), value.as_bytes())
    }

    /// Appends an element whose value is UTF-8.
    pub(super) fn add(&mut self, label: &[u8], value: &[u8]) -> Result<(), ScanError> {
        let start = self.text.len();
        let bounds = (u16::try_from(start), u16::try_from(start + value.len()));
        let (Ok(start), Ok(end), true) = (bounds.0, bounds.1, self.len() < MAX_ELEMENTS) else {
            return Err(ScanError::TooLong);
        };
        self.text.extend_from_slice(value);
        self.parts.push(Part { label: Label::of(label), start, end });
        Ok(())
    }

    /// Removes all elements.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.parts.clear();
    }

    /// Removes the last element.
    pub(super) fn pop(&mut self) {
        if let Some(part) = self.parts.pop() {
            self.text.truncate(usize::from(part.start));
        }
    }

    /// The value of the first element with `label` among the first `count`.
    pub(super) fn first(&self, label: Label, count: usize) -> Option<&str> {
        self.parts.iter().take(count).find(|part| part.label == label).map(|part| self.text_of(*part))
    }

    /// Whether `test` holds for the label of an element.
    pub(super) fn any_label(&self, test: &mut dyn FnMut(Label) -> bool) -> bool {
        self.parts.iter().any(|part| test(part.label))
    }

    fn text_of(&self, part: Part) -> &str {
        let bytes = self.text.get(usize::from(part.start)..usize::from(part.end));
        core::str::from_utf8(bytes.unwrap_or_default()).unwrap_or("")
    }
}

impl Label {
    /// Keeps the first four bytes of `text`.
    pub(super) const fn of(text: &[u8]) -> Self {
        Self(match *text {
            [] => [0; 4],
            [a] => [a, 0, 0, 0],
            [a, b] => [a, b, 0, 0],
            [a, b, c] => [a, b, c, 0],
            [a, b, c, d, ..] => [a, b, c, d],
        })
    }

    /// The four bytes, with zeros behind a shorter label.
    pub(super) const fn padded(self) -> [u8; 4] {
        self.0
    }

    /// The label as text.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.bytes()).unwrap_or("")
    }

    /// The bytes of the text.
    pub(super) fn bytes(&self) -> &[u8] {
        let len = self.0.iter().position(|byte| *byte == 0).unwrap_or(4);
        self.0.get(..len).unwrap_or(&self.0)
    }
}

impl core::fmt::Debug for Elements {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_map().entries(self.iter().map(|element| (element.label, element.value))).finish()
    }
}

impl core::fmt::Debug for Label {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str())
    }
}
