//! `medproof scenario hospital`: the story runs, each proof is verified offline by the program itself, and the guide
//! shows what the program prints.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

fn medproof(language: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_medproof"));
    // No node's folder: what is verified here needs none.
    command.env("LANG", language).env("MEDPROOF_DATA", "/nonexistent").args(arguments).output().expect("it runs")
}

fn exit(overall: &Value) -> Option<i32> {
    Some(match overall.as_str()? {
        "ok" => 0,
        "warn" => 3,
        "do-not-use" => 4,
        _ => return None,
    })
}

#[test]
fn each_proof_of_the_hospitals_story_is_verified_offline() {
    let place = tempfile::tempdir().expect("a folder");
    let out = place.path().join("story");
    let told = medproof("C.UTF-8", &["scenario", "hospital", "--json", "--out", &out.display().to_string()]);
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let story: Value = serde_json::from_slice(&told.stdout).expect("JSON");
    let anchor = story["anchor"].as_str().expect("a path");
    let steps = story["steps"].as_array().expect("steps");
    let names: Vec<_> = steps.iter().map(|step| step["step"].as_str().expect("a name")).collect();
    let expected = [
        "order",
        "confirmation",
        "sale",
        "despatch",
        "delivery",
        "discrepancy",
        "loss",
        "put-away",
        "ward-issue",
        "dispense",
        "return",
        "recall",
    ];
    assert_eq!(names, expected);
    for proof in steps.iter().flat_map(|step| step["proofs"].as_array().expect("proofs")) {
        let text = |name: &str| proof[name].as_str().expect("text");
        let verify = |code: &str| {
            let files = ["verify", "--anchor", anchor, "--proof", text("file"), "--purpose", text("purpose")];
            medproof("C.UTF-8", &[&files[..], &["--scan", code, "--json"]].concat())
        };
        let verified = verify(text("code"));
        let verdict: Value = serde_json::from_slice(&verified.stdout).expect("JSON");
        assert_eq!((&verdict["overall"], &verdict["reasons"]), (&proof["overall"], &proof["reasons"]), "{proof}");
        assert_eq!((verified.status.code(), &verdict["axes"]["trust"]), (exit(&proof["overall"]), &json!("quorum")));
        // The same proof says nothing about another pack.
        assert_eq!(verify("(01)09504000000999(21)X").status.code(), Some(6), "{proof}");
    }
    let step = |name: &str| steps.iter().find(|step| step["step"] == name).expect("a step");
    let figures = json!({
        "advised": 500, "arrived": 498, "agreed": 497, "missing": 2, "over": 1, "misaligned": 1,
    });
    assert_eq!(step("discrepancy")["figures"], figures);
    assert_eq!(step("delivery")["refused"], json!([{ "code": "rules.holder.other", "emvs_alert": null }]));
    // Scanned again where it was given out, and a copy of the code elsewhere.
    let alerts: Vec<_> =
        step("dispense")["refused"].as_array().expect("a list").iter().map(|of| &of["emvs_alert"]).collect();
    assert_eq!(alerts, ["A10", "A7"]);
    let stock = step("recall")["figures"]["stock"].as_array().expect("rows").clone();
    let packs = |member: u32, standing: &str| {
        let fits = |row: &&Value| row["member"] == member && row["standing"] == standing;
        stock.iter().find(fits).map(|row| row["packs"].clone())
    };
    let found = [packs(13, "held"), packs(13, "dispensed"), packs(7, "held"), packs(13, "out")];
    assert_eq!(found, [Some(json!(496)), Some(json!(1)), Some(json!(1)), Some(json!(2))], "{stock:?}");
    // Whoever tells the story a second time into the same folder is told that it is taken.
    let again = medproof("C.UTF-8", &["scenario", "hospital", "--out", &out.display().to_string()]);
    assert_eq!(again.status.code(), Some(1));
}

/// What stands in a guide: every step with its problem and what solved it, and the table as it is printed.
#[test]
fn the_guides_show_what_the_program_prints() {
    for (language, guide) in [("C.UTF-8", "scenario.en.md"), ("zh_CN.UTF-8", "scenario.zh.md")] {
        let place = tempfile::tempdir().expect("a folder");
        let out = place.path().join("story").display().to_string();
        let guide =
            fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(guide)).expect("a page");
        let told = medproof(language, &["scenario", "hospital", "--out", &out]);
        let table = String::from_utf8(told.stdout).expect("text");
        assert!(told.status.success() && table.lines().count() > 15, "{table}");
        for row in table.lines().filter(|line| line.ends_with(".mproof")) {
            assert!(guide.contains(row), "{row}");
        }
        let catalogue = if guide.contains("医院") { CHINESE } else { ENGLISH };
        let catalogue: Value = serde_json::from_str(catalogue).expect("JSON");
        let steps =
            catalogue.as_object().expect("entries").iter().filter(|(code, _)| code.starts_with("cli.scenario."));
        for (code, step) in steps.filter(|(code, _)| !code.ends_with(".done") && !code.ends_with(".other")) {
            for name in ["title", "detail", "next"] {
                assert!(guide.contains(step[name].as_str().expect("text")), "{code} {name}");
            }
        }
    }
}

const ENGLISH: &str = include_str!("../../core/messages/en.json");
const CHINESE: &str = include_str!("../../core/messages/zh-Hans.json");
