//! What can go wrong with a registration
//! ([RFC 7591 §3.2.2](https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2)).

use core::fmt;

use crate::answer_error::AnswerError;

/// Why the server registered nothing, or changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RegistrationError {
    /// `invalid_redirect_uri`: the server wants redirect URIs, which a device has none of.
    InvalidRedirectUri,
    /// `invalid_client_metadata`: a member is one that the server does not take.
    InvalidClientMetadata,
    /// `invalid_software_statement`: the statement is not good.
    InvalidSoftwareStatement,
    /// `unapproved_software_statement`: the statement is good, and not for this server.
    UnapprovedSoftwareStatement,
    /// The initial or the registration access token is not, or no longer, good (401). A client that the server does not know
    /// any more is told so, too (RFC 7592 §2).
    TokenRefused,
    /// The client may not do that (403).
    Forbidden,
    /// The server does not do that for any client (405).
    NotSupported,
    /// The place where the client is managed is not on the server that registered it.
    OtherOrigin,
    /// The answer is about another client.
    OtherClient,
    /// What the server issued is longer than the room for it.
    TooLong,
    /// The answer is not one to what was asked.
    Answer(AnswerError),
}

impl fmt::Display for RegistrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InvalidRedirectUri => "the authorization server wants redirect URIs of its clients",
            Self::InvalidClientMetadata => "the authorization server does not take the client's metadata",
            Self::InvalidSoftwareStatement => "the authorization server takes the software statement for a bad one",
            Self::UnapprovedSoftwareStatement => "the authorization server has not approved the software statement",
            Self::TokenRefused => "the authorization server does not take the token for registration",
            Self::Forbidden => "the authorization server does not let the client do that",
            Self::NotSupported => "the authorization server does not do that with registrations",
            Self::OtherOrigin => "the client would be managed on another server",
            Self::OtherClient => "the answer is about another client",
            Self::TooLong => "what the authorization server issued is too long",
            Self::Answer(error) => return error.fmt(f),
        })
    }
}

impl core::error::Error for RegistrationError {}

impl From<AnswerError> for RegistrationError {
    fn from(error: AnswerError) -> Self {
        Self::Answer(error)
    }
}

/// Why a [`Registration`](crate::Registration) gives no client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CredentialsError {
    /// The secret is good no longer (`client_secret_expires_at`, RFC 7591 §3.2.1).
    SecretExpired,
    /// The secret expires some time, and the time is not known.
    TimeUnavailable,
    /// The client was registered for another method of authentication, or for one that is not known here.
    Method,
    /// The method needs a secret, and none was issued.
    NoSecret,
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SecretExpired => "the client's secret has expired",
            Self::TimeUnavailable => "the time is not known, and the client's secret expires",
            Self::Method => "the client is registered for another method of authentication",
            Self::NoSecret => "the client has no secret",
        })
    }
}

impl core::error::Error for CredentialsError {}

/// Why bytes are no record of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RegistrationRecordError {
    /// They are none: something else, cut, or changed.
    Malformed,
    /// They are of another version of this library.
    Version,
    /// They are of a client of another issuer, whose credentials are not for this one.
    OtherIssuer,
    /// They are longer than the room for them.
    TooLong,
}

impl fmt::Display for RegistrationRecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the bytes are no record of a registration",
            Self::Version => "the record is of another version",
            Self::OtherIssuer => "the record is of a client of another issuer",
            Self::TooLong => "the record is too long",
        })
    }
}

impl core::error::Error for RegistrationRecordError {}
