//! One pack in every notation, damage, and refusals.

use super::{CryptoTail, Form, Mode, Reading, Repair, Scan, ScanError, Target, keyboard, parse, write};
use crate::identity::{Day, ProductCode, Scheme};
use std::{format, string::String, string::ToString, vec, vec::Vec};

const GS: &str = "\u{1d}";

fn read(text: &str, mode: Mode) -> Reading {
    match parse(text, mode) {
        Scan::Read(reading) => reading,
        other => panic!("`{text}`: {other:?}"),
    }
}

fn error(text: &str, mode: Mode) -> ScanError {
    match parse(text, mode) {
        Scan::Unreadable(error) => error,
        other => panic!("`{text}`: {other:?}"),
    }
}

fn ambiguous(text: &str) -> Vec<Reading> {
    match parse(text, Mode::Tolerant) {
        Scan::Ambiguous(readings) => readings,
        other => panic!("`{text}`: {other:?}"),
    }
}

/// Scheme, code and serial of every identity of a pack.
fn packs(reading: &Reading) -> Vec<(Scheme, &str, &str)> {
    let Target::Pack(packs) = &reading.target else { panic!("{:?}", reading.target) };
    packs.iter().map(|pack| (pack.product.scheme(), pack.product.code(), pack.serial.as_str())).collect()
}

fn repairs(reading: &Reading) -> Vec<Repair> {
    reading.repairs.iter().collect()
}

fn lot(reading: &Reading) -> Option<&str> {
    reading.lot.as_ref().map(|lot| lot.as_str())
}

#[test]
fn one_pack_in_every_notation() {
    let scans = [
        ("]d2010950400005910121A/1\u{1d}17280500101234567p", Form::ElementString),
        ("]C1172805001012345\u{1d}010950400005910121A/1", Form::ElementString),
        ("]d1[)>\u{1e}05\u{1d}010950400005910121A/1\u{1d}1728050010L\u{1e}\u{4}", Form::ElementString),
        ("https://id.gs1.org/01/09504000059101/10/L/21/A%2F1?17=280500", Form::DigitalLink),
        ("]Q1HTTPS://EXAMPLE.COM/some/stem/01/09504000059101/21/A%2f1?17=280500&lang=zh#top", Form::DigitalLink),
    ];
    for (scan, form) in scans {
        let reading = read(scan, Mode::Strict);
        assert_eq!(reading.form, form);
        assert_eq!(packs(&reading), [(Scheme::Gtin, "09504000059101", "A/1")], "{scan}");
        assert_eq!(reading.expiry, Day::from_date(2028, 5, 31), "{scan}");
        assert!(reading.repairs.is_empty());
        assert_eq!(read(scan, Mode::Tolerant), reading);
    }
    let urn = read("URN:epc:id:sgtin:950400.0005910.A:1.%22", Mode::Strict);
    assert_eq!(packs(&urn), [(Scheme::Gtin, "09504000059101", "A:1.\"")]);
    let urn = read("urn:epc:id:sgtin:950400.0005910.A%2F1", Mode::Strict);
    assert_eq!(packs(&urn), [(Scheme::Gtin, "09504000059101", "A/1")]);
}

#[test]
fn ppn_ntin_and_pzn_meet() {
    let ppn = "[)>\u{1e}06\u{1d}9N111234567842\u{1d}1TLOT1\u{1d}D271200\u{1d}SABC\u{1e}\u{4}";
    let reading = read(ppn, Mode::Strict);
    assert_eq!(reading.form, Form::IfaPpn);
    assert_eq!(packs(&reading), [(Scheme::Pzn, "12345678", "ABC")]);
    assert_eq!((lot(&reading), reading.expiry), (Some("LOT1"), Day::from_date(2027, 12, 31)));
    let ntin = write::with_check_digit("0415012345678").unwrap_or_default();
    let element = read(&format!("]d201{ntin}21ABC{GS}71012345678"), Mode::Strict);
    assert_eq!(packs(&element), packs(&reading));
    let both = ppn.replace("\u{1d}1T", &format!("\u{1d}8P{ntin}\u{1d}1T"));
    assert_eq!(packs(&read(&both, Mode::Strict)), packs(&reading));
    assert_eq!(error(&ppn.replace("7842", "7843"), Mode::Tolerant), ScanError::CheckDigit);
    assert_eq!(error(&ppn.replace("\u{1e}\u{4}", ""), Mode::Strict), ScanError::Envelope);
    assert_eq!(repairs(&read(&ppn.replace("\u{1e}\u{4}", ""), Mode::Tolerant)), [Repair::EnvelopeEnd]);
    assert_eq!(error("[)>\u{1e}07\u{1d}x\u{1e}\u{4}", Mode::Tolerant), ScanError::Envelope);
    assert_eq!(error("[)>\u{1e}06\u{1d}1TX\u{1e}\u{4}", Mode::Strict), ScanError::NoKey);
    assert_eq!(error("[)>\u{1e}06\u{1d}9N111234567842\u{1d}D2712\u{1e}\u{4}", Mode::Strict), ScanError::BadValue);
}

#[test]
fn national_codes_stand_beside_the_gtin() {
    let reading = read("]d20109504000059101715614140567890\u{1d}7101234\u{1d}21S1", Mode::Strict);
    assert_eq!(packs(&reading), [(Scheme::Gtin, "09504000059101", "S1"), (Scheme::National, "US614140567890", "S1")]);
    for (ai, country) in [("711", "FR"), ("712", "ES"), ("713", "BR"), ("714", "PT"), ("716", "IT"), ("717", "CR")] {
        let reading = read(&format!("]d20109504000059101{ai}12345"), Mode::Strict);
        let Target::Product(products) = reading.target else { panic!("{ai}") };
        assert_eq!(products[1], ProductCode::new(Scheme::National, &format!("{country}12345")).expect("a code"));
    }
    let five = "]d201095040000591017111\u{1d}7121\u{1d}7131\u{1d}7141";
    assert_eq!(error(five, Mode::Strict), ScanError::TooManyCodes);
    let link = read("https://a.example/01/09504000059101/21/S?711=3400934567890", Mode::Strict);
    assert_eq!(packs(&link), [(Scheme::Gtin, "09504000059101", "S")], "a query identifies nothing");
}

#[test]
fn levels() {
    let lots = [
        "]d2010950400005910110L1",
        "urn:epc:class:lgtin:950400.0005910.L1",
        "https://a.example/01/09504000059101/10/L1",
    ];
    for scan in lots {
        let Target::Lot { products, lot } = read(scan, Mode::Strict).target else { panic!("{scan}") };
        assert_eq!((products[0].code(), lot.as_str()), ("09504000059101", "L1"));
    }
    for scan in ["]E09504000059101", "]d20109504000059101", "urn:epc:idpat:sgtin:950400.0005910.*", "]I109504000059101"]
    {
        assert!(matches!(read(scan, Mode::Strict).target, Target::Product(_)), "{scan}");
    }
    for scan in
        ["]C100006141411234567890", "urn:epc:id:sscc:0614141.0123456789", "https://a.example/00/006141411234567890"]
    {
        let Target::Unit(sscc) = read(scan, Mode::Strict).target else { panic!("{scan}") };
        assert_eq!(sscc.digits(), "006141411234567890");
    }
    let composite = read("]E09504000059101|]e010L\u{1d}17280101", Mode::Strict);
    assert!(matches!(composite.target, Target::Lot { .. }));
    assert_eq!(error("]C1000061414112345678900109504000059101", Mode::Tolerant), ScanError::TwoKeys);
}

#[test]
fn trace_codes_and_their_doubles() {
    let code = "81234567890123456789";
    for scan in [format!("]C0{code}"), format!("]d1{code}")] {
        let reading = read(&scan, Mode::Strict);
        assert_eq!(
            (reading.form, packs(&reading)),
            (Form::ChinaTrace, vec![(Scheme::China, "8123456", "7890123456789")])
        );
    }
    assert_eq!(error(code, Mode::Strict), ScanError::NoSymbology);
    assert_eq!(read(code, Mode::Tolerant).form, Form::ChinaTrace);
    // 00 ‖ SSCC and 01 ‖ GTIN ‖ 20 ‖ variant have 20 digits as well.
    for double in ["00006141411234567890", "01095040000591012001", "010950400005910121AB"] {
        let forms: Vec<Form> = ambiguous(double).iter().map(|reading| reading.form).collect();
        assert_eq!(forms, [Form::ElementString, Form::ChinaTrace], "{double}");
        assert_eq!(read(&format!("]C1{double}"), Mode::Tolerant).form, Form::ElementString);
        assert_eq!(read(&format!("]C0{double}"), Mode::Tolerant).form, Form::ChinaTrace);
    }
}

#[test]
fn strict_refuses_what_tolerant_reads() {
    let cases: [(&str, ScanError, &[Repair]); 6] = [
        ("010950400005910121A1", ScanError::NoSymbology, &[]),
        ("]d2\u{1d}010950400005910121A1", ScanError::NotMedicine, &[Repair::LeadingByte]),
        ("\u{feff}]d2010950400005910121A1\r\n", ScanError::NoSymbology, &[Repair::LeadingByte, Repair::TrailingByte]),
        ("]d1010950400005910121A1\u{1d}17280101", ScanError::NotMedicine, &[Repair::Unmarked]),
        ("https://a.example/gtin/9504000059101/ser/A1", ScanError::NoKey, &[Repair::ShortGtin, Repair::LinkWord]),
        ("9504000059101", ScanError::NoSymbology, &[]),
    ];
    for (scan, strict, repaired) in cases {
        assert_eq!(error(scan, Mode::Strict), strict, "{scan}");
        if scan.len() == 20 {
            continue;
        }
        let reading = read(scan, Mode::Tolerant);
        assert_eq!(repairs(&reading), repaired, "{scan}");
    }
    assert_eq!(error("]d20109504000059101250X", Mode::Strict), ScanError::Pairing);
    assert!(matches!(read("]d20109504000059101250X", Mode::Tolerant).target, Target::Product(_)));
}

#[test]
fn superfluous_separators_are_read_over() {
    for mode in [Mode::Strict, Mode::Tolerant] {
        let reading = read("]d20109504000059101\u{1d}21A1\u{1d}17280101\u{1d}", mode);
        assert_eq!(packs(&reading), [(Scheme::Gtin, "09504000059101", "A1")]);
    }
    assert_eq!(error("]d20109504000059101\u{1d}\u{1d}21A1", Mode::Strict), ScanError::UnknownAi);
}

#[test]
fn repetition() {
    assert_eq!(lot(&read("]d2010950400005910110L\u{1d}10L", Mode::Strict)), Some("L"));
    assert_eq!(error("]d2010950400005910110L\u{1d}10M", Mode::Tolerant), ScanError::Contradiction);
    assert_eq!(error("https://a.example/01/09504000059101/10/L?99=A&99=A", Mode::Tolerant), ScanError::Repeated);
    let both = "]d2010950400005910117280101\u{1d}70032801010800";
    assert_eq!(read(both, Mode::Strict).expiry, Day::from_date(2028, 1, 1));
    assert_eq!(error(&both.replace("70032801", "70032802"), Mode::Strict), ScanError::Contradiction);
}

#[test]
fn patient_data_are_refused_in_both_modes() {
    for tail in ["8018123456789012345675", "725019800101", "7253Doe", "72561"] {
        for mode in [Mode::Strict, Mode::Tolerant] {
            assert_eq!(error(&format!("]d20109504000059101{tail}"), mode), ScanError::PatientData);
        }
    }
    assert_eq!(error("https://a.example/8018/123456789012345675", Mode::Tolerant), ScanError::PatientData);
    assert_eq!(error("8018123456789012345675", Mode::Tolerant), ScanError::PatientData);
}

#[test]
fn separators_that_arrived_as_another_character() {
    let scan = "]d2010950400005910121A1\u{1d}1728010110L";
    let expected = read(scan, Mode::Strict);
    for other in ["|", "^", "{GS}", "[GS]", "␝", "~", "#", "\u{1e}", "\u{0}"] {
        let reading = read(&scan.replace(GS, other), Mode::Tolerant);
        assert_eq!(repairs(&reading), [Repair::SeparatorReplaced], "{other}");
        assert_eq!(reading.elements, expected.elements);
        assert!(matches!(parse(&scan.replace(GS, other), Mode::Strict), Scan::Unreadable(_)), "{other}");
    }
    assert_eq!(error("]d20109504000059101^21A1|17280101~10L", Mode::Tolerant), ScanError::UnknownAi);
    // These characters may stand in a serial, so that both readings are told.
    let readings = ambiguous(&scan.replace(GS, "<GS>"));
    assert_eq!(packs(&readings[0])[0].2, "A1<GS>1728010110L");
    assert_eq!((&readings[1].elements, repairs(&readings[1])), (&expected.elements, vec![Repair::SeparatorReplaced]));
    let ppn = "[)>{RS}06{GS}9N111234567842{GS}SABC{RS}{EOT}";
    assert_eq!(packs(&read(ppn, Mode::Tolerant)), [(Scheme::Pzn, "12345678", "ABC")]);
}

#[test]
#[cfg_attr(miri, ignore = "the search for lost separators takes minutes in an interpreter")]
fn separators_that_did_not_arrive() {
    // A serial of 20 characters leaves one place for the separator.
    let one = read("]d2010950400005910121ABCDEFGHJKLMNPQRSTUV10L5", Mode::Tolerant);
    assert_eq!(repairs(&one), [Repair::SeparatorRestored]);
    assert_eq!((packs(&one)[0].2, lot(&one)), ("ABCDEFGHJKLMNPQRSTUV", Some("L5")));
    // With 17 between, the lot may begin before it or behind it.
    let lots: Vec<String> = ambiguous("]d2010950400005910121ABCDEFGHJKLMNPQRSTUV10LX17280101")
        .iter()
        .map(|reading| lot(reading).unwrap_or_default().to_string())
        .collect();
    assert_eq!(lots, ["LX", "LX17280101"]);
    // What can be read as it stands is not changed, but a keyboard that sends no symbology is not trusted with separators.
    assert_eq!(lot(&read("]d201095040000591011728010110LX21S1", Mode::Tolerant)), Some("LX21S1"));
    let readings = ambiguous("01095040000591011728010110LX21S1");
    assert!(matches!(readings[0].target, Target::Lot { .. }) && readings[0].repairs.is_empty());
    assert_eq!((packs(&readings[1])[0].2, lot(&readings[1])), ("S1", Some("LX")));
}

#[test]
#[cfg_attr(miri, ignore = "the search for lost separators takes minutes in an interpreter")]
fn keyboards() {
    let scan = "]d2010950400005910121Zebra-Y\u{1d}1728010110L";
    let expected = read(scan, Mode::Strict);
    let on = |text: &str, layout: &str| -> String {
        let shown = |c: char| if c < ' ' { c } else { layout.chars().nth(c as usize - 0x20).unwrap_or(c) };
        text.chars().map(shown).collect()
    };
    let caps = "]D2010950400005910121zEBRA-y\u{1d}1728010110l";
    let cases = [
        (String::from(caps), Repair::CapsLock),
        (on(scan, keyboard::QWERTZ), Repair::KeyboardQwertz),
        (on(scan, keyboard::AZERTY), Repair::KeyboardAzerty),
    ];
    for (typed, repair) in cases {
        let reading = read(&typed, Mode::Tolerant);
        assert_eq!(repairs(&reading), [repair], "{typed}");
        assert_eq!(reading.elements, expected.elements);
    }
    let link = "https://a.example/01/09504000059101/21/Zy-1";
    for layout in [keyboard::QWERTZ, keyboard::AZERTY] {
        assert_eq!(packs(&read(&on(link, layout), Mode::Tolerant))[0].2, "Zy-1");
    }
    let lost = on("]d2010950400005910121ZBCDEFGHJKLMNPQRSTUV10L5", keyboard::QWERTZ);
    let lost = read(&lost, Mode::Tolerant);
    assert_eq!(repairs(&lost), [Repair::SeparatorRestored, Repair::KeyboardQwertz]);
    assert_eq!(packs(&lost)[0].2, "ZBCDEFGHJKLMNPQRSTUV");
}

#[test]
fn crypto_tails_are_noted() {
    let signature = "A".repeat(44);
    let cases = [
        (String::from("21S"), CryptoTail::Absent),
        (format!("21S{GS}91ABCD{GS}92{signature}"), CryptoTail::Present),
        (format!("21S{GS}93ABCD"), CryptoTail::Present),
        (format!("21S{GS}91ABCD{GS}92{signature}A"), CryptoTail::WrongLength),
        (format!("21S{GS}92{signature}"), CryptoTail::WrongLength),
        (format!("21S{GS}93ABC"), CryptoTail::WrongLength),
    ];
    for (tail, expected) in cases {
        assert_eq!(read(&format!("]d20109504000059101{tail}"), Mode::Strict).crypto_tail, expected, "{tail}");
    }
}

#[test]
#[cfg_attr(miri, ignore = "the search for lost separators takes minutes in an interpreter")]
fn refusals() {
    let cases = [
        ("", ScanError::Empty),
        ("]d2", ScanError::Empty),
        ("]", ScanError::Symbology),
        ("]XX1", ScanError::Symbology),
        ("TESTING", ScanError::NotMedicine),
        ("]Q1WIFI:S:x;;", ScanError::NotMedicine),
        ("javascript:alert(1)", ScanError::NotMedicine),
        ("]d2010950400005910221A1", ScanError::CheckDigit),
        ("]d20109504000059101890", ScanError::UnknownAi),
        ("]d2010950400005910117281301", ScanError::BadValue),
        ("]d210LOT", ScanError::NoKey),
        ("urn:epc:id:sgln:0614141.12345.400", ScanError::Urn),
        ("urn:epc:id:sgtin:061414.812345.6789", ScanError::Urn),
        ("urn:epc:id:sgtin:0614141.812345.67/89", ScanError::Urn),
        ("https://user@a.example/01/09504000059101", ScanError::Link),
        ("https://id.gs1.org@evil.example/01/09504000059101", ScanError::Link),
        ("https://a.example:65536/01/09504000059101", ScanError::Link),
        ("https://bücher.example/01/09504000059101", ScanError::Link),
        ("https://id.gs1.org/GhFRJydaKIlXggowOSwMo", ScanError::CompressedLink),
    ];
    for (scan, expected) in cases {
        assert_eq!(error(scan, Mode::Tolerant), expected, "`{scan}`");
    }
    assert_eq!(error(&"0".repeat(2049), Mode::Tolerant), ScanError::TooLong);
}

#[test]
#[cfg_attr(miri, ignore = "the search for lost separators takes minutes in an interpreter")]
fn limits() {
    let elements = |count: usize| format!("]d20109504000059101{}", "37\u{1d}".replace("37", "99A").repeat(count - 1));
    assert!(matches!(parse(&elements(64), Mode::Tolerant), Scan::Read(_)));
    assert_eq!(error(&elements(65), Mode::Tolerant), ScanError::TooLong);
    let hostile = format!("]d2010950400005910121{}", "10".repeat(100));
    assert!(matches!(parse(&hostile, Mode::Tolerant), Scan::Unreadable(_) | Scan::Ambiguous(_)));
}

#[test]
fn canonical_links() {
    let link = |scan: &str| write::canonical_link(&read(scan, Mode::Strict));
    let pack = "https://id.gs1.org/01/09504000059101/10/L%2B/21/A%2F1?17=280500";
    assert_eq!(link("]d2010950400005910121A/1\u{1d}1728050010L+").as_deref(), Some(pack));
    assert_eq!(link(pack).as_deref(), Some(pack));
    let ppn = link("[)>\u{1e}06\u{1d}9N111234567842\u{1d}SABC\u{1e}\u{4}");
    assert_eq!(ppn.as_deref(), Some("https://id.gs1.org/01/04150123456782/21/ABC"));
    assert_eq!(link("]C081234567890123456789"), None);
    assert_eq!(link("]C100006141411234567890").as_deref(), Some("https://id.gs1.org/00/006141411234567890"));
}

#[test]
fn codes_are_distinct_and_grouped() {
    let all = [
        ScanError::Empty,
        ScanError::TooLong,
        ScanError::Symbology,
        ScanError::NoSymbology,
        ScanError::NotMedicine,
        ScanError::NoKey,
        ScanError::TwoKeys,
        ScanError::UnknownAi,
        ScanError::BadValue,
        ScanError::CheckDigit,
        ScanError::PatientData,
        ScanError::Contradiction,
        ScanError::Repeated,
        ScanError::Pairing,
        ScanError::Link,
        ScanError::CompressedLink,
        ScanError::Urn,
        ScanError::Envelope,
        ScanError::TooManyCodes,
        ScanError::TooManyReadings,
    ];
    let mut codes: Vec<String> = all.iter().map(ToString::to_string).collect();
    assert!(codes.iter().all(|code| code.starts_with("identifier.scan.")));
    codes.sort();
    codes.dedup();
    assert_eq!(codes.len(), all.len());
}
