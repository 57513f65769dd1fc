//! The GS1 suites: every case of every file, and the table of identifiers against the dictionary.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use medproof_core::{
    identity::{check_mod10, is_cset82},
    scan::{
        Elements, Form, Mode, Scan, ScanError, Target,
        carrier::{Carrier, CarrierKind},
        digital_link, element_string, pairing, parse,
        write::{self, Symbol},
    },
};
use serde_json::Value;
use std::{fs, io::Write, path::PathBuf};

/// Cases that we decide otherwise: file, input, what we answer, why. `README.md` says the same in prose.
const OTHERWISE: &[(&str, &str, bool, &str)] = &[
    ("gs1_ai_bracketed_to_raw", "inbuf", false, PLACEHOLDER),
    ("gs1_ai_raw_valid", "buf", false, PLACEHOLDER),
    ("gs1_dl_parse", "https://example.com/01/09520123456788?99=XYZ&89=ABC123", false, UNKNOWN_AI),
    ("gs1_dl_generate", "(01)12312312312326(99)000001(89)XXX(95)INT", false, UNKNOWN_AI),
];

const PLACEHOLDER: &str = "the suite holds the name of a C variable in place of the text that it had";
const UNKNOWN_AI: &str = "an identifier that GS1 has not allocated is refused under every option";

#[test]
fn bracketed_text_to_element_string() {
    run("gs1_ai_bracketed_to_raw", |case| {
        let raw = write::split_bracketed(text(case, "in")).and_then(|elements| write::element_string(&elements)).ok();
        Outcome::of(raw.map(|raw| fnc1_notation(&raw)), case, "raw")
    });
}

#[test]
fn element_strings() {
    run("gs1_ai_raw_valid", |case| {
        let data = text(case, "raw").strip_prefix('^').map(|data| data.replace('^', "\u{1d}"));
        Outcome::of_flag(data.is_some_and(|data| element_string::elements(&data).is_ok()), case)
    });
}

#[test]
fn pairing_rules() {
    run("gs1_ai_pair_rules", |case| {
        let Ok(elements) = write::split_bracketed(text(case, "in")) else { return Outcome::of_flag(false, case) };
        let checked = match text(case, "fn") {
            "validateAIrepeats" => pairing::check_repeats(&elements),
            "validateAImutex" => pairing::check_exclusions(&elements),
            "validateAIrequisites" => pairing::check_requisites(&elements),
            "validateDigSigRequiresSerialisedKey" => pairing::check_signature_key(&elements),
            other => panic!("unknown function `{other}`"),
        };
        Outcome::of_flag(checked.is_ok(), case)
    });
}

#[test]
fn digital_links_read() {
    run("gs1_dl_parse", |case| {
        let option = |name: &str| case["options"][name] == true;
        let older = option("permitZeroSuppressedGTIN") || option("convenienceAlphas");
        let raw = digital_link::parse(text(case, "uri"), older)
            .and_then(|link| write::element_string(&link.elements))
            .map(|raw| fnc1_notation(&raw));
        Outcome::of(raw.ok(), case, "raw")
    });
}

#[test]
fn digital_links_written() {
    run("gs1_dl_generate", |case| {
        let stem = case["stem"].as_str().unwrap_or(write::CANONICAL_STEM);
        let uri = write::split_bracketed(text(case, "in")).and_then(|elements| write::digital_link(&elements, stem));
        Outcome::of(uri.ok(), case, "uri")
    });
}

#[test]
fn scans_read() {
    run("gs1_scan_process", |case| Outcome::of(message_of(text(case, "scan")), case, "dataStr"));
}

#[test]
fn scans_written() {
    run("gs1_scan_generate", |case| {
        let symbol = match text(case, "sym") {
            "NONE" => return Outcome { agrees: case["scan"].is_null(), ours: String::from("no symbol") },
            "QR" => Symbol::Qr,
            "DM" => Symbol::DataMatrix,
            "DotCode" => Symbol::DotCode,
            "GS1_128_CCA" | "GS1_128_CCC" => Symbol::Gs1128,
            "DataBarExpanded" => Symbol::DataBarExpanded,
            "DataBarOmni" => Symbol::DataBarOmni,
            "DataBarLimited" => Symbol::DataBarLimited,
            "UPCA" => Symbol::UpcA,
            "UPCE" => Symbol::UpcE,
            "EAN13" => Symbol::Ean13,
            "EAN8" => Symbol::Ean8,
            other => panic!("unknown symbol `{other}`"),
        };
        let message = text(case, "dataStr");
        let scan = if case["options"]["addCheckDigit"] == true {
            write::with_check_digit(message).and_then(|message| write::scan_string(symbol, &message).ok())
        } else {
            write::scan_string(symbol, message).ok()
        };
        Outcome { agrees: scan.as_deref() == case["scan"].as_str(), ours: format!("{scan:?}") }
    });
}

#[test]
fn check_digits() {
    run("gs1_lint_csum", |case| Outcome::of_flag(check_mod10(text(case, "in")).is_ok(), case));
}

#[test]
fn character_set_82() {
    run("gs1_lint_cset82", |case| Outcome::of_flag(text(case, "in").bytes().all(is_cset82), case));
}

#[test]
fn dates() {
    run("gs1_lint_yymmd0", |case| {
        let elements = element_string::elements(&format!("17{}", text(case, "in")));
        Outcome::of_flag(elements.is_ok_and(|elements| elements.len() == 1), case)
    });
}

#[test]
fn barcode_figures() {
    let Some(root) = suites() else { return };
    let mut count = 0;
    for entry in fs::read_dir(root.join("images")).expect("the images suite is readable") {
        let path = entry.expect("the images suite is readable").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let Some(stem) = name.strip_suffix(".result.txt") else { continue };
        let result = fs::read_to_string(&path).expect("a result is text");
        let symbology = result.lines().find_map(|line| line.strip_prefix("symbologyIdentifier=")).unwrap_or_default();
        let content = fs::read_to_string(path.with_file_name(format!("{stem}.txt"))).expect("the content is text");
        // What the figure's decoder printed as `^]` is the separator.
        let scan = format!("{symbology}{}", content.replace("^]", "\u{1d}"));
        for mode in [Mode::Strict, Mode::Tolerant] {
            let Scan::Read(reading) = parse(&scan, mode) else { panic!("{name} is unreadable") };
            assert_eq!(reading.form, Form::ElementString);
            assert!(reading.repairs.is_empty());
            let Target::Pack(packs) = &reading.target else { panic!("{name} names no pack") };
            assert_eq!(packs[0].product.code(), "09504000059101");
            assert_eq!(packs[0].serial.as_str(), "12345678p901");
            assert_eq!(reading.lot.as_ref().map(|lot| lot.as_str()), Some("1234567p"));
            assert_eq!(reading.expiry, medproof_core::identity::Day::from_date(2014, 11, 20));
        }
        count += 1;
    }
    assert_eq!(count, 3);
    report("images (contents)", count);
}

#[test]
fn table_of_identifiers() {
    let Some(root) = suites() else { return };
    let dictionary = fs::read_to_string(root.join("gs1/gs1-syntax-dictionary.txt")).expect("the dictionary is text");
    let entries: Vec<Entry> = dictionary.lines().filter_map(Entry::parse).collect();
    let all: Vec<String> = entries.iter().flat_map(Entry::labels).collect();
    for entry in &entries {
        for label in entry.labels() {
            entry.check_value(&label);
            entry.check_link(&label);
            entry.check_pairing(&label, &all);
        }
    }
    for width in 2..=4 {
        for number in 0..10_usize.pow(width) {
            let label = format!("{number:0width$}", width = width as usize);
            let refusal = write::element_string(&list(&[&label], "~"));
            assert_eq!(refusal != Err(ScanError::UnknownAi), all.contains(&label), "{label}");
        }
    }
    report("gs1/gs1-syntax-dictionary.txt (identifiers)", all.len());
}

/// One line of the dictionary.
struct Entry {
    first: String,
    last: String,
    predefined: bool,
    attribute: bool,
    parts: Vec<Part>,
    required: Vec<String>,
    excluded: Vec<String>,
    qualifiers: Option<String>,
}

/// One component of a value.
struct Part {
    class: char,
    min: usize,
    max: usize,
    optional: bool,
    check_digit: bool,
    date: bool,
}

impl Entry {
    fn parse(line: &str) -> Option<Self> {
        let line = line.split(" #").next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let range = words.next().filter(|word| !word.starts_with('#'))?;
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let mut entry = Self {
            first: first.to_owned(),
            last: last.to_owned(),
            predefined: false,
            attribute: false,
            parts: Vec::new(),
            required: Vec::new(),
            excluded: Vec::new(),
            qualifiers: None,
        };
        let list = |text: &str| text.split(',').map(str::to_owned).collect();
        for word in words {
            if let Some(required) = word.strip_prefix("req=") {
                entry.required = list(required);
            } else if let Some(excluded) = word.strip_prefix("ex=") {
                entry.excluded = list(excluded);
            } else if let Some(qualifiers) = word.strip_prefix("dlpkey") {
                entry.qualifiers = Some(qualifiers.trim_start_matches('=').to_owned());
            } else if word.starts_with(['[', 'N', 'X', 'Y', 'Z']) {
                entry.parts.push(Part::parse(word));
            } else {
                entry.predefined = word.contains('*');
                entry.attribute = word.contains('?');
            }
        }
        Some(entry)
    }

    fn labels(&self) -> Vec<String> {
        let width = self.first.len();
        let number = |text: &str| text.parse::<u32>().expect("an identifier is a number");
        (number(&self.first)..=number(&self.last)).map(|ai| format!("{ai:0width$}")).collect()
    }

    /// A value with every part at its longest, or every variable part at its shortest.
    fn sample(&self, longest: bool) -> String {
        let mut value = String::new();
        for part in &self.parts {
            let len = match (longest, part.optional) {
                (true, _) => part.max,
                (false, true) => 0,
                (false, false) => part.min,
            };
            // Zeros have the check digit 0.
            value += &if part.date && len == 6 { String::from("280229") } else { "0".repeat(len) };
        }
        value
    }

    fn check_value(&self, label: &str) {
        let reads = |value: &str| {
            element_string::elements(&format!("{label}{value}"))
                .is_ok_and(|all| all.len() == 1 && all.get(label) == Some(value))
        };
        let (short, long) = (self.sample(false), self.sample(true));
        assert!(reads(&short) && reads(&long), "{label}: `{short}` and `{long}`");
        assert!(!reads(short.get(1..).unwrap_or("")), "{label}: shorter than `{short}`");
        assert!(!reads(&format!("{long}0")), "{label}: longer than `{long}`");
        let joined = element_string::elements(&format!("{label}{long}99Z"));
        let is_split = joined.is_ok_and(|all| all.len() == 2 && all.get("99") == Some("Z"));
        assert_eq!(is_split, self.predefined, "{label}: predefined length");
        let mut at = 0;
        for part in &self.parts {
            for c in (b' '..=b'~').map(char::from) {
                if part.check_digit || part.date || (c.is_ascii_digit() && part.class == 'N') {
                    continue;
                }
                let mut value: Vec<char> = long.chars().collect();
                value[at + part.max - 1] = c;
                let value: String = value.into_iter().collect();
                assert_eq!(reads(&value), part.allows(c), "{label}: `{value}`");
            }
            if part.check_digit {
                let mut value: Vec<char> = long.chars().collect();
                value[at + part.max - 1] = '1';
                assert!(!reads(&value.into_iter().collect::<String>()), "{label}: check digit");
            }
            at += part.max;
        }
    }

    fn check_link(&self, label: &str) {
        assert_eq!(digital_link::qualifiers(label), self.qualifiers.as_deref(), "{label}: qualifiers");
        if label != "8013" {
            let uri = format!("https://a.example/8013/X?{label}={}", self.sample(false).replace('+', "%2B"));
            assert_eq!(digital_link::parse(&uri, false).is_ok(), self.attribute, "{label}: attribute");
        }
    }

    fn check_pairing(&self, label: &str, all: &[String]) {
        let requisites = |labels: &[&str]| pairing::check_requisites(&list(labels, "0")).is_ok();
        assert_eq!(requisites(&[label]), self.required.is_empty(), "{label}: required");
        for alternative in &self.required {
            let named = |pattern| all.iter().find(|ai| matches(pattern, ai)).expect("a pattern names an identifier");
            let mut labels: Vec<&str> = alternative.split('+').map(|pattern| named(pattern).as_str()).collect();
            let alone = requisites(&labels);
            labels.insert(0, label);
            assert!(!alone || requisites(&labels), "{label}: {alternative}");
            assert!(labels.len() == 2 || !requisites(&labels[..labels.len() - 1]), "{label}: part of {alternative}");
        }
        for other in all.iter().filter(|other| *other != label) {
            let excluded = self.excluded.iter().any(|pattern| matches(pattern, other));
            let pair = pairing::check_exclusions(&list(&[label, other], "0")).is_ok();
            assert!(!excluded || !pair, "{label}: {other}");
        }
    }
}

/// Elements with `labels` that all have `value`.
fn list(labels: &[&str], value: &str) -> Elements {
    let mut elements = Elements::new();
    for label in labels {
        elements.push(label, value).expect("a short list");
    }
    elements
}

impl Part {
    fn parse(word: &str) -> Self {
        let optional = word.starts_with('[');
        let word = word.trim_start_matches('[').replace(']', "");
        let (format, lints) = word.split_once(',').unwrap_or((&word, ""));
        let class = format.chars().next().expect("a component has a class");
        let len = &format[1..];
        let (min, max) = match len.strip_prefix("..") {
            Some(max) => (1, max.parse().expect("a length")),
            None => (len.parse().expect("a length"), len.parse().expect("a length")),
        };
        let has = |name: &str| lints.split(',').any(|lint| lint == name);
        Self { class, min, max, optional, check_digit: has("csum"), date: has("yymmd0") || has("yymmdd") }
    }

    fn allows(&self, c: char) -> bool {
        match self.class {
            'N' => c.is_ascii_digit(),
            'X' => is_cset82(c as u8),
            'Y' => c.is_ascii_digit() || c.is_ascii_uppercase() || "#-/".contains(c),
            _ => c.is_ascii_alphanumeric() || "-_=".contains(c),
        }
    }
}

fn matches(pattern: &str, ai: &str) -> bool {
    pattern.len() == ai.len() && pattern.chars().zip(ai.chars()).all(|(p, c)| p == 'n' || p == c)
}

/// The message in the notation of the suite that a scan carries; `None` if it is refused.
fn message_of(scan: &str) -> Option<String> {
    let carrier = Carrier::open(scan.as_bytes()).ok()?;
    let data = std::str::from_utf8(carrier.data).ok()?;
    match carrier.kind {
        CarrierKind::Gs1 => {
            element_string::elements(data).ok()?;
            Some(fnc1_notation(data))
        }
        CarrierKind::Gtin(_) => {
            let Scan::Read(_) = parse(scan, Mode::Tolerant) else { return None };
            Some(data.replace("|]e0", "|^").replace('\u{1d}', "^"))
        }
        CarrierKind::Plain => {
            let is_link = ["http://", "https://", "HTTP://", "HTTPS://"].iter().any(|s| data.starts_with(s));
            if is_link {
                digital_link::parse(data, false).ok()?;
            }
            let escape = data.trim_start_matches('\\').starts_with('^');
            Some(format!("{}{}", if escape { "\\" } else { "" }, data))
        }
        _ => None,
    }
}

/// An element string with `^` before it and for each separator.
fn fnc1_notation(data: &str) -> String {
    format!("^{}", data.replace('\u{1d}', "^"))
}

struct Outcome {
    agrees: bool,
    ours: String,
}

impl Outcome {
    /// Compares with field `name` where the case is good, and with `None` where it is bad.
    fn of(ours: Option<String>, case: &Value, name: &str) -> Self {
        let expected = case[name].as_str().filter(|_| case["ok"] == true);
        Self { agrees: ours.as_deref() == expected, ours: format!("{ours:?}") }
    }

    fn of_flag(ours: bool, case: &Value) -> Self {
        Self { agrees: case["ok"] == ours, ours: ours.to_string() }
    }
}

/// Runs every case of a file; those in [`OTHERWISE`] must disagree.
fn run(name: &str, check: impl Fn(&Value) -> Outcome) {
    let Some(root) = suites() else { return };
    let path = root.join("gs1").join(format!("{name}.json"));
    let file = fs::read_to_string(&path).expect("the suite is readable");
    let file: Value = serde_json::from_str(&file).expect("the suite is JSON");
    let cases = file["cases"].as_array().expect("the suite has cases");
    let mut wrong = Vec::new();
    let mut used = Vec::new();
    for case in cases {
        let outcome = check(case);
        let input =
            ["in", "uri", "raw", "scan", "dataStr"].iter().find_map(|key| case[key].as_str()).unwrap_or_default();
        let listed =
            OTHERWISE.iter().find(|(file, listed, ours, _)| *file == name && *listed == input && case["ok"] != *ours);
        if let Some(listed) = listed {
            used.push(listed.1);
        }
        if outcome.agrees == listed.is_some() {
            wrong.push(format!("{case}: ours {}", outcome.ours));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    for (file, input, _, _) in OTHERWISE.iter().filter(|(file, ..)| *file == name) {
        assert!(used.contains(input), "{file}: `{input}` is listed and not in the suite");
    }
    println!("gs1/{name}: {} cases, {} decided otherwise", cases.len(), used.len());
    report(&format!("gs1/{name}"), cases.len());
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap_or_default()
}

/// The folder of the suites, or `None` with a plain word about it.
fn suites() -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/suites");
    let root = std::env::var_os("MEDPROOF_SUITES").map_or_else(beside, PathBuf::from);
    if root.join("gs1").is_dir() {
        return Some(root);
    }
    println!("skipped: the GS1 suites are not at `{}`; set MEDPROOF_SUITES", root.display());
    None
}

fn report(name: &str, count: usize) {
    if let Some(path) = std::env::var_os("MEDPROOF_SUITE_REPORT") {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(path).expect("the report is writable");
        writeln!(file, "suite\t{name}\t{count}").expect("the report is writable");
    }
}
