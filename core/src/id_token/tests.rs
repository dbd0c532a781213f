use std::{
    boxed::Box,
    format,
    string::{String, ToString as _},
    vec,
    vec::Vec,
};

use super::{IdToken, IdTokenPolicy};
use crate::{
    alg::Algorithm,
    error::{Claim, Error, Parameter, Part, Reason},
    fake::{Fake, FakeKeys, ISSUER, KEY, NOW, sign},
    json::JsonError,
    limits::TOKEN_BYTES,
    time::UnixTime,
};

static ES256: Fake = Fake::new("ES256");
static ALGORITHMS: &[&dyn Algorithm] = &[&ES256];
const HEADER: &str = r#"{"alg":"ES256"}"#;
const POLICY: IdTokenPolicy<'_> = IdTokenPolicy::new(ISSUER, "valve", ALGORITHMS);

/// What OpenID Connect Core §2 requires, good from 1000 until before 2000.
const MEMBERS: [(&str, &str); 5] =
    [("iss", r#""https://as.example""#), ("sub", r#""jane""#), ("aud", r#""valve""#), ("iat", "1000"), ("exp", "2000")];

fn object(members: impl Iterator<Item = (&'static str, String)>) -> String {
    let members: Vec<_> = members.map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

/// The good claims with these set, or taken away where the value is empty.
fn claims(changes: &[(&'static str, &str)]) -> String {
    let kept = MEMBERS.into_iter().filter(|(own, _)| !changes.iter().any(|(name, _)| name == own));
    let all = kept.chain(changes.iter().copied()).filter(|(_, value)| !value.is_empty());
    object(all.map(|(name, value)| (name, value.into())).collect::<Vec<_>>().into_iter())
}

fn verify_at(
    policy: &IdTokenPolicy<'_>,
    token: &str,
    access_token: Option<&str>,
    now: Option<u64>,
) -> Result<IdToken<'static>, Error> {
    let buffer = vec![0; token.len()].leak();
    policy.verify(token, access_token, &FakeKeys::good(), now.map(UnixTime::from_seconds), buffer)
}

fn verify(policy: &IdTokenPolicy<'_>, changes: &[(&'static str, &str)]) -> Result<IdToken<'static>, Error> {
    verify_at(policy, &sign(HEADER, &claims(changes), KEY), None, Some(NOW))
}

fn refused(changes: &[(&'static str, &str)]) -> Option<Error> {
    verify(&POLICY, changes).err()
}

fn claim(claim: Claim, reason: Reason) -> Option<Error> {
    Some(Error::claim(claim, reason))
}

#[test]
fn oidc_core_2_what_a_good_one_says() {
    let policy = POLICY.with_nonce("n-0S6_WzA2Mj").with_audiences(&["https://valve.example"]);
    let token = verify(
        &policy,
        &[
            ("aud", r#"["valve","https:\/\/valve.example"]"#),
            ("azp", r#""valve""#),
            ("nonce", r#""n-0S6_WzA2Mj""#),
            ("auth_time", "900"),
            ("acr", r#""urn:mace:incommon:iap:silver""#),
            ("amr", r#"["pwd"]"#),
            ("address", r#"{"country":"AT"}"#),
        ],
    )
    .unwrap();
    assert_eq!(token.issuer().unwrap().as_str(), Some(ISSUER));
    assert_eq!(token.subject().as_str(), Some("jane"));
    assert_eq!(token.authorized_party().and_then(|party| party.as_str()), Some("valve"));
    assert_eq!(token.nonce().and_then(|nonce| nonce.as_str()), Some("n-0S6_WzA2Mj"));
    assert!(token.audience().unwrap().contains("https://valve.example"));
    let dates = [token.issued_at(), token.expires_at(), token.authentication_time()];
    assert_eq!(dates.map(|date| date.unwrap().whole_seconds()), [1000, 2000, 900]);
    assert!(token.acr().is_some() && token.amr().unwrap().contains("pwd"));
    assert!(token.claim(&["address", "country"]).and_then(|value| value.as_text()).is_some_and(|text| text == "AT"));
    assert!(token.json().starts_with('{') && token.key_id().is_none());
    assert_eq!(token.algorithm(), "ES256");
    assert_eq!(format!("{token:?}"), r#"IdToken { algorithm: "ES256", .. }"#);
}

#[test]
fn oidc_core_3_1_3_7_2_the_issuer_is_exactly_the_one() {
    assert_eq!(refused(&[("iss", "")]), claim(Claim::Issuer, Reason::Missing));
    for other in [r#""https://as.example/""#, r#""https://other.example""#, r#""""#] {
        assert_eq!(refused(&[("iss", other)]), claim(Claim::Issuer, Reason::Mismatch), "{other}");
    }
    assert_eq!(refused(&[("iss", r#"["https://as.example"]"#)]), claim(Claim::Issuer, Reason::Malformed));
}

#[test]
fn oidc_core_3_1_3_7_3_the_client_is_an_audience_and_every_other_is_trusted() {
    assert_eq!(refused(&[("aud", "")]), claim(Claim::Audience, Reason::Missing));
    for other in [r#""pump""#, r#""Valve""#, "[]", r#"["pump"]"#, r#"["valve","pump"]"#, r#"["pump","valve"]"#] {
        assert_eq!(refused(&[("aud", other)]), claim(Claim::Audience, Reason::Mismatch), "{other}");
    }
    for bad in ["7", r#"["valve",7]"#, "null"] {
        assert_eq!(refused(&[("aud", bad)]), claim(Claim::Audience, Reason::Malformed), "{bad}");
    }
    assert!(verify(&POLICY, &[("aud", r#"["valve"]"#)]).is_ok());
    let trusting = POLICY.with_audiences(&["pump"]);
    assert!(verify(&trusting, &[("aud", r#"["pump","valve"]"#), ("azp", r#""valve""#)]).is_ok());
    // The client itself must be among them all the same.
    assert_eq!(verify(&trusting, &[("aud", r#""pump""#)]).err(), claim(Claim::Audience, Reason::Mismatch));
}

#[test]
fn oidc_core_3_1_3_7_4_several_audiences_need_an_authorized_party() {
    let trusting = POLICY.with_audiences(&["pump"]);
    let several = ("aud", r#"["valve","pump"]"#);
    assert_eq!(verify(&trusting, &[several]).err(), claim(Claim::AuthorizedParty, Reason::Missing));
}

#[test]
fn oidc_core_3_1_3_7_5_the_authorized_party_is_the_client() {
    let trusting = POLICY.with_audiences(&["pump"]);
    for changes in [vec![("azp", r#""pump""#)], vec![("aud", r#"["valve","pump"]"#), ("azp", r#""pump""#)]] {
        assert_eq!(verify(&trusting, &changes).err(), claim(Claim::AuthorizedParty, Reason::Mismatch));
    }
    assert_eq!(refused(&[("azp", "7")]), claim(Claim::AuthorizedParty, Reason::Malformed));
    assert!(verify(&POLICY, &[("azp", r#""valve""#)]).is_ok());
}

#[test]
fn oidc_core_3_1_3_7_6_the_signature_is_the_issuers() {
    let forged = sign(HEADER, &claims(&[]), "other key");
    assert_eq!(verify_at(&POLICY, &forged, None, Some(NOW)).err(), Some(Error::BadSignature));
    // Before any claim is looked at.
    let forged = sign(HEADER, "{}", "other key");
    assert_eq!(verify_at(&POLICY, &forged, None, None).err(), Some(Error::BadSignature));
}

#[test]
fn oidc_core_3_1_3_7_7_the_algorithm_is_what_the_client_is_registered_with() {
    for (header, expected) in [
        (r#"{"alg":"none"}"#, Error::AlgorithmNotAllowed),
        (r#"{"alg":"RS256"}"#, Error::AlgorithmNotAllowed),
        (r#"{"alg":"HS256"}"#, Error::AlgorithmNotAllowed),
        (r#"{"alg":"es256"}"#, Error::AlgorithmNotAllowed),
        ("{}", Error::Header(Parameter::Algorithm)),
        (r#"{"alg":"ES256","crit":["b64"]}"#, Error::Critical),
        (r#"{"alg":"ES256","kid":"other"}"#, Error::UnknownKey),
    ] {
        let token = sign(header, &claims(&[]), KEY);
        assert_eq!(verify_at(&POLICY, &token, None, Some(NOW)).err(), Some(expected), "{header}");
    }
    let token = sign(r#"{"alg":"none"}"#, &claims(&[]), KEY);
    let unsigned = &token[..=token.rfind('.').unwrap()];
    assert_eq!(verify_at(&POLICY, unsigned, None, Some(NOW)).err(), Some(Error::AlgorithmNotAllowed));
}

#[cfg(all(feature = "hmac", feature = "rsa"))]
#[test]
fn oidc_core_3_1_3_7_8_the_clients_secret_verifies_by_choice_alone() {
    use hmac::{Hmac, KeyInit as _, Mac as _};

    use crate::{
        alg::{Hs256, Rs256},
        base64url::Encoded,
        jose::{JwkSet, SecretSet},
        key::Secret,
    };

    let secret = b"the client's secret, of 32 bytes or more";
    let message = format!("{}.{}", Encoded(br#"{"alg":"HS256"}"#), Encoded(claims(&[]).as_bytes()));
    let mac = Hmac::<sha2::Sha256>::new_from_slice(secret).unwrap().chain_update(&message).finalize().into_bytes();
    let token = format!("{message}.{}", Encoded(&mac));
    let now = UnixTime::from_seconds(NOW);
    let secrets = SecretSet::<1>::new().with(Secret::new(secret), None, None).unwrap();
    let chosen = IdTokenPolicy::new(ISSUER, "valve", &[&Hs256]);
    assert!(chosen.verify(&token, None, &secrets, now, &mut [0; 256]).is_ok());
    // Listed, but without the secret; and the secret, but not listed.
    let fetched = JwkSet::<1>::new();
    assert_eq!(chosen.verify(&token, None, &fetched, now, &mut [0; 256]).err(), Some(Error::UnknownKey));
    let other = IdTokenPolicy::new(ISSUER, "valve", &[&Rs256]);
    assert_eq!(other.verify(&token, None, &secrets, now, &mut [0; 256]).err(), Some(Error::AlgorithmNotAllowed));
}

#[test]
fn oidc_core_3_1_3_7_9_it_must_not_have_expired() {
    assert_eq!(refused(&[("exp", "")]), claim(Claim::ExpirationTime, Reason::Missing));
    assert_eq!(refused(&[("exp", "1500")]), claim(Claim::ExpirationTime, Reason::Expired));
    assert!(verify(&POLICY, &[("exp", "1501")]).is_ok());
    assert!(verify(&POLICY.with_leeway(1), &[("exp", "1500")]).is_ok());
    assert_eq!(refused(&[("exp", r#""2000""#)]), claim(Claim::ExpirationTime, Reason::Malformed));
    assert_eq!(refused(&[("nbf", "1501")]), claim(Claim::NotBefore, Reason::NotYetValid));
}

#[test]
fn oidc_core_3_1_3_7_10_it_is_from_the_past_and_no_older_than_it_may_be() {
    assert_eq!(refused(&[("iat", "")]), claim(Claim::IssuedAt, Reason::Missing));
    assert_eq!(refused(&[("iat", "1501")]), claim(Claim::IssuedAt, Reason::NotYetValid));
    assert!(verify(&POLICY.with_leeway(1), &[("iat", "1501")]).is_ok());
    let young = POLICY.with_max_age(100);
    assert_eq!(verify(&young, &[("iat", "1399")]).err(), claim(Claim::IssuedAt, Reason::TooOld));
    assert!(verify(&young, &[("iat", "1400")]).is_ok());
    assert!(verify(&young.with_leeway(1), &[("iat", "1399")]).is_ok());
}

#[test]
fn without_a_clock_it_is_refused_unless_that_was_chosen() {
    let token = sign(HEADER, &claims(&[]), KEY);
    assert_eq!(verify_at(&POLICY, &token, None, None).err(), Some(Error::TimeUnavailable));
    let without = POLICY.danger_without_time().with_max_age(1);
    assert!(verify_at(&without, &token, None, None).is_ok());
    for (name, kind) in [("exp", Claim::ExpirationTime), ("iat", Claim::IssuedAt)] {
        let token = sign(HEADER, &claims(&[(name, "")]), KEY);
        assert_eq!(verify_at(&without, &token, None, None).err(), claim(kind, Reason::Missing));
    }
}

#[test]
fn oidc_core_3_1_3_7_11_the_nonce_is_that_of_the_request() {
    let own = POLICY.with_nonce("n-0S6");
    assert_eq!(verify(&own, &[]).err(), claim(Claim::Nonce, Reason::Missing));
    assert_eq!(verify(&own, &[("nonce", r#""n-0S7""#)]).err(), claim(Claim::Nonce, Reason::Mismatch));
    assert_eq!(verify(&own, &[("nonce", "7")]).err(), claim(Claim::Nonce, Reason::Malformed));
    assert!(verify(&own, &[("nonce", r#""n-\u0030S6""#)]).is_ok());
    assert_eq!(refused(&[("nonce", r#""n-0S6""#)]), claim(Claim::Nonce, Reason::Unexpected));
}

#[test]
fn oidc_core_2_the_subject_is_there_and_of_255_characters_at_most() {
    assert_eq!(refused(&[("sub", "")]), claim(Claim::Subject, Reason::Missing));
    assert_eq!(refused(&[("sub", r#""""#)]), claim(Claim::Subject, Reason::Malformed));
    assert_eq!(refused(&[("sub", "7")]), claim(Claim::Subject, Reason::Malformed));
    let subject = |length: usize| format!("\"{}\"", "s".repeat(length));
    assert!(verify(&POLICY, &[("sub", &subject(255))]).is_ok());
    assert_eq!(refused(&[("sub", &subject(256))]), claim(Claim::Subject, Reason::Malformed));
}

/// The left half of the hash of `mF_9.B5f-4.1JqM`, as OpenSSL's command line makes it.
const HASHES: [(&str, &str); 4] = [
    ("ES256", "uOFIVFsTx4vHTaLxpydd1w"),
    ("RS384", "myKq3mgLTn8Z8X6bn13cEthPBhr4EndY"),
    ("PS512", "vYCj-BvF3awxoVV6T0I-9bA14DVaFnhvHXmXGZbwIz4"),
    ("EdDSA", "vYCj-BvF3awxoVV6T0I-9bA14DVaFnhvHXmXGZbwIz4"),
];

#[test]
fn oidc_core_3_1_3_6_the_access_token_is_the_one_that_was_hashed() {
    for (name, hash) in HASHES {
        let algorithms: &[&dyn Algorithm] = &[Box::leak(Box::new(Fake::new(name)))];
        let policy = IdTokenPolicy::new(ISSUER, "valve", algorithms);
        let verify = |hash: &str, access_token: Option<&str>| {
            let header = format!(r#"{{"alg":"{name}"}}"#);
            let token = sign(&header, &claims(&[("at_hash", &format!("\"{hash}\""))]), KEY);
            verify_at(&policy, &token, access_token, Some(NOW)).map(drop)
        };
        let mismatch = Err(Error::claim(Claim::AccessTokenHash, Reason::Mismatch));
        assert_eq!(verify(hash, Some("mF_9.B5f-4.1JqM")), Ok(()), "{name}");
        assert_eq!(verify(hash, Some("mF_9.B5f-4.1JqN")), mismatch, "{name}");
        assert_eq!(verify(&hash[1..], Some("mF_9.B5f-4.1JqM")), mismatch, "{name}");
        assert_eq!(verify(&format!("{hash}="), Some("mF_9.B5f-4.1JqM")), mismatch, "{name}");
        assert_eq!(verify("", Some("mF_9.B5f-4.1JqM")), mismatch, "{name}");
        // Alone there is nothing to hold it against.
        assert_eq!(verify(hash, None), Ok(()), "{name}");
    }
    // The hash of another algorithm does not do.
    let token = sign(HEADER, &claims(&[("at_hash", &format!("\"{}\"", HASHES[1].1))]), KEY);
    let refused = verify_at(&POLICY, &token, Some("mF_9.B5f-4.1JqM"), Some(NOW)).err();
    assert_eq!(refused, claim(Claim::AccessTokenHash, Reason::Mismatch));
    assert_eq!(self::refused(&[("at_hash", "7")]), claim(Claim::AccessTokenHash, Reason::Malformed));
}

#[test]
fn oidc_core_3_1_3_6_a_hash_that_cannot_be_made_is_not_passed_over() {
    static STRANGE: Fake = Fake::new("ES256K");
    let algorithms: &[&dyn Algorithm] = &[&STRANGE];
    let policy = IdTokenPolicy::new(ISSUER, "valve", algorithms);
    let token = sign(r#"{"alg":"ES256K"}"#, &claims(&[("at_hash", r#""a""#)]), KEY);
    let refused = verify_at(&policy, &token, Some("a"), Some(NOW)).err();
    assert_eq!(refused, claim(Claim::AccessTokenHash, Reason::NotUnderstood));
    let token = sign(r#"{"alg":"ES256K"}"#, &claims(&[]), KEY);
    assert!(verify_at(&policy, &token, Some("a"), Some(NOW)).is_ok());
}

#[test]
fn rfc8725_3_11_another_kind_of_token_is_refused() {
    for typ in ["at+jwt", "application/at+jwt", "logout+jwt", "token-introspection+jwt", "dpop+jwt", ""] {
        let token = sign(&format!(r#"{{"alg":"ES256","typ":"{typ}"}}"#), &claims(&[]), KEY);
        assert_eq!(verify_at(&POLICY, &token, None, Some(NOW)).err(), Some(Error::TokenType), "{typ}");
    }
    for typ in ["JWT", "jwt"] {
        let token = sign(&format!(r#"{{"alg":"ES256","typ":"{typ}"}}"#), &claims(&[]), KEY);
        assert!(verify_at(&POLICY, &token, None, Some(NOW)).is_ok());
    }
    for (name, other, own) in [("typ", r#""Bearer""#, r#""ID""#), ("token_use", r#""access""#, r#""id""#)] {
        assert_eq!(refused(&[(name, other)]), Some(Error::TokenType), "{name}");
        assert!(verify(&POLICY, &[(name, own)]).is_ok(), "{name}");
    }
    for (name, value, kind) in [
        ("scope", r#""valve:open""#, Claim::Scope),
        ("scp", r#"["valve:open"]"#, Claim::Scope),
        ("events", "{}", Claim::Events),
    ] {
        assert_eq!(refused(&[(name, value)]), claim(kind, Reason::Unexpected), "{name}");
        // Also where a claim of ID tokens follows.
        assert_eq!(refused(&[(name, value), ("nonce", r#""n""#)]), claim(kind, Reason::Unexpected), "{name}");
    }
    assert_eq!(refused(&[("cnf", "{}")]), claim(Claim::Confirmation, Reason::NotUnderstood));
}

#[test]
fn an_access_token_is_no_id_token_and_an_id_token_is_no_access_token() {
    use crate::{bearer::BearerToken, fake, policy::Policy};

    // The same issuer, key and audience: a careless server that names the device alike in both.
    let access = sign(r#"{"alg":"ES256","typ":"at+jwt"}"#, &fake::set("aud", r#""valve""#), KEY);
    let id = sign(r#"{"alg":"ES256","typ":"JWT"}"#, &claims(&[("nonce", r#""n""#)]), KEY);
    let as_access = |policy: Policy<'_>, token: &str| {
        let now = UnixTime::from_seconds(NOW);
        let token = BearerToken::new(token).unwrap();
        policy.verify(token, &FakeKeys::good(), now, &mut [0; 512]).map(drop)
    };
    let (strict, relaxed) = (Policy::new(ISSUER, "valve", ALGORITHMS), Policy::relaxed(ISSUER, "valve", ALGORITHMS));
    assert_eq!(as_access(strict, &access), Ok(()));
    assert_eq!(as_access(strict, &id), Err(Error::TokenType));
    assert_eq!(as_access(relaxed, &id), Err(Error::claim(Claim::IdToken, Reason::Unexpected)));
    assert!(verify_at(&POLICY.with_nonce("n"), &id, None, Some(NOW)).is_ok());
    assert_eq!(verify_at(&POLICY, &access, None, Some(NOW)).err(), Some(Error::TokenType));
}

#[test]
fn a_token_is_bounded_and_strict_in_every_part() {
    assert_eq!(verify_at(&POLICY, "a.b", None, Some(NOW)).err(), Some(Error::NotCompact));
    assert_eq!(verify_at(&POLICY, "a.b.c.d.e", None, Some(NOW)).err(), Some(Error::Encrypted));
    assert_eq!(verify_at(&POLICY, &"a".repeat(TOKEN_BYTES + 1), None, Some(NOW)).err(), Some(Error::TokenTooLong));
    let twice = sign(HEADER, &claims(&[("s\\u0075b", r#""john""#)]), KEY);
    let duplicate = Error::Json(Part::Payload, JsonError::DuplicateName);
    assert_eq!(verify_at(&POLICY, &twice, None, Some(NOW)).err(), Some(duplicate));
    let token = sign(HEADER, &claims(&[]), KEY);
    for length in 0..token.len() / 4 * 3 {
        let mut buffer = vec![0; length];
        let read = POLICY.verify(&token, None, &FakeKeys::good(), UnixTime::from_seconds(NOW), &mut buffer);
        let fits = length >= HEADER.len() + claims(&[]).len();
        assert_eq!(read.err(), (!fits).then_some(Error::TokenTooLong), "{length}");
    }
}

/// What a refresh makes of an original with these claims and a new token with those.
fn refresh(original: &[(&'static str, &str)], new: &[(&'static str, &str)]) -> Option<Error> {
    let policy = POLICY.with_audiences(&["pump", "lamp"]);
    // However the original was verified, the nonce was that of its own request.
    let nonce =
        original.iter().find(|(name, _)| *name == "nonce").map(|(_, nonce)| nonce.trim_matches('"').to_string());
    let first = nonce.as_deref().map_or(policy, |nonce| policy.with_nonce(nonce));
    let original = verify(&first, original).unwrap();
    let new = sign(HEADER, &claims(new), KEY);
    let now = UnixTime::from_seconds(NOW);
    let policy = policy.with_nonce("of the policy");
    policy.verify_refreshed(&new, None, &original, &FakeKeys::good(), now, &mut [0; 512]).err()
}

#[test]
fn oidc_core_12_2_a_refreshed_token_is_about_the_same_user_and_client() {
    assert_eq!(refresh(&[], &[("iat", "1400")]), None);
    assert_eq!(refresh(&[], &[("sub", r#""john""#)]), claim(Claim::Subject, Reason::Mismatch));
    assert_eq!(refresh(&[], &[("iss", r#""https://other.example""#)]), claim(Claim::Issuer, Reason::Mismatch));
    let (one, other) = (("aud", r#"["valve","pump"]"#), ("aud", r#"["pump","valve"]"#));
    let party = ("azp", r#""valve""#);
    assert_eq!(refresh(&[one, party], &[other, party]), None);
    for aud in [r#""valve""#, r#"["valve","pump","lamp"]"#, r#"["valve","lamp"]"#] {
        let refused = refresh(&[one, party], &[("aud", aud), party]);
        assert_eq!(refused, claim(Claim::Audience, Reason::Mismatch), "{aud}");
    }
    assert_eq!(refresh(&[], &[party]), claim(Claim::AuthorizedParty, Reason::Mismatch));
    assert_eq!(refresh(&[party], &[]), claim(Claim::AuthorizedParty, Reason::Mismatch));
    assert_eq!(refresh(&[party], &[party]), None);
}

#[test]
fn oidc_core_12_2_a_refreshed_token_needs_no_nonce_and_has_no_other() {
    let (own, other) = (("nonce", r#""n""#), ("nonce", r#""m""#));
    assert_eq!(refresh(&[own], &[]), None);
    assert_eq!(refresh(&[own], &[own]), None);
    assert_eq!(refresh(&[own], &[other]), claim(Claim::Nonce, Reason::Mismatch));
    assert_eq!(refresh(&[], &[own]), claim(Claim::Nonce, Reason::Mismatch));
}

#[test]
fn oidc_core_12_2_a_refreshed_token_has_its_own_time_and_that_of_the_authentication() {
    assert_eq!(refresh(&[], &[("iat", "999")]), claim(Claim::IssuedAt, Reason::TooOld));
    assert_eq!(refresh(&[], &[("exp", "1500")]), claim(Claim::ExpirationTime, Reason::Expired));
    let (then, now) = (("auth_time", "900"), ("auth_time", "1400"));
    assert_eq!(refresh(&[then], &[then]), None);
    assert_eq!(refresh(&[then], &[]), None);
    assert_eq!(refresh(&[], &[now]), None);
    assert_eq!(refresh(&[then], &[now]), claim(Claim::AuthenticationTime, Reason::Mismatch));
}
