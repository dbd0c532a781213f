//! What a call is sent over: TLS, or, where the caller took the danger, the bare stream.

use core::fmt;

use embedded_io_async::{Error as _, ErrorKind, ErrorType, Read, Write};
use embedded_nal_async::TcpConnect;

use crate::{error::TlsError, tls::Tls};

/// The connection of a [`Session`](crate::Session).
pub struct Connection<'c, N: TcpConnect, T: Tls>(Layer<'c, N, T>);

enum Layer<'c, N: TcpConnect + 'c, T: Tls + 'c> {
    Tls(T::Connection<'c, N::Connection<'c>>),
    Plain(N::Connection<'c>),
    Closed,
}

const CLOSED: TlsError = TlsError::Stream(ErrorKind::NotConnected);

impl<'c, N: TcpConnect, T: Tls> Connection<'c, N, T> {
    pub(crate) const fn tls(connection: T::Connection<'c, N::Connection<'c>>) -> Self {
        Self(Layer::Tls(connection))
    }

    pub(crate) const fn plain(stream: N::Connection<'c>) -> Self {
        Self(Layer::Plain(stream))
    }

    /// Says that nothing more comes.
    pub(crate) async fn close(&mut self) {
        if let Layer::Tls(connection) = &mut self.0 {
            T::close(connection).await;
        }
    }

    /// Gives the stream back. Nothing can be sent any more.
    pub(crate) fn release(&mut self) {
        self.0 = Layer::Closed;
    }
}

impl<N: TcpConnect, T: Tls> ErrorType for Connection<'_, N, T> {
    type Error = TlsError;
}

impl<N: TcpConnect, T: Tls> Read for Connection<'_, N, T> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, TlsError> {
        match &mut self.0 {
            Layer::Tls(connection) => connection.read(buffer).await,
            Layer::Plain(stream) => stream.read(buffer).await.map_err(|error| TlsError::Stream(error.kind())),
            Layer::Closed => Err(CLOSED),
        }
    }
}

impl<N: TcpConnect, T: Tls> Write for Connection<'_, N, T> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, TlsError> {
        match &mut self.0 {
            Layer::Tls(connection) => connection.write(bytes).await,
            Layer::Plain(stream) => stream.write(bytes).await.map_err(|error| TlsError::Stream(error.kind())),
            Layer::Closed => Err(CLOSED),
        }
    }

    async fn flush(&mut self) -> Result<(), TlsError> {
        match &mut self.0 {
            Layer::Tls(connection) => connection.flush().await,
            Layer::Plain(stream) => stream.flush().await.map_err(|error| TlsError::Stream(error.kind())),
            Layer::Closed => Err(CLOSED),
        }
    }
}

impl<N: TcpConnect, T: Tls> fmt::Debug for Connection<'_, N, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}
