//! What can go wrong on the way to the authorization server. None of it says that a token is bad.

use core::fmt;

use embedded_io_async::ErrorKind;

/// Why there is no authenticated connection, or no longer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsError {
    /// The time is not known, and certificates are good only for a time (RFC 5280 §4.1.2.5).
    TimeUnavailable,
    /// The server's name is neither a DNS name nor an IP address (RFC 9525 §2).
    ServerName,
    /// A trust anchor is no certificate in DER.
    TrustAnchor,
    /// A buffer that the caller lent is too short to send what must be sent.
    Buffer,

    /// The stream beneath failed.
    Stream(ErrorKind),
    /// The stream ended without close_notify: what was read may be cut (RFC 8446 §6.1).
    Truncated,
    /// The connection was closed, by the server or after an error, and cannot be written to.
    Closed,
    /// An earlier operation was dropped before it was done, perhaps in the middle of a record.
    Interrupted,

    /// The server refused with this alert (RFC 8446 §6), such as 40 for handshake_failure. Before the server is
    /// authenticated, anyone on the way can say so.
    Alert(u8),
    /// The authenticated server gave up with an alert.
    Aborted,
    /// The server did not like the client's certificate, or wanted one.
    ClientCertificateRefused,
    /// The client's key did not sign.
    ClientKey,

    /// A record is longer than the buffer for it, or than RFC 8446 §5.2 allows.
    RecordOverflow,
    /// A record could not be decrypted, or is empty: it was changed on the way (RFC 8446 §5.2).
    BadRecord,
    /// A handshake message continues in the next record. RFC 8446 §5.1 allows it, but it is not supported.
    Fragmented,
    /// A message came where it must not, or unprotected (RFC 8446 §4, §5).
    UnexpectedMessage,
    /// A message does not have the form that RFC 8446 §4 gives it.
    Malformed,
    /// The server's Finished does not fit the handshake (RFC 8446 §4.4.4).
    BadFinished,
    /// The server wants new keys (RFC 8446 §4.6.3), which is not supported. No harm is done: open a new connection.
    KeyUpdate,

    /// The server showed no certificate (RFC 8446 §4.4.2).
    NoCertificate,
    /// The server did not show that it has the certificate's key (RFC 8446 §4.4.3).
    NoCertificateVerify,
    /// The server showed another key than the certificate's (RFC 8446 §4.4.3).
    BadCertificateVerify,
    /// The server signs, or its key is, as none of the algorithms in use allows.
    UnsupportedAlgorithm,

    /// A certificate is no X.509 certificate in DER, version 3 (RFC 5280 §4.1).
    MalformedCertificate,
    /// A certificate has an extension that is critical and unknown (RFC 5280 §4.2).
    UnsupportedExtension,
    /// More certificates than are looked at: 16 from the server, 6 of them in the path.
    ChainTooLong,
    /// A certificate's time is over (RFC 5280 §4.1.2.5).
    Expired,
    /// A certificate's time has not come yet (RFC 5280 §4.1.2.5).
    NotYetValid,
    /// The certificate is not for this server: its subjectAltName does not have the name (RFC 9525 §6). A common name
    /// does not count.
    WrongName,
    /// The certificate's extended key usage does not include serverAuth (RFC 5280 §4.2.1.12).
    WrongUsage,
    /// No path leads from the certificate to a trust anchor (RFC 5280 §6.1).
    UnknownIssuer,
    /// A certificate's signature is not its issuer's (RFC 5280 §6.1.3).
    BadCertificateSignature,
    /// A certificate was issued by one that is no certificate authority's (RFC 5280 §4.2.1.9).
    IssuerNotAuthority,
    /// The server's certificate is a certificate authority's (RFC 5280 §4.2.1.9).
    ServerIsAuthority,
    /// An authority in the path must not issue for this name (RFC 5280 §4.2.1.10).
    NameConstraint,
    /// An authority in the path has more authorities below it than it may (RFC 5280 §4.2.1.9).
    PathLength,
    /// No key in the path is pinned (RFC 7469 §2.4).
    NotPinned,
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TimeUnavailable => "the time is not known, so no certificate can be checked",
            Self::ServerName => "the server's name is neither a DNS name nor an IP address",
            Self::TrustAnchor => "a trust anchor is not a certificate in DER",
            Self::Buffer => "a buffer for TLS is too short",
            Self::Stream(_) => "the connection failed",
            Self::Truncated => "the connection was cut",
            Self::Closed => "the connection is closed",
            Self::Interrupted => "an earlier operation on the connection was dropped before it was done",
            Self::Alert(alert) => return write!(f, "the server refused the handshake with alert {alert}"),
            Self::Aborted => "the server ended the connection with an alert",
            Self::ClientCertificateRefused => "the server refused the client's certificate",
            Self::ClientKey => "the client's key did not sign",
            Self::RecordOverflow => "a record is longer than the buffer for it",
            Self::BadRecord => "a record could not be decrypted",
            Self::Fragmented => "a handshake message spans records, which is not supported",
            Self::UnexpectedMessage => "a message came where it must not",
            Self::Malformed => "a handshake message is malformed",
            Self::BadFinished => "the server's Finished does not fit the handshake",
            Self::KeyUpdate => "the server wants new keys, which is not supported",
            Self::NoCertificate => "the server showed no certificate",
            Self::NoCertificateVerify => "the server did not show that it has the certificate's key",
            Self::BadCertificateVerify => "the server does not have the certificate's key",
            Self::UnsupportedAlgorithm => "no algorithm in use fits the server's key or a signature",
            Self::MalformedCertificate => "a certificate is malformed",
            Self::UnsupportedExtension => "a certificate has a critical extension that is not supported",
            Self::ChainTooLong => "the server showed too many certificates",
            Self::Expired => "a certificate has expired",
            Self::NotYetValid => "a certificate is not valid yet",
            Self::WrongName => "the certificate is for another server",
            Self::WrongUsage => "the certificate is not for a server",
            Self::UnknownIssuer => "the certificate does not lead to a trust anchor",
            Self::BadCertificateSignature => "a certificate's signature is not its issuer's",
            Self::IssuerNotAuthority => "a certificate was issued by none that may",
            Self::ServerIsAuthority => "the server's certificate is a certificate authority's",
            Self::NameConstraint => "an authority must not issue for this name",
            Self::PathLength => "an authority has more authorities below it than it may",
            Self::NotPinned => "the server's key is not pinned",
        })
    }
}

impl core::error::Error for TlsError {}

impl embedded_io_async::Error for TlsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Stream(kind) => *kind,
            Self::Closed => ErrorKind::NotConnected,
            Self::Truncated | Self::Aborted => ErrorKind::ConnectionAborted,
            Self::ServerName | Self::TrustAnchor | Self::Buffer => ErrorKind::InvalidInput,
            Self::TimeUnavailable | Self::Interrupted | Self::ClientKey => ErrorKind::Other,
            _ => ErrorKind::InvalidData,
        }
    }
}
