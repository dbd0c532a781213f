//! The device as a client: its tokens, had and renewed in time ([RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749#section-6)),
//! and revoked ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)).

use core::{fmt, pin::pin, time::Duration};

use bearward_core::{
    Application, Authorized, Missing, NotAuthorized, Renewal, StoreError, Ticket, TokenResponse, TokenStore,
};
use embassy_sync::{
    blocking_mutex::raw::RawMutex,
    mutex::{Mutex, MutexGuard},
    signal::Signal,
};

use crate::{bell::Bell, clock::Timer, failure::Failure, http::within};

mod runner;

/// A [`TokenStore`] that any number of tasks share, and that one task keeps fresh by [`run`](Self::run).
///
/// - Tokens of the client's own are asked for when they are expected, and renewed before they expire; those of a user are
///   handed in by [`grant`](Self::grant), and renewed by their refresh token. One server is asked at a time, so
///   there is one flight for each key, whoever waits for it.
/// - Of time, the timer alone is needed, unless the client's method or TLS needs the date.
/// - Sessions that end have their tokens revoked, and while the server is down they wait for it, over a restart too, if
///   there is a storage.
/// - With a storage, each change is written before anything else is done. A refresh token that was rotated by the server
///   in the moment when the power goes is lost all the same: then the server refuses the older one, and a user has to
///   grant anew (RFC 9700 §4.14.2).
///
/// `R` is the mutex of the tasks, as for [`RemoteJwkSet`](crate::RemoteJwkSet); `N` and `BYTES` are those of the store.
///
/// What the methods of InterSystems' class `%SYS.OAuth2.AccessToken` do is done here by:
///
/// | there | here |
/// |---|---|
/// | `IsAuthorized` | [`TokenKeeper::is_authorized`], and [`authorize`](Self::authorize), which waits for a token that is coming |
/// | the request for another scope, before a token is granted | [`TokenKeeper::expect`] |
/// | `RemoveAccessToken` | [`TokenKeeper::remove`] |
/// | `RevokeToken` | [`TokenKeeper::revoke`] |
/// | the revocation when a session is deleted | [`TokenKeeper::end_session`] |
/// | `AddAccessToken` | [`authorize`](Self::authorize) for the token of an application and a session, and then as `AuthorizeWithAccessToken`; [`ResourceToken::stored`](crate::ResourceToken::stored) for one in a [`TokenStore`] |
/// | `AuthorizeWithAccessToken` | [`ResourceToken::new`](crate::ResourceToken::new), and [`OutgoingRequest::add_access_token`](crate::OutgoingRequest::add_access_token) for `"header"`, [`add_access_token_to_form`](crate::OutgoingRequest::add_access_token_to_form) for `"body"`, [`danger_add_access_token_to_query`](crate::OutgoingRequest::danger_add_access_token_to_query) for `"query"` |
/// | `RemoveAuthorizationAccessToken` | [`OutgoingRequest::remove_access_token`](crate::OutgoingRequest::remove_access_token), wherever it was added |
/// | `AddAuthentication` | [`OutgoingRequest::add_authentication`](crate::OutgoingRequest::add_authentication), with [`Application::credentials`] |
/// | `sslConfiguration` | the [`Tls`](crate::Tls) of the [`HttpClient`](crate::HttpClient) that sends the request |
/// | `GetAccessTokenFromRequest` | [`BearerRequest::token`](bearward_core::BearerRequest::token) |
/// | `GetIntrospection` | [`HttpClient::introspect`](crate::HttpClient::introspect), [`ResourceServer::authorize`](crate::ResourceServer::authorize) |
/// | `GetUserinfo` | [`HttpClient::userinfo`](crate::HttpClient::userinfo), [`ResourceServer::userinfo`](crate::ResourceServer::userinfo) |
/// | `IsAudContained` | [`audience_contains`](bearward_core::audience_contains) |
/// | `IsScopeContained` | [`scope_contains`](bearward_core::scope_contains) |
///
/// ```
/// use bearward_core::{Application, Client, NotAuthorized, Renewal, RECORD_OVERHEAD};
/// use bearward_net::{Clock, Failure, HttpClient, Records, Timer, Tls, TokenKeeper};
/// use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
/// use embedded_nal_async::{Dns, TcpConnect};
///
/// static APPLICATIONS: [Application<'_>; 1] = [
///     Application::client("tank", "https://authority.example", Client::secret_basic("valve", "gX1fBat3bV"))
///         .with_resource("https://tank.example"),
/// ];
/// static TOKENS: TokenKeeper<'_, CriticalSectionRawMutex, 4> = TokenKeeper::new(&APPLICATIONS);
///
/// /// The task that calls the authorization server: `network` and `tls` are the board's.
/// async fn keep_tokens<N: TcpConnect + Dns>(
///     network: &N,
///     tls: impl Tls,
///     clock: impl Clock,
///     timer: impl Timer,
///     rng: &mut impl rand_core::CryptoRng,
/// ) {
///     let (mut head, mut buffer) = ([0; 1024], [0; 1536]);
///     let mut http = HttpClient::new(network, tls, clock, timer, &mut head);
///     TOKENS.run(&mut http, &mut Records::none(), rng, &mut buffer).await;
/// }
///
/// /// What a task does that calls the tank: it has no session, for the token is the device's.
/// async fn read_level(timer: &impl Timer) -> Result<(), NotAuthorized<Failure>> {
///     if TOKENS.expect("tank", "", "tank:read", Renewal::ClientCredentials, timer).await.is_err() {
///         return Ok(()); // No room for it.
///     }
///     let mut buffer = [0; 1024];
///     let token = TOKENS.authorize("tank", "", "tank:read", timer, &mut buffer).await?;
///     // Here the request is sent, with `token.access_token()`.
/// #   _ = token.access_token();
///     Ok(())
/// }
/// ```
pub struct TokenKeeper<'a, R: RawMutex, const N: usize, const BYTES: usize = 1024> {
    applications: &'a [Application<'a>],
    inner: Mutex<R, Inner<N, BYTES>>,
    /// Something changed that the running task must look at.
    changed: Signal<R, ()>,
    /// Something changed that others may wait for.
    bell: Bell<R>,
    patience: Duration,
    takes_http: bool,
}

struct Inner<const N: usize, const BYTES: usize> {
    store: TokenStore<N, BYTES, Failure>,
    /// What was there when the device started. Until that is known, nothing is decided.
    restored: Option<Restored>,
}

/// What was found in the storage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Restored {
    /// How many entries there are again, those that wait to be revoked among them.
    pub entries: usize,
    /// How many records could not be read, were not sealed with the key, do not fit, or are of an application that is
    /// not known any more. They are lost, and stay in the storage until their places are taken.
    pub refused: usize,
}

impl<'a, R: RawMutex, const N: usize, const BYTES: usize> TokenKeeper<'a, R, N, BYTES> {
    /// A keeper of the tokens of these applications. Their servers are all called by the client of the running task: with
    /// TLS settings that differ, there is one keeper for each.
    #[must_use]
    pub const fn new(applications: &'a [Application<'a>]) -> Self {
        Self::with_store(applications, TokenStore::new())
    }

    /// As [`new`](Self::new), with a store that was configured.
    #[must_use]
    pub const fn with_store(applications: &'a [Application<'a>], store: TokenStore<N, BYTES, Failure>) -> Self {
        Self {
            applications,
            inner: Mutex::new(Inner { store, restored: None }),
            changed: Signal::new(),
            bell: Bell::new(),
            patience: Duration::from_secs(20),
            takes_http: false,
        }
    }

    /// How long [`authorize`](Self::authorize) and [`saved`](Self::saved) wait; 20 seconds is the default.
    #[must_use]
    pub const fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Calls servers over `http` if their URLs say so. **Danger**: see [`Url::danger_http`](crate::Url::danger_http).
    #[must_use]
    pub const fn danger_http(mut self) -> Self {
        self.takes_http = true;
        self
    }

    /// Asks for a token: see [`TokenStore::expect`]. It waits until the storage was read.
    ///
    /// # Errors
    ///
    /// As there, and [`StoreError::Application`].
    pub async fn expect(
        &self,
        application: &str,
        session: &str,
        scope: &str,
        renewal: Renewal,
        timer: &impl Timer,
    ) -> Result<Ticket, StoreError> {
        if Application::find(self.applications, application).is_none() {
            return Err(StoreError::Application);
        }
        let now = seconds(timer);
        self.change(|store| store.expect(application, session, scope, renewal, now)).await
    }

    /// Keeps the tokens that a user has granted, or anything that another task asked for: see [`TokenStore::grant`].
    /// `asked_at` is the timer's time before the request was sent.
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn grant(
        &self,
        ticket: Ticket,
        response: &TokenResponse<'_>,
        asked_at: Duration,
    ) -> Result<(), StoreError> {
        self.change(|store| store.grant(ticket, response, asked_at.as_secs())).await
    }

    /// Whether there is a token with this scope now: see [`TokenStore::is_authorized`]. It is copied to `buffer`, for which
    /// `BYTES` are enough.
    ///
    /// # Errors
    ///
    /// As there, and [`Missing::Room`].
    pub async fn is_authorized<'b>(
        &self,
        application: &str,
        session: &str,
        scope: &str,
        timer: &impl Timer,
        buffer: &'b mut [u8],
    ) -> Result<Authorized<'b, Failure>, NotAuthorized<Failure>> {
        let inner = self.open().await;
        let token = inner.store.is_authorized(application, session, scope, seconds(timer))?;
        token.copy_to(buffer).ok_or(NotAuthorized { missing: Missing::Room, error: None })
    }

    /// As [`is_authorized`](Self::is_authorized); where there is none and one is being asked for, it waits for that. The
    /// future may be dropped at any time.
    ///
    /// # Errors
    ///
    /// As [`is_authorized`](Self::is_authorized).
    pub async fn authorize<'b>(
        &self,
        application: &str,
        session: &str,
        scope: &str,
        timer: &impl Timer,
        buffer: &'b mut [u8],
    ) -> Result<Authorized<'b, Failure>, NotAuthorized<Failure>> {
        let deadline = timer.elapsed().saturating_add(self.patience);
        loop {
            let count = self.bell.count();
            let is_worth_waiting = {
                let (inner, now) = (self.open().await, seconds(timer));
                let found = inner.store.is_authorized(application, session, scope, now).map(|_| ());
                let is_missing = found.is_err_and(|error| matches!(error.missing, Missing::Token | Missing::Time));
                is_missing && inner.store.is_coming(application, session, now)
            };
            let wait = timer.wait(deadline.saturating_sub(timer.elapsed()));
            if !is_worth_waiting || within(pin!(self.bell.after(count)), pin!(wait)).await.is_none() {
                return self.is_authorized(application, session, scope, timer, buffer).await;
            }
        }
    }

    /// Takes this access token for expired: see [`TokenStore::expire`].
    pub async fn expire(&self, application: &str, session: &str, access_token: &str, timer: &impl Timer) -> bool {
        let now = seconds(timer);
        self.change(|store| store.expire(application, session, access_token, now)).await
    }

    /// Drops a token, and tells nobody: see [`TokenStore::remove`].
    pub async fn remove(&self, application: &str, session: &str) -> bool {
        self.change(|store| store.remove(application, session)).await
    }

    /// Drops a token, and has it revoked: see [`TokenStore::revoke`]. It is gone at once; the server learns of it as
    /// soon as it can be reached.
    ///
    /// # Errors
    ///
    /// [`StoreError::QueueFull`].
    pub async fn revoke(&self, application: &str, session: &str, timer: &impl Timer) -> Result<bool, StoreError> {
        let now = seconds(timer);
        self.change(|store| store.revoke(application, session, now)).await
    }

    /// Drops every token of a session, and has it revoked: see [`TokenStore::end_session`].
    ///
    /// # Errors
    ///
    /// [`StoreError::QueueFull`].
    pub async fn end_session(&self, session: &str, timer: &impl Timer) -> Result<usize, StoreError> {
        let now = seconds(timer);
        self.change(|store| store.end_session(session, now)).await
    }

    /// How many entries wait to be revoked.
    pub async fn revocations(&self) -> usize {
        self.open().await.store.revocations()
    }

    /// Gives up what waits to be revoked: see [`TokenStore::forget_revocations`].
    pub async fn forget_revocations(&self) -> usize {
        self.change(TokenStore::forget_revocations).await
    }

    /// What was found in the storage, when it was read.
    pub async fn restored(&self) -> Restored {
        self.open().await.restored.unwrap_or_default()
    }

    /// Waits until the storage has every change. Whether it has, or the patience ended before: a storage that fails is
    /// written again every 5 seconds.
    pub async fn saved(&self, timer: &impl Timer) -> bool {
        let deadline = timer.elapsed().saturating_add(self.patience);
        loop {
            let count = self.bell.count();
            if self.open().await.store.unsaved().is_none() {
                return true;
            }
            let wait = timer.wait(deadline.saturating_sub(timer.elapsed()));
            if within(pin!(self.bell.after(count)), pin!(wait)).await.is_none() {
                return false;
            }
        }
    }

    /// The store, once the storage was read.
    async fn open(&self) -> MutexGuard<'_, R, Inner<N, BYTES>> {
        loop {
            let count = self.bell.count();
            let inner = self.inner.lock().await;
            if inner.restored.is_some() {
                return inner;
            }
            drop(inner);
            self.bell.after(count).await;
        }
    }

    async fn change<O>(&self, act: impl FnOnce(&mut TokenStore<N, BYTES, Failure>) -> O) -> O {
        let output = act(&mut self.open().await.store);
        self.changed.signal(());
        self.bell.ring();
        output
    }
}

impl<R: RawMutex, const N: usize, const BYTES: usize> fmt::Debug for TokenKeeper<'_, R, N, BYTES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKeeper").field("applications", &self.applications).finish_non_exhaustive()
    }
}

/// The store counts whole seconds.
fn seconds(timer: &impl Timer) -> u64 {
    timer.elapsed().as_secs()
}
