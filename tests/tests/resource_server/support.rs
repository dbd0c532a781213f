//! A resource server whose authorization server is a [`Fake`].

use std::{cell::Cell, future::Future, rc::Rc, time::Duration};

use bearward_core::{Algorithm, BearerToken, Client, Ed25519, Error, Es256, Policy, UnixTime};
use bearward_net::{
    AuthorizationServer, Clock, HttpClient, Refusal, ResourceServer, Timeouts, Timer, Tls, TlsError,
    tokio::{Network, Timer as TokioTimer},
};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embedded_io_async::{Read, Write};
use rand::{SeedableRng, rngs::StdRng};
use serde_json::json;
use tests::signer::{Signer, key_set};
use tokio::{
    runtime,
    task::{LocalSet, spawn_local},
};

use crate::fake::{Fake, Page};

pub const AUDIENCE: &str = "https://valve.example";
pub const NOW: u64 = 1_800_000_000;
pub const CLIENT: Client<'static> = Client::secret_basic("valve", "gX1fBat3bV");

static ALGORITHMS: &[&dyn Algorithm] = &[&Es256, &Ed25519];

pub type Server = ResourceServer<'static, NoopRawMutex, 2, 2, 512>;

/// Runs a test on one thread, as firmware does.
pub fn run<F: Future>(test: F) -> F::Output {
    LocalSet::new().block_on(&runtime::Builder::new_current_thread().enable_all().build().unwrap(), test)
}

/// There are no connections over TLS.
pub struct Never;

impl embedded_io_async::ErrorType for Never {
    type Error = TlsError;
}

impl Read for Never {
    async fn read(&mut self, _: &mut [u8]) -> Result<usize, TlsError> {
        Err(TlsError::Truncated)
    }
}

impl Write for Never {
    async fn write(&mut self, _: &[u8]) -> Result<usize, TlsError> {
        Err(TlsError::Truncated)
    }

    async fn flush(&mut self) -> Result<(), TlsError> {
        Err(TlsError::Truncated)
    }
}

/// Nothing here goes over TLS.
pub struct Plain;

impl Tls for Plain {
    type Connection<'c, S>
        = Never
    where
        S: Read + Write + 'c;

    async fn connect<'c, S: Read + Write + 'c>(
        &'c mut self,
        _: S,
        _: &str,
        _: Option<UnixTime>,
    ) -> Result<Never, TlsError> {
        Err(TlsError::Truncated)
    }

    async fn close<'c, S: Read + Write + 'c>(_: &mut Never) {}
}

/// Both clocks of the device. Time passes when a test says so, and as it does while something is waited for.
#[derive(Clone)]
pub struct Time {
    timer: TokioTimer,
    skipped: Rc<Cell<Duration>>,
}

impl Time {
    pub fn skip(&self, seconds: u64) {
        self.skipped.set(self.skipped.get() + Duration::from_secs(seconds));
    }
}

impl Timer for Time {
    fn elapsed(&self) -> Duration {
        self.timer.elapsed() + self.skipped.get()
    }

    async fn wait(&self, duration: Duration) {
        self.timer.wait(duration).await;
    }
}

impl Clock for Time {
    fn now(&self) -> Option<UnixTime> {
        Some(UnixTime::from_seconds(NOW + self.elapsed().as_secs()))
    }
}

/// A device with a resource server, its authorization server, and the task that calls it.
pub struct Device {
    pub fake: Fake,
    pub time: Time,
    pub server: &'static Server,
}

impl Device {
    /// One whose authorization server has metadata, the key of ES256, and an introspection endpoint that knows no token.
    pub async fn new(configure: impl FnOnce(AuthorizationServer<'static>) -> AuthorizationServer<'static>) -> Self {
        Self::of_issuer(|authority, _| configure(authority)).await
    }

    /// The same, configured by the issuer's name too.
    pub async fn of_issuer(
        configure: impl FnOnce(AuthorizationServer<'static>, &'static str) -> AuthorizationServer<'static>,
    ) -> Self {
        let fake = Fake::start().await;
        let issuer: &'static str = fake.issuer().leak();
        fake.put("/.well-known/oauth-authorization-server", Page::json(metadata(issuer).to_string()));
        fake.put("/jwks", Page::json(Signer::new("ES256").jwks()));
        fake.put("/introspect", Page::json(r#"{"active":false}"#));
        let policy = Policy::new(issuer, AUDIENCE, ALGORITHMS);
        let authority = configure(AuthorizationServer::new(issuer).danger_http(), issuer);
        let server: &'static Server = Box::leak(Box::new(ResourceServer::new(policy, authority)));
        let time = Time { timer: TokioTimer::new(), skipped: Rc::default() };
        let device = Self { fake, time, server };
        device.start();
        device
    }

    pub async fn with_introspection() -> Self {
        Self::new(|authority| authority.with_introspection(CLIENT)).await
    }

    /// Starts the task that calls the authorization server.
    pub fn start(&self) {
        let (server, time) = (self.server, self.time.clone());
        spawn_local(async move {
            let (mut head, mut buffer) = ([0; 1024], [0; 2048]);
            let timeouts = Timeouts { answer: Duration::from_secs(2), ..Timeouts::DEFAULT };
            let mut http = HttpClient::new(&Network, Plain, time.clone(), time, &mut head).with_timeouts(timeouts);
            server.run(&mut http, &mut StdRng::seed_from_u64(1), &mut buffer).await
        });
    }

    /// A token of the issuer, good for an hour.
    pub fn token(&self, algorithm: &'static str) -> String {
        let claims = json!({
            "iss": self.fake.issuer(), "aud": AUDIENCE, "exp": NOW + 3600, "iat": NOW, "sub": "user", "jti": "1",
            "client_id": "app", "scope": "valve:open",
        });
        Signer::new(algorithm).token(&claims.to_string())
    }

    /// The subject of a token that is let in.
    pub async fn authorize(&self, token: &str) -> Result<String, Refusal> {
        let mut buffer = [0; 1024];
        let token = BearerToken::new(token)?;
        let token = self.server.authorize(token, &self.time, &self.time, &mut buffer).await?;
        Ok(token.subject().map_or_else(String::new, |subject| subject.to_string()))
    }

    pub async fn refusal(&self, token: &str) -> Refusal {
        self.authorize(token).await.unwrap_err()
    }

    pub async fn error(&self, token: &str) -> Error {
        self.refusal(token).await.error
    }

    /// Lets the server publish the keys of these algorithms.
    pub fn publish(&self, algorithms: &[&'static str]) {
        let keys: Vec<_> = algorithms.iter().map(|name| Signer::new(name).jwk()).collect();
        self.fake.put("/jwks", Page::json(key_set(&keys)));
    }

    /// Lets the server say of tokens that they are active.
    pub fn activate(&self, subject: &str) {
        let answer = json!({
            "active": true, "iss": self.fake.issuer(), "aud": AUDIENCE, "exp": NOW + 3600, "sub": subject,
            "scope": "valve:open",
        });
        self.fake.put("/introspect", Page::json(answer.to_string()));
    }
}

fn metadata(issuer: &str) -> serde_json::Value {
    json!({
        "issuer": issuer, "jwks_uri": format!("{issuer}/jwks"), "introspection_endpoint": format!("{issuer}/introspect"),
    })
}
