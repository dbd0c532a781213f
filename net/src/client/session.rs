//! Calls in a row over one connection ([RFC 9112 §9.3](https://www.rfc-editor.org/rfc/rfc9112#section-9.3)).

use core::{fmt, mem, pin::pin, time::Duration};

use bearward_core::Request;
use embedded_nal_async::TcpConnect;

use super::connection::Connection;
use crate::{
    clock::Timer,
    error::NetError,
    http::{Head, Link, Response, within, write_head},
    tls::Tls,
    url::Url,
};

/// An open connection to one origin. It has the client, and with it the buffers, until it is dropped.
///
/// A server may close a connection between two calls at any time. Then the later call fails with [`NetError::Stale`], and
/// may be made once more on a new session; a first call never fails so. Whether that is right is for the caller to
/// know: the server may have received the call all the same (RFC 9110 §9.2.2).
///
/// ```
/// use bearward_core::Request;
/// use bearward_net::{Clock, HttpClient, NetError, Timer, Tls, Url};
/// use embedded_nal_async::{Dns, TcpConnect};
///
/// /// Reads the metadata and then the keys, over one connection if the server lets it stand.
/// async fn discover<N: TcpConnect + Dns, T: Tls, C: Clock, M: Timer>(
///     client: &mut HttpClient<'_, N, T, C, M>,
///     buffer: &mut [u8],
/// ) -> Result<(), NetError> {
///     let metadata = Url::parse("https://as.example/.well-known/openid-configuration").expect("a constant");
///     let keys = Url::parse("https://as.example/jwks").expect("a constant");
///     let request = Request::get("application/json");
///
///     let mut session = client.open(&metadata).await?;
///     session.send(&metadata, &request).await?.read_all(buffer).await?;
///     if session.serves(&keys) {
///         match session.send(&keys, &request).await {
///             Ok(mut response) => return response.read_all(buffer).await.map(|_| ()),
///             Err(NetError::Stale) => {}
///             Err(error) => return Err(error),
///         }
///     }
///     drop(session);
///     client.fetch(&keys, &request, buffer).await.map(|_| ())
/// }
/// ```
pub struct Session<'c, N: TcpConnect, T: Tls, M> {
    link: Link<'c, Connection<'c, N, T>, M>,
    origin: Url<'c>,
    timeout: Duration,
    used: bool,
}

impl<'c, N: TcpConnect, T: Tls, M: Timer> Session<'c, N, T, M> {
    pub(super) const fn new(link: Link<'c, Connection<'c, N, T>, M>, origin: Url<'c>, timeout: Duration) -> Self {
        Self { link, origin, timeout, used: false }
    }

    pub(super) const fn connection(&mut self) -> &mut Connection<'c, N, T> {
        &mut self.link.stream
    }

    /// Whether a call to this URL can be sent: it goes to the session's origin, and the last answer was read to its end
    /// and leaves the connection open.
    #[must_use]
    pub fn serves(&self, url: &Url<'_>) -> bool {
        self.link.idle && self.origin.is_same_origin(url)
    }

    /// Sends a call, and waits for the head of its answer.
    ///
    /// # Errors
    ///
    /// [`NetError::Stale`] as said above. [`NetError::Redirect`] for any status 3xx but 304. Else what kept the request
    /// from being sent or the head from being read; the session is of no more use then.
    pub async fn send<'s>(
        &'s mut self,
        url: &Url<'_>,
        request: &Request<'_>,
    ) -> Result<Response<'s, 'c, Connection<'c, N, T>, M>, NetError> {
        self.exchange(url, request, false).await
    }

    /// As [`send`](Self::send), and tells the server that it is the last call (RFC 9112 §9.6).
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn send_last<'s>(
        &'s mut self,
        url: &Url<'_>,
        request: &Request<'_>,
    ) -> Result<Response<'s, 'c, Connection<'c, N, T>, M>, NetError> {
        self.exchange(url, request, true).await
    }

    /// Tells the server that nothing more comes (close_notify). The session is of no more use then. Dropping it closes the
    /// connection too, but may leave the server waiting: embassy-net then sends nothing.
    pub async fn close(&mut self) {
        self.link.idle = false;
        let wait = pin!(self.link.timer.wait(self.timeout));
        within(pin!(self.link.stream.close()), wait).await;
        self.link.stream.release();
    }

    async fn exchange<'s>(
        &'s mut self,
        url: &Url<'_>,
        request: &Request<'_>,
        last: bool,
    ) -> Result<Response<'s, 'c, Connection<'c, N, T>, M>, NetError> {
        if !self.origin.is_same_origin(url) {
            return Err(NetError::OtherOrigin);
        }
        if !self.link.idle {
            return Err(NetError::Stale);
        }
        let head = write_head(self.link.window.clear(), url, request, last)?;
        self.link.idle = false;
        let reused = mem::replace(&mut self.used, true);
        self.link.deadline = self.link.timer.elapsed().saturating_add(self.timeout);

        let sent = self.link.send(head, request.body()).await;
        let received = match sent {
            Err(error @ NetError::TimedOut(_)) => Err(error),
            // RFC 9112 §9.5: a server may answer and close before it has read the whole request.
            Err(error) => self.link.receive_head().await.map_err(|_| error),
            Ok(()) => self.link.receive_head().await,
        };
        let head = match received {
            Err(error) if reused && !self.link.answered && error.is_disconnection() => return Err(NetError::Stale),
            // RFC 9110 §15.5.9: what a server may say to a connection that it is about to close for idleness.
            Ok(head) if reused && head.status == 408 => return Err(NetError::Stale),
            received => received?,
        };
        let head = Head { persistent: head.persistent && sent.is_ok(), ..head };
        if head.is_redirect() {
            return Err(NetError::Redirect(head.status));
        }
        if head.encoded {
            return Err(NetError::ContentEncoding);
        }
        Response::new(&mut self.link, head)
    }
}

impl<N: TcpConnect, T: Tls, M> fmt::Debug for Session<'_, N, T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("origin", &self.origin).finish_non_exhaustive()
    }
}
