//! Asking the authorization server for a token of the device's own
//! ([RFC 6749 §3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.2),
//! [RFC 8628 §3.4](https://www.rfc-editor.org/rfc/rfc8628#section-3.4),
//! [RFC 8707 §2](https://www.rfc-editor.org/rfc/rfc8707#section-2)).

use core::fmt;

use crate::{
    call::{Answer, Request},
    call_error::CallError,
    client::{Client, Fresh},
    token_error::TokenError,
    token_response::TokenResponse,
};

/// A request to the token endpoint, by one of the grants that need no browser on the device.
///
/// ```
/// use bearward_core::{Answer, Client, TokenRequest};
///
/// static CLIENT: Client<'_> = Client::secret_basic("valve", "gX1fBat3bV");
///
/// let mut buffer = [0; 256];
/// let request = TokenRequest::client_credentials()
///     .with_scope("tank:read")
///     .with_resource("https://tank.example")
///     .write(&CLIENT, None, &mut buffer)?;
/// assert_eq!(request.body(), b"grant_type=client_credentials&scope=tank%3Aread&resource=https%3A%2F%2Ftank.example");
///
/// // Here bearward-net sends it to the token endpoint.
/// let mut body = *br#"{"access_token": "2YotnFZFEjr1zCsicMWpAA", "token_type": "Bearer", "expires_in": 600}"#;
/// let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut body };
/// let token = TokenRequest::read(answer)?;
/// assert_eq!((token.access_token(), token.expires_in()), ("2YotnFZFEjr1zCsicMWpAA", Some(600)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct TokenRequest<'t> {
    grant: Grant<'t>,
    scope: Option<&'t str>,
    resource: Option<&'t str>,
}

#[derive(Clone, Copy)]
enum Grant<'t> {
    ClientCredentials,
    RefreshToken(&'t str),
    DeviceCode(&'t str),
}

impl<'t> TokenRequest<'t> {
    /// Asks as the client itself, for what is its own (RFC 6749 §4.4). The client must authenticate.
    #[must_use]
    pub const fn client_credentials() -> Self {
        Self::of(Grant::ClientCredentials)
    }

    /// Asks for a new access token in place of an older one (RFC 6749 §6).
    ///
    /// The answer may bring a new refresh token. Then this one must be forgotten: who uses it once more makes both
    /// worthless (RFC 9700 §4.14.2).
    #[must_use]
    pub const fn refresh_token(refresh_token: &'t str) -> Self {
        Self::of(Grant::RefreshToken(refresh_token))
    }

    /// Asks whether the user has let the device in: with the
    /// [`device_code`](crate::DeviceAuthorization::device_code) of a [`DeviceAuthorization`](crate::DeviceAuthorization)
    /// (RFC 8628 §3.4).
    #[must_use]
    pub const fn device_code(device_code: &'t str) -> Self {
        Self::of(Grant::DeviceCode(device_code))
    }

    const fn of(grant: Grant<'t>) -> Self {
        Self { grant, scope: None, resource: None }
    }

    /// Asks for these scopes, separated by spaces (RFC 6749 §3.3). A refresh asks for no more than was granted (§6); a
    /// device code has its scopes from its [`DeviceAuthorizationRequest`](crate::DeviceAuthorizationRequest).
    #[must_use]
    pub const fn with_scope(self, scope: &'t str) -> Self {
        Self { scope: Some(scope), ..self }
    }

    /// Asks for a token that is good at this resource server: its absolute URI, without fragment (RFC 8707 §2).
    ///
    /// Another call replaces it. A token for several servers could be used by each of them at the others, so that there is
    /// one for each (RFC 8707 §3).
    #[must_use]
    pub const fn with_resource(self, resource: &'t str) -> Self {
        Self { resource: Some(resource), ..self }
    }

    /// Writes the request for the `token_endpoint` into `buffer`, which takes the parameters as a form has them, and what
    /// the client adds: about 450 bytes for an assertion under ES256.
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
        let (grant_type, refresh_token, device_code) = match self.grant {
            Grant::ClientCredentials => ("client_credentials", None, None),
            Grant::RefreshToken(token) => ("refresh_token", Some(token), None),
            Grant::DeviceCode(code) => ("urn:ietf:params:oauth:grant-type:device_code", None, Some(code)),
        };
        let parameters = [
            ("grant_type", Some(grant_type)),
            ("refresh_token", refresh_token),
            ("device_code", device_code),
            ("scope", self.scope),
            ("resource", self.resource),
        ];
        client.post(fresh.into(), "application/json", &parameters, buffer)
    }

    /// Reads the answer (RFC 6749 §5.1): what the server gave. It borrows the answer's body, so that whoever lent that
    /// should overwrite it when the tokens are kept elsewhere.
    ///
    /// What is there must have the right type and grammar, and nothing comes twice. Members that are not known here are
    /// passed over.
    ///
    /// # Errors
    ///
    /// [`TokenError`]: why the server gives none, or what is wrong with the answer.
    pub fn read(answer: Answer<'_>) -> Result<TokenResponse<'_>, TokenError> {
        if let Some(error) = TokenError::of(&answer) {
            return Err(error);
        }
        TokenResponse::read(answer.body)
    }
}

impl fmt::Debug for TokenRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grant = match self.grant {
            Grant::ClientCredentials => "client_credentials",
            Grant::RefreshToken(_) => "refresh_token",
            Grant::DeviceCode(_) => "device_code",
        };
        f.debug_struct("TokenRequest").field("grant", &grant).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
