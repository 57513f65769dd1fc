//! GS1 element strings (General Specifications section 7.8).
//!
//! ```text
//! element string = element { [GS] element } [GS]
//! element        = identifier value
//! ```
//!
//! A separator must follow a value whose length is not predefined, unless it is the last. One
//! that is superfluous, behind a predefined length or at the end, is read over, as the General
//! Specifications ask of readers.

use super::{
    ai::find,
    elements::Elements,
    error::ScanError,
    split::{GS, cut},
};

/// The elements of `data`, which begins with its first identifier.
pub fn elements(data: &str) -> Result<Elements, ScanError> {
    let mut elements = Elements::new();
    read_into(data.as_bytes(), &mut elements)?;
    Ok(elements)
}

/// Appends the elements of `data`.
pub(super) fn read_into(data: &[u8], elements: &mut Elements) -> Result<(), ScanError> {
    if data.is_empty() {
        return Err(ScanError::Empty);
    }
    let mut rest = data;
    while !rest.is_empty() {
        let (row, label_len) = find(rest).ok_or(ScanError::UnknownAi)?;
        let (label, body) = rest.split_at_checked(label_len).ok_or(ScanError::UnknownAi)?;
        let (to_separator, _) = cut(body, GS);
        let len = if row.is_predefined() { row.max_len_bytes().min(to_separator.len()) } else { to_separator.len() };
        let (value, tail) = body.split_at_checked(len).ok_or(ScanError::BadValue)?;
        row.check(value)?;
        elements.add(label, value)?;
        rest = tail.strip_prefix(&[GS]).unwrap_or(tail);
    }
    Ok(())
}
