//! `docs/EVENTS.md` and the code say the same: kinds, roles, state tables, codes, alerts.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod page;

use medproof_core::{event::EventKind, leaf::State};
use medproof_rules::{
    CODES,
    body::{Capacity, number},
    kind::KINDS,
    nmvs,
    table::{Cell, Column, LOT, MARKET, PACK, PRODUCT, UNIT, pack_cell, unit_cell},
};
use page::{column, numbers, states, tables, under};
use std::collections::BTreeSet;

#[test]
fn kinds_have_the_numbers_and_names_of_the_page() {
    let mut found: Vec<(u16, String)> = Vec::new();
    let section =
        page::text().split("## 3. Kinds").nth(1).and_then(|rest| rest.split("\n## 4").next()).expect("it").to_string();
    for row in tables(&section).into_iter().flatten() {
        let is_kind = |text: &str| text.chars().next().is_some_and(|first| first.is_ascii_digit());
        if !is_kind(&row[0]) {
            continue;
        }
        let names: Vec<&str> = row[1].split(" · ").collect();
        found.extend(numbers(&row[0]).into_iter().zip(names.iter().map(|name| name.to_string())));
    }
    let ours: Vec<(u16, String)> = KINDS.iter().map(|kind| (kind.number.0, kind.name.to_string())).collect();
    assert_eq!(found, ours);
    assert!(KINDS.is_sorted_by(|a, b| a.number < b.number));
}

#[test]
fn capacities_are_those_of_the_page() {
    let section = page::text()
        .split("### Movement")
        .nth(1)
        .and_then(|rest| rest.split("### Cold").next())
        .expect("it")
        .to_string();
    let mut seen = 0;
    for row in tables(&section).into_iter().flatten().filter(|row| row.len() == 5 && row[0] != "kind") {
        let kind = KINDS.iter().find(|kind| kind.number.0 == numbers(&row[0])[0]).expect("a kind");
        let words = row[2].replace("(packs)", "").replace("(in transit)", "");
        let capacity = |word: &str| Capacity::from_number(word.trim().parse().expect("a number")).expect("a capacity");
        let on_page: Vec<Capacity> = words.split(',').map(capacity).collect();
        assert_eq!(kind.capacities, on_page, "{}", kind.name);
        assert_eq!(kind.is_packs_only, row[3].contains("items (packs)"), "{}", kind.name);
        seen += 1;
    }
    assert_eq!(seen, 6 + 7 + 4);
}

#[test]
fn roles_may_send_what_the_page_lets_them() {
    let mut seen = BTreeSet::new();
    for row in &tables(&under("## 11."))[0][1..] {
        for number in numbers(&row[0]) {
            let kind = KINDS.iter().find(|kind| kind.number.0 == number).expect("a kind");
            assert_eq!(kind.senders.as_slice(), &row[1..6], "{}", kind.name);
            assert!(seen.insert(number), "{number} stands twice");
        }
    }
    assert_eq!(seen.len(), KINDS.len());
}

/// Compares the cells under the headings that `column` knows.
fn compare(section: &str, columns: &dyn Fn(&str) -> Option<Column>, cell: &dyn Fn(State, Column) -> Cell) -> usize {
    let mut count = 0;
    for table in tables(&under(section)) {
        for row in &table[1..] {
            for state in states(&row[0]) {
                for (heading, on_page) in table[0].iter().zip(row).skip(1) {
                    let Some(column) = columns(heading) else { continue };
                    // What the hold rule makes of the state is tried in `state_tables.rs`.
                    let on_page = if on_page.starts_with('H') { "H" } else { on_page };
                    assert_eq!(cell(state, column).notation(), on_page, "{section}: {state:?} × {heading}");
                    count += 1;
                }
            }
        }
    }
    count
}

#[test]
fn the_pack_table_is_the_pages() {
    assert_eq!(compare("### 6.1", &column, &pack_cell), 12 * 21);
    assert_eq!(PACK.len(), 10);
}

#[test]
fn the_unit_table_is_the_pages() {
    assert_eq!(compare("### 6.2", &column, &unit_cell), 7 * 20);
    assert_eq!(UNIT.len(), 7);
}

/// Tables whose columns are in order: the cells as words.
fn compare_rows<const N: usize>(section: &str, rows: &[(State, [Cell; N])]) {
    let table = &tables(&under(section))[0];
    let mut seen = 0;
    for row in &table[1..] {
        for state in states(&row[0]) {
            let ours = &rows.iter().find(|(of, _)| *of == state).expect("a row").1;
            let ours: Vec<String> = ours.iter().map(|cell| cell.notation()).collect();
            assert_eq!(ours, row[1..], "{section}: {state:?}");
            seen += 1;
        }
    }
    assert_eq!(seen, rows.len());
}

#[test]
fn lot_and_product_tables_are_the_pages() {
    compare_rows("### 6.3", &LOT);
    compare_rows("### 6.4", &PRODUCT);
}

#[test]
fn goods_go_forward_as_the_page_says() {
    let table = &tables(&under("### 6.5"))[0];
    for (row, ours) in table[1..].iter().zip(MARKET) {
        let words = row[0].split([' ', ',', '·']).filter(|word| word.starts_with(|first: char| first.is_ascii_digit()));
        let mut on_page: Vec<Column> = Vec::new();
        for word in words {
            match (word.split_once('–'), word) {
                (Some((first, last)), _) => {
                    let range = first.parse::<u16>().expect("a kind")..=last.parse().expect("a kind");
                    on_page.extend(range.filter_map(|number| column(&number.to_string())));
                }
                (None, "700") => on_page.push(Column::AggregateChild),
                (None, "701") => on_page.push(Column::DisaggregateChild),
                (None, word) => on_page.extend(column(word)),
            }
        }
        let sorted = |columns: &[Column]| {
            let mut columns: Vec<usize> = columns.iter().map(|column| *column as usize).collect();
            columns.sort_unstable();
            columns
        };
        assert_eq!(sorted(&on_page), sorted(ours.columns), "{}", row[0]);
        assert!(row[1..].iter().all(|cell| cell.starts_with(if ours.is_forward { "×" } else { "yes" })));
    }
}

#[test]
fn section_14_lists_every_code() {
    let section = under("## 14.");
    let listed: Vec<&str> = section.split('`').skip(1).step_by(2).collect();
    assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), CODES.iter().copied().collect::<BTreeSet<_>>());
    assert_eq!(listed.len(), CODES.len(), "a code stands twice");
    let page = page::text();
    let named = page.split('`').skip(1).step_by(2).filter(|word| word.starts_with("rules.") && !word.contains('<'));
    for code in named.filter(|code| !code.ends_with('-')) {
        let is_listed = CODES.contains(&code) || code.ends_with('…') || code.contains('*');
        assert!(is_listed, "{code} is in no table");
    }
}

#[test]
fn alerts_are_the_pages() {
    let rows = &tables(&under("## 9."))[0][1..];
    assert_eq!(rows.len(), nmvs::ROWS.len());
    for (row, ours) in rows.iter().zip(&nmvs::ROWS) {
        let codes: Vec<String> = row[0].split('`').skip(1).step_by(2).flat_map(expand).collect();
        assert_eq!(codes, ours.codes);
        let kinds = match row[1].as_str() {
            "all" | "other kinds" => Vec::new(),
            kinds => numbers(kinds).into_iter().map(EventKind).collect(),
        };
        assert_eq!(kinds, ours.kinds, "{}", row[0]);
        let alerts: Vec<&str> = row[2].split([' ', ';']).filter(|word| word.starts_with('A')).collect();
        assert_eq!(alerts, [ours.alert, ours.own_alert].into_iter().flatten().collect::<Vec<_>>(), "{}", row[0]);
        assert_eq!(row[3], ours.return_code.unwrap_or(""), "{}", row[0]);
    }
    let meant = |code, kind| nmvs::find(code, kind).and_then(|row| row.return_code);
    assert_eq!(meant("rules.state.destroyed-pack", number::DESTROY), Some("NMVS_NC_PCK_19"));
    assert_eq!(meant("rules.state.destroyed-pack", number::DISPENSE), Some("NMVS_NC_PCK_22"));
    assert_eq!(nmvs::find("rules.event.late", number::DISPENSE), None);
}

/// `rules.state.<4…12>-pack` stands for the codes of these states that there are.
fn expand(code: &str) -> Vec<String> {
    let Some((before, rest)) = code.split_once('<') else { return vec![code.to_string()] };
    let (range, after) = rest.split_once('>').expect("a range");
    let (first, last) = range.split_once('…').expect("a range");
    let range = first.parse::<usize>().expect("a state")..=last.parse().expect("a state");
    let named = range.map(|number| format!("{before}{}{after}", State::ALL[number - 1].name()));
    named.filter(|code| CODES.contains(&code.as_str())).collect()
}
