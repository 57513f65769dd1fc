//! URIs as the standard's schema asks for them (RFC 3986).

/// Whether `text` has a scheme and only characters of a URI.
pub(crate) fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    is_scheme(scheme) && !rest.is_empty() && is_uri_text(rest.as_bytes())
}

fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'-' | b'.' | b'_'))
}

/// Characters of RFC 3986 section 2, and `%` only before two hexadecimal digits.
fn is_uri_text(text: &[u8]) -> bool {
    text.iter().enumerate().all(|(at, c)| match c {
        b'%' => text.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)),
        b'!' | b'#'..=b'/' | b':' | b';' | b'=' | b'?' | b'@' | b'[' | b']' | b'_' | b'~' => true,
        _ => c.is_ascii_alphanumeric(),
    })
}

#[cfg(test)]
mod tests {
    use super::is_uri;

    #[test]
    fn uris_have_a_scheme_and_no_other_characters() {
        for good in [
            "urn:epc:id:sgtin:0614141.107346.2018",
            "geo:47.5,11.1",
            "example:x",
            "https://a/%2F?b#c",
            "ni:///sha-256;ab?ver=CBV2.0",
        ] {
            assert!(is_uri(good), "{good}");
        }
        for bad in
            ["", "receiving", ":x", "x:", "1x:y", "urn:a b", "urn:%2", "urn:%zz", "urn:é", "https://a/\"", "a/b:c"]
        {
            assert!(!is_uri(bad), "{bad}");
        }
    }
}
