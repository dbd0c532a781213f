//! One call to the authorization server that has a secret in its request.

use core::time::Duration;

use bearward_core::{Answer, CallError, Fresh, Request};
use embedded_nal_async::{Dns, TcpConnect};
use zeroize::Zeroize as _;

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
    /// Makes one call on a connection of its own: `write` puts the request into `buffer` once the server has proved who it
    /// is, and nothing of it is left there when the answer comes to the same place. Says how long the server asks to wait
    /// besides.
    pub(crate) async fn call<'b>(
        &mut self,
        url: &Url<'_>,
        write: impl for<'w> FnOnce(&'w mut [u8]) -> Result<Request<'w>, CallError>,
        buffer: &'b mut [u8],
    ) -> Result<(Answer<'b>, Option<Duration>), Failure> {
        let mut place = None;
        let session = self.open_in(url, &mut place).await?;
        let request = write(buffer)?;
        let response = session.send_last(url, &request).await;
        // Tokens and the client's credentials were in it.
        buffer.zeroize();
        let mut response = response?;
        let retry_after = response.retry_after();
        let answer = response.read_all(buffer).await?;
        session.close().await;
        Ok((answer, retry_after))
    }

    /// What a client's assertion is made of, if the time is known.
    pub(crate) fn fresh(&self, nonce: [u8; 16]) -> Option<Fresh> {
        self.clock().now().map(|now| Fresh { now, nonce })
    }
}
