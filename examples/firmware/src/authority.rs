//! The authorization server: the task that calls it, and what is told of it.

use core::{
    future::{Future as _, poll_fn},
    pin::pin,
    time::Duration,
};

use bearward_core::{Algorithm, Client, Es256, Policy, Rs256};
use bearward_net::{
    AuthorizationServer, EmbeddedTls, Failure, HttpClient, ResourceServer, Timeouts, Trust, embassy::Timer,
};
use embassy_net::Stack;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use gateway_app::Watch;
use static_cell::{ConstStaticCell, StaticCell};

use crate::{
    ThisBoard, gate,
    platform::Random,
    println,
    relay::{Relay, Remote},
    settings::Settings,
    sizes::{INTROSPECTION_BYTES, KEYS, REMEMBERED, SHORT_RECORDS, TLS_RECORD_BYTES, TLS_SEND_BYTES},
    time::CLOCK,
};

/// What the issuer signs with, and what the certificates of its server are signed with.
pub static ALGORITHMS: &[&dyn Algorithm] = &[&Es256, &Rs256];

/// What tasks ask whether a token is good.
pub type Server = ResourceServer<'static, CriticalSectionRawMutex, KEYS, REMEMBERED, INTROSPECTION_BYTES>;

/// What a client of the device waits for at most, before it is told to come again: the steps of a call fit in it.
pub const PATIENCE: Duration = Duration::from_secs(10);

pub const TIMEOUTS: Timeouts =
    Timeouts { connect: Duration::from_secs(3), handshake: Duration::from_secs(5), answer: Duration::from_secs(3) };

/// The resource server with these settings.
pub fn server(settings: &Settings) -> &'static Server {
    static SERVER: StaticCell<Server> = StaticCell::new();
    let client = Client::secret_basic(settings.client_id, settings.client_secret);
    let authority = AuthorizationServer::new(settings.issuer).with_introspection(client).with_patience(PATIENCE);
    #[cfg(feature = "whoami")]
    let authority = authority.with_userinfo(bearward_core::UserInfoEndpoint::json());
    let policy = Policy::new(settings.issuer, settings.audience, ALGORITHMS);
    SERVER.init_with(|| ResourceServer::new(policy, authority))
}

/// Between the task that calls and the network.
static RELAY: Relay = Relay::new();

/// Connects the task that calls, where the network is.
#[embassy_executor::task]
pub async fn connect(stack: Stack<'static>) {
    RELAY.serve(stack).await;
}

/// Calls the authorization server for those who ask. It keeps the processor busy: its place is where others interrupt it.
#[embassy_executor::task]
pub async fn call(server: &'static Server, settings: Settings, board: ThisBoard) {
    static RECEIVE: ConstStaticCell<[u8; TLS_RECORD_BYTES]> = ConstStaticCell::new([0; TLS_RECORD_BYTES]);
    static SEND: ConstStaticCell<[u8; TLS_SEND_BYTES]> = ConstStaticCell::new([0; TLS_SEND_BYTES]);
    static HEAD: ConstStaticCell<[u8; 1024]> = ConstStaticCell::new([0; 1024]);
    static BUFFER: ConstStaticCell<[u8; INTROSPECTION_BYTES + 512]> =
        ConstStaticCell::new([0; INTROSPECTION_BYTES + 512]);
    let anchors = [settings.anchor];
    let trust = Trust::anchors(&anchors);
    let tls = EmbeddedTls::new(Random(board), trust, ALGORITHMS, RECEIVE.take(), SEND.take());
    let tls = if SHORT_RECORDS { tls.with_max_fragment_length() } else { tls };
    let network = Remote { relay: &RELAY, address: settings.address };
    let mut http = HttpClient::new(&network, tls, &CLOCK, Timer, HEAD.take()).with_timeouts(TIMEOUTS);
    let buffer = BUFFER.take();
    #[cfg(feature = "userinfo")]
    crate::user::ask(&mut http, &settings, buffer).await;
    let mut random = Random(board);
    let mut run = pin!(server.run(&mut http, &mut random, buffer));
    poll_fn(|context| gate::step(|| run.as_mut().poll(context))).await;
}

/// Tells on the console why the authorization server could not be asked.
pub struct Log;

impl Watch for Log {
    fn failed(&self, failure: Failure) {
        println!("firmware: the authorization server cannot be asked: {}", failure);
    }

    fn decided(&self, _: bool) {}
}
