//! The HTTP server: sockets that clients connect to, and workers that answer what comes in them.
//!
//! A connection takes a worker only from its first byte to the last one of the answer. So there are more sockets than
//! workers, which hold a request each and have most of the memory.

use core::{
    cell::{Cell, RefCell},
    pin::pin,
};

use bearward_net::embassy::Timer;
use embassy_net::{
    Stack,
    tcp::{Error, TcpReader, TcpSocket, TcpWriter},
};
use embassy_sync::{
    blocking_mutex::raw::NoopRawMutex,
    channel::Channel,
    semaphore::{FairSemaphore, Semaphore as _},
};
use embassy_time::{Duration, with_timeout};
use gateway_app::{App, BODY_BYTES, Framed, RemoteVerifier, RequestMemory, Resource};
use picoserve::{Config, EmbassyRuntime, Server, Timeouts, io::Socket};
use static_cell::ConstStaticCell;

use crate::{
    ThisBoard,
    authority::{self, Log},
    free::Free,
    gate::{self, Gated},
    sizes::{CONNECTIONS, HEAD_BYTES, SOCKET_BYTES, TOKEN_BYTES, WORKERS},
    time::CLOCK,
};

const PORT: u16 = 80;

/// How long anything may take that a client has to do.
const PATIENCE: Duration = Duration::from_secs(5);

const CONFIG: Config = Config::new(Timeouts {
    start_read_request: PATIENCE,
    persistent_start_read_request: PATIENCE,
    read_request: PATIENCE,
    write: PATIENCE,
});

/// Sockets with a request in them on their way to the workers, and back to where they came from.
pub struct Queue {
    /// As many as there are workers without a request.
    idle: FairSemaphore<NoopRawMutex, CONNECTIONS>,
    /// Which workers these are.
    is_idle: [Cell<bool>; WORKERS],
    // One for each: those that wait at the same channel would wake each other for ever.
    requests: [Channel<NoopRawMutex, (usize, TcpSocket<'static>), 1>; WORKERS],
    answered: [Channel<NoopRawMutex, TcpSocket<'static>, 1>; CONNECTIONS],
}

impl Queue {
    /// An empty one.
    pub const fn new() -> Self {
        Self {
            idle: FairSemaphore::new(WORKERS),
            is_idle: [const { Cell::new(true) }; WORKERS],
            requests: [const { Channel::new() }; WORKERS],
            answered: [const { Channel::new() }; CONNECTIONS],
        }
    }

    /// Lets the next idle worker answer what comes in a socket.
    async fn answer(&self, number: usize, socket: TcpSocket<'static>) -> TcpSocket<'static> {
        // There is room for all who can wait, and no more permits are asked for than there are.
        let _permit = self.idle.acquire(1).await;
        let worker = self.is_idle.iter().position(Cell::get).unwrap_or(0);
        self.is_idle[worker].set(false);
        self.requests[worker].send((number, socket)).await;
        self.answered[number].receive().await
    }
}

/// The memory for what comes in a connection, and for what goes out.
pub type Buffers = [[u8; SOCKET_BYTES]; 2];

/// Takes one connection after the other. A client that comes while there is none left is refused by the network stack, and
/// comes again.
#[embassy_executor::task(pool_size = CONNECTIONS)]
pub async fn accept(stack: Stack<'static>, queue: &'static Queue, number: usize, buffers: &'static mut Buffers) {
    let [receive, send] = buffers;
    let mut socket = TcpSocket::new(stack, receive, send);
    loop {
        let free = Free::new();
        let accepted = socket.accept(PORT).await;
        drop(free);
        // Answers are written in pieces, which must not wait for each other.
        socket.set_nagle_enabled(false);
        let begun = with_timeout(PATIENCE, socket.read_with(|_| (0, ()))).await;
        if accepted.is_ok() && begun.is_ok_and(|begun| begun.is_ok()) {
            socket = queue.answer(number, socket).await;
            // Whoever does not hear the answer in time concerns itself alone.
            _ = with_timeout(PATIENCE, finish(&mut socket)).await;
        }
        TcpSocket::abort(&mut socket);
        _ = socket.flush().await;
    }
}

/// Sends the rest, and reads what still comes, until the client closes as well: before that, the answer might be lost.
async fn finish(socket: &mut TcpSocket<'_>) -> Result<(), Error> {
    socket.flush().await?;
    while socket.read_with(|bytes| (bytes.len(), bytes.len())).await? > 0 {}
    Ok(())
}

/// Answers one request after the other.
#[embassy_executor::task(pool_size = WORKERS)]
pub async fn work(
    queue: &'static Queue,
    worker: usize,
    server: &'static authority::Server,
    resource: Resource<'static>,
    board: ThisBoard,
    request: &'static mut Request,
) {
    let verifies = Cell::new(false);
    let verifier = RemoteVerifier { server, clock: &CLOCK, timer: Timer, watch: Log };
    let verifier = Gated { verifier, verifies: &verifies };
    let Request { http, memory } = request;
    let app: App<'_, _, _, _> = App { verifier, board, memory: RefCell::new(memory), resource };
    let router = gateway_app::router();
    #[cfg(feature = "upstream")]
    let router = router.route_service(gateway_app::UPSTREAM_PATH, gateway_app::upstream(crate::upstream::Calls));
    let router = router.with_state(app);
    loop {
        let (number, mut socket) = queue.requests[worker].receive().await;
        let framed = Framed::new(Lent(&mut socket)).with_head_bytes(HEAD_BYTES);
        // A connection that fails concerns its client alone.
        let server = Server::new(&router, &CONFIG, &mut *http);
        _ = gate::answer(pin!(server.serve(framed)), &verifies).await;
        verifies.set(false);
        queue.is_idle[worker].set(true);
        queue.answered[number].send(socket).await;
    }
}

/// A socket that its task ends.
struct Lent<'s>(&'s mut TcpSocket<'static>);

impl Socket<EmbassyRuntime> for Lent<'_> {
    type Error = Error;
    type ReadHalf<'a>
        = TcpReader<'a>
    where
        Self: 'a;
    type WriteHalf<'a>
        = TcpWriter<'a>
    where
        Self: 'a;

    fn split(&mut self) -> (TcpReader<'_>, TcpWriter<'_>) {
        self.0.split()
    }

    async fn abort<T: picoserve::Timer<EmbassyRuntime>>(
        self,
        _: &Timeouts,
        _: &T,
    ) -> Result<(), picoserve::Error<Error>> {
        self.0.abort();
        Ok(())
    }

    async fn shutdown<T: picoserve::Timer<EmbassyRuntime>>(
        self,
        _: &Timeouts,
        _: &T,
    ) -> Result<(), picoserve::Error<Error>> {
        self.0.close();
        Ok(())
    }
}

/// The memory of all connections.
pub static SOCKETS: ConstStaticCell<[Buffers; CONNECTIONS]> =
    ConstStaticCell::new([[[0; SOCKET_BYTES]; 2]; CONNECTIONS]);

/// The memory of a request.
pub struct Request {
    http: [u8; HEAD_BYTES + BODY_BYTES],
    memory: RequestMemory<[u8; TOKEN_BYTES]>,
}

impl Request {
    const fn new() -> Self {
        Self { http: [0; _], memory: RequestMemory::new() }
    }
}

/// The memory of all requests.
pub static REQUESTS: ConstStaticCell<[Request; WORKERS]> = ConstStaticCell::new([const { Request::new() }; WORKERS]);
