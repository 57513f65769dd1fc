//! Codes from arguments, files and standard input, and serials that nobody can guess.

use clap::Args;
use medproof_core::scan::write::{element_string, split_bracketed};
use medproof_node::{
    fault::{Fault, Result},
    folder, keyring,
};
use std::{
    io::Read,
    path::{Path, PathBuf},
};

/// Where codes come from.
#[derive(Debug, Args)]
pub(crate) struct Source {
    /// Codes, as a scanner reads them or as they stand on the pack.
    codes: Vec<String>,
    /// A file with one code a line; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Source {
    /// The codes: those of the arguments, then those of the file.
    pub(crate) fn read(&self) -> Result<Vec<String>> {
        let mut codes = self.codes.clone();
        if let Some(path) = &self.file {
            codes.extend(lines(path)?);
        }
        Ok(codes)
    }

    /// The codes as a scanner reads them.
    pub(crate) fn scans(&self) -> Result<Vec<String>> {
        Ok(self.read()?.iter().map(|code| scan(code)).collect())
    }

    /// The codes as a scanner reads them, of which there is at least one.
    pub(crate) fn required_scans(&self) -> Result<Vec<String>> {
        Ok(self.required()?.iter().map(|code| scan(code)).collect())
    }

    /// The codes, of which there is at least one.
    pub(crate) fn required(&self) -> Result<Vec<String>> {
        let codes = self.read()?;
        if codes.is_empty() { Err(Fault::new("cli.no-codes")) } else { Ok(codes) }
    }
}

/// A code as a scanner reads it, where it was typed with brackets as it is printed on the pack.
pub(crate) fn scan(code: &str) -> String {
    let scanned = split_bracketed(code).and_then(|elements| element_string(&elements));
    scanned.map_or_else(|_| code.to_owned(), |text| format!("]d2{text}"))
}

/// So many serials of 16 letters and digits, 80 bits each.
pub(crate) fn random(count: usize) -> Result<Vec<String>> {
    (0..count).map(|_| Ok(keyring::random()?.iter().take(LETTERS_PER_SERIAL).map(letter).collect())).collect()
}

/// The lines of a file that are not empty.
fn lines(path: &Path) -> Result<Vec<String>> {
    let text = if path == Path::new("-") { standard_input(path)? } else { folder::read(path)? };
    let text = String::from_utf8(text).map_err(|cause| Fault::contents(path, cause))?;
    // A code may end in spaces or begin with a separator: only the line's own end is taken off.
    Ok(text.lines().filter(|line| !line.is_empty()).map(String::from).collect())
}

fn standard_input(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).map_err(|cause| Fault::file(path, &cause))?;
    Ok(bytes)
}

/// 32 letters and digits, none of which is taken for another, so each of them is five bits of the byte.
fn letter(byte: &u8) -> char {
    LETTERS.chars().nth(usize::from(byte % 32)).unwrap_or('0')
}

const LETTERS: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LETTERS_PER_SERIAL: usize = 16;

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn random_serials_are_serials_and_differ() {
        let serials = random(1_000).expect("random");
        assert!(serials.iter().all(|serial| medproof_core::identity::Serial::new(serial).is_ok()));
        assert_eq!(serials.iter().collect::<BTreeSet<_>>().len(), 1_000);
        let letters: BTreeSet<char> = serials.iter().flat_map(|serial| serial.chars()).collect();
        assert_eq!(letters.len(), LETTERS.len());
    }

    #[test]
    fn brackets_are_what_a_person_types() {
        assert_eq!(scan("(01)09504000059101(21)A1"), "]d2010950400005910121A1");
        assert_eq!(scan("(01)09504000059101(10)L1(21)A1"), "]d2010950400005910110L1\u{1d}21A1");
        for code in ["]d2010950400005910121A1", "(01)1", "(x)1", "()", ""] {
            assert_eq!(scan(code), code);
        }
    }

    #[test]
    fn a_file_has_one_code_a_line() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("codes");
        folder::write_public(&path, b"A1\r\n\n B2\n").expect("written");
        let source = Source { codes: vec!["C3".into()], file: Some(path) };
        assert_eq!(source.required(), Ok(vec!["C3".into(), "A1".into(), " B2".into()]));
        let none = Source { codes: Vec::new(), file: None };
        assert_eq!(none.required().map_err(|fault| fault.code()), Err("cli.no-codes"));
    }
}
