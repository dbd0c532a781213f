//! What can be wrong with a key ([RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).

use core::fmt;

use crate::json::JsonError;

/// Why a key, or a whole set, cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyError {
    /// The document is not good JSON.
    Json(JsonError),
    /// This member is absent: keys of this type must have it, or sets.
    Missing(&'static str),
    /// This member has another JSON type than it must have, or is not canonical base64url.
    Malformed(&'static str),
    /// The key's `kty` is none that is supported.
    UnsupportedType,
    /// The key's `crv` is none that is supported.
    UnsupportedCurve,
    /// The key's `alg` is no signature algorithm for a key of its type.
    UnsupportedAlgorithm,
    /// The key's `use` is not `sig` (RFC 7517 §4.2).
    Use,
    /// The key's `key_ops` do not include `verify`, or name an operation twice (RFC 7517 §4.3).
    Operations,
    /// It is a private key: whoever publishes it has lost it.
    Private,
    /// It is a shared secret, which no public document may contain.
    Symmetric,
    /// A set has both shared secrets and public keys.
    Mixed,
    /// The key has a length that is not allowed: of a coordinate (RFC 7518 §6.2.1.2), of the modulus (2048 to 4096 bits,
    /// without leading zero bytes), of a private number of RSA, or of a secret (RFC 7518 §3.2).
    Length,
    /// The coordinates are those of no point of the curve.
    NotOnCurve,
    /// The RSA exponent is even, 1, longer than 8 bytes, or has leading zero bytes.
    Exponent,
    /// The RSA key has more than two primes (RFC 7518 §6.3.2.7, `oth`).
    MorePrimes,
    /// The key is good, and larger than the room for it.
    TooLarge,
    /// The `kid` is longer than [`limits::KEY_ID_BYTES`](crate::limits::KEY_ID_BYTES).
    KeyIdTooLong,
    /// The set has no place left.
    Full,
    /// The bytes are no SubjectPublicKeyInfo in DER.
    Der,
    /// The text is no `PUBLIC KEY` in PEM.
    Pem,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json(error) => return write!(f, "the key document is not good JSON: {error}"),
            Self::Missing(member) => return write!(f, "the member {member} is missing"),
            Self::Malformed(member) => return write!(f, "the member {member} is malformed"),
            Self::UnsupportedType => "the key's type is not supported",
            Self::UnsupportedCurve => "the key's curve is not supported",
            Self::UnsupportedAlgorithm => "the key's algorithm is not supported",
            Self::Use => "the key is not for signatures",
            Self::Operations => "the key is not for verification",
            Self::Private => "the key is private",
            Self::Symmetric => "the key is a shared secret",
            Self::Mixed => "the set has both shared secrets and public keys",
            Self::Length => "the key has a length that is not allowed",
            Self::NotOnCurve => "the key is no point of its curve",
            Self::Exponent => "the key's exponent is not allowed",
            Self::MorePrimes => "the key has more than two primes",
            Self::TooLarge => "the key is larger than the room for it",
            Self::KeyIdTooLong => "the key's identifier is too long",
            Self::Full => "the set is full",
            Self::Der => "the key is not a SubjectPublicKeyInfo in DER",
            Self::Pem => "the key is not a PUBLIC KEY in PEM",
        })
    }
}

impl core::error::Error for KeyError {}

impl From<JsonError> for KeyError {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}
