//! Points in time: RFC 3339 with an offset, as `xsd:dateTimeStamp` asks for.

use jiff::{SignedDuration, Timestamp, civil, tz::Offset};

/// A point in time, in microseconds since 1970-01-01 UTC; what is finer is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

impl Moment {
    /// Microseconds since 1970-01-01 UTC.
    pub const fn from_unix_micros(unix_micros: i64) -> Self {
        Self(unix_micros)
    }

    /// Microseconds since 1970-01-01 UTC.
    pub const fn unix_micros(self) -> i64 {
        self.0
    }

    /// Whole milliseconds since 1970-01-01 UTC; 0 for what is earlier.
    pub fn unix_millis(self) -> u64 {
        u64::try_from(self.0.div_euclid(1000)).unwrap_or(0)
    }

    /// Reads `2005-04-03T20:33:31.116-06:00` or with `Z`; the offset is required.
    pub fn read(text: &str) -> Option<Self> {
        let (date_time, rest) = text.split_at_checked(19)?;
        let [year, month, day, hour, minute, mut second, _] = fields(date_time, b"dddd-dd-ddTdd:dd:dd")?;
        let (micros, offset) = fraction(rest)?;
        if second == 60 {
            second = 59;
        }
        let byte = |number: i64| i8::try_from(number).ok();
        let time = civil::Time::new(byte(hour)?, byte(minute)?, byte(second)?, 0).ok()?;
        let date = civil::Date::new(i16::try_from(year).ok()?, byte(month)?, byte(day)?).ok()?;
        let local = Offset::UTC.to_timestamp(date.to_datetime(time)).ok()?;
        let seconds = local.as_second() - offset_seconds(offset)?;
        Some(Self(seconds.checked_mul(1_000_000)?.checked_add(micros)?))
    }

    /// `2005-04-04T02:33:31.116Z`: milliseconds, half to even, as the CBV's event hash writes it.
    pub fn to_hash_text(self) -> String {
        let millis = self.0.div_euclid(1000);
        let rest = self.0.rem_euclid(1000);
        let up = rest > 500 || (rest == 500 && millis.rem_euclid(2) == 1);
        let millis = millis + i64::from(up);
        let time = Timestamp::UNIX_EPOCH.saturating_add(SignedDuration::from_millis(millis)).unwrap_or(Timestamp::MIN);
        let utc = Offset::UTC.to_datetime(time);
        let (date, time) = (utc.date(), utc.time());
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            date.year(),
            date.month(),
            date.day(),
            time.hour(),
            time.minute(),
            time.second(),
            time.millisecond()
        )
    }
}

/// Whether `text` is an `eventTimeZoneOffset`: from -14:00 to +14:00.
pub(crate) fn is_offset(text: &str) -> bool {
    let fits = matches!(fields(text, b"sdd:dd"), Some([hour, minute, ..]) if hour <= 13 && minute <= 59);
    fits || matches!(text, "+14:00" | "-14:00")
}

/// The numbers of `text`, which must have the form `form`: `d` a digit, `s` a sign, `T` also in lower case.
fn fields(text: &str, form: &[u8]) -> Option<[i64; 7]> {
    if text.len() != form.len() {
        return None;
    }
    let mut numbers = [0; 7];
    let mut at = 0;
    let mut before = b' ';
    for (byte, wanted) in text.bytes().zip(form.iter().copied()) {
        match wanted {
            b'd' if byte.is_ascii_digit() => {
                let number = numbers.get_mut(at)?;
                *number = *number * 10 + i64::from(byte - b'0');
            }
            b's' if matches!(byte, b'+' | b'-') => {}
            b'T' if matches!(byte, b'T' | b't') => {}
            _ if wanted == byte && wanted != b'd' => {}
            _ => return None,
        }
        // A separator begins the next number.
        if before == b'd' && wanted != b'd' {
            at += 1;
        }
        before = wanted;
    }
    Some(numbers)
}

/// The microseconds of `.116…`, and what follows.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let Some(rest) = text.strip_prefix('.') else { return Some((0, text)) };
    let end = rest.bytes().position(|c| !c.is_ascii_digit())?;
    let (digits, offset) = rest.split_at_checked(end)?;
    if digits.is_empty() {
        return None;
    }
    let micros =
        digits.bytes().chain(core::iter::repeat(b'0')).take(6).fold(0, |sum, c| sum * 10 + i64::from(c - b'0'));
    Some((micros, offset))
}

fn offset_seconds(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let [hour, minute, ..] = fields(text, b"sdd:dd")?;
    if hour > 23 || minute > 59 {
        return None;
    }
    let seconds = hour * 3600 + minute * 60;
    Some(if text.starts_with('-') { -seconds } else { seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_with_its_offset() {
        for (text, micros) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T01:00:00.000001+01:00", 1),
            ("1969-12-31T23:59:59-00:00", -1_000_000),
            ("2000-02-29t00:00:00.1z", 951_782_400_100_000),
            ("2019-09-10T08:40:21.3142715Z", 1_568_104_821_314_271),
            ("2016-12-31T23:59:60Z", 1_483_228_799_000_000),
        ] {
            assert_eq!(Moment::read(text).map(Moment::unix_micros), Some(micros), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2020-01-01",
            "2020-01-01T00:00:00",
            "2020-01-01 00:00:00Z",
            "2020-13-01T00:00:00Z",
            "2021-02-29T00:00:00Z",
            "2020-01-01T24:00:00Z",
            "2020-01-01T00:00:00.Z",
            "2020-01-01T00:00:00+0100",
            "2020-01-01T00:00:00+24:00",
            "2020-01-01T00:00:00Z ",
            "20200-01-01T00:00:00Z",
            "2020-01-01T00:00:0\u{e9}Z",
        ] {
            assert_eq!(Moment::read(text), None, "{text}");
        }
    }

    #[test]
    fn the_hash_writes_milliseconds_half_to_even() {
        for (text, written) in [
            ("2020-12-31T23:59:59.9995-01:00", "2021-01-01T01:00:00.000Z"),
            ("2020-01-01T00:00:00.0005Z", "2020-01-01T00:00:00.000Z"),
            ("2020-01-01T00:00:00.0015Z", "2020-01-01T00:00:00.002Z"),
            ("2020-01-01T00:00:00.00051Z", "2020-01-01T00:00:00.001Z"),
            ("2019-04-02T15:00:00.000+01:00", "2019-04-02T14:00:00.000Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(Moment::read(text).map(Moment::to_hash_text).as_deref(), Some(written), "{text}");
        }
    }

    #[test]
    fn offsets_end_at_fourteen_hours() {
        for good in ["+00:00", "-06:00", "+13:59", "+14:00", "-14:00"] {
            assert!(is_offset(good), "{good}");
        }
        for bad in ["Z", "06:00", "+6:00", "+14:01", "+13:60", "+0600", "+15:00"] {
            assert!(!is_offset(bad), "{bad}");
        }
    }
}
