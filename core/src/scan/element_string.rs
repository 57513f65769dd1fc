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
    MAX_ELEMENTS,
    ai::find,
    error::ScanError,
    reading::Element,
    split::{GS, cut},
};
use alloc::vec::Vec;

/// The elements of `data`, which begins with its first identifier.
pub fn elements(data: &str) -> Result<Vec<Element>, ScanError> {
    let mut elements = Vec::new();
    read_into(data, &mut elements)?;
    Ok(elements)
}

/// Appends the elements of `data`.
pub(super) fn read_into(data: &str, elements: &mut Vec<Element>) -> Result<(), ScanError> {
    if data.is_empty() {
        return Err(ScanError::Empty);
    }
    let mut rest = data;
    while !rest.is_empty() {
        let (element, tail) = first(rest)?;
        if elements.len() == MAX_ELEMENTS {
            return Err(ScanError::TooLong);
        }
        elements.push(element);
        rest = tail;
    }
    Ok(())
}

/// The first element, and what stands behind it and its separator.
fn first(data: &str) -> Result<(Element, &str), ScanError> {
    let (row, label_len) = find(data).ok_or(ScanError::UnknownAi)?;
    let (label, body) = data.split_at_checked(label_len).ok_or(ScanError::UnknownAi)?;
    let (to_separator, _) = cut(body, GS);
    let len = if row.is_predefined() { row.max_len_bytes().min(to_separator.len()) } else { to_separator.len() };
    let (value, tail) = body.split_at_checked(len).ok_or(ScanError::BadValue)?;
    row.check(value)?;
    Ok((Element::new(label, value), tail.strip_prefix(GS as char).unwrap_or(tail)))
}
