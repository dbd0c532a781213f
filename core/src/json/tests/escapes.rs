//! Escapes (RFC 8259 §7), how strings compare (§8.3), and rewriting in place.

use super::*;
use crate::json::resolve_escapes;

#[track_caller]
fn resolved(json: impl AsRef<[u8]>) -> String {
    let mut json = json.as_ref().to_vec();
    let length = resolve_escapes(&mut json).unwrap();
    String::from_utf8(json[..length].to_vec()).unwrap()
}

#[test]
fn there_are_eight_two_character_escapes() {
    assert_eq!(text(r#""\"\\\/\b\f\n\r\t""#).to_string(), "\"\\/\x08\x0c\n\r\t");
}

#[test]
fn no_other_character_follows_a_reverse_solidus() {
    for byte in (0..=0x7f_u8).filter(|byte| !b"\"\\/bfnrtu".contains(byte)) {
        refuses([b'"', b'\\', byte, b'0', b'0', b'0', b'0', b'"'], InvalidEscape);
    }
    refuses("\"\\é\"", InvalidEscape);
}

#[test]
fn four_hexadecimal_digits_follow_u_in_upper_or_lower_case() {
    assert_eq!(text(r#""\u00e9\u00E9\u0041\u20aC\uFFfd""#).to_string(), "ééA€\u{fffd}");
    for json in [r#""\u""#, r#""\u00e""#, r#""\u00g0""#, r#""\u 041""#, r#""\u+041""#, r#""\u{41}""#, r#""\u004é""#] {
        refuses(json, InvalidEscape);
    }
    for json in [r#""\u"#, r#""\u004"#] {
        refuses(json, UnexpectedEnd);
    }
}

#[test]
fn any_character_may_be_escaped() {
    for code in 0..=0xffff_u32 {
        let json = format!("\"\\u{code:04x}\"");
        match char::from_u32(code) {
            Some(character) => assert!(text(&json).chars().eq([character]), "{code:x}"),
            None => refuses(json, LoneSurrogate),
        }
    }
}

#[test]
fn a_character_above_the_basic_plane_is_a_pair_of_escapes() {
    assert_eq!(text(r#""\uD834\uDD1E""#).to_string(), "\u{1d11e}");
    for code in [0x1_0000, 0x1_03ff, 0x1_0400, 0x1_f600, 0xf_ffff, 0x10_0000, 0x10_ffff] {
        let character = char::from_u32(code).unwrap();
        let units = character.encode_utf16(&mut [0; 2]).to_vec();
        let json = format!("\"\\u{:04x}\\u{:04X}\"", units[0], units[1]);
        assert_eq!(text(&json).to_string(), character.to_string());
    }
}

#[test]
fn half_a_surrogate_pair_is_refused() {
    for json in [
        r#""\ud800""#,
        r#""\udbff""#,
        r#""\udc00""#,
        r#""\udfff""#,
        r#""\udc00\udc00""#,
        r#""\ud800x""#,
        r#""\ud800\n""#,
        r#""\ud800\u0041""#,
        r#""\ud800\ud800""#,
        r#""\ud800\ue000""#,
        r#""\ude00\ud83d""#,
        r#""\ud83dude00""#,
        r#""\ud83d\ude00\ud83d""#,
        r#"{"\udead":1}"#,
    ] {
        refuses(json, LoneSurrogate);
    }
    refuses(r#""\ud800\u00""#, InvalidEscape);
    refuses(r#""\ud800\u"#, UnexpectedEnd);
    refuses(r#""\ud800\"#, UnexpectedEnd);
    refuses(r#""\ud800"#, UnexpectedEnd);
}

#[test]
fn strings_are_compared_by_what_they_stand_for() {
    let spellings = [r#""a\\b/é😀""#, r#""a\u005Cb\/\u00e9\ud83d\ude00""#, r#""\u0061\\\u0062/é😀""#];
    for one in spellings {
        assert!(text(one) == "a\\b/é😀");
        assert!(text(one) == *"a\\b/é😀");
        for other in spellings {
            assert!(text(one) == text(other));
        }
        for other in ["", "a", "a\\b/é", "a\\b/é😀 ", "A\\b/é😀", "a\\\\b/é😀"] {
            assert!(text(one) != other, "{other}");
        }
    }
    assert!(text(r#""a""#) != text(r#""b""#));
    assert!(text(r#""\u0061""#) != text(r#""\u0062""#));
}

#[test]
fn a_string_without_escapes_is_borrowed_as_it_is() {
    assert_eq!(text(r#""é a""#).as_str(), Some("é a"));
    assert_eq!(text(r#""\u0061""#).as_str(), None);
    assert_eq!(text(r#" "\u0061" "#).as_json(), r#""\u0061""#);
    assert!(text(r#""""#).is_empty());
    assert!(!text(r#""\u0000""#).is_empty());
}

#[test]
fn resolving_leaves_only_the_escapes_that_must_be() {
    assert_eq!(resolved(r#""https:\/\/as.example\/""#), r#""https://as.example/""#);
    assert_eq!(resolved(r#""\u0061\u00e9\u20ac\ud83d\ude00""#), r#""aé€😀""#);
    assert_eq!(resolved(r#"{"\u0069ss" : "\u007f\u0020" }"#), "{\"iss\" : \"\x7f \" }");
    let kept = r#"["\"\\\b\f\n\r\t", "\u0022\u005c\u0000\u001F", "\\u0061", "\\\\/"]"#;
    assert_eq!(resolved(kept), kept);
    assert_eq!(resolved(r#""\"\/\n\u0061\u000a""#), r#""\"/\na\u000a""#);
}

#[test]
fn resolving_touches_nothing_but_escapes() {
    let plain = r#" {"a": [1.50, -0, "é", true, null ] , "b":{ }} "#;
    assert_eq!(resolved(plain), plain);
    assert_eq!(resolved(r#" {"a": [1.50, -0, "\u00e9", true, null ] , "b":{ }} "#), plain);
    assert_eq!(resolved(r#"{"a":"\/","b":1e5}"#), r#"{"a":"/","b":1e5}"#);
}

#[test]
fn resolving_refuses_what_reading_refuses_and_leaves_it() {
    for json in [r#"{"\/":1,"/":2}"#, r#"["\/", "\ud800"]"#, r#"["\/""#, r#"["\/"]]"#, r#"["\/", 01]"#, ""] {
        let mut copy = json.as_bytes().to_vec();
        assert_eq!(resolve_escapes(&mut copy).err(), read(json.as_bytes()).err());
        assert_eq!(copy, json.as_bytes());
    }
}

#[test]
fn after_resolving_every_character_is_still_the_same() {
    for code in 0..=0xffff_u32 {
        let Some(character) = char::from_u32(code) else { continue };
        let json = resolved(format!("[\"\\u{code:04x}\",\"\\/\"]"));
        let first = array(&json).elements().next().and_then(Value::as_text).unwrap();
        assert!(first.chars().eq([character]), "{code:x}");
        assert_eq!(first.as_str().is_none(), code < 0x20 || matches!(character, '"' | '\\'), "{code:x}");
    }
}

#[test]
fn an_object_read_in_place_is_resolved() {
    let mut json = br#" {"\u0061":"\/","b":{"c":"\u00e9"}} "#.to_vec();
    let object = Object::read_in_place(&mut json).unwrap();
    assert_eq!(object.as_json(), r#"{"a":"/","b":{"c":"é"}}"#);
    assert_eq!(Object::read_in_place(&mut b"[]".to_vec()).err(), Some(NotAnObject));
    assert_eq!(Object::read_in_place(&mut b"{".to_vec()).err(), Some(UnexpectedEnd));
}
