//! Key sets to compare: up to three keys, of which one is that of a good token, with something done to one of them.

use rand::{RngExt, SeedableRng, rngs::StdRng};
use tests::{
    cases::{AUDIENCE, ISSUER},
    signer::{ALGORITHMS, Signer, key_set},
};

/// What can be set in a key: a name and a value of JSON. `ABSENT` takes the member away, `DOUBLE` writes it twice.
const MEMBERS: &[(&str, &str)] = &[
    ("kid", "ABSENT"),
    ("kid", r#""other""#),
    ("kid", "7"),
    ("kid", "null"),
    ("kid", "DOUBLE"),
    ("alg", "ABSENT"),
    ("alg", r#""none""#),
    ("alg", r#""HS256""#),
    ("alg", r#""RS256""#),
    ("alg", r#""ES256""#),
    ("alg", "1"),
    ("alg", "null"),
    ("use", "ABSENT"),
    ("use", r#""enc""#),
    ("use", r#""SIG""#),
    ("use", "true"),
    ("key_ops", r#"["verify"]"#),
    ("key_ops", r#"["verify","sign"]"#),
    ("key_ops", r#"["sign"]"#),
    ("key_ops", r#"["verify","verify"]"#),
    ("key_ops", "[]"),
    ("key_ops", r#""verify""#),
    ("key_ops", "[1]"),
    ("kty", "ABSENT"),
    ("kty", r#""oct""#),
    ("kty", r#""EC""#),
    ("kty", r#""RSA""#),
    ("kty", r#""OKP""#),
    ("kty", r#""ec""#),
    ("kty", "1"),
    ("crv", "ABSENT"),
    ("crv", r#""P-256""#),
    ("crv", r#""secp256k1""#),
    ("crv", r#""Ed25519""#),
    ("crv", "DOUBLE"),
    ("x", "ABSENT"),
    ("x", r#""""#),
    ("x", r#""AAAA""#),
    ("x", "CHANGED"),
    ("x", "PADDED"),
    ("y", "ABSENT"),
    ("y", "CHANGED"),
    ("y", "PADDED"),
    ("n", "ABSENT"),
    ("n", r#""AQAB""#),
    ("n", "CHANGED"),
    ("n", "PADDED"),
    ("e", "ABSENT"),
    ("e", r#""AQ""#),
    ("e", r#""AAEAAQ""#),
    ("e", r#""AQAA""#),
    ("k", r#""c2VjcmV0""#),
    ("d", r#""AQ""#),
    ("x5c", r#"["AA=="]"#),
    ("x5u", r#""https://evil.example""#),
    ("ext", "true"),
    ("unknown", r#"{"a":[1,null]}"#),
];

/// What can be written in place of a key.
const NO_KEYS: &[&str] = &["{}", "null", "1", r#""key""#, "[]", r#"{"kty":"oct","k":"c2VjcmV0"}"#];

/// What a set can be written as: `SET` is the set's list of keys.
const DOCUMENTS: &[&str] = &[
    r#"{"unknown":{"keys":[]},"keys":SET}"#,
    r#"{"keys":SET,"keys":[]}"#,
    r#"{"keys":{"0":SET}}"#,
    r#"{"Keys":SET}"#,
    "SET",
    r#"{"keys":SET"#,
    r#"{"keys":SET}}"#,
    r#"{"keys":SET,}"#,
    " \t\r\n{\"\\u006beys\" : SET} ",
    "\u{feff}{\"keys\":SET}",
];

/// A key set, and a token that was signed with one of its keys.
pub(crate) struct KeySet {
    /// That key, as it stands in the set.
    pub(crate) key: String,
    pub(crate) jwks: String,
    pub(crate) token: String,
}

/// An endless sequence of key sets for one signer.
pub(crate) struct KeySets<'s> {
    signer: &'s Signer,
    claims: String,
    rng: StdRng,
}

impl<'s> KeySets<'s> {
    pub(crate) fn new(signer: &'s Signer, now: u64) -> Self {
        let seed = signer.algorithm().bytes().fold(13, |seed: u64, byte| seed * 31 + u64::from(byte));
        let claims = format!(r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","exp":{},"sub":"device"}}"#, now + 600);
        Self { signer, claims, rng: StdRng::seed_from_u64(seed) }
    }

    fn key(&mut self, signer: &Signer) -> String {
        let members: serde_json::Map<_, _> = serde_json::from_str(&signer.jwk()).unwrap();
        let mut members: Vec<_> = members.iter().map(|(name, value)| (name.clone(), value.to_string())).collect();
        if self.rng.random_range(0..4) > 0 {
            let (name, value) = MEMBERS[self.rng.random_range(0..MEMBERS.len())];
            edit(&mut members, name, value);
        }
        if self.rng.random_range(0..3) == 0 {
            members.reverse();
        }
        let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
    }
}

impl Iterator for KeySets<'_> {
    type Item = KeySet;

    fn next(&mut self) -> Option<KeySet> {
        let key = self.key(self.signer);
        let mut keys = vec![key.clone()];
        for _ in 0..self.rng.random_range(0..3) {
            let mut other = ALGORITHMS[self.rng.random_range(3..ALGORITHMS.len())].name();
            if other == self.signer.algorithm() {
                // The tests have one key of RSA, and it must not come twice.
                other = if other == "ES384" { "ES256" } else { "ES384" };
            }
            // The signer's own is 7.
            let seed = self.rng.random_range(8..16);
            let other = match self.rng.random_range(0..8) {
                0 => NO_KEYS[self.rng.random_range(0..NO_KEYS.len())].to_owned(),
                1 if !self.signer.algorithm().starts_with(['R', 'P']) => {
                    self.key(&Signer::with_seed(self.signer.algorithm(), seed))
                }
                _ => self.key(&Signer::with_seed(other, seed)),
            };
            keys.insert(self.rng.random_range(0..=keys.len()), other);
        }
        let mut jwks = key_set(&keys);
        if self.rng.random_range(0..8) == 0 {
            let document = DOCUMENTS[self.rng.random_range(0..DOCUMENTS.len())];
            jwks = document.replace("SET", &format!("[{}]", keys.join(",")));
        }
        let header = match self.rng.random_range(0..4) {
            0 => format!(r#"{{"alg":"{}"}}"#, self.signer.algorithm()),
            _ => self.signer.header(),
        };
        Some(KeySet { key, jwks, token: self.signer.jws(&header, self.claims.as_bytes()) })
    }
}

/// Does to one member what the value says.
fn edit(members: &mut Vec<(String, String)>, name: &str, value: &str) {
    let own = members.iter().position(|(own, _)| own == name);
    match (value, own) {
        ("ABSENT", Some(own)) => drop(members.remove(own)),
        ("DOUBLE", Some(own)) => members.push(members[own].clone()),
        // Another character of the same kind in the middle, so that the length stays.
        ("CHANGED", Some(own)) => {
            let value = &mut members[own].1;
            let middle = value.len() / 2;
            let other = if value[middle..].starts_with('A') { "B" } else { "A" };
            value.replace_range(middle..=middle, other);
        }
        ("PADDED", Some(own)) => {
            let end = members[own].1.len() - 1;
            members[own].1.insert(end, '=');
        }
        ("ABSENT" | "DOUBLE" | "CHANGED" | "PADDED", None) => {}
        (_, Some(own)) => value.clone_into(&mut members[own].1),
        (_, None) => members.push((name.to_owned(), value.to_owned())),
    }
}
