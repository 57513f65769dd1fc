//! The operators' guide against the program: every field of the configuration stands in it, and no other.

#![allow(clippy::expect_used, reason = "tests")]

use medproof_node::config::Config;
use std::collections::BTreeSet;

const ENGLISH: &str = include_str!("../../docs/operate.en.md");
const CHINESE: &str = include_str!("../../docs/operate.zh.md");

/// The fields of a table, as paths with dots.
fn fields(table: &toml::Table, above: &str, found: &mut BTreeSet<String>) {
    for (name, value) in table {
        let path = format!("{above}{name}");
        match value {
            toml::Value::Table(below) => fields(below, &format!("{path}."), found),
            _ => {
                found.insert(path);
            }
        }
    }
}

/// The names in the first column of the table of fields; `.name` stands for the same section as the one before.
fn documented(page: &str) -> BTreeSet<String> {
    let is_field =
        |row: &&str| ["| `member.", "| `api.", "| `consensus.", "| `store."].iter().any(|start| row.starts_with(start));
    let mut found = BTreeSet::new();
    for row in page.lines().filter(is_field) {
        let cell = row.split('|').nth(1).unwrap_or_default();
        let mut section = String::new();
        for name in cell.split('`').skip(1).step_by(2) {
            let path = if name.starts_with('.') { format!("{section}{name}") } else { name.to_owned() };
            section = path.rsplit_once('.').map_or_else(String::new, |(section, _)| section.to_owned());
            found.insert(path);
        }
    }
    found
}

#[test]
fn every_field_of_the_configuration_is_in_the_guide() {
    let mut config = Config::default();
    // Fields without a value are not written.
    (config.api.tls_certificate, config.api.tls_key) = (Some("a".into()), Some("b".into()));
    config.api.web_dir = Some("c".into());
    let mut expected = BTreeSet::new();
    fields(&toml::Table::try_from(config).expect("a table"), "", &mut expected);
    assert!(expected.len() > 12, "{expected:?}");
    assert_eq!(documented(ENGLISH), expected);
    assert_eq!(documented(CHINESE), expected);
}
