//! What can go wrong on the way to the authorization server. None of it says that a token is bad.

use core::fmt;

use embedded_io_async::ErrorKind;

/// Why a call brought no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetError {
    /// The host's name has no address, or the resolver did not say.
    NameNotResolved,
    /// The host did not take the connection.
    Connect(ErrorKind),
    /// This step took longer than it may ([`Timeouts`](crate::Timeouts)).
    TimedOut(Step),
    /// The server was not authenticated, or the connection failed.
    Tls(TlsError),
    /// The connection was closed before an answer came.
    NoAnswer,
    /// The connection of an earlier call is no longer good for another one, and no byte of an answer has come. The call
    /// may be made once more on a new connection.
    Stale,
    /// The call goes to another origin than the session.
    OtherOrigin,
    /// A value in the request holds what may not stand in a field (RFC 9110 §5.5).
    InvalidRequest,
    /// The head of the request does not fit the client's head buffer.
    RequestTooLarge,
    /// The head of the answer does not fit the client's head buffer.
    HeadTooLarge,
    /// The content is longer than the client's limit or the buffer that it was to be read into.
    ContentTooLarge,
    /// The content ended before its end.
    Truncated,
    /// The answer breaks this rule of HTTP. It may be an attempt to have it read in two ways.
    Http(HttpError),
    /// The server sends somewhere else (RFC 9110 §15.4). No call follows: credentials stay with the server they are for.
    Redirect(u16),
    /// The content is compressed, though it was asked for as it is (RFC 9110 §8.4).
    ContentEncoding,
    /// An earlier reading of this content was given up in the middle.
    Cancelled,
}

impl NetError {
    /// Whether the connection failed, rather than what came over it.
    pub(crate) const fn is_disconnection(self) -> bool {
        matches!(self, Self::Tls(_) | Self::NoAnswer)
    }
}

impl fmt::Display for NetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NameNotResolved => "the host's name could not be resolved",
            Self::Connect(_) => "the host did not take the connection",
            Self::TimedOut(Step::Connect) => "connecting took too long",
            Self::TimedOut(Step::Handshake) => "the TLS handshake took too long",
            Self::TimedOut(Step::Answer) => "the answer took too long",
            Self::Tls(error) => return error.fmt(f),
            Self::NoAnswer => "the connection was closed before an answer came",
            Self::Stale => "the connection of the last call was closed",
            Self::OtherOrigin => "the call goes to another server than the session",
            Self::InvalidRequest => "the request holds a character that no field may hold",
            Self::RequestTooLarge => "the request does not fit the buffer",
            Self::HeadTooLarge => "the head of the answer does not fit the buffer",
            Self::ContentTooLarge => "the content of the answer is too long",
            Self::Truncated => "the content of the answer was cut",
            Self::Http(error) => return error.fmt(f),
            Self::Redirect(_) => "the server redirects, which is not followed",
            Self::ContentEncoding => "the content is compressed",
            Self::Cancelled => "the content was given up before",
        })
    }
}

impl core::error::Error for NetError {}

impl From<TlsError> for NetError {
    fn from(error: TlsError) -> Self {
        Self::Tls(error)
    }
}

impl From<HttpError> for NetError {
    fn from(error: HttpError) -> Self {
        Self::Http(error)
    }
}

/// A step of a call that has a deadline of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Resolving the name and connecting.
    Connect,
    /// The TLS handshake.
    Handshake,
    /// From the first byte of the request to the last one of the answer.
    Answer,
}

/// The rule of HTTP/1.1 that an answer breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpError {
    /// The status line is not one of HTTP/1.0 or HTTP/1.1 (RFC 9112 §4).
    StatusLine,
    /// A line does not end with CR LF (RFC 9112 §2.2), or holds a lone CR or LF.
    LineEnd,
    /// A line is continued on the next one (obs-fold, RFC 9112 §5.2).
    FoldedLine,
    /// A field has no name, or a name with other characters than a token's: whitespace before the colon is one
    /// (RFC 9112 §5.1).
    FieldName,
    /// A control character in a line (RFC 9110 §5.5).
    ControlCharacter,
    /// A field comes twice that may come once.
    RepeatedField,
    /// `Content-Length` is no number, or one too large, or stands where it may not (RFC 9112 §6.2).
    ContentLength,
    /// `Transfer-Encoding` is not `chunked`, or stands where it may not (RFC 9112 §6.1).
    TransferEncoding,
    /// Both of them at once (RFC 9112 §6.3, item 3).
    TwoLengths,
    /// The chunked coding is broken (RFC 9112 §7.1).
    Chunk,
    /// The trailer section is too long (RFC 9112 §7.1.2).
    Trailer,
    /// Too many interim answers, or a switch to another protocol (RFC 9110 §15.2).
    Interim,
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StatusLine => "the answer's status line is malformed",
            Self::LineEnd => "a line of the answer does not end with CR LF",
            Self::FoldedLine => "a line of the answer is folded",
            Self::FieldName => "the answer has a malformed field name",
            Self::ControlCharacter => "the answer has a control character in a line",
            Self::RepeatedField => "the answer repeats a field that may come once",
            Self::ContentLength => "the answer has an invalid Content-Length",
            Self::TransferEncoding => "the answer has an invalid Transfer-Encoding",
            Self::TwoLengths => "the answer has both Content-Length and Transfer-Encoding",
            Self::Chunk => "the answer has a malformed chunk",
            Self::Trailer => "the answer has too long a trailer",
            Self::Interim => "the answer never becomes final",
        })
    }
}

impl core::error::Error for HttpError {}

/// Why a text is no URL to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlError {
    /// The scheme is not `https`.
    Scheme,
    /// There is userinfo before the host (RFC 9110 §4.2.4).
    UserInfo,
    /// The host is neither a DNS name nor an IP address.
    Host,
    /// The port is not a number from 1 to 65535.
    Port,
    /// The path or query has a character that must be percent-encoded, or does not start with `/`.
    Path,
    /// There is a fragment (RFC 9110 §4.2.5).
    Fragment,
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "the URL is not an https URL",
            Self::UserInfo => "the URL has a user name in it",
            Self::Host => "the URL has no valid host",
            Self::Port => "the URL has no valid port",
            Self::Path => "the URL has an invalid path or query",
            Self::Fragment => "the URL has a fragment",
        })
    }
}

impl core::error::Error for UrlError {}

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
    /// The certificate has no extended key usage, or one without serverAuth (RFC 5280 §4.2.1.12).
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
