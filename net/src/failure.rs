//! Why a call to the authorization server came to nothing.

use core::{fmt, time::Duration};

use bearward_core::{
    AnswerError, CallError, Error, IntrospectionError, KeyError, MetadataError, RegistrationError, StoreError,
    TokenError, UserInfoError,
};

use crate::error::{NetError, UrlError};

/// Why a call to the authorization server came to nothing, in one of the steps that it takes.
///
/// It turns into an [`Error`] for the client's answer: an outage is 503, and only what the server says of a token is the
/// token's fault.
///
/// ```
/// use bearward_core::Error;
/// use bearward_net::{Failure, FailureKind, NetError};
///
/// let failure = Failure::from(NetError::NoAnswer);
/// assert_eq!(Error::from(failure).status(), 503);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// What went wrong.
    pub kind: FailureKind,
    /// How long the server asks to wait before it is called again, if it says so in seconds (RFC 9110 §10.2.3).
    pub retry_after: Option<Duration>,
}

/// What went wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// The endpoint's URL is not one to call.
    Url(UrlError),
    /// The request could not be written.
    Request(CallError),
    /// No answer came.
    Net(NetError),
    /// The answer is not one to what was asked.
    Answer(AnswerError),
    /// The server's metadata cannot be used.
    Metadata(MetadataError),
    /// The server's metadata names no such endpoint.
    NoEndpoint,
    /// The server's keys cannot be used.
    Keys(KeyError),
    /// The token is not let in.
    Introspection(IntrospectionError),
    /// Nothing is told about the user.
    UserInfo(UserInfoError),
    /// Nothing was registered, or changed.
    Registration(RegistrationError),
    /// There is no token for the device.
    Token(TokenError),
    /// The token store does not take what came.
    Store(StoreError),
    /// The task that calls the server did not come to it in time.
    Busy,
}

impl Failure {
    pub(crate) fn after(kind: impl Into<FailureKind>, retry_after: Option<Duration>) -> Self {
        Self { kind: kind.into(), retry_after }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            FailureKind::Url(error) => error.fmt(f),
            FailureKind::Request(error) => error.fmt(f),
            FailureKind::Net(error) => error.fmt(f),
            FailureKind::Answer(error) => error.fmt(f),
            FailureKind::Metadata(error) => error.fmt(f),
            FailureKind::NoEndpoint => f.write_str("the authorization server names no such endpoint"),
            FailureKind::Keys(error) => write!(f, "the authorization server's keys cannot be used: {error}"),
            FailureKind::Introspection(error) => error.fmt(f),
            FailureKind::UserInfo(error) => error.fmt(f),
            FailureKind::Registration(error) => error.fmt(f),
            FailureKind::Token(error) => error.fmt(f),
            FailureKind::Store(error) => error.fmt(f),
            FailureKind::Busy => f.write_str("the authorization server was not called in time"),
        }
    }
}

impl core::error::Error for Failure {}

impl<K: Into<FailureKind>> From<K> for Failure {
    fn from(kind: K) -> Self {
        Self::after(kind, None)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure.kind {
            FailureKind::Introspection(error) => error.into(),
            FailureKind::UserInfo(error) => error.into(),
            FailureKind::Net(NetError::Tls(crate::TlsError::TimeUnavailable))
            | FailureKind::Request(CallError::TimeUnavailable) => Self::TimeUnavailable,
            _ => Self::AuthorityUnavailable,
        }
    }
}

/// Each step's own error is a failure of that step.
macro_rules! from {
    ($($error:ty => $kind:ident),+ $(,)?) => {$(
        impl From<$error> for FailureKind {
            fn from(error: $error) -> Self {
                Self::$kind(error)
            }
        }
    )+};
}

from! {
    UrlError => Url,
    CallError => Request,
    NetError => Net,
    AnswerError => Answer,
    MetadataError => Metadata,
    KeyError => Keys,
    IntrospectionError => Introspection,
    UserInfoError => UserInfo,
    RegistrationError => Registration,
    TokenError => Token,
    StoreError => Store,
}
