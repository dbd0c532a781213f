//! Asking whether a token is good ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662),
//! [RFC 9701](https://www.rfc-editor.org/rfc/rfc9701)).

use bearward_core::{AccessToken, Answer, BearerToken, Client, IntrospectionRequest, Policy};
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
        let request = IntrospectionRequest::new(token);
        let fresh = self.fresh(nonce);
        let (answer, retry_after) = self.call(endpoint, |buffer| request.write(client, fresh, buffer), buffer).await?;
        policy.introspect(answer, self.clock().now()).map_err(|error| Failure::after(error, retry_after))
    }

    /// Asks the introspection endpoint as [`introspect`](Self::introspect) does, and gives the answer for
    /// [`Policy::introspect_as`], which checks it in the form that the request wants. Nothing in it may be used before that.
    ///
    /// `buffer` takes the request and then the answer: 1 KiB serves most servers for a signed one, and 2 KiB for one that
    /// is encrypted.
    ///
    /// # Errors
    ///
    /// What kept an answer from coming. That the server refuses the client is an answer.
    ///
    /// ```
    /// use bearward_core::{BearerToken, Client, Error, IntrospectionRequest, IntrospectionResponse, Keys, Policy};
    /// use bearward_net::{Clock, Failure, HttpClient, Timer, Tls, Url};
    /// use embedded_nal_async::{Dns, TcpConnect};
    ///
    /// async fn open_valve<N: TcpConnect + Dns, T: Tls, C: Clock, M: Timer>(
    ///     http: &mut HttpClient<'_, N, T, C, M>,
    ///     client: &Client<'_>,
    ///     nonce: [u8; 16],
    ///     (policy, response): (&Policy<'_>, &IntrospectionResponse<'_>),
    ///     keys: &dyn Keys,
    ///     token: BearerToken<'_>,
    /// ) -> Result<(), Error> {
    ///     let endpoint = Url::parse("https://as.example/introspect").expect("a constant");
    ///     let (mut buffer, mut claims) = ([0; 2048], [0; 1536]);
    ///     let request = IntrospectionRequest::new(token).with_response(response);
    ///     let answer = http.introspection_answer(&endpoint, client, nonce, &request, &mut buffer).await?;
    ///     let token = policy.introspect_as(response, answer, keys, http.clock().now(), &mut claims)?;
    ///     token.require_scope("valve:open")
    /// }
    /// ```
    pub async fn introspection_answer<'b>(
        &mut self,
        endpoint: &Url<'_>,
        client: &Client<'_>,
        nonce: [u8; 16],
        request: &IntrospectionRequest<'_>,
        buffer: &'b mut [u8],
    ) -> Result<Answer<'b>, Failure> {
        let fresh = self.fresh(nonce);
        Ok(self.call(endpoint, |buffer| request.write(client, fresh, buffer), buffer).await?.0)
    }
}
