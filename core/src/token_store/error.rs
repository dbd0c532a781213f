//! Why the store gives no token, or takes none.

use core::fmt;

#[cfg(doc)]
use super::TokenStore;
use crate::token_error::TokenError;

/// Why there is no token to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NotAuthorized<E = TokenError> {
    /// What is missing.
    pub missing: Missing,
    /// What went wrong the last time that the server was asked, if nothing has gone right since.
    pub error: Option<E>,
}

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Missing {
    /// Nothing was asked for this application and session.
    Key,
    /// No token was granted yet.
    Token,
    /// The access token has expired.
    Time,
    /// The token does not allow all of the scope.
    Scope,
    /// The buffer that was lent is too small for it.
    Room,
}

/// Why the store does not take something. It is then as it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreError {
    /// All places are taken. Those of revocations are among them ([`TokenStore::revocations`]).
    Full,
    /// So many revocations wait already that no more may. To be tried again when the server is there; or
    /// [`TokenStore::remove`] drops the token without telling the server.
    QueueFull,
    /// The strings of an entry are longer than `BYTES` together.
    TooLong,
    /// A token was granted, and does not allow this scope.
    OtherScope,
    /// The ticket is of no more use: another scope is expected, or the key was removed.
    Stale,
    /// The session ended before the token came. It is revoked as the others are.
    Revoked,
    /// The application is none of this device.
    Application,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key => "no token was asked for",
            Self::Token => "no token was granted yet",
            Self::Time => "the access token has expired",
            Self::Scope => "the access token does not allow all of the scope",
            Self::Room => "the buffer is too small for the access token",
        })
    }
}

impl<E: fmt::Display> fmt::Display for NotAuthorized<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            None => self.missing.fmt(f),
            Some(error) => write!(f, "{}: {error}", self.missing),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for NotAuthorized<E> {}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "the token store is full",
            Self::QueueFull => "too many tokens wait to be revoked",
            Self::TooLong => "the token response is too long for the token store",
            Self::OtherScope => "a token was granted for another scope",
            Self::Stale => "the token is not expected any more",
            Self::Revoked => "the session ended before the token came",
            Self::Application => "the application is none of this device",
        })
    }
}

impl core::error::Error for StoreError {}
