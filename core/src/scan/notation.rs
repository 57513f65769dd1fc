//! Which notation a scan is written in.

use super::{
    Mode,
    carrier::{Carrier, CarrierKind},
    digital_link, element_string, envelope, epc_urn,
    error::ScanError,
    gtin,
    reading::{Form, Reading, Repair, Scan},
    split::GS,
    target::interpret,
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
pub(super) fn read(text: &str, mode: Mode) -> Result<Vec<Reading>, ScanError> {
    let carrier = Carrier::open(text)?;
    let mut readings = match carrier.kind {
        CarrierKind::Gs1 => one(element_string(carrier.data, mode)?),
        CarrierKind::Gtin(len) => one(gtin::read(carrier.data, len, mode)?),
        CarrierKind::Plain | CarrierKind::Unknown => match self_identifying(carrier.data, mode) {
            Some(reading) => one(reading?),
            None => unmarked(&carrier, mode)?,
        },
    };
    for reading in &mut readings {
        reading.symbology = carrier.symbology;
    }
    Ok(readings)
}

/// Reads the forms that no other can be taken for.
fn self_identifying(data: &str, mode: Mode) -> Option<Result<Reading, ScanError>> {
    if digital_link::is_link(data) {
        Some(digital_link::read(data, mode))
    } else if let Some(urn) = epc_urn::strip(data) {
        Some(epc_urn::read(urn, mode))
    } else {
        data.strip_prefix(envelope::OPENING).map(|rest| envelope::read(rest, mode))
    }
}

/// Reads the forms that only the symbology could tell apart.
fn unmarked(carrier: &Carrier<'_>, mode: Mode) -> Result<Vec<Reading>, ScanError> {
    let is_plain = carrier.kind == CarrierKind::Plain;
    let trace_code = trace_code::read(carrier.data);
    if mode == Mode::Strict {
        return if is_plain { trace_code.map(one) } else { Err(ScanError::NoSymbology) };
    }
    if is_plain && let Ok(reading) = trace_code {
        return Ok(one(reading));
    }
    let mut elements = element_string(carrier.data, mode);
    if is_plain && let Ok(reading) = &mut elements {
        reading.repairs.push(Repair::Unmarked);
    }
    let mut readings: Vec<Reading> = elements.iter().cloned().chain(trace_code).collect();
    if readings.is_empty() && elements != Err(ScanError::PatientData) {
        let len = u8::try_from(carrier.data.len()).unwrap_or(0);
        readings.extend(gtin::read(carrier.data, len, mode).ok().filter(|_| len >= 12));
    }
    match elements {
        Err(error) if readings.is_empty() => Err(error),
        _ => Ok(readings),
    }
}

fn element_string(data: &str, mode: Mode) -> Result<Reading, ScanError> {
    let stripped = data.strip_prefix(GS as char).filter(|_| mode == Mode::Tolerant);
    let elements = match element_string::elements(stripped.unwrap_or(data)) {
        Err(ScanError::UnknownAi) if !data.starts_with(|c: char| c.is_ascii_digit()) => {
            return Err(ScanError::NotMedicine);
        }
        elements => elements?,
    };
    let keys = elements.len();
    let mut reading = interpret(Form::ElementString, elements, keys, mode)?;
    if stripped.is_some() {
        reading.repairs.push(Repair::LeadingByte);
    }
    Ok(reading)
}

fn one(reading: Reading) -> Vec<Reading> {
    Vec::from([reading])
}
