//! When to ask for the token that a user is to allow
//! ([RFC 8628 §3.5](https://www.rfc-editor.org/rfc/rfc8628#section-3.5)).

use core::{fmt, time::Duration};

use bearward_core::{AnswerError, DeviceAuthorization, TokenError, TokenRequest};

use crate::{
    error::{NetError, TlsError},
    failure::{Failure, FailureKind},
};

/// When a device that waits for its user asks the token endpoint: never before the server's interval is over, less often
/// when the server or the network wants it, and no longer when the codes have expired.
///
/// It counts by the device's own timer, so that no wall clock is needed. For
/// [`HttpClient::poll_for_token`](crate::HttpClient::poll_for_token).
///
/// ```
/// use bearward_core::{Client, DeviceAuthorizationRequest};
/// use bearward_net::{Clock, DevicePolling, Failure, HttpClient, Timer, Tls, Url};
/// use embedded_nal_async::{Dns, TcpConnect};
///
/// static CLIENT: Client<'_> = Client::none("valve");
///
/// /// Gets an access token by its user's leave, and hands it to `keep`.
/// async fn log_in<N: TcpConnect + Dns, T: Tls, C: Clock, M: Timer>(
///     http: &mut HttpClient<'_, N, T, C, M>,
///     rng: &mut impl rand_core::CryptoRng,
///     show: impl FnOnce(&str, &str),
///     keep: impl FnOnce(&str),
/// ) -> Result<(), Failure> {
///     let (mut codes, mut buffer) = ([0; 512], [0; 1536]);
///     let endpoint = Url::parse("https://authority.example/device_authorization")?;
///     let request = DeviceAuthorizationRequest::new().with_scope("tank:read");
///     let codes = http.authorize_device(&endpoint, &CLIENT, [0; 16], &request, &mut codes).await?;
///     show(codes.verification_uri(), codes.user_code());
///
///     let endpoint = Url::parse("https://authority.example/token")?;
///     let mut polling = DevicePolling::new(&codes, http.timer().elapsed());
///     let token = http.poll_for_token(&endpoint, &CLIENT, rng, &mut polling, &mut buffer).await?;
///     keep(token.access_token());
///     buffer.fill(0);
///     Ok(())
/// }
/// ```
#[derive(Clone)]
pub struct DevicePolling<'a> {
    request: TokenRequest<'a>,
    interval: Duration,
    next: Duration,
    end: Duration,
}

impl<'a> DevicePolling<'a> {
    /// By what the server has answered, and [`Timer::elapsed`](crate::Timer::elapsed) now.
    #[must_use]
    pub fn new(authorization: &DeviceAuthorization<'a>, elapsed: Duration) -> Self {
        let interval = Duration::from_secs(authorization.interval().into()).max(LEAST);
        Self {
            request: TokenRequest::device_code(authorization.device_code()),
            interval,
            next: elapsed.saturating_add(interval),
            end: elapsed.saturating_add(Duration::from_secs(authorization.expires_in().into())),
        }
    }

    /// Asks for a token that is good at this resource server, as [`TokenRequest::with_resource`] does.
    #[must_use]
    pub fn with_resource(self, resource: &'a str) -> Self {
        Self { request: self.request.with_resource(resource), ..self }
    }

    /// How long there is between two requests now.
    #[must_use]
    pub const fn interval(&self) -> Duration {
        self.interval
    }

    pub(crate) const fn request(&self) -> TokenRequest<'a> {
        self.request
    }

    /// How long to wait before the next request, which is then taken for made.
    pub(crate) fn begin(&mut self, elapsed: Duration) -> Result<Duration, TokenError> {
        let begin = self.next.max(elapsed);
        if begin >= self.end {
            return Err(TokenError::ExpiredToken);
        }
        self.next = begin.saturating_add(self.interval);
        Ok(begin.saturating_sub(elapsed))
    }

    /// Goes on after a request that brought no token, if another one may.
    pub(crate) fn failed(&mut self, failure: Failure, elapsed: Duration) -> Result<(), Failure> {
        match failure.kind {
            FailureKind::Token(TokenError::AuthorizationPending) => {}
            FailureKind::Token(TokenError::SlowDown) => self.interval = self.interval.saturating_add(SLOW_DOWN),
            FailureKind::Token(TokenError::Answer(AnswerError::Unavailable)) => self.back_off(),
            FailureKind::Net(error) if may_pass(error) => self.back_off(),
            _ => return Err(failure),
        }
        let wait = self.interval.max(failure.retry_after.unwrap_or_default());
        self.next = elapsed.saturating_add(wait);
        Ok(())
    }

    /// "doubling the polling interval on each such connection timeout, is RECOMMENDED"
    fn back_off(&mut self) {
        self.interval = self.interval.saturating_mul(2).min(self.interval.max(MOST));
    }
}

impl fmt::Debug for DevicePolling<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevicePolling").field("interval", &self.interval).finish_non_exhaustive()
    }
}

/// What an interval of 0 is taken for.
const LEAST: Duration = Duration::from_secs(1);

/// How far an interval is doubled.
const MOST: Duration = Duration::from_secs(60);

/// "the interval MUST be increased by 5 seconds for this and all subsequent requests"
const SLOW_DOWN: Duration = Duration::from_secs(5);

/// Whether it is the way to the server that failed, and not what came over it.
const fn may_pass(error: NetError) -> bool {
    matches!(
        error,
        NetError::TimedOut(_)
            | NetError::NameNotResolved
            | NetError::Connect(_)
            | NetError::NoAnswer
            | NetError::Truncated
            | NetError::Tls(TlsError::Stream(_) | TlsError::Truncated | TlsError::Closed | TlsError::Aborted)
    )
}

#[cfg(test)]
mod tests;
