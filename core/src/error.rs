//! What can be wrong with a request, a token or a key, and what HTTP says of it
//! ([RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)).

use core::fmt;

use crate::json::JsonError;

/// Why a request is refused.
///
/// An error names the rule that was broken and nothing of the token. It is `Copy`, a few bytes long, and carries
/// its own answer: [`Error::code`] for the challenge and [`Error::status`] for the status line.
///
/// ```
/// use bearward_core::{Error, ErrorCode};
///
/// assert_eq!(Error::BadSignature.status(), 401);
/// assert_eq!(Error::BadSignature.code(), Some(ErrorCode::InvalidToken));
/// assert_eq!(Error::InsufficientScope.status(), 403);
/// assert_eq!(Error::TimeUnavailable.status(), 503);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// The request did not come over TLS (RFC 6750 §5.3).
    InsecureTransport,
    /// The token came twice: in two headers, or by two methods (RFC 6750 §2).
    SeveralTokens,
    /// The `Authorization` header, the form or the query does not follow its grammar (RFC 6750 §2).
    MalformedRequest,
    /// The token is longer than the limit, or than the memory lent for it. That may be a good token, so its answer is
    /// 431 and not 401: a new one of the same length would do no better, one with fewer claims would.
    TokenTooLong,
    /// The token has not exactly three segments (RFC 7515 §7.1).
    NotCompact,
    /// The token has five segments: it is encrypted (RFC 7516 §7.1), and a signed one is expected.
    Encrypted,
    /// The token has three segments: it is not encrypted (RFC 7515 §7.1), and must be.
    NotEncrypted,
    /// A segment is not base64url without padding, or not in its canonical form (RFC 7515 §2, RFC 4648 §3.5).
    Base64(Part),
    /// A segment is not the JSON object that it must be.
    Json(Part, JsonError),
    /// A header parameter is absent where it is required, or of a wrong type (RFC 7515 §4.1).
    Header(Parameter),
    /// The header has `crit`, and no extension is understood here (RFC 7515 §4.1.11).
    Critical,
    /// The header has a parameter that changes how the token is read: `b64` or `zip`.
    UnsupportedHeader(Parameter),
    /// The token's `alg` is none of the policy's algorithms, or its `enc` none of those that are listed (RFC 8725 §3.1).
    AlgorithmNotAllowed,
    /// The token's `typ` is not the kind of token that the policy accepts (RFC 9068 §4, RFC 8725 §3.11).
    TokenType,
    /// No key of the set fits the token's `kid` and `alg`.
    UnknownKey,
    /// More keys fit the token than are tried (see [`limits::KEYS_TRIED`](crate::limits::KEYS_TRIED)).
    AmbiguousKey,
    /// The signature is not the key's, or not one at all.
    BadSignature,
    /// The token cannot be decrypted: its keys, its lengths, its tag or its padding. Which of them is never told (RFC 7516
    /// §11.5).
    DecryptionFailed,
    /// A claim is absent, of a wrong type, or says that the token is not good here.
    Claim {
        /// Which claim.
        claim: Claim,
        /// What is wrong with it.
        reason: Reason,
    },
    /// The token is good, and does not carry the scope that the resource asks for (RFC 6750 §3.1).
    InsufficientScope,
    /// A check needs the time, and the device does not know it.
    TimeUnavailable,
    /// The authorization server was asked, and says that the token is not active (RFC 7662 §2.2).
    Inactive,
    /// The authorization server had to be asked, and gave no answer that tells whether the token is good.
    AuthorityUnavailable,
    /// A typed claim does not have the type that the caller asked for.
    ClaimsType,
}

/// A segment of a token in compact form (RFC 7515 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The JOSE header.
    Header,
    /// The payload: the claims of a JWT.
    Payload,
    /// The signature.
    Signature,
    /// The encrypted key of a JWE (RFC 7516 §7.1).
    EncryptedKey,
    /// The initialization vector of a JWE.
    InitializationVector,
    /// The ciphertext of a JWE.
    Ciphertext,
    /// The authentication tag of a JWE.
    AuthenticationTag,
}

/// A header parameter (RFC 7515 §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Parameter {
    /// `alg`
    Algorithm,
    /// `kid`
    KeyId,
    /// `typ`
    Type,
    /// `cty`
    ContentType,
    /// `b64` (RFC 7797)
    Base64UrlPayload,
    /// `zip` (RFC 7516 §4.1.3)
    Compression,
    /// `enc` (RFC 7516 §4.1.2)
    Encryption,
    /// `epk` (RFC 7518 §4.6.1.1)
    EphemeralPublicKey,
    /// `apu` (RFC 7518 §4.6.1.2)
    PartyUInfo,
    /// `apv` (RFC 7518 §4.6.1.3)
    PartyVInfo,
    /// `iv` (RFC 7518 §4.7.1.1)
    InitializationVector,
    /// `tag` (RFC 7518 §4.7.1.2)
    AuthenticationTag,
}

/// A claim that is checked (RFC 7519 §4.1, RFC 9068 §2.2, RFC 7800 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Claim {
    /// `iss`
    Issuer,
    /// `sub`
    Subject,
    /// `aud`
    Audience,
    /// `exp`
    ExpirationTime,
    /// `nbf`
    NotBefore,
    /// `iat`
    IssuedAt,
    /// `jti`
    JwtId,
    /// `client_id`
    ClientId,
    /// `scope` (RFC 8693 §4.2) or `scp`
    Scope,
    /// `auth_time`
    AuthenticationTime,
    /// `acr`
    AuthenticationContext,
    /// `amr`
    AuthenticationMethods,
    /// `cnf` (RFC 7800)
    Confirmation,
    /// `roles` (RFC 9068 §2.2.3.1)
    Roles,
    /// `groups`
    Groups,
    /// `entitlements`
    Entitlements,
    /// A claim that only ID tokens carry: `nonce`, `at_hash` or `c_hash` (OIDC Core §2).
    IdToken,
    /// `azp`: the client that an ID token is for (OIDC Core §2).
    AuthorizedParty,
    /// `nonce`, of an ID token (OIDC Core §2).
    Nonce,
    /// `at_hash`: the access token that came with an ID token (OIDC Core §3.1.3.6).
    AccessTokenHash,
    /// A claim that only logout tokens and security events carry: `events` (RFC 8417 §2.2).
    Events,
    /// A claim that the policy requires by its name.
    Required,
}

/// What is wrong with a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// It is required and absent.
    Missing,
    /// It has another JSON type, or cannot be read as what it must be.
    Malformed,
    /// It is not what the policy expects.
    Mismatch,
    /// Its time has passed.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// It lies further back than the policy allows.
    TooOld,
    /// It asks for something that is not understood here.
    NotUnderstood,
    /// A token of this kind does not carry it.
    Unexpected,
}

/// An error code of RFC 6750 §3.1, for the challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// `invalid_request`
    InvalidRequest,
    /// `invalid_token`
    InvalidToken,
    /// `insufficient_scope`
    InsufficientScope,
}

impl ErrorCode {
    /// The code as RFC 6750 spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Error {
    /// The error code of RFC 6750 §3.1, or `None` where the fault is the server's.
    #[must_use]
    pub const fn code(self) -> Option<ErrorCode> {
        match self {
            Self::InsecureTransport | Self::SeveralTokens | Self::MalformedRequest | Self::TokenTooLong => {
                Some(ErrorCode::InvalidRequest)
            }
            Self::InsufficientScope => Some(ErrorCode::InsufficientScope),
            Self::TimeUnavailable | Self::AuthorityUnavailable => None,
            _ => Some(ErrorCode::InvalidToken),
        }
    }

    /// The HTTP status: 400, 401, 403, 431 (RFC 6585 §5) or 503.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::InsecureTransport | Self::SeveralTokens | Self::MalformedRequest => 400,
            Self::TokenTooLong => 431,
            Self::InsufficientScope => 403,
            Self::TimeUnavailable | Self::AuthorityUnavailable => 503,
            _ => 401,
        }
    }

    /// An error about a claim.
    pub(crate) const fn claim(claim: Claim, reason: Reason) -> Self {
        Self::Claim { claim, reason }
    }

    /// The sentence, without what stands in the variant.
    const fn sentence(self) -> &'static str {
        match self {
            Self::InsecureTransport => "the request did not come over TLS",
            Self::SeveralTokens => "the request carries more than one token",
            Self::MalformedRequest => "the request's credentials do not follow their grammar",
            Self::TokenTooLong => "the token is too long",
            Self::NotCompact => "the token has not three segments",
            Self::Encrypted => "the token is encrypted",
            Self::NotEncrypted => "the token is not encrypted",
            Self::Base64(_) => "a segment of the token is not canonical base64url",
            Self::Json(..) => "a segment of the token is not a good JSON object",
            Self::Header(_) => "a header parameter is missing or malformed",
            Self::Critical => "the header has critical extensions",
            Self::UnsupportedHeader(_) => "a header parameter is not supported",
            Self::AlgorithmNotAllowed => "the algorithm is not allowed",
            Self::TokenType => "the token is of another kind",
            Self::UnknownKey => "no key fits the token",
            Self::AmbiguousKey => "too many keys fit the token",
            Self::BadSignature => "the signature is not valid",
            Self::DecryptionFailed => "the token cannot be decrypted",
            Self::Claim { .. } => "a claim is not acceptable",
            Self::InsufficientScope => "the token's scope does not allow this",
            Self::TimeUnavailable => "the time is not known",
            Self::Inactive => "the authorization server says that the token is not active",
            Self::AuthorityUnavailable => "the authorization server cannot be asked now",
            Self::ClaimsType => "the claims have not the type that was asked for",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Claim { claim, reason } => write!(f, "the claim {claim} {reason}"),
            Self::Base64(part) => write!(f, "the {part} is not canonical base64url"),
            Self::Json(part, error) => write!(f, "the {part} is not a good JSON object: {error}"),
            Self::Header(parameter) => write!(f, "the header parameter {parameter} is missing or malformed"),
            Self::UnsupportedHeader(parameter) => write!(f, "the header parameter {parameter} is not supported"),
            other => f.write_str(other.sentence()),
        }
    }
}

impl core::error::Error for Error {}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
            Self::EncryptedKey => "encrypted key",
            Self::InitializationVector => "initialization vector",
            Self::Ciphertext => "ciphertext",
            Self::AuthenticationTag => "authentication tag",
        })
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Algorithm => "alg",
            Self::KeyId => "kid",
            Self::Type => "typ",
            Self::ContentType => "cty",
            Self::Base64UrlPayload => "b64",
            Self::Compression => "zip",
            Self::Encryption => "enc",
            Self::EphemeralPublicKey => "epk",
            Self::PartyUInfo => "apu",
            Self::PartyVInfo => "apv",
            Self::InitializationVector => "iv",
            Self::AuthenticationTag => "tag",
        })
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Issuer => "iss",
            Self::Subject => "sub",
            Self::Audience => "aud",
            Self::ExpirationTime => "exp",
            Self::NotBefore => "nbf",
            Self::IssuedAt => "iat",
            Self::JwtId => "jti",
            Self::ClientId => "client_id",
            Self::Scope => "scope",
            Self::AuthenticationTime => "auth_time",
            Self::AuthenticationContext => "acr",
            Self::AuthenticationMethods => "amr",
            Self::Confirmation => "cnf",
            Self::Roles => "roles",
            Self::Groups => "groups",
            Self::Entitlements => "entitlements",
            Self::IdToken => "nonce, at_hash or c_hash",
            Self::AuthorizedParty => "azp",
            Self::Nonce => "nonce",
            Self::AccessTokenHash => "at_hash",
            Self::Events => "events",
            Self::Required => "that the policy requires",
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "is missing",
            Self::Malformed => "is malformed",
            Self::Mismatch => "is not the expected one",
            Self::Expired => "has passed",
            Self::NotYetValid => "is still to come",
            Self::TooOld => "is too old",
            Self::NotUnderstood => "is not understood",
            Self::Unexpected => "does not belong in a token of this kind",
        })
    }
}

#[cfg(test)]
mod tests;
