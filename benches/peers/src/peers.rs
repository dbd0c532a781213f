//! Who is measured, and what all have in common.

mod jsonwebtoken;
mod jwt_compact;
mod jwt_simple;
mod oxitoken;

use benches::{Case, SCOPE};
use tests::signer::Verifying;

use crate::{Peer, table::version};

/// All of them.
pub fn all() -> Vec<Peer> {
    jsonwebtoken::install();
    let named = |name: &str, backend: &str| format!("{name} {} ({backend})", version(name));
    vec![
        Peer { name: named("oxitoken", "aws-lc-rs"), prepare: oxitoken::prepare },
        Peer { name: named("jsonwebtoken", "aws-lc-rs"), prepare: jsonwebtoken::prepare_aws_lc },
        Peer { name: named("jsonwebtoken", "RustCrypto"), prepare: jsonwebtoken::prepare_rust_crypto },
        Peer { name: named("jwt-simple", "pure Rust"), prepare: jwt_simple::prepare },
        Peer { name: named("jwt-compact", "RustCrypto"), prepare: jwt_compact::prepare },
    ]
}

/// No peer knows scopes: the caller looks for them.
fn allows(scope: &str) -> bool {
    scope.split(' ').any(|own| own == SCOPE)
}

fn secret(case: &Case) -> Vec<u8> {
    match case.signer.keys() {
        Verifying::Secret(bytes, ..) => bytes,
        Verifying::Public(_) => panic!("{} has no secret", case.algorithm),
    }
}
