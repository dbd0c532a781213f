//! What is found in a text once it is read.

use super::*;
use crate::json::Number;

fn number(json: &str) -> Number<'_> {
    read(json.as_bytes()).unwrap().as_number().unwrap()
}

#[test]
fn members_come_in_order_with_their_values() {
    let json = r#" { "a" : 1 , "b":"x" ,"c":[ ], "d" :{"e":{}},"f":true, "g":false , "h":null } "#;
    let members: Vec<_> = object(json).members().map(|(name, value)| (name.to_string(), value.as_json())).collect();
    let expected =
        [("a", "1"), ("b", "\"x\""), ("c", "[ ]"), ("d", "{\"e\":{}}"), ("f", "true"), ("g", "false"), ("h", "null")];
    assert_eq!(members, expected.map(|(name, value)| (name.to_string(), value)));
    assert_eq!(object("{ }").members().count(), 0);
}

#[test]
fn elements_come_in_order() {
    let elements = |json| array(json).elements().map(Value::as_json).collect::<Vec<_>>().join(" ");
    assert_eq!(elements(r#"[ 1 ,"],[", [2,[3]],{"a":"}"} , -0.5e1,null]"#), r#"1 "],[" [2,[3]] {"a":"}"} -0.5e1 null"#);
    assert_eq!(elements("[ ]"), "");
}

#[test]
fn iterators_stay_at_their_end() {
    let mut members = object(r#"{"a":1}"#).members();
    assert!(members.next().is_some() && members.next().is_none() && members.next().is_none());
    let mut elements = array("[1]").elements();
    assert!(elements.next().is_some() && elements.next().is_none() && elements.next().is_none());
    let mut chars = text("\"\\n\"").chars();
    assert!(chars.next().is_some() && chars.next().is_none() && chars.next().is_none());
}

#[test]
fn a_member_is_found_by_its_name_however_it_is_escaped() {
    let object = object(r#"{"b":{"a":0},"\u0061":1,"aa":2}"#);
    assert_eq!(object.get("a").map(Value::as_json), Some("1"));
    assert_eq!(object.get("aa").map(Value::as_json), Some("2"));
    for absent in ["", "c", "\"a\"", "A", "\\u0061"] {
        assert!(object.get(absent).is_none());
    }
}

#[test]
fn a_nested_value_is_found_by_its_path() {
    let object = object(r#"{"realm_access":{"roles":["x"],"\u0061":{"b":7}},"n":1}"#);
    assert_eq!(object.at(&["realm_access", "roles"]).map(Value::as_json), Some("[\"x\"]"));
    assert_eq!(object.at(&["realm_access", "a", "b"]).map(Value::as_json), Some("7"));
    assert_eq!(object.at(&["n"]).map(Value::as_json), Some("1"));
    assert_eq!(object.at(&[]).map(Value::as_json), Some(object.as_json()));
    for absent in [&["x"][..], &["n", "x"], &["realm_access", "roles", "0"], &["roles"]] {
        assert!(object.at(absent).is_none());
    }
}

#[test]
fn a_value_is_only_what_it_is() {
    let kinds = |json: &'static str| {
        let value = read(json.as_bytes()).unwrap();
        [
            value.as_text().is_some(),
            value.as_bool().is_some(),
            value.as_number().is_some(),
            value.as_array().is_some(),
            value.as_object().is_some(),
        ]
    };
    assert_eq!(kinds("\"1\""), [true, false, false, false, false]);
    assert_eq!(kinds("false"), [false, true, false, false, false]);
    assert_eq!(kinds("1"), [false, false, true, false, false]);
    assert_eq!(kinds("[1]"), [false, false, false, true, false]);
    assert_eq!(kinds("{}"), [false, false, false, false, true]);
    assert_eq!(kinds("null"), [false; 5]);
    assert_eq!(read(b"true").unwrap().as_bool(), Some(true));
    assert_eq!(read(b"false").unwrap().as_bool(), Some(false));
}

#[test]
fn integers_are_exact_however_they_are_written() {
    for (json, expected) in [
        ("0", 0),
        ("-0", 0),
        ("-0.0e5", 0),
        ("1", 1),
        ("1.0", 1),
        ("1e3", 1000),
        ("1.5e3", 1500),
        ("15000e-1", 1500),
        ("15000.000e-1", 1500),
        ("0.00015e+7", 1500),
        ("18446744073709551615", u64::MAX),
        ("18446744073709551615.0", u64::MAX),
        ("1.8446744073709551615E19", u64::MAX),
        ("184467440737095516150e-1", u64::MAX),
        ("9007199254740993", 9_007_199_254_740_993),
        ("0e999999", 0),
        ("0.000e999999999999999999999", 0),
        ("1e0000000000000000000000003", 1000),
        ("1000e-0000000000000000000000003", 1),
    ] {
        assert_eq!(number(json).as_u64(), Some(expected), "{json}");
    }
}

#[test]
fn what_is_no_integer_of_64_bits_is_refused() {
    for json in ["-1", "0.5", "1.5", "1.50", "0.10", "15e-1", "1e-1", "-1e2", "0.1e-5", "1e-999999999999999999999"] {
        assert_eq!(number(json).as_u64(), None, "{json}");
    }
    for json in ["18446744073709551616", "184467440737095516160e-1", "1e20", "2e19", "99999999999999999999"] {
        assert_eq!(number(json).as_u64(), None, "{json}");
        assert_eq!(number(json).as_i64(), None, "{json}");
    }
}

#[test]
fn a_signed_integer_has_its_own_bounds() {
    for (json, expected) in [
        ("-1", Some(-1)),
        ("-1.5e3", Some(-1500)),
        ("9223372036854775807", Some(i64::MAX)),
        ("9223372036854775808", None),
        ("-9223372036854775808", Some(i64::MIN)),
        ("-9.223372036854775808e18", Some(i64::MIN)),
        ("-9223372036854775809", None),
        ("-18446744073709551616", None),
        ("-0.5", None),
        ("-0", Some(0)),
    ] {
        assert_eq!(number(json).as_i64(), expected, "{json}");
    }
}

#[test]
fn a_huge_exponent_costs_bounded_work() {
    let long = "9".repeat(60_000);
    for json in
        [format!("1e{long}"), format!("1e-{long}"), format!("0.1e{long}"), "1e999999999999".into(), long.clone()]
    {
        assert_eq!(number(&json).as_u64(), None);
    }
    // Zeros that only an exponent writes are not counted out.
    for _ in 0..1000 {
        assert_eq!(number(&format!("0e{}", &long[..20])).as_u64(), Some(0));
    }
    assert_eq!(number(&format!("0e{long}")).as_u64(), Some(0));
    assert_eq!(number(&format!("0.{}1e30001", "0".repeat(30_000))).as_u64(), Some(1));
    assert_eq!(number(&format!("1{}e-60000", "0".repeat(60_000))).as_u64(), Some(1));
}

#[test]
fn a_number_prints_as_it_was_written() {
    assert_eq!(number(" 1.50E+3 ").to_string(), "1.50E+3");
    assert_eq!(number("-0").as_json(), "-0");
}

/// Nothing that was not validated gets there; if it did, it would end and not panic.
#[test]
fn accessors_end_on_text_that_is_not_json() {
    let sample = br#"{"a":[1,{"b":"\u00e9\""}],"c":tru"#;
    let bytes: [u8; 12] = *b"\"\\{}[],:u1 x";
    for at in 0..sample.len() {
        for byte in bytes {
            let mut copy = sample.to_vec();
            copy[at] = byte;
            let json = String::from_utf8(copy).unwrap();
            for (name, value) in Object::trusted(&json).members() {
                let _ = (name.chars().count(), name.to_string(), value.as_json());
                let _ = value.as_number().map(|number| (number.as_u64(), number.as_i64()));
                let _ = value.as_array().map(|array| array.elements().count());
                let _ = value.as_object().map(|object| object.at(&["b", "c"]).is_some());
            }
        }
    }
}
