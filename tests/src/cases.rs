//! Tokens to compare: a good one, with up to three things done to it. The same ones in every run.

use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::signer::Signer;

/// The issuer of the good token.
pub const ISSUER: &str = "https://as.example";
/// The audience of the good token.
pub const AUDIENCE: &str = "https://valve.example";

/// What can be set in the header: a name and a value of JSON.
const HEADER: &[(&str, &str)] = &[
    ("alg", r#""none""#),
    ("alg", r#""HS256""#),
    ("alg", r#""es256""#),
    ("alg", "1"),
    ("typ", r#""at+jwt""#),
    ("typ", r#""jwt""#),
    ("typ", r#""dpop+jwt""#),
    ("typ", "null"),
    ("typ", "1"),
    ("kid", r#""other""#),
    ("kid", "null"),
    ("kid", "7"),
    ("cty", r#""JWT""#),
    ("crit", r#"["exp"]"#),
    ("b64", "true"),
    ("zip", r#""DEF""#),
    ("jku", r#""https://evil.example""#),
    ("jku", "1"),
    ("x5c", "{}"),
    ("x5u", r#""https://evil.example""#),
    ("url", "[]"),
    ("x", "LONG"),
    ("x", "DEEP"),
];

/// What can be set in the claims.
const CLAIMS: &[(&str, &str)] = &[
    ("iss", r#""https:\/\/as.example""#),
    ("iss", r#""https://evil.example""#),
    ("iss", r#"["https://as.example"]"#),
    ("iss", "null"),
    ("aud", r#"["https://lamp.example","https:\/\/valve.example"]"#),
    ("aud", r#""https://lamp.example""#),
    ("aud", "[]"),
    ("aud", r#"["https://valve.example",1]"#),
    ("aud", "null"),
    ("exp", "FUTURE"),
    ("exp", "FUTURE.5"),
    ("exp", "PAST"),
    ("exp", "PAST.5"),
    ("exp", r#""FUTURE""#),
    ("exp", "-1"),
    ("exp", "9.3e18"),
    ("exp", "1e20"),
    ("exp", "4.5E9"),
    ("exp", "null"),
    ("nbf", "PAST"),
    ("nbf", "FUTURE"),
    ("nbf", "-5"),
    ("nbf", "1e3"),
    ("nbf", "null"),
    ("nbf", "true"),
    ("iat", r#""now""#),
    ("iat", "PAST"),
    ("sub", "1"),
    ("sub", "null"),
    ("sub", r#""\u00e9\ud83d\ude00\n""#),
    ("sub", r#""\ud800""#),
    ("jti", "[]"),
    ("client_id", "{}"),
    ("scope", r#"["a"]"#),
    ("scp", r#"["a"]"#),
    ("groups", "[1]"),
    ("nonce", r#""n""#),
    ("events", "{}"),
    ("cnf", r#"{"jkt":"x"}"#),
    ("x", "1e400"),
    ("x", "123456789012345678901234567890"),
    ("x", "DEEP"),
    ("x", "LONG"),
    ("x", "HUGE"),
    ("x", r#"{"a":1,"a":2}"#),
    ("x", "01"),
    ("x", "NaN"),
];

/// A token, and what was signed.
#[derive(Debug)]
pub struct Case {
    /// The header, in JSON.
    pub header: String,
    /// The claims, in JSON.
    pub claims: String,
    /// The token, which may be changed after it was signed.
    pub token: String,
}

/// An endless sequence of cases for one signer.
pub struct Cases<'s> {
    signer: &'s Signer,
    now: u64,
    rng: StdRng,
}

impl<'s> Cases<'s> {
    /// The cases for a signer, with dates that lie a day before `now`, in seconds since 1970, and a day behind it.
    pub fn new(signer: &'s Signer, now: u64) -> Self {
        let seed = signer.algorithm().bytes().fold(11, |seed: u64, byte| seed * 31 + u64::from(byte));
        Self { signer, now, rng: StdRng::seed_from_u64(seed) }
    }
}

impl Iterator for Cases<'_> {
    type Item = Case;

    fn next(&mut self) -> Option<Case> {
        let mut header = Members::new(&[
            ("alg", format!("\"{}\"", self.signer.algorithm())),
            ("typ", r#""JWT""#.to_owned()),
            ("kid", format!("\"{}\"", self.signer.key_id())),
        ]);
        let mut claims = Members::new(&[
            ("iss", format!("\"{ISSUER}\"")),
            ("aud", format!("\"{AUDIENCE}\"")),
            ("exp", "FUTURE".to_owned()),
            ("sub", r#""device""#.to_owned()),
        ]);
        match self.rng.random_range(0..10) {
            0..3 => claims.edit(CLAIMS, &mut self.rng),
            3..5 => header.edit(HEADER, &mut self.rng),
            5 => {
                claims.edit(CLAIMS, &mut self.rng);
                claims.edit(CLAIMS, &mut self.rng);
                header.edit(HEADER, &mut self.rng);
            }
            6 => claims.disorder(&mut self.rng),
            7 => header.disorder(&mut self.rng),
            _ => {}
        }
        let (header, claims) = (header.json(self.now), claims.json(self.now));
        let mut token = self.signer.jws(&header, claims.as_bytes());
        if self.rng.random_range(0..4) == 0 {
            mutate(&mut token, &mut self.rng);
        }
        Some(Case { header, claims, token })
    }
}

/// The members of an object, in their order and as they are to be written.
struct Members(Vec<(String, String)>);

impl Members {
    fn new(members: &[(&str, String)]) -> Self {
        Self(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
    }

    /// Sets one member.
    fn edit(&mut self, edits: &[(&str, &str)], rng: &mut StdRng) {
        let (name, value) = edits[rng.random_range(0..edits.len())];
        self.0.retain(|(own, _)| own != name);
        self.0.insert(rng.random_range(0..=self.0.len()), (name.to_owned(), value.to_owned()));
    }

    /// Removes a member, doubles one, or adds one that nobody knows.
    fn disorder(&mut self, rng: &mut StdRng) {
        let index = rng.random_range(0..self.0.len());
        let member = self.0[index].clone();
        match rng.random_range(0..4) {
            0 => drop(self.0.remove(index)),
            1 => self.0.push(member),
            2 => self.0.extend([("x".to_owned(), "1".to_owned()), ("\\u0078".to_owned(), "2".to_owned())]),
            _ => self.0.push(("unknown".to_owned(), r#"[true,null,{"a":-1.5e-3}]"#.to_owned())),
        }
    }

    fn json(&self, now: u64) -> String {
        let members: Vec<_> = self.0.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
            .replace("FUTURE", &(now + 100_000).to_string())
            .replace("PAST", &(now - 100_000).to_string())
            .replace("LONG", &format!("\"{}\"", "a".repeat(1100)))
            .replace("HUGE", &format!("\"{}\"", "a".repeat(9000)))
            .replace("DEEP", &format!("{}{}", "[".repeat(20), "]".repeat(20)))
    }
}

/// Changes the token after it was signed.
fn mutate(token: &mut String, rng: &mut StdRng) {
    let index = rng.random_range(0..token.len());
    let character = char::from(b"ABCDwxyz0189-_.="[rng.random_range(0..16)]);
    match rng.random_range(0..6) {
        0..3 => token.replace_range(index..=index, &character.to_string()),
        3 => drop(token.remove(index)),
        4 => token.insert(index, character),
        _ => token.truncate(index),
    }
}
