//! Keys as algorithms see them: public ones and shared secrets are different types
//! ([RFC 8725 §3.1](https://www.rfc-editor.org/rfc/rfc8725#section-3.1)).

use core::fmt;

#[cfg(feature = "ed25519-dalek")]
use crate::alg::PreparedEd25519Key;
#[cfg(feature = "p256")]
use crate::alg::PreparedP256Key;
#[cfg(feature = "p384")]
use crate::alg::PreparedP384Key;
#[cfg(feature = "p521")]
use crate::alg::PreparedP521Key;
#[cfg(feature = "hmac")]
use crate::alg::PreparedSecret;

/// An elliptic curve of RFC 7518 §6.2.1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Curve {
    /// `P-256`, coordinates of 32 bytes.
    P256,
    /// `P-384`, coordinates of 48 bytes.
    P384,
    /// `P-521`, coordinates of 66 bytes.
    P521,
}

impl Curve {
    /// The name in a JWK's `crv`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    /// The length of a coordinate, in bytes.
    #[must_use]
    pub const fn coordinate_bytes(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

/// A public key, borrowed from the set that owns its bytes.
///
/// The bytes are numbers in big-endian order. A key in hand has the right lengths; whether a point lies on its curve is
/// the algorithm's to find out, and it refuses the signature if not.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicKey<'k> {
    /// A point of an elliptic curve (RFC 7518 §6.2), each coordinate of the curve's full length.
    Ec {
        /// The curve.
        curve: Curve,
        /// The x coordinate.
        x: &'k [u8],
        /// The y coordinate.
        y: &'k [u8],
    },
    /// An RSA key (RFC 7518 §6.3), without leading zero bytes.
    Rsa {
        /// The modulus.
        n: &'k [u8],
        /// The exponent.
        e: &'k [u8],
    },
    /// An Ed25519 key (RFC 8037 §2).
    Ed25519 {
        /// The encoded point.
        x: &'k [u8; 32],
    },
}

impl fmt::Debug for PublicKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ec { curve, .. } => write!(f, "PublicKey({})", curve.name()),
            Self::Rsa { n, .. } => write!(f, "PublicKey(RSA, {} bytes)", n.len()),
            Self::Ed25519 { .. } => f.write_str("PublicKey(Ed25519)"),
        }
    }
}

/// A secret that both sides share, for HMAC. Its `Debug` shows nothing.
#[derive(Clone, Copy)]
pub struct Secret<'k> {
    bytes: &'k [u8],
    may_be_short: bool,
}

impl<'k> Secret<'k> {
    /// A secret by its bytes (decoded, if it came as base64). It serves only hashes whose output is not longer than
    /// the secret (RFC 7518 §3.2).
    #[must_use]
    pub const fn new(bytes: &'k [u8]) -> Self {
        Self { bytes, may_be_short: false }
    }

    /// A secret that may be shorter than the output of the hash, against RFC 7518 §3.2.
    ///
    /// For an authorization server that signs with what it has: oidc-provider, for one, takes a client secret of 43
    /// characters for HS512. Who can guess a secret can make tokens, so this is only for secrets that are known to
    /// be random and at least 32 bytes' worth.
    #[must_use]
    pub const fn danger_short(bytes: &'k [u8]) -> Self {
        Self { bytes, may_be_short: true }
    }

    /// Whether the secret may be used with a hash whose output has this many bytes. An empty one never may.
    ///
    /// ```
    /// use bearward_core::Secret;
    ///
    /// assert!(Secret::new(&[7; 32]).is_long_enough(32));
    /// assert!(!Secret::new(&[7; 31]).is_long_enough(32));
    /// assert!(Secret::danger_short(&[7; 31]).is_long_enough(32));
    /// assert!(!Secret::danger_short(&[]).is_long_enough(32));
    /// ```
    #[must_use]
    pub const fn is_long_enough(self, output_bytes: usize) -> bool {
        !self.bytes.is_empty() && (self.may_be_short || self.bytes.len() >= output_bytes)
    }

    #[cfg(any(feature = "ed25519-dalek", feature = "hmac", feature = "p256", feature = "p384", feature = "p521"))]
    pub(crate) const fn may_be_short(self) -> bool {
        self.may_be_short
    }

    /// The bytes, for an [`Algorithm`](crate::Algorithm) of one's own.
    #[must_use]
    pub const fn expose(self) -> &'k [u8] {
        self.bytes
    }
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

/// What verifies a signature: never a public key where a secret is meant, nor the other way round.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Key<'k> {
    /// A public key.
    Public(PublicKey<'k>),
    /// A public key of P-256 with a table of multiples.
    #[cfg(feature = "p256")]
    PreparedP256(PreparedP256Key<'k>),
    /// A public key of P-384 with a table of multiples.
    #[cfg(feature = "p384")]
    PreparedP384(PreparedP384Key<'k>),
    /// A public key of P-521 with a table of multiples.
    #[cfg(feature = "p521")]
    PreparedP521(PreparedP521Key<'k>),
    /// An Ed25519 key with a table of multiples.
    #[cfg(feature = "ed25519-dalek")]
    PreparedEd25519(PreparedEd25519Key<'k>),
    /// A shared secret.
    Secret(Secret<'k>),
    /// A shared secret with what HMAC computes of it alone.
    #[cfg(feature = "hmac")]
    PreparedSecret(PreparedSecret<'k>),
}

impl<'k> Key<'k> {
    /// The public key, prepared or not.
    #[must_use]
    pub const fn public_key(&self) -> Option<PublicKey<'k>> {
        match self {
            Self::Public(key) => Some(*key),
            #[cfg(feature = "p256")]
            Self::PreparedP256(key) => Some(key.public_key()),
            #[cfg(feature = "p384")]
            Self::PreparedP384(key) => Some(key.public_key()),
            #[cfg(feature = "p521")]
            Self::PreparedP521(key) => Some(key.public_key()),
            #[cfg(feature = "ed25519-dalek")]
            Self::PreparedEd25519(key) => Some(key.public_key()),
            Self::Secret(_) => None,
            #[cfg(feature = "hmac")]
            Self::PreparedSecret(_) => None,
        }
    }

    /// The shared secret, prepared or not.
    #[must_use]
    pub fn secret(&self) -> Option<Secret<'k>> {
        match self {
            Self::Secret(secret) => Some(*secret),
            #[cfg(feature = "hmac")]
            Self::PreparedSecret(secret) => Some(secret.secret()),
            Self::Public(_) => None,
            #[cfg(feature = "p256")]
            Self::PreparedP256(_) => None,
            #[cfg(feature = "p384")]
            Self::PreparedP384(_) => None,
            #[cfg(feature = "p521")]
            Self::PreparedP521(_) => None,
            #[cfg(feature = "ed25519-dalek")]
            Self::PreparedEd25519(_) => None,
        }
    }
}

/// A key of a set, with what the set says of it (RFC 7517 §4).
#[derive(Clone, Copy, Debug)]
pub struct KeyEntry<'k> {
    /// Its `kid`, if it has one.
    pub id: Option<&'k str>,
    /// Its `alg`, if it is bound to one.
    pub algorithm: Option<&'k str>,
    /// The key itself.
    pub key: Key<'k>,
}

/// A set of keys to choose from: [`JwkSet`](crate::JwkSet), [`SecretSet`](crate::SecretSet), a single
/// [`Jwk`](crate::Jwk), or one's own.
///
/// Object-safe, so that a caller can keep its keys in flash, in a secure element's memory, or behind a lock.
pub trait Keys {
    /// The entry at `index`, counted from 0; `None` ends the set.
    fn entry(&self, index: usize) -> Option<KeyEntry<'_>>;
    /// Whether a key without a `kid` may verify a token that names one. So it is where the caller has chosen the one
    /// key, and not where a set has to be chosen from: there an unknown `kid` is an error.
    fn any_key_id(&self) -> bool {
        false
    }
}
