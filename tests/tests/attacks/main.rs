//! Published attacks on OAuth resource servers and JOSE libraries, one test each, named after it.
//!
//! A test makes what the attacker would send and states the error that meets it. Where it can, it shows beside it that
//! the honest twin is let in, or that the forgery would work on whoever makes the published mistake: so none of them
//! passes for a wrong reason. `SECURITY.md` lists them; other suites go further into most of the rules.

mod algorithms;
mod caches;
mod claims;
mod encrypted;
mod fetching;
mod header;
mod introspection;
mod json;
mod keys;
mod outgoing;
mod own_tokens;
mod signatures;
mod table;

use bearward_core::{BearerToken, Error, JwkSet, Keys, Policy, UnixTime};
use tests::signer::{ALGORITHMS, Signer, key_set};

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

/// A token of the issuer with this header.
fn with_header(header: &str) -> Result<(), Error> {
    let signer = Signer::new("ES256");
    verify(&signer.jws(header, CLAIMS.as_bytes()), &signer.keys())
}

/// A token of the issuer with these claims.
fn with_claims(claims: &str) -> Result<(), Error> {
    let signer = Signer::new("ES256");
    verify(&signer.token(claims), &signer.keys())
}

/// The good claims with these members before them.
fn and(members: &str) -> String {
    CLAIMS.replacen('{', &format!("{{{members},"), 1)
}

fn set(keys: &[String]) -> Box<JwkSet<4>> {
    Box::new(JwkSet::read(key_set(keys).as_bytes()).unwrap())
}
