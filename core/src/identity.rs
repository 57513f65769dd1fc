//! What a pack, a lot, a product, a logistic unit and a member are called on the ledger.
//!
//! A pack's identity is scheme ‖ code ‖ serial. Every way to write a pack (GS1 element string,
//! Digital Link, EPC URN, IFA PPN, Chinese trace code) maps to one identity:
//!
//! | scheme | code | from |
//! |---|---|---|
//! | 1 GTIN-14 | 14 digits with check digit | AI 01 |
//! | 2 IFA PZN-8 | 8 digits with check digit | PPN `11…`, NTIN `04150…`, AI 710 |
//! | 3 Chinese drug code | 7 characters | the first 7 of a 20-character trace code |
//! | 4 other national | ISO 3166 country ‖ code | AI 711–717 |
//!
//! A GTIN-14 of the form `04150` ‖ PZN-8 ‖ check digit *is* the PZN (an NTIN), so that both
//! meet in scheme 2. Lot and serial are opaque and case-sensitive: `007` is not `7`.

use crate::encoding::{DecodeError, Field, Reader, Wire, put_bytes8, put_number};
use alloc::{string::String, vec::Vec};

/// The numbering scheme of a product code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Scheme {
    /// GS1 GTIN-14.
    Gtin = 1,
    /// IFA PZN-8 (Germany).
    Pzn = 2,
    /// The 7-character Chinese drug identification code (NMPAB/T 1002).
    China = 3,
    /// Another national code: two letters of ISO 3166-1, then the code.
    National = 4,
}

/// Why text is not an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentityError {
    /// Too short or too long.
    Length,
    /// A character outside the scheme's set.
    Character,
    /// The check digit does not fit.
    CheckDigit,
    /// The code has a canonical form in another scheme.
    NotCanonical,
}

/// A product code in its canonical scheme.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProductCode {
    scheme: Scheme,
    code: String,
}

impl Scheme {
    fn check(self, code: &str) -> Result<(), IdentityError> {
        match self {
            Self::Gtin => {
                check_gtin14(code)?;
                if pzn_of_ntin(code).is_some() { Err(IdentityError::NotCanonical) } else { Ok(()) }
            }
            Self::Pzn => check_pzn8(code),
            Self::China => check_text(code, 7, 7, is_upper_alphanumeric),
            Self::National => check_national(code),
        }
    }
}

impl ProductCode {
    /// A code of `scheme`, which must be the canonical one.
    pub fn new(scheme: Scheme, code: &str) -> Result<Self, IdentityError> {
        scheme.check(code)?;
        Ok(Self { scheme, code: String::from(code) })
    }

    /// The product named by a GTIN-14: its PZN-8 where the GTIN is an NTIN.
    pub fn from_gtin14(gtin: &str) -> Result<Self, IdentityError> {
        check_gtin14(gtin)?;
        let (scheme, code) = pzn_of_ntin(gtin).map_or((Scheme::Gtin, gtin), |pzn| (Scheme::Pzn, pzn));
        Ok(Self { scheme, code: String::from(code) })
    }

    /// The scheme.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The code as text.
    pub fn code(&self) -> &str {
        &self.code
    }
}

impl Wire for ProductCode {
    fn put(&self, out: &mut Vec<u8>) {
        put_number(out, self.scheme as u64, 1);
        put_bytes8(out, self.code.as_bytes());
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for ProductCode {
    fn read(reader: &mut Reader<'_>) -> Self {
        let scheme = match reader.number(1) {
            1 => Scheme::Gtin,
            2 => Scheme::Pzn,
            3 => Scheme::China,
            number => {
                reader.require(number == 4, DecodeError::Value);
                Scheme::National
            }
        };
        let code = read_ascii(reader, 22);
        reader.require(scheme.check(code).is_ok(), DecodeError::Text);
        Self { scheme, code: String::from(code) }
    }
}

macro_rules! opaque_text {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes 1 to 20 characters of GS1 character set 82.
            pub fn new(text: &str) -> Result<Self, IdentityError> {
                check_opaque(text)?;
                Ok(Self(String::from(text)))
            }

            /// The characters as they stand on the pack.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Wire for $name {
            fn put(&self, out: &mut Vec<u8>) {
                put_bytes8(out, self.0.as_bytes());
            }

            fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
                reader.whole()
            }
        }

        impl Field for $name {
            fn read(reader: &mut Reader<'_>) -> Self {
                Self(opaque_text(reader))
            }
        }
    };
}

opaque_text! {
    /// A serial number (AI 21): opaque, case-sensitive.
    Serial
}

opaque_text! {
    /// A lot or batch number (AI 10): opaque, case-sensitive.
    Lot
}

/// One serialised saleable unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "an identity is these two things in every version")]
pub struct PackId {
    /// The product.
    pub product: ProductCode,
    /// The serial within the product.
    pub serial: Serial,
}

impl Wire for PackId {
    fn put(&self, out: &mut Vec<u8>) {
        self.product.put(out);
        self.serial.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for PackId {
    fn read(reader: &mut Reader<'_>) -> Self {
        Self { product: ProductCode::read(reader), serial: Serial::read(reader) }
    }
}

/// A serial shipping container code (AI 00): 18 digits with check digit, kept as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sscc(u64);

impl Sscc {
    /// Takes 18 digits with a right check digit.
    pub fn new(digits: &str) -> Result<Self, IdentityError> {
        check_text(digits, 18, 18, |c| c.is_ascii_digit())?;
        check_mod10(digits)?;
        Ok(Self(digits.bytes().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))))
    }

    /// The 18 digits.
    pub fn digits(self) -> String {
        let mut digits = [b'0'; 18];
        let mut rest = self.0;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        ascii(&digits)
    }
}

impl Wire for Sscc {
    fn put(&self, out: &mut Vec<u8>) {
        put_number(out, self.0, 8);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.whole()
    }
}

impl Field for Sscc {
    fn read(reader: &mut Reader<'_>) -> Self {
        let sscc = Self(reader.number(8));
        reader.require(sscc.0 < 1_000_000_000_000_000_000, DecodeError::Bounds);
        reader.require(check_mod10(&sscc.digits()).is_ok(), DecodeError::Text);
        sscc
    }
}

/// The number of a member of the consortium, given at admission and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a number with a unit")]
pub struct MemberId(pub u32);

/// A calendar day in UTC, counted from 1970-01-01 as day 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a number with a unit")]
pub struct Day(pub u32);

impl Day {
    /// The day of a date in the proleptic Gregorian calendar, where it exists and lies in 1970–2169.
    pub fn from_date(year: u32, month: u32, day: u32) -> Option<Self> {
        if !(1970..2170).contains(&year) || day < 1 || day > days_in_month(year, month)? {
            return None;
        }
        let leap_days = |year: u32| year / 4 - year / 100 + year / 400;
        let before_year = (year - 1970) * 365 + leap_days(year - 1) - leap_days(1969);
        let before_month: u32 = (1..month).filter_map(|month| days_in_month(year, month)).sum();
        Some(Self(before_year + before_month + day - 1))
    }

    /// The last day of a month, which is what day `00` of a GS1 date means.
    pub fn last_of_month(year: u32, month: u32) -> Option<Self> {
        Self::from_date(year, month, days_in_month(year, month)?)
    }

    /// The first millisecond after the day, in ms since 1970-01-01 UTC.
    pub const fn end_ms(self) -> u64 {
        (self.0 as u64 + 1) * 86_400_000
    }
}

/// Checks 8 to 18 digits against the GS1 modulo-10 check digit at their end (General Specifications 7.9).
pub fn check_mod10(digits: &str) -> Result<(), IdentityError> {
    if !(8..=18).contains(&digits.len()) {
        return Err(IdentityError::Length);
    }
    let mut sum = 0_u32;
    for (index, digit) in digits.bytes().rev().enumerate() {
        if !digit.is_ascii_digit() {
            return Err(IdentityError::Character);
        }
        sum += u32::from(digit - b'0') * if index % 2 == 0 { 1 } else { 3 };
    }
    if sum.is_multiple_of(10) { Ok(()) } else { Err(IdentityError::CheckDigit) }
}

/// Whether `byte` is in GS1 character set 82 (General Specifications figure 7.11-1).
pub const fn is_cset82(byte: u8) -> bool {
    matches!(byte, b'!' | b'"' | b'%'..=b'?' | b'A'..=b'Z' | b'_' | b'a'..=b'z')
}

const fn is_upper_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase()
}

fn check_text(text: &str, min: usize, max: usize, allowed: fn(u8) -> bool) -> Result<(), IdentityError> {
    if !(min..=max).contains(&text.len()) {
        return Err(IdentityError::Length);
    }
    if text.bytes().all(allowed) { Ok(()) } else { Err(IdentityError::Character) }
}

fn check_gtin14(code: &str) -> Result<(), IdentityError> {
    check_text(code, 14, 14, |c| c.is_ascii_digit())?;
    check_mod10(code)
}

/// IFA technical information PZN coding: weights 1 to 7, modulo 11, remainder 10 is never issued.
fn check_pzn8(code: &str) -> Result<(), IdentityError> {
    check_text(code, 8, 8, |c| c.is_ascii_digit())?;
    let value = |digit: u8| u32::from(digit - b'0');
    let sum: u32 = code.bytes().take(7).zip(1..).map(|(digit, weight)| value(digit) * weight).sum();
    if code.bytes().last().map(value) == Some(sum % 11) { Ok(()) } else { Err(IdentityError::CheckDigit) }
}

fn check_national(code: &str) -> Result<(), IdentityError> {
    check_text(code, 3, 22, is_cset82)?;
    if code.bytes().take(2).all(|c| c.is_ascii_uppercase()) { Ok(()) } else { Err(IdentityError::Character) }
}

fn pzn_of_ntin(gtin: &str) -> Option<&str> {
    let pzn = gtin.strip_prefix("04150")?.get(..8)?;
    check_pzn8(pzn).ok().map(|()| pzn)
}

/// Characters of ASCII as text.
pub(crate) fn ascii(characters: &[u8]) -> String {
    String::from(core::str::from_utf8(characters).unwrap_or_default())
}

/// Text of 1 to `max` bytes behind its length. What is not ASCII is empty, and no identity is.
fn read_ascii<'a>(reader: &mut Reader<'a>, max: usize) -> &'a str {
    core::str::from_utf8(reader.vector(1, 1, max)).unwrap_or_default()
}

fn opaque_text(reader: &mut Reader<'_>) -> String {
    let text = read_ascii(reader, 20);
    reader.require(check_opaque(text).is_ok(), DecodeError::Text);
    String::from(text)
}

fn check_opaque(text: &str) -> Result<(), IdentityError> {
    check_text(text, 1, 20, is_cset82)
}

const fn days_in_month(year: u32, month: u32) -> Option<u32> {
    Some(match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    const GTIN: &str = "09504000059101";

    #[test]
    fn an_ntin_is_its_pzn() {
        // PZN 03752864: 0·1 + 3·2 + 7·3 + 5·4 + 2·5 + 8·6 + 6·7 = 147, 147 mod 11 = 4.
        let ntin = "04150037528643";
        let product = ProductCode::from_gtin14(ntin);
        assert_eq!(product, ProductCode::new(Scheme::Pzn, "03752864"));
        assert_eq!(product.map(|product| product.scheme()), Ok(Scheme::Pzn));
        assert_eq!(ProductCode::new(Scheme::Gtin, ntin), Err(IdentityError::NotCanonical));
        assert_eq!(ProductCode::from_gtin14(GTIN), ProductCode::new(Scheme::Gtin, GTIN));
    }

    #[test]
    fn a_code_under_04150_with_a_wrong_pzn_stays_a_gtin() {
        for last in 0..10 {
            let digits = std::format!("041500375286{last}");
            let gtin = (0..10).map(|check| std::format!("{digits}{check}")).find(|gtin| check_mod10(gtin).is_ok());
            let scheme = gtin.and_then(|gtin| ProductCode::from_gtin14(&gtin).ok()).map(|product| product.scheme());
            assert_eq!(scheme, Some(if last == 4 { Scheme::Pzn } else { Scheme::Gtin }), "{last}");
        }
    }

    #[test]
    fn each_scheme_refuses_what_is_not_its_own() {
        use IdentityError::{Character, CheckDigit, Length};
        for (scheme, code, error) in [
            (Scheme::Gtin, "0950400005910", Length),
            (Scheme::Gtin, "095040000591012", Length),
            (Scheme::Gtin, "0950400005910A", Character),
            (Scheme::Gtin, "09504000059102", CheckDigit),
            (Scheme::Pzn, "3752864", Length),
            (Scheme::Pzn, "0375286A", Character),
            (Scheme::Pzn, "03752863", CheckDigit),
            // Sum 10: such a number is never issued.
            (Scheme::Pzn, "00000050", CheckDigit),
            (Scheme::China, "123456", Length),
            (Scheme::China, "12345678", Length),
            (Scheme::China, "123456a", Character),
            (Scheme::National, "DE", Length),
            (Scheme::National, "DE345678901234567890123", Length),
            (Scheme::National, "de1", Character),
            (Scheme::National, "D1X", Character),
            (Scheme::National, "DE\u{e9}", Character),
            (Scheme::National, "DE#", Character),
        ] {
            assert_eq!(ProductCode::new(scheme, code), Err(error), "{scheme:?} {code}");
        }
        assert!(ProductCode::new(Scheme::China, "8123X67").is_ok_and(|product| product.code() == "8123X67"));
        assert!(ProductCode::new(Scheme::National, "BR1/2-3").is_ok());
    }

    #[test]
    fn bytes_are_refused_with_the_code_of_their_fault() {
        let get = |scheme: u8, code: &str| {
            let mut bytes = std::vec![scheme];
            put_bytes8(&mut bytes, code.as_bytes());
            ProductCode::from_wire(&bytes).err()
        };
        assert_eq!(get(1, GTIN), None);
        assert_eq!(get(0, GTIN), Some(DecodeError::Value));
        assert_eq!(get(5, GTIN), Some(DecodeError::Value));
        assert_eq!(get(1, ""), Some(DecodeError::Bounds));
        assert_eq!(get(4, "DE345678901234567890123"), Some(DecodeError::Bounds));
        assert_eq!(get(1, "09504000059102"), Some(DecodeError::Text));
        assert_eq!(get(1, "04150037528643"), Some(DecodeError::Text));
        assert_eq!(ProductCode::from_wire(&[4, 3, b'D', b'E', 0xff]), Err(DecodeError::Text));
    }

    #[test]
    fn lot_and_serial_are_opaque_and_case_sensitive() {
        assert_ne!(Serial::new("007"), Serial::new("7"));
        assert_ne!(Lot::new("a"), Lot::new("A"));
        assert_eq!(Serial::new(""), Err(IdentityError::Length));
        assert_eq!(Serial::new("123456789012345678901"), Err(IdentityError::Length));
        assert_eq!(Lot::new("A B"), Err(IdentityError::Character));
        assert_eq!(Lot::new("A\u{1d}"), Err(IdentityError::Character));
        assert_eq!(Serial::from_wire(&[1, b' ']), Err(DecodeError::Text));
        assert_eq!(Lot::from_wire(&[0]), Err(DecodeError::Bounds));
        assert_eq!(Lot::from_wire(&[1, b'/']).map(|lot| lot.as_str().to_string()), Ok("/".to_string()));
    }

    #[test]
    fn character_set_82_has_82_characters() {
        let set: Vec<u8> = (0..=255).filter(|byte| is_cset82(*byte)).collect();
        assert_eq!(set.len(), 82);
        assert!(!set.iter().any(|byte| b" #$@[\\]^`{|}~".contains(byte)));
    }

    #[test]
    fn an_sscc_is_a_number_with_a_check_digit() {
        let digits = "000000000000000017";
        assert_eq!(Sscc::new(digits).map(Sscc::digits).as_deref(), Ok(digits));
        assert_eq!(Sscc::new("000000000000000018"), Err(IdentityError::CheckDigit));
        assert_eq!(Sscc::new("00000000000000017"), Err(IdentityError::Length));
        assert_eq!(Sscc::new("00000000000000001x"), Err(IdentityError::Character));
        assert_eq!(Sscc::from_wire(&17_u64.to_be_bytes()), Sscc::new(digits).map_err(|_| DecodeError::Text));
        assert_eq!(Sscc::from_wire(&18_u64.to_be_bytes()), Err(DecodeError::Text));
        assert_eq!(Sscc::from_wire(&(10_u64.pow(18) + 17).to_be_bytes()), Err(DecodeError::Bounds));
    }

    #[test]
    fn check_digits_are_for_8_to_18_digits() {
        assert_eq!(check_mod10("96385074"), Ok(()));
        assert_eq!(check_mod10("6385074"), Err(IdentityError::Length));
        assert_eq!(check_mod10("0000000000000000000"), Err(IdentityError::Length));
        assert_eq!(check_mod10("9638507x"), Err(IdentityError::Character));
        assert_eq!(check_mod10("96385075"), Err(IdentityError::CheckDigit));
    }

    #[test]
    #[cfg_attr(miri, ignore = "two hundred years take minutes in an interpreter")]
    fn days_are_those_of_the_calendar() {
        assert_eq!(Day::from_date(1970, 1, 1), Some(Day(0)));
        assert_eq!(Day::from_date(2000, 2, 29), Some(Day(11_016)));
        assert_eq!(Day::from_date(2026, 1, 1), Some(Day(20_454)));
        let mut next = 0;
        for year in 1970..=2169 {
            for month in 1..=12 {
                let last = Day::last_of_month(year, month);
                for day in 1..=31 {
                    let Some(found) = Day::from_date(year, month, day) else { continue };
                    assert_eq!(found, Day(next));
                    next += 1;
                }
                assert_eq!(last, Some(Day(next - 1)), "{year}-{month}");
            }
        }
        assert_eq!(Day(next).end_ms(), (u64::from(next) + 1) * 86_400_000);
        for (year, month, day) in [
            (2026, 2, 29),
            (2100, 2, 29),
            (2026, 4, 31),
            (2026, 1, 0),
            (2026, 0, 1),
            (2026, 13, 1),
            (1969, 12, 31),
            (2170, 1, 1),
        ] {
            assert_eq!(Day::from_date(year, month, day), None, "{year}-{month}-{day}");
        }
        assert_eq!(Day::last_of_month(2026, 13), None);
    }
}
