//! Which Application Identifiers may, must and must not stand together.
//!
//! General Specifications sections 4.13 and 4.14, as the GS1 Barcode Syntax Dictionary states
//! them. A rule reads `identifiers>required/excluded`; in an identifier `n` is any digit, `+` joins
//! those that are needed together, `,` separates alternatives, and `=` excludes the others of
//! the same first three digits.
//!
//! The rules hold for all codes on one item together, so that only strict parsing applies them
//! to a single scan.

use super::{ai::row_of, error::ScanError, reading::Element, split::cut};

/// Refuses an identifier that stands twice with different values (General Specifications section 4.13.1).
pub fn check_repeats(elements: &[Element]) -> Result<(), ScanError> {
    let differs = |a: &Element| elements.iter().any(|b| a.label == b.label && a.value != b.value);
    if elements.iter().any(differs) { Err(ScanError::Contradiction) } else { Ok(()) }
}

/// Refuses identifiers that exclude each other.
pub fn check_exclusions(elements: &[Element]) -> Result<(), ScanError> {
    let excluded = |element: &Element| {
        let ai = element.label.as_str();
        let mut rest = rule_of(ai).map(|(_, excluded)| excluded);
        while let Some(text) = rest {
            let (pattern, tail) = cut(text, b',');
            let pattern = if pattern == "=" { ai.get(..3).unwrap_or(ai) } else { pattern };
            if elements.iter().any(|other| other.label != element.label && matches(pattern, other.label.as_str())) {
                return true;
            }
            rest = tail;
        }
        false
    };
    if elements.iter().any(excluded) { Err(ScanError::Pairing) } else { Ok(()) }
}

/// Refuses an identifier that lacks another which it needs.
pub fn check_requisites(elements: &[Element]) -> Result<(), ScanError> {
    let satisfied = |element: &Element| {
        let Some((required, _)) = rule_of(element.label.as_str()) else { return true };
        let mut rest = Some(required);
        while let Some(text) = rest {
            let (together, tail) = cut(text, b',');
            if together.is_empty() || all_present(together, elements) {
                return true;
            }
            rest = tail;
        }
        false
    };
    if elements.iter().all(satisfied) { Ok(()) } else { Err(ScanError::Pairing) }
}

/// Refuses a digital signature (AI 8030) beside a key of documents, coupons or assets without its serial component.
pub fn check_signature_key(elements: &[Element]) -> Result<(), ScanError> {
    let unserialised = |element: &Element| {
        let label = element.label.as_str();
        matches!(label, "253" | "255" | "8003")
            && row_of(label).is_some_and(|row| element.value.len() == row.head_len_bytes())
    };
    let signed = elements.iter().any(|element| element.label.as_str() == "8030");
    if signed && elements.iter().any(unserialised) { Err(ScanError::Pairing) } else { Ok(()) }
}

/// All rules for conforming data.
pub(super) fn check(elements: &[Element]) -> Result<(), ScanError> {
    check_exclusions(elements)?;
    check_requisites(elements)?;
    check_signature_key(elements)
}

/// The required and excluded lists of `ai`.
fn rule_of(ai: &str) -> Option<(&'static str, &'static str)> {
    let mut rest = Some(RULES);
    while let Some(text) = rest {
        let (line, tail) = cut(text, b'\n');
        let (names, rule) = cut(line, b'>');
        let mut names = Some(names);
        while let Some(text) = names {
            let (pattern, tail) = cut(text, b',');
            if pattern.len() == ai.len() && matches(pattern, ai) {
                let (required, excluded) = cut(rule.unwrap_or(""), b'/');
                return Some((required, excluded.unwrap_or("")));
            }
            names = tail;
        }
        rest = tail;
    }
    None
}

fn all_present(together: &str, elements: &[Element]) -> bool {
    let mut rest = Some(together);
    while let Some(text) = rest {
        let (pattern, tail) = cut(text, b'+');
        if !elements.iter().any(|element| matches(pattern, element.label.as_str())) {
            return false;
        }
        rest = tail;
    }
    true
}

/// Whether `ai` begins as `pattern` says; no identifier is the beginning of another.
fn matches(pattern: &str, ai: &str) -> bool {
    !pattern.is_empty()
        && pattern.len() <= ai.len()
        && pattern.bytes().zip(ai.bytes()).all(|(wanted, digit)| wanted == b'n' || wanted == digit)
}

const RULES: &str = "\
01>/255,37
02>37/01,03
03>/01,02,37,235
10,11,13,15,16,20,240,241>01,02,03,8006,8026
12,415>8020
17>01,02,03,255,8006,8026
21>01,03,8006/235
22,235,71n,8001,8014,8200>01
242,7001>01,02,8006,8026
243>01,03
250>01+21,03+21,8006+21
251,7021,8012>01,03,8006
254>414
255>/01,02,415,8006,8020,8026
30,7002,7005,7006,7007,7008,7009,703n,8005>01,02
337n>01/=
330n,331n,332n,333n,334n,335n,336n,34nn,353n,354n,355n,362n,363n,367n,368n,369n>00,01/=
31nn,32nn,35nn,36nn>01,02/=
37>00+02,00+8026
390n>255,8020/391n,394n,8111,=
391n>8020/=
392n>01+30,01+31nn,01+32nn,01+35nn,01+36nn/393n,=
393n>30,31nn,32nn,35nn,36nn/=
394n>255/8111,=
395n>30,31nn,32nn,35nn,36nn/392n,393n,8005,=
420>/421
421>/4307
422>01,02,03,8006,8026/426
423,424,425>01,02,03/426
426,7003,7010,7011,8008>01,02,03
427>01+422,02+422,03+422
4303>4302
4313>4312
4330>00/4331
4331>00/4330
4332>00/4333
4333>00/4332
403,43nn,7041>00
7004>01+10,03+10
7020>01+416,03+416,8006+416
7022>01+7021,03+7021,8006+7021
723n>01,8004
7240>01,8006/03
7241,7242,7256,8019>8017,8018
7250>8018/7251
7251>8018/7250
7252,7257>8018
7253,7254,7255>8017,8018/7256,7259
7258>8018+7259
7259>8018/7256
8006>/01,03,37
8007,8020>415
8009>00,01,03
8011>8010
8017>/8018
8018>/8017
8026>37/02,03,8006
8030>00,01+21,03+21,253,255,8003,8004,8006+21,8010+8011,8017,8018
8040>01+21
8041,8042,8043>01+21+8040
8111>255";
