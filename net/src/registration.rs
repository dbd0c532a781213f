//! Becoming a client ([RFC 7591](https://www.rfc-editor.org/rfc/rfc7591)), and managing that
//! ([RFC 7592](https://www.rfc-editor.org/rfc/rfc7592)).

use core::time::Duration;

use bearward_core::{
    Answer, CallError, ClientConfiguration, ClientInformation, ClientMetadata, RegistrationRequest, Request,
};
use embedded_nal_async::{Dns, TcpConnect};

use crate::{
    client::HttpClient,
    clock::{Clock, Timer},
    error::UrlError,
    failure::Failure,
    tls::Tls,
    url::Url,
};

/// Registration over TLS alone: what is sent and what comes back are credentials. `buffer` takes the request and then the
/// answer, which holds them: overwrite it when a [`Registration`](bearward_core::Registration) has been made of it.
impl<N, T, C, M> HttpClient<'_, N, T, C, M>
where
    N: TcpConnect + Dns,
    T: Tls,
    C: Clock,
    M: Timer,
{
    /// Registers the device as a client, at the `registration_endpoint`.
    ///
    /// When it fails with [`FailureKind::Net`](crate::FailureKind::Net), the server may have registered a client all the
    /// same: one that nobody knows.
    ///
    /// # Errors
    ///
    /// [`FailureKind::Registration`](crate::FailureKind::Registration) is what the server says
    /// ([`RegistrationRequest::read`]).
    pub async fn register<'b>(
        &mut self,
        endpoint: &Url<'_>,
        request: &RegistrationRequest<'_>,
        buffer: &'b mut [u8],
    ) -> Result<ClientInformation<'b>, Failure> {
        let (answer, retry_after) = self.manage(endpoint, |buffer| request.write(buffer), buffer).await?;
        RegistrationRequest::read(answer, endpoint.authority()).map_err(|error| Failure::after(error, retry_after))
    }

    /// Reads what is registered. The answer may have new credentials: give it to
    /// [`Registration::update`](bearward_core::Registration::update).
    ///
    /// # Errors
    ///
    /// As [`register`](Self::register); [`ClientConfiguration::read`] says what the server does.
    pub async fn read_registration<'b>(
        &mut self,
        configuration: &ClientConfiguration<'_>,
        buffer: &'b mut [u8],
    ) -> Result<ClientInformation<'b>, Failure> {
        let url = Url::parse(configuration.uri())?;
        let (answer, retry_after) = self.manage(&url, |buffer| configuration.write_read(buffer), buffer).await?;
        configuration.read(answer).map_err(|error| Failure::after(error, retry_after))
    }

    /// Replaces what is registered by `metadata`; what is not in there goes. The answer is as for
    /// [`read_registration`](Self::read_registration).
    ///
    /// # Errors
    ///
    /// As [`read_registration`](Self::read_registration).
    pub async fn update_registration<'b>(
        &mut self,
        configuration: &ClientConfiguration<'_>,
        metadata: &ClientMetadata<'_>,
        buffer: &'b mut [u8],
    ) -> Result<ClientInformation<'b>, Failure> {
        let url = Url::parse(configuration.uri())?;
        let (answer, retry_after) =
            self.manage(&url, |buffer| configuration.write_update(metadata, buffer), buffer).await?;
        configuration.read(answer).map_err(|error| Failure::after(error, retry_after))
    }

    /// Deletes the client, and with it all that it was issued.
    ///
    /// # Errors
    ///
    /// After any of them the client must be taken for still there. As [`register`](Self::register);
    /// [`ClientConfiguration::read_deletion`] says what the server does.
    pub async fn delete_registration(
        &mut self,
        configuration: &ClientConfiguration<'_>,
        buffer: &mut [u8],
    ) -> Result<(), Failure> {
        let url = Url::parse(configuration.uri())?;
        let (answer, retry_after) = self.manage(&url, |buffer| configuration.write_delete(buffer), buffer).await?;
        ClientConfiguration::read_deletion(&answer).map_err(|error| Failure::after(error, retry_after))
    }

    async fn manage<'b>(
        &mut self,
        url: &Url<'_>,
        write: impl for<'w> FnOnce(&'w mut [u8]) -> Result<Request<'w>, CallError>,
        buffer: &'b mut [u8],
    ) -> Result<(Answer<'b>, Option<Duration>), Failure> {
        if !url.is_secure() {
            return Err(UrlError::Scheme.into());
        }
        self.call(url, write, buffer).await
    }
}
