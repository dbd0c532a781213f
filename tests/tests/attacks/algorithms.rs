//! The token would choose its algorithm, and with it what the issuer's public key is taken for.

use base64ct::{Base64, Encoding};
use bearward_core::{Error, Hs256, Hs384, Hs512, Jwk, KeyError, Policy, PreparedHmac, Secret, SecretSet};
use rsa::{BoxedUint, pkcs8::EncodePublicKey};
use serde_json::Value;
use tests::signer::{Signer, base64url, from_base64url};

use crate::{AUDIENCE, CLAIMS, ISSUER, set, verify, verify_with};

const HMACS: [&str; 3] = ["HS256", "HS384", "HS512"];

/// Signs with the issuer's public key as if that were a secret. Whoever makes the mistake would let it in.
fn confuse(issuer: &Signer, published: &[u8]) {
    let kid = issuer.key_id();
    let mistaken = SecretSet::<1>::new().with(Secret::new(published), Some(&kid), None).unwrap();
    let own = [issuer.verifier()];
    for name in HMACS {
        let header = format!(r#"{{"alg":"{name}","typ":"at+jwt","kid":"{kid}"}}"#);
        let forged = Signer::with_secret(name, published.to_vec()).jws(&header, CLAIMS.as_bytes());
        assert_eq!(verify(&forged, &mistaken), Ok(()), "the forgery is a good one");
        assert_eq!(verify(&forged, &issuer.keys()), Err(Error::UnknownKey), "{name}");
        let refused = verify_with(&Policy::new(ISSUER, AUDIENCE, &own), &forged, &issuer.keys());
        assert_eq!(refused, Err(Error::AlgorithmNotAllowed), "{name}");
    }
    assert_eq!(verify(&issuer.token(CLAIMS), &issuer.keys()), Ok(()));
}

fn member(signer: &Signer, name: &str) -> Vec<u8> {
    let jwk: Value = serde_json::from_str(&signer.jwk()).unwrap();
    from_base64url(jwk[name].as_str().unwrap())
}

/// The public key of RSA as a file that an application reads.
fn rsa_pem(signer: &Signer) -> String {
    let number = |name| BoxedUint::from_be_slice_vartime(&member(signer, name));
    let key = rsa::PublicKey::new(number("n"), number("e")).unwrap();
    let text = Base64::encode_string(key.to_public_key_der().unwrap().as_bytes());
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}

/// jsonwebtoken (npm) chose the algorithm by the token, and took the PEM of the public key for a secret.
#[test]
fn cve_2015_9235_public_key_as_hmac_secret() {
    let issuer = Signer::new("RS256");
    let pem = rsa_pem(&issuer);
    confuse(&issuer, pem.as_bytes());
    // Read as what it is, the same text verifies the honest token, and no forged one.
    let key = Jwk::<516>::from_pem(&pem).unwrap();
    assert_eq!(verify(&issuer.token(CLAIMS), &key), Ok(()));
    let forged = Signer::with_secret("HS256", pem.into_bytes()).token(CLAIMS);
    assert_eq!(verify(&forged, &key), Err(Error::UnknownKey));
}

/// PyJWT told public keys by how they begin, and did not know those of OpenSSH.
#[test]
fn cve_2022_29217_openssh_key_as_hmac_secret() {
    let issuer = Signer::new("EdDSA");
    let field = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat();
    let blob = [field(b"ssh-ed25519"), field(&member(&issuer, "x"))].concat();
    confuse(&issuer, format!("ssh-ed25519 {}", Base64::encode_string(&blob)).as_bytes());
}

/// fast-jwt told public keys by how they begin, and did not know them behind white space.
#[test]
fn cve_2026_34950_public_key_behind_white_space_as_hmac_secret() {
    let issuer = Signer::new("RS256");
    for space in ["\n", " ", "\t", "\r\n"] {
        let pem = format!("{space}{}", rsa_pem(&issuer));
        confuse(&issuer, pem.as_bytes());
        assert_eq!(verify(&issuer.token(CLAIMS), &Jwk::<516>::from_pem(&pem).unwrap()), Ok(()));
    }
}

/// LibJWT took a key of RSA that does not name its algorithm for an HMAC key of no bytes.
#[test]
fn cve_2026_44699_rsa_key_without_alg_as_empty_hmac_key() {
    let issuer = Signer::new("RS256");
    let kid = issuer.key_id();
    let keys = set(&[format!(r#"{{{},"kid":"{kid}"}}"#, issuer.key_members())]);
    assert_eq!(verify(&issuer.token(CLAIMS), &*keys), Ok(()));
    for name in HMACS {
        let header = format!(r#"{{"alg":"{name}","typ":"at+jwt","kid":"{kid}"}}"#);
        let forged = Signer::with_secret(name, Vec::new()).jws(&header, CLAIMS.as_bytes());
        assert_eq!(verify(&forged, &*keys), Err(Error::UnknownKey), "{name}");
        // An empty secret is none, not even where the caller allows short ones.
        for empty in [Secret::new(&[]), Secret::danger_short(&[])] {
            let secrets = SecretSet::<1>::new().with(empty, Some(&kid), None).unwrap();
            assert_eq!(verify(&forged, &secrets), Err(Error::UnknownKey), "{name}");
        }
    }
}

/// Who has one token can try secrets on it at leisure. A password, or half of a secret, is found so; one as long as the hash
/// is not (RFC 7518 §3.2).
#[test]
fn hmac_secret_shorter_than_the_hash() {
    let prepare: [fn(Secret<'_>) -> Option<KeyError>; 3] = [
        |secret| PreparedHmac::<Hs256>::new(secret).err(),
        |secret| PreparedHmac::<Hs384>::new(secret).err(),
        |secret| PreparedHmac::<Hs512>::new(secret).err(),
    ];
    for ((name, output), prepare) in HMACS.into_iter().zip([32, 48, 64]).zip(prepare) {
        let kid = Signer::new(name).key_id();
        for length in [1, 8, 16, output / 2, output - 1, output, output + 1] {
            let guessed: Vec<u8> = (1..=length).collect();
            let forged = Signer::with_secret(name, guessed.clone()).token(CLAIMS);
            let with = |secret| verify(&forged, &SecretSet::<1>::new().with(secret, Some(&kid), Some(name)).unwrap());
            assert_eq!(with(Secret::danger_short(&guessed)), Ok(()), "the forgery is a good one");
            let is_short = length < output;
            let refused = if is_short { Err(Error::UnknownKey) } else { Ok(()) };
            assert_eq!(with(Secret::new(&guessed)), refused, "{name}, {length} bytes");
            // Nor does it come in prepared, or out of a file.
            let too_short = is_short.then_some(KeyError::Length);
            assert_eq!(prepare(Secret::new(&guessed)), too_short, "{name}, {length} bytes");
            let jwk = format!(r#"{{"kty":"oct","alg":"{name}","k":"{}"}}"#, base64url(&guessed));
            assert_eq!(
                SecretSet::<1>::read_local(jwk.as_bytes(), &mut [0; 128]).err(),
                too_short,
                "{name}, {length} bytes"
            );
        }
    }
}

#[test]
fn alg_none_and_other_spellings() {
    let issuer = Signer::new("ES256");
    for name in ["none", "None", "nOnE", "", "es256", "ES256 "] {
        let token = issuer.jws(&format!(r#"{{"alg":"{name}","typ":"at+jwt"}}"#), CLAIMS.as_bytes());
        let (message, _) = token.rsplit_once('.').unwrap();
        for token in [format!("{message}."), token.clone()] {
            assert_eq!(verify(&token, &issuer.keys()), Err(Error::AlgorithmNotAllowed), "{name:?}");
        }
    }
    assert_eq!(verify(&issuer.jws(r#"{"alg":"ES256","typ":"at+jwt"}"#, CLAIMS.as_bytes()), &issuer.keys()), Ok(()));
}

#[test]
fn secret_in_a_fetched_key_set() {
    let (attacker, issuer) = (Signer::with_seed("HS256", 9), Signer::new("ES256"));
    let keys = set(&[attacker.jwk(), issuer.jwk()]);
    assert_eq!(verify(&attacker.token(CLAIMS), &attacker.keys()), Ok(()), "the forgery is a good one");
    assert_eq!(verify(&attacker.token(CLAIMS), &*keys), Err(Error::UnknownKey));
    assert_eq!(verify(&issuer.token(CLAIMS), &*keys), Ok(()));
}
