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

/// Appends all readings of `text` as it stands: one, or two where a trace code is also an element string.
pub(super) fn read(text: &[u8], mode: Mode, out: &mut Vec<Reading>) -> Result<(), ScanError> {
    let Carrier { symbology, kind, data } = Carrier::open(text)?;
    let known = out.len();
    match kind {
        CarrierKind::Gs1 => read_elements(data, false, mode, out),
        CarrierKind::Gtin(len) => gtin::read(data, usize::from(len), mode, out),
        CarrierKind::Plain | CarrierKind::Unknown => {
            if digital_link::after_scheme(data).is_some() {
                digital_link::read(data, mode, out)
            } else if let Some(urn) = epc_urn::strip(data) {
                epc_urn::read(urn, mode, out)
            } else if let Some(rest) = data.strip_prefix(envelope::OPENING) {
                envelope::read(rest, mode, out)
            } else {
                read_unmarked(data, kind == CarrierKind::Plain, mode, out)
            }
        }
    }?;
    for reading in out.iter_mut().skip(known) {
        reading.symbology = symbology;
    }
    Ok(())
}

/// Reads the forms that only the symbology could tell apart.
fn read_unmarked(data: &[u8], is_plain: bool, mode: Mode, out: &mut Vec<Reading>) -> Result<(), ScanError> {
    if mode == Mode::Strict {
        return if is_plain { trace_code::read(data, out) } else { Err(ScanError::NoSymbology) };
    }
    if is_plain && trace_code::read(data, out).is_ok() {
        return Ok(());
    }
    match read_elements(data, is_plain, mode, out) {
        Err(ScanError::PatientData) => Err(ScanError::PatientData),
        Err(error) => {
            let is_long = data.len() >= 12;
            let other = if is_long { gtin::read(data, data.len(), mode, out) } else { Err(error) };
            other.or_else(|_| trace_code::read(data, out)).map_err(|_| error)
        }
        // The same characters may be a trace code as well: both readings stand.
        Ok(()) => trace_code::read(data, out).or(Ok(())),
    }
}

/// Reads an element string; tolerant mode reads over a separator before it.
fn read_elements(data: &[u8], is_unmarked: bool, mode: Mode, out: &mut Vec<Reading>) -> Result<(), ScanError> {
    let mut draft = Draft::new(Form::ElementString);
    if is_unmarked {
        draft.repaired(Repair::Unmarked);
    }
    let data = match data {
        [GS, rest @ ..] if mode == Mode::Tolerant => {
            draft.repaired(Repair::LeadingByte);
            rest
        }
        _ => data,
    };
    match element_string::read_into(data, &mut draft.elements) {
        Err(ScanError::UnknownAi) if !data.first().is_some_and(u8::is_ascii_digit) => Err(ScanError::NotMedicine),
        Err(error) => Err(error),
        Ok(()) => {
            let keys = draft.elements.len();
            draft.read_gs1(keys, mode, out)
        }
    }
}
