use std::{format, string::String, vec::Vec};

use super::*;
use crate::json::Object;

/// The verdict, and all characters of all strings.
fn read(text: &[u8]) -> Result<String, JsonError> {
    let mut lexer = Lexer::new();
    let mut characters = String::new();
    for byte in text {
        if let Some((Event::Character(character), _)) = lexer.push(*byte)? {
            characters.push(character);
        }
    }
    lexer.finish().map(|()| characters)
}

fn value(value: &str) -> Result<String, JsonError> {
    let text = format!(r#"{{"":{value}}}"#);
    let read = read(text.as_bytes());
    assert_eq!(read.is_ok(), Object::read(text.as_bytes()).is_ok(), "{text}");
    read
}

fn string(bytes: &[u8]) -> Result<String, JsonError> {
    let text = [br#"{"":""#, bytes, br#""}"#].concat();
    let read = read(&text);
    assert_eq!(read.is_ok(), Object::read(&text).is_ok(), "{bytes:?}");
    read
}

#[test]
fn rfc8259_2_events_tell_what_they_lie_in() {
    let mut lexer = Lexer::new();
    let events: Vec<_> = br#"{"a":[{},1,[]],"b":"c"}"#.iter().filter_map(|byte| lexer.push(*byte).unwrap()).collect();
    assert_eq!(
        events,
        [
            (Event::Object, 0),
            (Event::Name, 1),
            (Event::Character('a'), 1),
            (Event::End, 1),
            (Event::Array, 1),
            (Event::Object, 2),
            (Event::Close, 2),
            (Event::Other, 2),
            (Event::Array, 2),
            (Event::Close, 2),
            (Event::Close, 1),
            (Event::Name, 1),
            (Event::Character('b'), 1),
            (Event::End, 1),
            (Event::Text, 1),
            (Event::Character('c'), 1),
            (Event::End, 1),
            (Event::Close, 0),
        ]
    );
}

#[test]
fn rfc8259_3_literal_names() {
    for good in ["true", "false", "null"] {
        assert!(value(good).is_ok());
        assert_eq!(value(&good[..good.len() - 1]), Err(JsonError::UnexpectedByte));
        assert!(value(&format!("{good}x")).is_err());
        assert!(value(&good.to_uppercase()).is_err());
    }
}

#[test]
fn rfc8259_4_and_5_structure() {
    for good in ["{}", "[]", "[{}]", r#"{"a":1,"b":[1,2]}"#, " [ 1 , { \"a\" : 2 } ] "] {
        assert!(value(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1}",
        r#"{"a":1,}"#,
        r#"{"a"}"#,
        r#"{"a" 1}"#,
        "{a:1}",
        "{1:1}",
        r#"{"a":}"#,
        r#"{"a":1]"#,
        "{,}",
        "]",
        "}",
        ":",
        "/**/1",
        "\x0c1",
    ] {
        assert!(value(bad).is_err(), "{bad}");
    }
}

#[test]
fn rfc8259_6_numbers() {
    for good in ["0", "-0", "1", "-10", "1.5", "0.0", "1e3", "1E+3", "1.5e-3", "0e0", "123456789012345678901234567890"]
    {
        assert!(value(good).is_ok(), "{good}");
        assert!(value(&format!("[{good},{good}]")).is_ok(), "{good}");
    }
    for bad in ["-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "1.e3", "0x10", "1.5.5", "1e3.5", "--1", "NaN", "1a"] {
        assert!(value(bad).is_err(), "{bad}");
    }
}

#[test]
fn rfc8259_7_escapes() {
    assert_eq!(string(br#"\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC"#), Ok("\"\\/\x08\x0c\n\r\tAé€".into()));
    for bad in [&br"\x41"[..], br"\u004", br"\u00g0", br"\U0041", br"\"] {
        assert!(string(bad).is_err());
    }
}

#[test]
fn rfc8259_7_control_characters_are_escaped() {
    for byte in 0..0x20 {
        assert_eq!(string(&[byte]), Err(JsonError::ControlCharacter));
    }
    assert!(string(b"\x7f").is_ok());
}

#[test]
fn rfc8259_8_2_surrogates_come_in_pairs() {
    assert_eq!(string(br"\ud83d\ude00\ud800\udc00\udbff\udfff"), Ok("\u{1f600}\u{10000}\u{10ffff}".into()));
    for bad in [
        &br"\ud83d"[..],
        br"\ude00",
        br"\ud83dx",
        br"\ud83dxude00",
        br"\ud83d\n",
        br"\ud83d\ud83d",
        br"\ud83d\u0041",
        br"\ude00\ud83d",
    ] {
        assert_eq!(string(bad), Err(JsonError::LoneSurrogate), "{bad:?}");
    }
}

#[test]
fn rfc3629_3_characters_of_two_three_and_four_bytes() {
    for text in ["é߿ࠀ€퟿\u{e000}\u{ffff}", "\u{10000}😀\u{10ffff}"] {
        assert_eq!(string(text.as_bytes()), Ok(text.into()));
    }
    // Cut, too long for what they say, a surrogate, beyond the last.
    for bad in [&b"\xc3"[..], b"\xe2\x82", b"\xe2\x28\xa1", b"\xe0\x82\xac", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"] {
        assert!(string(bad).is_err(), "{bad:x?}");
    }
}

#[test]
fn rfc8259_8_1_utf8_as_the_standard_library_judges_it() {
    let mut sequences: Vec<Vec<u8>> = (0..=255).map(|byte| Vec::from([byte])).collect();
    for first in 0xc0..=255 {
        for second in [0x00, 0x22, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff] {
            sequences.push([first, second].into());
            for third in [0x22, 0x7f, 0x80, 0xbf, 0xc0] {
                sequences.push([first, second, third].into());
                for fourth in [0x7f, 0x80, 0xbf, 0xc0] {
                    sequences.push([first, second, third, fourth].into());
                }
            }
        }
    }
    for sequence in sequences.iter().filter(|sequence| !sequence.contains(&b'"') && !sequence.contains(&b'\\')) {
        let expected = core::str::from_utf8(sequence).ok().filter(|text| text.chars().all(|c| c >= ' '));
        assert_eq!(string(sequence).ok().as_deref(), expected, "{sequence:x?}");
    }
}
