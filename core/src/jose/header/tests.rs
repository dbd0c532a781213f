//! Each parameter of a header: good, absent, and of a wrong type.

use std::format;

use super::Header;
use crate::{
    error::{Error, Parameter, Part},
    json::JsonError,
};

fn read<T>(json: &str, look: impl Fn(&Header<'_>) -> T) -> Result<T, Error> {
    let mut json = json.as_bytes().to_vec();
    Header::read(&mut json).map(|header| look(&header))
}

fn refused(json: &str) -> Option<Error> {
    read(json, |_| ()).err()
}

/// A header with `alg` and these members.
fn with(members: &str) -> Option<Error> {
    refused(&format!(r#"{{"alg":"ES256",{members}}}"#))
}

#[test]
fn rfc7515_4_1_1_alg_is_a_string_that_must_be_there() {
    assert_eq!(read(r#"{"alg":"ES256"}"#, |header| header.alg == "ES256"), Ok(true));
    assert_eq!(read(r#"{"\u0061lg":"\u0045S256"}"#, |header| header.alg == "ES256"), Ok(true));
    for json in ["{}", r#"{"ALG":"ES256"}"#, r#"{"alg ":"ES256"}"#, r#"{"alg\u0000":"ES256"}"#] {
        assert_eq!(refused(json), Some(Error::Header(Parameter::Algorithm)), "{json}");
    }
}

#[test]
fn parameters_that_are_read_are_strings() {
    let parameters = [
        ("alg", Parameter::Algorithm),
        ("kid", Parameter::KeyId),
        ("typ", Parameter::Type),
        ("cty", Parameter::ContentType),
    ];
    for (name, parameter) in parameters {
        for value in ["null", "1", "true", "[]", r#"["ES256"]"#, "{}"] {
            let json = format!(r#"{{"{name}":{value}}}"#);
            assert_eq!(refused(&json), Some(Error::Header(parameter)), "{json}");
        }
    }
}

#[test]
fn rfc7515_4_1_4_kid_and_4_1_9_typ_may_be_absent_and_empty() {
    let both =
        |json: &str| read(json, |header| (header.kid.map(|kid| kid.is_empty()), header.typ.map(|typ| typ.is_empty())));
    assert_eq!(both(r#"{"alg":"ES256"}"#), Ok((None, None)));
    assert_eq!(both(r#"{"alg":"ES256","kid":"","typ":""}"#), Ok((Some(true), Some(true))));
    assert_eq!(both(r#"{"typ":"JWT","alg":"ES256","kid":"1"}"#), Ok((Some(false), Some(false))));
}

#[test]
fn rfc7515_4_1_10_cty_says_nothing_that_changes_how_the_token_is_read() {
    for cty in ["JWT", "", "json", "application/json"] {
        assert_eq!(with(&format!(r#""cty":"{cty}""#)), None, "{cty}");
    }
}

#[test]
fn rfc7515_4_1_11_crit_is_refused_whatever_it_names() {
    for value in ["[]", r#"["exp"]"#, r#"["b64"]"#, "null", "1", r#""exp""#, "{}"] {
        assert_eq!(with(&format!(r#""crit":{value}"#)), Some(Error::Critical), "{value}");
    }
    assert_eq!(with(r#""cr\u0069t":["exp"]"#), Some(Error::Critical));
}

#[test]
fn rfc7797_3_b64_and_rfc7516_4_1_3_zip_are_refused_whatever_they_hold() {
    for (name, parameter) in [("b64", Parameter::Base64UrlPayload), ("zip", Parameter::Compression)] {
        for value in ["true", "false", "null", r#""DEF""#, r#""""#, "1"] {
            let expected = Some(Error::UnsupportedHeader(parameter));
            assert_eq!(with(&format!(r#""{name}":{value}"#)), expected, "{name}: {value}");
        }
    }
}

#[test]
fn rfc8725_3_10_what_carries_or_points_to_a_key_is_not_looked_at() {
    for name in ["jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256", "enc", "epk", "p2c", "nonce", "url", ""] {
        for value in ["null", "1", r#""https://evil.example""#, "[]", r#"{"kty":"oct","k":"AA"}"#] {
            assert_eq!(with(&format!(r#""{name}":{value}"#)), None, "{name}: {value}");
        }
    }
}

#[test]
fn rfc7515_4_names_are_unique() {
    for members in [
        r#""alg":"none""#,
        r#""kid":"1","kid":"2""#,
        r#""kid":"1","k\u0069d":"2""#,
        r#""x":1,"x":1"#,
        r#""x":{"a":1,"a":1}"#,
    ] {
        assert_eq!(with(members), Some(Error::Json(Part::Header, JsonError::DuplicateName)), "{members}");
    }
}

#[test]
fn rfc7515_4_a_header_is_one_json_object() {
    for (json, error) in [
        ("", JsonError::UnexpectedEnd),
        ("[]", JsonError::NotAnObject),
        ("null", JsonError::NotAnObject),
        (r#"{"alg":"ES256"} x"#, JsonError::TrailingBytes),
        ("\u{feff}{}", JsonError::UnexpectedByte),
    ] {
        assert_eq!(refused(json), Some(Error::Json(Part::Header, error)), "{json}");
    }
}
