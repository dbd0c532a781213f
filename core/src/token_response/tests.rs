use std::{format, string::String, vec::Vec};

use super::TokenResponse;
use crate::{
    answer_error::AnswerError,
    json::{JsonError, Value},
    limits::TOKEN_BYTES,
    token_error::TokenError,
};

fn read(json: &str) -> Result<TokenResponse<'static>, TokenError> {
    TokenResponse::read(Vec::from(json).leak())
}

/// A good answer with these members more.
fn with(members: &str) -> Result<TokenResponse<'static>, TokenError> {
    read(&format!(r#"{{"access_token":"a","token_type":"Bearer",{members}}}"#))
}

fn member(name: &'static str) -> TokenError {
    AnswerError::Member(name).into()
}

#[test]
fn rfc6749_5_1_example() {
    // With the type of RFC 6750 §4 in place of "example".
    let token = read(
        r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA", "token_type":"Bearer", "expires_in":3600,
            "refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA", "example_parameter":"example_value"}"#,
    )
    .unwrap();
    assert_eq!(token.access_token(), "2YotnFZFEjr1zCsicMWpAA");
    assert_eq!(token.expires_in(), Some(3600));
    assert_eq!(token.refresh_token(), Some("tGzv3JOkF0XG5Qx2TlKWIA"));
    assert!(token.scope().is_none() && token.id_token().is_none());
    let property = token.property("example_parameter").and_then(Value::as_text);
    assert!(property.is_some_and(|value| value == "example_value"));
    assert!(token.property("absent").is_none());
}

#[test]
fn rfc6749_5_1_the_access_token_and_its_type_are_required() {
    assert_eq!(read(r#"{"token_type":"Bearer"}"#).unwrap_err(), member("access_token"));
    assert_eq!(read(r#"{"access_token":"a"}"#).unwrap_err(), member("token_type"));
    assert_eq!(read("{}").unwrap_err(), member("token_type"));
}

#[test]
fn rfc6749_5_1_the_type_has_no_case() {
    for kind in ["Bearer", "bearer", "BEARER", r"\u0042earer"] {
        assert!(read(&format!(r#"{{"access_token":"a","token_type":"{kind}"}}"#)).is_ok(), "{kind}");
    }
}

#[test]
fn rfc6749_7_1_a_token_of_a_type_that_is_not_understood_is_not_used() {
    for kind in
        ["DPoP", "mac", "pop", "N_A", "", "Bearer ", " Bearer", "Bearer,DPoP", "urn:ietf:params:oauth:token-type:jwt"]
    {
        let read = read(&format!(r#"{{"access_token":"a","token_type":"{kind}"}}"#));
        assert_eq!(read.unwrap_err(), TokenError::TokenType, "{kind:?}");
    }
    // Whether the token itself is good is not looked at before.
    assert_eq!(read(r#"{"access_token":"\"","token_type":"DPoP"}"#).unwrap_err(), TokenError::TokenType);
}

#[test]
fn rfc6750_2_1_the_access_token_is_one_that_a_header_can_carry() {
    let read = |token: &str| read(&format!(r#"{{"access_token":"{token}","token_type":"Bearer"}}"#));
    for token in ["a", "mF_9.B5f-4.1JqM", "a~+/==", r"a\/b"] {
        assert!(read(token).is_ok(), "{token}");
    }
    let longest = "a".repeat(TOKEN_BYTES);
    assert_eq!(read(&longest).unwrap().access_token(), longest);
    for token in
        ["", "=", "a b", "a=b", "a,b", "a\u{e9}", r"a\nb", r#"a\"b"#, r"a\\b", r"\u0000", &(longest.clone() + "a")]
    {
        assert_eq!(read(token).unwrap_err(), member("access_token"), "{token}");
    }
}

#[test]
fn a_member_of_a_wrong_type_is_an_error_and_not_absent() {
    for value in ["null", "true", "7", "[]", "{}", r#"["a"]"#] {
        let text = format!(r#"{{"access_token":{value},"token_type":"Bearer"}}"#);
        assert_eq!(read(&text).unwrap_err(), member("access_token"), "{value}");
        let text = format!(r#"{{"access_token":"a","token_type":{value}}}"#);
        assert_eq!(read(&text).unwrap_err(), member("token_type"), "{value}");
        for name in ["scope", "refresh_token", "id_token"] {
            assert_eq!(with(&format!(r#""{name}":{value}"#)).unwrap_err(), member(name), "{value}");
        }
    }
    for value in ["null", "true", r#""3600""#, "[]", "{}", "-1", "0.5", "18446744073709551616"] {
        assert_eq!(with(&format!(r#""expires_in":{value}"#)).unwrap_err(), member("expires_in"), "{value}");
    }
}

#[test]
fn a_lifetime_is_a_whole_number_of_seconds_however_it_is_written() {
    for (written, expected) in [
        ("0", 0),
        ("3.6e3", 3600),
        ("4294967295", u32::MAX),
        ("4294967296", u32::MAX),
        ("18446744073709551615", u32::MAX),
    ] {
        assert_eq!(with(&format!(r#""expires_in":{written}"#)).unwrap().expires_in(), Some(expected), "{written}");
    }
}

#[test]
fn rfc6749_3_3_the_scope_is_what_was_granted() {
    let scope = with(r#""scope":"tank:read tank:fill""#).unwrap().scope().unwrap();
    assert!(scope.contains_all("tank:fill tank:read") && !scope.contains("tank"));
    // Nothing granted is not the same as nothing said.
    assert_eq!(with(r#""scope":"""#).unwrap().scope().unwrap().iter().count(), 0);
    for scope in [" ", r"a\tb", "a\u{e9}", r#"a\"b"#, r"a\\b", r"a\u007f"] {
        assert_eq!(with(&format!(r#""scope":"{scope}""#)).unwrap_err(), member("scope"), "{scope:?}");
    }
}

#[test]
fn rfc6749_a_17_a_refresh_token_is_of_printable_ascii() {
    let longest = "r".repeat(TOKEN_BYTES);
    for name in ["refresh_token", "id_token"] {
        for good in ["a", "a b!~", &longest] {
            assert!(with(&format!(r#""{name}":"{good}""#)).is_ok());
        }
        for bad in ["", r"a\u0007", "a\u{e9}", r"a\u007f", &(longest.clone() + "r")] {
            assert_eq!(with(&format!(r#""{name}":"{bad}""#)).unwrap_err(), member(name), "{bad}");
        }
    }
    assert_eq!(with(r#""id_token":"a.b.c""#).unwrap().id_token(), Some("a.b.c"));
}

#[test]
fn what_is_not_strict_json_is_refused() {
    for (json, error) in [
        ("", JsonError::UnexpectedEnd),
        ("[]", JsonError::NotAnObject),
        (r#"{"access_token":"a","token_type":"Bearer"} x"#, JsonError::TrailingBytes),
        (r#"{"access_token":"a","token_type":"Bearer","access_token":"b"}"#, JsonError::DuplicateName),
        (r#"{"access_token":"a","token_type":"Bearer","token_\u0074ype":"mac"}"#, JsonError::DuplicateName),
        (r#"{"access_token":"a","token_type":"Bearer","x":{"y":1,"y":2}}"#, JsonError::DuplicateName),
    ] {
        assert_eq!(read(json).unwrap_err(), TokenError::Answer(AnswerError::Json(error)), "{json}");
    }
}

#[test]
fn nothing_else_in_the_answer_is_taken_for_what_it_is_not() {
    let token = with(r#""Access_Token":"b","x":{"access_token":"c","expires_in":1,"refresh_token":"d"}"#).unwrap();
    assert_eq!((token.access_token(), token.expires_in(), token.refresh_token()), ("a", None, None));
    assert!(String::from(token.json()).starts_with('{'));
}

#[test]
fn debug_shows_no_token() {
    let token = with(r#""refresh_token":"s3cret","id_token":"s3cret","scope":"s3cret""#).unwrap();
    assert_eq!(format!("{token:?}"), "TokenResponse { expires_in: None, .. }");
    assert!(!format!("{:?}", token.scope()).contains("s3cret"));
    assert!(token.property("scope").and_then(Value::as_text).is_some_and(|scope| scope == "s3cret"));
}
