//! Asking about the user behind a token
//! ([OpenID Connect Core §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)).

use bearward_core::{Answer, BearerToken, UserInfoEndpoint};
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
    /// Sends an access token to the UserInfo endpoint, and gives the answer for [`UserInfoEndpoint::read`], which checks
    /// whom it is about and, where it must be signed, by whom. Nothing in it may be used before that.
    ///
    /// `buffer` takes the request and then the answer.
    ///
    /// # Errors
    ///
    /// What kept an answer from coming. That the server refuses the token is an answer.
    pub async fn userinfo<'b>(
        &mut self,
        url: &Url<'_>,
        endpoint: &UserInfoEndpoint<'_>,
        token: BearerToken<'_>,
        buffer: &'b mut [u8],
    ) -> Result<Answer<'b>, Failure> {
        Ok(self.call(url, |buffer| endpoint.write(token, buffer), buffer).await?.0)
    }
}
