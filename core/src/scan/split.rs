//! Cutting text at a separator byte, and small tables of text.

/// Group separator: what a scanner sends for FNC1 between two elements (General Specifications section 7.8).
pub(super) const GS: u8 = 0x1d;

/// Cuts `text` at the first `separator`, which belongs to neither part.
pub(super) fn cut(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == separator) {
        Some(at) => (text.get(..at).unwrap_or(text), text.get(at + 1..)),
        None => (text, None),
    }
}

/// Cuts `text` at the last `separator`, which belongs to neither part; all of it is the second where there is none.
pub(super) fn cut_last(text: &[u8], separator: u8) -> (Option<&[u8]>, &[u8]) {
    match text.iter().rposition(|byte| *byte == separator) {
        Some(at) => (text.get(..at), text.get(at + 1..).unwrap_or_default()),
        None => (None, text),
    }
}

/// The second column of the line of `table` whose first, a list of patterns, has `name`.
///
/// A table has lines `pattern,pattern>value`.
pub(super) fn look_up(table: &'static [u8], name: &[u8]) -> Option<&'static [u8]> {
    let mut rest = Some(table);
    while let Some(text) = rest {
        let (line, tail) = cut(text, b'\n');
        let (patterns, value) = cut(line, b'>');
        if any_part(patterns, b',', &mut |pattern| pattern.len() == name.len() && matches(pattern, name)) {
            return value;
        }
        rest = tail;
    }
    None
}

/// Whether `test` holds for a part of `list` between separators.
pub(super) fn any_part<'a>(list: &'a [u8], separator: u8, test: &mut dyn FnMut(&'a [u8]) -> bool) -> bool {
    let mut rest = Some(list);
    while let Some(text) = rest {
        let (part, tail) = cut(text, separator);
        if test(part) {
            return true;
        }
        rest = tail;
    }
    false
}

/// Whether `name` begins as `pattern` says, in which `#` is any byte.
pub(super) fn matches(pattern: &[u8], name: &[u8]) -> bool {
    !pattern.is_empty()
        && pattern.len() <= name.len()
        && pattern.iter().zip(name).all(|(wanted, byte)| *wanted == b'#' || wanted == byte)
}

/// Whether all of `text` are decimal digits.
pub(super) fn is_digits(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}
