//! Finding an authorization server's endpoints and keys by its issuer identifier
//! ([RFC 8414 §3](https://www.rfc-editor.org/rfc/rfc8414#section-3),
//! [OpenID Connect Discovery §4](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig)).

use bearward_core::{Answer, AnswerError, Client, Metadata, MetadataReader, Request, WellKnown};
use embedded_nal_async::{Dns, TcpConnect};

use crate::{
    client::{HttpClient, Session},
    clock::{Clock, Timer},
    failure::{Failure, FailureKind},
    http::Response,
    tls::Tls,
    url::Url,
};

/// The longest URL of an issuer's metadata.
pub(crate) const URL_BYTES: usize = 256;

/// How much of a document is read at once.
pub(crate) const PIECE_BYTES: usize = 128;

impl<N, T, C, M> HttpClient<'_, N, T, C, M>
where
    N: TcpConnect + Dns,
    T: Tls,
    C: Clock,
    M: Timer,
{
    /// Fetches the metadata of an issuer: from the place of RFC 8414, and if there is none, from that of OpenID Connect.
    ///
    /// The document may be of any length up to the client's limit: it is read in pieces of 128 bytes, and nothing but the
    /// URLs is kept. The issuer in it must be `issuer`, byte for byte, and its endpoints must be `https`.
    ///
    /// # Errors
    ///
    /// [`FailureKind::Metadata`] for a document that cannot be used, [`FailureKind::Answer`] for another status than 200,
    /// [`FailureKind::Net`] if no answer came. `metadata` is empty then.
    pub async fn discover<const BYTES: usize>(
        &mut self,
        issuer: &str,
        metadata: &mut Metadata<BYTES>,
    ) -> Result<(), Failure> {
        self.discover_endpoints(issuer, false, metadata).await
    }

    /// As [`discover`](Self::discover), for this client: one that authenticates by its certificate is told the endpoints
    /// that ask for it, where the server has others for that (RFC 8705 §5).
    ///
    /// # Errors
    ///
    /// As [`discover`](Self::discover).
    pub async fn discover_as<const BYTES: usize>(
        &mut self,
        client: &Client<'_>,
        issuer: &str,
        metadata: &mut Metadata<BYTES>,
    ) -> Result<(), Failure> {
        self.discover_endpoints(issuer, wants_mtls_aliases(client), metadata).await
    }

    async fn discover_endpoints<const BYTES: usize>(
        &mut self,
        issuer: &str,
        mtls_aliases: bool,
        metadata: &mut Metadata<BYTES>,
    ) -> Result<(), Failure> {
        let mut buffer = [0; URL_BYTES];
        let url = Url::parse(WellKnown::OAuth.write(issuer, &mut buffer)?)?;
        let mut place = None;
        let session = self.open_in(&url, &mut place).await?;
        let mut result = session.discover_at(&url, issuer, mtls_aliases, metadata).await;
        if result.as_ref().is_err_and(is_absent) {
            let mut buffer = [0; URL_BYTES];
            let url = Url::parse(WellKnown::OpenId.write(issuer, &mut buffer)?)?;
            result = session.discover_at(&url, issuer, mtls_aliases, metadata).await;
        }
        session.close().await;
        result
    }
}

impl<N, T, M> Session<'_, N, T, M>
where
    N: TcpConnect,
    T: Tls,
    M: Timer,
{
    /// Fetches the metadata from one place. `http` endpoints are taken only if the place itself is `http`.
    pub(crate) async fn discover_at<const BYTES: usize>(
        &mut self,
        url: &Url<'_>,
        issuer: &str,
        mtls_aliases: bool,
        metadata: &mut Metadata<BYTES>,
    ) -> Result<(), Failure> {
        let mut reader = MetadataReader::new(metadata, issuer);
        if mtls_aliases {
            reader = reader.with_mtls_aliases();
        }
        if !url.is_secure() {
            reader = reader.danger_http();
        }
        let mut response = self.send(url, &Request::get("application/json")).await?;
        check(&response, &["application/json"])?;
        let mut piece = [0; PIECE_BYTES];
        loop {
            let count = response.read(&mut piece).await?;
            let Some(piece @ [_, ..]) = piece.get(..count) else { break };
            reader.feed(piece)?;
        }
        Ok(reader.finish()?)
    }
}

/// Whether the client's calls go to endpoints that ask for its certificate.
pub(crate) fn wants_mtls_aliases(client: &Client<'_>) -> bool {
    client.method() == "tls_client_auth"
}

/// Whether there is no document at that place, and another one may have it.
pub(crate) const fn is_absent(failure: &Failure) -> bool {
    matches!(failure.kind, FailureKind::Answer(AnswerError::Status(400..=499)))
}

/// Whether the head says that a document of one of these types comes. The rest of any other answer is left unread.
pub(crate) fn check<S, M>(response: &Response<'_, '_, S, M>, media_types: &[&str]) -> Result<(), Failure> {
    if let Some(error) = AnswerError::of_status(response.status()) {
        return Err(Failure::after(error, response.retry_after()));
    }
    let head = Answer { status: 200, content_type: response.content_type(), body: &mut [] };
    if media_types.iter().any(|media_type| head.is_of_type(media_type)) {
        Ok(())
    } else {
        Err(AnswerError::ContentType.into())
    }
}
