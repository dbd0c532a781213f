//! The authorization server: the task that calls it, and what is told of it.

use core::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use bearward_core::{Algorithm, Client, Es256, Policy, Rs256};
use bearward_net::{
    AuthorizationServer, EmbeddedTls, Failure, HttpClient, ResourceServer, TLS_RECORD_BYTES, Timeouts, Trust,
    embassy::{Network, Timer},
};
use cortex_m_semihosting::hprintln;
use embassy_net::{Stack, tcp::client::TcpClientState};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_nal_async::{AddrType, Dns, TcpConnect};
use gateway_app::{INTROSPECTION_BYTES, Watch};
use static_cell::{ConstStaticCell, StaticCell};

use crate::{CLOCK, mps2::Mps2, platform::Random, settings::Settings};

/// What the issuer signs with, and what the certificates of its server are signed with.
static ALGORITHMS: &[&dyn Algorithm] = &[&Es256, &Rs256];

/// How many keys of the issuer are held.
const KEYS: usize = 4;

/// How many tokens are remembered, verified and introspected ones each.
const REMEMBERED: usize = 8;

/// What tasks ask whether a token is good.
pub type Server = ResourceServer<'static, CriticalSectionRawMutex, KEYS, REMEMBERED, INTROSPECTION_BYTES>;

/// What a client of the device waits for at most, before it is told to come again: the steps of a call fit in it.
const PATIENCE: Duration = Duration::from_secs(10);

const TIMEOUTS: Timeouts =
    Timeouts { connect: Duration::from_secs(3), handshake: Duration::from_secs(5), answer: Duration::from_secs(3) };

/// The resource server with these settings.
pub fn server(settings: &Settings) -> &'static Server {
    static SERVER: StaticCell<Server> = StaticCell::new();
    let client = Client::secret_basic(settings.client_id, settings.client_secret);
    let authority = AuthorizationServer::new(settings.issuer).with_introspection(client).with_patience(PATIENCE);
    let policy = Policy::new(settings.issuer, settings.audience, ALGORITHMS);
    SERVER.init_with(|| ResourceServer::new(policy, authority))
}

/// Calls the authorization server for those who ask.
#[embassy_executor::task]
pub async fn call(stack: Stack<'static>, server: &'static Server, settings: Settings, board: Mps2) {
    static STATE: StaticCell<TcpClientState<1, 2048, 2048>> = StaticCell::new();
    static RECEIVE: ConstStaticCell<[u8; TLS_RECORD_BYTES]> = ConstStaticCell::new([0; TLS_RECORD_BYTES]);
    static SEND: ConstStaticCell<[u8; 1024]> = ConstStaticCell::new([0; 1024]);
    static HEAD: ConstStaticCell<[u8; 1024]> = ConstStaticCell::new([0; 1024]);
    static BUFFER: ConstStaticCell<[u8; INTROSPECTION_BYTES + 512]> =
        ConstStaticCell::new([0; INTROSPECTION_BYTES + 512]);
    let anchors = [settings.anchor];
    let trust = Trust::anchors(&anchors);
    let tls = EmbeddedTls::new(Random(board), trust, ALGORITHMS, RECEIVE.take(), SEND.take());
    let network =
        Known { network: Network::new(stack, STATE.init_with(TcpClientState::new)), address: settings.address };
    let mut http = HttpClient::new(&network, tls, &CLOCK, Timer, HEAD.take()).with_timeouts(TIMEOUTS);
    server.run(&mut http, &mut Random(board), BUFFER.take()).await;
}

/// A network in which one address may be known beforehand, for a device without a resolver: it only ever calls its
/// authorization server, and TLS tells whether it is the right one.
struct Known<N> {
    network: N,
    address: Option<Ipv4Addr>,
}

impl<N: TcpConnect> TcpConnect for Known<N> {
    type Error = N::Error;
    type Connection<'a>
        = N::Connection<'a>
    where
        Self: 'a;

    async fn connect<'a>(&'a self, remote: SocketAddr) -> Result<Self::Connection<'a>, N::Error> {
        self.network.connect(remote).await
    }
}

impl<N: Dns> Dns for Known<N> {
    type Error = N::Error;

    async fn get_host_by_name(&self, host: &str, kind: AddrType) -> Result<IpAddr, N::Error> {
        match self.address {
            Some(address) => Ok(IpAddr::V4(address)),
            None => self.network.get_host_by_name(host, kind).await,
        }
    }

    async fn get_host_by_address(&self, address: IpAddr, name: &mut [u8]) -> Result<usize, N::Error> {
        self.network.get_host_by_address(address, name).await
    }
}

/// Tells on the console why the authorization server could not be asked.
pub struct Log;

impl Watch for Log {
    fn failed(&self, failure: Failure) {
        hprintln!("firmware: the authorization server cannot be asked: {}", failure);
    }

    fn decided(&self, _: bool) {}
}
