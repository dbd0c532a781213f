//! `jwt-compact`, with the crates of RustCrypto. It knows no `iss`, `aud` and `sub`, so that the caller checks them.

use ::jwt_compact::{
    Algorithm, AlgorithmExt as _, TimeOptions, Token, UntrustedToken,
    alg::{Ed25519, Es256, Hs256, Rsa},
    jwk::JsonWebKey,
};
use benches::{AUDIENCE, Case, ISSUER, Validate};

use super::allows;

#[derive(Clone, serde::Deserialize)]
struct Claims {
    iss: String,
    #[expect(dead_code, reason = "it has to be there")]
    sub: String,
    aud: Vec<String>,
    scope: String,
}

pub fn prepare(case: &Case) -> Option<Validate> {
    let jwk = case.signer.jwk();
    let jwk: JsonWebKey<'_> = serde_json::from_str(&jwk).unwrap();
    Some(match case.algorithm {
        "HS256" => validate(Hs256, (&jwk).try_into().unwrap()),
        "RS256" => validate(Rsa::rs256(), (&jwk).try_into().unwrap()),
        "PS256" => validate(Rsa::ps256(), (&jwk).try_into().unwrap()),
        "ES256" => validate(Es256, (&jwk).try_into().unwrap()),
        "EdDSA" => validate(Ed25519, (&jwk).try_into().unwrap()),
        _ => return None,
    })
}

fn validate<A>(algorithm: A, key: A::VerifyingKey) -> Validate
where
    A: Algorithm + 'static,
    A::VerifyingKey: 'static,
{
    Box::new(move |token| {
        let validated = || {
            let times = TimeOptions::from_leeway(Default::default());
            let token = UntrustedToken::new(token).ok()?;
            let token: Token<Claims> = algorithm.validator(&key).validate(&token).ok()?;
            token.claims().validate_expiration(&times).ok()?.validate_maturity(&times).ok()?;
            let claims = &token.claims().custom;
            let good = token.header().token_type.as_deref() == Some("at+jwt")
                && claims.iss == ISSUER
                && claims.aud.iter().any(|own| own == AUDIENCE)
                && allows(&claims.scope);
            good.then_some(())
        };
        validated().is_some()
    })
}
