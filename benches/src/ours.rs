//! Our side: [`Policy::new`], as a resource server would use it.

use std::{
    cell::RefCell,
    time::{SystemTime, UNIX_EPOCH},
};

use bearward_core::{
    BearerToken, Hs256, Keys, Policy, PreparedEd25519, PreparedHmac, PreparedP256, PreparedP384, Secret, TokenCache,
    UnixTime,
};
use tests::signer::Verifying;

use crate::{
    Validate,
    case::{AUDIENCE, Case, ISSUER, SCOPE},
};

/// The validation with our own library. It checks more than the peers are asked to: the `kid`, that no member comes
/// twice, the type of every registered claim, and that all claims are there that RFC 9068 requires. The key is prepared as a
/// host has room for: a P-256 key has its table of 8 KB, one of P-384 its of 12 KB, one of Ed25519 its two of 20 KB. The buffer is kept from token to token.
pub fn ours(case: &Case) -> Validate {
    let algorithms = [case.signer.verifier()];
    let keys = prepared(case);
    let buffer = RefCell::new([0; 2560]);
    Box::new(move |token| {
        let validated = || {
            let mut buffer = buffer.borrow_mut();
            let policy = Policy::new(ISSUER, AUDIENCE, &algorithms);
            let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
            let token = BearerToken::new(token).ok()?;
            let token = policy.verify(token, &*keys, UnixTime::from_seconds(now), &mut *buffer).ok()?;
            token.require_scope(SCOPE).ok()?;
            token.subject().map(|_| ())
        };
        validated().is_some()
    })
}

/// The same with a cache, in which the good token is once it was validated.
pub fn ours_cached(case: &Case) -> Validate {
    let algorithms = [case.signer.verifier()];
    let keys = prepared(case);
    let kept = RefCell::new(([0; 2560], TokenCache::<8>::new()));
    Box::new(move |token| {
        let validated = || {
            let (buffer, cache) = &mut *kept.borrow_mut();
            let policy = Policy::new(ISSUER, AUDIENCE, &algorithms);
            let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
            let token = BearerToken::new(token).ok()?;
            let token = policy.verify_cached(token, &*keys, UnixTime::from_seconds(now), buffer, cache).ok()?;
            token.require_scope(SCOPE).ok()?;
            token.subject().map(|_| ())
        };
        validated().is_some()
    })
}

/// The case's key, prepared if there is something to prepare.
fn prepared(case: &Case) -> Box<dyn Keys> {
    match case.signer.keys() {
        Verifying::Secret(secret, ..) => {
            let secret = Secret::new(secret.leak());
            Box::new(PreparedHmac::<Hs256>::new(secret).expect("a good secret"))
        }
        Verifying::Public(set) => {
            let key = set.iter().next().expect("one key");
            let (mut p256, mut p384) = (PreparedP256::<128>::new(), PreparedP384::<128>::new());
            let mut ed25519 = PreparedEd25519::<64>::new();
            if p256.prepare(key).is_ok() {
                Box::new(p256)
            } else if p384.prepare(key).is_ok() {
                Box::new(p384)
            } else if ed25519.prepare(key).is_ok() {
                Box::new(ed25519)
            } else {
                set
            }
        }
    }
}
