//! Claims of a token whose signature is good, and that is not good here.

use bearward_core::{Claim, Error, Part, Policy, Reason, TokenType, json::JsonError};
use tests::signer::{ALGORITHMS, Signer};

use crate::{AUDIENCE, CLAIMS, ISSUER, and, policy, verify_with, with_claims, with_header};

fn claim(claim: Claim, reason: Reason) -> Result<(), Error> {
    Err(Error::Claim { claim, reason })
}

/// The issuer's token with one member in place of another.
fn with(member: &str, other: &str) -> Result<(), Error> {
    assert!(CLAIMS.contains(member));
    with_claims(&CLAIMS.replace(member, other))
}

/// jsonwebtoken (Rust) took a claim of the wrong type for one that is absent.
#[test]
fn cve_2026_25537_claim_of_the_wrong_type_as_absent() {
    let signer = Signer::new("ES256");
    // A policy for which absent would be good.
    let lenient = policy().with_required_claims(&[]).danger_optional_expiration();
    let under = |claims: &str| verify_with(&lenient, &signer.token(claims), &signer.keys());
    let without_exp = CLAIMS.replace(r#""exp":1795319292,"#, "");
    let before = |members: &str| without_exp.replacen('{', &format!("{{{members},"), 1);
    assert_eq!(under(&without_exp), Ok(()));
    for (name, kind) in [("nbf", Claim::NotBefore), ("exp", Claim::ExpirationTime), ("iat", Claim::IssuedAt)] {
        let rest = if name == "iat" { without_exp.replace(r#""iat":1795318692,"#, "") } else { without_exp.clone() };
        for value in [r#""99999999999""#, r#""1""#, "[1]", "null", "true", "{}"] {
            let claims = rest.replacen('{', &format!(r#"{{"{name}":{value},"#), 1);
            assert_eq!(under(&claims), claim(kind, Reason::Malformed), "{name}: {value}");
        }
    }
    // Of the right type, the same times are told apart.
    assert_eq!(under(&before(r#""nbf":99999999999"#)), claim(Claim::NotBefore, Reason::NotYetValid));
    assert_eq!(under(&before(r#""exp":1"#)), claim(Claim::ExpirationTime, Reason::Expired));
}

/// Spring Security's decoder, made from an issuer's location, compared no issuer and no time unless it was told to once
/// more. Here both are what a policy is made from.
#[test]
fn cve_2026_22748_token_of_another_issuer() {
    // The servers of several tenants often share their keys.
    for issuer in ["https://as.example/tenant", "https://other.example", "https://as.example/", ""] {
        let refused = with(r#""iss":"https://as.example""#, &format!(r#""iss":"{issuer}""#));
        assert_eq!(refused, claim(Claim::Issuer, Reason::Mismatch), "{issuer}");
    }
    assert_eq!(with(r#""iss":"https://as.example","#, ""), claim(Claim::Issuer, Reason::Missing));
    assert_eq!(with("1795319292", "1795318700"), claim(Claim::ExpirationTime, Reason::Expired));
    assert_eq!(with_claims(CLAIMS), Ok(()));
}

#[test]
fn token_for_another_resource_server() {
    let aud = r#""aud":"https://valve.example""#;
    for other in [r#""https://lamp.example""#, r#"["https://lamp.example"]"#, r#""https://valve.example.evil.example""#]
    {
        assert_eq!(with(aud, &format!(r#""aud":{other}"#)), claim(Claim::Audience, Reason::Mismatch), "{other}");
    }
    assert_eq!(with(aud, r#""aud":["https://lamp.example","https://valve.example"]"#), Ok(()));
}

/// Whoever has stolen a token that is bound to a key (RFC 7800, DPoP, mTLS) has not the key. Taken as a bearer token, it is
/// good without.
#[test]
fn bound_token_without_its_key() {
    let signer = Signer::new("ES256");
    let relaxed = Policy::relaxed(ISSUER, AUDIENCE, &ALGORITHMS);
    for cnf in [r#"{"jkt":"x"}"#, r#"{"x5t#S256":"x"}"#, r#"{"kid":"x"}"#, r#"{"jwk":{}}"#, "{}", "null", r#""x""#] {
        for policy in [policy(), relaxed, policy().with_required_claims(&[])] {
            let token = signer.token(&and(&format!(r#""cnf":{cnf}"#)));
            let refused = verify_with(&policy, &token, &signer.keys());
            assert_eq!(refused, claim(Claim::Confirmation, Reason::NotUnderstood), "{cnf}");
        }
    }
    assert_eq!(with_claims(&and(r#""cnF":{"jkt":"x"}"#)), Ok(()));
}

/// The reader that decides would see one value, and the one behind it another.
#[test]
fn duplicate_members() {
    for members in [r#""sub":"admin""#, r#""\u0073ub":"admin""#, r#""exp":9999999999"#, r#""x":{"y":1,"\u0079":2}"#] {
        let refused = with_claims(&and(members));
        assert_eq!(refused, Err(Error::Json(Part::Payload, JsonError::DuplicateName)), "{members}");
    }
    let header = r#"{"alg":"ES256","typ":"at+jwt","alg":"none"}"#;
    assert_eq!(with_header(header), Err(Error::Json(Part::Header, JsonError::DuplicateName)));
    assert_eq!(with_claims(&and(r#""Sub":"admin""#)), Ok(()), "names have case");
}

/// Times that wrap around, and would lie on the other side of now.
#[test]
fn numbers_that_overflow() {
    for exp in ["18446744073709551616", "9223372036854775808", "1e400", "1e19", "-9223372036854775809"] {
        let refused = with("1795319292", exp);
        assert_eq!(refused, claim(Claim::ExpirationTime, Reason::Malformed), "{exp}");
    }
    // The largest that are read, with a leeway: nothing is added beyond them.
    let signer = Signer::new("ES256");
    let far = policy().with_leeway(u32::MAX);
    let under = |claims: &str| verify_with(&far, &signer.token(claims), &signer.keys());
    let (least, largest) = (i64::MIN, i64::MAX);
    assert_eq!(under(&CLAIMS.replace("1795319292", &largest.to_string())), Ok(()));
    let expired = claim(Claim::ExpirationTime, Reason::Expired);
    assert_eq!(under(&CLAIMS.replace("1795319292", &least.to_string())), expired);
    assert_eq!(under(&and(&format!(r#""nbf":{largest}"#))), claim(Claim::NotBefore, Reason::NotYetValid));
    assert_eq!(under(&and(&format!(r#""nbf":{least}"#))), Ok(()));
}

/// Others of the issuer's tokens are signed with the same key, and easier to come by.
#[test]
fn token_of_another_kind() {
    let signer = Signer::new("ES256");
    let under = |policy: &Policy<'_>, typ: &str, claims: &str| {
        let token = signer.jws(&format!(r#"{{"alg":"ES256"{typ}}}"#), claims.as_bytes());
        verify_with(policy, &token, &signer.keys())
    };
    let relaxed = policy().with_token_type(TokenType::Relaxed);
    assert_eq!(under(&policy(), r#","typ":"at+jwt""#, CLAIMS), Ok(()));
    assert_eq!(under(&relaxed, r#","typ":"JWT""#, CLAIMS), Ok(()));
    // Those that say what they are.
    for typ in ["logout+jwt", "token-introspection+jwt", "dpop+jwt", "secevent+jwt", "oauth-authz-req+jwt"] {
        for policy in [policy(), relaxed] {
            assert_eq!(under(&policy, &format!(r#","typ":"{typ}""#), CLAIMS), Err(Error::TokenType), "{typ}");
        }
    }
    // Those that only their claims give away.
    for (typ, members, kind) in [
        (r#","typ":"JWT""#, r#""nonce":"n""#, Claim::IdToken),
        ("", r#""at_hash":"h""#, Claim::IdToken),
        ("", r#""events":{"http://schemas.openid.net/event/backchannel-logout":{}}"#, Claim::Events),
    ] {
        assert_eq!(under(&policy(), typ, &and(members)), Err(Error::TokenType), "{members}");
        let relaxed = Policy::relaxed(ISSUER, AUDIENCE, &ALGORITHMS);
        assert_eq!(under(&relaxed, typ, &and(members)), claim(kind, Reason::Unexpected), "{members}");
    }
}
