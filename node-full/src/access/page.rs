//! The table as a page for people: `docs/ACCESS.md`.

use super::{Access, Endpoint, Purpose, Rate, Staff, TABLE};
use crate::genesis_file::Role;
use std::fmt::Write;

/// The page. A test holds the committed one against it.
pub fn render() -> String {
    let mut page = String::from(HEAD);
    let is_open = |row: &&Endpoint| !matches!(row.access, Access::Staff(_));
    for row in TABLE.iter().filter(is_open) {
        let who = if row.access == Access::Loopback { "the same machine" } else { "everybody, from any origin" };
        line(&mut page, &[&call(row), who, &limit(row), rate(row.rate), row.about]);
    }
    page.push_str(TOKEN_HEAD);
    for row in TABLE.iter().filter(|row| !is_open(row)) {
        let Access::Staff(staff) = row.access else { continue };
        let members = names(row.members.iter().map(|role| role_name(*role)), "any");
        let purposes = names(row.purposes.iter().copied().map(Purpose::name), "any");
        let staff =
            if staff.len() == Staff::ALL.len() { "any".into() } else { names(staff.iter().map(|s| s.name()), "") };
        line(&mut page, &[&call(row), &staff, &members, &purposes, &limit(row), rate(row.rate), row.about]);
    }
    page
}

fn line(page: &mut String, cells: &[&str]) {
    // Writing into a string cannot fail.
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}

fn call(row: &Endpoint) -> String {
    format!("`{} {}`", row.verb.name(), row.path)
}

fn limit(row: &Endpoint) -> String {
    match row.body_limit_bytes {
        0 => "none".into(),
        bytes if bytes % MIB == 0 => format!("{} MiB", bytes / MIB),
        bytes => format!("{} KiB", bytes / KIB),
    }
}

fn names<'a>(names: impl Iterator<Item = &'a str>, none: &str) -> String {
    let names: Vec<_> = names.collect();
    if names.is_empty() { none.into() } else { names.join(", ") }
}

/// The name of a member role.
pub const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Regulator => "regulator",
        Role::Manufacturer => "manufacturer",
        Role::Wholesaler => "wholesaler",
        Role::Hospital => "hospital",
        Role::Pharmacy => "pharmacy",
    }
}

const fn rate(rate: Rate) -> &'static str {
    match rate {
        Rate::Light => "light",
        Rate::Query => "query",
        Rate::Change => "change",
        Rate::Report => "report",
    }
}

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

const HEAD: &str = "\
# Who may call what

Made from the table in `node-full/src/access/table.rs`; `MEDPROOF_WRITE_PAGES=1 cargo test -p medproof-node` writes it
anew. What stands in no row is refused. A token allows a call if it has one of the row's *staff* roles and one of its
*purposes*, and if its member has one of the row's *member* roles on the ledger. The ledger's own rules (`EVENTS.md`)
come on top: they decide what a member may do to which pack.

*Rate* names a quota: how many calls one caller (a token, or an address without one) may make. They stand in
`node-full/src/http/limits.rs`.

## Without a token

| call | who | longest body | rate | what |
|---|---|---|---|---|
";

const TOKEN_HEAD: &str = "
## With a token

| call | staff role | member role | purpose | longest body | rate | what |
|---|---|---|---|---|---|---|
";

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use std::{env, fs, path::Path};

    #[test]
    fn the_page_says_what_the_table_says() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ACCESS.md");
        if env::var_os("MEDPROOF_WRITE_PAGES").is_some() {
            fs::write(&path, render()).expect("written");
        }
        let page = fs::read_to_string(&path).expect("docs/ACCESS.md");
        assert!(page == render(), "docs/ACCESS.md is not that of the table: MEDPROOF_WRITE_PAGES=1 writes it");
    }
}
