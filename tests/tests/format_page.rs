//! `docs/FORMAT.md` prints what core does: worked examples, the verdict table, the pairing rules.

use medproof_core::verdict::{Overall, table::TABLE};
use medproof_tests::{examples, report};
use std::path::Path;

fn page() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/FORMAT.md")).expect("the page")
}

#[test]
fn the_worked_examples_are_what_core_encodes() {
    let section = examples::section();
    assert!(page().contains(&section), "print them anew: cargo run -p medproof-tests --bin vectors -- --examples");
    report::ran("FORMAT.md: worked examples", section.matches("**").count() / 2);
}

#[test]
fn the_verdict_table_is_cores() {
    let page = page();
    let name = |overall: Overall| overall.name().to_string();
    for (state, row) in &TABLE[..4] {
        let cells: Vec<String> = row.iter().map(|cell| name(*cell)).collect();
        let line = format!("| {} | {} |", state.name().replace('-', " "), cells.join(" | "));
        assert!(page.contains(&line), "{line}");
    }
    assert!(TABLE[4..].iter().all(|(_, row)| *row == [Overall::DoNotUse; 4]));
}

#[test]
fn the_pairing_rules_are_cores() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src/scan/pairing.rs");
    let source = std::fs::read_to_string(source).expect("the rules");
    let rules = source.split("b\"\\\n").nth(1).and_then(|rules| rules.split("\";").next()).expect("the rules");
    assert!(page().contains(rules.trim_end()), "the pairing rules differ");
}
