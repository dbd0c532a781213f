//! `oxitoken`, with aws-lc-rs.

use ::oxitoken::{
    Algorithm,
    claims::{Aud, Exp, Iss, Nbf, Sub},
    crypto::aws_lc::AwsLcVerificationKey,
    header::{Alg, Typ},
    validation::{StaticKeyProvider, ValidationPipeline},
};
use aws_lc_rs::{
    hmac,
    rsa::{PublicKey, PublicKeyComponents},
    signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey},
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

fn key(case: &Case) -> AwsLcVerificationKey {
    if case.signer.is_secret() {
        return hmac::Key::new(hmac::HMAC_SHA256, &secret(case)).try_into().unwrap();
    }
    let keys = case.signer.keys();
    let Some(Key::Public(numbers)) = keys.entry(0).map(|entry| entry.key) else { panic!("there is no key") };
    match numbers {
        Numbers::Rsa { n, e } => {
            let key: PublicKey = PublicKeyComponents { n, e }.try_into().unwrap();
            AwsLcVerificationKey::from_rsa_public_key(&key, case.algorithm.starts_with("PS")).unwrap()
        }
        Numbers::Ec { x, y, .. } => {
            let point = [&[4], x, y].concat();
            let key = match case.algorithm {
                "ES256" => ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point),
                _ => ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point),
            };
            key.unwrap().try_into().unwrap()
        }
        Numbers::Ed25519 { x } => ParsedPublicKey::new(&ED25519, x).unwrap().try_into().unwrap(),
        _ => panic!("there is no such key"),
    }
}
