//! The one task that calls the authorization servers, and writes what is to last.

use core::{convert::Infallible, pin::pin, time::Duration};

use bearward_core::{
    AnswerError, Application, Fresh, Metadata, RecordError, RevocationRequest, StoreError, Ticket, TokenError,
    TokenRequest, WellKnown, Work,
};
use embassy_sync::blocking_mutex::raw::RawMutex;
use embedded_nal_async::{Dns, TcpConnect};
use rand_core::CryptoRng;
use zeroize::Zeroize as _;

use super::{Restored, TokenKeeper, seconds};
use crate::{
    client::HttpClient,
    clock::{Clock, Timer},
    discovery::{URL_BYTES, is_absent, wants_mtls_aliases},
    failure::{Failure, FailureKind},
    http::within,
    tls::Tls,
    token_storage::{Records, TokenStorage},
    url::Url,
};

/// How long a server's metadata is believed.
const METADATA_AGE: Duration = Duration::from_secs(86_400);

/// How long a storage that has failed is left alone.
const STORAGE_PAUSE: Duration = Duration::from_secs(5);

impl<R: RawMutex, const N: usize, const BYTES: usize> TokenKeeper<'_, R, N, BYTES> {
    /// Reads the storage, and then keeps the tokens; it never returns. One task runs it, always with the same storage.
    ///
    /// `rng` makes nonces, for records and for what a client's assertion must never say twice. `buffer` takes a request
    /// and then its answer, and a record: `BYTES` and 512 are enough for most.
    ///
    /// Dropping it loses a token that was being asked for, and no other.
    pub async fn run<Net, T, C, M, S>(
        &self,
        http: &mut HttpClient<'_, Net, T, C, M>,
        records: &mut Records<'_, S>,
        rng: &mut impl CryptoRng,
        buffer: &mut [u8],
    ) -> Infallible
    where
        Net: TcpConnect + Dns,
        T: Tls,
        C: Clock,
        M: Timer,
        S: TokenStorage,
    {
        self.restore(http, records, buffer).await;
        let mut runner = Runner { keeper: self, metadata: Metadata::new(), known: None, rng, buffer };
        loop {
            let is_saved = runner.save(http, records).await;
            let now = seconds(http.timer());
            let work = self.inner.lock().await.store.next_work(now);
            let pause = match work {
                Work::Obtain(ticket) => {
                    runner.obtain(http, ticket).await;
                    self.bell.ring();
                    continue;
                }
                Work::Revoke(ticket) => {
                    runner.revoke(http, ticket).await;
                    self.bell.ring();
                    continue;
                }
                Work::Later(at) => Duration::from_secs(at).saturating_sub(http.timer().elapsed()),
                Work::Nothing => Duration::MAX,
            };
            let pause = if is_saved { pause } else { pause.min(STORAGE_PAUSE) };
            within(pin!(self.changed.wait()), pin!(http.timer().wait(pause))).await;
        }
    }

    /// Takes the entries of the storage, if that was not done before.
    async fn restore<Net, T, C: Clock, M: Timer, S: TokenStorage>(
        &self,
        http: &HttpClient<'_, Net, T, C, M>,
        records: &mut Records<'_, S>,
        buffer: &mut [u8],
    ) {
        let mut inner = self.inner.lock().await;
        inner.store.abandon_all();
        if inner.restored.is_some() {
            return;
        }
        let mut restored = Restored::default();
        for place in 0..u16::try_from(N).unwrap_or(u16::MAX) {
            let loaded = match records.storage.load(place, buffer).await {
                Ok(None) => continue,
                Ok(Some(length)) => buffer.get_mut(..length).ok_or(RecordError::Malformed),
                Err(_) => Err(RecordError::Malformed),
            };
            let (now, today) = (seconds(http.timer()), http.clock().now());
            let opened = loaded.and_then(|record| records.open(place, record));
            match opened.and_then(|record| inner.store.restore(place, record, now, today)) {
                Ok(()) => restored.entries = restored.entries.saturating_add(1),
                Err(_) => restored.refused = restored.refused.saturating_add(1),
            }
        }
        buffer.zeroize();
        let unknown = inner.store.retain(|name| Application::find(self.applications, name).is_some());
        restored.entries = restored.entries.saturating_sub(unknown);
        restored.refused = restored.refused.saturating_add(unknown);
        inner.restored = Some(restored);
        drop(inner);
        self.bell.ring();
    }
}

struct Runner<'r, 'a, R: RawMutex, G, const N: usize, const BYTES: usize> {
    keeper: &'r TokenKeeper<'a, R, N, BYTES>,
    metadata: Metadata,
    /// Of which application's server the metadata is, and when it came.
    known: Option<(&'a str, Duration)>,
    rng: &'r mut G,
    buffer: &'r mut [u8],
}

/// Which of an application's endpoints is called.
#[derive(Clone, Copy)]
enum Endpoint {
    Token,
    Revocation,
}

impl<'a, R: RawMutex, G: CryptoRng, const N: usize, const BYTES: usize> Runner<'_, 'a, R, G, N, BYTES> {
    /// Writes every change. Returns whether that went well.
    async fn save<Net, T, C: Clock, M: Timer, S: TokenStorage>(
        &mut self,
        http: &HttpClient<'_, Net, T, C, M>,
        records: &mut Records<'_, S>,
    ) -> bool {
        loop {
            let (unsaved, length) = {
                let inner = self.keeper.inner.lock().await;
                let Some(unsaved) = inner.store.unsaved() else { return true };
                let (now, today) = (seconds(http.timer()), http.clock().now());
                (unsaved, inner.store.write_record(unsaved, now, today, self.buffer))
            };
            let place = unsaved.slot();
            let sealed = length
                .and_then(|length| length.map(|length| records.seal(place, self.rng, self.buffer, length)).transpose());
            let is_stored = match sealed.map(|length| length.map(|length| self.buffer.get(..length))) {
                Ok(None) => records.storage.remove(place).await.is_ok(),
                Ok(Some(Some(record))) => records.storage.store(place, record).await.is_ok(),
                Ok(Some(None)) | Err(_) => false,
            };
            self.buffer.zeroize();
            if !is_stored {
                return false;
            }
            self.keeper.inner.lock().await.store.saved(unsaved);
            self.keeper.bell.ring();
        }
    }

    async fn obtain<Net: TcpConnect + Dns, T: Tls, C: Clock, M: Timer>(
        &mut self,
        http: &mut HttpClient<'_, Net, T, C, M>,
        ticket: Ticket,
    ) {
        let begun = self.keeper.inner.lock().await.store.begin(ticket).map(|wanted| self.find(wanted.application));
        let Some(application) = begun else { return };
        let outcome = match application {
            Ok(application) => self.ask(http, application, ticket).await,
            Err(failure) => Err(failure),
        };
        self.buffer.zeroize();
        let mut inner = self.keeper.inner.lock().await;
        let now = seconds(http.timer());
        match outcome {
            Ok(()) => inner.store.abandon(ticket, now),
            Err(failure) => {
                let had_refresh = inner.store.wanted(ticket).is_some_and(|wanted| wanted.refresh_token.is_some());
                if had_refresh && failure.kind == FailureKind::Token(TokenError::InvalidGrant) {
                    inner.store.refuse_refresh(ticket);
                }
                inner.store.fail(ticket, failure, whole(failure.retry_after), now);
            }
        }
    }

    /// Asks for a token, and keeps it.
    async fn ask<Net: TcpConnect + Dns, T: Tls, C: Clock, M: Timer>(
        &mut self,
        http: &mut HttpClient<'_, Net, T, C, M>,
        application: Application<'a>,
        ticket: Ticket,
    ) -> Result<(), Failure> {
        let mut text = [0; URL_BYTES];
        let url = self.endpoint(http, &application, Endpoint::Token, &mut text).await?;
        let asked_at = seconds(http.timer());
        let fresh = self.fresh(http.clock());
        let mut session = http.open(&url).await?;
        let written = {
            let inner = self.keeper.inner.lock().await;
            // It may have been removed, or its session ended, while the server was being reached.
            let Some(wanted) = inner.store.wanted(ticket) else { return Ok(()) };
            let request = match wanted.refresh_token {
                Some(token) => TokenRequest::refresh_token(token),
                None if wanted.scope.is_empty() => TokenRequest::client_credentials(),
                None => TokenRequest::client_credentials().with_scope(wanted.scope),
            };
            let request = match application.resource() {
                Some(resource) => request.with_resource(resource),
                None => request,
            };
            request.write(&application.credentials(), fresh, self.buffer)?
        };
        let response = session.send_last(&url, &written).await;
        // The client's credentials and perhaps a refresh token were in it.
        self.buffer.zeroize();
        let mut response = response?;
        let retry_after = response.retry_after();
        let answer = response.read_all(self.buffer).await?;
        session.close().await;
        let response = TokenRequest::read(answer).map_err(|error| Failure::after(error, retry_after))?;
        match self.keeper.inner.lock().await.store.grant(ticket, &response, asked_at) {
            // Nobody waits for it any more, or it will be revoked.
            Ok(()) | Err(StoreError::Stale | StoreError::Revoked) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn revoke<Net: TcpConnect + Dns, T: Tls, C: Clock, M: Timer>(
        &mut self,
        http: &mut HttpClient<'_, Net, T, C, M>,
        ticket: Ticket,
    ) {
        let inner = self.keeper.inner.lock().await;
        let application = inner.store.revocation(ticket).map(|revocation| self.find(revocation.application));
        drop(inner);
        let outcome = match application {
            None => return,
            Some(Ok(application)) => self.take_back(http, application, ticket).await,
            Some(Err(failure)) => Err(failure),
        };
        self.buffer.zeroize();
        let mut inner = self.keeper.inner.lock().await;
        let now = seconds(http.timer());
        match outcome {
            // Such tokens it never revokes, as many servers do not with JWTs: they expire.
            Ok(()) | Err(Failure { kind: FailureKind::Answer(AnswerError::UnsupportedTokenType), .. }) => {
                inner.store.revoked(ticket, now);
            }
            Err(failure) => inner.store.fail(ticket, failure, whole(failure.retry_after), now),
        }
    }

    async fn take_back<Net: TcpConnect + Dns, T: Tls, C: Clock, M: Timer>(
        &mut self,
        http: &mut HttpClient<'_, Net, T, C, M>,
        application: Application<'a>,
        ticket: Ticket,
    ) -> Result<(), Failure> {
        let mut text = [0; URL_BYTES];
        let url = self.endpoint(http, &application, Endpoint::Revocation, &mut text).await?;
        let fresh = self.fresh(http.clock());
        let mut session = http.open(&url).await?;
        let written = {
            let inner = self.keeper.inner.lock().await;
            let Some(revocation) = inner.store.revocation(ticket) else { return Ok(()) };
            let request = RevocationRequest::new(revocation.token).with_token_type_hint(revocation.hint);
            request.write(&application.credentials(), fresh, self.buffer)?
        };
        let response = session.send_last(&url, &written).await;
        self.buffer.zeroize();
        let mut response = response?;
        let retry_after = response.retry_after();
        let answer = response.read_all(self.buffer).await?;
        session.close().await;
        RevocationRequest::read(&answer).map_err(|error| Failure::after(error, retry_after))
    }

    /// The URL of an endpoint, by the metadata of the application's server.
    async fn endpoint<'t, Net: TcpConnect + Dns, T: Tls, C: Clock, M: Timer>(
        &mut self,
        http: &mut HttpClient<'_, Net, T, C, M>,
        application: &Application<'a>,
        endpoint: Endpoint,
        text: &'t mut [u8; URL_BYTES],
    ) -> Result<Url<'t>, Failure> {
        let now = http.timer().elapsed();
        let is_fresh =
            |(name, since): (&str, Duration)| name == application.name() && now.saturating_sub(since) < METADATA_AGE;
        if !self.known.is_some_and(is_fresh) {
            self.known = None;
            self.discover(http, application).await?;
            self.known = Some((application.name(), now));
        }
        let url = match endpoint {
            Endpoint::Token => self.metadata.token_endpoint(),
            Endpoint::Revocation => self.metadata.revocation_endpoint(),
        };
        let url = url.ok_or(FailureKind::NoEndpoint)?;
        let copy = text.get_mut(..url.len()).ok_or(FailureKind::NoEndpoint)?;
        copy.copy_from_slice(url.as_bytes());
        self.url(str::from_utf8(copy).map_err(|_| FailureKind::NoEndpoint)?)
    }

    async fn discover<Net: TcpConnect + Dns, T: Tls, C: Clock, M: Timer>(
        &mut self,
        http: &mut HttpClient<'_, Net, T, C, M>,
        application: &Application<'a>,
    ) -> Result<(), Failure> {
        let (issuer, client) = (application.issuer(), application.credentials());
        let mut result = Err(FailureKind::NoEndpoint.into());
        for place in [WellKnown::OAuth, WellKnown::OpenId] {
            let mut text = [0; URL_BYTES];
            let url = self.url(place.write(issuer, &mut text)?)?;
            let mut session = http.open(&url).await?;
            result = session.discover_at(&url, issuer, wants_mtls_aliases(&client), &mut self.metadata).await;
            session.close().await;
            if !result.as_ref().is_err_and(is_absent) {
                break;
            }
        }
        result
    }

    fn url<'t>(&self, text: &'t str) -> Result<Url<'t>, Failure> {
        Ok(if self.keeper.takes_http { Url::danger_http(text) } else { Url::parse(text) }?)
    }

    fn find(&self, name: &str) -> Result<Application<'a>, Failure> {
        let found = Application::find(self.keeper.applications, name);
        found.copied().ok_or(StoreError::Application.into())
    }

    fn fresh(&mut self, clock: &impl Clock) -> Option<Fresh> {
        clock.now().map(|now| {
            let mut nonce = [0; 16];
            self.rng.fill_bytes(&mut nonce);
            Fresh { now, nonce }
        })
    }
}

/// Rounded up, so as not to come too early.
fn whole(wait: Option<Duration>) -> Option<u32> {
    let wait = wait?;
    Some(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(u32::from(wait.subsec_nanos() > 0)))
}
