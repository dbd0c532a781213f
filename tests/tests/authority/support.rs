//! The real servers, and the device that calls them.

use std::{
    cell::Cell,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    rc::Rc,
    sync::{
        LazyLock, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bearward_core::{Algorithm, BearerToken, Client, Error, Es256Signer, Policy, UnixTime};
use bearward_net::{
    AuthorizationServer, ClientCertificate, Clock, EmbeddedTls, HttpClient, Refusal, ResourceServer, TLS_RECORD_BYTES,
    Timeouts, Timer, Trust,
    tokio::{Network, Stream, Timer as TokioTimer},
};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embedded_nal_async::{AddrType, Dns, TcpConnect};
use p256::{ecdsa::SigningKey, pkcs8::DecodePrivateKey as _};
use rand::{SeedableRng, rngs::StdRng};
use tests::{
    authority::{Authority, CLIENT_SECRET, client_id},
    pki::{Identity, KeyType, Pki},
    signer::ALGORITHMS,
};
use tokio::{
    runtime,
    task::{LocalSet, spawn_local},
};

pub const AUDIENCE: &str = "https://valve.example";
pub const SCOPE: &str = "valve:open valve:close";

/// Those whose keys are in a JWKS.
pub static PUBLIC_ALGORITHMS: &[&dyn Algorithm] = ALGORITHMS.split_at(3).1;

/// One server for each kind of certificate, started when a test first needs it.
pub static P256: LazyLock<Server> = LazyLock::new(|| Server::start(KeyType::P256));
pub static P384: LazyLock<Server> = LazyLock::new(|| Server::start(KeyType::P384));
pub static RSA: LazyLock<Server> = LazyLock::new(|| Server::start(KeyType::Rsa));
pub static ED25519: LazyLock<Server> = LazyLock::new(|| Server::start(KeyType::Ed25519));

/// All of them, in the order of [`KeyType::ALL`].
pub fn servers() -> [&'static Server; 4] {
    [&P256, &P384, &RSA, &ED25519]
}

/// A running server, for one test at a time.
pub struct Server {
    pub pki: Pki,
    authority: Mutex<Authority>,
}

impl Server {
    fn start(key_type: KeyType) -> Self {
        let pki = Pki::new(key_type);
        let authority = Mutex::new(Authority::start(&pki));
        Self { pki, authority }
    }

    pub fn lock(&self) -> MutexGuard<'_, Authority> {
        self.authority.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a test on one thread, as firmware does, with the server to itself.
    pub fn run<T>(&self, test: impl AsyncFnOnce(&mut Authority) -> T) -> T {
        let mut authority = self.lock();
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        LocalSet::new().block_on(&runtime, test(&mut authority))
    }
}

pub fn system_now() -> UnixTime {
    UnixTime::from_seconds(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs())
}

/// Randomness that no other caller here has, and the same in every run.
pub fn rng() -> StdRng {
    static SEED: AtomicU64 = AtomicU64::new(0);
    StdRng::seed_from_u64(SEED.fetch_add(1, Ordering::Relaxed))
}

/// Both clocks of a device. Time passes as it does, and faster when a test says so.
#[derive(Clone)]
pub struct Time {
    timer: TokioTimer,
    skipped: Rc<Cell<Duration>>,
    began: Option<UnixTime>,
    pace: u32,
}

impl Time {
    pub fn new() -> Self {
        Self::with_wall(Some(system_now()))
    }

    /// With another time on the wall, or none.
    pub fn with_wall(began: Option<UnixTime>) -> Self {
        Self { timer: TokioTimer::new(), skipped: Rc::default(), began, pace: 1 }
    }

    /// Passing so many times as fast, for what waits. What a call may take is longer by as much.
    pub fn with_pace(self, pace: u32) -> Self {
        Self { pace, ..self }
    }

    fn timeouts(&self) -> Timeouts {
        let Timeouts { connect, handshake, answer } = Timeouts::DEFAULT;
        let [connect, handshake, answer] = [connect, handshake, answer].map(|timeout| timeout * self.pace);
        Timeouts { connect, handshake, answer }
    }

    pub fn skip(&self, seconds: u64) {
        self.skipped.set(self.skipped.get() + Duration::from_secs(seconds));
    }
}

impl Timer for Time {
    fn elapsed(&self) -> Duration {
        self.timer.elapsed() * self.pace + self.skipped.get()
    }

    async fn wait(&self, duration: Duration) {
        self.timer.wait(duration / self.pace).await;
    }
}

impl Clock for Time {
    fn now(&self) -> Option<UnixTime> {
        Some(UnixTime::from_seconds(self.began?.seconds() + self.elapsed().as_secs()))
    }
}

/// The host's sockets, with every name on loopback, so that a test chooses what the server is called.
#[derive(Clone, Copy)]
pub struct Loopback;

impl TcpConnect for Loopback {
    type Error = io::Error;
    type Connection<'a> = Stream;

    async fn connect(&self, remote: SocketAddr) -> Result<Stream, io::Error> {
        Network.connect(remote).await
    }
}

impl Dns for Loopback {
    type Error = io::Error;

    async fn get_host_by_name(&self, _: &str, _: AddrType) -> Result<IpAddr, io::Error> {
        Ok(Ipv4Addr::LOCALHOST.into())
    }

    async fn get_host_by_address(&self, _: IpAddr, _: &mut [u8]) -> Result<usize, io::Error> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

pub type Http<'a> = HttpClient<'a, Loopback, EmbeddedTls<'a, StdRng>, Time, Time>;

/// Whom a device trusts, how it shows who it is, and its time.
#[derive(Clone)]
pub struct Caller {
    pub anchors: Option<Vec<Vec<u8>>>,
    pub pins: Vec<[u8; 32]>,
    pub certificate: Option<(Vec<u8>, Es256Signer<'static>)>,
    pub time: Time,
}

impl Caller {
    /// One that trusts the root, and has no certificate.
    pub fn new(pki: &Pki) -> Self {
        let anchors = Some(vec![pki.root.certificate.der().to_vec()]);
        Self { anchors, pins: Vec::new(), certificate: None, time: Time::new() }
    }

    pub fn with_certificate(self, identity: &Identity) -> Self {
        let key = SigningKey::from_pkcs8_der(identity.key_der()).unwrap();
        let key = Es256Signer::new(&key.to_bytes().into()).unwrap();
        Self { certificate: Some((identity.chain[0].der().to_vec(), key)), ..self }
    }

    /// Lends an HTTP client what it needs, and the client to `act`.
    pub async fn call<T>(&self, act: impl AsyncFnOnce(&mut Http<'_>) -> T) -> T {
        let (mut receive, mut send, mut head) = (vec![0; TLS_RECORD_BYTES], vec![0; 1024], vec![0; 1024]);
        let anchors: Vec<&[u8]> = self.anchors.iter().flatten().map(Vec::as_slice).collect();
        let trust = match self.anchors {
            Some(_) => Trust::anchors(&anchors).with_pins(&self.pins),
            None => Trust::keys(&self.pins),
        };
        let mut tls = EmbeddedTls::new(rng(), trust, &ALGORITHMS, &mut receive, &mut send);
        if let Some((certificate, key)) = &self.certificate {
            tls = tls.with_client_certificate(ClientCertificate::new(certificate, key));
        }
        let (clock, timer) = (self.time.clone(), self.time.clone());
        let timeouts = timer.timeouts();
        act(&mut HttpClient::new(&Loopback, tls, clock, timer, &mut head).with_timeouts(timeouts)).await
    }
}

/// The client of `client_secret_basic`, which most tokens are issued to.
pub fn client() -> Client<'static> {
    Client::secret_basic(client_id("client_secret_basic").leak(), CLIENT_SECRET)
}

type Front = ResourceServer<'static, NoopRawMutex, 16, 4, 1024>;

/// A resource server, and the task that calls its authorization server.
pub struct Device {
    pub time: Time,
    server: &'static Front,
}

impl Device {
    pub fn new(
        caller: Caller,
        authority: &Authority,
        configure: impl FnOnce(AuthorizationServer<'static>) -> AuthorizationServer<'static>,
    ) -> Self {
        let issuer: &'static str = authority.issuer().to_owned().leak();
        let policy = Policy::new(issuer, AUDIENCE, PUBLIC_ALGORITHMS);
        let server: &'static Front =
            Box::leak(Box::new(ResourceServer::new(policy, configure(AuthorizationServer::new(issuer)))));
        let time = caller.time.clone();
        spawn_local(async move {
            let mut buffer = [0; 1536];
            caller.call(async |http| server.run(http, &mut rng(), &mut buffer).await).await
        });
        Self { time, server }
    }

    /// The client of a token that is let in, and may open the valve.
    pub async fn authorize(&self, token: &str) -> Result<String, Refusal> {
        let mut buffer = [0; 2048];
        let token = BearerToken::new(token)?;
        let token = self.server.authorize(token, &self.time, &self.time, &mut buffer).await?;
        token.require_scope("valve:open")?;
        Ok(token.client_id().map_or_else(String::new, |client| client.to_string()))
    }

    pub async fn refusal(&self, token: &str) -> Refusal {
        self.authorize(token).await.unwrap_err()
    }

    pub async fn error(&self, token: &str) -> Error {
        self.refusal(token).await.error
    }
}
