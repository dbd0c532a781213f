//! The tokens: a good one of each algorithm and size, and what is bad in one respect each.

use std::time::{SystemTime, UNIX_EPOCH};

use tests::signer::Signer;

use crate::Validate;

/// Who issues the tokens.
pub const ISSUER: &str = "https://authority.example/realms/plant";

/// Whom they are for.
pub const AUDIENCE: &str = "https://valve.example";

/// What they must allow.
pub const SCOPE: &str = "valve:open";

const ALGORITHMS: [&str; 6] = ["HS256", "RS256", "PS256", "ES256", "ES384", "EdDSA"];

/// How much a token carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// About 450 bytes of claims: RFC 9068 with some roles.
    Small,
    /// 2 KB of claims: the same, and the groups of somebody who is in many.
    Large,
}

/// One row of the table.
pub struct Case {
    /// `alg`.
    pub algorithm: &'static str,
    /// How much the token carries.
    pub size: Size,
    /// Who signed it.
    pub signer: Signer,
    /// The claims of the good token.
    pub claims: String,
    /// The good token.
    pub good: String,
    /// Tokens that are bad, and why.
    pub bad: Vec<(&'static str, String)>,
}

impl Case {
    /// All of them: each algorithm with a small token, then with a large one.
    pub fn all() -> impl Iterator<Item = Self> {
        ALGORITHMS.into_iter().flat_map(|algorithm| [Size::Small, Size::Large].map(|size| Self::new(algorithm, size)))
    }

    fn new(algorithm: &'static str, size: Size) -> Self {
        let signer = Signer::new(algorithm);
        let claims = claims(size);
        let good = signer.token(&claims);
        let now = now();
        let with = |from: &str, to: &str| {
            assert!(claims.contains(from), "{from} is not in the claims");
            signer.token(&claims.replace(from, to))
        };
        let bad = vec![
            ("a signature that was tampered with", tampered(&good)),
            ("another key", Signer::with_seed(algorithm, 8).token(&claims)),
            ("claims that were tampered with", moved_signature(&good, &with("operator", "overseer"))),
            ("another type", signer.jws(&signer.header().replace("at+jwt", "dpop+jwt"), claims.as_bytes())),
            ("another issuer", with(ISSUER, "https://authority.example/realms/office")),
            ("another audience", with(AUDIENCE, "https://pump.example")),
            ("expired", with(&format!("\"exp\":{}", now + LIFETIME), &format!("\"exp\":{}", now - 100))),
            ("not yet valid", with(&format!("\"nbf\":{}", now - AGE), &format!("\"nbf\":{}", now + 1000))),
            ("without the scope", with(SCOPE, "valve:look")),
            ("without a subject", with("\"sub\"", "\"bus\"")),
        ];
        // RSA has one key only.
        let bad = bad.into_iter().filter(|(why, token)| *why != "another key" || *token != good).collect();
        Self { algorithm, size, signer, claims, good, bad }
    }

    /// The row's name.
    pub fn name(&self) -> String {
        format!("{}, {}", self.algorithm, if self.size == Size::Small { "450 B" } else { "2 KB" })
    }

    /// Makes sure that a validation is one: nothing is measured that does less.
    ///
    /// # Panics
    ///
    /// If it refuses the good token or accepts a bad one.
    pub fn check(&self, who: &str, validate: &Validate) {
        assert!(validate(&self.good), "{who} refuses a good token of {}", self.name());
        for (why, token) in &self.bad {
            assert!(!validate(token), "{who} accepts a token of {} with {why}", self.name());
        }
    }
}

/// Seconds that a token was issued before the run, and is good after it.
const AGE: u64 = 60;
const LIFETIME: u64 = 36_000;

/// The time of the run, the same for all tokens.
fn now() -> u64 {
    static NOW: std::sync::LazyLock<u64> =
        std::sync::LazyLock::new(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs());
    *NOW
}

fn claims(size: Size) -> String {
    let (now, past) = (now(), now() - AGE);
    let groups = match size {
        Size::Small => String::new(),
        Size::Large => {
            let names: Vec<_> =
                (10..56).map(|line| format!(r#""/plant/hall-{}/line-{line}/operators""#, line / 5)).collect();
            format!(r#","groups":[{}]"#, names.join(","))
        }
    };
    format!(
        concat!(
            r#"{{"iss":"{}","sub":"248289761001-5f2c-4a9e-b7d1","aud":["{}"],"#,
            r#""exp":{},"nbf":{},"iat":{},"jti":"onrtac:7c1a5e02-9b3d-4f61-8a4e-0d2f6b7c8e91","#,
            r#""client_id":"maintenance-app","scope":"openid profile sensor:read {}","auth_time":{},"#,
            r#""acr":"urn:example:silver","amr":["pwd","otp"],"roles":["operator","viewer"],"#,
            r#""tenant":"plant-north","building":"pump-house","floor":3{}}}"#
        ),
        ISSUER,
        AUDIENCE,
        now + LIFETIME,
        past,
        past,
        SCOPE,
        past,
        groups
    )
}

/// The same token with one character of its signature exchanged, not the last: that one may carry unused bits.
fn tampered(token: &str) -> String {
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (front, back) = signature.split_at(signature.len() / 2);
    let other = if back.starts_with('A') { 'B' } else { 'A' };
    format!("{message}.{front}{other}{}", &back[1..])
}

/// The signature of one token under the message of another.
fn moved_signature(signed: &str, message: &str) -> String {
    let (message, _) = message.rsplit_once('.').unwrap();
    let (_, signature) = signed.rsplit_once('.').unwrap();
    format!("{message}.{signature}")
}
