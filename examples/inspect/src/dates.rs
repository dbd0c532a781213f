//! Points in time in words: UTC in ISO 8601, and how far off.

use std::fmt::Write;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 365 * DAY;

/// `2026-11-25T06:40:10Z`, or `None` beyond the years 0 to 9999, which ISO 8601 cannot write without prior agreement.
pub(crate) fn utc(seconds: i64) -> Option<String> {
    let day = i64::try_from(DAY).ok()?;
    let (days, second) = (seconds.div_euclid(day), seconds.rem_euclid(day));
    // The calendar repeats after 400 years, which have 146,097 days.
    let mut year = 1970_i64.checked_add(days.div_euclid(146_097).checked_mul(400)?)?;
    let mut days = days.rem_euclid(146_097);
    while days >= days_of_year(year) {
        days -= days_of_year(year);
        year += 1;
    }
    let mut month = 1;
    while days >= days_of_month(year, month) {
        days -= days_of_month(year, month);
        month += 1;
    }
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    (0..=9999)
        .contains(&year)
        .then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z", day = days + 1))
}

/// `in 3 days 4 hours`, `12 seconds ago` or `now`: the two largest units that are not zero.
pub(crate) fn relative(seconds: i64, now: u64) -> String {
    let distance = i128::from(seconds) - i128::from(now);
    let words = in_words(u64::try_from(distance.unsigned_abs()).unwrap_or(u64::MAX));
    match distance {
        0 => "now".to_owned(),
        1.. => format!("in {words}"),
        _ => format!("{words} ago"),
    }
}

fn in_words(mut seconds: u64) -> String {
    let mut words = String::new();
    let mut left = 2;
    for (unit, name) in [(YEAR, "year"), (DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (1, "second")] {
        let count = seconds / unit;
        seconds %= unit;
        if count == 0 && left == 2 {
            continue;
        }
        if count > 0 {
            let (space, plural) = (if words.is_empty() { "" } else { " " }, if count == 1 { "" } else { "s" });
            // Writing into a String cannot fail.
            let _ = write!(words, "{space}{count} {name}{plural}");
        }
        left -= 1;
        if left == 0 {
            break;
        }
    }
    words
}

fn days_of_year(year: i64) -> i64 {
    if is_leap(year) { 366 } else { 365 }
}

fn days_of_month(year: i64, month: u8) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

#[cfg(test)]
mod tests {
    use super::{relative, utc};

    #[test]
    fn the_calendar_is_gregorian() {
        for (seconds, date) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_795_318_692, "2026-11-22T03:38:12Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
            (-62_167_219_200, "0000-01-01T00:00:00Z"),
        ] {
            assert_eq!(utc(seconds).as_deref(), Some(date));
        }
    }

    #[test]
    fn years_of_more_than_four_digits_are_not_written() {
        for seconds in [253_402_300_800, -62_167_219_201, i64::MAX, i64::MIN] {
            assert_eq!(utc(seconds), None);
        }
    }

    #[test]
    fn distances_are_told_in_the_two_largest_units() {
        for (seconds, now, words) in [
            (100, 100, "now"),
            (101, 100, "in 1 second"),
            (10, 100, "1 minute 30 seconds ago"),
            (3_700, 100, "in 1 hour"),
            (3_701, 100, "in 1 hour"),
            (90_000, 0, "in 1 day 1 hour"),
            (400 * 86_400, 0, "in 1 year 35 days"),
        ] {
            assert_eq!(relative(seconds, now), words);
        }
        assert!(relative(i64::MIN, u64::MAX).ends_with("ago"));
    }
}
