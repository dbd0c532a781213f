//! Keys that open what was encrypted to this device: a type of their own, so that neither a public key nor an HMAC
//! secret is ever taken for one ([RFC 8725 §3.1](https://www.rfc-editor.org/rfc/rfc8725#section-3.1)).

#[cfg(feature = "rsa-oaep")]
use core::fmt;

use sha2::{Digest as _, Sha256, Sha384, Sha512};
use zeroize::Zeroize as _;

use crate::{
    key::{Curve, Secret},
    limits,
};

/// A key that opens a JWE, borrowed from what owns its bytes. Its `Debug` shows nothing of them.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum DecryptionKey<'k> {
    /// A key that both sides share (RFC 7518 §6.4), used as it is: its length must be that of the algorithm.
    Symmetric(Secret<'k>),
    /// The client's secret, from which a key of the length in need is derived: the first bytes of its SHA-256, and for
    /// more than 32 or 48 bytes of its SHA-384 or SHA-512
    /// ([OpenID Connect Core §10.2](https://openid.net/specs/openid-connect-core-1_0.html#Encryption)).
    ClientSecret(Secret<'k>),
    /// The private half of a point (RFC 7518 §6.2.2), as long as a coordinate of its curve.
    Ec {
        /// The curve.
        curve: Curve,
        /// The private number, big-endian.
        d: Secret<'k>,
    },
    /// The private half of an X25519 key (RFC 8037 §2), 32 bytes.
    X25519 {
        /// The private bytes.
        d: Secret<'k>,
    },
    /// The private half of an RSA key (RFC 7518 §6.3.2).
    #[cfg(feature = "rsa-oaep")]
    Rsa(RsaPrivateKey<'k>),
}

/// A private RSA key of two primes (RFC 8017 §3.2). All numbers are big-endian. Its `Debug` shows nothing of them.
///
/// ```
/// use bearward_core::{RsaPrivate, RsaPrivateKey, Secret};
///
/// let key = RsaPrivateKey { n: &[0xC5; 256], e: &[1, 0, 1], private: RsaPrivate::Exponent(Secret::new(&[7; 256])) };
/// assert_eq!(format!("{key:?}"), "RsaPrivateKey(256 bytes, [redacted])");
/// ```
#[cfg(feature = "rsa-oaep")]
#[derive(Clone, Copy)]
pub struct RsaPrivateKey<'k> {
    /// The modulus, 2048 to 4096 bits, without leading zero bytes.
    pub n: &'k [u8],
    /// The public exponent, at most 8 bytes, without leading zero bytes: what is decrypted is encrypted again with it.
    pub e: &'k [u8],
    /// What only the device knows.
    pub private: RsaPrivate<'k>,
}

/// The private numbers of an RSA key. How many bytes each has is not secret.
#[cfg(feature = "rsa-oaep")]
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum RsaPrivate<'k> {
    /// The private exponent alone: three to four times as slow.
    Exponent(Secret<'k>),
    /// The primes, and what is computed from them (RFC 7518 §6.3.2.2 to §6.3.2.6). A prime has at most half as many bytes
    /// as the longest modulus.
    Primes {
        /// The first prime.
        p: Secret<'k>,
        /// The second prime.
        q: Secret<'k>,
        /// The exponent modulo `p - 1`.
        dp: Secret<'k>,
        /// The exponent modulo `q - 1`.
        dq: Secret<'k>,
        /// The inverse of `q` modulo `p`.
        qi: Secret<'k>,
    },
}

#[cfg(feature = "rsa-oaep")]
impl fmt::Debug for RsaPrivateKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaPrivateKey({} bytes, [redacted])", self.n.len())
    }
}

impl DecryptionKey<'_> {
    /// Whether there is a symmetric key of this many bytes in it.
    #[must_use]
    pub const fn is_symmetric(&self, bytes: usize) -> bool {
        match self {
            Self::Symmetric(secret) => bytes != 0 && secret.expose().len() == bytes,
            Self::ClientSecret(secret) => {
                bytes != 0 && bytes <= limits::CONTENT_KEY_BYTES && !secret.expose().is_empty()
            }
            _ => false,
        }
    }

    /// Lends the symmetric key of this many bytes, if there is one. What is derived for it is wiped afterwards.
    pub fn with_symmetric<R>(&self, bytes: usize, lend: impl FnOnce(&[u8]) -> Option<R>) -> Option<R> {
        if !self.is_symmetric(bytes) {
            return None;
        }
        match self {
            Self::Symmetric(secret) => lend(secret.expose()),
            Self::ClientSecret(secret) => {
                let mut derived = [0; limits::CONTENT_KEY_BYTES];
                match bytes {
                    ..=32 => fill(&mut derived, &mut Sha256::digest(secret.expose())),
                    33..=48 => fill(&mut derived, &mut Sha384::digest(secret.expose())),
                    _ => fill(&mut derived, &mut Sha512::digest(secret.expose())),
                }
                let lent = derived.get(..bytes).and_then(lend);
                derived.zeroize();
                lent
            }
            _ => None,
        }
    }
}

/// A decryption key with what is known of it (RFC 7517 §4).
#[derive(Clone, Copy, Debug)]
pub struct DecryptionKeyEntry<'k> {
    /// Its `kid`, if it has one.
    pub id: Option<&'k str>,
    /// Its `alg`, if it is bound to one.
    pub algorithm: Option<&'k str>,
    /// The key itself.
    pub key: DecryptionKey<'k>,
}

/// The device's own keys to choose from: [`DecryptionKeySet`](crate::DecryptionKeySet), a single
/// [`DecryptionKeyEntry`], or one's own.
pub trait DecryptionKeys: Sync {
    /// The entry at `index`, counted from 0; `None` ends the set.
    fn entry(&self, index: usize) -> Option<DecryptionKeyEntry<'_>>;

    /// Whether a key without a `kid` may open what names one: so it is where the caller has chosen the one key.
    fn any_key_id(&self) -> bool {
        false
    }
}

/// The one key that the caller has chosen.
///
/// ```
/// use bearward_core::{DecryptionKey, DecryptionKeyEntry, DecryptionKeys, Secret};
///
/// let secret = DecryptionKey::ClientSecret(Secret::new(b"of the client"));
/// let keys: &dyn DecryptionKeys = &DecryptionKeyEntry { id: None, algorithm: None, key: secret };
/// assert!(keys.any_key_id() && keys.entry(1).is_none());
/// ```
impl DecryptionKeys for DecryptionKeyEntry<'_> {
    fn entry(&self, index: usize) -> Option<DecryptionKeyEntry<'_>> {
        (index == 0).then_some(*self)
    }

    fn any_key_id(&self) -> bool {
        true
    }
}

fn fill(key: &mut [u8], hash: &mut [u8]) {
    key.iter_mut().zip(&*hash).for_each(|(to, from)| *to = *from);
    hash.zeroize();
}

#[cfg(test)]
mod tests {
    use std::{format, vec::Vec};

    use super::*;

    fn derived(bytes: usize) -> Option<Vec<u8>> {
        DecryptionKey::ClientSecret(Secret::new(b"secret")).with_symmetric(bytes, |key| Some(key.to_vec()))
    }

    #[test]
    fn oidc_core_10_2_a_key_of_the_client_secret_is_the_front_of_the_shortest_hash_that_is_long_enough() {
        let hashes = [
            (1..=32, Sha256::digest(b"secret").to_vec()),
            (33..=48, Sha384::digest(b"secret").to_vec()),
            (49..=64, Sha512::digest(b"secret").to_vec()),
        ];
        for (lengths, hash) in hashes {
            for bytes in lengths {
                assert_eq!(derived(bytes).as_deref(), hash.get(..bytes));
            }
        }
        assert_eq!((derived(0), derived(65)), (None, None));
        let empty = DecryptionKey::ClientSecret(Secret::new(b""));
        assert!(!empty.is_symmetric(16));
    }

    #[test]
    fn a_shared_key_has_the_length_that_is_asked_for_and_a_private_one_is_none() {
        let key = DecryptionKey::Symmetric(Secret::new(&[7; 16]));
        assert_eq!(key.with_symmetric(16, |key| Some(key.len())), Some(16));
        assert!(!key.is_symmetric(15) && !key.is_symmetric(17) && !key.is_symmetric(0));
        assert!(!DecryptionKey::X25519 { d: Secret::new(&[7; 32]) }.is_symmetric(32));
    }

    #[test]
    fn debug_shows_nothing_of_a_key() {
        let key = DecryptionKey::Ec { curve: Curve::P256, d: Secret::new(b"\x07abc") };
        assert_eq!(format!("{key:?}"), "Ec { curve: P256, d: Secret([redacted]) }");
    }
}
