//! An authenticated connection: application data ([RFC 8446 §5.2](https://www.rfc-editor.org/rfc/rfc8446#section-5.2))
//! and its end ([RFC 8446 §6.1](https://www.rfc-editor.org/rfc/rfc8446#section-6.1)).

use core::fmt;

use embedded_io_async::{ErrorType, Read, Write};
use embedded_tls::TlsConnection;

use super::{
    guard::Guard,
    state::{Phase, State},
    suite::Suite,
};
use crate::error::TlsError;

/// A connection that [`EmbeddedTls`](crate::EmbeddedTls) has opened.
///
/// It ends with the first error, and each further operation gives the same one. So it does when the future of an
/// operation is dropped before it is done: a record may have been left in the middle, and another one in its place
/// would use a nonce twice.
pub struct EmbeddedTlsConnection<'c, S: Read + Write> {
    pub(super) tls: TlsConnection<'c, Guard<'c, S>, Suite>,
    pub(super) state: &'c State,
    pub(super) is_busy: bool,
}

impl<'c, S: Read + Write + 'c> EmbeddedTlsConnection<'c, S> {
    /// Says that nothing more comes, if the server still listens.
    pub(super) async fn close(mut self) {
        if self.start().is_ok() && self.state.phase() == Phase::Open {
            // Whatever goes wrong, the connection is over.
            drop(self.tls.close().await);
        }
    }

    /// Refuses an operation after an error, or after one that was dropped.
    fn start(&mut self) -> Result<(), TlsError> {
        if self.is_busy {
            self.state.fail(TlsError::Interrupted);
        }
        match self.state.fault() {
            Some(fault) => Err(fault),
            None => {
                self.is_busy = true;
                Ok(())
            }
        }
    }

    fn finish<T>(&mut self, result: Result<T, embedded_tls::TlsError>) -> Result<T, TlsError> {
        self.is_busy = false;
        result.map_err(|error| self.state.fail_with(error))
    }
}

impl<S: Read + Write> fmt::Debug for EmbeddedTlsConnection<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedTlsConnection").field("state", self.state).finish_non_exhaustive()
    }
}

impl<S: Read + Write> ErrorType for EmbeddedTlsConnection<'_, S> {
    type Error = TlsError;
}

impl<S: Read + Write> Read for EmbeddedTlsConnection<'_, S> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, TlsError> {
        self.start()?;
        let read = match self.state.phase() {
            Phase::Closed => Ok(0),
            _ => match self.tls.read(buffer).await {
                Err(embedded_tls::TlsError::ConnectionClosed) => {
                    self.state.enter(Phase::Closed);
                    Ok(0)
                }
                read => read,
            },
        };
        self.finish(read)
    }
}

impl<S: Read + Write> Write for EmbeddedTlsConnection<'_, S> {
    async fn write(&mut self, buffer: &[u8]) -> Result<usize, TlsError> {
        self.start()?;
        if buffer.is_empty() {
            return self.finish(Ok(0));
        }
        let written = self.tls.write(buffer).await;
        self.finish(written)
    }

    async fn flush(&mut self) -> Result<(), TlsError> {
        self.start()?;
        let flushed = self.tls.flush().await;
        self.finish(flushed)
    }
}
