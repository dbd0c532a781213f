//! What can go wrong on the way to the authorization server. None of it says that a token is bad.

use core::fmt;

use embedded_io_async::ErrorKind;

/// Why there is no authenticated connection, or no longer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsError {
    /// The time is not known, and certificates are good only for a time (RFC 5280 §4.1.2.5).
    TimeUnavailable,
    /// The stream beneath failed.
    Stream(ErrorKind),
    /// The stream ended without close_notify: what was read may be cut (RFC 8446 §6.1).
    Truncated,
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TimeUnavailable => "the time is not known, so no certificate can be checked",
            Self::Stream(_) => "the connection failed",
            Self::Truncated => "the connection was cut",
        })
    }
}

impl core::error::Error for TlsError {}

impl embedded_io_async::Error for TlsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Stream(kind) => *kind,
            Self::TimeUnavailable | Self::Truncated => ErrorKind::Other,
        }
    }
}
