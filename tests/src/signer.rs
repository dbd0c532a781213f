//! An issuer for tests: makes tokens of every algorithm with fixed keys, from any header and any payload, good or bad.
//!
//! Nothing here is checked or corrected: what a caller writes into the header or the claims is what is signed.

use base64ct::{Base64UrlUnpadded, Encoding};
use bearward_core::{
    Algorithm, Ed25519, EdDsa, Es256, Es384, Es512, Hs256, Hs384, Hs512, JwkSet, KeyEntry, Keys, Ps256, Ps384, Ps512,
    Rs256, Rs384, Rs512, Secret,
};
use hmac::{Hmac, KeyInit, Mac};
use rand::{SeedableRng, rngs::StdRng};
use rsa::{
    BoxedUint,
    signature::{RandomizedSigner, SignatureEncoding, Signer as _},
    traits::PublicKeyParts,
};
use sha2::{Sha256, Sha384, Sha512};

/// All algorithms that are built, in the order of RFC 7518 §3.1, then RFC 8037 and RFC 9864.
pub static ALGORITHMS: [&dyn Algorithm; 14] =
    [&Hs256, &Hs384, &Hs512, &Rs256, &Rs384, &Rs512, &Es256, &Es384, &Es512, &Ps256, &Ps384, &Ps512, &EdDsa, &Ed25519];

/// A signing key and the name of the algorithm that it is used with.
#[derive(Clone)]
pub struct Signer {
    algorithm: &'static str,
    key: Key,
}

#[derive(Clone)]
enum Key {
    Secret(Vec<u8>),
    Rsa(Box<rsa::PrivateKey>),
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
}

impl Signer {
    /// The issuer's signer for an algorithm by its name.
    ///
    /// # Panics
    ///
    /// If there is no such algorithm.
    pub fn new(algorithm: &'static str) -> Self {
        Self::with_seed(algorithm, 7)
    }

    /// A signer with another key of the same type, as an attacker has it. RSA has only the one key.
    ///
    /// # Panics
    ///
    /// If there is no such algorithm.
    pub fn with_seed(algorithm: &'static str, seed: u8) -> Self {
        let key = match algorithm {
            "HS256" | "HS384" | "HS512" => Key::Secret(vec![seed; 64]),
            "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" => {
                Key::Rsa(Box::new(rsa_key(include_str!("../data/rsa-2048.jwk.json"))))
            }
            "ES256" => Key::P256(p256::ecdsa::SigningKey::from_slice(&[seed; 32]).unwrap()),
            "ES384" => Key::P384(p384::ecdsa::SigningKey::from_slice(&[seed; 48]).unwrap()),
            "ES512" => {
                // The curve's order has 521 bits: the first byte must be 0 or 1.
                let mut scalar = [seed; 66];
                scalar[0] = 0;
                Key::P521(p521::ecdsa::SigningKey::from_slice(&scalar).unwrap())
            }
            "EdDSA" | "Ed25519" => Key::Ed25519(ed25519_dalek::SigningKey::from_bytes(&[seed; 32])),
            other => panic!("no signer for {other}"),
        };
        Self { algorithm, key }
    }

    /// A signer for HMAC with this secret, however short.
    pub fn with_secret(algorithm: &'static str, secret: Vec<u8>) -> Self {
        Self { algorithm, key: Key::Secret(secret) }
    }

    /// One signer for each of [`ALGORITHMS`].
    pub fn all() -> impl Iterator<Item = Self> {
        ALGORITHMS.iter().map(|algorithm| Self::new(algorithm.name()))
    }

    /// The name of the algorithm.
    pub fn algorithm(&self) -> &'static str {
        self.algorithm
    }

    /// The verifier of the same name.
    pub fn verifier(&self) -> &'static dyn Algorithm {
        *ALGORITHMS.iter().find(|algorithm| algorithm.name() == self.algorithm).unwrap()
    }

    /// Whether the key is a shared secret.
    pub fn is_secret(&self) -> bool {
        matches!(self.key, Key::Secret(_))
    }

    /// Whether RFC 7518 §3.2 allows the key: a secret is at least as long as the output of its hash.
    pub fn is_long_enough(&self) -> bool {
        let Key::Secret(secret) = &self.key else { return true };
        let bytes = match self.algorithm {
            "HS256" => 32,
            "HS384" => 48,
            _ => 64,
        };
        secret.len() >= bytes
    }

    /// The bare signature of a message.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        // PSS takes its salt from here: the same one every time, so that a failing test fails again.
        let mut rng = StdRng::seed_from_u64(1);
        match (&self.key, self.algorithm) {
            (Key::Secret(key), "HS256") => mac::<Hmac<Sha256>>(key, message),
            (Key::Secret(key), "HS384") => mac::<Hmac<Sha384>>(key, message),
            (Key::Secret(key), _) => mac::<Hmac<Sha512>>(key, message),
            (Key::Rsa(key), "RS256") => pkcs1_key::<Sha256>(key).sign(message).to_vec(),
            (Key::Rsa(key), "RS384") => pkcs1_key::<Sha384>(key).sign(message).to_vec(),
            (Key::Rsa(key), "RS512") => pkcs1_key::<Sha512>(key).sign(message).to_vec(),
            (Key::Rsa(key), "PS256") => pss_key::<Sha256>(key).sign_with_rng(&mut rng, message).to_vec(),
            (Key::Rsa(key), "PS384") => pss_key::<Sha384>(key).sign_with_rng(&mut rng, message).to_vec(),
            (Key::Rsa(key), _) => pss_key::<Sha512>(key).sign_with_rng(&mut rng, message).to_vec(),
            (Key::P256(key), _) => signed::<p256::ecdsa::Signature>(key, message),
            (Key::P384(key), _) => signed::<p384::ecdsa::Signature>(key, message),
            (Key::P521(key), _) => signed::<p521::ecdsa::Signature>(key, message),
            (Key::Ed25519(key), _) => key.sign(message).to_bytes().to_vec(),
        }
    }

    /// A JWS in compact form (RFC 7515 §7.1) of this header, as it is written, and this payload.
    pub fn jws(&self, header: &str, payload: &[u8]) -> String {
        let message = format!("{}.{}", base64url(header.as_bytes()), base64url(payload));
        let signature = base64url(&self.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }

    /// A token of the type `at+jwt` (RFC 9068) with these claims, its key named by [`Signer::key_id`].
    pub fn token(&self, claims: &str) -> String {
        self.jws(&self.header(), claims.as_bytes())
    }

    /// The header of [`Signer::token`].
    pub fn header(&self) -> String {
        format!(r#"{{"alg":"{}","typ":"at+jwt","kid":"{}"}}"#, self.algorithm, self.key_id())
    }

    /// The key's `kid`.
    pub fn key_id(&self) -> String {
        format!("key-{}", self.algorithm.to_ascii_lowercase())
    }

    /// The members that make the key up (RFC 7518 §6, RFC 8037 §2), without braces.
    pub fn key_members(&self) -> String {
        match &self.key {
            Key::Secret(key) => format!(r#""kty":"oct","k":"{}""#, base64url(key)),
            Key::Rsa(key) => {
                format!(r#""kty":"RSA","n":"{}","e":"{}""#, base64url(&key.n_bytes()), base64url(&key.e_bytes()))
            }
            Key::P256(key) => ec_members("P-256", key.verifying_key().to_sec1_point(false).as_bytes()),
            Key::P384(key) => ec_members("P-384", key.verifying_key().to_sec1_point(false).as_bytes()),
            Key::P521(key) => ec_members("P-521", key.verifying_key().to_sec1_point(false).as_bytes()),
            Key::Ed25519(key) => {
                format!(r#""kty":"OKP","crv":"Ed25519","x":"{}""#, base64url(key.verifying_key().as_bytes()))
            }
        }
    }

    /// The JWK that verifies this signer's tokens, with `kid`, `alg` and `use`. A secret's JWK is the secret.
    pub fn jwk(&self) -> String {
        format!(r#"{{{},"kid":"{}","alg":"{}","use":"sig"}}"#, self.key_members(), self.key_id(), self.algorithm)
    }

    /// What verifies the tokens.
    pub fn keys(&self) -> Verifying {
        match &self.key {
            Key::Secret(bytes) => Verifying::Secret(bytes.clone(), self.key_id(), self.algorithm),
            _ => Verifying::Public(Box::new(JwkSet::read(self.jwks().as_bytes()).unwrap())),
        }
    }

    /// A set of that one key.
    pub fn jwks(&self) -> String {
        key_set(&[self.jwk()])
    }
}

/// What verifies a signer's tokens: a set that was read from its JWKS, or the secret.
pub enum Verifying {
    /// A set with the one public key.
    Public(Box<JwkSet<1>>),
    /// The secret, with its `kid` and `alg`.
    Secret(Vec<u8>, String, &'static str),
}

impl Keys for Verifying {
    fn entry(&self, index: usize) -> Option<KeyEntry<'_>> {
        match self {
            Self::Public(set) => set.entry(index),
            Self::Secret(bytes, id, algorithm) => (index == 0).then_some(KeyEntry {
                id: Some(id),
                algorithm: Some(algorithm),
                key: bearward_core::Key::Secret(Secret::new(bytes)),
            }),
        }
    }
}

/// A JWKS of these keys (RFC 7517 §5).
pub fn key_set(keys: &[String]) -> String {
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

/// Encodes without padding (RFC 7515 §2).
pub fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// Decodes without padding.
///
/// # Panics
///
/// If the text is not canonical base64url.
pub fn from_base64url(text: &str) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text).unwrap()
}

/// Reads an RSA key that lies beside the tests: making one takes longer than all tests that use it.
pub(crate) fn rsa_key(jwk: &str) -> rsa::PrivateKey {
    let jwk: serde_json::Value = serde_json::from_str(jwk).unwrap();
    let number = |name: &str| BoxedUint::from_be_slice_vartime(&from_base64url(jwk[name].as_str().unwrap()));
    rsa::PrivateKey::from_components(number("n"), number("e"), number("d"), vec![number("p"), number("q")]).unwrap()
}

fn mac<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
    <M as KeyInit>::new_from_slice(key).unwrap().chain_update(message).finalize().into_bytes().to_vec()
}

fn pkcs1_key<D: sha2::Digest + sha2::digest::const_oid::AssociatedOid>(
    key: &rsa::PrivateKey,
) -> rsa::pkcs1v15::SigningKey<D> {
    rsa::pkcs1v15::SigningKey::new(key.clone())
}

fn pss_key<D: sha2::Digest>(key: &rsa::PrivateKey) -> rsa::pss::SigningKey<D> {
    rsa::pss::SigningKey::new(key.clone())
}

fn signed<S: SignatureEncoding>(key: &impl rsa::signature::Signer<S>, message: &[u8]) -> Vec<u8> {
    key.sign(message).to_vec()
}

fn ec_members(curve: &str, point: &[u8]) -> String {
    // An uncompressed point (SEC 1 §2.3.3) is 4, then both coordinates.
    let (x, y) = point[1..].split_at(point.len() / 2);
    format!(r#""kty":"EC","crv":"{curve}","x":"{}","y":"{}""#, base64url(x), base64url(y))
}
