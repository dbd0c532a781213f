//! What a call is sent over: TLS, or, where the caller took the danger, the bare stream.

use core::fmt;

use embedded_io_async::{Error as _, ErrorKind, ErrorType, Read, Write};
use embedded_nal_async::TcpConnect;

use crate::{error::TlsError, tls::Tls};

/// The connection of a [`Session`](crate::Session): one of the two, or none before it was opened and after it was closed.
pub struct Connection<'c, N: TcpConnect + 'c, T: Tls + 'c> {
    pub(super) tls: Option<T::Connection<'c, N::Connection<'c>>>,
    pub(super) plain: Option<N::Connection<'c>>,
}

const CLOSED: TlsError = TlsError::Stream(ErrorKind::NotConnected);

impl<'c, N: TcpConnect, T: Tls> Connection<'c, N, T> {
    /// One that is not opened yet.
    pub(super) const NONE: Self = Self { tls: None, plain: None };

    /// Says that nothing more comes.
    pub(crate) async fn close(&mut self) {
        if let Some(connection) = &mut self.tls {
            T::close(connection).await;
        }
    }

    /// Gives the stream back. Nothing can be sent any more.
    pub(crate) fn release(&mut self) {
        (self.tls, self.plain) = (None, None);
    }
}

impl<N: TcpConnect, T: Tls> ErrorType for Connection<'_, N, T> {
    type Error = TlsError;
}

impl<N: TcpConnect, T: Tls> Read for Connection<'_, N, T> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, TlsError> {
        match (&mut self.tls, &mut self.plain) {
            (Some(connection), _) => connection.read(buffer).await,
            (None, Some(stream)) => stream.read(buffer).await.map_err(|error| TlsError::Stream(error.kind())),
            (None, None) => Err(CLOSED),
        }
    }
}

impl<N: TcpConnect, T: Tls> Write for Connection<'_, N, T> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, TlsError> {
        match (&mut self.tls, &mut self.plain) {
            (Some(connection), _) => connection.write(bytes).await,
            (None, Some(stream)) => stream.write(bytes).await.map_err(|error| TlsError::Stream(error.kind())),
            (None, None) => Err(CLOSED),
        }
    }

    async fn flush(&mut self) -> Result<(), TlsError> {
        match (&mut self.tls, &mut self.plain) {
            (Some(connection), _) => connection.flush().await,
            (None, Some(stream)) => stream.flush().await.map_err(|error| TlsError::Stream(error.kind())),
            (None, None) => Err(CLOSED),
        }
    }
}

impl<N: TcpConnect, T: Tls> fmt::Debug for Connection<'_, N, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}
