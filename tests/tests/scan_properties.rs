//! The scan parser over generated scans: what is written is read back, damage is undone or told, and nothing panics.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use medproof_core::scan::{Elements, Mode, Reading, Repair, Scan, Target, digital_link, parse, write};
use proptest::prelude::*;
use std::time::{Duration, Instant};

const GTIN: &str = "09504000059101";

/// Text of character set 82.
fn cset82(len: impl Into<proptest::collection::SizeRange>) -> impl Strategy<Value = String> {
    let all: Vec<char> = (b'!'..=b'z').filter(|c| medproof_core::identity::is_cset82(*c)).map(char::from).collect();
    proptest::collection::vec(proptest::sample::select(all), len).prop_map(|text| text.into_iter().collect())
}

/// The elements of a pack in one of the usual orders: lot and date may be missing.
fn pack() -> impl Strategy<Value = Elements> {
    let date = (20_u32..60, 1_u32..13, 0_u32..29).prop_map(|(y, m, d)| format!("{y:02}{m:02}{d:02}"));
    let gtin = (0..10_u64.pow(12)).prop_map(|n| write::with_check_digit(&format!("0{n:012}")).expect("13 digits"));
    (gtin, cset82(1..=20), proptest::option::of(cset82(1..=20)), proptest::option::of(date), any::<bool>()).prop_map(
        |(gtin, serial, lot, date, serial_last)| {
            let mut elements = Elements::new();
            let mut push = |label, value: &str| elements.push(label, value).expect("a short list");
            push("01", &gtin);
            if !serial_last {
                push("21", &serial);
            }
            if let Some(date) = &date {
                push("17", date);
            }
            if let Some(lot) = &lot {
                push("10", lot);
            }
            if serial_last {
                push("21", &serial);
            }
            elements
        },
    )
}

fn readings(scan: Scan) -> Vec<Reading> {
    match scan {
        Scan::Read(reading) => vec![reading],
        Scan::Ambiguous(readings) => {
            assert!((2..=16).contains(&readings.len()));
            readings
        }
        _ => Vec::new(),
    }
}

fn sorted(elements: &Elements) -> Vec<(String, String)> {
    let mut all: Vec<_> = elements.iter().map(|e| (e.label.as_str().to_owned(), e.value.to_owned())).collect();
    all.sort();
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn element_strings_are_read_back(elements in pack()) {
        let scan = format!("]d2{}", write::element_string(&elements).expect("valid elements"));
        for mode in [Mode::Strict, Mode::Tolerant] {
            let Scan::Read(reading) = parse(&scan, mode) else { panic!("{scan}") };
            prop_assert_eq!(&reading.elements, &elements);
            prop_assert!(reading.repairs.is_empty());
            let Target::Pack(packs) = reading.target else { panic!("{scan}") };
            prop_assert_eq!(Some(packs[0].serial.as_str()), elements.get("21"));
        }
    }

    #[test]
    fn links_are_read_back(elements in pack()) {
        let link = write::digital_link(&elements, "https://a.example/stem").expect("valid elements");
        for mode in [Mode::Strict, Mode::Tolerant] {
            let Scan::Read(reading) = parse(&link, mode) else { panic!("{link}") };
            prop_assert_eq!(sorted(&reading.elements), sorted(&elements));
            prop_assert_eq!(reading.host.as_deref(), Some("a.example"));
            let canonical = write::canonical_link(&reading).expect("a GTIN");
            let Scan::Read(again) = parse(&canonical, mode) else { panic!("{canonical}") };
            prop_assert_eq!(again.target, reading.target);
        }
    }

    #[test]
    fn bracketed_text_is_read_back(elements in pack()) {
        let text: String = elements.iter().map(|e| format!("({}){}", e.label.as_str(), e.value.replace('(', "\\("))).collect();
        // A backslash is in no value, so that the escape is unique.
        prop_assert_eq!(write::split_bracketed(&text), Ok(elements));
    }

    #[test]
    fn lost_separators_are_told_or_restored(elements in pack(), symbology in any::<bool>()) {
        let whole = write::element_string(&elements).expect("valid elements");
        let lost = whole.replace('\u{1d}', "");
        let scan = if symbology { format!("]d2{lost}") } else { lost.clone() };
        for reading in readings(parse(&scan, Mode::Tolerant)) {
            // What was restored is what was scanned.
            if reading.form == medproof_core::scan::Form::ElementString {
                let again = write::element_string(&reading.elements).expect("valid elements");
                prop_assert_eq!(again.replace('\u{1d}', ""), lost.clone());
            }
        }
        let read = readings(parse(&scan, Mode::Tolerant));
        let restored = read.iter().any(|reading| reading.repairs.contains(Repair::SeparatorRestored));
        if restored && elements.get("10").is_some() && elements.get("17").is_some() {
            prop_assert!(read.iter().any(|reading| reading.elements == elements), "{}", scan);
        }
    }

    #[test]
    fn replaced_separators_are_put_back(elements in pack(), other in proptest::sample::select(vec!["|", "^", "{GS}", "␝", "~", "\u{1e}"])) {
        let whole = format!("]d2{}", write::element_string(&elements).expect("valid elements"));
        let Scan::Read(expected) = parse(&whole, Mode::Strict) else { panic!("{whole}") };
        let Scan::Read(reading) = parse(&whole.replace('\u{1d}', other), Mode::Tolerant) else { panic!("{whole}") };
        prop_assert_eq!(reading.elements, expected.elements);
        prop_assert_eq!(reading.target, expected.target);
    }

    #[test]
    fn strict_readings_are_tolerant_readings(text in "(\\]d2|\\]C0|\\]Q1|)(01|00|10|21|17|https://a/01/|urn:epc:id:)[0-9A-Z./:?=&\u{1d}]{0,40}") {
        let strict = readings(parse(&text, Mode::Strict));
        if let [strict] = strict.as_slice() {
            prop_assert!(readings(parse(&text, Mode::Tolerant)).contains(strict));
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,80}") {
        parse(&text, Mode::Strict);
        parse(&text, Mode::Tolerant);
        let _ = write::split_bracketed(&text);
        let _ = digital_link::parse(&text, true);
    }

    #[test]
    fn no_likely_text_panics(text in "(\\]d2|\\]C1|\\]E0|\\[\\)>\u{1e}0[56]\u{1d}|https?://|urn:epc:|)(01095040000591011?|9N|a/01/|id:sgtin:|)[0-9a-zA-Z(){}<>|^%+/.:?=&\u{1d}\u{1e}\u{4}é]{0,60}") {
        parse(&text, Mode::Strict);
        parse(&text, Mode::Tolerant);
        let _ = write::scan_string(write::Symbol::Ean13, &text);
        let _ = write::scan_string(write::Symbol::Gs1128, &text);
    }
}

/// THREATS T17: a hostile code is unreadable, or its identifiers come from the path alone.
#[test]
fn two_hundred_hostile_codes() {
    let codes = hostile_codes();
    assert!(codes.len() >= 200, "{}", codes.len());
    let mut read = 0;
    for code in &codes {
        let started = Instant::now();
        for mode in [Mode::Strict, Mode::Tolerant] {
            for reading in readings(parse(code, mode)) {
                read += 1;
                let Target::Pack(packs) = &reading.target else { panic!("`{code}` names {:?}", reading.target) };
                assert_eq!(packs.len(), 1, "`{code}`");
                assert_eq!(packs[0].product.code(), GTIN, "`{code}`");
                let path = code.split(['?', '#']).next().unwrap_or_default();
                let serial = write::digital_link(&reading.elements, "").expect("what was read can be written");
                assert!(serial.contains("/21/"), "`{code}`: {serial}");
                assert!(path.contains(GTIN) && path.contains("/21/"), "`{code}`");
                assert!(
                    ["S1", "<script>", "\"><img"].iter().any(|s| packs[0].serial.as_str().starts_with(s)),
                    "`{code}`"
                );
            }
        }
        assert!(started.elapsed() < Duration::from_secs(1), "`{}…`", code.chars().take(60).collect::<String>());
    }
    println!("{} hostile codes, {read} readings", codes.len());
}

fn hostile_codes() -> Vec<String> {
    let path = format!("/01/{GTIN}/21/S1");
    let mut codes = Vec::new();
    let hosts = [
        "id.gs1.org@evil.example",
        "user:pass@evil.example",
        "id.gs1.org%40evil.example",
        "id.gs1.org\\@evil.example",
        "іd.gs1.org",
        "id.gs1．org",
        "xn--d-6ub.gs1.org",
        "evil.example:99999",
        "evil.example:+80",
        "evil.example:",
        "[::1",
        "[::1]x",
        "[fe80::1%25lo]",
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "evil.example",
        "EVIL.example.",
        "-",
        ".",
        "",
        " ",
        "a b",
        "a\tb",
        "a\nb",
        "a\u{0}b",
        "a\u{202e}b",
        "%65vil.example",
        "evil.example;id.gs1.org",
        "evil.example,id.gs1.org",
    ];
    for host in hosts {
        for scheme in ["https", "http", "HTTPS"] {
            codes.push(format!("{scheme}://{host}{path}"));
        }
    }
    let schemes = [
        "javascript:alert(1)//",
        "javascript://id.gs1.org",
        "JaVaScRiPt:",
        "data:text/html,<script>alert(1)</script>",
        "data:text/html;base64,PHNjcmlwdD4=",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "ftp://id.gs1.org",
        "intent://id.gs1.org",
        "blob:https://id.gs1.org",
        "about:blank",
        "tel:+491234",
        "sms:+491234",
        "mailto:a@evil.example",
        "market://details",
        "itms-apps://x",
        "ws://id.gs1.org",
        "chrome://settings",
        "view-source:https://id.gs1.org",
        "HtTpS://id.gs1.org",
        "//id.gs1.org",
        "https:/id.gs1.org",
        "https:\\\\id.gs1.org",
    ];
    for scheme in schemes {
        codes.push(format!("{scheme}{path}"));
        codes.push(format!("]Q1{scheme}{path}"));
    }
    let queries = [
        "?01=00000000000000",
        "?01=12312312312333",
        "?21=EVIL",
        "?10=EVIL",
        "?22=X",
        "?235=X",
        "?8200=https://evil.example",
        "?00=006141411234567890",
        "?711=3400900000000",
        "?17=280101&17=290101",
        "?99=a&99=b",
        "?8018=123456789012345675",
        "?7250=19800101",
        "?redirect=https://evil.example",
        "?linkType=all",
        "?next=javascript:alert(1)",
        "?=21",
        "?&&&",
        "?21",
        "?0",
        "?017=1",
        "?17=",
        "?17=281301",
        "?17=28%30101",
        "?99=%00",
        "?99=%0d%0aSet-Cookie:x",
        "?99=%",
        "?99=%4",
        "?99=%zz",
        "?99=%f0%9f%92%8a",
        "#javascript:alert(1)",
        "#/01/12312312312333/21/EVIL",
        "?x=/01/12312312312333/21/EVIL",
        "?x=1#?21=EVIL",
        "?37=1",
        "?02=12312312312333",
    ];
    for query in queries {
        codes.push(format!("https://a.example{path}{query}"));
    }
    let tails = [
        "/",
        "//",
        "/10/L",
        "/22/C",
        "/99/X",
        "/../../01/x",
        "/%2e%2e/",
        "/;x=1",
        "\u{0}",
        "\u{1d}",
        "%00",
        "%1D17280101",
        "%1d10EVIL",
        "%2F..%2F..",
        "%252F",
        "%25",
        "'",
        "\"",
        "<script>",
        "\\",
        "%22%3E%3Cimg%20src%3Dx%3E",
        "%3Cscript%3E",
        "${x}",
        "{{x}}",
        "%0A",
        "\u{202e}gpj",
        "💊",
        "ё",
        "/21/S2",
        "/21/%53",
    ];
    for tail in tails {
        codes.push(format!("https://a.example{path}{tail}"));
    }
    for serial in [
        "%3Cscript%3E",
        "%22%3E%3Cimg",
        "<script>",
        "S1%00",
        "S1%20",
        "%53%31",
        "%C5%BF1",
        "S1%E2%80%AE",
        "S1%",
        "S1%2",
        "S1+",
    ] {
        codes.push(format!("https://a.example/01/{GTIN}/21/{serial}"));
    }
    for unit in ["A", "/", "%", "%25", "?", "&", "=", "/01/", "10", "\u{1d}", "é", "[", "(01)", "../"] {
        codes.push(format!("https://a.example{path}{}", unit.repeat(10_240 / unit.len())));
        codes.push(format!("]d201{GTIN}21{}", unit.repeat(10_240 / unit.len())));
        codes.push(format!("https://a.example/{}{path}x", unit.repeat(900 / unit.len())));
    }
    codes
}

#[test]
fn the_longest_scans_take_no_time() {
    let mut worst = Duration::ZERO;
    for unit in [
        "10",
        "21",
        "1021",
        "1710",
        "9",
        "91AAAA",
        "10A\u{1d}",
        "1121",
        "{GS",
        "é",
        "a.b/",
        "17280101",
        "1728010110A21B",
    ] {
        for len in [255, 256, 2_000] {
            for prefix in ["", "]d2", "01095040000591011", "]d20109504000059101", "]d2010950400005910121", "$dé"] {
                let text = format!("{prefix}{}", unit.repeat(len / unit.len()));
                worst = worst.max(time_to_read(&text));
            }
        }
    }
    println!("worst {worst:?}");
    assert!(worst < Duration::from_secs(1), "{worst:?}");
}

/// The shortest of three times, so that a machine at work elsewhere does not count.
fn time_to_read(text: &str) -> Duration {
    let time = |_| {
        let started = Instant::now();
        parse(text, Mode::Tolerant);
        started.elapsed()
    };
    (0..3).map(time).min().unwrap_or_default()
}
