//! For hosts: [tokio](https://tokio.rs)'s sockets, resolver and timer, and the system's clock.

use core::{net::IpAddr, net::SocketAddr, time::Duration};
use std::{
    io,
    time::{Instant, SystemTime},
};

use ::tokio::net::{TcpStream, lookup_host};
use bearward_core::UnixTime;
use embedded_io_async::{ErrorType, Read, Write};
use embedded_nal_async::{AddrType, Dns, TcpConnect};

use crate::clock;

/// tokio's TCP sockets, and the system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct Network;

impl TcpConnect for Network {
    type Error = io::Error;
    type Connection<'a> = Stream;

    async fn connect(&self, remote: SocketAddr) -> Result<Stream, io::Error> {
        let stream = TcpStream::connect(remote).await?;
        stream.set_nodelay(true)?;
        Ok(Stream(stream))
    }
}

impl Dns for Network {
    type Error = io::Error;

    async fn get_host_by_name(&self, host: &str, kind: AddrType) -> Result<IpAddr, io::Error> {
        let fits = |address: &IpAddr| match kind {
            AddrType::IPv4 => address.is_ipv4(),
            AddrType::IPv6 => address.is_ipv6(),
            AddrType::Either => true,
        };
        let mut addresses = lookup_host((host, 0)).await?.map(|address| address.ip());
        addresses.find(fits).ok_or(io::ErrorKind::NotFound.into())
    }

    /// Always an error: nothing here asks for it.
    async fn get_host_by_address(&self, _: IpAddr, _: &mut [u8]) -> Result<usize, io::Error> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// A TCP connection of tokio.
#[derive(Debug)]
pub struct Stream(TcpStream);

impl ErrorType for Stream {
    type Error = io::Error;
}

impl Read for Stream {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, io::Error> {
        loop {
            self.0.readable().await?;
            match self.0.try_read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return result,
            }
        }
    }
}

impl Write for Stream {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, io::Error> {
        loop {
            self.0.writable().await?;
            match self.0.try_write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return result,
            }
        }
    }

    async fn flush(&mut self) -> Result<(), io::Error> {
        Ok(())
    }
}

/// tokio's timer. Its time starts when it is made.
#[derive(Clone, Copy, Debug)]
pub struct Timer(Instant);

impl Timer {
    /// A timer that starts now.
    #[must_use]
    pub fn new() -> Self {
        Self(Instant::now())
    }
}

impl Default for Timer {
    fn default() -> Self {
        Self::new()
    }
}

impl clock::Timer for Timer {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    async fn wait(&self, duration: Duration) {
        ::tokio::time::sleep(duration).await;
    }
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl clock::Clock for SystemClock {
    /// `None` if the system says that it is before 1970.
    fn now(&self) -> Option<UnixTime> {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(UnixTime::from_seconds(since.as_secs()))
    }
}
