//! What an answer of the authorization server may say instead of what was asked
//! ([RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)).

use core::fmt;

use crate::{
    call::Answer,
    error::Claim,
    json::{JsonError, Object, Value},
};

/// Why an answer does not tell what was asked. None of it says that a token is bad: towards the device's own clients it
/// is 503.
///
/// ```
/// use bearward_core::AnswerError;
///
/// assert_eq!(AnswerError::of_status(200), None);
/// assert_eq!(AnswerError::of_status(401), Some(AnswerError::ClientRefused));
/// assert_eq!(AnswerError::of_status(502), Some(AnswerError::Unavailable));
/// assert_eq!(AnswerError::of_status(302), Some(AnswerError::Status(302)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AnswerError {
    /// The server refuses this client: 401, 403, or the error code `invalid_client` or `unauthorized_client`. Another
    /// try will not help before the client's credentials are mended.
    ClientRefused,
    /// The server cannot answer now: 429 or 5xx. To be tried again, after the time in `Retry-After` if there is one.
    Unavailable,
    /// The server does not do this for this type of token (RFC 7009 §2.2.1).
    UnsupportedTokenType,
    /// Another status than 200. Redirections are among them, and are not followed.
    Status(u16),
    /// The content is not of the media type that was asked for.
    ContentType,
    /// The content is not the JSON object that it must be.
    Json(JsonError),
    /// A member of the object is absent where it is required, or of a wrong type.
    Member(&'static str),
    /// A claim in the object is of a wrong type.
    Claim(Claim),
}

impl AnswerError {
    /// What a status says by itself; `None` for 200, which alone is success.
    #[must_use]
    pub const fn of_status(status: u16) -> Option<Self> {
        match status {
            200 => None,
            401 | 403 => Some(Self::ClientRefused),
            429 | 500..=599 => Some(Self::Unavailable),
            other => Some(Self::Status(other)),
        }
    }

    /// What an answer says by its status, and where that is 400, by its error code.
    pub(crate) fn of(answer: &Answer<'_>) -> Option<Self> {
        let error = Self::of_status(answer.status)?;
        if error != Self::Status(400) || !answer.is_of_type("application/json") {
            return Some(error);
        }
        let code = Object::read(answer.body).ok().and_then(|object| object.get("error")).and_then(Value::as_text);
        Some(match code {
            Some(code) if code == "invalid_client" || code == "unauthorized_client" => Self::ClientRefused,
            Some(code) if code == "unsupported_token_type" => Self::UnsupportedTokenType,
            _ => error,
        })
    }
}

impl fmt::Display for AnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClientRefused => f.write_str("the authorization server refuses this client"),
            Self::Unavailable => f.write_str("the authorization server cannot answer now"),
            Self::UnsupportedTokenType => f.write_str("the authorization server does not do this for such a token"),
            Self::Status(status) => write!(f, "the authorization server answered with status {status}"),
            Self::ContentType => f.write_str("the answer is of an unexpected media type"),
            Self::Json(error) => write!(f, "the answer is not a JSON object: {error}"),
            Self::Member(name) => write!(f, "in the answer, \"{name}\" is missing or malformed"),
            Self::Claim(claim) => write!(f, "in the answer, the claim {claim} is malformed"),
        }
    }
}

impl core::error::Error for AnswerError {}

impl From<JsonError> for AnswerError {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}
