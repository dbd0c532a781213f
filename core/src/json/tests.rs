//! The rules of RFC 8259, each with what it allows and what it refuses. Names follow the RFC's sentences.

use std::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use super::JsonError::{self, *};
use super::{Array, Object, Text, Value, read};
use crate::limits::{JSON_BYTES, JSON_DEPTH, JSON_MEMBERS};

mod access;
mod escapes;

#[track_caller]
fn accepts(json: impl AsRef<[u8]>) {
    let json = json.as_ref();
    assert_eq!(read(json).err(), None, "{}", String::from_utf8_lossy(json));
}

#[track_caller]
fn refuses(json: impl AsRef<[u8]>, error: JsonError) {
    let json = json.as_ref();
    assert_eq!(read(json).err(), Some(error), "{}", String::from_utf8_lossy(json));
}

#[track_caller]
fn text(json: &str) -> Text<'_> {
    read(json.as_bytes()).unwrap().as_text().unwrap()
}

#[track_caller]
fn object(json: &str) -> Object<'_> {
    Object::read(json.as_bytes()).unwrap()
}

#[track_caller]
fn array(json: &str) -> Array<'_> {
    read(json.as_bytes()).unwrap().as_array().unwrap()
}

// §2 JSON Grammar

#[test]
fn a_json_text_is_a_serialized_value_of_any_kind() {
    for json in ["{}", "[]", "0", "\"\"", "true", "false", "null"] {
        accepts(json);
    }
}

#[test]
fn a_json_text_is_not_empty() {
    refuses("", UnexpectedEnd);
    refuses(" \t\r\n", UnexpectedEnd);
}

#[test]
fn a_json_text_is_one_value() {
    for json in ["1 2", "{}{}", "[]]", "null,", "\"\"\"\"", "{} x", "[]\0", "1 \u{feff}"] {
        refuses(json, TrailingBytes);
    }
}

#[test]
fn white_space_is_allowed_around_the_six_structural_characters() {
    let pieces = ["", "{", "\"a\"", ":", "[", "1", ",", "{", "}", "]", ",", "\"b\"", ":", "null", "}", ""];
    for white_space in ["", " ", "\t", "\n", "\r", " \t\r\n", "\n\n   \n"] {
        accepts(pieces.join(white_space));
    }
}

#[test]
fn only_four_bytes_are_white_space() {
    for other in ["\x0b", "\x0c", "\u{a0}", "\u{85}", "\u{2028}", "\u{3000}", "\u{feff}", "\0", "\x08"] {
        refuses(format!("{other}1"), UnexpectedByte);
        refuses(format!("1{other}"), TrailingBytes);
        refuses(format!("[{other}]"), UnexpectedByte);
        refuses(format!("{{{other}}}"), UnexpectedByte);
        refuses(format!("{{\"a\"{other}:1}}"), UnexpectedByte);
        refuses(format!("{{\"a\":{other}1}}"), UnexpectedByte);
    }
}

#[test]
fn comments_are_not_in_the_grammar() {
    refuses("/* */ 1", UnexpectedByte);
    refuses("[1, // one\n 2]", UnexpectedByte);
    refuses("1 # one", TrailingBytes);
}

// §3 Values

#[test]
fn the_literal_names_must_be_lowercase_and_no_others_are_allowed() {
    accepts("[true,false,null]");
    for json in ["True", "TRUE", "NULL", "False", "NaN", "Infinity", "undefined", "yes", "#t"] {
        refuses(json, UnexpectedByte);
    }
    for json in ["tRue", "truE", "fals3", "nul ", "nill"] {
        refuses(json, UnexpectedByte);
    }
    for json in ["t", "tru", "f", "fals", "n", "nul"] {
        refuses(json, UnexpectedEnd);
    }
    refuses("truee", TrailingBytes);
    refuses("[truefalse]", UnexpectedByte);
    refuses("[nullx]", UnexpectedByte);
}

// §4 Objects

#[test]
fn an_object_surrounds_zero_or_more_members() {
    for json in ["{}", r#"{"":0}"#, r#"{"a":{},"b":[],"c":"","d":1,"e":true,"f":null}"#] {
        accepts(json);
    }
}

#[test]
fn a_name_is_a_string() {
    for json in ["{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{[]:1}", "{:1}"] {
        refuses(json, UnexpectedByte);
    }
}

#[test]
fn a_single_colon_comes_after_each_name() {
    for json in [r#"{"a"}"#, r#"{"a" 1}"#, r#"{"a"::1}"#, r#"{"a",1}"#, r#"{"a"=1}"#, r#"{"a":}"#, r#"{"a":,}"#] {
        refuses(json, UnexpectedByte);
    }
}

#[test]
fn a_single_comma_separates_a_value_from_a_following_name() {
    accepts(r#"{"a":1,"b":2}"#);
    for json in [r#"{"a":1 "b":2}"#, r#"{"a":1,,"b":2}"#, r#"{"a":1,}"#, r#"{,"a":1}"#, "{,}", r#"{"a":1;"b":2}"#] {
        refuses(json, UnexpectedByte);
    }
}

#[test]
fn an_object_ends_with_its_own_bracket() {
    refuses(r#"{"a":1]"#, UnexpectedByte);
    refuses("{]", UnexpectedByte);
    refuses("}", UnexpectedByte);
    for json in ["{", r#"{""#, r#"{"a"#, r#"{"a""#, r#"{"a":"#, r#"{"a":1"#, r#"{"a":1,"#, r#"{"a":{}"#] {
        refuses(json, UnexpectedEnd);
    }
}

#[test]
fn the_names_within_an_object_are_unique() {
    refuses(r#"{"a":1,"a":1}"#, DuplicateName);
    refuses(r#"{"a":1,"b":2,"c":3,"a":4}"#, DuplicateName);
    refuses(r#"{"":1,"":2}"#, DuplicateName);
    refuses(r#"[0,{"x":{"a":1,"b":[{}],"a":3}}]"#, DuplicateName);
    refuses(r#"{"a":{"a":{}},"b":[],"a":3}"#, DuplicateName);
}

#[test]
fn names_are_the_same_however_they_are_escaped() {
    for other in [r"\u0061lg", r"a\u006cg", r"\u0061\u006c\u0067", r"al\u0067"] {
        refuses(format!(r#"{{"alg":1,"{other}":2}}"#), DuplicateName);
        refuses(format!(r#"{{"{other}":1,"alg":2}}"#), DuplicateName);
        refuses(format!(r#"{{"{other}":1,"{other}":2}}"#), DuplicateName);
    }
    refuses(r#"{"a/b":1,"a\/b":2}"#, DuplicateName);
    refuses(r#"{"\"":1,"\u0022":2}"#, DuplicateName);
    refuses(r#"{"\u00e9":1,"é":2}"#, DuplicateName);
    refuses(r#"{"😀":1,"\uD83d\ude00":2}"#, DuplicateName);
    refuses(r#"{"\n":1,"\u000A":2}"#, DuplicateName);
}

#[test]
fn names_that_only_look_alike_are_not_the_same() {
    for json in [r#"{"a":1,"A":2}"#, r#"{"a":1,"a ":2}"#, r#"{"a":1,"aa":2,"":3}"#, r#"{"a":1,"\\u0061":2}"#] {
        accepts(json);
    }
    // One is a letter, the other a letter and a combining accent: RFC 8259 §8.3 compares code units.
    accepts("{\"\u{e9}\":1,\"e\u{301}\":2}");
}

#[test]
fn objects_beside_and_in_each_other_may_share_names() {
    accepts(r#"[{"a":1},{"a":2}]"#);
    accepts(r#"{"a":{"a":{"a":[{"a":1}]}}}"#);
    accepts(r#"{"a":{"b":1,"c":2},"b":{"b":1,"c":2},"c":3}"#);
}

#[test]
fn names_with_equal_fingerprints_are_told_apart() {
    accepts(r#"{"bA":0,"ca":0}"#);
    // 100 objects of 128 names have some more pairs with equal fingerprints.
    for object in 0..100 {
        let members: Vec<_> = (0..JSON_MEMBERS).map(|member| format!("\"{object}-{member}\":0")).collect();
        accepts(format!("{{{}}}", members.join(",")));
    }
}

// §5 Arrays

#[test]
fn an_array_surrounds_zero_or_more_values_of_any_type() {
    for json in ["[]", "[[]]", "[0]", r#"[1,"a",null,{},[],true]"#] {
        accepts(json);
    }
}

#[test]
fn elements_are_separated_by_commas() {
    for json in ["[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", "[1;2]", "[1:2]", r#"["a":1]"#, "[1}", "[}", "]"] {
        refuses(json, UnexpectedByte);
    }
    for json in ["[", "[1", "[1,", "[[]", "[\"a\""] {
        refuses(json, UnexpectedEnd);
    }
}

// §6 Numbers

#[test]
fn a_number_is_an_integer_that_may_be_followed_by_a_fraction_and_an_exponent() {
    let numbers = "0 -0 1 -1 10 1234567890 0.0 0.5 -0.5 10.01 1e1 1E1 1e+1 1e-1 0e0 0E+00 1.5e-007 -1.0E+2 1e999999";
    for json in numbers.split(' ') {
        accepts(json);
        accepts(format!("[{json}]"));
        accepts(format!("{{\"n\":{json} ,\"m\":{json}}}"));
    }
}

#[test]
fn leading_zeros_are_not_allowed() {
    for json in ["00", "01", "-00", "-01", "007", "00.5"] {
        refuses(json, InvalidNumber);
    }
}

#[test]
fn a_number_has_at_least_one_digit_in_each_of_its_parts() {
    for json in ["-", "--1", "-a", "-.5", "-e1", "1.", "1.e1", "0.", "1..5", "1e", "1E", "1e+", "1e-", "1e+-1", "1.5e"]
    {
        refuses(json, InvalidNumber);
    }
    refuses(".5", UnexpectedByte);
    refuses("e1", UnexpectedByte);
}

#[test]
fn a_number_is_in_base_10_with_decimal_digits_and_a_minus_sign_only() {
    for json in ["+1", "∞", "١", "１", "−1"] {
        refuses(json, UnexpectedByte);
    }
    for json in ["0x10", "1_000", "1,5", "1f", "1n", "1.5.5", "1e5.5", "1e1e1", "1-1", "0b1"] {
        refuses(json, TrailingBytes);
    }
    for json in ["-Infinity", "-NaN"] {
        refuses(json, InvalidNumber);
    }
}

// §7 Strings

#[test]
fn a_string_begins_and_ends_with_quotation_marks() {
    accepts(r#""a""#);
    refuses("'a'", UnexpectedByte);
    refuses("“a”", UnexpectedByte);
    for json in ["\"", "\"a", r#""\""#, r#""a\"#, r#"["a]"#] {
        refuses(json, UnexpectedEnd);
    }
}

#[test]
fn control_characters_must_be_escaped() {
    for code in 0..0x20_u8 {
        // At every place in a machine word.
        for before in 0..9 {
            let plain = "x".repeat(before);
            refuses(format!("\"{plain}{}yyyyyyyyy\"", char::from(code)), ControlCharacter);
            refuses(format!("\"{plain}{}\"", char::from(code)), ControlCharacter);
            accepts(format!("\"{plain}\\u{code:04x}\""));
        }
    }
}

#[test]
fn all_other_characters_may_stand_for_themselves() {
    for code in (0x20..0x3_0000).chain(0x10_ff00..=0x10_ffff) {
        let Some(character) = char::from_u32(code).filter(|character| !matches!(character, '"' | '\\')) else {
            continue;
        };
        let json = format!("\"{character}\"");
        assert_eq!(text(&json).as_str(), Some(character.to_string().as_str()), "{code:x}");
    }
}

#[test]
fn a_quotation_mark_or_reverse_solidus_is_found_at_every_place_of_a_machine_word() {
    for before in 0..20 {
        for after in 0..20 {
            let (before, after) = ("é ~".repeat(before), "!#[]\u{7f}".repeat(after));
            let json = format!("[\"{before}\\\"{after}\",\"{before}\\\\{after}\",\"{before}{after}\"]");
            let found: Vec<_> = array(&json).elements().map(|value| value.as_text().unwrap().to_string()).collect();
            let expected = [format!("{before}\"{after}"), format!("{before}\\{after}"), format!("{before}{after}")];
            assert_eq!(found, expected);
        }
    }
}

// §8 String and Character Issues

#[test]
fn the_text_is_utf_8() {
    let bad: [(&str, &[u8]); 14] = [
        ("a lone continuation", b"\x80"),
        ("a lead without continuation", b"\xc3"),
        ("a lead before another character", b"\xc3a"),
        ("overlong in two bytes", b"\xc0\xaf"),
        ("overlong in two bytes", b"\xc1\xbf"),
        ("overlong in three bytes", b"\xe0\x80\xaf"),
        ("overlong in four bytes", b"\xf0\x80\x80\xaf"),
        ("an overlong quotation mark", b"\xc0\xa2"),
        ("a high surrogate", b"\xed\xa0\x80"),
        ("a low surrogate", b"\xed\xbf\xbf"),
        ("a surrogate pair", b"\xed\xa0\xbd\xed\xb8\x80"),
        ("above U+10FFFF", b"\xf4\x90\x80\x80"),
        ("no lead byte at all", b"\xf5\x80\x80\x80"),
        ("no byte of UTF-8", b"\xff"),
    ];
    for (what, bytes) in bad {
        for json in [[b"\"", bytes, b"\""].concat(), [b"{\"", bytes, b"\":1}"].concat(), bytes.to_vec()] {
            assert_eq!(read(&json).err(), Some(InvalidUtf8), "{what}");
        }
    }
    accepts("\"\u{80}\u{7ff}\u{800}\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{10ffff}\"");
}

#[test]
fn other_encodings_are_refused() {
    refuses(b"\xff\xfe[\0]\0", InvalidUtf8);
    refuses(b"[\0]\0", UnexpectedByte);
    refuses(b"\0[\0]", UnexpectedByte);
}

#[test]
fn a_byte_order_mark_is_refused() {
    refuses(b"\xef\xbb\xbf{}", UnexpectedByte);
    accepts("\"\u{feff}\"");
}

// §9 Parsers: limits

#[test]
fn nesting_is_limited() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}"), (r#"[{"a":"#, "}]")] {
        let depth = JSON_DEPTH / (open.len() - open.replace(['[', '{'], "").len());
        let nested = |depth| format!("{}1{}", open.repeat(depth), close.repeat(depth));
        accepts(nested(depth));
        refuses(nested(depth + 1), TooDeep);
    }
    accepts(format!("[{}]", ["[[]]"; 100].join(",")));
}

#[test]
fn ten_kilobytes_of_brackets_cost_bounded_stack() {
    let hostile = ["[".repeat(10_240), "{\"a\":".repeat(2_048), "[{\"a\":".repeat(1_700)];
    // 16 KiB is the least that a thread can have.
    let walk = move || hostile.iter().for_each(|json| refuses(json, TooDeep));
    std::thread::Builder::new().stack_size(16 * 1024).spawn(walk).unwrap().join().unwrap();
}

#[test]
fn open_members_are_limited_and_closed_ones_are_not() {
    let members = |count| (0..count).map(|member| format!("\"{member}\":0")).collect::<Vec<_>>().join(",");
    accepts(format!("{{{}}}", members(JSON_MEMBERS)));
    refuses(format!("{{{}}}", members(JSON_MEMBERS + 1)), TooManyMembers);
    let half = members(JSON_MEMBERS / 2);
    accepts(format!("{{{},\"x\":{{{half}}}}}", members(JSON_MEMBERS / 2 - 1)));
    refuses(format!("{{{half},\"x\":{{{half}}}}}"), TooManyMembers);
    let closed = [format!("{{{}}}", members(JSON_MEMBERS - 2)), "{}".into(), "{\"a\":{}}".into()].join(",");
    accepts(format!("[{closed},{closed},{closed}]"));
    accepts(format!("{{\"a\":[{closed}],\"b\":[{closed}]}}"));
}

#[test]
fn the_length_is_limited() {
    let padded = |length: usize| format!("\"{}\"", "a".repeat(length - 2));
    accepts(padded(JSON_BYTES));
    refuses(padded(JSON_BYTES + 1), TooLong);
    // Duplicates are found by offsets of 16 bits up to the end.
    let padding = " ".repeat(JSON_BYTES - r#"{"a":0,"a":0}"#.len());
    refuses(format!(r#"{padding}{{"a":0,"a":0}}"#), DuplicateName);
    accepts(format!(r#"{padding}{{"a":0,"b":0}}"#));
}

#[test]
fn every_prefix_of_a_text_is_refused() {
    let json = r#"{"iss":"https:\/\/as.example","n":[-1.5e3,true,false,null,{"a":"\u00e9é"}],"o":{}}"#;
    accepts(json);
    for end in 0..json.len() {
        assert!(read(&json.as_bytes()[..end]).is_err(), "{end}");
    }
}

#[test]
fn only_an_object_is_read_as_one() {
    for json in ["[]", "1", "\"{}\"", "null", "true"] {
        assert_eq!(Object::read(json.as_bytes()).err(), Some(NotAnObject));
    }
    assert_eq!(Object::read(b"[").err(), Some(UnexpectedEnd));
    assert_eq!(Object::read(b" {} ").unwrap().as_json(), "{}");
}

#[test]
fn debug_shows_nothing() {
    let json = r#"{"secret":["secret",1]}"#;
    let object = object(json);
    let array = object.get("secret").and_then(Value::as_array).unwrap();
    let value = array.elements().next().unwrap();
    let text = value.as_text().unwrap();
    let all =
        format!("{object:?}{array:?}{value:?}{text:?}{:?}{:?}{:?}", object.members(), array.elements(), text.chars());
    assert_eq!(all, "[redacted]".repeat(7));
}
