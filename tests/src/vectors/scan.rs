//! Scans in every form, readable, damaged and hostile.

use crate::stock::{gtin, unit_scan};
use medproof_core::plain::parse_scan;
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Value> {
    let mut cases = Vec::new();
    for (name, text, strict, tolerant) in texts() {
        for (mode, result) in [("strict", strict), ("tolerant", tolerant)] {
            let found = parse_scan(&text, mode == "strict");
            let short = found.code.unwrap_or(found.result);
            assert_eq!(short, result, "{name}, {mode}: {text:?} {found:?}");
            cases.push(json!({
                "name": format!("scan/{name}/{mode}"),
                "mode": mode,
                "text": text,
                "expect": found,
            }));
        }
    }
    cases
}

/// Name, text, and the result in strict and in tolerant mode: `read`, `ambiguous`, or the code.
fn texts() -> Vec<(&'static str, String, &'static str, &'static str)> {
    let g = gtin(1);
    let gs = "\u{1d}";
    let read = "read";
    let mut texts = vec![
        ("element-string", format!("]d201{g}21ABC123{gs}10LOT{gs}17280531"), read, read),
        ("other-order", format!("]d21728053101{g}10LOT{gs}21ABC123"), read, read),
        ("qr", format!("]Q301{g}21ABC123"), read, read),
        ("gs1-128", format!("]C101{g}21ABC123"), read, read),
        ("dmre", format!("]d801{g}21ABC123"), read, read),
        ("final-separator", format!("]d201{g}21ABC123{gs}"), read, read),
        ("separator-after-fixed", format!("]d201{g}{gs}21ABC123"), read, read),
        ("day-00", format!("]d201{g}21A{gs}17280200"), read, read),
        ("serial-007", format!("]d201{g}21007"), read, read),
        ("serial-7", format!("]d201{g}217"), read, read),
        ("sscc", unit_scan(7), read, read),
        ("ntin", "]d201041501234567842110".to_string(), "", ""),
        ("empty", String::new(), "identifier.scan.empty", "identifier.scan.empty"),
        ("check-digit", "]d20109504000000000021S1".to_string(), "", ""),
        ("patient", "]d28018952123456789012348".to_string(), "", ""),
        ("link", format!("https://example.com/01/{g}/10/LOT/21/ABC123?17=280531"), read, read),
        ("link-canonical", format!("https://id.gs1.org/01/{g}/21/ABC123"), read, read),
        ("link-escaped", format!("https://id.gs1.org/01/{g}/21/A%2FB"), read, read),
        ("link-sscc", format!("https://id.gs1.org/00/{}", crate::stock::sscc(7).digits()), read, read),
        ("urn-sgtin", "urn:epc:id:sgtin:0614141.812345.6789".to_string(), read, read),
        ("urn-sscc", "urn:epc:id:sscc:0614141.1234567890".to_string(), read, read),
        ("urn-lgtin", "urn:epc:class:lgtin:0614141.812345.LOT1".to_string(), read, read),
        (
            "ppn",
            "[)>\u{1e}06\u{1d}9N111234568408\u{1d}1TLOT\u{1d}D280531\u{1d}SABC123\u{1e}\u{4}".to_string(),
            read,
            read,
        ),
        ("china", "81000010000000000123".to_string(), "", ""),
        ("plain-text", "hello".to_string(), "", ""),
        ("web-address", "https://example.com/".to_string(), "", ""),
        ("javascript", "javascript:alert(1)".to_string(), "", ""),
        ("data-url", "data:text/html,<b>x</b>".to_string(), "", ""),
        ("userinfo", format!("https://id.gs1.org@evil.example/01/{g}/21/A"), "", ""),
        ("mixed-case-scheme", format!("HtTps://a/01/{g}/21/A"), "", ""),
        ("link-duplicate", format!("https://a/01/{g}/21/A?17=280531&17=280531"), "", ""),
        ("too-long", "9".repeat(3000), "identifier.scan.too-long", "identifier.scan.too-long"),
        ("bare-ean", "]E09504000059101".to_string(), "", ""),
        ("no-symbology", format!("01{g}21ABC123{gs}10LOT"), "", ""),
        ("leading-separator", format!("{gs}01{g}21ABC123{gs}10LOT"), "", ""),
        ("separator-as-bar", format!("01{g}21ABC123|10LOT"), "", ""),
        ("separator-lost", format!("01{g}17280531") + "10LOT21X", "", ""),
        ("caps-lock", format!("]D201{g}21abc123"), "", ""),
        ("line-end", format!("]d201{g}21ABC123\r\n"), "", ""),
        ("russian", format!("]d201{g}21ABC123{gs}91ABCD{gs}92{}", "x".repeat(44)), read, read),
        ("russian-short", format!("]d201{g}21ABC123{gs}91ABCD{gs}92xx"), read, read),
        ("national", format!("]d201{g}21ABC123{gs}7113400930000001"), read, read),
        ("pzn", format!("]d201{g}21ABC123{gs}71012345684"), read, read),
        ("markup", format!("]d201{g}21<b>A"), read, read),
        ("same-twice", format!("]d201{g}21A{gs}01{g}"), read, read),
        ("differs-twice", format!("]d201{g}21A{gs}21B"), "", ""),
    ];
    // Where nothing is stated the case pins what the parser says today; the page decides.
    for (_, text, strict, tolerant) in &mut texts {
        for (result, is_strict) in [(strict, true), (tolerant, false)] {
            if result.is_empty() {
                let found = parse_scan(text, is_strict);
                let short = found.code.unwrap_or(found.result);
                *result = short;
            }
        }
    }
    texts
}
