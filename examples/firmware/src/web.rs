//! The HTTP server: a task for every connection that is served at a time.

use bearward_net::embassy::Timer;
use cortex_m_semihosting::hprintln;
use embassy_net::{Stack, tcp::TcpSocket};
use embassy_time::Duration;
use gateway_app::{App, Framed, HTTP_BUFFER_BYTES, RemoteVerifier, Resource};
use picoserve::{Config, Server, Timeouts};

use crate::{
    CLOCK,
    authority::{self, Log},
    mps2::Mps2,
};

/// How many connections are served at a time, those included that only wait for their client to close. One more is
/// refused by the network stack, and its client comes again.
pub const CONNECTIONS: usize = 8;

const PORT: u16 = 80;

const CONFIG: Config = Config::new(Timeouts {
    start_read_request: Duration::from_secs(5),
    persistent_start_read_request: Duration::from_secs(5),
    read_request: Duration::from_secs(5),
    write: Duration::from_secs(5),
})
.keep_connection_alive();

/// Serves one connection after the other.
#[embassy_executor::task(pool_size = CONNECTIONS)]
pub async fn serve(
    stack: Stack<'static>,
    server: &'static authority::Server,
    resource: Resource<'static>,
    board: Mps2,
) {
    let verifier = RemoteVerifier { server, clock: &CLOCK, timer: Timer, watch: Log };
    let router = gateway_app::router().with_state(App { verifier, board, resource });
    let (mut receive, mut send, mut http) = ([0; 1536], [0; 1536], [0; HTTP_BUFFER_BYTES]);
    loop {
        let mut socket = TcpSocket::new(stack, &mut receive, &mut send);
        if let Err(error) = socket.accept(PORT).await {
            hprintln!("firmware: no connection can be accepted: {:?}", error);
            return;
        }
        // Answers are written in pieces, which must not wait for each other.
        socket.set_nagle_enabled(false);
        // A connection that fails concerns its client alone.
        _ = Server::new(&router, &CONFIG, &mut http).serve(Framed::new(socket)).await;
    }
}
