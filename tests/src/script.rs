//! A network that does what a script says, in a time that passes only when someone waits for it.
//!
//! Connections come from a list of scripts, in order. What is written to them is kept. TLS is the bare stream.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    rc::Rc,
    time::Duration,
};

use bearward_core::UnixTime;
use bearward_net::{Clock, Timer, Tls, TlsError};
use embedded_io_async::{Error as _, ErrorKind, ErrorType, Read, Write};
use embedded_nal_async::{AddrType, Dns, TcpConnect};

/// What a connection brings the client, one after the other.
#[derive(Clone, Debug)]
pub enum Step {
    /// These bytes, as one segment.
    Send(Vec<u8>),
    /// Nothing, for a time.
    Wait(Duration),
    /// Nothing, for ever.
    Hang,
    /// A failure of the connection.
    Fail(ErrorKind),
}

/// What one connection does. After its steps it is closed.
#[derive(Clone, Debug)]
pub struct Script {
    steps: VecDeque<Step>,
    /// How many bytes it takes before writing to it fails.
    takes: usize,
    /// Whether writing to it never ends.
    blocks: bool,
}

impl Script {
    /// Sends each of these as one segment.
    pub fn segments(segments: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        Self::steps(segments.into_iter().map(|segment| Step::Send(segment.into())))
    }

    /// Sends this byte by byte.
    pub fn bytes(bytes: &[u8]) -> Self {
        Self::segments(bytes.iter().map(|byte| [*byte]))
    }

    pub fn steps(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: steps.into_iter().collect(), takes: usize::MAX, blocks: false }
    }

    /// Lets writing fail after so many bytes.
    pub fn taking(self, takes: usize) -> Self {
        Self { takes, ..self }
    }

    /// Lets writing hang after so many bytes.
    pub fn blocking(self, takes: usize) -> Self {
        Self { takes, blocks: true, ..self }
    }
}

/// What happened, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Resolved(String),
    Connected(SocketAddr),
    Authenticated(String),
    /// This was written and flushed.
    Sent(String),
    ClosedNotify,
    Closed,
}

/// The network, its time and its memory. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Network {
    scripts: Rc<RefCell<VecDeque<Script>>>,
    events: Rc<RefCell<Vec<Event>>>,
    time: Rc<Cell<Duration>>,
    /// How resolving a name goes wrong, if it does.
    pub resolving: Rc<Cell<Option<Fault>>>,
    /// How connecting goes wrong, if it does.
    pub connecting: Rc<Cell<Option<Fault>>>,
    /// How the handshake goes wrong, if it does.
    pub handshake: Rc<Cell<Option<Fault>>>,
}

/// How a step goes wrong before there is a connection.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    Hang,
    Fail(ErrorKind),
}

impl Network {
    pub fn new(scripts: impl IntoIterator<Item = Script>) -> Self {
        Self { scripts: Rc::new(RefCell::new(scripts.into_iter().collect())), ..Self::default() }
    }

    pub fn events(&self) -> Vec<Event> {
        self.events.borrow().clone()
    }

    /// What was sent, request by request.
    pub fn sent(&self) -> Vec<String> {
        let sent = |event| if let Event::Sent(text) = event { Some(text) } else { None };
        self.events().into_iter().filter_map(sent).collect()
    }

    /// How often a connection was made.
    pub fn connections(&self) -> usize {
        self.events().iter().filter(|event| matches!(event, Event::Connected(_))).count()
    }

    fn tell(&self, event: Event) {
        self.events.borrow_mut().push(event);
    }

    fn pass(&self, time: Duration) {
        self.time.set(self.time.get() + time);
    }

    async fn run(&self, fault: &Cell<Option<Fault>>) -> Result<(), ErrorKind> {
        match fault.get() {
            None => Ok(()),
            Some(Fault::Hang) => future::pending().await,
            Some(Fault::Fail(kind)) => Err(kind),
        }
    }
}

impl Timer for Network {
    fn elapsed(&self) -> Duration {
        self.time.get()
    }

    /// Whoever waits for time alone gets it.
    async fn wait(&self, duration: Duration) {
        self.pass(duration);
    }
}

impl Clock for Network {
    fn now(&self) -> Option<UnixTime> {
        Some(UnixTime::from_seconds(1_800_000_000))
    }
}

impl TcpConnect for Network {
    type Error = ErrorKind;
    type Connection<'a> = Stream;

    async fn connect(&self, remote: SocketAddr) -> Result<Stream, ErrorKind> {
        self.run(&self.connecting).await?;
        let script = self.scripts.borrow_mut().pop_front().ok_or(ErrorKind::ConnectionRefused)?;
        self.tell(Event::Connected(remote));
        Ok(Stream { network: self.clone(), script, written: Vec::new(), is_closed: false })
    }
}

impl Dns for Network {
    type Error = ErrorKind;

    async fn get_host_by_name(&self, host: &str, _: AddrType) -> Result<IpAddr, ErrorKind> {
        self.run(&self.resolving).await?;
        self.tell(Event::Resolved(host.to_owned()));
        Ok(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)))
    }

    async fn get_host_by_address(&self, _: IpAddr, _: &mut [u8]) -> Result<usize, ErrorKind> {
        Err(ErrorKind::Unsupported)
    }
}

/// A connection that follows its script.
#[derive(Debug)]
pub struct Stream {
    network: Network,
    script: Script,
    written: Vec<u8>,
    is_closed: bool,
}

impl ErrorType for Stream {
    type Error = ErrorKind;
}

impl Read for Stream {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        loop {
            match self.script.steps.front_mut() {
                _ if buffer.is_empty() => return Ok(0),
                None if self.is_closed => panic!("read again after the end"),
                None => {
                    self.is_closed = true;
                    return Ok(0);
                }
                Some(Step::Send(bytes)) if bytes.is_empty() => {}
                Some(Step::Send(bytes)) => {
                    let count = bytes.len().min(buffer.len());
                    buffer[..count].copy_from_slice(&bytes[..count]);
                    bytes.drain(..count);
                    return Ok(count);
                }
                Some(Step::Wait(time)) => {
                    let time = *time;
                    self.script.steps.pop_front();
                    self.network.pass(time);
                    continue;
                }
                Some(Step::Hang) => future::pending().await,
                Some(Step::Fail(kind)) => return Err(*kind),
            }
            self.script.steps.pop_front();
        }
    }
}

impl Write for Stream {
    /// Takes a few bytes at a time.
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        let count = bytes.len().min(7).min(self.script.takes);
        if count == 0 {
            return if self.script.blocks { future::pending().await } else { Err(ErrorKind::ConnectionReset) };
        }
        self.script.takes -= count;
        self.written.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        let written = std::mem::take(&mut self.written);
        self.network.tell(Event::Sent(String::from_utf8(written).unwrap()));
        Ok(())
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.network.tell(Event::Closed);
    }
}

/// TLS that is none: it tells that it authenticates the server, and lends the stream.
#[derive(Clone, Debug)]
pub struct NoTls(pub Network);

impl Tls for NoTls {
    type Connection<'c, S>
        = NoTlsConnection<S>
    where
        S: Read + Write + 'c;

    async fn connect<'c, S>(
        &'c mut self,
        stream: S,
        server: &str,
        now: Option<UnixTime>,
    ) -> Result<NoTlsConnection<S>, TlsError>
    where
        S: Read + Write + 'c,
    {
        now.ok_or(TlsError::TimeUnavailable)?;
        self.0.run(&self.0.handshake).await.map_err(TlsError::Stream)?;
        self.0.tell(Event::Authenticated(server.to_owned()));
        Ok(NoTlsConnection { stream, network: self.0.clone() })
    }

    async fn close<'c, S>(connection: &mut NoTlsConnection<S>)
    where
        S: Read + Write + 'c,
    {
        connection.network.tell(Event::ClosedNotify);
    }
}

/// The stream beneath.
#[derive(Debug)]
pub struct NoTlsConnection<S> {
    stream: S,
    network: Network,
}

impl<S: ErrorType> ErrorType for NoTlsConnection<S> {
    type Error = TlsError;
}

impl<S: Read> Read for NoTlsConnection<S> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, TlsError> {
        self.stream.read(buffer).await.map_err(|error| TlsError::Stream(error.kind()))
    }
}

impl<S: Write> Write for NoTlsConnection<S> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, TlsError> {
        self.stream.write(bytes).await.map_err(|error| TlsError::Stream(error.kind()))
    }

    async fn flush(&mut self) -> Result<(), TlsError> {
        self.stream.flush().await.map_err(|error| TlsError::Stream(error.kind()))
    }
}
