//! What the futures of calls cost in memory, beside the connection: that is the network's and TLS's own.

use core::mem::size_of_val;
use std::{
    convert::Infallible,
    future::pending,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    pin::pin,
    task::{Context, Waker},
    time::Duration,
};

use bearward_core::UnixTime;
use bearward_net::{Clock, HttpClient, Timer, Tls, TlsError};
use embedded_io_async::{ErrorType, Read, Write};
use embedded_nal_async::{AddrType, Dns, TcpConnect};

use crate::support::{GET, url};

/// A network, time and TLS that take no memory, and a server that answers at once.
struct Nothing;

struct Stream;

impl TcpConnect for Nothing {
    type Error = Infallible;
    type Connection<'a> = Stream;

    async fn connect(&self, _: SocketAddr) -> Result<Stream, Infallible> {
        Ok(Stream)
    }
}

impl Dns for Nothing {
    type Error = Infallible;

    async fn get_host_by_name(&self, _: &str, _: AddrType) -> Result<IpAddr, Infallible> {
        Ok(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }

    async fn get_host_by_address(&self, _: IpAddr, _: &mut [u8]) -> Result<usize, Infallible> {
        Ok(0)
    }
}

impl ErrorType for Stream {
    type Error = Infallible;
}

impl Read for Stream {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        let answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        buffer[..answer.len()].copy_from_slice(answer);
        Ok(answer.len())
    }
}

impl Write for Stream {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

struct Bare<S>(S);

impl Tls for Nothing {
    type Connection<'c, S>
        = Bare<S>
    where
        S: Read + Write + 'c;

    async fn connect<'c, S>(&'c mut self, stream: S, _: &str, _: Option<UnixTime>) -> Result<Bare<S>, TlsError>
    where
        S: Read + Write + 'c,
    {
        Ok(Bare(stream))
    }

    async fn close<'c, S>(_: &mut Bare<S>)
    where
        S: Read + Write + 'c,
    {
    }
}

impl<S> ErrorType for Bare<S> {
    type Error = TlsError;
}

impl<S: Read> Read for Bare<S> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, TlsError> {
        self.0.read(buffer).await.map_err(|_| TlsError::Truncated)
    }
}

impl<S: Write> Write for Bare<S> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, TlsError> {
        self.0.write(bytes).await.map_err(|_| TlsError::Truncated)
    }

    async fn flush(&mut self) -> Result<(), TlsError> {
        Ok(())
    }
}

impl Clock for Nothing {
    fn now(&self) -> Option<UnixTime> {
        None
    }
}

impl Timer for Nothing {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    async fn wait(&self, _: Duration) {
        pending().await
    }
}

/// The output of a future that is ready, and the future's size.
fn size<F: Future>(future: F) -> (F::Output, usize) {
    let size = size_of_val(&future);
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        std::task::Poll::Ready(output) => (output, size),
        std::task::Poll::Pending => panic!("waits"),
    }
}

/// On a 64-bit host, in bytes. On the device, where a pointer has half of it, they are smaller.
#[test]
fn futures_are_small() {
    let (mut head, mut buffer) = ([0; 512], [0; 64]);
    let mut client = HttpClient::new(&Nothing, Nothing, Nothing, Nothing, &mut head);
    let url = url();
    let fetch = size_of_val(&client.fetch(&url, &GET, &mut buffer));
    let (session, open) = size(client.open(&url));
    let mut session = session.unwrap();
    let of_session = size_of_val(&session);
    let (response, send) = size(session.send(&url, &GET));
    let mut response = response.unwrap();
    let of_response = size_of_val(&response);
    let read = size_of_val(&response.read(&mut buffer));
    let read_all = size_of_val(&response.read_all(&mut buffer));
    let close = size_of_val(&session.close());
    let sizes = [
        ("a session", of_session, 160),
        ("a response", of_response, 72),
        ("open", open, 472),
        ("send", send, 384),
        ("read", read, 296),
        ("read_all", read_all, 384),
        ("close", close, 104),
        ("fetch", fetch, 736),
    ];
    for (name, size, most) in sizes {
        assert!(size <= most, "{name}: {size} bytes, at most {most} were");
    }
}
