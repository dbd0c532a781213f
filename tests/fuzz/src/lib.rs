//! What the targets share: keys, an algorithm that believes everything, a judge for JSON, and a TLS server.

mod believer;
pub mod server;
#[path = "../../src/tls13.rs"]
pub mod tls13;

use std::sync::LazyLock;

pub use believer::{AnyKey, Believer};

use bearward_core::{
    Algorithm, Curve, Ed25519, EdDsa, Error, Es256, Es384, Es512, Hs256, Hs384, Hs512, JwkSet, Key, Ps256, Ps384,
    Ps512, PublicKey, Rs256, Rs384, Rs512,
    json::{JsonError, Value},
};

/// All algorithms.
pub static ALGORITHMS: &[&dyn Algorithm] =
    &[&Hs256, &Hs384, &Hs512, &Rs256, &Rs384, &Rs512, &Ps256, &Ps384, &Ps512, &Es256, &Es384, &Es512, &EdDsa, &Ed25519];

/// The public keys that made the tokens among the seeds.
pub static KEYS: LazyLock<JwkSet<4>> = LazyLock::new(|| JwkSet::read(include_bytes!("../data/jwks.json")).unwrap());

/// Good tokens: the only ones that may verify. A fuzzer makes no signatures.
pub const TOKENS: [&str; 3] = [
    include_str!("../seeds/policy/es256"),
    include_str!("../seeds/policy/rs256"),
    include_str!("../seeds/policy/eddsa"),
];

/// The same under the name of one that certificates are signed with.
#[derive(Debug)]
pub struct Es256Believer;

impl Algorithm for Es256Believer {
    fn name(&self) -> &'static str {
        "ES256"
    }

    fn fits(&self, key: &Key<'_>) -> bool {
        Believer.fits(key)
    }

    fn fits_signature(&self, key: &Key<'_>, length: usize) -> bool {
        Believer.fits_signature(key, length)
    }

    fn verify(&self, key: &Key<'_>, message: &[u8], signature: &[u8]) -> Result<(), Error> {
        Believer.verify(key, message, signature)
    }
}

/// Whether claims have nothing that only other kinds of tokens have: of ID tokens, but for what Keycloak says is a bearer
/// token, and of security events.
pub fn has_nothing_foreign(claims: &serde_json::Value) -> bool {
    let is_like_an_id_token = ["nonce", "at_hash", "c_hash"].iter().any(|name| claims.get(name).is_some());
    claims.get("events").is_none() && (!is_like_an_id_token || claims["typ"] == "Bearer")
}

/// Whether a refusal is for a limit, or for a duplicate name, which other readers let pass.
pub fn is_stricter(error: JsonError) -> bool {
    matches!(
        error,
        JsonError::DuplicateName
            | JsonError::TooDeep
            | JsonError::TooManyMembers
            | JsonError::TooLong
            | JsonError::NotAnObject
    )
}

/// Whether both readers understood the same. Depth is bounded by the reader, so the recursion is, too.
pub fn is_same(ours: Value<'_>, theirs: &serde_json::Value) -> bool {
    match (ours, theirs) {
        (Value::Null, serde_json::Value::Null) => true,
        (Value::Bool(ours), serde_json::Value::Bool(theirs)) => ours == *theirs,
        (Value::Number(ours), serde_json::Value::Number(theirs)) => {
            theirs.as_u64().is_none_or(|number| ours.as_u64() == Some(number))
                && theirs.as_i64().is_none_or(|number| ours.as_i64() == Some(number))
        }
        (Value::String(ours), serde_json::Value::String(theirs)) => {
            ours == **theirs && ours.to_string() == *theirs && ours.chars().eq(theirs.chars())
        }
        (Value::Array(ours), serde_json::Value::Array(theirs)) => {
            ours.elements().count() == theirs.len()
                && ours.elements().zip(theirs).all(|(ours, theirs)| is_same(ours, theirs))
        }
        (Value::Object(ours), serde_json::Value::Object(theirs)) => {
            ours.members().count() == theirs.len()
                && theirs.iter().all(|(name, theirs)| ours.get(name).is_some_and(|ours| is_same(ours, theirs)))
        }
        _ => false,
    }
}

/// A key as SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), which has one encoding for each.
pub fn spki(key: PublicKey<'_>) -> Vec<u8> {
    const EC_PUBLIC_KEY: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";
    let (algorithm, key) = match key {
        PublicKey::Ec { curve, x, y } => {
            let curve: &[u8] = match curve {
                Curve::P256 => b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07",
                Curve::P384 => b"\x06\x05\x2b\x81\x04\x00\x22",
                _ => b"\x06\x05\x2b\x81\x04\x00\x23",
            };
            ([EC_PUBLIC_KEY, curve].concat(), [&[4], x, y].concat())
        }
        PublicKey::Rsa { n, e } => {
            let algorithm = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00".to_vec();
            (algorithm, element(0x30, &[integer(n), integer(e)].concat()))
        }
        PublicKey::Ed25519 { x } => (b"\x06\x03\x2b\x65\x70".to_vec(), x.to_vec()),
        _ => unreachable!("a key that this cannot write"),
    };
    element(0x30, &[element(0x30, &algorithm), element(0x03, &[&[0], &key[..]].concat())].concat())
}

fn integer(number: &[u8]) -> Vec<u8> {
    let padding: &[u8] = if number[0] & 0x80 == 0 { &[] } else { &[0] };
    element(0x02, &[padding, number].concat())
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
    let length: &[u8] = match (high, low) {
        (0, 0..0x80) => &[low],
        (0, _) => &[0x81, low],
        _ => &[0x82, high, low],
    };
    [&[tag], length, content].concat()
}
