//! Reading `docs/EVENTS.md`: headings, tables, and what their cells say.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests share this"
)]

use medproof_core::leaf::State;
use medproof_rules::table::Column;
use std::path::Path;

/// The whole page.
pub fn text() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/EVENTS.md")).expect("the page")
}

/// The text under the heading that begins with `heading`, up to the next heading of any level.
pub fn under(heading: &str) -> String {
    let page = text();
    let start = page.find(&format!("\n{heading}")).unwrap_or_else(|| panic!("no heading {heading}")) + 1;
    let body = page[start..].split_once('\n').expect("a body").1;
    body.split("\n#").next().expect("a body").to_string()
}

/// The tables in a text: rows of cells, the header first.
pub fn tables(text: &str) -> Vec<Vec<Vec<String>>> {
    let mut tables = vec![Vec::new()];
    for line in text.lines() {
        if let Some(row) = line.strip_prefix("| ").or_else(|| line.strip_prefix('|')) {
            let cells: Vec<String> =
                row.trim_end_matches('|').split(" |").map(|cell| cell.trim().to_string()).collect();
            if !row.starts_with("---") {
                tables.last_mut().expect("a table").push(cells);
            }
        } else if tables.last().is_some_and(|table| !table.is_empty()) {
            tables.push(Vec::new());
        }
    }
    tables.retain(|table: &Vec<_>| !table.is_empty());
    tables
}

/// Numbers written as `100, 102–105` or `1000, 1001`.
pub fn numbers(text: &str) -> Vec<u16> {
    let number = |text: &str| text.trim().parse::<u16>().unwrap_or_else(|_| panic!("{text} is no kind"));
    let range = |part: &str| match part.split_once('–') {
        Some((first, last)) => (number(first)..=number(last)).collect(),
        None => vec![number(part)],
    };
    text.split(',').flat_map(range).collect()
}

/// The states that a row of a state table is for.
pub fn states(cell: &str) -> Vec<State> {
    let of = |number: &str| number.parse::<usize>().ok().and_then(|number| State::ALL.get(number.wrapping_sub(1)));
    let words = cell.split([' ', ',']).filter(|word| !word.is_empty());
    words.map_while(of).copied().collect()
}

/// The column of the state tables that a heading names.
pub fn column(heading: &str) -> Option<Column> {
    Some(match heading.split(' ').next()? {
        "601" => Column::Alias,
        "700" => Column::AggregateParent,
        "700c" => Column::AggregateChild,
        "701" => Column::DisaggregateParent,
        "701c" => Column::DisaggregateChild,
        "702" => Column::Dissolve,
        "900" => Column::Ship,
        "901" => Column::ShipCancel,
        "902" => Column::Return,
        "903" => Column::Receive,
        "904" => Column::PutAway,
        "905" => Column::WardIssue,
        "1000" => Column::Dispense,
        "1001" => Column::DispensePartly,
        "1002" => Column::Sample,
        "1003" => Column::Export,
        "1004" => Column::Destroy,
        "1005" => Column::Stolen,
        "1006" => Column::Undo,
        "1100" => Column::Lock,
        "1101" => Column::Unlock,
        "1102" => Column::Quarantine,
        "1103" => Column::Release,
        "1200" => Column::Reading,
        _ => return None,
    })
}
