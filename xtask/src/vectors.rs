//! `cargo xtask vectors`: the test vectors, written by `tests` and the same every time.

use crate::stage::{Outcome, Run};
use crate::{Result, command, place};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

pub(crate) fn task(arguments: &[&str]) -> Result {
    match arguments {
        [] => write_to(&place::vectors()),
        ["--check"] => check(),
        _ => Err("usage: cargo xtask vectors [--check]".into()),
    }
}

pub(crate) fn stage(_: &mut Run) -> Result<Outcome> {
    check().map(|()| Outcome::Passed)
}

fn write_to(folder: &Path) -> Result {
    let mut cargo = command::cargo();
    cargo.args(["run", "--package", "medproof-tests", "--bin", "vectors", "--"]);
    command::run(cargo.arg(folder))
}

/// Writes the vectors elsewhere and compares them with the committed ones.
fn check() -> Result {
    let fresh = place::target().join("vectors");
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    fs::create_dir_all(&fresh)?;
    write_to(&fresh)?;
    let differing = differing(&place::vectors(), &fresh)?;
    if differing.is_empty() {
        println!("the committed vectors are what is written");
        return Ok(());
    }
    let names: Vec<_> = differing.iter().map(|name| name.to_string_lossy()).collect();
    Err(format!("not as committed: {}; `cargo xtask vectors` writes them anew", names.join(", ")).into())
}

/// The names of files that only one folder has, or that differ; notes for readers do not count.
fn differing(committed: &Path, fresh: &Path) -> Result<Vec<OsString>> {
    let names: BTreeSet<OsString> = files(committed)?.into_iter().chain(files(fresh)?).collect();
    let same = |name: &OsString| {
        let [one, other] = [committed, fresh].map(|folder| fs::read(folder.join(name)).ok());
        one.is_some() && one == other
    };
    Ok(names.into_iter().filter(|name| !same(name)).collect())
}

fn files(folder: &Path) -> Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        if Path::new(&name).extension().is_none_or(|ending| ending != "md") {
            names.push(name);
        }
    }
    Ok(names)
}
