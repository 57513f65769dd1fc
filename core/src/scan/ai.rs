//! GS1 Application Identifiers: which there are, and what a value must look like.
//!
//! A value is a *head* of digits, which may hold a check digit or a date, and a *tail* of one
//! character class. No identifier is the beginning of another, so that at most one fits the
//! front of a text.
//!
//! ```text
//! 17   head 6 (a date)            00    head 18 (check digit)
//! 10   tail 1 to 20 characters    253   head 13 (check digit), tail 0 to 17 characters
//! ```
//!
//! Limits: values of currency, country, coupon, IBAN and global model number are checked for
//! length and characters only; none of them takes part in an identity.

use super::{ai_table::ROWS, error::ScanError, split::is_digits};
use crate::identity::{Day, IdentityError, check_mod10, is_cset82};

/// The row of the identifier at the front of `data`, and the length of the identifier in bytes.
pub(super) fn find(data: &[u8]) -> Option<(&'static Row, usize)> {
    ROWS.iter().map(|row| (row, row.label_len_bytes())).find(|(row, len)| {
        let number = data.get(..*len).and_then(number).unwrap_or(u16::MAX);
        row.first <= number && number <= row.last && (row.flags & TO5 == 0 || number % 10 <= 5)
    })
}

/// The row of `label`, where the whole of it is an identifier.
pub(super) fn row_of(label: &[u8]) -> Option<&'static Row> {
    find(label).filter(|(_, len)| *len == label.len()).map(|(row, _)| row)
}

/// One identifier, or several with one format.
#[derive(Debug)]
pub(super) struct Row {
    first: u16,
    last: u16,
    flags: u8,
    head: u8,
    tail: Tail,
}

/// What follows the head: a character class, and the lengths that it may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tail {
    class: Class,
    min: u8,
    max: u8,
    step: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Digits,
    Cset82,
    Cset39,
    Base64Url,
}

impl Row {
    /// Whether the length is predefined, so that no separator need follow (General Specifications section 7.8).
    pub(super) const fn is_predefined(&self) -> bool {
        self.flags & FIXED != 0
    }

    /// Whether the identifier may stand in the query of a Digital Link.
    pub(super) const fn is_link_attribute(&self) -> bool {
        self.flags & LINK != 0
    }

    /// The length of the longest value, in bytes.
    pub(super) fn max_len_bytes(&self) -> usize {
        self.head_len_bytes() + usize::from(self.tail.max)
    }

    /// The length of the head, in bytes.
    pub(super) fn head_len_bytes(&self) -> usize {
        usize::from(self.head)
    }

    /// Checks a value for length, characters, check digit and date.
    pub(super) fn check(&self, value: &[u8]) -> Result<(), ScanError> {
        let (head, tail) = value.split_at_checked(self.head_len_bytes()).ok_or(ScanError::BadValue)?;
        if !is_digits(head) || !self.tail.fits(tail) {
            return Err(ScanError::BadValue);
        }
        if self.flags & CHECK != 0 {
            check_digit(head)?;
        }
        let is_dated = self.flags & (DAY0 | DATE) == 0 || date(head, self.flags & DAY0 != 0).is_some();
        let is_timed = self.flags & TIME == 0 || value.get(6..10).is_none_or(is_time);
        if is_dated && is_timed { Ok(()) } else { Err(ScanError::BadValue) }
    }

    /// The length of the identifier itself: two digits below 100, three below 1000, else four.
    const fn label_len_bytes(&self) -> usize {
        match self.first {
            0..100 => 2,
            100..1000 => 3,
            _ => 4,
        }
    }
}

impl Tail {
    fn fits(self, text: &[u8]) -> bool {
        let Ok(len) = u8::try_from(text.len()) else { return false };
        (self.min..=self.max).contains(&len)
            && len.checked_rem(self.step) == Some(0)
            && text.iter().all(|&c| match self.class {
                Class::Digits => c.is_ascii_digit(),
                Class::Cset82 => is_cset82(c),
                Class::Cset39 => c.is_ascii_digit() || c.is_ascii_uppercase() || matches!(c, b'#' | b'-' | b'/'),
                Class::Base64Url => c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'='),
            })
    }
}

/// The day of a date `YYMMDD…` in the years 2000 to 2099; with `day0`, day `00` is the last of the month.
///
/// The century is fixed, since nothing here reads a clock. The General Specifications (section
/// 7.12) choose it by a window that slides with the current year; both agree on every
/// expiry date until 2050.
pub(super) fn date(text: &[u8], day0: bool) -> Option<Day> {
    let part = |at: usize| text.get(at..at + 2).and_then(number).map(u32::from);
    let year = 2000 + part(0)?;
    let month = part(2)?;
    match part(4)? {
        0 if day0 => Day::last_of_month(year, month),
        day => Day::from_date(year, month, day),
    }
}

/// Checks the modulo-10 check digit at the end of `digits`.
pub(super) fn check_digit(digits: &[u8]) -> Result<(), ScanError> {
    match check_mod10(core::str::from_utf8(digits).unwrap_or("")) {
        Ok(()) => Ok(()),
        Err(IdentityError::CheckDigit) => Err(ScanError::CheckDigit),
        Err(_) => Err(ScanError::BadValue),
    }
}

fn is_time(text: &[u8]) -> bool {
    number(text).is_some_and(|time| time / 100 < 24 && time % 100 < 60)
}

/// The value of at most four digits.
fn number(digits: &[u8]) -> Option<u16> {
    let value =
        digits.iter().fold(0_u16, |number, c| number.wrapping_mul(10).wrapping_add(u16::from(c.wrapping_sub(b'0'))));
    is_digits(digits).then_some(value)
}

/// The length is predefined.
pub(super) const FIXED: u8 = 1;
/// May stand in the query of a Digital Link.
pub(super) const LINK: u8 = 2;
/// The head ends with a check digit.
pub(super) const CHECK: u8 = 4;
/// The head begins with a date whose day may be `00`.
pub(super) const DAY0: u8 = 8;
/// The head begins with a date.
pub(super) const DATE: u8 = 16;
/// Hours and minutes follow the date.
pub(super) const TIME: u8 = 32;
/// The identifier's last digit is 0 to 5.
pub(super) const TO5: u8 = 64;

/// No tail.
pub(super) const NONE: Tail = digits(0, 0);

/// The identifiers from `first` to `last`.
pub(super) const fn row(first: u16, last: u16, flags: u8, head: u8, tail: Tail) -> Row {
    Row { first, last, flags, head, tail }
}

/// A tail of digits.
pub(super) const fn digits(min: u8, max: u8) -> Tail {
    Tail { class: Class::Digits, min, max, step: 1 }
}

/// A tail of groups of `step` digits each.
pub(super) const fn group(step: u8, max: u8) -> Tail {
    Tail { class: Class::Digits, min: 0, max, step }
}

/// A tail of character set 82.
pub(super) const fn text(min: u8, max: u8) -> Tail {
    Tail { class: Class::Cset82, min, max, step: 1 }
}

/// A tail of character set 39.
pub(super) const fn upper(min: u8, max: u8) -> Tail {
    Tail { class: Class::Cset39, min, max, step: 1 }
}

/// A tail of URL-safe base64.
pub(super) const fn base64(min: u8, max: u8) -> Tail {
    Tail { class: Class::Base64Url, min, max, step: 1 }
}
