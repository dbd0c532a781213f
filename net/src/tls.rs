//! TLS in which the server has proved who it is, as a trait, so that a board's own stack can take the place of
//! ours ([RFC 8446](https://www.rfc-editor.org/rfc/rfc8446), [RFC 9525](https://www.rfc-editor.org/rfc/rfc9525)).

#[cfg(feature = "embedded-tls")]
mod connection;
#[cfg(feature = "embedded-tls")]
mod embedded;
#[cfg(feature = "embedded-tls")]
mod extensions;
#[cfg(feature = "embedded-tls")]
mod guard;
#[cfg(feature = "embedded-tls")]
mod provider;
#[cfg(feature = "embedded-tls")]
mod settings;
#[cfg(feature = "embedded-tls")]
mod signatures;
#[cfg(feature = "embedded-tls")]
mod state;
#[cfg(feature = "embedded-tls")]
mod suite;
#[cfg(feature = "embedded-tls")]
mod trust;
#[cfg(feature = "embedded-tls")]
mod verifier;

use bearward_core::UnixTime;
use embedded_io_async::{Read, Write};

#[cfg(feature = "embedded-tls")]
pub use self::{
    connection::EmbeddedTlsConnection,
    embedded::{EmbeddedTls, TLS_RECORD_BYTES},
    provider::ClientCertificate,
    settings::{TlsApplication, TlsSettings},
    trust::Trust,
};

use crate::error::TlsError;

/// A TLS client.
///
/// What it must keep: [`connect`](Self::connect) returns a connection only when the server's certificate is good for
/// `server` at `now` and the server has shown that it has the key. Nothing of the caller is sent before.
#[expect(async_fn_in_trait, reason = "firmware runs on one thread: futures need not be `Send`")]
pub trait Tls {
    /// An authenticated connection over a stream. Reading returns 0 only after the server's close_notify
    /// (RFC 8446 §6.1): a stream that merely ends is an error, for what was read may be cut.
    type Connection<'c, S>: Read<Error = TlsError> + Write<Error = TlsError>
    where
        Self: 'c,
        S: Read + Write + 'c;

    /// Opens a connection to a server by its name: a DNS name (sent as SNI) or an IP address.
    ///
    /// # Errors
    ///
    /// Whatever keeps the server from being authenticated.
    async fn connect<'c, S>(
        &'c mut self,
        stream: S,
        server: &str,
        now: Option<UnixTime>,
    ) -> Result<Self::Connection<'c, S>, TlsError>
    where
        S: Read + Write + 'c;

    /// As [`connect`](Self::connect), with the connection in its place from the start: it is large, and each function
    /// that hands it on would have it once more on its stack. After an error, what is in the place is of no use.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    async fn connect_in<'c, S>(
        &'c mut self,
        stream: S,
        server: &str,
        now: Option<UnixTime>,
        place: &mut Option<Self::Connection<'c, S>>,
    ) -> Result<(), TlsError>
    where
        S: Read + Write + 'c,
    {
        *place = Some(self.connect(stream, server, now).await?);
        Ok(())
    }

    /// Tells the server that nothing more comes (close_notify), as far as it still listens. The connection is of no more
    /// use then. It is only lent: a future would hold it twice.
    async fn close<'c, S>(connection: &mut Self::Connection<'c, S>)
    where
        Self: 'c,
        S: Read + Write + 'c;
}
