//! Asking the authorization server whether a token is good
//! ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)). The answer is read by
//! [`Policy::introspect`](crate::Policy::introspect).

mod response;

use core::fmt;

pub use response::{ActiveToken, IntrospectionResponse};

use crate::{
    answer_error::AnswerError,
    bearer::BearerToken,
    call::Request,
    call_error::CallError,
    client::{Client, Fresh},
    error::Error,
};

/// The question whether a token is active (RFC 7662 §2.1).
///
/// ```
/// use bearward_core::{Algorithm, Answer, BearerToken, Client, Error, IntrospectionRequest, Policy, UnixTime};
///
/// static CLIENT: Client<'_> = Client::secret_basic("valve", "gX1fBat3bV");
/// static POLICY: Policy<'_> = Policy::new("https://authority.example", "https://valve.example", &[]);
///
/// let token = BearerToken::new("2YotnFZFEjr1zCsicMWpAA")?;
/// let mut buffer = [0; 256];
/// let request = IntrospectionRequest::new(token).write(&CLIENT, None, &mut buffer)?;
/// // Here bearward-net sends it to the introspection endpoint.
/// # assert_eq!(request.accept(), "application/json");
/// let mut body = *br#"{"active": true, "aud": "https://valve.example", "scope": "valve:open", "exp": 1800000060}"#;
/// let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut body };
/// let token = POLICY.introspect(answer, UnixTime::from_seconds(1_800_000_000)).map_err(Error::from)?;
/// token.require_scope("valve:open")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct IntrospectionRequest<'t> {
    token: BearerToken<'t>,
    accept: &'static str,
}

impl<'t> IntrospectionRequest<'t> {
    /// Asks about this token, says that it is an access token, and wants an answer in plain JSON.
    #[must_use]
    pub const fn new(token: BearerToken<'t>) -> Self {
        Self { token, accept: IntrospectionResponse::json().accept() }
    }

    /// Wants the answer in this form (RFC 9701 §4).
    #[must_use]
    pub const fn with_response(self, response: &IntrospectionResponse<'_>) -> Self {
        Self { accept: response.accept(), ..self }
    }

    /// Writes the request for the `introspection_endpoint` into `buffer`, which takes 35 bytes, the token (three
    /// bytes for each `+`, `/`, `=` and `~` in it), and what the client adds: about 450 bytes for an assertion under ES256.
    ///
    /// # Errors
    ///
    /// [`CallError`] if the buffer is too small, or the client cannot authenticate.
    pub fn write<'b>(
        &self,
        client: &Client<'_>,
        fresh: impl Into<Option<Fresh>>,
        buffer: &'b mut [u8],
    ) -> Result<Request<'b>, CallError> {
        let parameters = [("token", Some(self.token.as_str())), ("token_type_hint", Some("access_token"))];
        client.post(fresh.into(), self.accept, &parameters, buffer)
    }
}

/// Why introspection let a token not in.
///
/// Only the first two say that the token is bad. It turns into an [`Error`] with the status and the code for the
/// client's answer: 401 or 403 where the token is bad, and 503 where it is not known whether it is.
///
/// ```
/// use bearward_core::{AnswerError, Error, IntrospectionError};
///
/// assert_eq!(Error::from(IntrospectionError::Inactive).status(), 401);
/// assert_eq!(Error::from(IntrospectionError::Answer(AnswerError::ClientRefused)).status(), 503);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IntrospectionError {
    /// The authorization server says that the token is not active: it expired, was revoked, was never issued, or is not
    /// for this client to know of (RFC 7662 §2.2). It does not say which.
    Inactive,
    /// The token is active, and is not what the policy demands; or whether it is cannot be told without the time
    /// ([`Error::TimeUnavailable`]).
    Token(Error),
    /// The answer came as a signed JWT (RFC 9701), and plain JSON is registered.
    SignedAnswer,
    /// The answer came as plain JSON, and a signed one is registered.
    NotSigned,
    /// The signed answer is not good.
    Jwt(Error),
    /// The answer does not tell whether the token is active.
    Answer(AnswerError),
}

impl fmt::Display for IntrospectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inactive => Error::Inactive.fmt(f),
            Self::Token(error) => error.fmt(f),
            Self::SignedAnswer => f.write_str("the answer about the token is signed, which is not expected"),
            Self::NotSigned => f.write_str("the answer about the token is not signed"),
            Self::Jwt(error) => write!(f, "the signed answer about the token is not good: {error}"),
            Self::Answer(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for IntrospectionError {}

impl From<AnswerError> for IntrospectionError {
    fn from(error: AnswerError) -> Self {
        Self::Answer(error)
    }
}

impl From<IntrospectionError> for Error {
    fn from(error: IntrospectionError) -> Self {
        match error {
            IntrospectionError::Inactive => Self::Inactive,
            IntrospectionError::Token(error) => error,
            IntrospectionError::Jwt(Self::TimeUnavailable) => Self::TimeUnavailable,
            IntrospectionError::SignedAnswer
            | IntrospectionError::NotSigned
            | IntrospectionError::Jwt(_)
            | IntrospectionError::Answer(_) => Self::AuthorityUnavailable,
        }
    }
}

#[cfg(test)]
mod tests;
