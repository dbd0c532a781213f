//! A shared secret ([RFC 7518 §6.4](https://www.rfc-editor.org/rfc/rfc7518#section-6.4)) with the two states of the hash that
//! HMAC begins with ([RFC 2104 §4](https://www.rfc-editor.org/rfc/rfc2104#section-4)).

use core::fmt;

use hmac::{EagerHash, Hmac, KeyInit as _};
use sha2::digest::OutputSizeUser;

use super::is_mac;
use crate::{
    alg::Algorithm,
    jose::KeyError,
    key::{Key, KeyEntry, Keys, Secret},
    prepared::PreparedKeys,
};

/// An algorithm of RFC 7518 §3.2: [`Hs256`](crate::Hs256), [`Hs384`](crate::Hs384) or [`Hs512`](crate::Hs512).
#[expect(private_bounds, reason = "there are no more of them")]
pub trait HmacAlgorithm: Algorithm + Hashes {}

/// What the algorithm hashes with.
pub(super) trait Hashes {
    const NAME: &'static str;
    type Hash: EagerHash<Core: Sync> + OutputSizeUser;
}

/// A secret that is verified with for long, and what HMAC computes of it before it looks at a message: two blocks of the
/// hash less for each token.
///
/// It is either the one key, or serves a set by [`within`](Self::within). Verification accepts and refuses the same with and
/// without it. What it holds is as secret as the secret, and is wiped when it is dropped; the secret is its owner's to wipe. A
/// value that is moved leaves its bytes behind: make it where it stays.
///
/// ```
/// use bearward_core::{Hs256, KeyError, Keys, PreparedHmac, Secret};
///
/// let prepared = PreparedHmac::<Hs256>::new(Secret::new(&[7; 32]))?;
/// assert_eq!(prepared.entry(0).and_then(|entry| entry.algorithm), Some("HS256"));
/// assert_eq!(PreparedHmac::<Hs256>::new(Secret::new(&[7; 31])).err(), Some(KeyError::Length));
/// # Ok::<(), KeyError>(())
/// ```
#[derive(Clone)]
pub struct PreparedHmac<'k, A: HmacAlgorithm> {
    secret: Secret<'k>,
    state: Hmac<A::Hash>,
}

impl<'k, A: HmacAlgorithm> PreparedHmac<'k, A> {
    /// Computes the two states.
    ///
    /// # Errors
    ///
    /// [`KeyError::Length`] for a secret that is shorter than the output of the hash (RFC 7518 §3.2), unless it may be.
    pub fn new(secret: Secret<'k>) -> Result<Self, KeyError> {
        if !secret.is_long_enough(A::Hash::output_size()) {
            return Err(KeyError::Length);
        }
        let state = Hmac::new_from_slice(secret.expose()).map_err(|_| KeyError::Length)?;
        Ok(Self { secret, state })
    }

    /// The keys of a set, in which this one takes the place of the secret that it was made of. Which keys there are, the set
    /// alone decides.
    ///
    /// ```
    /// use bearward_core::{Hs256, Key, KeyError, Keys, PreparedHmac, Secret, SecretSet};
    ///
    /// let secret = Secret::new(&[7; 32]);
    /// let set = SecretSet::<1>::new().with(secret, Some("a"), None)?;
    /// let prepared = PreparedHmac::<Hs256>::new(secret)?;
    /// assert!(matches!(prepared.within(&set).entry(0).map(|entry| entry.key), Some(Key::PreparedSecret(_))));
    /// # Ok::<(), KeyError>(())
    /// ```
    #[must_use]
    pub fn within<'s>(&'s self, keys: &'s dyn Keys) -> PreparedKeys<'s> {
        PreparedKeys::new(keys, Some(self.key()))
    }

    fn key(&self) -> Key<'_> {
        Key::PreparedSecret(PreparedSecret(self))
    }
}

impl<A: HmacAlgorithm> fmt::Debug for PreparedHmac<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PreparedHmac({}, [redacted])", A::NAME)
    }
}

/// The one key that the caller has chosen: it verifies tokens whatever key they name.
impl<A: HmacAlgorithm> Keys for PreparedHmac<'_, A> {
    fn entry(&self, index: usize) -> Option<KeyEntry<'_>> {
        (index == 0).then(|| KeyEntry { id: None, algorithm: Some(A::NAME), key: self.key() })
    }

    fn any_key_id(&self) -> bool {
        true
    }
}

/// A secret and its two states, borrowed from a [`PreparedHmac`].
#[derive(Clone, Copy)]
pub struct PreparedSecret<'k>(&'k dyn Prepared);

impl<'k> PreparedSecret<'k> {
    /// The secret alone, for an [`Algorithm`] of one's own.
    #[must_use]
    pub fn secret(&self) -> Secret<'k> {
        self.0.secret()
    }

    /// What it was prepared for. With another algorithm it is the secret alone.
    pub(super) fn algorithm(&self) -> &'static str {
        self.0.algorithm()
    }

    pub(super) fn is_mac(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.is_mac(message, signature)
    }
}

impl fmt::Debug for PreparedSecret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PreparedSecret({}, [redacted])", self.algorithm())
    }
}

/// A prepared secret of whatever hash: which one is linked is decided where it is prepared.
trait Prepared: Sync {
    fn secret(&self) -> Secret<'_>;
    fn algorithm(&self) -> &'static str;
    fn is_mac(&self, message: &[u8], signature: &[u8]) -> bool;
}

impl<A: HmacAlgorithm> Prepared for PreparedHmac<'_, A> {
    fn secret(&self) -> Secret<'_> {
        self.secret
    }

    fn algorithm(&self) -> &'static str {
        A::NAME
    }

    fn is_mac(&self, message: &[u8], signature: &[u8]) -> bool {
        is_mac(self.state.clone(), message, signature)
    }
}
