//! The only place that connects: a client of HTTP over TLS
//! ([RFC 9110 §4.3](https://www.rfc-editor.org/rfc/rfc9110#section-4.3)).

use core::{fmt, net::SocketAddr, pin::pin, time::Duration};

use bearward_core::{Answer, Request};
use embedded_io_async::Error as _;
use embedded_nal_async::{AddrType, Dns, TcpConnect};

use crate::{
    clock::{Clock, Timer},
    error::{NetError, Step},
    http::{Link, Window, within},
    tls::Tls,
    url::Url,
};

mod call;
mod connection;
mod session;

pub use connection::Connection;
pub use session::Session;

/// A client of HTTP/1.1 over TLS, with one connection at a time.
///
/// - `network` is a TCP stack that also resolves names: `embassy::Network`, `tokio::Network`, or any that implements
///   [`TcpConnect`] and [`Dns`]. `tls` authenticates the server, with the time of `clock`; `timer` ends what takes too long.
/// - `head` takes the heads of requests and answers. 1 KiB serves most servers; a long `Authorization` (a client's JWT) must
///   fit too.
///
/// A call that is only one is [`fetch`](Self::fetch). Several in a row keep the connection in a [`Session`].
///
/// ```
/// use bearward_core::Request;
/// use bearward_net::{Clock, HttpClient, NetError, Timer, Tls, Url};
/// use embedded_nal_async::{Dns, TcpConnect};
///
/// /// The keys of the authorization server, read to `buffer`.
/// async fn keys<'b, N: TcpConnect + Dns, T: Tls, C: Clock, M: Timer>(
///     client: &mut HttpClient<'_, N, T, C, M>,
///     buffer: &'b mut [u8],
/// ) -> Result<&'b [u8], NetError> {
///     let url = Url::parse("https://as.example/jwks").expect("a constant");
///     let fetched = client.fetch(&url, &Request::get("application/json"), buffer).await?;
///     Ok(fetched.answer.body)
/// }
/// ```
pub struct HttpClient<'n, N, T, C, M> {
    network: &'n N,
    tls: T,
    clock: C,
    timer: M,
    head: &'n mut [u8],
    timeouts: Timeouts,
    content_limit: u64,
}

/// How long each step of a call may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Resolving the name and connecting.
    pub connect: Duration,
    /// The TLS handshake. On a slow device its arithmetic counts.
    pub handshake: Duration,
    /// From the first byte of the request to the last one of the answer, however it is read.
    pub answer: Duration,
}

impl Timeouts {
    /// 10 seconds to connect, 20 for the handshake, 10 for the answer.
    pub const DEFAULT: Self =
        Self { connect: Duration::from_secs(10), handshake: Duration::from_secs(20), answer: Duration::from_secs(10) };
}

impl Default for Timeouts {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What [`HttpClient::fetch`] brings: the answer, and what its head says besides.
#[derive(Debug)]
#[non_exhaustive]
pub struct Fetched<'b> {
    /// The answer. It borrows the buffer that was given for it.
    pub answer: Answer<'b>,
    /// As [`Response::max_age`](crate::Response::max_age).
    pub max_age: Option<Duration>,
    /// As [`Response::retry_after`](crate::Response::retry_after).
    pub retry_after: Option<Duration>,
}

impl<'n, N, T, C, M> HttpClient<'n, N, T, C, M> {
    /// The longest content of an answer, unless [`with_content_limit`](Self::with_content_limit) says otherwise: 64 KiB.
    pub const CONTENT_LIMIT: u64 = 65_536;

    /// A client. It connects to nothing yet.
    #[must_use]
    pub const fn new(network: &'n N, tls: T, clock: C, timer: M, head: &'n mut [u8]) -> Self {
        let (timeouts, content_limit) = (Timeouts::DEFAULT, Self::CONTENT_LIMIT);
        Self { network, tls, clock, timer, head, timeouts, content_limit }
    }

    /// Sets how long each step of a call may take.
    #[must_use]
    pub fn with_timeouts(self, timeouts: Timeouts) -> Self {
        Self { timeouts, ..self }
    }

    /// Sets how many bytes of content an answer may have, however it is read.
    #[must_use]
    pub fn with_content_limit(self, content_limit: u64) -> Self {
        Self { content_limit, ..self }
    }

    /// The wall clock.
    #[must_use]
    pub const fn clock(&self) -> &C {
        &self.clock
    }

    /// The device's own time.
    #[must_use]
    pub const fn timer(&self) -> &M {
        &self.timer
    }
}

impl<'n, N, T, C, M> HttpClient<'n, N, T, C, M>
where
    N: TcpConnect + Dns,
    T: Tls,
    C: Clock,
    M: Timer,
{
    /// Opens a connection to the origin of this URL, for calls to it. The session has the client until it is dropped.
    ///
    /// A host that does not take the connection is tried once more, at an address of the other kind (IPv4 or IPv6) if its
    /// name has one.
    ///
    /// # Errors
    ///
    /// [`NetError::NameNotResolved`], [`NetError::Connect`], [`NetError::Tls`], [`NetError::TimedOut`].
    pub async fn open<'c>(&'c mut self, url: &Url<'c>) -> Result<Session<'c, N, T, M>, NetError> {
        let mut place = None;
        self.open_in(url, &mut place).await?;
        // It is there if there was no error.
        place.ok_or(NetError::Stale)
    }

    /// As [`open`](Self::open), with the session in its place from the start, for it is large: each function that hands it
    /// on would have it once more on its stack. After an error, what is in the place is of no use.
    pub(crate) async fn open_in<'p, 'c>(
        &'c mut self,
        url: &Url<'c>,
        place: &'p mut Option<Session<'c, N, T, M>>,
    ) -> Result<&'p mut Session<'c, N, T, M>, NetError> {
        let timer = &self.timer;
        let deadline = timer.elapsed().saturating_add(self.timeouts.connect);
        let mut kind = AddrType::Either;
        let mut refusal = None;
        let stream = loop {
            let wait = pin!(timer.wait(deadline.saturating_sub(timer.elapsed())));
            let address = match url.address() {
                Some(address) => address,
                None => within(pin!(self.network.get_host_by_name(url.host(), kind.clone())), wait)
                    .await
                    .ok_or(NetError::TimedOut(Step::Connect))?
                    .map_err(|_| refusal.unwrap_or(NetError::NameNotResolved))?,
            };
            let wait = pin!(timer.wait(deadline.saturating_sub(timer.elapsed())));
            let connected = within(pin!(self.network.connect(SocketAddr::new(address, url.port()))), wait)
                .await
                .ok_or(NetError::TimedOut(Step::Connect))?
                .map_err(|error| NetError::Connect(error.kind()));
            match connected {
                Ok(stream) => break stream,
                // The server, or the network between, may know the other kind of address only.
                Err(error) if kind == AddrType::Either && url.address().is_none() => {
                    kind = if address.is_ipv6() { AddrType::IPv4 } else { AddrType::IPv6 };
                    refusal = Some(error);
                }
                Err(error) => return Err(error),
            }
        };
        let link = Link {
            stream: Connection::NONE,
            window: Window::new(self.head),
            timer,
            deadline: Duration::ZERO,
            idle: true,
            answered: false,
            content_limit: self.content_limit,
        };
        let connection = begin(place, link, *url, self.timeouts.answer);
        if url.is_secure() {
            let wait = pin!(timer.wait(self.timeouts.handshake));
            let work = pin!(self.tls.connect_in(stream, url.host(), self.clock.now(), &mut connection.tls));
            within(work, wait).await.ok_or(NetError::TimedOut(Step::Handshake))??;
        } else {
            connection.plain = Some(stream);
        }
        // It has just been put there.
        place.as_mut().ok_or(NetError::Stale)
    }

    /// Makes one call on a connection of its own, and closes that. `buffer` takes the content and, behind it, the value of
    /// `Content-Type`. Any status but those of redirects is an answer.
    ///
    /// # Errors
    ///
    /// Any [`NetError`] but [`NetError::Stale`].
    pub async fn fetch<'b>(
        &mut self,
        url: &Url<'_>,
        request: &Request<'_>,
        buffer: &'b mut [u8],
    ) -> Result<Fetched<'b>, NetError> {
        let mut place = None;
        let session = self.open_in(url, &mut place).await?;
        let mut response = session.send_last(url, request).await?;
        let (max_age, retry_after) = (response.max_age(), response.retry_after());
        let answer = response.read_all(buffer).await?;
        session.close().await;
        Ok(Fetched { answer, max_age, retry_after })
    }
}

/// Puts a session in its place, whose connection is not opened yet. Not inlined: the caller would keep room for it on its
/// stack, during the whole handshake.
#[inline(never)]
fn begin<'p, 'c, N: TcpConnect, T: Tls, M: Timer>(
    place: &'p mut Option<Session<'c, N, T, M>>,
    link: Link<'c, Connection<'c, N, T>, M>,
    origin: Url<'c>,
    timeout: Duration,
) -> &'p mut Connection<'c, N, T> {
    place.insert(Session::new(link, origin, timeout)).connection()
}

impl<N, T, C, M> fmt::Debug for HttpClient<'_, N, T, C, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient")
            .field("timeouts", &self.timeouts)
            .field("content_limit", &self.content_limit)
            .finish_non_exhaustive()
    }
}
