//! The canonical form of an identifier: a GS1 Digital Link URI at `id.gs1.org` with the finest key only.
//!
//! ```text
//! urn:epc:id:sgtin:0614141.107346.2017                       https://id.gs1.org/01/10614141073464/21/2017
//! https://example.com/01/10614141073464/10/A/21/2017?17=…    the same
//! urn:epc:id:sgln:0614141.07346.1234                         https://id.gs1.org/414/0614141073467/254/1234
//! ```
//!
//! It is what the CBV's event hash writes (CBV 2.0 section 8.9) and what queries compare, so that one thing is found by any
//! of its spellings. Check digits of URNs are computed (EPC Tag Data Standard section 6); a Digital Link is read by core.

use medproof_core::scan::digital_link;

/// The canonical form of `text`, if it is an EPC URN or a Digital Link.
pub fn canonical(text: &str) -> Option<String> {
    match text.strip_prefix("urn:epc:") {
        Some(urn) => of_urn(urn),
        None if text.starts_with("http") => of_link(text),
        None => None,
    }
}

/// The canonical form of what follows `urn:epc:`.
fn of_urn(urn: &str) -> Option<String> {
    let (class, rest) = urn.split_once(':')?;
    let (scheme, body) = rest.split_once(':')?;
    let path = match class {
        "id" => of_instance(scheme, body),
        "class" if scheme == "lgtin" => of_keyed(body, "10"),
        "idpat" => of_pattern(scheme, body.strip_suffix(".*")?),
        _ => None,
    }?;
    Some([DOMAIN, &path].concat())
}

fn of_instance(scheme: &str, body: &str) -> Option<String> {
    match scheme {
        "sgtin" => of_keyed(body, "21"),
        "upui" => of_keyed(body, "235"),
        "itip" => {
            let (class, serial) = body.rsplit_once('.')?;
            Some(format!("{}/21/{}", of_itip(class)?, escaped(serial, 20)?))
        }
        "sscc" => Some(format!("00/{}", key(body, 17, true)?)),
        "gsrn" => Some(format!("8018/{}", key(body, 17, false)?)),
        "gsrnp" => Some(format!("8017/{}", key(body, 17, false)?)),
        "gsin" => Some(format!("402/{}", key(body, 16, false)?)),
        "pgln" => Some(format!("417/{}", key(body, 12, false)?)),
        "sgln" => {
            let (gln, extension) = last_part(body)?;
            let gln = key(gln, 12, false)?;
            Some(if extension == "0" {
                format!("414/{gln}")
            } else {
                format!("414/{gln}/254/{}", escaped(extension, 20)?)
            })
        }
        "grai" => of_appended(body, "8003/0", 16),
        "gdti" => of_appended(body, "253/", 17),
        "sgcn" => of_appended(body, "255/", 12),
        "giai" => Some(format!("8004/{}", joined(body, 30)?)),
        "ginc" => Some(format!("401/{}", joined(body, 30)?)),
        "cpi" => {
            let (part, serial) = body.rsplit_once('.')?;
            Some(format!("8010/{}/8011/{}", joined(part, 30)?, escaped(serial, 12)?))
        }
        _ => None,
    }
}

fn of_pattern(scheme: &str, body: &str) -> Option<String> {
    match scheme {
        "sgtin" | "upui" => Some(format!("01/{}", key(body, 13, true)?)),
        "itip" => of_itip(body),
        "grai" => Some(format!("8003/0{}", key(body, 12, false)?)),
        "gdti" => Some(format!("253/{}", key(body, 12, false)?)),
        "sgcn" => Some(format!("255/{}", key(body, 12, false)?)),
        "cpi" => Some(format!("8010/{}", joined(body, 30)?)),
        _ => None,
    }
}

/// A GTIN with a qualifier: `prefix.item.value`.
fn of_keyed(body: &str, qualifier: &str) -> Option<String> {
    let (class, value) = last_part(body)?;
    let max = if qualifier == "235" { 28 } else { 20 };
    Some(format!("01/{}/{qualifier}/{}", key(class, 13, true)?, escaped(value, max)?))
}

/// `prefix.item.piece.total`.
fn of_itip(body: &str) -> Option<String> {
    let (rest, total) = body.rsplit_once('.')?;
    let (class, piece) = rest.rsplit_once('.')?;
    let is_two = |text: &str| text.len() == 2 && is_digits(text);
    (is_two(piece) && is_two(total)).then_some(())?;
    Some(format!("8006/{}{piece}{total}", key(class, 13, true)?))
}

/// A key of 12 digits with check digit, behind which the serial stands without separator.
fn of_appended(body: &str, start: &str, max: usize) -> Option<String> {
    let (class, serial) = last_part(body)?;
    Some(format!("{start}{}{}", key(class, 12, false)?, escaped(serial, max)?))
}

/// `prefix.reference.value` at its second dot: a value may hold dots.
fn last_part(body: &str) -> Option<(&str, &str)> {
    let first = body.find('.')?;
    let second = first + 1 + body.get(first + 1..)?.find('.')?;
    Some((body.get(..second)?, body.get(second + 1..)?))
}

/// The digits of `prefix.reference` with check digit; `turned` puts the reference's first digit in front.
fn key(class: &str, len: usize, turned: bool) -> Option<String> {
    let (prefix, reference) = class.split_once('.')?;
    if !(6..=12).contains(&prefix.len()) || prefix.len() + reference.len() != len {
        return None;
    }
    let (first, rest) = reference.split_at_checked(usize::from(turned))?;
    let mut digits = String::with_capacity(len + 1);
    digits.extend([first, prefix, rest]);
    is_digits(&digits).then_some(())?;
    let check = check_digit(&digits);
    digits.push(check);
    Some(digits)
}

fn check_digit(digits: &str) -> char {
    let weights = [3, 1].into_iter().cycle();
    let sum: u32 = digits.bytes().rev().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0')
}

/// `prefix.reference` without the dot.
fn joined(body: &str, max: usize) -> Option<String> {
    let (prefix, reference) = body.split_once('.')?;
    (is_digits(prefix) && (6..=12).contains(&prefix.len()) && !reference.is_empty()).then_some(())?;
    escaped(&[prefix, reference].concat(), max)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|c| c.is_ascii_digit())
}

/// A value with the characters escaped that a Digital Link escapes; what is escaped already stays so.
fn escaped(value: &str, max: usize) -> Option<String> {
    let mut out = String::with_capacity(value.len());
    let mut count = 0;
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        count += 1;
        if byte == b'%' {
            let (high, low) = (rest.next()?, rest.next()?);
            (high.is_ascii_hexdigit() && low.is_ascii_hexdigit()).then_some(())?;
            out.extend(['%', char::from(high), char::from(low)]);
        } else {
            push_escaped(&mut out, byte)?;
        }
    }
    (1..=max).contains(&count).then_some(out)
}

/// Digital Link Standard, table of reserved characters; nothing for what no key may hold.
fn push_escaped(out: &mut String, byte: u8) -> Option<()> {
    match byte {
        b'!' | b'"' | b'#' | b'%' | b'&' | b'(' | b')' | b'*' | b'+' | b',' | b'/' | b':' | b'<' | b'>' | b'?' => {
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.push(char::from_digit(digit.into(), 16)?.to_ascii_uppercase());
            }
        }
        b'\'' | b'-' | b'.' | b';' | b'=' | b'_' => out.push(byte.into()),
        _ if byte.is_ascii_alphanumeric() => out.push(byte.into()),
        _ => return None,
    }
    Some(())
}

fn of_link(text: &str) -> Option<String> {
    let link = digital_link::parse(text, true).ok()?;
    let mut path = link.elements.iter().take(link.path_len);
    let key = path.next()?;
    let mut out = String::with_capacity(DOMAIN.len() + 48);
    out.extend([DOMAIN, key.label.as_str(), "/"]);
    push_all(&mut out, key.value)?;
    if let Some(finest) = path.last().filter(|qualifier| qualifier.label.as_str() != "22") {
        out.extend(["/", finest.label.as_str(), "/"]);
        push_all(&mut out, finest.value)?;
    }
    Some(out)
}

fn push_all(out: &mut String, value: &str) -> Option<()> {
    value.bytes().try_for_each(|byte| push_escaped(out, byte))
}

const DOMAIN: &str = "https://id.gs1.org/";

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn every_kind_of_urn_has_its_link() {
        for (urn, path) in [
            ("id:sgtin:4012345.012345.12", "01/04012345123456/21/12"),
            ("id:sgtin:0614141.812345.6789%2F%26%25%22!%3F()", "01/80614141123458/21/6789%2F%26%25%22%21%3F%28%29"),
            ("id:sgtin:387583784374.7.9302932", "01/73875837843740/21/9302932"),
            ("id:sgtin:0614141.107346.A.B", "01/10614141073464/21/A.B"),
            ("id:sscc:4012345.0000000333", "00/040123450000003338"),
            ("id:sgln:0614141.07346.1234", "414/0614141073467/254/1234"),
            ("id:sgln:4012345.00005.0", "414/4012345000054"),
            ("id:sgln:401234512345..7", "414/4012345123456/254/7"),
            ("id:pgln:4012345.00000", "417/4012345000009"),
            ("id:grai:4012345.66666.87", "8003/0401234566666387"),
            ("id:giai:4000001.111", "8004/4000001111"),
            ("id:gsrn:4012345.9876540000", "8018/401234598765400000"),
            ("id:gsrnp:4012345.0000098765", "8017/401234500000987658"),
            ("id:gdti:4012345.55555.1234", "253/40123455555541234"),
            ("id:cpi:4012345.ABC.123", "8010/4012345ABC/8011/123"),
            ("id:sgcn:4012345.99999.44", "255/401234599999044"),
            ("id:ginc:4012345.333", "401/4012345333"),
            ("id:gsin:4012345.999987654", "402/40123459999876541"),
            ("id:itip:4012345.012345.01.02.999", "8006/040123451234560102/21/999"),
            ("id:upui:4012345.012345.AB12", "01/04012345123456/235/AB12"),
            ("class:lgtin:4054739.099914.20160711", "01/04054739999148/10/20160711"),
            ("idpat:sgtin:4054739.099914.*", "01/04054739999148"),
            ("idpat:itip:4012345.012345.01.02.*", "8006/040123451234560102"),
            ("idpat:cpi:4012345.ABC.*", "8010/4012345ABC"),
        ] {
            let expected = format!("https://id.gs1.org/{path}");
            assert_eq!(canonical(&format!("urn:epc:{urn}")), Some(expected), "{urn}");
        }
    }

    #[test]
    fn a_link_keeps_its_finest_key_and_loses_domain_and_query() {
        for (link, path) in [
            ("https://example.com/some/01/10614141073464/10/A/21/2017?17=280531", "01/10614141073464/21/2017"),
            ("https://id.gs1.org/01/10614141073464/22/2A", "01/10614141073464"),
            ("https://id.gs1.org/01/10614141073464/22/2A/10/L", "01/10614141073464/10/L"),
            (
                "https://id.gs1.org/01/80614141123458/21/6789%2F%26%25%22!%3F()",
                "01/80614141123458/21/6789%2F%26%25%22%21%3F%28%29",
            ),
            ("https://id.gs1.org/00/040123450000003338", "00/040123450000003338"),
            ("https://example.com/414/0614141073467/254/1234", "414/0614141073467/254/1234"),
            ("http://example.com/253/4012345000054987", "253/4012345000054987"),
        ] {
            assert_eq!(canonical(link), Some(format!("https://id.gs1.org/{path}")), "{link}");
        }
    }

    #[test]
    fn what_is_no_identifier_has_no_canonical_form() {
        for text in [
            "urn:epc:id:sgtin:0614141.10734.2017",
            "urn:epc:id:sgtin:06141.10734600.2017",
            "urn:epc:id:sgtin:0614141.107346.",
            "urn:epc:id:sgtin:0614141.107346.a%2",
            "urn:epc:id:sgtin:0614141.107346.123456789012345678901",
            "urn:epc:id:sscc:061414A.0000000333",
            "urn:epc:id:unknown:1.2",
            "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
            "https://example.com/shop",
            "https://id.gs1.org/01/10614141073465",
            "geo:47.5,11.1",
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }
}
