//! The client under test, over a socket, with every byte recorded that it sends.

use std::{
    cell::{Cell, RefCell},
    future::Future,
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bearward_core::{Algorithm, EdDsa, Es256, Es384, Es512, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512, UnixTime};
use bearward_net::{ClientCertificate, EmbeddedTls, TLS_RECORD_BYTES, Tls, TlsError, Trust};
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use rand::{SeedableRng, rngs::StdRng};
use tests::pki::Pki;

pub static ALGORITHMS: &[&dyn Algorithm] =
    &[&Es256, &Es384, &Es512, &EdDsa, &Rs256, &Rs384, &Rs512, &Ps256, &Ps384, &Ps512];

/// What the servers' certificates are for.
pub const SERVER: &str = "authority.example.test";

/// 2026-11-25, within the time of good certificates.
pub const NOW: u64 = 1_795_600_000;

pub const REQUEST: &[u8] = b"POST /introspect HTTP/1.1\r\nAuthorization: Basic c2VjcmV0\r\n\r\n";

/// How a client is set up; [`Client::new`] says how a good one is.
#[derive(Clone)]
pub struct Client<'a> {
    pub server: &'a str,
    pub anchors: Option<Vec<Vec<u8>>>,
    pub pins: Vec<[u8; 32]>,
    pub now: Option<u64>,
    pub algorithms: &'a [&'a dyn Algorithm],
    pub receive_bytes: usize,
    pub send_bytes: usize,
    pub asks_for_short_records: bool,
    pub certificate: Option<ClientCertificate<'a>>,
}

/// What came of a connection.
#[derive(Debug)]
pub struct Outcome {
    /// The response, up to the server's close_notify.
    pub response: Result<Vec<u8>, TlsError>,
    /// Whether the handshake succeeded.
    pub is_open: bool,
    /// All that was sent.
    pub sent: Vec<u8>,
}

impl Client<'_> {
    pub fn new(pki: &Pki) -> Self {
        Self {
            server: SERVER,
            anchors: Some(vec![pki.root.certificate.der().to_vec()]),
            pins: Vec::new(),
            now: Some(NOW),
            algorithms: ALGORITHMS,
            receive_bytes: TLS_RECORD_BYTES,
            send_bytes: 1024,
            asks_for_short_records: false,
            certificate: None,
        }
    }

    /// Connects, sends [`REQUEST`], reads the response to its end, and closes.
    pub fn call(&self, address: SocketAddr) -> Outcome {
        let mut is_open = false;
        let (response, sent) = self.with_connection(address, |connection| {
            is_open = true;
            request(connection)
        });
        Outcome { response, is_open, sent }
    }

    /// The error of a connection that must fail in the handshake, with nothing sent but the ClientHello.
    pub fn refusal(&self, address: SocketAddr) -> TlsError {
        let outcome = self.call(address);
        assert!(!outcome.is_open, "connected: {outcome:?}");
        assert_only_client_hello(&outcome.sent);
        outcome.response.unwrap_err()
    }

    /// Connects, hands over the connection, and closes it.
    pub fn with_connection<T>(
        &self,
        address: SocketAddr,
        act: impl FnOnce(&mut Connection<'_>) -> Result<T, TlsError>,
    ) -> (Result<T, TlsError>, Vec<u8>) {
        let (mut receive, mut send) = (vec![0; self.receive_bytes], vec![0; self.send_bytes]);
        let anchors: Option<Vec<&[u8]>> =
            self.anchors.as_ref().map(|anchors| anchors.iter().map(Vec::as_slice).collect());
        let trust = match &anchors {
            Some(anchors) => Trust::anchors(anchors).with_pins(&self.pins),
            None => Trust::keys(&self.pins),
        };
        let rng = StdRng::seed_from_u64(3);
        let mut tls = EmbeddedTls::new(rng, trust, self.algorithms, &mut receive, &mut send);
        if let Some(certificate) = self.certificate {
            tls = tls.with_client_certificate(certificate);
        }
        if self.asks_for_short_records {
            tls = tls.with_max_fragment_length();
        }
        let wire = Wire::connect(address);
        let sent = wire.sent.clone();
        let stalls = wire.stalls.clone();
        let now = self.now.map(UnixTime::from_seconds);
        let result = block_on(tls.connect(wire, self.server, now)).and_then(|tls| {
            let mut connection = Connection { tls, stalls };
            let result = act(&mut connection);
            block_on(EmbeddedTls::<StdRng>::close(connection.tls));
            result
        });
        let sent = sent.borrow().clone();
        (result, sent)
    }
}

/// An open connection.
pub struct Connection<'c> {
    pub tls: <EmbeddedTls<'c, StdRng> as Tls>::Connection<'c, Wire>,
    /// Set, the stream gives nothing more and takes nothing more.
    pub stalls: Rc<Cell<bool>>,
}

pub fn request(connection: &mut Connection<'_>) -> Result<Vec<u8>, TlsError> {
    block_on(async {
        connection.tls.write_all(REQUEST).await?;
        connection.tls.flush().await?;
        let mut response = Vec::new();
        let mut part = [0; 300];
        loop {
            match connection.tls.read(&mut part).await? {
                0 => return Ok(response),
                count => response.extend_from_slice(&part[..count]),
            }
        }
    })
}

/// A socket that blocks, and keeps what is written.
pub struct Wire {
    stream: TcpStream,
    sent: Rc<RefCell<Vec<u8>>>,
    stalls: Rc<Cell<bool>>,
}

impl Wire {
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, sent: Rc::default(), stalls: Rc::default() }
    }

    /// What is written, also after the stream is gone.
    pub fn sent(&self) -> Rc<RefCell<Vec<u8>>> {
        self.sent.clone()
    }

    async fn stall(&self) {
        std::future::poll_fn(|_| if self.stalls.get() { Poll::Pending } else { Poll::Ready(()) }).await;
    }
}

impl ErrorType for Wire {
    type Error = ErrorKind;
}

impl Read for Wire {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        self.stall().await;
        match self.stream.read(buffer) {
            // A server that ends in the middle of its script resets the connection.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(0),
            read => read.map_err(|_| ErrorKind::Other),
        }
    }
}

impl Write for Wire {
    async fn write(&mut self, buffer: &[u8]) -> Result<usize, ErrorKind> {
        self.stall().await;
        self.sent.borrow_mut().extend_from_slice(buffer);
        match self.stream.write(buffer) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(buffer.len()),
            written => written.map_err(|_| ErrorKind::Other),
        }
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

/// Runs what never waits for anything but a blocking socket.
pub fn block_on<F: Future>(future: F) -> F::Output {
    match poll_once(future) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

/// Polls once, and drops the future.
pub fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// The type and length of each record.
pub fn records(mut bytes: &[u8]) -> Vec<(u8, usize)> {
    let mut records = Vec::new();
    while let [kind, _, _, high, low, rest @ ..] = bytes {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        records.push((*kind, length));
        bytes = &rest[length..];
    }
    assert!(bytes.is_empty());
    records
}

/// Nothing of the caller's, and nothing that says who the device is, was sent: one record, of the type handshake, with
/// the message ClientHello and nothing behind it.
pub fn assert_only_client_hello(sent: &[u8]) {
    let records = records(sent);
    assert_eq!(records.len(), 1, "{records:?}");
    let (kind, length) = records[0];
    assert_eq!((kind, sent[5]), (22, 1));
    let message = usize::from(sent[6]) << 16 | usize::from(sent[7]) << 8 | usize::from(sent[8]);
    assert_eq!(message + 4, length);
}
