//! The claims of a token whose signature is good (RFC 7519 §4, RFC 9068 §4).

use bearward_core::{BearerToken, Claim, Error, Part, Policy, RFC_9068_CLAIMS, Reason, json::JsonError};
use serde_json::{Value, json};
use tests::signer::{ALGORITHMS, Signer};

use crate::{AUDIENCE, CLAIMS, ISSUER, NOW, policy, with_claims, with_claims_under};

fn claim(claim: Claim, reason: Reason) -> Result<(), Error> {
    Err(Error::Claim { claim, reason })
}

/// The good claims with one member set, as JSON text.
fn set(name: &str, value: &str) -> String {
    let mut claims: serde_json::Map<String, Value> = serde_json::from_str(CLAIMS).unwrap();
    claims.remove(name);
    let others = serde_json::to_string(&claims).unwrap();
    format!("{},\"{name}\":{value}}}", &others[..others.len() - 1])
}

fn without(name: &str) -> String {
    let mut claims: serde_json::Map<String, Value> = serde_json::from_str(CLAIMS).unwrap();
    claims.remove(name);
    serde_json::to_string(&claims).unwrap()
}

/// A policy that requires nothing but what it compares.
fn lean() -> Policy<'static> {
    policy().with_required_claims(&[])
}

#[test]
fn rfc7519_4_1_1_iss_is_compared_byte_for_byte() {
    for issuer in [
        "",
        "https://as.example/",
        "https://AS.example",
        "http://as.example",
        "https://as.exampl",
        "https://as.example\\u0000",
        " https://as.example",
        "https://as.example:443",
        "https://as.example.evil.example",
    ] {
        assert_eq!(
            with_claims(&set("iss", &format!("\"{issuer}\""))),
            claim(Claim::Issuer, Reason::Mismatch),
            "{issuer}"
        );
    }
    assert_eq!(with_claims(&set("iss", r#""https:\/\/\u0061s.example""#)), Ok(()), "escapes are another spelling");
    assert_eq!(with_claims_under(&lean(), &without("iss")), claim(Claim::Issuer, Reason::Missing));
}

#[test]
fn rfc7519_4_1_3_a_token_for_somebody_else_is_refused() {
    for audience in [
        r#""""#,
        "[]",
        r#"["https://lamp.example"]"#,
        r#""https://valve.example/""#,
        r#""https://valve.example https://x""#,
        r#"["https://valve.exampl","e"]"#,
        r#"["https://as.example"]"#,
    ] {
        assert_eq!(with_claims(&set("aud", audience)), claim(Claim::Audience, Reason::Mismatch), "{audience}");
    }
    for audience in [r#"["https://valve.example"]"#, r#"["x","https:\/\/valve.example"]"#] {
        assert_eq!(with_claims(&set("aud", audience)), Ok(()), "{audience}");
    }
    assert_eq!(with_claims_under(&lean(), &without("aud")), claim(Claim::Audience, Reason::Missing));
}

#[test]
fn rfc7519_4_1_4_on_or_after_exp_the_token_is_refused() {
    let at = |exp: &str| with_claims(&set("exp", exp));
    for exp in ["1795318701", "1795318700.5", "1795318700.0000000001", "1.795318701e9", "17953187010e-1", "1e15"] {
        assert_eq!(at(exp), Ok(()), "{exp}");
    }
    for exp in ["1795318700", "1795318700.0", "1795318699.999", "0", "-1", "-1e3", "1e9"] {
        assert_eq!(at(exp), claim(Claim::ExpirationTime, Reason::Expired), "{exp}");
    }
    assert_eq!(with_claims_under(&lean(), &without("exp")), claim(Claim::ExpirationTime, Reason::Missing));
}

#[test]
fn rfc7519_4_1_5_before_nbf_the_token_is_refused() {
    for nbf in ["1795318700", "1795318699", "0", "-1", "1795318699.5"] {
        assert_eq!(with_claims(&set("nbf", nbf)), Ok(()), "{nbf}");
    }
    for nbf in ["1795318701", "1795318700.5", "1e15"] {
        assert_eq!(with_claims(&set("nbf", nbf)), claim(Claim::NotBefore, Reason::NotYetValid), "{nbf}");
    }
}

#[test]
fn rfc7519_4_1_4_leeway_is_for_clocks_that_differ_and_ends() {
    let policy = policy().with_leeway(60);
    let (exp, nbf) = (|exp: u64| set("exp", &exp.to_string()), |nbf: u64| set("nbf", &nbf.to_string()));
    assert_eq!(with_claims_under(&policy, &exp(NOW - 59)), Ok(()));
    assert_eq!(with_claims_under(&policy, &exp(NOW - 60)), claim(Claim::ExpirationTime, Reason::Expired));
    assert_eq!(with_claims_under(&policy, &nbf(NOW + 60)), Ok(()));
    assert_eq!(with_claims_under(&policy, &nbf(NOW + 61)), claim(Claim::NotBefore, Reason::NotYetValid));
}

#[test]
fn a_maximum_age_is_counted_from_iat() {
    let policy = policy().with_max_age(10);
    let iat = |iat: u64| with_claims_under(&policy, &set("iat", &iat.to_string()));
    assert_eq!(iat(NOW - 10), Ok(()));
    assert_eq!(iat(NOW - 11), claim(Claim::IssuedAt, Reason::TooOld));
    assert_eq!(iat(NOW + 1), claim(Claim::IssuedAt, Reason::NotYetValid));
    let lean = policy.with_required_claims(&[]);
    assert_eq!(with_claims_under(&lean, &without("iat")), claim(Claim::IssuedAt, Reason::Missing));
}

#[test]
fn without_a_clock_nothing_that_needs_one_is_let_in() {
    let signer = Signer::new("ES256");
    let token = signer.token(CLAIMS);
    let mut buffer = vec![0; token.len()];
    let outcome = policy().verify(BearerToken::new(&token).unwrap(), &signer.keys(), None, &mut buffer);
    assert_eq!(outcome.err(), Some(Error::TimeUnavailable));
}

#[test]
fn rfc7519_2_a_date_is_a_number_that_can_be_counted_with() {
    for (name, kind) in [
        ("exp", Claim::ExpirationTime),
        ("nbf", Claim::NotBefore),
        ("iat", Claim::IssuedAt),
        ("auth_time", Claim::AuthenticationTime),
    ] {
        for value in [r#""1795319292""#, "null", "true", "[]", "{}", "1e400", "99999999999999999999", "-1e30"] {
            assert_eq!(with_claims(&set(name, value)), claim(kind, Reason::Malformed), "{name}: {value}");
        }
    }
}

#[test]
fn rfc7519_4_1_claims_of_wrong_types_are_malformed_and_never_absent() {
    let strings = [
        ("iss", Claim::Issuer),
        ("sub", Claim::Subject),
        ("jti", Claim::JwtId),
        ("client_id", Claim::ClientId),
        ("acr", Claim::AuthenticationContext),
    ];
    for (name, kind) in strings {
        for value in ["null", "1", "true", "[]", r#"["a"]"#, "{}"] {
            assert_eq!(with_claims(&set(name, value)), claim(kind, Reason::Malformed), "{name}: {value}");
        }
    }
    let lists = [
        ("aud", Claim::Audience),
        // RFC 8693 §4.2 has a string; widespread servers send an array.
        ("scope", Claim::Scope),
        ("scp", Claim::Scope),
        ("amr", Claim::AuthenticationMethods),
        ("roles", Claim::Roles),
        ("groups", Claim::Groups),
        ("entitlements", Claim::Entitlements),
    ];
    for (name, kind) in lists {
        for value in ["null", "1", "true", "{}", "[1]", r#"["https://valve.example",null]"#, r#"[["a"]]"#] {
            assert_eq!(with_claims(&set(name, value)), claim(kind, Reason::Malformed), "{name}: {value}");
        }
    }
}

#[test]
fn rfc9068_2_2_each_required_claim_is_required() {
    assert_eq!(RFC_9068_CLAIMS.len(), 7);
    for name in RFC_9068_CLAIMS {
        let outcome = with_claims(&without(name));
        assert!(matches!(outcome, Err(Error::Claim { reason: Reason::Missing, .. })), "{name}: {outcome:?}");
    }
}

#[test]
fn rfc7519_4_claim_names_are_unique() {
    for twice in [r#""iss":"https://evil.example""#, r#""\u0069ss":"https://as.example""#, r#""exp":9999999999"#] {
        let claims = CLAIMS.replacen('{', &format!("{{{twice},"), 1);
        assert_eq!(with_claims(&claims), Err(Error::Json(Part::Payload, JsonError::DuplicateName)), "{twice}");
    }
    let nested = set("x", r#"{"a":[{"b":1,"b":1}]}"#);
    assert_eq!(with_claims(&nested), Err(Error::Json(Part::Payload, JsonError::DuplicateName)));
}

#[test]
fn rfc7800_3_a_token_bound_to_a_key_is_no_bearer_token() {
    for value in [r#"{"jkt":"x"}"#, r#"{"x5t#S256":"x"}"#, "{}", "null", "1"] {
        assert_eq!(with_claims(&set("cnf", value)), claim(Claim::Confirmation, Reason::NotUnderstood), "{value}");
    }
}

#[test]
fn oidc_core_2_an_id_token_is_no_access_token() {
    let signer = Signer::new("ES256");
    let under = |policy: &Policy<'_>, typ: &str, claims: &str| {
        let token = signer.jws(&format!(r#"{{"alg":"ES256"{typ}}}"#), claims.as_bytes());
        crate::verify_with(policy, &token, &signer.keys())
    };
    let id_token = set("nonce", r#""n-0S6_WzA2Mj""#);
    assert_eq!(under(&policy(), r#","typ":"JWT""#, &id_token), Err(Error::TokenType));
    assert_eq!(under(&policy(), "", &id_token), Err(Error::TokenType));
    let relaxed = Policy::relaxed(ISSUER, AUDIENCE, &ALGORITHMS);
    for (name, kind) in
        [("nonce", Claim::IdToken), ("at_hash", Claim::IdToken), ("c_hash", Claim::IdToken), ("events", Claim::Events)]
    {
        let outcome = under(&relaxed, r#","typ":"JWT""#, &set(name, r#""x""#));
        assert_eq!(outcome, claim(kind, Reason::Unexpected), "{name}");
    }
    assert_eq!(under(&relaxed, r#","typ":"JWT""#, &set("typ", r#""ID""#)), Err(Error::TokenType));
    assert_eq!(under(&relaxed, r#","typ":"JWT""#, CLAIMS), Ok(()));
}

#[test]
fn what_is_not_registered_is_left_to_the_caller() {
    let claims = json!({"realm": {"roles": ["admin"]}, "numbers": [1, -2.5e3], "iss ": 1, "EXP": "never", "": null});
    let claims = claims.to_string();
    assert_eq!(with_claims(&CLAIMS.replacen('{', &format!("{},", &claims[..claims.len() - 1]), 1)), Ok(()));
}
