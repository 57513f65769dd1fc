//! The Chinese drug trace code of 20 characters (NMPAB/T 1002): 7 for the drug, 13 for the unit.
//!
//! The check scheme of the issuing platforms is not public, so that length and characters (digits
//! and capital letters) are all that is checked.

use super::{
    error::ScanError,
    reading::{Element, Form, Reading},
    target::{reading, trade_item},
};
use crate::identity::{ProductCode, Scheme};
use alloc::vec::Vec;

/// Reads `data` if it is a trace code.
pub(super) fn read(data: &str) -> Result<Reading, ScanError> {
    let is_code = data.len() == 20 && data.bytes().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase());
    let (code, serial) = data.split_at_checked(7).filter(|_| is_code).ok_or(ScanError::NotMedicine)?;
    let product = ProductCode::new(Scheme::China, code).map_err(|_| ScanError::NotMedicine)?;
    let target = trade_item(Vec::from([product]), Some(serial), None)?;
    Ok(reading(Form::ChinaTrace, Vec::from([Element::new("", data)]), target, None, None))
}
