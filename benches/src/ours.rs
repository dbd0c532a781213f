//! Our side: [`Policy::new`], as a resource server would use it.

use std::time::{SystemTime, UNIX_EPOCH};

use bearward_core::{BearerToken, Policy, PreparedP256, UnixTime};
use tests::signer::Verifying;

use crate::{
    Validate,
    case::{AUDIENCE, Case, ISSUER, SCOPE},
};

/// The validation with our own library. It checks more than the peers are asked to: the `kid`, that no member comes
/// twice, the type of every registered claim, and that all claims are there that RFC 9068 requires. A key of P-256 has its
/// table of 8 KB, as a host has room for.
pub fn ours(case: &Case) -> Validate {
    let keys = case.signer.keys();
    let mut prepared = Box::new(PreparedP256::<128>::new());
    if let Verifying::Public(set) = &keys
        && let Some(key) = set.iter().next()
    {
        // A key of another kind is used as it is.
        _ = prepared.prepare(key);
    }
    let algorithms = [case.signer.verifier()];
    Box::new(move |token| {
        let validated = || {
            let mut buffer = [0; 2560];
            let policy = Policy::new(ISSUER, AUDIENCE, &algorithms);
            let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
            let token = BearerToken::new(token).ok()?;
            let token = policy.verify(token, &prepared.within(&keys), UnixTime::from_seconds(now), &mut buffer).ok()?;
            token.require_scope(SCOPE).ok()?;
            token.subject().map(|_| ())
        };
        validated().is_some()
    })
}
