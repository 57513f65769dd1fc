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

/// Texts at the edges of what is dropped, exchanged and restored.
fn edges(g: &str) -> Vec<(&'static str, String, &'static str, &'static str)> {
    let gs = "\u{1d}";
    let (empty, ambiguous, read) = ("identifier.scan.empty", "ambiguous", "read");
    let no_symbology = "identifier.scan.no-symbology";
    let not_medicine = "identifier.scan.not-a-medicine-code";
    let too_many = "identifier.scan.too-many-readings";
    let many = |count: usize| format!("]d201{g}{}", format!("30 1{gs}").replace(' ', "").repeat(count));
    vec![
        ("blanks-only", "  \t\r\n".to_string(), no_symbology, empty),
        ("byte-order-mark", format!("\u{feff}\u{200b} ]d201{g}21A"), no_symbology, read),
        ("next-line-before", format!("\u{85}]d201{g}21A"), no_symbology, not_medicine),
        ("no-break-space-before", format!("\u{a0}]d201{g}21A"), no_symbology, not_medicine),
        ("delete-around", format!("\u{7f}]d201{g}21A\u{7f}"), no_symbology, read),
        ("separator-at-the-end-and-line-end", format!("]d201{g}21A{gs}\r"), "identifier.scan.unknown-ai", read),
        ("empty-gtin-13", "]E0".to_string(), empty, empty),
        ("empty-gtin-8", "]E4".to_string(), empty, empty),
        ("empty-itf", "]I1".to_string(), empty, empty),
        ("empty-plain", "]Q1".to_string(), not_medicine, empty),
        ("short-gtin-13", "]E0950400005910".to_string(), "identifier.scan.bad-value", "identifier.scan.bad-value"),
        ("composite", "]E09504000059101|]e010LOT".to_string(), read, read),
        (
            "composite-without-mark",
            "]E0950400005910110LOT".to_string(),
            "identifier.scan.bad-value",
            "identifier.scan.bad-value",
        ),
        ("bare-gtin-13", "9504000059101".to_string(), no_symbology, read),
        ("bare-gtin-13-plain", "]Q09504000059101".to_string(), not_medicine, read),
        ("unmarked", format!("]Q001{g}21A"), not_medicine, read),
        ("64-elements", many(63), read, read),
        ("65-elements", many(64), "identifier.scan.too-long", "identifier.scan.too-long"),
        ("65th-element-bad", many(63) + "30x", "identifier.scan.bad-value", "identifier.scan.bad-value"),
        (
            "fault-from-the-left",
            format!("]d201{g}17281331{gs}01{g}"),
            "identifier.scan.bad-value",
            "identifier.scan.bad-value",
        ),
        ("name-that-could-be-data", format!("]d201{g}21A<GS>10B"), read, ambiguous),
        ("name-and-separator", format!("]d201{g}21A{gs}10B{{GS}}17280531"), "identifier.scan.bad-value", read),
        ("picture", format!("]d201{g}21A\u{241d}10B"), "identifier.scan.bad-value", read),
        (
            "two-kinds-of-others",
            format!("]d201{g}21A|10B~17280531"),
            "identifier.scan.bad-value",
            "identifier.scan.bad-value",
        ),
        ("other-is-no-ascii", format!("]d201{g}21Aé10B"), "identifier.scan.bad-value", "identifier.scan.bad-value"),
        ("space-as-separator", format!("]d201{g}21A 10B"), "identifier.scan.bad-value", read),
        ("all-in-one-value", format!("01{g}21AB10CD17280531"), no_symbology, ambiguous),
        ("all-in-one-value-marked", format!("]d201{g}21AB10CD17280531"), read, read),
        ("restored", format!("01{g}21ABCDEFGHIJ10LOT17280531XXXXXX10"), no_symbology, ""),
        ("many-ways", format!("01{g}21{}17280531", "10A".repeat(6)), no_symbology, ""),
        ("swallowed-too-often", format!("01{g}21{}", "1010".repeat(5)), no_symbology, ""),
        ("long-search", format!("01{g}{}", "711A712A713A714A715A716A717A10A21A".repeat(3)), no_symbology, too_many),
        (
            "suspicion-with-a-long-search",
            format!("01{g}99{}", &"711A712A713A714A715A716A717A10A21A".repeat(3)[..90]),
            no_symbology,
            too_many,
        ),
        ("qwertz", format!("+d201{g}21AyBß1"), no_symbology, ""),
        ("azerty", "àéç(à'àààà(çéàéàéàà".to_string(), no_symbology, ""),
        ("keyboard-of-digits", format!("01{g}21Azß"), no_symbology, ""),
        ("caps-lock-plain", format!("]D201{g}10aB"), "identifier.scan.symbology", ""),
        ("patient-beside-trace", "80181234567890123456".to_string(), no_symbology, ""),
        ("trace-and-elements", "10123456789012345678".to_string(), no_symbology, read),
        ("pairing-first-line", format!("]C100{}3530000001", crate::stock::sscc(7).digits()), read, read),
        (
            "pairing-later-line",
            format!("]C100{}3500000001", crate::stock::sscc(7).digits()),
            "identifier.scan.pairing",
            read,
        ),
        ("delivery-texts", format!("]C100{}4303A{gs}4302B", crate::stock::sscc(7).digits()), read, read),
    ]
}

/// Links, URNs and envelopes whose faults come in an order, and those of older editions.
fn links_and_urns(g: &str) -> Vec<(&'static str, String, &'static str, &'static str)> {
    let (gs, rs) = ("\u{1d}", "\u{1e}");
    let (link, no_key, bad, urn, read) =
        ("identifier.scan.link", "identifier.scan.no-key", "identifier.scan.bad-value", "identifier.scan.urn", "read");
    let (envelope, too_long) = ("identifier.scan.envelope", "identifier.scan.too-long");
    // So many measures do not belong together; that is looked at when all are read.
    let pairing = "identifier.scan.pairing";
    vec![
        ("link-bad-host-without-path", "https://a@b".to_string(), link, link),
        ("link-without-path", "https://a.example".to_string(), no_key, no_key),
        ("link-value-before-qualifier", format!("https://a/01/{g}/21/%zz/10/L"), bad, bad),
        ("link-qualifier-before-value", format!("https://a/01/{g}/10/L/22/%zz"), link, link),
        (
            "link-repeated-before-value",
            format!("https://a/01/{g}?17=280531&17=%zz"),
            "identifier.scan.repeated",
            "identifier.scan.repeated",
        ),
        ("link-byte-above-127", format!("https://a/01/{g}/21/%C3%A9"), bad, bad),
        ("link-short-gtin", "https://a/01/9504000059101/21/A".to_string(), bad, read),
        ("link-words", format!("https://a/gtin/{g}/ser/A?exp=280531"), no_key, read),
        ("link-word-in-stem", format!("https://a/lot/x/01/{g}/21/A"), read, read),
        ("link-word-without-value", format!("https://a/01/{g}/21/A?exp"), read, read),
        ("link-plus-in-query", format!("https://a/01/{g}/21/A?240=A+B"), bad, bad),
        (
            "link-compressed",
            "https://a/AQnYUc1gmiC4U1".to_string(),
            "identifier.scan.compressed-link",
            "identifier.scan.compressed-link",
        ),
        ("urn-upper", "URN:epc:id:sgtin:0614141.812345.6789".to_string(), read, read),
        ("urn-upper-epc", "urn:EPC:id:sgtin:0614141.812345.6789".to_string(), "", ""),
        ("urn-unescaped", "urn:epc:id:sgtin:0614141.812345.6/7".to_string(), urn, urn),
        ("urn-escaped", "urn:epc:id:sgtin:0614141.812345.6%2F7".to_string(), read, read),
        ("urn-empty-serial", "urn:epc:id:sgtin:0614141.812345.".to_string(), bad, bad),
        ("urn-no-serial", "urn:epc:id:sgtin:0614141.812345".to_string(), urn, urn),
        ("urn-prefix-too-short", "urn:epc:id:sgtin:06141.81234567.1".to_string(), urn, urn),
        ("urn-pattern", "urn:epc:idpat:sgtin:0614141.812345.*".to_string(), read, read),
        ("urn-pattern-serial", "urn:epc:idpat:sgtin:0614141.812345.1".to_string(), urn, urn),
        ("urn-sscc-more", "urn:epc:id:sscc:0614141.1234567890.1".to_string(), urn, urn),
        ("envelope-05", format!("[)>{rs}05{gs}01{g}21A{rs}\u{4}"), read, read),
        ("envelope-without-end", format!("[)>{rs}05{gs}01{g}21A"), envelope, read),
        ("envelope-record-end-only", format!("[)>{rs}05{gs}01{g}21A{rs}"), envelope, read),
        ("envelope-transmission-end-only", format!("[)>{rs}05{gs}01{g}21A\u{4}"), envelope, read),
        ("envelope-other-format", format!("[)>{rs}07{gs}01{g}{rs}\u{4}"), envelope, envelope),
        ("envelope-gtin-check", fields(&format!("8P{}{gs}SA", wrong_check(g))), bad, bad),
        ("envelope-field-twice", fields(&format!("8P{g}{gs}SA{gs}8P{g}")), read, read),
        ("envelope-64-fields", fields(&format!("8P{g}{}", other_fields(63))), read, read),
        ("envelope-65-fields", fields(&format!("8P{g}{}", other_fields(64))), too_long, too_long),
        ("envelope-65-fields-and-a-broken-one", fields(&format!("8P{g}{}{gs}x", other_fields(64))), too_long, too_long),
        ("link-64-elements", format!("https://a/01/{g}?{}", attributes(63)), pairing, read),
        ("link-65-elements", format!("https://a/01/{g}?{}", attributes(64)), too_long, too_long),
    ]
}

/// An envelope of format 06.
fn fields(text: &str) -> String {
    format!("[)>\u{1e}06\u{1d}{text}\u{1e}\u{4}")
}

/// Fields that name nothing, each with a separator before it.
fn other_fields(count: u8) -> String {
    (1..=count).map(|number| format!("\u{1d}{number}Qx")).collect()
}

/// Attributes for the query of a link, each another measure.
fn attributes(count: usize) -> String {
    let measures = (310..=316).chain(320..=329).flat_map(|measure| (0..=5).map(move |places| measure * 10 + places));
    let texts: Vec<String> = measures.take(count).map(|ai| format!("{ai}=000001")).collect();
    texts.join("&")
}

/// A GTIN with another check digit.
fn wrong_check(gtin: &str) -> String {
    let (start, check) = gtin.split_at(gtin.len() - 1);
    format!("{start}{}", (check.parse::<u8>().expect("a digit") + 1) % 10)
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
    texts.extend(edges(&g));
    texts.extend(links_and_urns(&g));
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
