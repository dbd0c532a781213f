//! Tokens of every algorithm, made here: good ones, which are let in, and every way to change them, which is not.

mod claims;
mod header;
mod keys;
mod shape;
mod signatures;
mod tampering;

use bearward_core::{BearerToken, Error, Keys, Policy, UnixTime};
use tests::signer::{ALGORITHMS, Signer};

const ISSUER: &str = "https://as.example";
const AUDIENCE: &str = "https://valve.example";
const NOW: u64 = 1_795_318_700;

/// All that RFC 9068 requires, good at [`NOW`].
const CLAIMS: &str = r#"{"iss":"https://as.example","sub":"device","aud":"https://valve.example","client_id":"app","iat":1795318692,"exp":1795319292,"jti":"1"}"#;

/// A policy that allows every algorithm: what is refused under it is refused under any.
fn policy() -> Policy<'static> {
    Policy::new(ISSUER, AUDIENCE, &ALGORITHMS)
}

fn verify_with(policy: &Policy<'_>, token: &str, keys: &dyn Keys) -> Result<(), Error> {
    let mut buffer = vec![0; token.len()];
    policy.verify(BearerToken::new(token)?, keys, UnixTime::from_seconds(NOW), &mut buffer).map(drop)
}

fn verify(token: &str, keys: &dyn Keys) -> Result<(), Error> {
    verify_with(&policy(), token, keys)
}

/// A token with this header, otherwise good, its signature too.
fn with_header(header: &str) -> Result<(), Error> {
    let signer = Signer::new("ES256");
    verify(&signer.jws(header, CLAIMS.as_bytes()), &signer.keys())
}

/// A token with these claims, its signature good.
fn with_claims(claims: &str) -> Result<(), Error> {
    with_claims_under(&policy(), claims)
}

fn with_claims_under(policy: &Policy<'_>, claims: &str) -> Result<(), Error> {
    let signer = Signer::new("ES256");
    verify_with(policy, &signer.token(claims), &signer.keys())
}

#[test]
fn a_good_token_of_each_algorithm_is_let_in() {
    for signer in Signer::all() {
        let token = signer.token(CLAIMS);
        assert_eq!(verify(&token, &signer.keys()), Ok(()), "{}", signer.algorithm());
        let alone = [signer.verifier()];
        assert_eq!(verify_with(&Policy::new(ISSUER, AUDIENCE, &alone), &token, &signer.keys()), Ok(()));
    }
}

#[test]
fn three_quarters_of_the_tokens_length_is_buffer_enough() {
    for signer in Signer::all() {
        let token = signer.token(CLAIMS);
        let mut buffer = vec![0; token.len() * 3 / 4];
        let now = UnixTime::from_seconds(NOW);
        let verified = policy().verify(BearerToken::new(&token).unwrap(), &signer.keys(), now, &mut buffer);
        assert!(verified.is_ok(), "{}", signer.algorithm());
    }
}
