//! Each registered claim: absent, good, and of a wrong type.

use std::{format, string::ToString, vec, vec::Vec};

use super::Registered;
use crate::{
    error::{Claim, Error, Part, Reason},
    json::{JsonError, Text},
};

fn read<T>(json: &str, look: impl Fn(&Registered<'_>) -> T) -> Result<T, Error> {
    let mut json = json.as_bytes().to_vec();
    let mut claims = Registered::none();
    claims.read(&mut json)?;
    Ok(look(&claims))
}

fn refused(json: &str) -> Option<Error> {
    read(json, |_| ()).err()
}

type TextClaim = (&'static str, Claim, for<'b> fn(&Registered<'b>) -> Option<Text<'b>>);

const TEXTS: [TextClaim; 5] = [
    ("iss", Claim::Issuer, |claims| claims.issuer()),
    ("sub", Claim::Subject, |claims| claims.subject()),
    ("jti", Claim::JwtId, |claims| claims.jwt_id()),
    ("client_id", Claim::ClientId, |claims| claims.client_id()),
    ("acr", Claim::AuthenticationContext, |claims| claims.acr()),
];

#[test]
fn rfc7519_4_1_claims_that_are_strings() {
    for (name, claim, get) in TEXTS {
        for (json, expected) in [(r#""a""#, "a"), (r#""""#, ""), (r#""\u0061\/\"""#, "a/\""), (r#""ü""#, "ü")] {
            let found = read(&format!(r#"{{"{name}":{json}}}"#), |claims| get(claims).map(|text| text.to_string()));
            assert_eq!(found, Ok(Some(expected.into())), "{name}: {json}");
        }
        assert_eq!(read("{}", |claims| get(claims).is_none()), Ok(true), "{name}");
        for json in ["null", "1", "true", "[]", r#"["a"]"#, "{}"] {
            let expected = Some(Error::claim(claim, Reason::Malformed));
            assert_eq!(refused(&format!(r#"{{"{name}":{json}}}"#)), expected, "{name}: {json}");
        }
    }
}

type NamesClaim = (&'static str, Claim, for<'b> fn(&Registered<'b>) -> Option<super::Names<'b>>);

const NAMES: [NamesClaim; 7] = [
    ("aud", Claim::Audience, |claims| claims.audience()),
    ("scope", Claim::Scope, |claims| claims.scope()),
    ("scp", Claim::Scope, |claims| claims.scp()),
    ("amr", Claim::AuthenticationMethods, |claims| claims.amr()),
    ("roles", Claim::Roles, |claims| claims.roles()),
    ("groups", Claim::Groups, |claims| claims.groups()),
    ("entitlements", Claim::Entitlements, |claims| claims.entitlements()),
];

#[test]
fn rfc7519_4_1_3_claims_that_are_one_name_or_several() {
    for (name, claim, get) in NAMES {
        for (json, count) in [(r#""a""#, 1), (r#""""#, 1), ("[]", 0), (r#"["a"]"#, 1), (r#"["a","b","a"]"#, 3)] {
            let found =
                read(&format!(r#"{{"{name}":{json}}}"#), |claims| get(claims).map(|names| names.iter().count()));
            assert_eq!(found, Ok(Some(count)), "{name}: {json}");
        }
        assert_eq!(read("{}", |claims| get(claims).is_none()), Ok(true), "{name}");
        for json in ["null", "1", "true", "{}", "[1]", r#"["a",null]"#, r#"[["a"]]"#, r#"["a",{}]"#] {
            let expected = Some(Error::claim(claim, Reason::Malformed));
            assert_eq!(refused(&format!(r#"{{"{name}":{json}}}"#)), expected, "{name}: {json}");
        }
    }
}

type DateClaim = (&'static str, Claim, fn(&Registered<'_>) -> Option<(i64, bool)>);

const DATES: [DateClaim; 4] = [
    ("exp", Claim::ExpirationTime, |claims| claims.expires_at().map(|at| (at.whole_seconds(), at.has_fraction()))),
    ("nbf", Claim::NotBefore, |claims| claims.not_before().map(|at| (at.whole_seconds(), at.has_fraction()))),
    ("iat", Claim::IssuedAt, |claims| claims.issued_at().map(|at| (at.whole_seconds(), at.has_fraction()))),
    ("auth_time", Claim::AuthenticationTime, |claims| {
        claims.authentication_time().map(|at| (at.whole_seconds(), at.has_fraction()))
    }),
];

#[test]
fn rfc7519_2_claims_that_are_dates_may_have_a_fraction() {
    for (name, claim, get) in DATES {
        for (json, expected) in [
            ("1500", (1500, false)),
            ("1500.5", (1500, true)),
            ("1500.0", (1500, false)),
            ("1.5e3", (1500, false)),
            ("-0.5", (-1, true)),
            ("-0", (0, false)),
        ] {
            assert_eq!(read(&format!(r#"{{"{name}":{json}}}"#), get), Ok(Some(expected)), "{name}: {json}");
        }
        assert_eq!(read("{}", get), Ok(None), "{name}");
        for json in ["null", r#""1500""#, "true", "[]", "[1500]", "{}", "1e19", "-1e19"] {
            let expected = Some(Error::claim(claim, Reason::Malformed));
            assert_eq!(refused(&format!(r#"{{"{name}":{json}}}"#)), expected, "{name}: {json}");
        }
    }
}

#[test]
fn rfc7800_3_cnf_is_not_understood_whatever_it_holds() {
    for json in ["{}", r#"{"jkt":"x"}"#, "null", "1", r#""x""#] {
        let expected = Some(Error::claim(Claim::Confirmation, Reason::NotUnderstood));
        assert_eq!(refused(&format!(r#"{{"cnf":{json}}}"#)), expected, "{json}");
        assert_eq!(refused(&format!(r#"{{"\u0063nf":{json}}}"#)), expected, "{json}");
    }
}

#[test]
fn claims_of_other_kinds_of_tokens_are_noticed() {
    for (name, claim) in
        [("nonce", Claim::IdToken), ("at_hash", Claim::IdToken), ("c_hash", Claim::IdToken), ("events", Claim::Events)]
    {
        let found = read(&format!(r#"{{"{name}":null}}"#), |claims| claims.foreign);
        assert_eq!(found, Ok(Some(claim)), "{name}");
    }
    assert_eq!(read(r#"{"s_hash":"x","event":1}"#, |claims| claims.foreign), Ok(None));
}

#[test]
fn rfc7519_4_names_are_compared_exactly() {
    for name in ["ISS", "iss ", " iss", "is", "issu", "iss\\u0000", "iss\\\""] {
        let found = read(&format!(r#"{{"{name}":1}}"#), |claims| claims.issuer().is_none());
        assert_eq!(found, Ok(true), "{name}");
    }
    assert_eq!(read(r#"{"\u0069ss":"a"}"#, |claims| claims.issuer().is_some()), Ok(true));
}

#[test]
fn claims_are_found_again_wherever_they_are_written() {
    let read = |json: &str| {
        read(json, |claims| {
            let audience = claims.audience().map(|names| names.iter().map(|name| name.to_string()).collect::<Vec<_>>());
            (claims.subject().map(|text| text.to_string()), claims.expires_at().map(|at| at.whole_seconds()), audience)
        })
    };
    let found = Ok((Some("a\"b".into()), Some(7), Some(vec!["c".into(), "d".into()])));
    for json in [
        r#"{"sub":"a\"b","exp":7,"aud":["c","d"]}"#,
        " \n\t{ \"sub\" : \"a\\u0022b\" , \"exp\" : 7 , \"aud\" : [ \"c\" , \"d\" ] } \r\n",
        r#"{"x":"\u0061\u0062","aud":["\u0063","d"],"exp":7e0,"\u0073ub":"\u0061\"b"}"#,
        r#"{"x":{"sub":1,"exp":{}},"exp":70e-1,"aud":["c","d"],"y":[{"aud":2}],"sub":"a\"b"}"#,
    ] {
        assert_eq!(read(json), found, "{json}");
    }
}

#[test]
fn rfc7519_7_2_the_claims_are_one_json_object() {
    for (json, error) in [
        ("", JsonError::UnexpectedEnd),
        ("[]", JsonError::NotAnObject),
        (r#""{}""#, JsonError::NotAnObject),
        ("{}{}", JsonError::TrailingBytes),
        (r#"{"sub":"a","sub":"b"}"#, JsonError::DuplicateName),
        (r#"{"sub":"a","\u0073ub":"b"}"#, JsonError::DuplicateName),
    ] {
        assert_eq!(refused(json), Some(Error::Json(Part::Payload, error)), "{json}");
    }
}
