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
    reading::{Reading, Repair, Repairs, Scan},
    separator,
};
use alloc::vec::Vec;

/// Reads `text` with repairs.
pub(super) fn read(text: &str) -> Scan {
    let mut found = Found { readings: Vec::new(), edges: Repairs::NONE, overflow: false };
    let text = found.trim(text.as_bytes());
    let error = match found.read(text, Repairs::NONE) {
        Ok(()) => {
            if let Some(text) = separator::named(text) {
                let _ = found.read(&text, Repairs::NONE.and(Repair::SeparatorReplaced));
            }
            return match separator::add_suspected(text, &mut found.readings) {
                Ok(()) => Scan::of(found.marked()),
                Err(_) => Scan::Unreadable(ScanError::TooManyReadings),
            };
        }
        Err(error @ (ScanError::PatientData | ScanError::TwoKeys)) => return Scan::Unreadable(error),
        Err(error) => error,
    };
    let as_shown = [(Vec::from(text), Repairs::NONE)];
    let typed = keyboard::variants(text);
    // Steps 2 to 5: what stands in the place of separators, keyboards, missing separators, both.
    for (restore, texts) in [(false, as_shown.as_slice()), (false, &typed), (true, &as_shown), (true, &typed)] {
        if found.readings.is_empty() && !found.overflow {
            for (text, repairs) in texts {
                if restore {
                    found.restored(text, *repairs);
                } else if found.read(text, *repairs).is_err() {
                    found.replaced(text, *repairs);
                }
            }
        }
    }
    if found.overflow {
        return Scan::Unreadable(ScanError::TooManyReadings);
    }
    if found.readings.is_empty() {
        return Scan::Unreadable(error);
    }
    Scan::of(found.marked())
}

struct Found {
    readings: Vec<Reading>,
    /// The repairs of the edges.
    edges: Repairs,
    overflow: bool,
}

impl Found {
    /// The readings, with the repairs of the edges.
    fn marked(mut self) -> Vec<Reading> {
        for reading in &mut self.readings {
            reading.repairs = reading.repairs.union(self.edges);
        }
        self.readings
    }

    fn read(&mut self, text: &[u8], repairs: Repairs) -> Result<(), ScanError> {
        self.add(notation::read(text, Mode::Tolerant)?, repairs);
        Ok(())
    }

    fn replaced(&mut self, text: &[u8], repairs: Repairs) {
        if let Some(text) = separator::put_back(text) {
            // An error here is one of the scan as it stands.
            let _ = self.read(&text, repairs.and(Repair::SeparatorReplaced));
        }
    }

    fn restored(&mut self, text: &[u8], repairs: Repairs) {
        let replaced = separator::put_back(text);
        let repairs = repairs.and(Repair::SeparatorRestored);
        let repairs = if replaced.is_some() { repairs.and(Repair::SeparatorReplaced) } else { repairs };
        match separator::restore(replaced.as_deref().unwrap_or(text)) {
            Ok(readings) => self.add(readings, repairs),
            Err(_) => self.overflow = true,
        }
    }

    /// Adds `readings` that are new.
    fn add(&mut self, readings: Vec<Reading>, repairs: Repairs) {
        for mut reading in readings {
            reading.repairs = reading.repairs.union(repairs);
            if !self.readings.iter().any(|known| known.form == reading.form && known.elements == reading.elements) {
                self.readings.push(reading);
            }
        }
        self.overflow |= self.readings.len() > MAX_READINGS;
    }

    /// `text` without what no notation begins or ends with: blanks, control characters, a byte order mark, a zero-width space.
    fn trim<'a>(&mut self, text: &'a [u8]) -> &'a [u8] {
        let mut rest = text;
        while let [0..=b' ' | 0x7f, tail @ ..] | [0xef, 0xbb, 0xbf, tail @ ..] | [0xe2, 0x80, 0x8b, tail @ ..] = rest {
            rest = tail;
            self.edges = self.edges.and(Repair::LeadingByte);
        }
        // A separator, record separator or end of transmission at the end belongs to the data.
        while let [head @ .., c] = rest
            && (*c <= b' ' || *c == 0x7f)
            && !matches!(c, 0x1d | 0x1e | 0x04)
        {
            rest = head;
            self.edges = self.edges.and(Repair::TrailingByte);
        }
        rest
    }
}
