//! The Chinese drug trace code of 20 characters (NMPAB/T 1002): 7 for the drug, 13 for the unit.
//!
//! The check scheme of the issuing platforms is not public, so that length and characters (digits
//! and capital letters) are all that is checked.

use super::{error::ScanError, reading::Form, target::Draft};

/// Reads `data` if it is a trace code.
pub(super) fn read(data: &[u8], draft: &mut Draft) -> Result<(), ScanError> {
    if data.len() != 20 || !data.iter().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase()) {
        return Err(ScanError::NotMedicine);
    }
    draft.begin(Form::ChinaTrace);
    draft.elements.add(b"", data)?;
    draft.finish()
}
