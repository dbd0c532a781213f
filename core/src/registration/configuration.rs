//! The place where a client is managed ([RFC 7592 §2](https://www.rfc-editor.org/rfc/rfc7592#section-2)).

use core::fmt;

use super::{ACCEPT, ClientInformation, ClientMetadata, Redacted, RegistrationError, authority_of, write};
use crate::{
    bearer::BearerToken,
    call::{Answer, Request},
    call_error::CallError,
};

/// The client configuration endpoint of one client, and the token for it: what is registered can be read, replaced and
/// deleted there.
///
/// [`Registration::configuration`](crate::Registration::configuration) gives it. Its URI is `https`, and the token goes
/// there alone.
#[derive(Clone, Copy)]
pub struct ClientConfiguration<'r> {
    pub(super) uri: &'r str,
    pub(super) token: BearerToken<'r>,
    pub(super) client_id: &'r str,
    pub(super) client_secret: Option<&'r str>,
}

impl<'r> ClientConfiguration<'r> {
    /// `registration_client_uri`: where the requests go.
    #[must_use]
    pub const fn uri(&self) -> &'r str {
        self.uri
    }

    /// Writes the request to read what is registered (§2.1) into `buffer`, which takes 7 bytes and the token.
    ///
    /// # Errors
    ///
    /// [`CallError::BufferTooSmall`].
    pub fn write_read<'b>(&self, buffer: &'b mut [u8]) -> Result<Request<'b>, CallError> {
        let (authorization, _) = write(buffer, Some(self.token), |_| Ok(()))?;
        Ok(Request::get(ACCEPT).with_authorization(authorization.unwrap_or_default()))
    }

    /// Writes the request to replace what is registered (§2.2) into `buffer`: what is not in `metadata` goes. The
    /// client shows its identifier and its secret, which it cannot choose.
    ///
    /// # Errors
    ///
    /// As [`RegistrationRequest::write`](crate::RegistrationRequest::write).
    pub fn write_update<'b>(
        &self,
        metadata: &ClientMetadata<'_>,
        buffer: &'b mut [u8],
    ) -> Result<Request<'b>, CallError> {
        let own = [("client_id", Some(self.client_id)), ("client_secret", self.client_secret)];
        let (authorization, document) = write(buffer, Some(self.token), |out| metadata.write(out, &own))?;
        Ok(Request::put_json(ACCEPT, document).with_authorization(authorization.unwrap_or_default()))
    }

    /// Writes the request to delete the client (§2.3) into `buffer`, which takes 7 bytes and the token.
    ///
    /// # Errors
    ///
    /// [`CallError::BufferTooSmall`].
    pub fn write_delete<'b>(&self, buffer: &'b mut [u8]) -> Result<Request<'b>, CallError> {
        let (authorization, _) = write(buffer, Some(self.token), |_| Ok(()))?;
        Ok(Request::delete(ACCEPT).with_authorization(authorization.unwrap_or_default()))
    }

    /// Reads the answer to reading or replacing (§2.1, §2.2, §3). It may have another secret, another token and another
    /// place to manage the client, and the old ones are good no longer then: give it to
    /// [`Registration::update`](crate::Registration::update).
    ///
    /// # Errors
    ///
    /// [`RegistrationError`]; [`RegistrationError::OtherClient`] for an answer about another client.
    pub fn read<'b>(&self, answer: Answer<'b>) -> Result<ClientInformation<'b>, RegistrationError> {
        if let Some(error) = RegistrationError::of(&answer, 200) {
            return Err(error);
        }
        let information = ClientInformation::read(answer, authority_of(self.uri))?;
        if information.client_id() == self.client_id { Ok(information) } else { Err(RegistrationError::OtherClient) }
    }

    /// Reads the answer to deleting (§2.3): `Ok` if the client is no more. Its secret, its tokens and the token for here are
    /// good no longer.
    ///
    /// # Errors
    ///
    /// [`RegistrationError`]. After [`AnswerError::Unavailable`](crate::AnswerError::Unavailable) the client must be taken
    /// for still there.
    pub fn read_deletion(answer: &Answer<'_>) -> Result<(), RegistrationError> {
        RegistrationError::of(answer, 204).map_or(Ok(()), Err)
    }
}

impl fmt::Debug for ClientConfiguration<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientConfiguration").field("client_id", &self.client_id).field("token", &Redacted).finish()
    }
}
