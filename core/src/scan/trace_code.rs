//! The Chinese drug trace code of 20 characters (NMPAB/T 1002): 7 for the drug, 13 for the unit.
//!
//! The check scheme of the issuing platforms is not public, so that length and characters (digits
//! and capital letters) are all that is checked.

use super::{
    error::ScanError,
    reading::{Form, Reading},
    target::{Draft, add_product, trade_item},
};
use crate::identity::{ProductCode, Scheme};
use alloc::vec::Vec;

/// Reads `data` if it is a trace code.
pub(super) fn read(data: &[u8], out: &mut Vec<Reading>) -> Result<(), ScanError> {
    if data.len() != 20 || !data.iter().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase()) {
        return Err(ScanError::NotMedicine);
    }
    let text = core::str::from_utf8(data).unwrap_or("");
    let mut draft = Draft::new(Form::ChinaTrace);
    draft.elements.add(b"", data)?;
    let mut products = Vec::new();
    add_product(&mut products, text.get(..7).and_then(|code| ProductCode::new(Scheme::China, code).ok()));
    let target = trade_item(products, text.get(7..), None)?;
    draft.finish(target, b"10", None, out)
}
