use std::{format, vec::Vec};

use super::*;

fn max_age(fields: &str) -> Option<u64> {
    let head = format!("HTTP/1.1 200 OK\r\n{fields}\r\n");
    Fields::of(head.as_bytes()).max_age().map(|age| age.as_secs())
}

#[test]
fn names_are_compared_without_case_and_values_are_trimmed() {
    let fields = Fields::of(b"HTTP/1.1 200 X: y\r\nETAG: \t \"a b\" \t\r\nX:\r\nx:2\r\n\r\n");
    assert_eq!(fields.text("etag"), Some("\"a b\""));
    assert_eq!(fields.all("x").collect::<Vec<_>>(), [b"".as_slice(), b"2"]);
    assert_eq!(fields.text("http/1.1 200 x"), None);
    assert_eq!(fields.text("y"), None);
}

#[test]
fn what_is_not_utf_8_is_no_text() {
    assert_eq!(Fields::of(b"HTTP/1.1 200 \r\nETag: \"\xff\"\r\n\r\n").text("etag"), None);
}

#[test]
fn max_age_is_what_cache_control_says() {
    assert_eq!(max_age(""), None);
    assert_eq!(max_age("Cache-Control: public\r\n"), None);
    assert_eq!(max_age("Cache-Control: public , MAX-AGE=300\r\n"), Some(300));
    assert_eq!(max_age("Cache-Control: max-age=\"300\"\r\n"), Some(300));
    assert_eq!(max_age("Cache-Control: s-maxage=10\r\n"), None);
    assert_eq!(max_age("Cache-Control: public\r\nCache-Control: max-age=5\r\n"), Some(5));
    assert_eq!(max_age("Cache-Control: ext=\"a, max-age=9, \\\", max-age=8\", max-age=7\r\n"), Some(7));
}

#[test]
fn of_two_ages_the_shorter_counts_and_none_is_longer_than_68_years() {
    assert_eq!(max_age("Cache-Control: max-age=9, max-age=5\r\n"), Some(5));
    assert_eq!(max_age("Cache-Control: max-age=99999999999999999999999\r\n"), Some(MAX_SECONDS));
    assert_eq!(max_age("Cache-Control: max-age=4294967296\r\n"), Some(MAX_SECONDS));
}

#[test]
fn an_age_that_cannot_be_read_is_none() {
    for age in ["", "=", "=-1", "=1.5", "=x", "=\"", "=\"1", "= 5"] {
        assert_eq!(max_age(&format!("Cache-Control: max-age{age}\r\n")), Some(0), "{age}");
    }
}

#[test]
fn what_may_not_be_stored_has_no_age() {
    assert_eq!(max_age("Cache-Control: max-age=300, no-store\r\n"), Some(0));
    assert_eq!(max_age("Cache-Control: no-cache, max-age=300\r\n"), Some(0));
}

#[test]
fn the_time_spent_in_other_caches_is_taken_off() {
    assert_eq!(max_age("Age: 100\r\nCache-Control: max-age=300\r\n"), Some(200));
    assert_eq!(max_age("Cache-Control: max-age=300\r\nAge: 400\r\n"), Some(0));
    assert_eq!(max_age("Cache-Control: max-age=300\r\nAge: soon\r\n"), Some(0));
}

#[test]
fn retry_after_is_read_in_seconds() {
    let retry_after = |value| {
        let head = format!("HTTP/1.1 503 X\r\nRetry-After: {value}\r\n\r\n");
        Fields::of(head.as_bytes()).retry_after().map(|time| time.as_secs())
    };
    assert_eq!(retry_after("120"), Some(120));
    for value in ["", "-1", "1.5", "Fri, 31 Dec 1999 23:59:59 GMT"] {
        assert_eq!(retry_after(value), None, "{value}");
    }
}
