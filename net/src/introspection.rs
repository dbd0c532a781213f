//! Asking whether a token is good ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)).

use bearward_core::{AccessToken, BearerToken, Client, Fresh, IntrospectionRequest, Policy};
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
    /// Asks the introspection endpoint about a token, as `client`, and checks the answer by `policy` (see
    /// [`Policy::introspect`]).
    ///
    /// `nonce` is 128 fresh random bits, for a client that authenticates by an assertion. `buffer` takes the request and
    /// then the answer, which the access token borrows: 1 KiB serves most servers.
    ///
    /// # Errors
    ///
    /// [`FailureKind::Introspection`](crate::FailureKind::Introspection) for what the server says, the others if it says
    /// nothing that could be understood.
    pub async fn introspect<'b>(
        &mut self,
        endpoint: &Url<'_>,
        client: &Client<'_>,
        nonce: [u8; 16],
        policy: &Policy<'_>,
        token: BearerToken<'_>,
        buffer: &'b mut [u8],
    ) -> Result<AccessToken<'b>, Failure> {
        let now = self.clock().now();
        let mut session = self.open(endpoint).await?;
        let fresh = now.map(|now| Fresh { now, nonce });
        let request = IntrospectionRequest::new(token).write(client, fresh, buffer)?;
        let response = session.send_last(endpoint, &request).await;
        // The client's credentials were in it.
        buffer.fill(0);
        let mut response = response?;
        let retry_after = response.retry_after();
        let answer = response.read_all(buffer).await?;
        session.close().await;
        policy.introspect(answer, now).map_err(|error| Failure::after(error, retry_after))
    }
}
