//! An Ed25519 key ([RFC 8037 §2](https://www.rfc-editor.org/rfc/rfc8037#section-2)) with tables of multiples.

use core::{fmt, ops::Neg as _};

use curve25519_dalek::{EdwardsPoint, Scalar, constants::ED25519_BASEPOINT_POINT, edwards::CompressedEdwardsY};
use sha2::{Digest as _, Sha512};

use super::{comb, is_canonical};
use crate::{
    jose::{Jwk, KeyError},
    key::{Key, KeyEntry, Keys, PublicKey},
    prepared::PreparedKeys,
};

/// An Ed25519 key that is verified with for long, and two tables made once: of its point's multiples, and of the base
/// point's.
///
/// Each table has `POINTS` of 160 bytes: 4, 8, 16, 32, 64 or 128 of them, so 1,280 bytes to 40 KB together. They are
/// computed in place, in a `static` or beside the key set, and then this is either the one key, as a [`Jwk`] is, or serves a
/// set by [`within`](Self::within). Verification accepts and refuses the same signatures with and without it.
///
/// ```
/// use bearward_core::{Jwk, KeyError, Keys, PreparedEd25519};
///
/// let jwk = Jwk::<32>::read(
///     br#"{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
/// )?;
/// let mut prepared = PreparedEd25519::<8>::new();
/// assert!(prepared.entry(0).is_none());
/// prepared.prepare(&jwk)?;
/// assert_eq!(prepared.entry(0).and_then(|entry| entry.id), Some("a"));
/// # Ok::<(), KeyError>(())
/// ```
#[derive(Clone)]
pub struct PreparedEd25519<const POINTS: usize = 8> {
    key: Option<Jwk<32>>,
    base: [EdwardsPoint; POINTS],
    /// Of the key's point with its sign changed, for it is subtracted.
    negative: [EdwardsPoint; POINTS],
}

impl<const POINTS: usize> PreparedEd25519<POINTS> {
    /// No key yet: a set that is empty.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(POINTS.is_power_of_two() && POINTS >= 4 && POINTS <= 128) };
        Self { key: None, base: [ED25519_BASEPOINT_POINT; POINTS], negative: [ED25519_BASEPOINT_POINT; POINTS] }
    }

    /// Takes the place of the key before, with its `kid` and `alg`, and computes the tables.
    ///
    /// # Errors
    ///
    /// [`KeyError::UnsupportedType`] for another key than one of Ed25519, and [`KeyError::NotOnCurve`] for one that verifies
    /// nothing: no point of the curve, one that is not in its canonical encoding, or one of small order. Then the set is empty.
    pub fn prepare<const BYTES: usize>(&mut self, key: &Jwk<BYTES>) -> Result<(), KeyError> {
        self.key = None;
        let PublicKey::Ed25519 { x } = key.public_key() else { return Err(KeyError::UnsupportedType) };
        let point = CompressedEdwardsY(*x).decompress().filter(|point| is_canonical(x) && !point.is_small_order());
        let point = point.ok_or(KeyError::NotOnCurve)?;
        let mut own = Jwk::new(key.public_key())?;
        if let Some(id) = key.key_id() {
            own = own.with_key_id(id)?;
        }
        if let Some(algorithm) = key.algorithm() {
            own = own.with_algorithm(algorithm)?;
        }
        comb::fill(&mut self.base, &ED25519_BASEPOINT_POINT);
        comb::fill(&mut self.negative, &point.neg());
        self.key = Some(own);
        Ok(())
    }

    /// The keys of a set, where the tables serve the key that they were made of. Which keys there are, the set alone decides:
    /// one that it has dropped is not found.
    ///
    /// ```
    /// use bearward_core::{JwkSet, Keys, PreparedEd25519};
    ///
    /// let keys = JwkSet::<4>::new();
    /// let prepared = PreparedEd25519::<8>::new();
    /// assert!(prepared.within(&keys).entry(0).is_none());
    /// ```
    #[must_use]
    pub fn within<'k>(&'k self, keys: &'k dyn Keys) -> PreparedKeys<'k> {
        PreparedKeys::new(keys, self.key())
    }

    fn key(&self) -> Option<Key<'_>> {
        let PublicKey::Ed25519 { x } = self.key.as_ref()?.public_key() else { return None };
        Some(Key::PreparedEd25519(PreparedEd25519Key { x, base: &self.base, negative: &self.negative }))
    }
}

impl<const POINTS: usize> Default for PreparedEd25519<POINTS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const POINTS: usize> fmt::Debug for PreparedEd25519<POINTS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedEd25519").field("key", &self.key).field("points", &POINTS).finish()
    }
}

/// The one key that the caller has chosen: without a `kid` of its own it verifies tokens that name one.
impl<const POINTS: usize> Keys for PreparedEd25519<POINTS> {
    fn entry(&self, index: usize) -> Option<KeyEntry<'_>> {
        let entry = self.key.as_ref().filter(|_| index == 0)?.entry();
        Some(KeyEntry { key: self.key()?, ..entry })
    }

    fn any_key_id(&self) -> bool {
        true
    }
}

/// An Ed25519 key and its tables, borrowed from a [`PreparedEd25519`].
#[derive(Clone, Copy)]
pub struct PreparedEd25519Key<'k> {
    x: &'k [u8; 32],
    base: &'k [EdwardsPoint],
    negative: &'k [EdwardsPoint],
}

impl<'k> PreparedEd25519Key<'k> {
    /// The key without the tables, for an [`Algorithm`](crate::Algorithm) of one's own.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey<'k> {
        PublicKey::Ed25519 { x: self.x }
    }

    /// RFC 8032 §5.1.7, with the equation of step 3 without its cofactor. `None` if the signature is malformed.
    pub(super) fn is_signature(&self, message: &[u8], signature: &[u8]) -> Option<bool> {
        let (r, s) = signature.split_first_chunk::<32>()?;
        let s: Option<Scalar> = Scalar::from_canonical_bytes(s.try_into().ok()?).into();
        let s = s?;
        let hash = Sha512::new().chain_update(r).chain_update(self.x).chain_update(message).finalize();
        let k = Scalar::from_bytes_mod_order_wide(&hash.into());
        // R is compared as it is encoded: there is one encoding of each point.
        Some(comb::sum([(self.base, &s), (self.negative, &k)]).compress().as_bytes() == r)
    }
}

impl fmt::Debug for PreparedEd25519Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PreparedEd25519Key({} points)", self.negative.len())
    }
}
