//! Which Application Identifiers may, must and must not stand together.
//!
//! General Specifications section 4.13, as the GS1 Barcode Syntax Dictionary states
//! them. A rule reads `identifiers>required/excluded`; in an identifier `#` is any digit, `+` joins
//! those that are needed together, `,` separates alternatives, and `=` excludes the others of
//! the same first three digits.
//!
//! The rules hold for all codes on one item together, so that only strict parsing applies them
//! to a single scan.

use super::{
    ai::row_of,
    elements::{Element, Elements},
    error::ScanError,
    split::{any_part, cut, look_up, matches},
};

/// Refuses an identifier that stands twice with different values.
pub fn check_repeats(elements: &Elements) -> Result<(), ScanError> {
    let differs = |a: Element<'_>| elements.iter().any(|b| a.label == b.label && a.value != b.value);
    if elements.iter().any(differs) { Err(ScanError::Contradiction) } else { Ok(()) }
}

/// Refuses identifiers that exclude each other.
pub fn check_exclusions(elements: &Elements) -> Result<(), ScanError> {
    let excluded = |element: Element<'_>| {
        let ai = element.label.bytes();
        let (_, patterns) = rule_of(ai);
        any_part(patterns, b',', &mut |pattern| {
            let pattern = if pattern == b"=" { ai.get(..3).unwrap_or(ai) } else { pattern };
            elements.any_label(&mut |other| other != element.label && matches(pattern, &other.padded()))
        })
    };
    if elements.iter().any(excluded) { Err(ScanError::Pairing) } else { Ok(()) }
}

/// Refuses an identifier that lacks another which it needs.
pub fn check_requisites(elements: &Elements) -> Result<(), ScanError> {
    let satisfied = |element: Element<'_>| {
        let (alternatives, _) = rule_of(element.label.bytes());
        let is_absent = |pattern: &[u8]| !elements.any_label(&mut |other| matches(pattern, &other.padded()));
        alternatives.is_empty()
            || any_part(alternatives, b',', &mut |together| {
                !any_part(together, b'+', &mut |pattern| is_absent(pattern))
            })
    };
    if elements.iter().all(satisfied) { Ok(()) } else { Err(ScanError::Pairing) }
}

/// Refuses a digital signature (AI 8030) beside a key of documents, coupons or assets without its serial component.
pub fn check_signature_key(elements: &Elements) -> Result<(), ScanError> {
    let unserialised = |element: Element<'_>| {
        let label = element.label.bytes();
        matches!(label, b"253" | b"255" | b"8003")
            && row_of(label).is_some_and(|row| element.value.len() == row.head_len_bytes())
    };
    if elements.get("8030").is_some() && elements.iter().any(unserialised) { Err(ScanError::Pairing) } else { Ok(()) }
}

/// All rules for conforming data.
pub(super) fn check(elements: &Elements) -> Result<(), ScanError> {
    check_exclusions(elements)?;
    check_requisites(elements)?;
    check_signature_key(elements)
}

/// The required and excluded lists of `ai`.
fn rule_of(ai: &[u8]) -> (&'static [u8], &'static [u8]) {
    let (required, excluded) = cut(look_up(RULES, ai).unwrap_or_default(), b'/');
    (required, excluded.unwrap_or_default())
}

const RULES: &[u8] = b"\
01>/255,37
02>37/01,03
03>/01,02,37,235
10,11,13,15,16,20,240,241>01,02,03,8006,8026
12,415>8020
17>01,02,03,255,8006,8026
21>01,03,8006/235
22,235,71#,8001,8014,8200>01
242,7001>01,02,8006,8026
243>01,03
250>01+21,03+21,8006+21
251,7021,8012>01,03,8006
254>414
255>/01,02,415,8006,8020,8026
30,7002,7005,7006,7007,7008,7009,703#,8005>01,02
337#>01/=
330#,331#,332#,333#,334#,335#,336#,34##,353#,354#,355#,362#,363#,367#,368#,369#>00,01/=
31##,32##,35##,36##>01,02/=
37>00+02,00+8026
390#>255,8020/391#,394#,8111,=
391#>8020/=
392#>01+30,01+31##,01+32##,01+35##,01+36##/393#,=
393#>30,31##,32##,35##,36##/=
394#>255/8111,=
395#>30,31##,32##,35##,36##/392#,393#,8005,=
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
403,43##,7041>00
7004>01+10,03+10
7020>01+416,03+416,8006+416
7022>01+7021,03+7021,8006+7021
723#>01,8004
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
