//! Who decides whether a token is good.

use core::cell::RefCell;

#[cfg(feature = "jwe")]
use bearward_core::Decryption;
use bearward_core::{AccessToken, BearerToken, Error, Keys, Policy, TokenCache, UserInfo};
use bearward_net::{Clock, Failure, FailureKind, Refusal, ResourceServer, Timer};
use embassy_sync::blocking_mutex::raw::RawMutex;

/// Decides whether a token is good: by its signature, or by asking the authorization server.
#[expect(async_fn_in_trait, reason = "firmware runs on one thread: futures need not be `Send`")]
pub trait Verifier {
    /// The token's claims, if it is good. `buffer` holds them.
    ///
    /// # Errors
    ///
    /// Why it is not, or why that cannot be told now.
    async fn verify<'b>(&self, token: BearerToken<'_>, buffer: &'b mut [u8]) -> Result<AccessToken<'b>, Refusal>;

    /// Waits until it can compute, where something else may be in the way. It comes before [`verify`](Self::verify), and
    /// before what that needs of the stack.
    async fn ready(&self) {}

    /// What the authorization server tells about the user behind a token, and what was verified of that. `buffer` holds it.
    ///
    /// # Errors
    ///
    /// Why nothing is known. [`FailureKind::NoEndpoint`] if nobody can be asked.
    async fn userinfo<'b>(
        &self,
        token: BearerToken<'_>,
        verified: &AccessToken<'_>,
        buffer: &'b mut [u8],
    ) -> Result<UserInfo<'b>, Failure>;
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
    #[cfg(feature = "jwe")]
    decryption: Option<Decryption<'p>>,
}

impl<'p, K: Keys, C: Clock> LocalVerifier<'p, K, C> {
    /// A verifier with an empty memory.
    pub const fn new(policy: Policy<'p>, keys: K, clock: C) -> Self {
        Self {
            policy,
            keys,
            clock,
            cache: RefCell::new(TokenCache::new()),
            #[cfg(feature = "jwe")]
            decryption: None,
        }
    }

    /// Opens encrypted tokens too, by these keys of the device.
    #[cfg(feature = "jwe")]
    #[must_use]
    pub fn with_decryption(self, decryption: Option<Decryption<'p>>) -> Self {
        Self { decryption, ..self }
    }
}

impl<K: Keys, C: Clock> Verifier for LocalVerifier<'_, K, C> {
    async fn verify<'b>(&self, token: BearerToken<'_>, buffer: &'b mut [u8]) -> Result<AccessToken<'b>, Refusal> {
        let mut cache = self.cache.borrow_mut();
        #[cfg(feature = "jwe")]
        if let Some(decryption) = self.decryption.filter(|_| token.is_encrypted()) {
            let (token, buffer) = self.policy.decrypt(token, &decryption, buffer)?;
            return Ok(self.policy.verify_cached(token, &self.keys, self.clock.now(), buffer, &mut cache)?);
        }
        Ok(self.policy.verify_cached(token, &self.keys, self.clock.now(), buffer, &mut cache)?)
    }

    async fn userinfo<'b>(
        &self,
        _: BearerToken<'_>,
        _: &AccessToken<'_>,
        _: &'b mut [u8],
    ) -> Result<UserInfo<'b>, Failure> {
        Err(FailureKind::NoEndpoint.into())
    }
}

/// Told how the authorization server does, for the device's own log. It never hears of a token.
pub trait Watch {
    /// A request was answered with 503, and this is why.
    fn failed(&self, failure: Failure);

    /// A token was decided about, `asked` by the word of the authorization server, else by its keys.
    fn decided(&self, asked: bool);
}

/// Verifies tokens by the keys of an authorization server, and asks it where keys do not tell.
///
/// Another task runs [`ResourceServer::run`], which calls the server.
#[derive(Debug)]
pub struct RemoteVerifier<'a, R: RawMutex, C, M, W, const KEYS: usize, const REMEMBERED: usize, const BYTES: usize> {
    /// What decides.
    pub server: &'a ResourceServer<'a, R, KEYS, REMEMBERED, BYTES>,
    /// The time of tokens.
    pub clock: C,
    /// The time that waiting takes.
    pub timer: M,
    /// Who wants to know how it goes.
    pub watch: W,
}

impl<R: RawMutex, C: Clock, M: Timer, W: Watch, const KEYS: usize, const REMEMBERED: usize, const BYTES: usize> Verifier
    for RemoteVerifier<'_, R, C, M, W, KEYS, REMEMBERED, BYTES>
{
    async fn verify<'b>(&self, token: BearerToken<'_>, buffer: &'b mut [u8]) -> Result<AccessToken<'b>, Refusal> {
        let outcome = self.server.authorize(token, &self.clock, &self.timer, buffer).await;
        match &outcome {
            Ok(token) => self.watch.decided(token.algorithm() == "introspection"),
            Err(Refusal { error: Error::Inactive, .. }) => self.watch.decided(true),
            Err(Refusal { error: Error::AuthorityUnavailable, cause: Some(failure), .. }) => {
                self.watch.failed(*failure)
            }
            Err(_) => {}
        }
        outcome
    }

    async fn userinfo<'b>(
        &self,
        token: BearerToken<'_>,
        verified: &AccessToken<'_>,
        buffer: &'b mut [u8],
    ) -> Result<UserInfo<'b>, Failure> {
        self.server.userinfo(token, verified, &self.timer, buffer).await
    }
}
