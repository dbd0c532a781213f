//! A TCP connection for a task of another executor.
//!
//! embassy-net is for one executor alone. A TLS handshake keeps the processor busy for a second, and must not hold up
//! those that answer requests; so it runs in an executor that they interrupt, and its bytes come and go through here.

use core::{
    cell::RefCell,
    future::pending,
    net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4},
    sync::atomic::{AtomicU32, Ordering},
};

use embassy_futures::select::{Either, Either3, select, select3};
use embassy_net::{Stack, dns::DnsSocket, tcp::TcpSocket};
use embassy_sync::{
    blocking_mutex::{Mutex, raw::CriticalSectionRawMutex},
    pipe::Pipe,
    signal::Signal,
};
use embassy_time::{Duration, with_timeout};
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use embedded_nal_async::{AddrType, Dns, TcpConnect};
use heapless::String;

use crate::sizes::{CALL_BYTES, PIECE_BYTES, RELAY_BYTES};

/// How long a connection that was given up may take to send the rest and to close.
const CLOSING: Duration = Duration::from_secs(1);

/// One connection at a time: one task asks for it, and another one has the network.
pub struct Relay {
    /// What is wanted, and its number. Only the last wish counts: it ends whatever came of those before.
    wish: Signal<CriticalSectionRawMutex, (u32, Wish)>,
    /// The name that is to be resolved: a wish is moved about, and would have it in every place that it comes through.
    name: Mutex<CriticalSectionRawMutex, RefCell<Name>>,
    /// What came of the wish with this number.
    outcome: Signal<CriticalSectionRawMutex, (u32, Outcome)>,
    last_number: AtomicU32,
    to_network: Pipe<CriticalSectionRawMutex, RELAY_BYTES>,
    from_network: Pipe<CriticalSectionRawMutex, RELAY_BYTES>,
    /// Nothing more comes from the network; whether the other side said so.
    ended: Signal<CriticalSectionRawMutex, bool>,
}

/// As long as a name of a host can be (RFC 1035 §2.3.4).
type Name = String<253>;

enum Wish {
    Nothing,
    Resolve,
    Connect(SocketAddrV4),
}

enum Outcome {
    Resolved(Option<IpAddr>),
    Connected(bool),
}

impl Relay {
    /// A relay that nobody uses yet.
    pub const fn new() -> Self {
        Self {
            wish: Signal::new(),
            name: Mutex::new(RefCell::new(Name::new())),
            outcome: Signal::new(),
            last_number: AtomicU32::new(0),
            to_network: Pipe::new(),
            from_network: Pipe::new(),
            ended: Signal::new(),
        }
    }

    /// Does what is wished, for ever, over this stack. One task runs it.
    pub async fn serve(&self, stack: Stack<'_>) {
        let (mut receive, mut send) = ([0; CALL_BYTES], [0; CALL_BYTES]);
        let mut wish = self.wish.wait().await;
        loop {
            wish = match wish {
                (_, Wish::Nothing) => self.wish.wait().await,
                (number, Wish::Resolve) => {
                    let name = self.name.lock(|name| name.borrow().clone());
                    let resolver = DnsSocket::new(stack);
                    match select(resolver.get_host_by_name(&name, AddrType::IPv4), self.wish.wait()).await {
                        Either::First(found) => {
                            self.outcome.signal((number, Outcome::Resolved(found.ok())));
                            self.wish.wait().await
                        }
                        Either::Second(next) => next,
                    }
                }
                (number, Wish::Connect(remote)) => {
                    let socket = TcpSocket::new(stack, &mut receive, &mut send);
                    self.carry(socket, number, remote).await
                }
            };
        }
    }

    /// Opens a connection and carries its bytes, until something else is wished.
    async fn carry(&self, mut socket: TcpSocket<'_>, number: u32, remote: SocketAddrV4) -> (u32, Wish) {
        let connected = match select(socket.connect(remote), self.wish.wait()).await {
            Either::First(connected) => connected.is_ok(),
            Either::Second(next) => return next,
        };
        // What another connection has left.
        self.to_network.clear();
        self.from_network.clear();
        self.ended.reset();
        self.outcome.signal((number, Outcome::Connected(connected)));
        if !connected {
            return self.wish.wait().await;
        }
        let (mut reader, mut writer) = socket.split();
        let incoming = async {
            let mut piece = [0; PIECE_BYTES];
            let ended = loop {
                match reader.read(&mut piece).await {
                    Ok(0) => break true,
                    Ok(length) => self.from_network.write_all(&piece[..length]).await,
                    Err(_) => break false,
                }
            };
            self.ended.signal(ended);
            pending::<()>().await
        };
        let outgoing = async {
            let mut piece = [0; PIECE_BYTES];
            loop {
                let length = self.to_network.read(&mut piece).await;
                if writer.write_all(&piece[..length]).await.is_err() {
                    // The reader finds the same, and tells it.
                    pending::<()>().await;
                }
            }
        };
        let next = match select3(incoming, outgoing, self.wish.wait()).await {
            Either3::First(()) | Either3::Second(()) => return (number, Wish::Nothing),
            Either3::Third(next) => next,
        };
        let close = async {
            let mut piece = [0; PIECE_BYTES];
            while let Ok(length) = self.to_network.try_read(&mut piece) {
                socket.write_all(&piece[..length]).await?;
            }
            socket.close();
            socket.flush().await
        };
        // Who does not listen any more has to do without.
        _ = with_timeout(CLOSING, close).await;
        socket.abort();
        next
    }

    /// What comes of a wish. It ends with what is returned beside, also before.
    async fn ask(&self, wish: Wish) -> (Wished<'_>, Outcome) {
        // One task asks, and not every processor can add to an atomic number.
        let number = self.last_number.load(Ordering::Relaxed);
        self.last_number.store(number.wrapping_add(1), Ordering::Relaxed);
        let wished = Wished(self, number);
        self.wish.signal((number, wish));
        loop {
            let (answered, outcome) = self.outcome.wait().await;
            if answered == number {
                return (wished, outcome);
            }
        }
    }
}

/// Something that is wished for as long as this is there.
struct Wished<'r>(&'r Relay, u32);

impl Drop for Wished<'_> {
    fn drop(&mut self) {
        let Self(relay, number) = self;
        relay.wish.signal((*number, Wish::Nothing));
    }
}

/// The network as the other executor sees it.
pub struct Remote<'r> {
    /// What leads to it.
    pub relay: &'r Relay,
    /// The only address that is ever needed, for a device without a resolver: TLS tells whether it is the right server's.
    pub address: Option<Ipv4Addr>,
}

impl TcpConnect for Remote<'_> {
    type Error = ErrorKind;
    type Connection<'a>
        = Connection<'a>
    where
        Self: 'a;

    async fn connect<'a>(&'a self, remote: SocketAddr) -> Result<Connection<'a>, ErrorKind> {
        // The stack has IPv4 alone.
        let SocketAddr::V4(remote) = remote else { return Err(ErrorKind::Unsupported) };
        match self.relay.ask(Wish::Connect(remote)).await {
            (wished, Outcome::Connected(true)) => Ok(Connection(wished)),
            _ => Err(ErrorKind::ConnectionRefused),
        }
    }
}

impl Dns for Remote<'_> {
    type Error = ErrorKind;

    async fn get_host_by_name(&self, host: &str, _: AddrType) -> Result<IpAddr, ErrorKind> {
        if let Some(address) = self.address {
            return Ok(IpAddr::V4(address));
        }
        let name = Name::try_from(host).map_err(|_| ErrorKind::InvalidInput)?;
        self.relay.name.lock(|place| *place.borrow_mut() = name);
        match self.relay.ask(Wish::Resolve).await {
            (_, Outcome::Resolved(Some(address))) => Ok(address),
            _ => Err(ErrorKind::NotFound),
        }
    }

    async fn get_host_by_address(&self, _: IpAddr, _: &mut [u8]) -> Result<usize, ErrorKind> {
        Err(ErrorKind::Unsupported)
    }
}

/// A connection. It closes when it is dropped.
pub struct Connection<'r>(Wished<'r>);

impl ErrorType for Connection<'_> {
    type Error = ErrorKind;
}

impl Read for Connection<'_> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        let Wished(relay, _) = &self.0;
        match select(relay.from_network.read(buffer), relay.ended.wait()).await {
            Either::First(length) => Ok(length),
            Either::Second(properly) => {
                // For whoever reads or writes next.
                relay.ended.signal(properly);
                match relay.from_network.try_read(buffer) {
                    Ok(length) => Ok(length),
                    Err(_) if properly => Ok(0),
                    Err(_) => Err(ErrorKind::ConnectionReset),
                }
            }
        }
    }
}

impl Write for Connection<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        let Wished(relay, _) = &self.0;
        match select(relay.to_network.write(bytes), relay.ended.wait()).await {
            Either::First(length) => Ok(length),
            Either::Second(properly) => {
                relay.ended.signal(properly);
                Err(ErrorKind::ConnectionReset)
            }
        }
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        // The other side sends what it has at once.
        Ok(())
    }
}
