//! What keeps a call to the authorization server from being written.

use core::fmt;

/// Why a request could not be written. None of it says anything of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallError {
    /// The lent buffer is too small for the request.
    BufferTooSmall,
    /// The client authenticates by a signed assertion, and no [`Fresh`](crate::Fresh) was given: the time is not known.
    TimeUnavailable,
    /// The client's secret is shorter than the output of the hash that it is used with (RFC 7518 §3.2).
    SecretTooShort,
    /// The issuer is not a URL without query and fragment (RFC 8414 §2).
    Issuer,
    /// This member of the client's metadata cannot be registered: it does not follow its grammar, or would give a private
    /// key away.
    ClientMetadata(&'static str),
    /// The request is no form, or names a client or carries credentials already (RFC 6749 §2.3: one method in one request).
    NotForClient,
    /// The signer did not sign.
    Signer(SignerError),
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClientMetadata(name) => return write!(f, "the client's \"{name}\" cannot be registered"),
            Self::NotForClient => "the request cannot take the client's credentials",
            Self::BufferTooSmall => "the buffer is too small for the request",
            Self::TimeUnavailable => "the time is not known, and the client's assertion needs it",
            Self::SecretTooShort => "the client's secret is too short for HMAC",
            Self::Issuer => "the issuer is not a plain URL",
            Self::Signer(_) => "the client's assertion could not be signed",
        })
    }
}

impl core::error::Error for CallError {}

impl From<fmt::Error> for CallError {
    /// What is written into lent memory fails for want of room alone.
    fn from(_: fmt::Error) -> Self {
        Self::BufferTooSmall
    }
}

impl From<SignerError> for CallError {
    fn from(error: SignerError) -> Self {
        Self::Signer(error)
    }
}

/// A [`Signer`](crate::Signer) could not be made or did not sign. It does not say why, so that nothing is told of the key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SignerError;

impl SignerError {
    /// The error, for a signer of one's own.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl fmt::Display for SignerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signer refused")
    }
}

impl core::error::Error for SignerError {}
