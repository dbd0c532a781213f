//! The front door: whether a token is good, by the issuer's keys or by asking the authorization server
//! ([RFC 6750 §1.3](https://www.rfc-editor.org/rfc/rfc6750#section-1.3), steps E and F).

use core::{fmt, time::Duration};

#[cfg(feature = "jwe")]
use bearward_core::Decryption;
use bearward_core::{
    AccessToken, ActiveToken, AnswerError, BearerToken, Client, Error, IntrospectionCache, IntrospectionError,
    IntrospectionResponse, Keys, Part, Policy, TokenCache, UnverifiedToken,
};
use embassy_sync::{blocking_mutex::raw::RawMutex, mutex::Mutex};

use crate::{
    clock::{Clock, Timer},
    exchange::{Exchange, Job},
    failure::{Failure, FailureKind},
    freshness::{Freshness, Standing},
    jwks::RemoteJwkSet,
};

mod runner;
mod userinfo;

use self::userinfo::UserInfoForm;

/// The authorization server that a resource server trusts, and what it is called for.
///
/// ```
/// use bearward_core::Client;
/// use bearward_net::AuthorizationServer;
///
/// static AUTHORITY: AuthorizationServer<'_> = AuthorizationServer::new("https://authority.example")
///     .with_introspection(Client::secret_basic("valve", "gX1fBat3bV"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AuthorizationServer<'a> {
    issuer: &'a str,
    jwks_uri: Option<&'a str>,
    introspection_endpoint: Option<&'a str>,
    client: Option<Client<'a>>,
    introspects: Introspects,
    response: IntrospectionResponse<'a>,
    response_keys: Option<LocalKeys<'a>>,
    userinfo: Option<UserInfoForm<'a>>,
    #[cfg(feature = "jwe")]
    decryption: Option<Decryption<'a>>,
    freshness: Freshness,
    introspection_age: u32,
    patience: Duration,
    takes_http: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Introspects {
    /// What is no JWT.
    Opaque,
    /// Every token, also after a good signature.
    Always,
    /// Every token, and no key is fetched.
    Only,
}

/// Keys that are not fetched.
#[derive(Clone, Copy)]
struct LocalKeys<'a>(&'a (dyn Keys + Sync));

impl fmt::Debug for LocalKeys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalKeys")
    }
}

impl<'a> AuthorizationServer<'a> {
    /// The server by its issuer identifier, from which its keys are found (RFC 8414 §3).
    #[must_use]
    pub const fn new(issuer: &'a str) -> Self {
        Self {
            issuer,
            jwks_uri: None,
            introspection_endpoint: None,
            client: None,
            introspects: Introspects::Opaque,
            response: IntrospectionResponse::json(),
            response_keys: None,
            userinfo: None,
            #[cfg(feature = "jwe")]
            decryption: None,
            freshness: Freshness::new(),
            introspection_age: 10,
            patience: Duration::from_secs(20),
            takes_http: false,
        }
    }

    /// Says where the keys are, in place of the server's metadata.
    #[must_use]
    pub const fn with_jwks_uri(self, url: &'a str) -> Self {
        Self { jwks_uri: Some(url), ..self }
    }

    /// Asks the server about tokens that are no JWTs, as this client. Without it they are refused.
    #[must_use]
    pub const fn with_introspection(self, client: Client<'a>) -> Self {
        Self { client: Some(client), ..self }
    }

    /// Says where the introspection endpoint is, in place of the server's metadata.
    #[must_use]
    pub const fn with_introspection_endpoint(self, url: &'a str) -> Self {
        Self { introspection_endpoint: Some(url), ..self }
    }

    /// Asks the server about every token, also after a good signature: then a revoked token is refused at once, and
    /// nothing is let in while the server is down.
    #[must_use]
    pub const fn always_introspecting(self) -> Self {
        Self { introspects: Introspects::Always, ..self }
    }

    /// Takes the answers to introspection in this form, in place of plain JSON: as the client is registered there. A
    /// signed one is verified by the server's keys, which are fetched for it.
    ///
    /// ```
    /// use bearward_core::{Algorithm, Client, Es256, IntrospectionResponse};
    /// use bearward_net::AuthorizationServer;
    ///
    /// static ALGORITHMS: &[&dyn Algorithm] = &[&Es256];
    /// static AUTHORITY: AuthorizationServer<'_> = AuthorizationServer::new("https://authority.example")
    ///     .with_introspection(Client::secret_basic("valve", "gX1fBat3bV"))
    ///     .with_introspection_response(IntrospectionResponse::signed("https://authority.example", "valve", ALGORITHMS));
    /// ```
    #[must_use]
    pub const fn with_introspection_response(self, response: IntrospectionResponse<'a>) -> Self {
        Self { response, ..self }
    }

    /// Verifies signed answers to introspection by these keys, in place of those that the server publishes: for HMAC, a
    /// [`SecretSet`](bearward_core::SecretSet) with the client's secret.
    #[must_use]
    pub const fn with_introspection_keys(self, keys: &'a (dyn Keys + Sync)) -> Self {
        Self { response_keys: Some(LocalKeys(keys)), ..self }
    }

    /// Opens encrypted access tokens by these keys of the device, and verifies what is signed in them. Without it they
    /// are asked about, or refused with [`Error::Encrypted`] where there is no introspection.
    ///
    /// ```
    /// use bearward_core::{ContentEncryption, Decryption, DecryptionKeySet, KeyManagement};
    /// use bearward_net::AuthorizationServer;
    ///
    /// fn authority<'a>(
    ///     managements: &'a [&'a dyn KeyManagement],
    ///     contents: &'a [&'a dyn ContentEncryption],
    ///     keys: &'a DecryptionKeySet<2>,
    /// ) -> AuthorizationServer<'a> {
    ///     AuthorizationServer::new("https://authority.example")
    ///         .with_decryption(Decryption::new(managements, contents, keys))
    /// }
    /// ```
    #[cfg(feature = "jwe")]
    #[must_use]
    pub const fn with_decryption(self, decryption: Decryption<'a>) -> Self {
        Self { decryption: Some(decryption), ..self }
    }

    /// Asks the server about every token, and fetches no keys for them: for a server whose JWTs only it can read.
    #[must_use]
    pub const fn only_introspecting(self) -> Self {
        Self { introspects: Introspects::Only, ..self }
    }

    /// How long keys serve, and how often they are fetched.
    #[must_use]
    pub const fn with_freshness(self, freshness: Freshness) -> Self {
        Self { freshness, ..self }
    }

    /// For how many seconds an answer to introspection is believed; 10 is the default, and 0 asks every time. So long
    /// a revoked token is still let in (RFC 7662 §4).
    #[must_use]
    pub const fn with_introspection_age(self, seconds: u32) -> Self {
        Self { introspection_age: seconds, ..self }
    }

    /// How long a request waits for the server, before it is answered with 503; 20 seconds is the default.
    #[must_use]
    pub const fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Calls the server over `http` if its URLs say so. **Danger**: see [`Url::danger_http`](crate::Url::danger_http).
    #[must_use]
    pub const fn danger_http(self) -> Self {
        Self { takes_http: true, ..self }
    }
}

/// Why a request is refused, and what its answer says besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// What the client is told: status and challenge come from it.
    pub error: Error,
    /// The seconds for the field `Retry-After` (RFC 9110 §10.2.3), with a status of 503.
    pub retry_after: Option<u32>,
    /// Why the authorization server could not be asked, for the device's own log.
    pub cause: Option<Failure>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl core::error::Error for Refusal {}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { error, retry_after: None, cause: None }
    }
}

/// How long a client is asked to wait where nobody knows better.
const RETRY_AFTER: Duration = Duration::from_secs(5);

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let error = Error::from(failure);
        let retry_after = (error.status() == 503).then(|| seconds(failure.retry_after.unwrap_or(RETRY_AFTER)));
        Self { error, retry_after, cause: Some(failure) }
    }
}

/// What a server answers that introspects no JWTs (RFC 7009 §2.2.1 has the code, and servers use it here as well).
const UNSUPPORTED: FailureKind =
    FailureKind::Introspection(IntrospectionError::Answer(AnswerError::UnsupportedTokenType));

/// Whether what is wrong with a token says that it is no JWT, or none that can be read here.
const fn may_be_opaque(error: Error) -> bool {
    matches!(error, Error::NotCompact | Error::Encrypted | Error::Base64(Part::Header) | Error::Json(Part::Header, _))
}

/// Rounded up: a client that waits so long does not come too early.
fn seconds(duration: Duration) -> u32 {
    let whole = u32::try_from(duration.as_secs()).unwrap_or(u32::MAX);
    if duration.subsec_nanos() == 0 { whole } else { whole.saturating_add(1) }
}

/// A resource server: what it demands of a token, the keys of the issuer, and the answers that are remembered.
///
/// Any number of tasks ask it by [`authorize`](Self::authorize); one runs [`run`](Self::run), and only that one calls the
/// authorization server, over one connection that is kept while it is of use. A JWT is verified by the issuer's keys,
/// which are fetched when they are first needed and when a token names another one; every other token is asked about. An
/// encrypted one is opened by the device's keys, if it has some, and what is signed in it is verified like any other: a
/// token that was seen before spares the signature, and is decrypted all the same.
///
/// - One request causes at most one fetch of the keys (with the metadata, if that is not known) and one introspection,
///   or two where the answer to the first is signed by a key that was not known; each is sent twice at most, and no fetch before [`Freshness::with_cool_down`] has passed since the last one.
/// - While the server is down, keys serve on ([`Freshness::with_outage`]); what needs the server is answered with 503
///   and `Retry-After`, never with 401, and service comes back by itself.
///
/// `KEYS` keys are held twice (see [`RemoteJwkSet`]), and `REMEMBERED` verified tokens (48 bytes each) and introspected
/// ones (`BYTES` and about 130 each). `BYTES` is the longest token that is asked about, and the longest JSON of what is
/// said of one.
///
/// `R` is as for [`RemoteJwkSet`].
///
/// ```
/// use bearward_core::{Algorithm, BearerToken, Es256, Policy};
/// use bearward_net::{AuthorizationServer, Clock, Refusal, ResourceServer, Timer};
/// use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
///
/// static ALGORITHMS: &[&dyn Algorithm] = &[&Es256];
/// static SERVER: ResourceServer<'_, CriticalSectionRawMutex, 4, 8, 1024> = ResourceServer::new(
///     Policy::new("https://authority.example", "https://valve.example", ALGORITHMS),
///     AuthorizationServer::new("https://authority.example"),
/// );
///
/// async fn open_valve(token: BearerToken<'_>, clock: &impl Clock, timer: &impl Timer) -> Result<(), Refusal> {
///     let mut buffer = [0; 1024];
///     let token = SERVER.authorize(token, clock, timer, &mut buffer).await?;
///     Ok(token.require_scope("valve:open")?)
/// }
/// ```
pub struct ResourceServer<'a, R: RawMutex, const KEYS: usize, const REMEMBERED: usize, const BYTES: usize> {
    policy: Policy<'a>,
    authority: AuthorizationServer<'a>,
    keys: RemoteJwkSet<R, KEYS>,
    verified: Mutex<R, TokenCache<REMEMBERED>>,
    introspected: Mutex<R, IntrospectionCache<REMEMBERED, BYTES>>,
    exchange: Exchange<R, BYTES>,
}

impl<'a, R: RawMutex, const KEYS: usize, const REMEMBERED: usize, const BYTES: usize>
    ResourceServer<'a, R, KEYS, REMEMBERED, BYTES>
{
    /// A resource server with this policy, whose tokens come from this authorization server.
    #[must_use]
    pub const fn new(policy: Policy<'a>, authority: AuthorizationServer<'a>) -> Self {
        Self {
            policy,
            authority,
            keys: RemoteJwkSet::new(authority.freshness),
            verified: Mutex::new(TokenCache::new()),
            introspected: Mutex::new(IntrospectionCache::new(authority.introspection_age)),
            exchange: Exchange::new(),
        }
    }

    /// The issuer's keys, to keep them over a restart.
    #[must_use]
    pub const fn keys(&self) -> &RemoteJwkSet<R, KEYS> {
        &self.keys
    }

    /// Decides whether a token is good, and gives its claims.
    ///
    /// `buffer` holds them: as long as the token for a JWT, half as long again for an encrypted one, and `BYTES` for an
    /// introspected one; for an encrypted one that is asked about as well, its length and `BYTES`. The future may be dropped
    /// at any time.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] with one of the errors of [`Policy::verify`], [`Policy::introspect_as`] or, with the feature `jwe`,
    /// `Policy::verify_encrypted`; with [`Error::AuthorityUnavailable`] if the authorization server had to be asked and was
    /// not reached in time; with [`Error::TokenTooLong`] for a token to be asked about that is longer than `BYTES`.
    pub async fn authorize<'b>(
        &self,
        token: BearerToken<'_>,
        clock: &impl Clock,
        timer: &impl Timer,
        buffer: &'b mut [u8],
    ) -> Result<AccessToken<'b>, Refusal> {
        let deadline = timer.elapsed().saturating_add(self.authority.patience);
        #[cfg(feature = "jwe")]
        let (unverified, buffer, was_opened) = match self.decryption_for(token) {
            Some(decryption) => {
                let (inner, free) = self.policy.decrypt(token, &decryption, buffer)?;
                (inner, free, true)
            }
            None => (token.into(), buffer, false),
        };
        #[cfg(not(feature = "jwe"))]
        let (unverified, was_opened) = (UnverifiedToken::from(token), false);
        let mut unread = None;
        if self.authority.introspects != Introspects::Only {
            match self.find_key(unverified, timer, deadline, buffer).await {
                Ok(()) if self.authority.introspects != Introspects::Always => {
                    return Ok(self.keys.verify(&self.policy, unverified, clock.now(), buffer, &self.verified).await?);
                }
                Ok(()) => {
                    self.keys.verify(&self.policy, unverified, clock.now(), buffer, &self.verified).await?;
                }
                Err(refusal) if was_opened || self.authority.client.is_none() || !may_be_opaque(refusal.error) => {
                    return Err(refusal);
                }
                Err(refusal) => unread = Some(refusal),
            }
        }
        let outcome = self.introspect(token, clock, timer, deadline, buffer).await;
        match (&outcome, unread) {
            // The server takes it for a JWT, of which it tells nothing; it is none that is good here.
            (Err(Refusal { cause: Some(Failure { kind: UNSUPPORTED, .. }), .. }), Some(refusal)) => Err(refusal),
            _ => outcome,
        }
    }

    /// What opens the token, if it is one to open here.
    #[cfg(feature = "jwe")]
    fn decryption_for(&self, token: BearerToken<'_>) -> Option<Decryption<'a>> {
        let is_ours = token.is_encrypted() && self.authority.introspects != Introspects::Only;
        self.authority.decryption.filter(|_| is_ours)
    }

    /// Sees to it that there is a key which may have signed the token.
    async fn find_key(
        &self,
        token: UnverifiedToken<'_>,
        timer: &impl Timer,
        deadline: Duration,
        buffer: &mut [u8],
    ) -> Result<(), Refusal> {
        let began = timer.elapsed();
        let outlook = self.keys.outlook(&self.policy, token, began, buffer).await?;
        if outlook.knows_key && outlook.standing != Standing::Gone {
            if outlook.standing == Standing::Stale && outlook.pause.is_none() {
                self.exchange.suggest_reload().await;
            }
            return Ok(());
        }
        let fetched = match outlook.pause {
            None => {
                let is_due = async || !self.keys.was_tried_since(began).await;
                self.exchange.reload(timer, deadline, is_due).await
            }
            Some(_) => Ok(()),
        };
        let outlook = self.keys.outlook(&self.policy, token, timer.elapsed(), buffer).await?;
        if outlook.knows_key && outlook.standing != Standing::Gone {
            return Ok(());
        }
        // The fetch may have been another task's.
        fetched?;
        if outlook.failed || outlook.standing == Standing::Gone {
            // A key that is not in hand may well be there.
            let retry_after = Some(seconds(outlook.pause.unwrap_or(RETRY_AFTER)));
            return Err(Refusal { error: Error::AuthorityUnavailable, retry_after, cause: None });
        }
        Err(Error::UnknownKey.into())
    }

    async fn introspect<'b>(
        &self,
        token: BearerToken<'_>,
        clock: &impl Clock,
        timer: &impl Timer,
        deadline: Duration,
        buffer: &'b mut [u8],
    ) -> Result<AccessToken<'b>, Refusal> {
        let asked_at = clock.now();
        {
            let mut cache = self.introspected.lock().await;
            if cache.kept_bytes(&self.policy, token, asked_at).is_some_and(|bytes| bytes <= buffer.len()) {
                // It was there a moment ago, and nobody else has the cache.
                let found = cache.get(&self.policy, token, asked_at, buffer).ok_or(Error::AuthorityUnavailable)?;
                return Ok(found.map_err(Failure::from)?);
            }
        }
        if token.as_str().len() > BYTES {
            return Err(Error::TokenTooLong.into());
        }
        let told = self.exchange.ask(Job::Introspect, timer, deadline, token, buffer).await;
        let retry_after = told.as_ref().err().and_then(|failure| failure.retry_after);
        let outcome = match told {
            // The token may have expired while the server was waited for; and an answer ages from when it was asked for.
            Ok((json, protection)) => {
                let told =
                    ActiveToken::from_json(json, protection).map_err(AnswerError::Json).map_err(Failure::from)?;
                self.policy.admit(&told, clock.now())
            }
            Err(Failure { kind: FailureKind::Introspection(error), .. }) => Err(error),
            Err(failure) => return Err(failure.into()),
        };
        self.introspected.lock().await.keep(&self.policy, token, &outcome, asked_at);
        outcome.map_err(|error| Failure::after(error, retry_after).into())
    }
}

impl<R: RawMutex, const KEYS: usize, const REMEMBERED: usize, const BYTES: usize> fmt::Debug
    for ResourceServer<'_, R, KEYS, REMEMBERED, BYTES>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceServer")
            .field("policy", &self.policy)
            .field("authority", &self.authority)
            .finish_non_exhaustive()
    }
}
