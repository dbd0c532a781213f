//! Another resource server, called with tokens of the device's own
//! ([RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)).
//!
//! Both calls take TLS, which keeps the processor busy: the one for tokens and the one with them have their tasks beside
//! that of the authorization server, and those that answer requests wait for what comes of it.

use core::sync::atomic::{AtomicBool, Ordering};

use bearward_core::{Application, Client};
use bearward_net::{
    EmbeddedTls, HttpClient, OutgoingError, Records, TlsSettings, TokenKeeper, Trust, Url,
    embassy::{Timer, WallClock},
};
use embassy_executor::{SendSpawner, Spawner};
use embassy_net::Stack;
use embassy_sync::{blocking_mutex::raw::CriticalSectionRawMutex, mutex::Mutex, signal::Signal};
use gateway_app::{TOKEN_BUFFER_BYTES, Upstream, UpstreamClient, UpstreamError, UpstreamLine};
use static_cell::{ConstStaticCell, StaticCell};

use crate::{
    ThisBoard,
    authority::{ALGORITHMS, PATIENCE, TIMEOUTS},
    platform::Random,
    relay::{Relay, Remote},
    settings::Settings,
    sizes::{TLS_RECORD_BYTES, TLS_SEND_BYTES},
    time::CLOCK,
};

/// The response of the token endpoint, with the names of the application and the scope.
const TOKEN_BYTES: usize = 1024;

/// The sockets that it takes.
pub const SOCKETS: usize = 2;

type Tokens = TokenKeeper<'static, CriticalSectionRawMutex, 1, TOKEN_BYTES>;
type Tls = EmbeddedTls<'static, Random<ThisBoard>>;
type Http = HttpClient<'static, Remote<'static>, Tls, &'static WallClock, Timer>;
/// One call at a time: it is the processor that others would wait for.
type Call = UpstreamClient<
    'static,
    CriticalSectionRawMutex,
    Remote<'static>,
    Tls,
    &'static WallClock,
    Timer,
    1,
    1,
    TOKEN_BYTES,
>;

/// Between each of the tasks that call and the network.
static RELAYS: [Relay; SOCKETS] = [const { Relay::new() }; SOCKETS];

/// Starts the tasks, if the settings name another server.
pub fn start(settings: &Settings, stack: Stack<'static>, spawner: Spawner, calls: SendSpawner, board: ThisBoard) {
    if settings.upstream.is_none() {
        return;
    }
    CONFIGURED.store(true, Ordering::Relaxed);
    for relay in &RELAYS {
        spawner.spawn(connect(relay, stack).unwrap());
    }
    static APPLICATIONS: StaticCell<[Application<'static>; 1]> = StaticCell::new();
    static TOKENS: StaticCell<Tokens> = StaticCell::new();
    let applications = APPLICATIONS.init([application(settings)]);
    let tokens = TOKENS.init_with(|| TokenKeeper::new(applications).with_patience(PATIENCE));
    calls.spawn(keep(tokens, *settings, board).unwrap());
    calls.spawn(call(tokens, *settings, board).unwrap());
}

/// What the device is to the authorization server, and what its tokens are for.
fn application(settings: &Settings) -> Application<'static> {
    let client = Client::secret_basic(settings.client_id, settings.client_secret);
    let application = Application::client("upstream", settings.issuer, client);
    match settings.upstream {
        Some(upstream) => application.with_scope(upstream.scope).with_resource(upstream.resource),
        None => application,
    }
}

/// Connects a task that calls, where the network is.
#[embassy_executor::task(pool_size = SOCKETS)]
async fn connect(relay: &'static Relay, stack: Stack<'static>) {
    relay.serve(stack).await;
}

/// Gets the tokens.
#[embassy_executor::task]
async fn keep(tokens: &'static Tokens, settings: Settings, board: ThisBoard) {
    static BUFFER: ConstStaticCell<[u8; TOKEN_BYTES + 512]> = ConstStaticCell::new([0; TOKEN_BYTES + 512]);
    static MEMORY: ConstStaticCell<Memory> = ConstStaticCell::new(Memory::new());
    let mut http = MEMORY.take().http(&RELAYS[0], &settings, board);
    tokens.run(&mut http, &mut Records::none(), &mut Random(board), BUFFER.take()).await;
}

/// Calls the other server for those who ask.
#[embassy_executor::task]
async fn call(tokens: &'static Tokens, settings: Settings, board: ThisBoard) {
    static TOKEN: ConstStaticCell<[u8; 2 * TOKEN_BYTES]> = ConstStaticCell::new([0; 2 * TOKEN_BYTES]);
    static MEMORY: ConstStaticCell<Memory> = ConstStaticCell::new(Memory::new());
    static CLIENT: StaticCell<Result<Call, OutgoingError>> = StaticCell::new();
    let url = settings.upstream.map_or("", |upstream| upstream.url);
    let line = UpstreamLine::new(MEMORY.take().http(&RELAYS[1], &settings, board), TOKEN.take());
    let url = Url::parse(url).map_err(|_| OutgoingError::Resource);
    let client = CLIENT.init_with(|| UpstreamClient::new(tokens, application(&settings), url?, Timer, [line]));
    loop {
        ASKED.wait().await;
        let mut content = CONTENT.lock().await;
        let outcome = match client {
            Ok(client) => client.get(&mut *content).await.map(str::len),
            Err(error) => Err(UpstreamError::Outgoing(*error)),
        };
        drop(content);
        ANSWERED.signal(outcome);
    }
}

/// The buffers of a client.
struct Memory {
    receive: [u8; TLS_RECORD_BYTES],
    send: [u8; TLS_SEND_BYTES],
    head: [u8; 1536],
}

impl Memory {
    const fn new() -> Self {
        Self { receive: [0; TLS_RECORD_BYTES], send: [0; TLS_SEND_BYTES], head: [0; 1536] }
    }

    fn http(&'static mut self, relay: &'static Relay, settings: &Settings, board: ThisBoard) -> Http {
        static ANCHORS: [StaticCell<[&'static [u8]; 1]>; SOCKETS] = [const { StaticCell::new() }; SOCKETS];
        static NETWORKS: [StaticCell<Remote<'static>>; SOCKETS] = [const { StaticCell::new() }; SOCKETS];
        let place = usize::from(core::ptr::eq(relay, &RELAYS[1]));
        let anchors = ANCHORS[place].init([settings.anchor]);
        let network = NETWORKS[place].init(Remote { relay, address: settings.address });
        let tls = TlsSettings::new(Trust::anchors(anchors), ALGORITHMS).client(
            Random(board),
            &mut self.receive,
            &mut self.send,
        );
        HttpClient::new(network, tls, &CLOCK, Timer, &mut self.head).with_timeouts(TIMEOUTS)
    }
}

/// Whoever has it may ask.
static TURN: Mutex<CriticalSectionRawMutex, ()> = Mutex::new(());
static ASKED: Signal<CriticalSectionRawMutex, ()> = Signal::new();
static ANSWERED: Signal<CriticalSectionRawMutex, Result<usize, UpstreamError>> = Signal::new();
static CONTENT: Mutex<CriticalSectionRawMutex, [u8; TOKEN_BUFFER_BYTES]> = Mutex::new([0; TOKEN_BUFFER_BYTES]);

/// The other server, as those know it that answer requests.
pub struct Calls;

/// Whether there is one.
static CONFIGURED: AtomicBool = AtomicBool::new(false);

impl Upstream for Calls {
    async fn get<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b str, UpstreamError> {
        if !CONFIGURED.load(Ordering::Relaxed) {
            return Err(UpstreamError::Outgoing(OutgoingError::Resource));
        }
        let _turn = TURN.lock().await;
        // Of one who did not wait for it.
        ANSWERED.reset();
        ASKED.signal(());
        let length = ANSWERED.wait().await?;
        let content = CONTENT.lock().await;
        let (from, to) = content.get(..length).zip(buffer.get_mut(..length)).ok_or(UpstreamError::NotText)?;
        to.copy_from_slice(from);
        str::from_utf8(to).map_err(|_| UpstreamError::NotText)
    }
}
