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
