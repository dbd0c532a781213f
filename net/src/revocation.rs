//! Taking a token back ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)).

use bearward_core::{Client, RevocationRequest};
use embedded_nal_async::{Dns, TcpConnect};

use crate::{
    client::HttpClient,
    clock::{Clock, Timer},
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
    /// Makes a token worthless, as the client that it was issued to.
    ///
    /// `nonce` is 128 fresh random bits, for a client that authenticates by an assertion. `buffer` takes the request and
    /// then the answer, which is empty but for errors.
    ///
    /// # Errors
    ///
    /// After any of them the token must be taken for still good.
    /// [`FailureKind::Answer`](crate::FailureKind::Answer) is what the server says ([`RevocationRequest::read`]).
    pub async fn revoke(
        &mut self,
        endpoint: &Url<'_>,
        client: &Client<'_>,
        nonce: [u8; 16],
        request: &RevocationRequest<'_>,
        buffer: &mut [u8],
    ) -> Result<(), Failure> {
        let fresh = self.fresh(nonce);
        let (answer, retry_after) = self.call(endpoint, |buffer| request.write(client, fresh, buffer), buffer).await?;
        RevocationRequest::read(&answer).map_err(|error| Failure::after(error, retry_after))
    }
}
