//! The token would bring its own key, or say where it lies.

use bearward_core::{Error, JwkSet, KeyError};
use tests::signer::{Signer, base64url, from_base64url};

use crate::{CLAIMS, set, verify, with_header};

/// A header of the attacker's with the kid of the issuer's key, or another one.
fn header(kid: &str, members: &str) -> String {
    format!(r#"{{"alg":"ES256","typ":"at+jwt","kid":"{kid}",{members}}}"#)
}

/// node-jose verified with the key that lay in the header.
#[test]
fn cve_2018_0114_key_in_the_header() {
    let (issuer, attacker) = (Signer::new("ES256"), Signer::with_seed("ES256", 9));
    let header = header(&issuer.key_id(), &format!(r#""jwk":{}"#, attacker.jwk()));
    let forged = attacker.jws(&header, CLAIMS.as_bytes());
    assert_eq!(verify(&forged, &attacker.keys()), Ok(()), "the forgery is a good one");
    assert_eq!(verify(&forged, &issuer.keys()), Err(Error::BadSignature));
    // It is ignored, not forbidden.
    assert_eq!(verify(&issuer.jws(&header, CLAIMS.as_bytes()), &issuer.keys()), Ok(()));
}

/// Authlib did so where the application found no key for the token.
#[test]
fn cve_2026_27962_key_in_the_header_where_no_key_is_found() {
    let (issuer, attacker) = (Signer::new("ES256"), Signer::with_seed("ES256", 9));
    let forged = attacker.jws(&header("rotated", &format!(r#""jwk":{}"#, attacker.jwk())), CLAIMS.as_bytes());
    assert_eq!(verify(&forged, &issuer.keys()), Err(Error::UnknownKey));
    assert_eq!(verify(&forged, &JwkSet::<1>::new()), Err(Error::UnknownKey));
}

#[test]
fn key_by_reference_or_certificate() {
    let (issuer, attacker) = (Signer::new("ES256"), Signer::with_seed("ES256", 9));
    for member in [
        r#""jku":"https://evil.example/jwks""#,
        r#""jku":"https://as.example@evil.example/jwks""#,
        r#""x5u":"https://evil.example/chain.pem""#,
        r#""x5c":["MIIB"],"x5t#S256":"AAAA""#,
    ] {
        let header = header(&issuer.key_id(), member);
        let forged = attacker.jws(&header, CLAIMS.as_bytes());
        assert_eq!(verify(&forged, &issuer.keys()), Err(Error::BadSignature), "{member}");
        assert_eq!(verify(&issuer.jws(&header, CLAIMS.as_bytes()), &issuer.keys()), Ok(()), "{member}");
    }
}

/// As a path, a query, a command or an address, a `kid` would lead to a key of the attacker's choice.
#[test]
fn kid_as_path_query_command_or_address() {
    for kid in [
        "../../../../dev/null",
        "x' UNION SELECT 'AAAA' --",
        "$(id)",
        "https://evil.example/jwks",
        "key-es256\\u0000",
        "",
    ] {
        let header = format!(r#"{{"alg":"ES256","typ":"at+jwt","kid":"{kid}"}}"#);
        assert_eq!(with_header(&header), Err(Error::UnknownKey), "{kid}");
    }
    assert_eq!(with_header(r#"{"alg":"ES256","typ":"at+jwt","kid":"key-es256"}"#), Ok(()));
}

/// With an exponent of 1 the signature is the padded message itself, and everybody can write that.
#[test]
fn rsa_key_that_proves_nothing() {
    let issuer = Signer::new("RS256");
    let jwk: serde_json::Value = serde_json::from_str(&issuer.jwk()).unwrap();
    let n = from_base64url(jwk["n"].as_str().unwrap());
    let with = |n: &[u8], e: &[u8]| {
        let (n, e) = (base64url(n), base64url(e));
        set(&[format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}","kid":"{}"}}"#, issuer.key_id())])
    };
    assert_eq!(verify(&issuer.token(CLAIMS), &*with(&n, &[1, 0, 1])), Ok(()));

    let message = issuer.token(CLAIMS).rsplit_once('.').unwrap().0.to_owned();
    let forged = format!("{message}.{}", base64url(&padded(message.as_bytes(), n.len())));
    let mut even = n.clone();
    *even.last_mut().unwrap() -= 1;
    for (n, e, error) in [
        (&n[..], &[1][..], KeyError::Exponent),
        (&n, &[2], KeyError::Exponent),
        (&n, &[0], KeyError::Exponent),
        (&n[..128], &[1, 0, 1], KeyError::Length),
    ] {
        let keys = with(n, e);
        assert_eq!(keys.skip_reason(), Some(error));
        assert_eq!(verify(&forged, &*keys), Err(Error::UnknownKey));
    }
    assert_eq!(verify(&issuer.token(CLAIMS), &*with(&even, &[1, 0, 1])), Err(Error::UnknownKey));
}

/// EMSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §9.2).
fn padded(message: &[u8], bytes: usize) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let info = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
    let tail = [&[0][..], info, &Sha256::digest(message)].concat();
    [&[0, 1][..], &vec![0xff; bytes - 2 - tail.len()], &tail].concat()
}
