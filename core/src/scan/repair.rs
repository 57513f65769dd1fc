//! What scanners and keyboards do to a scan, undone where one reading is left.
//!
//! The steps, each taken only where those before it gave no reading:
//!
//! 1. the scan as it stands, without blanks and control characters around it;
//! 2. separators that arrived as another character, put back;
//! 3. the keyboard: Caps Lock, German, French, each also with step 2;
//! 4. separators that did not arrive, put back everywhere where the result conforms;
//! 5. steps 3 and 4 together.
//!
//! A scan that holds a patient's identifier is refused at step 1 and never repaired.

use super::{
    MAX_READINGS, Mode,
    error::ScanError,
    keyboard, notation,
    reading::{Reading, Repair, Scan},
    separator,
};
use alloc::vec::Vec;

/// Reads `text` with repairs.
pub(super) fn read(text: &str) -> Scan {
    let (text, edges) = trim(text);
    let error = match notation::read(text, Mode::Tolerant) {
        Ok(readings) => return Scan::of(mark(separator::suspected(text, readings), &edges)),
        Err(error @ (ScanError::PatientData | ScanError::TwoKeys)) => return Scan::Unreadable(error),
        Err(error) => error,
    };
    let typed = keyboard::variants(text);
    let mut found = Found { readings: Vec::new(), overflow: false };
    found.replaced(text, &edges);
    if found.is_empty() {
        for (text, repair) in &typed {
            found.typed(text, &with(&edges, *repair));
        }
    }
    if found.is_empty() {
        found.restored(text, &edges);
    }
    if found.is_empty() {
        for (text, repair) in &typed {
            found.restored(text, &with(&edges, *repair));
        }
    }
    match found {
        Found { overflow: true, .. } => Scan::Unreadable(ScanError::TooManyReadings),
        Found { readings, .. } if readings.is_empty() => Scan::Unreadable(error),
        Found { readings, .. } => Scan::of(readings),
    }
}

struct Found {
    readings: Vec<Reading>,
    overflow: bool,
}

impl Found {
    const fn is_empty(&self) -> bool {
        self.readings.is_empty() && !self.overflow
    }

    fn replaced(&mut self, text: &str, repairs: &[Repair]) {
        if let Some(text) = separator::put_back(text) {
            let repairs = with(repairs, Repair::SeparatorReplaced);
            self.add(notation::read(trim(&text).0, Mode::Tolerant).unwrap_or_default(), &repairs);
        }
    }

    fn typed(&mut self, text: &str, repairs: &[Repair]) {
        match notation::read(text, Mode::Tolerant) {
            Ok(readings) => self.add(readings, repairs),
            Err(_) => self.replaced(text, repairs),
        }
    }

    fn restored(&mut self, text: &str, repairs: &[Repair]) {
        let replaced = separator::put_back(text);
        let mut repairs = Vec::from(repairs);
        if replaced.is_some() {
            repairs.push(Repair::SeparatorReplaced);
        }
        repairs.push(Repair::SeparatorRestored);
        match separator::restore(replaced.as_deref().unwrap_or(text)) {
            Ok(readings) => self.add(readings, &repairs),
            Err(_) => self.overflow = true,
        }
    }

    fn add(&mut self, readings: Vec<Reading>, repairs: &[Repair]) {
        for reading in mark(readings, repairs) {
            if !self.readings.iter().any(|known| known.target == reading.target && known.elements == reading.elements) {
                self.readings.push(reading);
            }
        }
        self.overflow |= self.readings.len() > MAX_READINGS;
    }
}

/// Puts `repairs` before those that the readings name themselves.
fn mark(mut readings: Vec<Reading>, repairs: &[Repair]) -> Vec<Reading> {
    for reading in &mut readings {
        let own = core::mem::replace(&mut reading.repairs, Vec::from(repairs));
        reading.repairs.extend(own);
    }
    readings
}

fn with(repairs: &[Repair], repair: Repair) -> Vec<Repair> {
    let mut repairs = Vec::from(repairs);
    repairs.push(repair);
    repairs
}

/// `text` without what no notation begins or ends with: blanks, control characters, a byte order mark, a zero-width space.
fn trim(text: &str) -> (&str, Vec<Repair>) {
    let mut repairs = Vec::new();
    let is_edge = |c: char| c <= ' ' || matches!(c, '\u{7f}' | '\u{a0}' | '\u{200b}' | '\u{feff}');
    let from = text.trim_start_matches(is_edge);
    if from.len() < text.len() {
        repairs.push(Repair::LeadingByte);
    }
    // A separator, record separator or end of transmission at the end belongs to the data.
    let to = from.trim_end_matches(|c| is_edge(c) && !matches!(c, '\u{1d}' | '\u{1e}' | '\u{4}'));
    if to.len() < from.len() {
        repairs.push(Repair::TrailingByte);
    }
    (to, repairs)
}
