//! Getting tokens of the device's own ([RFC 6749 §3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.2)), also by a
//! user's leave ([RFC 8628](https://www.rfc-editor.org/rfc/rfc8628)).

use bearward_core::{
    Answer, Client, DeviceAuthorization, DeviceAuthorizationRequest, TokenError, TokenRequest, TokenResponse,
};
use embedded_nal_async::{Dns, TcpConnect};

use crate::{
    client::HttpClient,
    clock::{Clock, Timer},
    device_polling::DevicePolling,
    failure::Failure,
    tls::Tls,
    url::Url,
};

impl<N, T, C, M> HttpClient<'_, N, T, C, M>
where
    N: TcpConnect + Dns,
    T: Tls,
    C: Clock,
    M: Timer,
{
    /// Asks the token endpoint for a token, as `client`.
    ///
    /// `nonce` is 128 fresh random bits, for a client that authenticates by an assertion. `buffer` takes the request and
    /// then the answer, which the response borrows: whoever lends it should overwrite it afterwards.
    ///
    /// No wall clock is needed where neither the client (`private_key_jwt`, `client_secret_jwt`) nor TLS needs one:
    /// [`Trust::keys`](crate::Trust::keys) does not. The token's
    /// [`expires_in`](bearward_core::TokenResponse::expires_in) counts by the timer, from before this call.
    ///
    /// # Errors
    ///
    /// [`FailureKind::Token`](crate::FailureKind::Token) for what the server says, the others if it says nothing that could
    /// be understood. A refresh token may be used up even so.
    pub async fn token<'b>(
        &mut self,
        endpoint: &Url<'_>,
        client: &Client<'_>,
        nonce: [u8; 16],
        request: &TokenRequest<'_>,
        buffer: &'b mut [u8],
    ) -> Result<TokenResponse<'b>, Failure> {
        let fresh = self.fresh(nonce);
        let (answer, retry_after) = self.call(endpoint, |buffer| request.write(client, fresh, buffer), buffer).await?;
        TokenRequest::read(answer).map_err(|error| Failure::after(error, retry_after))
    }

    /// Asks the device authorization endpoint for a device code and a user code, as `client` (RFC 8628 §3.1).
    ///
    /// `nonce` and `buffer` are as for [`token`](Self::token); the authorization borrows the buffer until the token is
    /// there.
    ///
    /// # Errors
    ///
    /// As [`token`](Self::token).
    pub async fn authorize_device<'b>(
        &mut self,
        endpoint: &Url<'_>,
        client: &Client<'_>,
        nonce: [u8; 16],
        request: &DeviceAuthorizationRequest<'_>,
        buffer: &'b mut [u8],
    ) -> Result<DeviceAuthorization<'b>, Failure> {
        let fresh = self.fresh(nonce);
        let (answer, retry_after) = self.call(endpoint, |buffer| request.write(client, fresh, buffer), buffer).await?;
        DeviceAuthorizationRequest::read(answer).map_err(|error| Failure::after(error, retry_after))
    }

    /// Asks the token endpoint again and again until the user has decided (RFC 8628 §3.4, §3.5), as often as `polling`
    /// allows.
    ///
    /// It can be dropped and called once more with the same `polling`. `buffer` is as for [`token`](Self::token), and
    /// another one than that of the [`DeviceAuthorization`].
    ///
    /// # Errors
    ///
    /// As [`token`](Self::token), but [`TokenError::AuthorizationPending`] and [`TokenError::SlowDown`], which end in
    /// [`TokenError::ExpiredToken`] when the codes are too old; nor what may pass by itself, unless they are: timeouts,
    /// connections that fail, and servers that cannot answer now.
    pub async fn poll_for_token<'b>(
        &mut self,
        endpoint: &Url<'_>,
        client: &Client<'_>,
        rng: &mut impl rand_core::CryptoRng,
        polling: &mut DevicePolling<'_>,
        buffer: &'b mut [u8],
    ) -> Result<TokenResponse<'b>, Failure> {
        let length = loop {
            let wait = polling.begin(self.timer().elapsed())?;
            self.timer().wait(wait).await;
            let mut nonce = [0; 16];
            rng.fill_bytes(&mut nonce);
            let (fresh, request) = (self.fresh(nonce), polling.request());
            let failure = match self.call(endpoint, |buffer| request.write(client, fresh, buffer), buffer).await {
                Err(failure) => failure,
                Ok((answer, retry_after)) => match TokenError::of(&answer) {
                    None => break answer.body.len(),
                    Some(error) => Failure::after(error, retry_after),
                },
            };
            polling.failed(failure, self.timer().elapsed())?;
        };
        // That it is neither of these was an error.
        let (status, content_type) = (200, Some("application/json"));
        let body = buffer.get_mut(..length).unwrap_or_default();
        Ok(TokenRequest::read(Answer { status, content_type, body })?)
    }
}
