//! The one task that calls the authorization server.

use core::{convert::Infallible, pin::pin, time::Duration};

use bearward_core::{
    BearerToken, CallError, Error, Fresh, IntrospectionError, IntrospectionRequest, Metadata, UnixTime, UserInfoError,
    WellKnown,
};
use embassy_sync::blocking_mutex::raw::RawMutex;
use embedded_nal_async::{Dns, TcpConnect};
use rand_core::CryptoRng;
use zeroize::Zeroize as _;

use super::{AuthorizationServer, LocalKeys, ResourceServer};
use crate::{
    client::{HttpClient, Session},
    clock::{Clock, Timer},
    discovery::{URL_BYTES, is_absent, wants_mtls_aliases},
    error::NetError,
    exchange::{Job, Taken, Told},
    failure::{Failure, FailureKind},
    freshness::Standing,
    http::within,
    tls::Tls,
    url::Url,
};

/// How long a connection is kept for the next call. Servers close theirs after 5 seconds (Node) to 75 (nginx).
const IDLE: Duration = Duration::from_secs(5);

/// How long the server's metadata is believed.
const METADATA_AGE: Duration = Duration::from_secs(86_400);

/// The age from which it is looked up anew when a server that it names cannot be reached: that one may have moved.
const METADATA_DOUBT: Duration = Duration::from_secs(600);

/// How many connections one job may take: one that has died, one for the metadata, one for the keys, if these lie on
/// another server, and one more that has died; and for an answer that another key has signed, two more.
const CONNECTIONS: u8 = 6;

impl<R: RawMutex, const KEYS: usize, const REMEMBERED: usize, const BYTES: usize>
    ResourceServer<'_, R, KEYS, REMEMBERED, BYTES>
{
    /// Calls the authorization server for the tasks that [`authorize`](Self::authorize); it never returns. One task runs
    /// it. Dropping it loses no more than the job in hand.
    ///
    /// `rng` makes what a client's assertion must never say twice. `buffer` takes a request to the introspection endpoint,
    /// and then its answer: `BYTES` and 512 are enough for most. Where answers are signed, four sevenths of it take the
    /// answer, and the rest what is decoded of it: then 2 KiB are enough for most, and 3 KiB where they are encrypted too.
    pub async fn run<N, T, C, M>(
        &self,
        http: &mut HttpClient<'_, N, T, C, M>,
        rng: &mut impl CryptoRng,
        buffer: &mut [u8],
    ) -> Infallible
    where
        N: TcpConnect + Dns,
        T: Tls,
        C: Clock + Clone,
        M: Timer + Clone,
    {
        let (clock, timer) = (http.clock().clone(), http.timer().clone());
        let metadata = Metadata::new();
        let mut runner =
            Runner { server: self, metadata, known_since: None, place: WellKnown::OAuth, clock, timer, rng, buffer };
        let mut waiting = None;
        loop {
            let turn = match waiting.take() {
                Some(turn) => turn,
                None => {
                    let taken = self.exchange.next().await;
                    if !runner.is_due(taken).await {
                        continue;
                    }
                    runner.begin(taken).await
                }
            };
            let mut text = [0; URL_BYTES];
            let mut place = None;
            let opened = match runner.next_call(turn.job(), &mut text) {
                Ok((_, url)) => http.open_in(&url, &mut place).await.map_err(Failure::from),
                Err(failure) => Err(failure),
            };
            waiting = match opened {
                Ok(session) => runner.serve(turn, session).await,
                Err(failure) => runner.fail(turn, failure).await,
            };
        }
    }
}

/// A job, and what was tried for it.
#[derive(Clone, Copy)]
struct Turn {
    taken: Taken,
    /// Whether it was sent before, over a connection that had died.
    again: bool,
    connections: u8,
    /// Whether the keys have to be fetched before.
    wants_keys: bool,
    /// Whether that was tried.
    tried_keys: bool,
}

impl Turn {
    /// What is done next: the job itself, or the keys that it needs.
    const fn job(&self) -> Job {
        if self.wants_keys { Job::Reload } else { self.taken.job }
    }
}

/// What a job needs next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Call {
    Metadata,
    Job,
}

/// How far a job came in a session.
enum Progress<'b> {
    Done(Option<Told<'b>>),
    /// Its next call goes somewhere else.
    Elsewhere,
    /// The answer is signed by a key that is not known.
    WantsKeys,
}

const UNKNOWN_KEY: FailureKind = FailureKind::Introspection(IntrospectionError::Jwt(Error::UnknownKey));
const UNKNOWN_KEY_OF_USER: FailureKind = FailureKind::UserInfo(UserInfoError::Jwt(Error::UnknownKey));

struct Runner<'r, 'a, R: RawMutex, C, M, G, const KEYS: usize, const REMEMBERED: usize, const BYTES: usize> {
    server: &'r ResourceServer<'a, R, KEYS, REMEMBERED, BYTES>,
    metadata: Metadata,
    /// When the metadata came.
    known_since: Option<Duration>,
    /// Where the metadata is.
    place: WellKnown,
    clock: C,
    timer: M,
    rng: &'r mut G,
    buffer: &'r mut [u8],
}

impl<R: RawMutex, C: Clock, M: Timer, G: CryptoRng, const KEYS: usize, const REMEMBERED: usize, const BYTES: usize>
    Runner<'_, '_, R, C, M, G, KEYS, REMEMBERED, BYTES>
{
    /// Whether a job is to be done. Keys that came a moment ago are not fetched again.
    async fn is_due(&self, taken: Taken) -> bool {
        let Self { server, timer, .. } = self;
        if taken.job != Job::Reload || server.keys.pause(timer.elapsed()).await.is_none() {
            return true;
        }
        server.exchange.finish(taken, &Ok(None)).await;
        false
    }

    /// A job that nothing was done for yet. An answer that will be signed needs keys.
    async fn begin(&self, taken: Taken) -> Turn {
        let Self { server, timer, .. } = self;
        let wants_keys = self.verifies_by_fetched_keys(taken.job)
            && server.keys.standing(timer.elapsed()).await != Standing::Fresh
            && server.keys.pause(timer.elapsed()).await.is_none();
        Turn { taken, again: false, connections: 0, wants_keys, tried_keys: wants_keys }
    }

    /// Whether the answer to this will be signed by one of them.
    fn verifies_by_fetched_keys(&self, job: Job) -> bool {
        let authority = &self.server.authority;
        match job {
            Job::Reload => false,
            Job::Introspect => authority.response.is_signed() && authority.response_keys.is_none(),
            Job::UserInfo => authority.userinfo.is_some_and(|form| form.endpoint.is_signed()),
        }
    }

    /// Does the jobs that go to this server, until there is none for a while. Gives back the one that needs another
    /// connection. The session is of no more use then; it is only lent, for it is large, and futures do not let go of what
    /// is moved into them.
    async fn serve<N: TcpConnect, T: Tls>(
        &mut self,
        mut turn: Turn,
        session: &mut Session<'_, N, T, M>,
    ) -> Option<Turn> {
        turn.connections = turn.connections.saturating_add(1);
        let exchange = &self.server.exchange;
        loop {
            match self.work(&mut turn, session).await {
                Ok(Progress::Done(told)) => exchange.finish(turn.taken, &Ok(told)).await,
                Ok(Progress::WantsKeys) => {
                    (turn.wants_keys, turn.tried_keys) = (true, true);
                    continue;
                }
                Ok(Progress::Elsewhere) if turn.connections < CONNECTIONS => {
                    session.close().await;
                    return Some(turn);
                }
                Err(Failure { kind: FailureKind::Net(NetError::Stale), .. }) if !turn.again => {
                    return Some(Turn { again: true, ..turn });
                }
                outcome => {
                    let failure = outcome.err().unwrap_or(NetError::Stale.into());
                    if let Some(turn) = self.fail(turn, failure).await {
                        session.close().await;
                        return Some(turn);
                    }
                }
            }
            turn = loop {
                // A job that was taken is never dropped with this wait: whether it is due is looked at behind it.
                let Some(taken) = within(pin!(exchange.next()), pin!(self.timer.wait(IDLE))).await else {
                    session.close().await;
                    return None;
                };
                if self.is_due(taken).await {
                    break Turn { connections: 1, ..self.begin(taken).await };
                }
            };
        }
    }

    /// A job, as far as this session goes.
    async fn work<N: TcpConnect, T: Tls>(
        &mut self,
        turn: &mut Turn,
        session: &mut Session<'_, N, T, M>,
    ) -> Result<Progress<'_>, Failure> {
        loop {
            let mut text = [0; URL_BYTES];
            let (call, url) = self.next_call(turn.job(), &mut text)?;
            if !session.serves(&url) {
                return Ok(Progress::Elsewhere);
            }
            match (call, turn.job()) {
                (Call::Metadata, _) => self.discover(session, &url).await?,
                (Call::Job, Job::Reload) => {
                    self.server.keys.reload_over(session, &url).await?;
                    if !turn.wants_keys {
                        return Ok(Progress::Done(None));
                    }
                    turn.wants_keys = false;
                }
                (Call::Job, job @ (Job::Introspect | Job::UserInfo)) => {
                    // Without keys that may still serve, an answer could not be believed.
                    let by_fetched_keys = self.verifies_by_fetched_keys(job);
                    if by_fetched_keys && self.server.keys.standing(self.timer.elapsed()).await == Standing::Gone {
                        return Err(if job == Job::UserInfo { UNKNOWN_KEY_OF_USER } else { UNKNOWN_KEY }.into());
                    }
                    let may_fetch = !turn.tried_keys
                        && by_fetched_keys
                        && self.server.keys.pause(self.timer.elapsed()).await.is_none();
                    return match self.ask(turn.taken, session, &url).await {
                        Err(Failure { kind: UNKNOWN_KEY | UNKNOWN_KEY_OF_USER, .. }) if may_fetch => {
                            Ok(Progress::WantsKeys)
                        }
                        outcome => outcome.map(Progress::Done),
                    };
                }
            }
        }
    }

    /// The next call of a job, and its URL.
    fn next_call<'t>(&self, job: Job, text: &'t mut [u8; URL_BYTES]) -> Result<(Call, Url<'t>), Failure> {
        let authority = &self.server.authority;
        let given = match job {
            Job::Reload => authority.jwks_uri,
            Job::Introspect => authority.introspection_endpoint,
            Job::UserInfo => None,
        };
        let (call, text) = match (given, self.metadata_age()) {
            (Some(url), _) => (Call::Job, copy(url, text)?),
            (None, Some(age)) if age < METADATA_AGE => {
                let url = match job {
                    Job::Reload => self.metadata.jwks_uri(),
                    Job::Introspect => self.metadata.introspection_endpoint(),
                    Job::UserInfo => self.metadata.userinfo_endpoint(),
                };
                (Call::Job, copy(url.ok_or(FailureKind::NoEndpoint)?, text)?)
            }
            (None, _) => (Call::Metadata, self.place.write(authority.issuer, text)?),
        };
        let url = if authority.takes_http { Url::danger_http(text) } else { Url::parse(text) };
        Ok((call, url?))
    }

    /// Fetches the metadata from one place, or has the other one tried.
    async fn discover<N: TcpConnect, T: Tls>(
        &mut self,
        session: &mut Session<'_, N, T, M>,
        url: &Url<'_>,
    ) -> Result<(), Failure> {
        let AuthorizationServer { issuer, client, .. } = &self.server.authority;
        let mtls_aliases = client.as_ref().is_some_and(wants_mtls_aliases);
        let result = session.discover_at(url, issuer, mtls_aliases, &mut self.metadata).await;
        match (&result, self.place) {
            (Ok(()), _) => self.known_since = Some(self.timer.elapsed()),
            (Err(failure), WellKnown::OAuth) if is_absent(failure) => {
                self.place = WellKnown::OpenId;
                return Ok(());
            }
            _ => {}
        }
        result
    }

    /// Asks about a token, or about its user.
    async fn ask<N: TcpConnect, T: Tls>(
        &mut self,
        taken: Taken,
        session: &mut Session<'_, N, T, M>,
        url: &Url<'_>,
    ) -> Result<Option<Told<'_>>, Failure> {
        let Self { server, clock, rng, buffer, known_since, place, .. } = self;
        let AuthorizationServer { client, userinfo, response: form, .. } = &server.authority;
        let fresh = clock.now().map(|now: UnixTime| {
            let mut nonce = [0; 16];
            rng.fill_bytes(&mut nonce);
            Fresh { now, nonce }
        });
        let out = &mut **buffer;
        let written = server.exchange.with_token(taken, |token| {
            let token = str::from_utf8(token).ok().and_then(|token| BearerToken::new(token).ok());
            let token = token.ok_or(CallError::BufferTooSmall)?;
            match (taken.job, userinfo, client) {
                (Job::UserInfo, Some(form), _) => Ok(form.endpoint.write(token, out)?),
                (Job::Introspect, _, Some(client)) => {
                    Ok(IntrospectionRequest::new(token).with_response(form).write(client, fresh, out)?)
                }
                _ => Err(Failure::from(FailureKind::NoEndpoint)),
            }
        });
        let Some(request) = written.await else { return Ok(None) };
        let request = request?;
        let response = session.send(url, &request).await;
        // The token and the client's credentials were in it.
        buffer.zeroize();
        let mut response = response?;
        if matches!(response.status(), 404 | 410) {
            (*known_since, *place) = (None, WellKnown::OAuth);
        }
        let retry_after = response.retry_after();
        // What is decoded of an answer has three quarters of its length.
        let is_signed = match (taken.job, userinfo) {
            (Job::UserInfo, Some(form)) => form.endpoint.is_signed(),
            _ => form.is_signed(),
        };
        let decoded = if is_signed { (buffer.len() / 7).saturating_mul(3) } else { 0 };
        let (decoded, rest) = buffer.split_at_mut_checked(decoded).ok_or(CallError::BufferTooSmall)?;
        let answer = response.read_all(rest).await?;
        let now = clock.now();
        let read = match (taken.job, userinfo, server.authority.response_keys) {
            (Job::UserInfo, Some(form), _) => {
                let read = server.keys.with(|keys| form.read(answer, keys, now, decoded)).await;
                read.map(Told::from).map_err(FailureKind::from)
            }
            (_, _, Some(LocalKeys(keys))) => {
                form.read(answer, keys, now, decoded).map(Told::from).map_err(FailureKind::from)
            }
            (_, _, None) => {
                let read = server.keys.with(|keys| form.read(answer, keys, now, decoded)).await;
                read.map(Told::from).map_err(FailureKind::from)
            }
        };
        read.map(Some).map_err(|kind| Failure::after(kind, retry_after))
    }

    fn metadata_age(&self) -> Option<Duration> {
        self.known_since.map(|since| self.timer.elapsed().saturating_sub(since))
    }

    /// Ends a job that came to nothing. Gives it back if it was only newer keys that could not be had, and the old ones serve
    /// on.
    async fn fail(&mut self, turn: Turn, failure: Failure) -> Option<Turn> {
        let Self { server, timer, .. } = self;
        if turn.job() == Job::Reload {
            server.keys.fail(timer.elapsed()).await;
        }
        if turn.wants_keys && server.keys.standing(timer.elapsed()).await != Standing::Gone {
            return Some(Turn { wants_keys: false, ..turn });
        }
        let is_old = self.metadata_age().is_some_and(|age| age >= METADATA_DOUBT);
        // That a server tells nothing of users is no sign that anything has moved.
        let is_answer = matches!(failure.kind, FailureKind::Introspection(_) | FailureKind::UserInfo(_))
            || turn.taken.job == Job::UserInfo && failure.kind == FailureKind::NoEndpoint;
        if !is_answer && (is_old || !matches!(failure.kind, FailureKind::Net(_))) {
            // The server may have moved what its metadata tells of.
            self.known_since = None;
            self.place = WellKnown::OAuth;
        }
        self.server.exchange.finish(turn.taken, &Err(failure)).await;
        None
    }
}

fn copy<'t>(url: &str, text: &'t mut [u8]) -> Result<&'t str, Failure> {
    let text = text.get_mut(..url.len()).ok_or(CallError::BufferTooSmall)?;
    text.copy_from_slice(url.as_bytes());
    str::from_utf8(text).map_err(|_| CallError::BufferTooSmall.into())
}
