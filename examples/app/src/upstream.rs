//! Another resource server, called with a token of the device's own
//! ([RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4),
//! [RFC 8707](https://www.rfc-editor.org/rfc/rfc8707)).

use core::{
    fmt::{self, Write as _},
    future::{Future, poll_fn},
    pin::pin,
    str,
    task::Poll,
    time::Duration,
};

use bearward_core::{Application, BearerToken, NotAuthorized, Renewal, Request as Call, StoreError};
use bearward_net::{
    Clock, Failure, HttpClient, NetError, OutgoingError, OutgoingRequest, Refusal, ResourceToken, Timer, Tls,
    TokenKeeper, Url,
};
use embassy_sync::{
    blocking_mutex::raw::RawMutex,
    mutex::Mutex,
    semaphore::{FairSemaphore, Semaphore as _},
};
use embedded_nal_async::{Dns, TcpConnect};
use picoserve::{ResponseSent, io::Read, request::Request, response::ResponseWriter, routing::MethodHandlerService};

use crate::{
    App, Memory, Permission, RequestMemory, Verifier,
    answer::{Answer, Field},
    guard::{refused, verified},
    paths::not_allowed,
};

/// Where [`upstream`] belongs.
pub const UPSTREAM_PATH: &str = "/upstream";

/// Reading what the other resource server says. It is a scope of its own, for the device lends its own leave with it.
#[derive(Debug)]
pub struct UpstreamRead;

impl Permission for UpstreamRead {
    const SCOPE: &'static str = "upstream:read";
}

/// Another resource server.
#[expect(async_fn_in_trait, reason = "firmware runs on one thread: futures need not be `Send`")]
pub trait Upstream {
    /// What it says: a text that fits `buffer`.
    ///
    /// # Errors
    ///
    /// Why there is none.
    async fn get<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b str, UpstreamError>;
}

/// Answers at [`UPSTREAM_PATH`] with what the other resource server says, to whoever may [`UpstreamRead`].
///
/// Its text alone is passed on, as `text/plain`, and that only with a status 2xx: no field of its answer reaches the caller.
pub fn upstream<'a, V: Verifier, B, U: Upstream, M: Memory>(
    upstream: U,
) -> impl MethodHandlerService<App<'a, V, B, M>> {
    AtUpstream(upstream)
}

/// Why nothing comes from the other resource server. No token is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpstreamError {
    /// The device gets no token.
    NotAuthorized(NotAuthorized<Failure>),
    /// The device has no room for a token.
    Store(StoreError),
    /// The token is not for this URL, or cannot be sent.
    Outgoing(OutgoingError),
    /// Others wait as well.
    Busy,
    /// There is no answer.
    Net(NetError),
    /// The answer has this status; 401 if a new token was refused too.
    Status(u16),
    /// The content is no text in UTF-8.
    NotText,
    /// The device's token is in the content.
    Echo,
}

impl UpstreamError {
    /// RFC 9110 §15.6: what the device lacks may come, and what the other server does wrong is not the caller's fault.
    const fn status(self) -> u16 {
        match self {
            Self::NotAuthorized(_) | Self::Busy => 503,
            Self::Store(_) | Self::Outgoing(_) => 500,
            Self::Net(NetError::TimedOut(_)) => 504,
            Self::Net(_) | Self::Status(_) | Self::NotText | Self::Echo => 502,
        }
    }
}

impl fmt::Display for UpstreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAuthorized(NotAuthorized { error: Some(failure), .. }) => {
                write!(f, "there is no token for the upstream server: {failure}")
            }
            Self::NotAuthorized(NotAuthorized { missing, .. }) => {
                write!(f, "there is no token for the upstream server: {missing}")
            }
            Self::Store(error) => write!(f, "the token for the upstream server cannot be kept: {error}"),
            Self::Outgoing(error) => write!(f, "the upstream server cannot be asked: {error}"),
            Self::Busy => f.write_str("the upstream server is being asked for others"),
            Self::Net(error) => write!(f, "the upstream server does not answer: {error}"),
            Self::Status(401) => f.write_str("the upstream server takes no token of this device (401)"),
            Self::Status(403) => f.write_str("the upstream server does not allow it to this device (403)"),
            Self::Status(status) => write!(f, "the upstream server answers with status {status}"),
            Self::NotText => f.write_str("the upstream server answers with no text"),
            Self::Echo => f.write_str("the upstream server repeats the token, which is not passed on"),
        }
    }
}

/// How long a request waits for a line.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many requests wait for one. Whoever comes then is told at once to come again.
const WAITING: usize = 8;

/// Calls another resource server, for as many requests at a time as there are lines to it, by the tokens that a
/// [`TokenKeeper`] keeps.
///
/// The token is asked for when it is first needed. When the other server refuses it (401), it is renewed once: also if
/// it refuses it to several at a time.
pub struct UpstreamClient<'a, R: RawMutex, N, T, C, M, const LINES: usize, const PLACES: usize, const BYTES: usize> {
    tokens: &'a TokenKeeper<'a, R, PLACES, BYTES>,
    application: Application<'a>,
    url: Url<'a>,
    resource: Url<'a>,
    takes_loopback: bool,
    timer: M,
    lines: [Mutex<R, UpstreamLine<'a, N, T, C, M>>; LINES],
    /// As many as there are lines that nobody uses.
    free: FairSemaphore<R, WAITING>,
}

/// What one call at a time needs: a client with its buffers, and memory for the token.
pub struct UpstreamLine<'a, N, T, C, M> {
    http: HttpClient<'a, N, T, C, M>,
    /// The token, and behind it the field that it is sent in.
    memory: &'a mut [u8],
}

impl<'a, N, T, C, M> UpstreamLine<'a, N, T, C, M> {
    /// Half of `memory` takes the response of the token endpoint, and the other half the token once more, with 7 bytes.
    pub const fn new(http: HttpClient<'a, N, T, C, M>, memory: &'a mut [u8]) -> Self {
        Self { http, memory }
    }
}

impl<N, T, C, M> fmt::Debug for UpstreamLine<'_, N, T, C, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpstreamLine").field("http", &self.http).finish_non_exhaustive()
    }
}

impl<'a, R: RawMutex, N, T, C, M, const LINES: usize, const PLACES: usize, const BYTES: usize>
    UpstreamClient<'a, R, N, T, C, M, LINES, PLACES, BYTES>
{
    /// Calls this URL, as an application that is one of the keeper's, and says which resource its tokens are for.
    ///
    /// # Errors
    ///
    /// [`OutgoingError::Resource`].
    pub fn new(
        tokens: &'a TokenKeeper<'a, R, PLACES, BYTES>,
        application: Application<'a>,
        url: Url<'a>,
        timer: M,
        lines: [UpstreamLine<'a, N, T, C, M>; LINES],
    ) -> Result<Self, OutgoingError> {
        let resource = application.resource().and_then(|resource| Url::danger_http(resource).ok());
        let resource = resource.ok_or(OutgoingError::Resource)?;
        let (lines, free) = (lines.map(Mutex::new), FairSemaphore::new(LINES));
        Ok(Self { tokens, application, url, resource, takes_loopback: false, timer, lines, free })
    }

    /// Calls an `http` URL too, if it is on this machine. **Danger**: see [`ResourceToken::danger_loopback`].
    #[must_use]
    pub fn danger_loopback(self) -> Self {
        Self { takes_loopback: true, ..self }
    }
}

impl<R: RawMutex, N, T, C, M, const LINES: usize, const PLACES: usize, const BYTES: usize>
    UpstreamClient<'_, R, N, T, C, M, LINES, PLACES, BYTES>
where
    N: TcpConnect + Dns,
    T: Tls,
    C: Clock,
    M: Timer,
{
    /// The status of the answer, and how long its content is.
    async fn call(
        &self,
        line: &mut UpstreamLine<'_, N, T, C, M>,
        buffer: &mut [u8],
    ) -> Result<(u16, usize), UpstreamError> {
        let (name, scope) = (self.application.name(), self.application.scope_list());
        let expected = self.tokens.expect(name, "", scope, Renewal::ClientCredentials, &self.timer).await;
        expected.map_err(UpstreamError::Store)?;
        let (held, field) = line.memory.split_at_mut(line.memory.len() / 2);
        let token = self.tokens.authorize(name, "", scope, &self.timer, held).await;
        let token = token.map_err(UpstreamError::NotAuthorized)?.access_token();
        let bearer = BearerToken::new(token).map_err(|_| UpstreamError::Outgoing(OutgoingError::Token))?;
        let bearer = match self.takes_loopback {
            true => ResourceToken::danger_loopback(bearer, self.resource),
            false => ResourceToken::new(bearer, self.resource),
        };
        let request = OutgoingRequest::new(self.url, Call::get("text/plain, */*;q=0.5"));
        let request = request.add_access_token(&bearer, field).map_err(UpstreamError::Outgoing)?;
        let fetched = line.http.fetch(request.url(), request.request(), buffer).await.map_err(UpstreamError::Net)?;
        let answer = fetched.answer;
        if answer.status == 401 {
            self.tokens.expire(name, "", token, &self.timer).await;
        }
        if answer.body.windows(token.len()).any(|window| window == token.as_bytes()) {
            return Err(UpstreamError::Echo);
        }
        Ok((answer.status, answer.body.len()))
    }

    async fn ask(&self, buffer: &mut [u8]) -> Result<usize, UpstreamError> {
        let permit = within(self.free.acquire(1), self.timer.wait(PATIENCE)).await;
        let _permit = permit.and_then(Result::ok).ok_or(UpstreamError::Busy)?;
        // Whoever has a permit finds one: it is given back after the line is.
        let line = self.lines.iter().find_map(|line| line.try_lock().ok());
        let mut line = line.ok_or(UpstreamError::Busy)?;
        let mut outcome = self.call(&mut line, buffer).await;
        if let Ok((401, _)) = outcome {
            outcome = self.call(&mut line, buffer).await;
        }
        line.memory.fill(0);
        match outcome? {
            (200..=299, length) => Ok(length),
            (status, _) => Err(UpstreamError::Status(status)),
        }
    }
}

impl<R: RawMutex, N, T, C, M, const LINES: usize, const PLACES: usize, const BYTES: usize> Upstream
    for UpstreamClient<'_, R, N, T, C, M, LINES, PLACES, BYTES>
where
    N: TcpConnect + Dns,
    T: Tls,
    C: Clock,
    M: Timer,
{
    async fn get<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b str, UpstreamError> {
        let length = self.ask(buffer).await?;
        let content = buffer.get(..length).unwrap_or_default();
        str::from_utf8(content).map_err(|_| UpstreamError::NotText)
    }
}

impl<R: RawMutex, N, T, C, M, const LINES: usize, const PLACES: usize, const BYTES: usize> fmt::Debug
    for UpstreamClient<'_, R, N, T, C, M, LINES, PLACES, BYTES>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpstreamClient").field("application", &self.application).finish_non_exhaustive()
    }
}

struct AtUpstream<U>(U);

impl<V: Verifier, B, U: Upstream, M: Memory> MethodHandlerService<App<'_, V, B, M>> for AtUpstream<U> {
    async fn call_method_handler_service<R: Read, W: ResponseWriter<Error = R::Error>>(
        &self,
        app: &App<'_, V, B, M>,
        (): (),
        method: &str,
        request: Request<'_, R>,
        writer: W,
    ) -> Result<ResponseSent, W::Error> {
        if let Some(answer) = not_allowed("GET, HEAD", method) {
            return answer.write_to(method, request.body_connection.finalize().await?, writer).await;
        }
        let mut memory = app.memory.lend();
        let RequestMemory { text, token: buffer, .. } = &mut *memory;
        text.clear();
        let outcome = verified(app, &request.parts, buffer).await;
        let allowed = outcome.and_then(|token| Ok(token.require_scope(UpstreamRead::SCOPE).map_err(Refusal::from)?));
        let refusal = allowed.err();
        let connection = request.body_connection.finalize().await?;
        if let Some(refusal) = refusal {
            let answer = refused(refusal, Some(UpstreamRead::SCOPE), app, text);
            return answer.write_to(method, connection, writer).await;
        }
        // The claims of the caller were in it.
        buffer.fill(0);
        let content;
        let mut answer = match self.0.get(buffer).await {
            Ok(told) => {
                content = told;
                Answer::new(200, &content)
            }
            Err(error) => {
                // A sentence cut short is still one.
                _ = writeln!(text, "{error}");
                Answer::new(error.status(), text)
            }
        };
        if answer.status() == 503 {
            answer = answer.with_field("Retry-After", Field::Seconds(5));
        }
        answer
            .with_field("Cache-Control", Field::Words("no-store"))
            .with_field("X-Content-Type-Options", Field::Words("nosniff"))
            .write_to(method, connection, writer)
            .await
    }
}

/// What `work` gives, or `None` if `end` comes first.
async fn within<F: Future>(work: F, end: impl Future<Output = ()>) -> Option<F::Output> {
    let (mut work, mut end) = (pin!(work), pin!(end));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => end.as_mut().poll(context).map(|()| None),
    })
    .await
}
