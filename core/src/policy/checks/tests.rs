//! The kind of a token, and its times to the second.

use std::{format, string::String};

use crate::{
    error::{Claim, Error, Reason},
    fake::{ALGORITHMS, AUDIENCE, HEADER, ISSUER, NOW, claims, policy, set, verify, without},
    policy::{Policy, TokenType},
};

const EXPIRED: Result<(), Error> = Err(Error::claim(Claim::ExpirationTime, Reason::Expired));
const NOT_YET: Result<(), Error> = Err(Error::claim(Claim::NotBefore, Reason::NotYetValid));

fn relaxed() -> Policy<'static> {
    Policy::relaxed(ISSUER, AUDIENCE, ALGORITHMS)
}

/// What a policy with this kind of token says to a header with this `typ`.
fn typed(token_type: TokenType<'_>, typ: &str) -> Result<(), Error> {
    let header = format!(r#"{{"alg":"TEST","typ":"{typ}"}}"#);
    verify(&policy().with_token_type(token_type), &header, &claims(), Some(NOW))
}

fn untyped(token_type: TokenType<'_>) -> Result<(), Error> {
    verify(&policy().with_token_type(token_type), r#"{"alg":"TEST"}"#, &claims(), Some(NOW))
}

#[test]
fn rfc9068_4_typ_is_at_jwt_in_any_case_and_with_or_without_application() {
    for typ in ["at+jwt", "AT+JWT", "At+Jwt", "application/at+jwt", "APPLICATION/AT+JWT", "at\\u002bjwt"] {
        assert_eq!(typed(TokenType::AtJwt, typ), Ok(()), "{typ}");
    }
    for typ in [
        "",
        "JWT",
        "at+jw",
        "at+jwt;x=1",
        "application/",
        "application/application/at+jwt",
        "text/at+jwt",
        "/at+jwt",
        "at+jwt\\u0000",
        "applicatiön/at+jwt",
    ] {
        assert_eq!(typed(TokenType::AtJwt, typ), Err(Error::TokenType), "{typ}");
    }
    assert_eq!(untyped(TokenType::AtJwt), Err(Error::TokenType));
}

#[test]
fn rfc8725_3_11_a_relaxed_policy_takes_at_jwt_jwt_and_none() {
    for typ in ["at+jwt", "application/at+jwt", "JWT", "jwt", "application/jwt"] {
        assert_eq!(typed(TokenType::Relaxed, typ), Ok(()), "{typ}");
    }
    assert_eq!(untyped(TokenType::Relaxed), Ok(()));
    for typ in ["", "dpop+jwt", "logout+jwt", "secevent+jwt", "token-introspection+jwt", "JOSE", "JWTX"] {
        assert_eq!(typed(TokenType::Relaxed, typ), Err(Error::TokenType), "{typ}");
    }
}

#[test]
fn a_named_type_is_that_media_type_alone() {
    let named = TokenType::Named("application/valve+jwt");
    for typ in ["valve+jwt", "application/valve+jwt", "VALVE+jwt"] {
        assert_eq!(typed(named, typ), Ok(()), "{typ}");
        assert_eq!(typed(TokenType::Named("valve+jwt"), typ), Ok(()), "{typ}");
    }
    for typ in ["at+jwt", "JWT", "", "valve"] {
        assert_eq!(typed(named, typ), Err(Error::TokenType), "{typ}");
    }
    assert_eq!(untyped(named), Err(Error::TokenType));
}

#[test]
fn rfc7515_4_1_9_application_is_left_out_only_where_no_other_slash_follows() {
    let named = TokenType::Named("text/valve");
    assert_eq!(typed(named, "text/valve"), Ok(()));
    assert_eq!(typed(named, "Text/Valve"), Ok(()));
    assert_eq!(typed(named, "application/text/valve"), Err(Error::TokenType));
    assert_eq!(typed(TokenType::Named("application/text/valve"), "text/valve"), Err(Error::TokenType));
}

#[test]
fn any_type_is_any_and_none() {
    for typ in ["", "at+jwt", "logout+jwt", "x/y"] {
        assert_eq!(typed(TokenType::Any, typ), Ok(()), "{typ}");
    }
    assert_eq!(untyped(TokenType::Any), Ok(()));
}

#[test]
fn oidc_core_2_claims_of_id_tokens_and_rfc8417_events_are_unexpected_under_a_relaxed_policy() {
    for (name, claim) in
        [("nonce", Claim::IdToken), ("at_hash", Claim::IdToken), ("c_hash", Claim::IdToken), ("events", Claim::Events)]
    {
        for value in [r#""x""#, "{}", "null", "1"] {
            let expected = Err(Error::claim(claim, Reason::Unexpected));
            assert_eq!(verify(&relaxed(), HEADER, &set(name, value), Some(NOW)), expected, "{name}: {value}");
            // A token that says by its `typ` that it is an access token may carry anything.
            assert_eq!(verify(&policy(), HEADER, &set(name, value), Some(NOW)), Ok(()), "{name}: {value}");
        }
    }
}

#[test]
fn the_marks_of_keycloak_and_cognito_tell_other_kinds_of_tokens() {
    for (name, value) in [
        ("typ", "ID"),
        ("typ", "Refresh"),
        ("typ", "Offline"),
        ("typ", "Logout"),
        ("typ", "I\\u0044"),
        ("token_use", "id"),
        ("token_use", "refresh"),
    ] {
        let claims = set(name, &format!("\"{value}\""));
        assert_eq!(verify(&relaxed(), HEADER, &claims, Some(NOW)), Err(Error::TokenType), "{name}: {value}");
        assert_eq!(verify(&policy(), HEADER, &claims, Some(NOW)), Ok(()), "{name}: {value}");
    }
    for (name, value) in [("typ", r#""Bearer""#), ("token_use", r#""access""#), ("typ", "1"), ("typ", r#"["ID"]"#)] {
        assert_eq!(verify(&relaxed(), HEADER, &set(name, value), Some(NOW)), Ok(()), "{name}: {value}");
    }
}

#[test]
fn keycloak_before_24_has_nonce_in_access_tokens_and_says_what_they_are() {
    let with = |name: &str, typ: &str| set(name, &format!(r#""x","typ":"{typ}""#));
    assert_eq!(verify(&relaxed(), HEADER, &with("nonce", "Bearer"), Some(NOW)), Ok(()));
    let unexpected = |claim| Err(Error::claim(claim, Reason::Unexpected));
    assert_eq!(verify(&relaxed(), HEADER, &with("nonce", "bearer"), Some(NOW)), unexpected(Claim::IdToken));
    assert_eq!(verify(&relaxed(), HEADER, &with("events", "Bearer"), Some(NOW)), unexpected(Claim::Events));
    for both in [r#""x","events":{},"typ":"Bearer""#, r#""x","typ":"Bearer","events":{}"#] {
        assert_eq!(verify(&relaxed(), HEADER, &set("nonce", both), Some(NOW)), unexpected(Claim::Events));
    }
    let events_first = set("events", r#"{},"nonce":"x","typ":"Bearer""#);
    assert_eq!(verify(&relaxed(), HEADER, &events_first, Some(NOW)), unexpected(Claim::Events));
    assert_eq!(verify(&relaxed(), HEADER, &with("nonce", "ID"), Some(NOW)), Err(Error::TokenType));
}

#[test]
fn rfc7519_4_1_4_the_time_must_be_before_exp() {
    let at = |exp: &str, now| verify(&policy(), HEADER, &set("exp", exp), Some(now));
    assert_eq!(at("1500", 1499), Ok(()));
    assert_eq!(at("1500", 1500), EXPIRED, "on the second itself");
    assert_eq!(at("1500", 1501), EXPIRED);
    assert_eq!(at("1500.001", 1500), Ok(()), "the clock counts seconds, and this one is not over");
    assert_eq!(at("1500.999", 1501), EXPIRED);
}

#[test]
fn rfc7519_4_1_5_the_time_must_not_be_before_nbf() {
    let at = |nbf: &str, now| verify(&policy(), HEADER, &set("nbf", nbf), Some(now));
    assert_eq!(at("1500", 1499), NOT_YET);
    assert_eq!(at("1500", 1500), Ok(()), "on the second itself");
    assert_eq!(at("1500.001", 1500), NOT_YET);
    assert_eq!(at("1500.999", 1501), Ok(()));
}

#[test]
fn leeway_moves_exp_and_nbf_by_exactly_its_seconds() {
    let policy = policy().with_leeway(30);
    let exp = |now| verify(&policy, HEADER, &set("exp", "1500"), Some(now));
    assert_eq!((exp(1529), exp(1530), exp(1531)), (Ok(()), EXPIRED, EXPIRED));
    let nbf = |now| verify(&policy, HEADER, &set("nbf", "1500"), Some(now));
    assert_eq!((nbf(1469), nbf(1470), nbf(1471)), (NOT_YET, Ok(()), Ok(())));
}

#[test]
fn dates_at_the_ends_of_64_bits_are_compared_and_not_wrapped() {
    let at =
        |name, value: &str, leeway, now| verify(&policy().with_leeway(leeway), HEADER, &set(name, value), Some(now));
    let (first, last) = ("-9223372036854775808", "9223372036854775807");
    for leeway in [0, u32::MAX] {
        assert_eq!(at("exp", last, leeway, NOW), Ok(()));
        assert_eq!(at("exp", last, leeway, u64::MAX), EXPIRED, "a clock may lie behind every date");
        assert_eq!(at("exp", first, leeway, NOW), EXPIRED);
        assert_eq!(at("exp", first, leeway, 0), EXPIRED);
        assert_eq!(at("nbf", first, leeway, 0), Ok(()));
        assert_eq!(at("nbf", last, leeway, NOW), NOT_YET);
    }
    for value in ["9223372036854775808", "1e19", "-9223372036854775809", "1e999999999"] {
        for (name, claim) in [("exp", Claim::ExpirationTime), ("nbf", Claim::NotBefore), ("iat", Claim::IssuedAt)] {
            assert_eq!(at(name, value, 0, NOW), Err(Error::claim(claim, Reason::Malformed)), "{name}: {value}");
        }
    }
}

#[test]
fn an_exp_before_1970_has_passed_and_leeway_may_reach_it() {
    let at = |exp: &str, leeway, now| verify(&policy().with_leeway(leeway), HEADER, &set("exp", exp), Some(now));
    assert_eq!(at("-1", 0, 0), EXPIRED);
    assert_eq!(at("-0.5", 0, 0), EXPIRED);
    assert_eq!(at("0", 0, 0), EXPIRED);
    assert_eq!(at("-10", 11, 0), Ok(()));
    assert_eq!(at("-10", 10, 0), EXPIRED);
}

#[test]
fn rfc7519_4_1_6_a_maximum_age_is_counted_from_iat_to_the_second() {
    let too_old = Err(Error::claim(Claim::IssuedAt, Reason::TooOld));
    let from_the_future = Err(Error::claim(Claim::IssuedAt, Reason::NotYetValid));
    let strict = policy().with_max_age(60);
    let at = |policy: &Policy<'_>, iat: &str, now| verify(policy, HEADER, &set("iat", iat), Some(now));
    assert_eq!((at(&strict, "1000", 1060), at(&strict, "1000", 1061)), (Ok(()), too_old));
    assert_eq!((at(&strict, "1000", 1000), at(&strict, "1000", 999)), (Ok(()), from_the_future));
    assert_eq!(at(&strict, "1000.5", 1000), from_the_future);
    let leeway = strict.with_leeway(5);
    assert_eq!((at(&leeway, "1000", 1065), at(&leeway, "1000", 1066)), (Ok(()), too_old));
    assert_eq!((at(&leeway, "1000", 995), at(&leeway, "1000", 994)), (Ok(()), from_the_future));
    assert_eq!(at(&policy().with_max_age(0), "1500", 1500), Ok(()));
    assert_eq!(at(&policy().with_max_age(u32::MAX).with_leeway(u32::MAX), "9223372036854775807", NOW), from_the_future);
}

#[test]
fn a_maximum_age_needs_iat() {
    let policy = relaxed().with_max_age(60);
    let expected = Err(Error::claim(Claim::IssuedAt, Reason::Missing));
    assert_eq!(verify(&policy, HEADER, &without("iat"), Some(NOW)), expected);
}

#[test]
fn rfc7519_4_1_6_without_a_maximum_age_iat_refuses_nothing() {
    for iat in ["1", "1501", "9223372036854775807", "-1"] {
        assert_eq!(verify(&policy(), HEADER, &set("iat", iat), Some(NOW)), Ok(()), "{iat}");
    }
}

#[test]
fn without_a_clock_each_check_of_a_time_is_refused_with_its_own_error() {
    let lean = policy().with_required_claims(&[]).danger_optional_expiration();
    let timeless: String = without("exp");
    let at = |policy: &Policy<'_>, claims: &str| verify(policy, HEADER, claims, None);
    assert_eq!(at(&policy(), &claims()), Err(Error::TimeUnavailable));
    assert_eq!(at(&lean, &claims()), Err(Error::TimeUnavailable), "exp");
    assert_eq!(at(&lean, &timeless.replacen('{', r#"{"nbf":1,"#, 1)), Err(Error::TimeUnavailable), "nbf");
    assert_eq!(at(&lean.with_max_age(60), &timeless), Err(Error::TimeUnavailable), "iat");
    assert_eq!(at(&lean, &timeless), Ok(()), "nothing is left that needs the time");
}

#[test]
fn without_a_clock_a_token_that_no_time_makes_good_is_refused_for_that() {
    let issuer = Err(Error::claim(Claim::Issuer, Reason::Mismatch));
    assert_eq!(verify(&policy(), HEADER, &set("iss", r#""x""#), None), issuer);
    let missing = Err(Error::claim(Claim::ExpirationTime, Reason::Missing));
    assert_eq!(verify(&policy(), HEADER, &without("exp"), None), missing);
}
