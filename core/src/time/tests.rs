//! NumericDate (RFC 7519 §2) and how it compares.

use std::format;

use super::{NumericDate, UnixTime};
use crate::json;

fn parsed(json: &str) -> Option<NumericDate> {
    NumericDate::from_json(json::read(json.as_bytes()).unwrap().as_number().unwrap())
}

#[track_caller]
fn date(json: &str) -> NumericDate {
    parsed(json).unwrap()
}

#[test]
fn a_numeric_date_is_a_json_numeric_value() {
    for (json, whole_seconds, has_fraction) in [
        ("1795318692", 1_795_318_692, false),
        ("1795318692.25", 1_795_318_692, true),
        ("1.795318692e9", 1_795_318_692, false),
        ("1.7953186925e9", 1_795_318_692, true),
        ("17953186920e-1", 1_795_318_692, false),
        ("100.0", 100, false),
        ("0", 0, false),
        ("-0", 0, false),
        ("-0.0", 0, false),
        ("0e999999", 0, false),
        ("1e-999999999999", 0, true),
    ] {
        let date = date(json);
        assert_eq!((date.whole_seconds(), date.has_fraction()), (whole_seconds, has_fraction), "{json}");
    }
}

#[test]
fn a_date_before_1970_rounds_down() {
    for (json, whole_seconds, has_fraction) in
        [("-1", -1, false), ("-0.5", -1, true), ("-1.5", -2, true), ("-1.0", -1, false), ("-1e-99", -1, true)]
    {
        let date = date(json);
        assert_eq!((date.whole_seconds(), date.has_fraction()), (whole_seconds, has_fraction), "{json}");
    }
}

#[test]
fn a_date_that_overflows_is_refused() {
    assert_eq!(date("9223372036854775807").whole_seconds(), i64::MAX);
    assert_eq!(date("9223372036854775807.9").whole_seconds(), i64::MAX);
    assert_eq!(date("-9223372036854775808").whole_seconds(), i64::MIN);
    for json in [
        "9223372036854775808",
        "18446744073709551616",
        "-9223372036854775808.5",
        "-9223372036854775809",
        "1e19",
        "1e999999999999",
        "-1e999999999999",
    ] {
        assert_eq!(parsed(json), None, "{json}");
    }
}

#[test]
fn dates_are_ordered_by_the_time_they_say() {
    let ascending = ["-9e18", "-2", "-1.5", "-1", "-0.5", "0", "0.5", "1", "99.9", "100", "100.5", "101", "9e18"];
    for (index, one) in ascending.iter().enumerate() {
        for (other_index, other) in ascending.iter().enumerate() {
            assert_eq!(date(one).cmp(&date(other)), index.cmp(&other_index), "{one} {other}");
        }
    }
    assert_eq!(date("100.0"), date("1e2"));
}

#[test]
fn a_date_is_compared_with_the_clock() {
    let clock = UnixTime::from_seconds;
    assert!(date("100.5") > clock(100) && date("100.5") < clock(101));
    assert!(date("100") == clock(100) && date("100") > clock(99) && date("100") < clock(101));
    assert!(date("-0.5") < clock(0) && date("-1") < clock(0) && date("0") == clock(0) && date("0.1") > clock(0));
    assert!(clock(100) < date("100.5") && clock(101) > date("100.5") && clock(100) == date("1e2"));
    assert!(date("-9223372036854775808") < clock(0) && date("9223372036854775807") < clock(u64::MAX));
}

#[test]
fn leeway_moves_a_date_and_stops_at_the_ends() {
    assert_eq!(date("100.5").saturating_add(60), date("160.5"));
    assert_eq!(date("100.5").saturating_sub(60), date("40.5"));
    assert_eq!(date("0").saturating_sub(u32::MAX), date(&format!("-{}", u32::MAX)));
    assert_eq!(date("9223372036854775800").saturating_add(60).whole_seconds(), i64::MAX);
    assert_eq!(date("-9223372036854775800").saturating_sub(60).whole_seconds(), i64::MIN);
}
