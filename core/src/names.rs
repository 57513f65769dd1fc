//! Names of an enum's values as one text: in wasm a table of addresses and lengths weighs more than the names.

/// The name at `index` among `names`, which have a blank between them; empty beyond the last.
pub(crate) const fn nth(names: &'static str, index: usize) -> &'static str {
    let (mut rest, mut at) = (names, 0);
    loop {
        let (name, behind) = cut(rest);
        if at == index || behind.is_empty() {
            return if at == index { name } else { "" };
        }
        (rest, at) = (behind, at + 1);
    }
}

/// What stands before the first blank, and behind it.
const fn cut(names: &'static str) -> (&'static str, &'static str) {
    let (mut bytes, mut len_bytes) = (names.as_bytes(), 0);
    while let [byte, behind @ ..] = bytes {
        if *byte == b' '
            && let Some((name, _)) = names.split_at_checked(len_bytes)
            && let Some((_, behind)) = names.split_at_checked(len_bytes + 1)
        {
            return (name, behind);
        }
        (bytes, len_bytes) = (behind, len_bytes + 1);
    }
    (names, "")
}

#[cfg(test)]
mod tests {
    use super::nth;

    #[test]
    fn names_are_counted_from_zero() {
        assert_eq!([0, 1, 2, 3].map(|index| nth("one two three", index)), ["one", "two", "three", ""]);
        assert_eq!(nth("", 0), "");
    }
}
