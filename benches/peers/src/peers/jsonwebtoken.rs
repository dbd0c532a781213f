//! `jsonwebtoken`, with both of its backends.
//!
//! It takes one backend for a process. Ours here is both: a flag tells which of them makes the next verifier.

use std::sync::{
    LazyLock,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use ::jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    crypto::{CryptoProvider, aws_lc, rust_crypto},
    decode,
};
use benches::{AUDIENCE, Case, ISSUER, Validate};

use super::allows;

#[derive(serde::Deserialize)]
struct Claims {
    #[expect(dead_code, reason = "it has to be there")]
    sub: String,
    scope: String,
}

static AWS_LC: AtomicBool = AtomicBool::new(false);

static BOTH: LazyLock<CryptoProvider> = LazyLock::new(|| CryptoProvider {
    verifier_factory: |algorithm, key| {
        let provider = if AWS_LC.load(Relaxed) { &aws_lc::DEFAULT_PROVIDER } else { &rust_crypto::DEFAULT_PROVIDER };
        (provider.verifier_factory)(algorithm, key)
    },
    ..rust_crypto::DEFAULT_PROVIDER.clone()
});

/// Must come before anything else of this crate.
pub fn install() {
    LazyLock::force(&BOTH).install_default().unwrap();
}

pub fn prepare_aws_lc(case: &Case) -> Option<Validate> {
    Some(prepare(case, true))
}

pub fn prepare_rust_crypto(case: &Case) -> Option<Validate> {
    Some(prepare(case, false))
}

fn prepare(case: &Case, aws_lc: bool) -> Validate {
    let key = DecodingKey::from_jwk(&serde_json::from_str(&case.signer.jwk()).unwrap()).unwrap();
    let mut validation = Validation::new(case.algorithm.parse::<Algorithm>().unwrap());
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["iss", "aud", "exp", "nbf", "sub"]);
    validation.validate_nbf = true;
    validation.leeway = 0;
    Box::new(move |token| {
        AWS_LC.store(aws_lc, Relaxed);
        let Ok(token) = decode::<Claims>(token, &key, &validation) else { return false };
        token.header.typ.as_deref() == Some("at+jwt") && allows(&token.claims.scope)
    })
}
