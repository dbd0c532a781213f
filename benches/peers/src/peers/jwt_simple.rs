//! `jwt-simple`, with `pure-rust`. Its options are taken by value, so that every validation copies them.

use std::collections::HashSet;

use ::jwt_simple::prelude::*;
use benches::{AUDIENCE, Case, ISSUER, Validate};

use super::{allows, secret};

#[derive(Deserialize)]
struct Scope {
    scope: String,
}

pub fn prepare(case: &Case) -> Option<Validate> {
    let jwk = case.signer.jwk();
    Some(match case.algorithm {
        "HS256" => {
            let key = HS256Key::from_bytes(&secret(case));
            validate(move |token, options| key.verify_token(token, options))
        }
        "RS256" => {
            let key = RS256PublicKey::from_jwk(&jwk).unwrap();
            validate(move |token, options| key.verify_token(token, options))
        }
        "PS256" => {
            let key = PS256PublicKey::from_jwk(&jwk).unwrap();
            validate(move |token, options| key.verify_token(token, options))
        }
        "ES256" => {
            let key = ES256PublicKey::from_jwk(&jwk).unwrap();
            validate(move |token, options| key.verify_token(token, options))
        }
        "ES384" => {
            let key = ES384PublicKey::from_jwk(&jwk).unwrap();
            validate(move |token, options| key.verify_token(token, options))
        }
        "EdDSA" => {
            let key = Ed25519PublicKey::from_jwk(&jwk).unwrap();
            validate(move |token, options| key.verify_token(token, options))
        }
        _ => return None,
    })
}

fn validate(
    verify: impl Fn(&str, Option<VerificationOptions>) -> Result<JWTClaims<Scope>, ::jwt_simple::Error> + 'static,
) -> Validate {
    let options = VerificationOptions {
        required_signature_type: Some("at+jwt".to_owned()),
        allowed_issuers: Some(HashSet::from([ISSUER.to_owned()])),
        allowed_audiences: Some(HashSet::from([AUDIENCE.to_owned()])),
        time_tolerance: None,
        ..VerificationOptions::default()
    };
    Box::new(move |token| {
        let Ok(claims) = verify(token, Some(options.clone())) else { return false };
        // Those that are absent are not checked.
        let there = claims.expires_at.is_some() && claims.invalid_before.is_some() && claims.subject.is_some();
        there && allows(&claims.custom.scope)
    })
}
