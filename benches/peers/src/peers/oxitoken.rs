//! `oxitoken`, with aws-lc-rs.
//!
//! The keys that it brings do not compile with the aws-lc-rs of today. These do the same by the trait that it has for
//! keys of one's own.

use ::oxitoken::{
    Algorithm,
    claims::{Aud, Exp, Iss, Nbf, Sub},
    error::JwtError,
    header::{Alg, Typ},
    validation::{StaticKeyProvider, ValidationPipeline, VerificationKey},
};
use aws_lc_rs::{
    encoding::{AsDer as _, PublicKeyX509Der},
    hmac,
    rsa::PublicKeyComponents,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
        RSA_PSS_2048_8192_SHA256,
    },
};
use bearward_core::{Key, Keys as _, PublicKey as Numbers};
use benches::{AUDIENCE, Case, ISSUER, Validate};

use super::{allows, secret};

#[derive(serde::Deserialize)]
struct Header {
    alg: Algorithm,
    typ: String,
}

impl Alg for Header {
    fn alg(&self) -> Algorithm {
        self.alg
    }
}

impl Typ for Header {
    type Type = str;

    fn typ(&self) -> &str {
        &self.typ
    }
}

#[derive(serde::Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Vec<String>,
    exp: i64,
    nbf: i64,
    scope: String,
}

impl Iss for Claims {
    fn iss(&self) -> &str {
        &self.iss
    }
}

impl Sub for Claims {
    fn sub(&self) -> &str {
        &self.sub
    }
}

impl Aud for Claims {
    fn aud(&self) -> impl Iterator<Item = impl AsRef<str>> {
        self.aud.iter()
    }
}

impl Exp for Claims {
    fn exp(&self) -> i64 {
        self.exp
    }
}

impl Nbf for Claims {
    fn nbf(&self) -> i64 {
        self.nbf
    }
}

pub fn prepare(case: &Case) -> Option<Validate> {
    let pipeline = ValidationPipeline::<Header, Claims, _>::builder(StaticKeyProvider::new(key(case)))
        .with_type_validator(["at+jwt"])
        .with_issuer_validator(ISSUER)
        .with_audience_validator(AUDIENCE)
        .with_expiration_validator()
        .with_not_before_validator()
        .build();
    Some(Box::new(move |token| {
        let Ok((_, claims)) = pipeline.verify(token.as_bytes()) else { return false };
        allows(&claims.scope)
    }))
}

/// A key and the one algorithm that it is for.
struct OwnKey {
    algorithm: Algorithm,
    material: Material,
}

#[expect(clippy::large_enum_variant, reason = "there are few of them, and none is moved while it is measured")]
enum Material {
    Secret(hmac::Key),
    Public(ParsedPublicKey),
}

impl VerificationKey for OwnKey {
    fn alg(&self) -> Option<Algorithm> {
        Some(self.algorithm)
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), JwtError> {
        let verified = match &self.material {
            Material::Secret(key) => hmac::verify(key, message, signature),
            Material::Public(key) => key.verify_sig(message, signature),
        };
        verified.map_err(|_| JwtError::InvalidSignature)
    }
}

fn key(case: &Case) -> OwnKey {
    if case.signer.is_secret() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret(case));
        return OwnKey { algorithm: Algorithm::HS256, material: Material::Secret(key) };
    }
    let keys = case.signer.keys();
    let Some(Key::Public(numbers)) = keys.entry(0).map(|entry| entry.key) else { panic!("there is no key") };
    let (algorithm, key) = match (case.algorithm, numbers) {
        ("RS256", Numbers::Rsa { n, e }) => {
            (Algorithm::RS256, ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, rsa_der(n, e)))
        }
        ("PS256", Numbers::Rsa { n, e }) => {
            (Algorithm::PS256, ParsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, rsa_der(n, e)))
        }
        ("ES256", Numbers::Ec { x, y, .. }) => {
            (Algorithm::ES256, ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, [&[4], x, y].concat()))
        }
        ("ES384", Numbers::Ec { x, y, .. }) => {
            (Algorithm::ES384, ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, [&[4], x, y].concat()))
        }
        ("EdDSA", Numbers::Ed25519 { x }) => (Algorithm::EdDSA, ParsedPublicKey::new(&ED25519, x)),
        (other, _) => panic!("there is no key for {other}"),
    };
    OwnKey { algorithm, material: Material::Public(key.unwrap()) }
}

fn rsa_der(n: &[u8], e: &[u8]) -> Vec<u8> {
    let der: PublicKeyX509Der<'_> = PublicKeyComponents { n, e }.as_der().unwrap();
    der.as_ref().to_vec()
}
