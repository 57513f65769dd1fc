//! The message catalogue against core: a sentence for every code and axis value, in both languages, and no other.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use medproof_core::{
    leaf::State,
    verdict::{Level, Overall, Purpose, codes, table::TABLE},
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::Write,
    path::Path,
};

const ENGLISH: &str = include_str!("../../core/messages/en.json");
const CHINESE: &str = include_str!("../../core/messages/zh-Hans.json");

/// Families of reason codes; literals in core's sources that begin so are codes.
const FAMILIES: [&str; 9] =
    ["trust.", "freshness.", "identifier.", "agreement.", "state.", "expiry.", "issuer.", "bundle.", "seller."];

/// Families of the node's codes, and literals that look like codes and are names of files.
const NODE_FAMILIES: [&str; 10] =
    ["rules.", "node.", "token.", "access.", "request.", "proof.", "scan.", "audit.", "cli.", "demo."];
const NODE_FILES: [&str; 2] = ["demo.json", "node.key"];

/// Keys that stand for no code and no axis value: what every screen says, and the axes' own names.
const GENERAL: [&str; 47] = [
    "age.second",
    "age.seconds",
    "age.minute",
    "age.minutes",
    "age.hour",
    "age.hours",
    "age.day",
    "age.days",
    "axis.agreement",
    "axis.agreement.expiry",
    "axis.agreement.lot",
    "axis.as-of",
    "axis.expiry",
    "axis.expiry.expired",
    "axis.expiry.in-date",
    "axis.freshness",
    "axis.identifier",
    "axis.issuer",
    "axis.issuer.key-now",
    "axis.issuer.key-then",
    "axis.issuer.member",
    "axis.issuer.member.newer",
    "axis.issuer.role",
    "axis.level",
    "axis.pack.events",
    "axis.pack.quantity-left",
    "axis.pack.since",
    "axis.states",
    "axis.states.effective",
    "axis.states.lot",
    "axis.states.pack",
    "axis.states.product",
    "axis.states.unit",
    "axis.trust",
    "demo",
    "not-proved.contents",
    "not-proved.copy",
    "not-proved.first-load",
    "not-proved.history",
    "overall.product-only",
    "question.got-it-then",
    "report.suspected",
    "role.1",
    "role.2",
    "role.3",
    "role.4",
    "role.5",
];

/// Which placeholders a client can fill, by the beginning of the key; others take none.
const PLACEHOLDERS: [(&str, &[&str]); 24] = [
    ("access.limit", &["most", "seconds"]),
    ("age.", &["count"]),
    ("agreement.expiry-mismatch", &["expiry_ledger", "expiry_pack"]),
    ("agreement.lot-mismatch", &["lot_ledger", "lot_pack"]),
    ("audit.", &["line"]),
    ("axis.as-of", &["height", "time"]),
    ("axis.expiry.", &["expiry_ledger"]),
    ("axis.freshness.", &["age"]),
    ("axis.pack.", &["count", "day"]),
    (
        "cli.",
        &[
            "address",
            "cause",
            "count",
            "done",
            "fingerprint",
            "found",
            "head",
            "height",
            "known",
            "len",
            "path",
            "pid",
            "seconds",
        ],
    ),
    ("cli.capture.fault", &["expected", "found"]),
    ("demo.", &["cause", "expected", "found", "name"]),
    ("expiry.expired", &["expiry_ledger"]),
    ("freshness.", &["age"]),
    ("node.member.lane", &["found"]),
    ("node.", &["address", "cause", "field", "height", "member", "mode", "path"]),
    ("proof.", &["bits", "most"]),
    ("question.got-it-then", &["day"]),
    ("request.", &["cause", "most", "name"]),
    ("store.", &["cause", "fault", "found", "height", "index", "key", "known", "level", "name"]),
    ("trust.before-anchor", &["expected", "found"]),
    ("trust.certificate.", &["expected", "found"]),
    ("trust.log.other-start", &["expected", "found"]),
    ("token.", &["most"]),
];

const FORBIDDEN: [&str; 8] = ["authentic", "genuine", "counterfeit", "fake", "正品", "真品", "真药", "假药"];

#[derive(Debug)]
struct Message {
    texts: [String; 3],
    severity: String,
}

type Catalogue = BTreeMap<String, Message>;

fn catalogue(json: &str) -> Catalogue {
    let value: Value = serde_json::from_str(json).unwrap();
    let entries = value.as_object().unwrap();
    assert_eq!(entries.len(), json.matches("\"title\":").count(), "a key stands twice");
    let message = |(key, value): (&String, &Value)| {
        let fields: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields.len(), 4, "{key}");
        let text = |name: &str| value[name].as_str().unwrap_or_else(|| panic!("{key} has no {name}")).to_owned();
        (key.clone(), Message { texts: ["title", "detail", "next"].map(text), severity: text("severity") })
    };
    entries.iter().map(message).collect()
}

/// The text of one of core's source files.
fn source(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src").join(path)).unwrap()
}

/// Adds every code that stands as a string literal in a `.rs` file below `folder`.
fn add_literal_codes(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add_literal_codes(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let literals = text.split('"').filter(|text| FAMILIES.iter().any(|family| text.starts_with(family)));
            let is_code = |text: &&str| text.chars().all(is_code_char) && !text.ends_with(['.', '-']);
            // A literal may hold several codes, with blanks between them, over several lines.
            let codes = literals.flat_map(|text| text.split([' ', '\n', '\\']).filter(|code| !code.is_empty()));
            found.extend(codes.filter(is_code).map(String::from));
        }
    }
}

const fn is_code_char(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-')
}

/// What follows `start` in a source file, up to the next line that is a closing brace.
fn block(path: &str, start: &str) -> String {
    let text = source(path);
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("{path} has no `{start}`"));
    rest.split_once("\n}").unwrap().0.to_owned()
}

/// The stable names that an axis type of `verdict/axes.rs` gives its values.
fn axis_names(of: &str) -> Vec<String> {
    let names = block("verdict/axes.rs", &format!("impl {of} {{"));
    names.split('"').skip(1).step_by(2).map(String::from).collect()
}

/// The variants of an enum without names, in kebab case.
fn variants(path: &str, of: &str) -> Vec<String> {
    let block = block(path, &format!("pub enum {of} {{"));
    let lines = block.lines().map(str::trim).filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
    lines.map(|line| kebab(line.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap())).collect()
}

fn kebab(name: &str) -> String {
    let word = |(i, c): (usize, char)| if i > 0 && c.is_ascii_uppercase() { format!("-{c}") } else { c.to_string() };
    name.chars().enumerate().map(word).collect::<String>().to_lowercase()
}

fn reason_codes() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    add_literal_codes(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src"), &mut found);
    let levels = [Level::Pack, Level::Unit, Level::Lot, Level::Product];
    let states = State::ALL.into_iter().flat_map(|state| levels.map(|level| codes::state(state, level)));
    found.extend(states.flatten().map(String::from));
    found
}

/// The codes of the EPCIS reader, and those of its mapping that are not the rules' or the verdict's own.
fn epcis_codes() -> BTreeSet<String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../node-full/epcis/src");
    let mut found = BTreeSet::new();
    for file in ["fault.rs", "mapping/wish.rs"] {
        let text = fs::read_to_string(sources.join(file)).unwrap();
        let codes = text.split('"').filter(|text| text.starts_with("epcis.") && text.chars().all(is_code_char));
        found.extend(codes.map(String::from));
    }
    found
}

/// The codes with which the rules refuse, and those of the node.
fn node_codes() -> BTreeSet<String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../node-full");
    let mut texts = vec![fs::read_to_string(sources.join("rules/src/refusal.rs")).unwrap()];
    add_texts(&sources.join("src"), &mut texts);
    let is_code = |text: &&str| {
        let is_family = NODE_FAMILIES.iter().any(|family| text.starts_with(family));
        is_family && text.chars().all(is_code_char) && !text.ends_with(['.', '-']) && !NODE_FILES.contains(text)
    };
    texts.iter().flat_map(|text| text.split('"').filter(is_code)).map(String::from).collect()
}

/// The codes of the store's errors: one for each, and one for each kind of record that may be damaged.
fn store_codes() -> BTreeSet<String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../node-full/store/src");
    let texts = ["error.rs", "record.rs"].map(|file| fs::read_to_string(sources.join(file)).unwrap());
    let is_code = |text: &&str| text.starts_with("store.") && text.chars().all(is_code_char);
    texts.iter().flat_map(|text| text.split('"').filter(is_code)).map(String::from).collect()
}

fn add_texts(folder: &Path, texts: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add_texts(&path, texts);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            texts.push(fs::read_to_string(&path).unwrap());
        }
    }
}

/// The kinds that may stand in the timeline of a pack or unit: its registration, and all that act on items.
fn event_kinds() -> Vec<String> {
    let kinds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../node-full/rules/src/kind.rs");
    let text = fs::read_to_string(kinds).unwrap();
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| ["items(", "packs(", "plain(600,", "plain(702,"].iter().any(|start| line.starts_with(start)));
    let number = |line: &str| line.split(['(', ',']).nth(1).unwrap().to_owned();
    lines.map(number).chain(["other".to_owned()]).collect()
}

fn overall_keys() -> BTreeMap<String, Overall> {
    let all = [Overall::Ok, Overall::Warn, Overall::DoNotUse, Overall::Unknown, Overall::CannotTell];
    let key = |overall: Overall, purpose: Purpose| format!("overall.{}.{}", overall.name(), purpose.name());
    all.into_iter().flat_map(|overall| Purpose::ALL.map(|purpose| (key(overall, purpose), overall))).collect()
}

fn expected_keys() -> BTreeSet<String> {
    let mut keys = reason_codes();
    let mut add = |prefix: &str, names: Vec<String>| {
        keys.extend(names.into_iter().map(|name| format!("{prefix}.{name}")));
    };
    add("repair", variants("scan/reading.rs", "Repair"));
    add("crypto-tail", variants("scan/reading.rs", "CryptoTail"));
    add("axis.trust", axis_names("Trust"));
    add("axis.freshness", axis_names("Freshness"));
    add("axis.identifier", axis_names("Identifier"));
    add("axis.level", axis_names("Level"));
    add("axis.agreement.lot", axis_names("Match"));
    add("axis.agreement.expiry", axis_names("Match"));
    add("axis.issuer.key", axis_names("KeyState"));
    add("axis.issuer.member", variants("leaf/member.rs", "MemberState"));
    add("event-kind", event_kinds());
    add("state-name", State::ALL.map(|state| state.name().to_owned()).into());
    keys.extend(["state-name.newer", "role.other"].map(String::from));
    keys.extend(GENERAL.map(String::from));
    keys.extend(overall_keys().into_keys());
    keys.extend(epcis_codes());
    keys.extend(node_codes());
    keys.extend(store_codes());
    keys
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).map(|rest| rest.split_once('}').unwrap().0).collect()
}

#[test]
fn both_languages_have_exactly_the_keys_that_core_needs() {
    let expected = expected_keys();
    for (language, json) in [("en", ENGLISH), ("zh-Hans", CHINESE)] {
        let keys: BTreeSet<String> = catalogue(json).into_keys().collect();
        let missing: Vec<_> = expected.difference(&keys).collect();
        let unused: Vec<_> = keys.difference(&expected).collect();
        assert!(missing.is_empty() && unused.is_empty(), "{language}: missing {missing:?}, unused {unused:?}");
    }
    println!("suite\tmessage catalogue\t{}", expected.len());
    if let Some(file) = env::var_os("MEDPROOF_SUITE_REPORT") {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(file).unwrap();
        writeln!(file, "suite\tmessage catalogue\t{}", expected.len()).unwrap();
    }
}

#[test]
fn texts_are_there_and_agree_between_languages() {
    let (english, chinese) = (catalogue(ENGLISH), catalogue(CHINESE));
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    for (key, en) in &english {
        let zh = &chinese[key];
        assert_eq!(en.severity, zh.severity, "{key}");
        for (en, zh) in en.texts.iter().zip(&zh.texts) {
            assert!(en.trim().len() >= 4 && !en.contains(is_han), "{key}: {en}");
            assert!(zh.contains(is_han), "{key}: {zh}");
            assert_eq!(placeholders(en), placeholders(zh), "{key}");
        }
        assert!(!en.texts[0].ends_with('.') && !zh.texts[0].ends_with('。'), "{key}");
    }
}

#[test]
fn placeholders_are_ones_that_a_client_can_fill() {
    for (key, message) in catalogue(ENGLISH).iter().chain(&catalogue(CHINESE)) {
        let may: Vec<&str> = PLACEHOLDERS
            .iter()
            .filter(|(start, _)| key.starts_with(start))
            .flat_map(|(_, names)| names.iter().copied())
            .collect();
        for name in message.texts.iter().flat_map(|text| placeholders(text)) {
            assert!(may.contains(&name), "{key}: {{{name}}}");
        }
        // A client that cannot fill the detail leaves it out; the title always stands.
        let is_value = key.starts_with("age.") || key.starts_with("axis.");
        assert!(is_value || placeholders(&message.texts[0]).is_empty(), "{key}");
    }
}

#[test]
fn no_text_promises_what_a_code_cannot_show() {
    for (key, message) in catalogue(ENGLISH).iter().chain(&catalogue(CHINESE)) {
        for text in &message.texts {
            let lower = text.to_lowercase();
            assert!(FORBIDDEN.iter().all(|word| !lower.contains(word)), "{key}: {text}");
        }
    }
    let says = |key: &str, json: &str, text: &str| catalogue(json)[key].texts[1].contains(text);
    for purpose in Purpose::ALL {
        let key = format!("overall.ok.{}", purpose.name());
        assert!(says(&key, ENGLISH, "a copied code passes") && says(&key, CHINESE, "被复制的码也能通过"), "{key}");
    }
}

#[test]
fn bad_unknown_and_could_not_check_are_kept_apart() {
    let (english, chinese) = (catalogue(ENGLISH), catalogue(CHINESE));
    for (key, overall) in overall_keys() {
        let severity = if overall == Overall::DoNotUse { "bad" } else { overall.name() };
        assert_eq!(english[&key].severity, severity, "{key}");
    }
    for code in reason_codes() {
        let severity = english[&code].severity.as_str();
        let is_refusal = code.starts_with("trust.") && code != "trust.older-header";
        let allowed: &[&str] = match code.as_str() {
            "identifier.unknown-product" => &["unknown"],
            _ if is_refusal || code.starts_with("identifier.scan.") => &["cannot-tell"],
            _ if code.starts_with("freshness.") => &["note", "cannot-tell"],
            _ if code.starts_with("seller.") => &["warn", "cannot-tell"],
            _ => &["note", "warn", "bad"],
        };
        assert!(allowed.contains(&severity), "{code}: {severity}");
        if is_refusal {
            assert!(english[&code].texts[1].contains("says nothing about the medicine"), "{code}");
            assert!(chinese[&code].texts[1].contains("不说明药品本身有无问题"), "{code}");
            assert!(english[&code].texts[0].starts_with("Could not be checked"), "{code}");
            assert!(chinese[&code].texts[0].starts_with("未能"), "{code}");
        }
    }
}

/// A state that every purpose refuses is bad; of the others only the overall answer can tell.
#[test]
fn severities_of_states_follow_the_verdict_table() {
    let english = catalogue(ENGLISH);
    for (state, row) in TABLE {
        let severity = if row == [Overall::DoNotUse; 4] { "bad" } else { "note" };
        let levels = [Level::Pack, Level::Unit, Level::Lot, Level::Product];
        let codes = levels.into_iter().filter_map(|level| codes::state(state, level));
        for key in codes.map(String::from).chain([format!("state-name.{}", state.name())]) {
            assert_eq!(english[&key].severity, severity, "{key}");
        }
    }
    assert_eq!(english["state.active"].severity, "note");
}
