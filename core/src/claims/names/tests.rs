use std::{format, string::ToString, vec::Vec};

use super::Names;
use crate::json;

fn names(json: &str) -> Option<Names<'_>> {
    Names::read(json::read(json.as_bytes()).unwrap())
}

#[test]
fn rfc7519_4_1_3_a_string_is_one_name_and_never_split() {
    let one = names(r#""a b""#).unwrap();
    assert_eq!(one.iter().count(), 1);
    assert!(one.contains("a b") && !one.contains("a") && !one.contains(""));
}

#[test]
fn rfc7519_4_1_3_an_array_is_several_in_their_order() {
    let several = names(r#" [ "b" , "\u0061" , "b" , "" ] "#).unwrap();
    let all: Vec<_> = (&several).into_iter().map(|name| name.to_string()).collect();
    assert_eq!(all, ["b", "a", "b", ""]);
    assert!(several.contains("a") && several.contains("") && !several.contains("ba"));
}

#[test]
fn an_empty_array_contains_nothing() {
    let none = names("[]").unwrap();
    assert_eq!(none.iter().count(), 0);
    assert!(!none.contains(""));
}

#[test]
fn rfc8259_8_3_names_are_compared_after_unescaping_and_never_normalised() {
    let one = names(r#""https:\/\/a.example\u002f\"""#).unwrap();
    assert!(one.contains("https://a.example/\""));
    // The same letter, composed and decomposed.
    assert!(!names("\"\u{e9}\"").unwrap().contains("e\u{301}"));
}

#[test]
fn what_is_neither_a_string_nor_an_array_of_strings_is_no_names() {
    for json in ["null", "true", "1", "{}", "[1]", r#"["a",1]"#, r#"[null]"#, r#"[["a"]]"#, r#"[{"a":"b"}]"#] {
        assert!(names(json).is_none(), "{json}");
    }
}

#[test]
fn an_iterator_that_has_ended_stays_at_its_end() {
    for json in [r#""a""#, r#"["a"]"#] {
        let mut iter = names(json).unwrap().iter();
        assert!(iter.next().is_some() && iter.next().is_none() && iter.next().is_none());
    }
}

#[test]
fn debug_shows_no_name() {
    let several = names(r#"["secret"]"#).unwrap();
    assert_eq!(format!("{several:?}"), "Names([redacted])");
    assert!(!format!("{:?}", several.iter()).contains("secret"));
}
