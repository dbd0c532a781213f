//! An algorithm, keys and tokens for tests: anybody can sign, and what was verified is counted.

use std::{
    format,
    string::String,
    sync::atomic::{AtomicUsize, Ordering},
    vec,
    vec::Vec,
};

use sha2::{Digest, Sha256};

use crate::{
    alg::Algorithm,
    base64url::Encoded,
    bearer::BearerToken,
    error::Error,
    key::{Key, KeyEntry, Keys, Secret},
    policy::Policy,
    time::UnixTime,
    token::AccessToken,
};

/// Its signature is the SHA-256 of message and key. Keys that begin with `half` make half of it.
#[derive(Debug)]
pub(crate) struct Fake {
    name: &'static str,
    verified: AtomicUsize,
}

impl Fake {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name, verified: AtomicUsize::new(0) }
    }

    /// How often it was asked to verify.
    pub(crate) fn verified(&self) -> usize {
        self.verified.load(Ordering::Relaxed)
    }
}

impl Algorithm for Fake {
    fn name(&self) -> &'static str {
        self.name
    }

    fn fits(&self, key: &Key<'_>) -> bool {
        matches!(key, Key::Secret(_))
    }

    fn fits_signature(&self, key: &Key<'_>, bytes: usize) -> bool {
        matches!(key, Key::Secret(secret) if signature(b"", secret.expose()).len() == bytes)
    }

    fn verify(&self, key: &Key<'_>, message: &[u8], given: &[u8]) -> Result<(), Error> {
        self.verified.fetch_add(1, Ordering::Relaxed);
        let Key::Secret(secret) = key else { return Err(Error::BadSignature) };
        if signature(message, secret.expose()) == given { Ok(()) } else { Err(Error::BadSignature) }
    }
}

pub(crate) fn signature(message: &[u8], key: &[u8]) -> Vec<u8> {
    let whole = Sha256::new().chain_update(message).chain_update(key).finalize();
    whole[..if key.starts_with(b"half") { 16 } else { 32 }].to_vec()
}

/// A token in compact form.
pub(crate) fn sign(header: &str, payload: &str, key: &str) -> String {
    let message = format!("{}.{}", Encoded(header.as_bytes()), Encoded(payload.as_bytes()));
    format!("{message}.{}", Encoded(&signature(message.as_bytes(), key.as_bytes())))
}

/// A set of keys, each bound as its entry says.
pub(crate) struct FakeKeys(pub(crate) Vec<KeyEntry<'static>>);

impl FakeKeys {
    /// The key that signs what is meant to be good.
    pub(crate) fn good() -> Self {
        Self(vec![entry(None, None, KEY)])
    }
}

impl Keys for FakeKeys {
    fn entry(&self, index: usize) -> Option<KeyEntry<'_>> {
        self.0.get(index).copied()
    }
}

pub(crate) fn entry(id: Option<&'static str>, algorithm: Option<&'static str>, key: &'static str) -> KeyEntry<'static> {
    KeyEntry { id, algorithm, key: Key::Secret(Secret::new(key.as_bytes())) }
}

pub(crate) const KEY: &str = "good key";
pub(crate) const HEADER: &str = r#"{"alg":"TEST","typ":"at+jwt"}"#;
pub(crate) const ISSUER: &str = "https://as.example";
pub(crate) const AUDIENCE: &str = "https://valve.example";
pub(crate) const NOW: u64 = 1500;

static TEST: Fake = Fake::new("TEST");
pub(crate) static ALGORITHMS: &[&dyn Algorithm] = &[&TEST];

/// All that RFC 9068 requires, good from 1000 until before 2000.
const MEMBERS: [(&str, &str); 7] = [
    ("iss", r#""https://as.example""#),
    ("sub", r#""device""#),
    ("aud", r#""https://valve.example""#),
    ("client_id", r#""app""#),
    ("iat", "1000"),
    ("exp", "2000"),
    ("jti", r#""1""#),
];

/// The good claims.
pub(crate) fn claims() -> String {
    object(MEMBERS.into_iter())
}

/// The good claims without one.
pub(crate) fn without(name: &str) -> String {
    object(MEMBERS.into_iter().filter(|(own, _)| *own != name))
}

/// The good claims with one set.
pub(crate) fn set(name: &str, value: &str) -> String {
    object(MEMBERS.into_iter().filter(|(own, _)| *own != name).chain([(name, value)]))
}

fn object<'a>(members: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let members: Vec<_> = members.map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

/// What the profile of RFC 9068 demands of these tokens.
pub(crate) fn policy() -> Policy<'static> {
    Policy::new(ISSUER, AUDIENCE, ALGORITHMS)
}

/// What a policy says to a token that is signed well.
pub(crate) fn verify(policy: &Policy<'_>, header: &str, claims: &str, now: Option<u64>) -> Result<(), Error> {
    let token = sign(header, claims, KEY);
    let now = now.map(UnixTime::from_seconds);
    policy.verify(BearerToken::new(&token)?, &FakeKeys::good(), now, &mut vec![0; token.len()]).map(drop)
}

/// A token with these claims that was let in.
pub(crate) fn access(claims: &str) -> AccessToken<'static> {
    let token = sign(HEADER, claims, KEY);
    let now = UnixTime::from_seconds(NOW);
    policy().verify(BearerToken::new(&token).unwrap(), &FakeKeys::good(), now, vec![0; token.len()].leak()).unwrap()
}
