//! Who decides whether a token is good.

use core::cell::RefCell;

use bearward_core::{AccessToken, BearerToken, Error, Keys, Policy, TokenCache, UnixTime};

/// Decides whether a token is good: by its signature, or by asking the authorization server.
pub trait Verifier {
    /// The token's claims, if it is good. `buffer` holds them.
    ///
    /// # Errors
    ///
    /// Why it is not.
    async fn verify<'b>(&self, token: BearerToken<'_>, buffer: &'b mut [u8]) -> Result<AccessToken<'b>, Error>;
}

/// The device's idea of the time.
pub trait Clock {
    /// The time, or `None` while it is not known; then every token with a date is refused.
    fn now(&self) -> Option<UnixTime>;
}

/// How many verified tokens are remembered.
const REMEMBERED: usize = 16;

/// Verifies tokens by keys that the device holds, and remembers the last ones.
#[derive(Debug)]
pub struct LocalVerifier<'p, K, C> {
    policy: Policy<'p>,
    keys: K,
    clock: C,
    cache: RefCell<TokenCache<REMEMBERED>>,
}

impl<'p, K: Keys, C: Clock> LocalVerifier<'p, K, C> {
    /// A verifier with an empty memory.
    pub const fn new(policy: Policy<'p>, keys: K, clock: C) -> Self {
        Self { policy, keys, clock, cache: RefCell::new(TokenCache::new()) }
    }
}

impl<K: Keys, C: Clock> Verifier for LocalVerifier<'_, K, C> {
    async fn verify<'b>(&self, token: BearerToken<'_>, buffer: &'b mut [u8]) -> Result<AccessToken<'b>, Error> {
        let mut cache = self.cache.borrow_mut();
        self.policy.verify_cached(token, &self.keys, self.clock.now(), buffer, &mut cache)
    }
}
