//! `cargo xtask mobile`: the static libraries for Android and iOS, and their sizes.
//!
//! A static library needs no linker of the platform, so they build anywhere. A shared library for Android
//! needs its NDK (`mobile-bindings/android/build-aar.sh`), a framework for iOS Apple's Xcode
//! (`mobile-bindings/swift/build-xcframework.sh`).

use crate::{Result, command, place, table};
use std::fs;

/// Without arguments; the other processors' targets can be named.
const USUAL: &[&str] = &["aarch64-linux-android", "aarch64-apple-ios", "aarch64-apple-ios-sim", "x86_64-apple-ios"];

pub(crate) fn task(targets: &[&str]) -> Result {
    let (named, targets) = (!targets.is_empty(), if targets.is_empty() { USUAL } else { targets });
    let mut rows = Vec::new();
    let mut absent = Vec::new();
    for target in targets {
        let add = command::run(command::program("rustup").args(["target", "add", target]));
        if add.is_ok() { rows.push(build(target)?) } else { absent.push(*target) }
    }
    table::print("Static libraries for phones", &["target", "bytes", "members", "path"], &rows);
    println!("  an application links what it uses of them; for what it gains see `cargo xtask test mobile-size`");
    if !absent.is_empty() {
        println!("  not built, since rustup offers no standard library for them here: {}", absent.join(", "));
    }
    if rows.is_empty() || (named && !absent.is_empty()) { Err("not every library was built".into()) } else { Ok(()) }
}

fn build(target: &str) -> Result<Vec<String>> {
    let mut cargo = command::cargo();
    cargo.args(["rustc", "--package", "medproof-mobile", "--lib", "--crate-type", "staticlib"]);
    command::run(cargo.args(["--profile", "mobile", "--target", target]))?;
    let library = place::target().join(target).join("mobile/libmedproof_mobile.a");
    let bytes = fs::read(&library)?;
    if !bytes.starts_with(b"!<arch>\n") {
        return Err(format!("{} is no archive", library.display()).into());
    }
    let shown = library.strip_prefix(place::target()).unwrap_or(&library).display().to_string();
    Ok(vec![target.to_owned(), bytes.len().to_string(), members(&bytes).to_string(), shown])
}

/// The members of an archive, each after a header of 60 bytes that ends in its length and a mark.
fn members(archive: &[u8]) -> usize {
    const HEADER_LEN_BYTES: usize = 60;
    let (mut rest, mut count) = (archive.get(8..).unwrap_or_default(), 0);
    while let Some((header, after)) = rest.split_at_checked(HEADER_LEN_BYTES) {
        let length = header.get(48..58).and_then(|digits| std::str::from_utf8(digits).ok());
        let Some(length) = length.and_then(|digits| digits.trim().parse::<usize>().ok()) else { break };
        count += 1;
        rest = after.get(length.next_multiple_of(2)..).unwrap_or_default();
    }
    count
}

#[cfg(test)]
mod tests {
    use super::members;

    #[test]
    fn counts_members_of_odd_and_even_length() {
        let header = |length: usize| format!("{:<16}{:<32}{length:<10}`\n", "a.o/", "0");
        let archive = format!("!<arch>\n{}abc\n{}abcd", header(3), header(4));
        assert_eq!(members(archive.as_bytes()), 2);
        assert_eq!(members(b"!<arch>\n"), 0);
    }
}
