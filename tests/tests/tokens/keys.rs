//! Which key verifies a token, and who chooses it (RFC 7515 §4.1, RFC 8725 §3).

use bearward_core::{Error, Jwk, JwkSet, Secret, SecretSet};
use tests::signer::{Signer, base64url, key_set};

use crate::{CLAIMS, verify, with_header};

fn set(keys: &[String]) -> Box<JwkSet<8>> {
    Box::new(JwkSet::read(key_set(keys).as_bytes()).unwrap())
}

/// What somebody may have taken for a secret: the public key as it lies about.
fn spellings(signer: &Signer) -> Vec<Vec<u8>> {
    let jwk: serde_json::Value = serde_json::from_str(&signer.jwk()).unwrap();
    let members = ["n", "x", "y"].iter().filter_map(|name| jwk[*name].as_str());
    let encoded = members.flat_map(|text| [text.as_bytes().to_vec(), tests::signer::from_base64url(text)]);
    encoded.chain([signer.jwk().into_bytes(), signer.jwks().into_bytes()]).collect()
}

#[test]
fn rfc8725_2_1_cve_2015_9235_a_public_key_is_never_an_hmac_secret() {
    for public in Signer::all().filter(|signer| !signer.is_secret()) {
        for secret in spellings(&public) {
            for name in ["HS256", "HS384", "HS512"] {
                let header = format!(r#"{{"alg":"{name}","typ":"at+jwt","kid":"{}"}}"#, public.key_id());
                let forged = Signer::with_secret(name, secret.clone()).jws(&header, CLAIMS.as_bytes());
                assert_eq!(verify(&forged, &public.keys()), Err(Error::UnknownKey), "{}", public.algorithm());
            }
        }
    }
}

#[test]
fn a_secret_is_never_a_public_key() {
    for public in Signer::all().filter(|signer| !signer.is_secret()) {
        let secret = SecretSet::<1>::new().with(Secret::new(&[7; 64]), None, None).unwrap();
        assert_eq!(verify(&public.token(CLAIMS), &secret), Err(Error::UnknownKey));
    }
}

#[test]
fn rfc7517_9_2_a_secret_in_a_public_set_is_not_used() {
    let (secret, public) = (Signer::new("HS256"), Signer::new("ES256"));
    let keys = set(&[secret.jwk(), public.jwk()]);
    assert_eq!((keys.len(), keys.skipped()), (1, 1));
    assert_eq!(verify(&secret.token(CLAIMS), &*keys), Err(Error::UnknownKey));
    assert_eq!(verify(&public.token(CLAIMS), &*keys), Ok(()));
}

#[test]
fn rfc7518_3_2_a_secret_is_at_least_as_long_as_the_hash() {
    for (name, bytes) in [("HS256", 32), ("HS384", 48), ("HS512", 64)] {
        for (length, outcome) in [(bytes, Ok(())), (bytes - 1, Err(Error::UnknownKey)), (0, Err(Error::UnknownKey))] {
            let secret = vec![7; length];
            let token = Signer::with_secret(name, secret.clone()).token(CLAIMS);
            let keys = SecretSet::<1>::new().with(Secret::new(&secret), None, None).unwrap();
            assert_eq!(verify(&token, &keys), outcome, "{name} with {length} bytes");
        }
    }
}

#[test]
fn rfc7515_4_1_4_an_unknown_kid_is_an_error_and_never_a_fallback() {
    for kid in [
        "other",
        "",
        "KEY-ES256",
        "key-es256 ",
        "key-es256\\u0000",
        "key-es25",
        "../../../dev/null",
        "/etc/passwd",
        "x' UNION SELECT 'key' --",
        "'; DROP TABLE keys; --",
        "https://evil.example/jwks",
        "$(id)",
        "*",
        "%",
        "0",
        "-1",
    ] {
        let header = format!(r#"{{"alg":"ES256","typ":"at+jwt","kid":"{kid}"}}"#);
        assert_eq!(with_header(&header), Err(Error::UnknownKey), "{kid}");
    }
}

#[test]
fn rfc7515_4_1_4_kid_may_be_left_out() {
    assert_eq!(with_header(r#"{"alg":"ES256","typ":"at+jwt"}"#), Ok(()));
}

#[test]
fn a_key_without_kid_is_not_found_by_name_in_a_set() {
    let signer = Signer::new("ES256");
    let jwk = format!("{{{}}}", signer.key_members());
    assert_eq!(verify(&signer.token(CLAIMS), &*set(std::slice::from_ref(&jwk))), Err(Error::UnknownKey));
    // The one key that the caller has chosen is another matter.
    assert_eq!(verify(&signer.token(CLAIMS), &Jwk::<516>::read(jwk.as_bytes()).unwrap()), Ok(()));
}

#[test]
fn rfc7517_4_4_a_key_is_used_with_its_own_algorithm_alone() {
    let signer = Signer::new("RS256");
    let jwk = signer.jwk().replace("RS256", "PS256");
    assert_eq!(verify(&signer.token(CLAIMS), &*set(&[jwk])), Err(Error::UnknownKey));
}

#[test]
fn rfc7517_4_2_and_4_3_a_key_is_used_for_what_it_is_for() {
    let signer = Signer::new("ES256");
    let with = |members: &str| {
        let jwk = format!(r#"{{{},"kid":"{}",{members}}}"#, signer.key_members(), signer.key_id());
        verify(&signer.token(CLAIMS), &*set(&[jwk]))
    };
    assert_eq!(with(r#""use":"sig""#), Ok(()));
    assert_eq!(with(r#""key_ops":["verify"]"#), Ok(()));
    assert_eq!(with(r#""use":"enc""#), Err(Error::UnknownKey));
    assert_eq!(with(r#""key_ops":["sign"]"#), Err(Error::UnknownKey));
}

#[test]
fn rfc8725_3_10_a_token_does_not_bring_its_own_key() {
    let (issuer, attacker) = (Signer::new("ES256"), Signer::with_seed("ES256", 9));
    let own = attacker.jwk();
    for member in [
        format!(r#""jwk":{own}"#),
        r#""jku":"https://evil.example/jwks""#.to_owned(),
        r#""x5u":"https://evil.example/chain""#.to_owned(),
        r#""x5c":["MIIB"]"#.to_owned(),
        r#""x5t":"AAAA","x5t#S256":"AAAA""#.to_owned(),
    ] {
        let header = format!(r#"{{"alg":"ES256","typ":"at+jwt","kid":"{}",{member}}}"#, issuer.key_id());
        let forged = attacker.jws(&header, CLAIMS.as_bytes());
        assert_eq!(verify(&forged, &issuer.keys()), Err(Error::BadSignature), "{member}");
        // They are ignored, not forbidden: some servers send them.
        assert_eq!(with_header(&header), Ok(()), "{member}");
    }
}

#[test]
fn another_key_of_the_same_type_does_not_verify() {
    for algorithm in ["HS256", "HS384", "HS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"] {
        let (issuer, attacker) = (Signer::new(algorithm), Signer::with_seed(algorithm, 9));
        assert_eq!(verify(&attacker.token(CLAIMS), &issuer.keys()), Err(Error::BadSignature), "{algorithm}");
    }
}

#[test]
fn several_keys_that_fit_are_tried_within_a_bound() {
    let signer = Signer::new("ES256");
    let unnamed = signer.jws(r#"{"alg":"ES256","typ":"at+jwt"}"#, CLAIMS.as_bytes());
    let others = |count: u8| (0..count).map(|seed| Signer::with_seed("ES256", 20 + seed).jwk());
    let behind = |count| set(&others(count).chain([signer.jwk()]).collect::<Vec<_>>());
    assert_eq!(verify(&unnamed, &*behind(3)), Ok(()));
    assert_eq!(verify(&unnamed, &*behind(4)), Err(Error::AmbiguousKey));
    assert_eq!(verify(&signer.token(CLAIMS), &*behind(4)), Err(Error::AmbiguousKey), "all have the same kid");
}

#[test]
fn a_set_without_keys_knows_none() {
    assert_eq!(verify(&Signer::new("ES256").token(CLAIMS), &JwkSet::<1>::new()), Err(Error::UnknownKey));
}

#[test]
fn an_ec_point_off_its_curve_verifies_nothing() {
    let signer = Signer::new("ES256");
    let jwk = format!(r#"{{"kty":"EC","crv":"P-256","x":"{}","y":"{}"}}"#, base64url(&[0; 32]), base64url(&[0; 32]));
    let unnamed = signer.jws(r#"{"alg":"ES256","typ":"at+jwt"}"#, CLAIMS.as_bytes());
    assert!(verify(&unnamed, &*set(&[jwk])).is_err());
}
