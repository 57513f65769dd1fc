//! Which notation a scan is written in.

use super::{
    Mode,
    carrier::{Carrier, CarrierKind},
    digital_link, element_string, envelope, epc_urn,
    error::ScanError,
    gtin,
    reading::{Form, Reading, Repair, Scan},
    split::GS,
    target::Draft,
    trace_code,
};
use alloc::vec::Vec;

impl Scan {
    /// The answer of `readings`, which are distinct.
    pub(super) fn of(mut readings: Vec<Reading>) -> Self {
        if readings.len() > 1 {
            return Self::Ambiguous(readings);
        }
        readings.pop().map_or(Self::Unreadable(ScanError::NotMedicine), Self::Read)
    }
}

/// All readings of `text` as it stands: one, or two where a trace code is also an element string.
pub(super) fn read(text: &[u8], mode: Mode) -> Result<Vec<Reading>, ScanError> {
    let Carrier { symbology, kind, data } = Carrier::open(text)?;
    let mut draft = Draft::new(mode);
    match kind {
        CarrierKind::Gs1 => read_elements(data, &mut draft),
        CarrierKind::Gtin(len) => gtin::read(data, usize::from(len), &mut draft),
        CarrierKind::Plain | CarrierKind::Unknown => {
            if digital_link::after_scheme(data).is_some() {
                digital_link::read(data, &mut draft)
            } else if let Some(urn) = epc_urn::strip(data) {
                epc_urn::read(urn, &mut draft)
            } else if let Some(rest) = data.strip_prefix(envelope::OPENING) {
                envelope::read(rest, &mut draft)
            } else {
                read_unmarked(data, kind == CarrierKind::Plain, &mut draft)
            }
        }
    }?;
    for reading in &mut draft.readings {
        reading.symbology = symbology;
    }
    Ok(draft.readings)
}

/// Reads the forms that only the symbology could tell apart.
fn read_unmarked(data: &[u8], is_plain: bool, draft: &mut Draft) -> Result<(), ScanError> {
    if draft.mode == Mode::Strict {
        return if is_plain { trace_code::read(data, draft) } else { Err(ScanError::NoSymbology) };
    }
    if is_plain && trace_code::read(data, draft).is_ok() {
        return Ok(());
    }
    let result = read_elements(data, draft);
    if result == Err(ScanError::PatientData) {
        return result;
    }
    if is_plain {
        for reading in &mut draft.readings {
            reading.repairs = reading.repairs.and(Repair::Unmarked);
        }
    }
    // The same characters may be a trace code as well: both readings stand.
    if trace_code::read(data, draft).is_ok()
        || result.is_err() && data.len() >= 12 && gtin::read(data, data.len(), draft).is_ok()
    {
        return Ok(());
    }
    result
}

/// Reads an element string; tolerant mode reads over a separator before it.
fn read_elements(data: &[u8], draft: &mut Draft) -> Result<(), ScanError> {
    draft.begin(Form::ElementString);
    let data = match data {
        [GS, rest @ ..] if draft.mode == Mode::Tolerant => {
            draft.repaired(Repair::LeadingByte);
            rest
        }
        _ => data,
    };
    match element_string::read_into(data, &mut draft.elements) {
        Err(ScanError::UnknownAi) if !data.first().is_some_and(u8::is_ascii_digit) => Err(ScanError::NotMedicine),
        Err(error) => Err(error),
        Ok(()) => draft.finish(),
    }
}
