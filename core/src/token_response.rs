//! A token that the authorization server gave to the device
//! ([RFC 6749 §5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)).

use core::fmt;

use crate::{
    answer_error::AnswerError,
    bearer::BearerToken,
    json::{Object, Value},
    limits::TOKEN_BYTES,
    scope::{Scope, is_scope},
    token_error::TokenError,
};

/// What the token endpoint answers to a [`TokenRequest`](crate::TokenRequest): a bearer token, and what goes with it.
///
/// It borrows the answer's body for `'b`. The access token says nothing to the client that holds it (RFC 9068 §6): it is
/// sent, and never read. Its `Debug` shows nothing of what is in it.
#[derive(Clone, Copy)]
pub struct TokenResponse<'b> {
    object: Object<'b>,
    access_token: &'b str,
    expires_in: Option<u32>,
    scope: Option<&'b str>,
    refresh_token: Option<&'b str>,
    id_token: Option<&'b str>,
}

impl<'b> TokenResponse<'b> {
    pub(crate) fn read(body: &'b mut [u8]) -> Result<Self, TokenError> {
        Self::of(Object::read_in_place(body).map_err(AnswerError::Json)?)
    }

    /// The response that an object is, whose escapes are resolved.
    pub(crate) fn of(object: Object<'b>) -> Result<Self, TokenError> {
        let kind = text(&object, "token_type")?.ok_or(AnswerError::Member("token_type"))?;
        if !kind.eq_ignore_ascii_case("Bearer") {
            return Err(TokenError::TokenType);
        }
        let access_token = text(&object, "access_token")?.ok_or(AnswerError::Member("access_token"))?;
        Ok(Self {
            object,
            access_token: BearerToken::new(access_token).map_err(|_| AnswerError::Member("access_token"))?.as_str(),
            expires_in: seconds(&object, "expires_in")?,
            scope: scope(&object)?,
            refresh_token: secret(&object, "refresh_token")?,
            id_token: secret(&object, "id_token")?,
        })
    }

    /// The access token, a `b64token` of RFC 6750 §2.1 with at most [`TOKEN_BYTES`]. It belongs in no log.
    #[must_use]
    pub const fn access_token(&self) -> &'b str {
        self.access_token
    }

    /// For how many seconds the token is good, from when the answer was made. A longer time than 32 bits hold is cut to
    /// them, 136 years.
    ///
    /// It counts by the device's own timer, from before the request was sent: no wall clock is needed. Without it, only
    /// the resource server's 401 tells that the token has expired.
    #[must_use]
    pub const fn expires_in(&self) -> Option<u32> {
        self.expires_in
    }

    /// What the token allows. Where there is none, it is what was asked for (RFC 6749 §5.1).
    #[must_use]
    pub fn scope(&self) -> Option<Scope<'b>> {
        self.scope.map(Scope::new)
    }

    /// The token to ask for the next one with ([`TokenRequest::refresh_token`](crate::TokenRequest::refresh_token)). It
    /// belongs in no log.
    #[must_use]
    pub const fn refresh_token(&self) -> Option<&'b str> {
        self.refresh_token
    }

    /// The ID token (OpenID Connect Core §3.1.3.3), as it came: not verified, see [`IdTokenPolicy`](crate::IdTokenPolicy).
    #[must_use]
    pub const fn id_token(&self) -> Option<&'b str> {
        self.id_token
    }

    /// Any member of the answer, by its name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<Value<'b>> {
        self.object.get(name)
    }

    /// The answer as JSON, with the escapes that need not be resolved. It has the tokens in it, and belongs in no log.
    #[must_use]
    pub const fn json(&self) -> &'b str {
        self.object.as_json()
    }
}

impl fmt::Debug for TokenResponse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

/// A member that must be a string, if it is there. One with escapes that must stay (a quote, a backslash or a control
/// character) cannot be borrowed, and has no place in any of these.
pub(crate) fn text<'b>(object: &Object<'b>, name: &'static str) -> Result<Option<&'b str>, AnswerError> {
    let Some(value) = object.get(name) else { return Ok(None) };
    let text = value.as_text().and_then(|text| text.as_str());
    text.map(Some).ok_or(AnswerError::Member(name))
}

/// A member that must be of printable ASCII (RFC 6749 appendix A: `1*VSCHAR`), if it is there.
pub(crate) fn secret<'b>(object: &Object<'b>, name: &'static str) -> Result<Option<&'b str>, AnswerError> {
    let text = text(object, name)?;
    let is_good = |text: &str| {
        !text.is_empty() && text.len() <= TOKEN_BYTES && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
    };
    if text.is_none_or(is_good) { Ok(text) } else { Err(AnswerError::Member(name)) }
}

/// A member that must be a whole number of seconds, if it is there.
pub(crate) fn seconds(object: &Object<'_>, name: &'static str) -> Result<Option<u32>, AnswerError> {
    let Some(value) = object.get(name) else { return Ok(None) };
    let number = value.as_number().and_then(|number| number.as_u64()).ok_or(AnswerError::Member(name))?;
    Ok(Some(u32::try_from(number).unwrap_or(u32::MAX)))
}

/// RFC 6749 §3.3. Some servers send an empty one where nothing is granted.
fn scope<'b>(object: &Object<'b>) -> Result<Option<&'b str>, AnswerError> {
    let scope = text(object, "scope")?;
    let is_good = |scope: &str| scope.is_empty() || is_scope(scope);
    if scope.is_none_or(is_good) { Ok(scope) } else { Err(AnswerError::Member("scope")) }
}

#[cfg(test)]
mod tests;
