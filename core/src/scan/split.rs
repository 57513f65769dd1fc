//! Cutting text at a separator byte, and the separator itself.

/// Group separator: what a scanner sends for FNC1 between two elements (General Specifications section 7.8.3).
pub(super) const GS: u8 = 0x1d;

/// Cuts `text` at the first `separator`, an ASCII byte, which belongs to neither part.
pub(super) fn cut(text: &str, separator: u8) -> (&str, Option<&str>) {
    match text.bytes().position(|byte| byte == separator) {
        Some(at) => (text.get(..at).unwrap_or(text), text.get(at + 1..)),
        None => (text, None),
    }
}

/// `text` behind `prefix`, without regard to the case of ASCII letters.
pub(super) fn after<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, tail) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(tail)
}
