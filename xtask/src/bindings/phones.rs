//! `cargo xtask mobile`: the static libraries for Android and iOS, and their sizes.
//!
//! A static library needs no linker of the platform, so they build anywhere. A shared library for Android
//! needs its NDK (`mobile-bindings/android/build-aar.sh`), a framework for iOS Apple's Xcode
//! (`mobile-bindings/swift/build-xcframework.sh`).

use crate::{Result, command, place, table};
use std::fs;

/// Without arguments; the other processors' targets can be named.
const USUAL: &[&str] = &["aarch64-linux-android", "aarch64-apple-ios", "aarch64-apple-ios-sim"];

pub(crate) fn task(targets: &[&str]) -> Result {
    let targets = if targets.is_empty() { USUAL } else { targets };
    let rows: Vec<_> = targets.iter().map(|target| build(target)).collect::<Result<_>>()?;
    table::print("Static libraries for phones", &["target", "bytes", "members", "path"], &rows);
    println!("  an application links what it uses of them; for what it gains see `cargo xtask test mobile-size`");
    Ok(())
}

fn build(target: &str) -> Result<Vec<String>> {
    let mut cargo = command::cargo();
    cargo.args(["rustc", "--package", "medproof-mobile", "--lib", "--crate-type", "staticlib"]);
    if let Err(cause) = command::run(command::program("rustup").args(["target", "add", target])) {
        println!("  rustup has no standard library for {target} ({cause}); building it from source");
        command::run(command::program("rustup").args(["component", "add", "rust-src"]))?;
        cargo.args(["-Z", "build-std=std,panic_unwind"]).env("RUSTC_BOOTSTRAP", "1");
    }
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
