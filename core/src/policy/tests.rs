//! The builders of a policy, and the order of its checks.

use std::{format, string::String, vec};

use super::{Policy, RFC_9068_CLAIMS, TokenType};
use crate::{
    bearer::BearerToken,
    error::{Claim, Error, Part, Reason},
    fake::{ALGORITHMS, AUDIENCE, Fake, FakeKeys, HEADER, ISSUER, KEY, NOW, claims, entry, policy, set, sign, without},
    json::JsonError,
    time::UnixTime,
};

const JWT: &str = r#"{"alg":"TEST","typ":"JWT"}"#;

fn verify(policy: &Policy<'_>, claims: &str) -> Result<(), Error> {
    crate::fake::verify(policy, HEADER, claims, Some(NOW))
}

fn refused(claim: Claim, reason: Reason) -> Result<(), Error> {
    Err(Error::claim(claim, reason))
}

fn relaxed() -> Policy<'static> {
    Policy::relaxed(ISSUER, AUDIENCE, ALGORITHMS)
}

#[test]
fn rfc9068_2_2_the_profile_requires_its_seven_claims() {
    assert_eq!(verify(&policy(), &claims()), Ok(()));
    let kinds = [
        Claim::Issuer,
        Claim::ExpirationTime,
        Claim::Audience,
        Claim::Subject,
        Claim::ClientId,
        Claim::IssuedAt,
        Claim::JwtId,
    ];
    assert_eq!(RFC_9068_CLAIMS.len(), kinds.len());
    for (name, claim) in RFC_9068_CLAIMS.iter().zip(kinds) {
        assert_eq!(verify(&policy(), &without(name)), refused(claim, Reason::Missing), "{name}");
    }
}

#[test]
fn rfc7519_4_a_relaxed_policy_requires_iss_aud_and_exp_alone() {
    let least = r#"{"iss":"https://as.example","aud":"https://valve.example","exp":2000}"#;
    assert_eq!(crate::fake::verify(&relaxed(), JWT, least, Some(NOW)), Ok(()));
    for (name, claim) in [("iss", Claim::Issuer), ("aud", Claim::Audience), ("exp", Claim::ExpirationTime)] {
        assert_eq!(verify(&relaxed(), &without(name)), refused(claim, Reason::Missing), "{name}");
    }
}

#[test]
fn each_of_several_issuers_is_accepted_byte_for_byte() {
    let policy = policy().with_issuers(&["https://old.example", "https://older.example"]);
    for issuer in [ISSUER, "https://old.example", "https://older.example"] {
        assert_eq!(verify(&policy, &set("iss", &format!("\"{issuer}\""))), Ok(()), "{issuer}");
    }
    for issuer in ["https://oldest.example", "https://old.example/", "", "https://old.examplehttps://older.example"] {
        let outcome = verify(&policy, &set("iss", &format!("\"{issuer}\"")));
        assert_eq!(outcome, refused(Claim::Issuer, Reason::Mismatch), "{issuer}");
    }
}

#[test]
fn each_of_several_audiences_is_accepted_byte_for_byte() {
    let policy = policy().with_audiences(&["urn:valve:2", "urn:valve:3"]);
    for audience in [r#""https://valve.example""#, r#""urn:valve:2""#, r#"["x","urn:valve:3"]"#] {
        assert_eq!(verify(&policy, &set("aud", audience)), Ok(()), "{audience}");
    }
    for audience in [r#""urn:valve:4""#, r#""URN:valve:2""#, r#"["urn:valve","2"]"#, "[]", r#""""#] {
        let outcome = verify(&policy, &set("aud", audience));
        assert_eq!(outcome, refused(Claim::Audience, Reason::Mismatch), "{audience}");
    }
}

#[test]
fn with_token_type_sets_the_kind_of_token_alone() {
    let typed = policy().with_token_type(TokenType::Any);
    assert_eq!(crate::fake::verify(&typed, JWT, &claims(), Some(NOW)), Ok(()));
    let outcome = crate::fake::verify(&typed, JWT, &without("jti"), Some(NOW));
    assert_eq!(outcome, refused(Claim::JwtId, Reason::Missing));
}

#[test]
fn required_claims_stand_in_place_of_those_of_the_constructor() {
    let policy = policy().with_required_claims(&["tenant"]);
    assert_eq!(verify(&policy, &claims()), refused(Claim::Required, Reason::Missing));
    let without_jti = without("jti");
    let with_tenant = |value: &str| without_jti.replacen('{', &format!("{{\"tenant\":{value},"), 1);
    for value in ["1", "\"\"", "false", "[]", "{}"] {
        assert_eq!(verify(&policy, &with_tenant(value)), Ok(()), "{value}");
    }
    assert_eq!(verify(&policy, &with_tenant("null")), refused(Claim::Required, Reason::Missing), "null says nothing");
}

#[test]
fn a_required_claim_is_named_in_the_error() {
    for (name, claim) in [
        ("nbf", Claim::NotBefore),
        ("scope", Claim::Scope),
        ("scp", Claim::Scope),
        ("auth_time", Claim::AuthenticationTime),
        ("acr", Claim::AuthenticationContext),
        ("amr", Claim::AuthenticationMethods),
        ("roles", Claim::Roles),
        ("groups", Claim::Groups),
        ("entitlements", Claim::Entitlements),
        ("tenant", Claim::Required),
    ] {
        let names = [name];
        let outcome = verify(&policy().with_required_claims(&names), &claims());
        assert_eq!(outcome, refused(claim, Reason::Missing), "{name}");
    }
}

#[test]
fn a_token_of_the_maximum_length_is_read_and_a_longer_one_is_too_long() {
    let bytes = sign(HEADER, &claims(), KEY).len();
    assert_eq!(verify(&policy().with_max_bytes(bytes), &claims()), Ok(()));
    assert_eq!(verify(&policy().with_max_bytes(bytes - 1), &claims()), Err(Error::TokenTooLong));
    assert_eq!(verify(&policy().with_max_bytes(0), &claims()), Err(Error::TokenTooLong));
}

#[test]
fn danger_any_issuer_takes_every_issuer_and_none_whatever_is_added() {
    let lean = policy().with_required_claims(&[]);
    for policy in [lean.danger_any_issuer(), lean.danger_any_issuer().with_issuers(&["https://old.example"])] {
        for claims in [claims(), set("iss", r#""https://evil.example""#), without("iss")] {
            assert_eq!(verify(&policy, &claims), Ok(()), "{claims}");
        }
        assert_eq!(verify(&policy, &set("iss", "1")), refused(Claim::Issuer, Reason::Malformed));
        assert_eq!(verify(&policy, &set("aud", r#""x""#)), refused(Claim::Audience, Reason::Mismatch));
    }
}

#[test]
fn danger_any_audience_takes_every_audience_and_none() {
    let policy = policy().with_required_claims(&[]).danger_any_audience();
    for claims in [claims(), set("aud", r#""x""#), set("aud", "[]"), without("aud")] {
        assert_eq!(verify(&policy, &claims), Ok(()), "{claims}");
    }
    assert_eq!(verify(&policy, &set("aud", "[1]")), refused(Claim::Audience, Reason::Malformed));
    assert_eq!(verify(&policy, &set("iss", r#""x""#)), refused(Claim::Issuer, Reason::Mismatch));
}

#[test]
fn danger_optional_expiration_still_checks_one_that_is_there() {
    let policy = policy().with_required_claims(&[]).danger_optional_expiration();
    assert_eq!(verify(&policy, &without("exp")), Ok(()));
    assert_eq!(verify(&policy, &set("exp", "1500")), refused(Claim::ExpirationTime, Reason::Expired));
    let late = without("exp").replacen('{', r#"{"nbf":1501,"#, 1);
    assert_eq!(verify(&policy, &late), refused(Claim::NotBefore, Reason::NotYetValid));
}

#[test]
fn danger_without_time_checks_no_time_and_needs_no_clock() {
    let policy = policy().with_required_claims(&[]).with_max_age(1).danger_without_time();
    for claims in [claims(), set("exp", "1"), set("nbf", "9999"), set("iat", "9999"), set("iat", "1"), without("exp")] {
        for now in [Some(NOW), None] {
            assert_eq!(crate::fake::verify(&policy, HEADER, &claims, now), Ok(()), "{claims}");
        }
    }
    assert_eq!(verify(&policy, &set("exp", r#""1""#)), refused(Claim::ExpirationTime, Reason::Malformed));
}

#[test]
fn what_is_required_by_name_must_be_there_whatever_is_relaxed() {
    let any = policy().danger_any_issuer().danger_any_audience().danger_optional_expiration().danger_without_time();
    for (name, claim) in [("iss", Claim::Issuer), ("aud", Claim::Audience), ("exp", Claim::ExpirationTime)] {
        assert_eq!(verify(&any, &without(name)), refused(claim, Reason::Missing), "{name}");
    }
}

/// Each token has one fault less than the one before it, and the first fault of the order in the docs is told.
#[test]
fn the_checks_come_in_the_order_that_the_docs_say() {
    let key = |key: &'static str, id| FakeKeys(vec![entry(Some(id), None, key)]);
    let small = policy().with_max_bytes(200);
    let head = |alg: &str, typ: &str| format!(r#"{{"alg":"{alg}","typ":"{typ}","kid":"1"}}"#);
    let all = r#"{"iss":"x","aud":"x","exp":1,"sub":7}"#;
    let cases: [(&Policy<'_>, String, FakeKeys, Error); 12] = [
        (&small, format!("{}.", "x".repeat(300)), key("other", "2"), Error::TokenTooLong),
        (&small, "_.x".into(), key("other", "2"), Error::NotCompact),
        (&small, "_.x.x.x.x".into(), key("other", "2"), Error::Encrypted),
        (&small, "x.x.x".into(), key("other", "2"), Error::Base64(Part::Header)),
        (&small, "e30x.x.x".into(), key("other", "2"), Error::Json(Part::Header, JsonError::TrailingBytes)),
        (&small, sign(&head("none", "JWT"), all, KEY), key("other", "2"), Error::AlgorithmNotAllowed),
        (&small, sign(&head("TEST", "JWT"), all, KEY), key("other", "2"), Error::TokenType),
        (&small, sign(&head("TEST", "at+jwt"), all, KEY), key("other", "2"), Error::UnknownKey),
        (&small, sign(&head("TEST", "at+jwt"), all, KEY), key("other", "1"), Error::BadSignature),
        (
            &small,
            sign(&head("TEST", "at+jwt"), "[", KEY),
            key(KEY, "1"),
            Error::Json(Part::Payload, JsonError::UnexpectedEnd),
        ),
        (
            &small,
            sign(&head("TEST", "at+jwt"), all, KEY),
            key(KEY, "1"),
            Error::claim(Claim::Subject, Reason::Malformed),
        ),
        (
            &small,
            sign(&head("TEST", "at+jwt"), &all.replace('7', r#""7""#), KEY),
            key(KEY, "1"),
            Error::claim(Claim::Issuer, Reason::Mismatch),
        ),
    ];
    for (policy, token, keys, expected) in cases {
        let mut buffer = [0; 512];
        let outcome = policy.verify(BearerToken::new(&token).unwrap(), &keys, None, &mut buffer);
        assert_eq!(outcome.err(), Some(expected), "{token}");
    }
}

#[test]
fn the_claims_are_checked_in_the_order_issuer_audience_times_required() {
    let claims = |iss: &str, aud: &str, exp: u32| format!(r#"{{"iss":"{iss}","aud":"{aud}","exp":{exp}}}"#);
    for (claims, expected) in [
        (claims("x", "x", 1), Error::claim(Claim::Issuer, Reason::Mismatch)),
        (claims(ISSUER, "x", 1), Error::claim(Claim::Audience, Reason::Mismatch)),
        (claims(ISSUER, AUDIENCE, 1), Error::claim(Claim::ExpirationTime, Reason::Expired)),
        (claims(ISSUER, AUDIENCE, 2000), Error::claim(Claim::Subject, Reason::Missing)),
    ] {
        assert_eq!(verify(&policy(), &claims), Err(expected), "{claims}");
    }
}

#[test]
fn a_good_token_that_the_buffer_cannot_hold_is_too_long_and_never_invalid() {
    let token = sign(HEADER, &claims(), KEY);
    let keys = FakeKeys::good();
    let outcome = |bytes: usize| {
        let token = BearerToken::new(&token).unwrap();
        policy().verify(token, &keys, UnixTime::from_seconds(NOW), &mut vec![0; bytes]).map(drop)
    };
    let needed = HEADER.len() + claims().len();
    assert!(needed <= token.len() * 3 / 4);
    for bytes in 0..needed {
        assert_eq!(outcome(bytes), Err(Error::TokenTooLong), "{bytes}");
    }
    assert_eq!(outcome(needed), Ok(()));
    assert_eq!((Error::TokenTooLong.status(), Error::BadSignature.status()), (431, 401));
}

#[test]
fn a_forged_token_is_told_nothing_of_a_buffer_that_cannot_hold_its_payload() {
    let token = sign(HEADER, &claims(), "another key");
    let buffer = &mut vec![0; HEADER.len() + 32];
    let outcome = policy().verify(BearerToken::new(&token).unwrap(), &FakeKeys::good(), None, buffer);
    assert_eq!(outcome.err(), Some(Error::BadSignature));
}

#[test]
fn rfc8725_3_1_the_algorithm_is_found_among_several_by_its_exact_name() {
    let (first, second) = (Fake::new("FIRST"), Fake::new("TEST"));
    let algorithms: [&dyn crate::Algorithm; 2] = [&first, &second];
    let policy = Policy::new(ISSUER, AUDIENCE, &algorithms);
    let token = sign(HEADER, &claims(), KEY);
    let mut buffer = vec![0; token.len()];
    let now = UnixTime::from_seconds(NOW);
    let access = policy.verify(BearerToken::new(&token).unwrap(), &FakeKeys::good(), now, &mut buffer).unwrap();
    assert_eq!(access.algorithm(), "TEST");
    assert_eq!((first.verified(), second.verified()), (0, 1));
    for alg in ["test", "TES", "TEST ", "", "none"] {
        let header = format!(r#"{{"alg":"{alg}","typ":"at+jwt"}}"#);
        let outcome = crate::fake::verify(&policy, &header, &claims(), Some(NOW));
        assert_eq!(outcome, Err(Error::AlgorithmNotAllowed), "{alg}");
    }
}

#[test]
fn a_policy_without_algorithms_allows_none() {
    let none = Policy::new(ISSUER, AUDIENCE, &[]);
    assert_eq!(verify(&none, &claims()), Err(Error::AlgorithmNotAllowed));
}

#[test]
fn debug_shows_what_was_configured() {
    let shown = format!("{:?}", policy());
    for part in [ISSUER, AUDIENCE, "TEST", "AtJwt"] {
        assert!(shown.contains(part), "{shown}");
    }
}
