//! Why the token endpoint gives no token ([RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2),
//! [RFC 8628 §3.5](https://www.rfc-editor.org/rfc/rfc8628#section-3.5),
//! [RFC 8707 §2](https://www.rfc-editor.org/rfc/rfc8707#section-2)).

use core::fmt;

use crate::{
    answer_error::AnswerError,
    call::Answer,
    json::{JsonError, Object, Value},
};

/// Why there is no token.
///
/// ```
/// use bearward_core::{Answer, TokenError, TokenRequest};
///
/// let mut body = *br#"{"error": "authorization_pending"}"#;
/// let answer = Answer { status: 400, content_type: Some("application/json"), body: &mut body };
/// assert_eq!(TokenRequest::read(answer).unwrap_err(), TokenError::AuthorizationPending);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenError {
    /// `invalid_request`: the server does not understand what was asked.
    InvalidRequest,
    /// `invalid_client`, or a status 401 or 403 without a code that is understood: the client is not known, or did not
    /// prove who it is. Another try will not help before its credentials are mended.
    InvalidClient,
    /// `invalid_grant`: the refresh token or device code is not good, or no longer, or is another client's.
    InvalidGrant,
    /// `unauthorized_client`: the client may not use this grant.
    UnauthorizedClient,
    /// `unsupported_grant_type`: the server does not know this grant.
    UnsupportedGrantType,
    /// `invalid_scope`: the scope is unknown, or more than can be granted.
    InvalidScope,
    /// `invalid_target`: the resource is unknown, or not for this client (RFC 8707 §2).
    InvalidTarget,
    /// `authorization_pending`: the user has not decided yet (RFC 8628 §3.5). To be asked again after the interval.
    AuthorizationPending,
    /// `slow_down`: as [`AuthorizationPending`](Self::AuthorizationPending), and the interval grows by 5 seconds from now
    /// on.
    SlowDown,
    /// `access_denied`: the user has said no.
    AccessDenied,
    /// `expired_token`: the device code is too old. A new one may be asked for.
    ExpiredToken,
    /// The token is no bearer token (RFC 6749 §7.1): whoever holds it must prove more at the resource server than can be
    /// proved here.
    TokenType,
    /// The answer tells neither.
    Answer(AnswerError),
}

impl TokenError {
    /// What an answer of the token endpoint, or of the device authorization endpoint, says by its status, its media type
    /// and its error code; `None` if that is success.
    ///
    /// A code counts with any status from 400 to 499, for servers differ in it, and with 200: one that is there is no
    /// success.
    #[must_use]
    pub fn of(answer: &Answer<'_>) -> Option<Self> {
        let is_json = answer.is_of_type("application/json");
        if is_json && matches!(answer.status, 200 | 400..=499) {
            let object = Object::read(answer.body);
            let error = object.ok().and_then(|object| object.get("error"));
            if let Some(known) = error.and_then(Value::as_text).and_then(|code| Self::of_code(|name| code == *name)) {
                return Some(known);
            }
            if error.is_some() && answer.status == 200 {
                return Some(AnswerError::Member("error").into());
            }
        }
        match AnswerError::of_status(answer.status) {
            None if is_json => None,
            None => Some(AnswerError::ContentType.into()),
            Some(AnswerError::ClientRefused) => Some(Self::InvalidClient),
            Some(error) => Some(error.into()),
        }
    }

    fn of_code(is: impl Fn(&str) -> bool) -> Option<Self> {
        const CODES: [(&str, TokenError); 11] = [
            ("invalid_request", TokenError::InvalidRequest),
            ("invalid_client", TokenError::InvalidClient),
            ("invalid_grant", TokenError::InvalidGrant),
            ("unauthorized_client", TokenError::UnauthorizedClient),
            ("unsupported_grant_type", TokenError::UnsupportedGrantType),
            ("invalid_scope", TokenError::InvalidScope),
            ("invalid_target", TokenError::InvalidTarget),
            ("authorization_pending", TokenError::AuthorizationPending),
            ("slow_down", TokenError::SlowDown),
            ("access_denied", TokenError::AccessDenied),
            ("expired_token", TokenError::ExpiredToken),
        ];
        CODES.iter().find(|(name, _)| is(name)).map(|(_, error)| *error)
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InvalidRequest => "the authorization server does not understand the request for a token",
            Self::InvalidClient => "the authorization server does not take the client's credentials",
            Self::InvalidGrant => "the refresh token or device code is not good, or no longer",
            Self::UnauthorizedClient => "the client may not ask for a token in this way",
            Self::UnsupportedGrantType => "the authorization server gives no token in this way",
            Self::InvalidScope => "the authorization server does not grant this scope",
            Self::InvalidTarget => "the authorization server gives no token for this resource",
            Self::AuthorizationPending => "the user has not decided yet",
            Self::SlowDown => "the authorization server is asked too often",
            Self::AccessDenied => "the user has refused",
            Self::ExpiredToken => "the user has not decided in time",
            Self::TokenType => "the token that was given is no bearer token",
            Self::Answer(error) => return error.fmt(f),
        })
    }
}

impl core::error::Error for TokenError {}

impl From<AnswerError> for TokenError {
    fn from(error: AnswerError) -> Self {
        Self::Answer(error)
    }
}

impl From<JsonError> for TokenError {
    fn from(error: JsonError) -> Self {
        Self::Answer(error.into())
    }
}

#[cfg(test)]
mod tests;
