//! Taking a token back ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)).

use core::fmt;

use crate::{
    answer_error::AnswerError,
    call::{Answer, Request},
    call_error::CallError,
    client::{Client, Fresh},
};

/// The request to make a token worthless (RFC 7009 §2.1): it was seen where it should not be, or is not needed any more.
///
/// The server lets only the client revoke a token to which it was issued, so a resource server can take back what it
/// holds itself.
///
/// ```
/// use bearward_core::{Answer, AnswerError, Client, RevocationRequest, TokenTypeHint};
///
/// let client = Client::secret_post("valve", "gX1fBat3bV");
/// let mut buffer = [0; 256];
/// let request = RevocationRequest::new("45ghiukldjahdnhzdauz")
///     .with_token_type_hint(TokenTypeHint::RefreshToken)
///     .write(&client, None, &mut buffer)?;
/// let form = b"token=45ghiukldjahdnhzdauz&token_type_hint=refresh_token&client_id=valve&client_secret=gX1fBat3bV";
/// assert_eq!(request.body(), form);
///
/// let answer = Answer { status: 503, content_type: None, body: &mut [] };
/// assert_eq!(RevocationRequest::read(&answer), Err(AnswerError::Unavailable));
/// # Ok::<(), bearward_core::CallError>(())
/// ```
#[derive(Clone, Copy)]
pub struct RevocationRequest<'t> {
    token: &'t str,
    hint: Option<TokenTypeHint>,
}

/// What kind of token it is, to help the server find it (RFC 7009 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenTypeHint {
    /// `access_token`
    AccessToken,
    /// `refresh_token`
    RefreshToken,
}

impl<'t> RevocationRequest<'t> {
    /// Revokes this token.
    #[must_use]
    pub const fn new(token: &'t str) -> Self {
        Self { token, hint: None }
    }

    /// Says what kind of token it is. A wrong hint does no harm: the server then looks among the others.
    #[must_use]
    pub const fn with_token_type_hint(self, hint: TokenTypeHint) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// Writes the request for the `revocation_endpoint` into `buffer`.
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
        let hint = self.hint.map(TokenTypeHint::as_str);
        client.post(fresh.into(), ACCEPT, &[("token", Some(self.token)), ("token_type_hint", hint)], buffer)
    }

    /// Reads the answer (RFC 7009 §2.2): `Ok` if the token is good for nothing now, also if it was not before.
    ///
    /// # Errors
    ///
    /// [`AnswerError::UnsupportedTokenType`] if the server does not revoke such tokens, as many do not with JWTs. After
    /// [`AnswerError::Unavailable`] the token must be taken for still good (§2.2.1). Of the others, those that go by the
    /// status.
    pub fn read(answer: &Answer<'_>) -> Result<(), AnswerError> {
        AnswerError::of(answer).map_or(Ok(()), Err)
    }
}

/// Only errors have content (RFC 7009 §2.2.1).
const ACCEPT: &str = "application/json";

impl TokenTypeHint {
    const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::RefreshToken => "refresh_token",
        }
    }
}

impl fmt::Debug for RevocationRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RevocationRequest").field("hint", &self.hint).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
