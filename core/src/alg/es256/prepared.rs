//! A P-256 key ([RFC 7518 §6.2](https://www.rfc-editor.org/rfc/rfc7518#section-6.2)) with a table of its point's multiples.

use core::fmt;

use super::{multiples, point::Affine};
use crate::{
    jose::{Jwk, KeyError},
    key::{Curve, Key, KeyEntry, Keys, PublicKey},
    prepared::PreparedKeys,
};

/// A P-256 key that is verified with for long, and a table made once of its point's multiples.
///
/// The table has `POINTS` of 64 bytes: 8, 16, 32, 64 or 128 of them, so 512 bytes to 8 KB. It is computed in place, in a
/// `static` or beside the key set, and then is either the one key, as a [`Jwk`] is, or serves a set by
/// [`within`](Self::within). Verification accepts and refuses the same signatures with and without it.
///
/// ```
/// use bearward_core::{Jwk, Keys, KeyError, PreparedP256};
///
/// let jwk = Jwk::<64>::read(
///     br#"{"kty":"EC","crv":"P-256","kid":"a","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
///         "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
/// )?;
/// let mut prepared = PreparedP256::<32>::new();
/// assert!(prepared.entry(0).is_none());
/// prepared.prepare(&jwk)?;
/// assert_eq!(prepared.entry(0).and_then(|entry| entry.id), Some("a"));
/// # Ok::<(), KeyError>(())
/// ```
#[derive(Clone)]
pub struct PreparedP256<const POINTS: usize = 32> {
    key: Option<Jwk<64>>,
    table: [Affine; POINTS],
}

impl<const POINTS: usize> PreparedP256<POINTS> {
    /// No key yet: a set that is empty.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(POINTS.is_power_of_two() && POINTS >= 8 && POINTS <= 128) };
        Self { key: None, table: [Affine::NONE; POINTS] }
    }

    /// Takes the place of the key before, with its `kid` and `alg`, and computes the table.
    ///
    /// On a Cortex-M4 this takes as long as one verification without a table for 512 bytes, half as long again for 2 KB, and
    /// three times as long for 8 KB.
    ///
    /// # Errors
    ///
    /// [`KeyError::UnsupportedType`] and [`KeyError::UnsupportedCurve`] for another key than one of P-256, and
    /// [`KeyError::NotOnCurve`] for numbers that are no point of it. Then the set is empty.
    pub fn prepare<const BYTES: usize>(&mut self, key: &Jwk<BYTES>) -> Result<(), KeyError> {
        self.key = None;
        let PublicKey::Ec { curve, x, y } = key.public_key() else { return Err(KeyError::UnsupportedType) };
        let (Curve::P256, Ok(x), Ok(y)) = (curve, x.try_into(), y.try_into()) else {
            return Err(KeyError::UnsupportedCurve);
        };
        let point = Affine::from_coordinates(x, y).ok_or(KeyError::NotOnCurve)?;
        let mut own = Jwk::new(key.public_key())?;
        if let Some(id) = key.key_id() {
            own = own.with_key_id(id)?;
        }
        if let Some(algorithm) = key.algorithm() {
            own = own.with_algorithm(algorithm)?;
        }
        multiples::fill(&mut self.table, &point);
        self.key = Some(own);
        Ok(())
    }

    /// The keys of a set, where the table serves the key that it was made of. Which keys there are, the set alone decides:
    /// one that it has dropped is not found.
    ///
    /// ```
    /// use bearward_core::{JwkSet, Keys, PreparedP256};
    ///
    /// let keys = JwkSet::<4>::new();
    /// let prepared = PreparedP256::<32>::new();
    /// assert!(prepared.within(&keys).entry(0).is_none());
    /// ```
    #[must_use]
    pub fn within<'k>(&'k self, keys: &'k dyn Keys) -> PreparedKeys<'k> {
        PreparedKeys::new(keys, self.key().map(Key::PreparedP256))
    }

    fn key(&self) -> Option<PreparedKey<'_>> {
        let key = self.key.as_ref()?.public_key();
        Some(PreparedKey { key, table: &self.table })
    }
}

impl<const POINTS: usize> Default for PreparedP256<POINTS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const POINTS: usize> fmt::Debug for PreparedP256<POINTS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedP256").field("key", &self.key).field("points", &POINTS).finish()
    }
}

/// The one key that the caller has chosen: without a `kid` of its own it verifies tokens that name one.
impl<const POINTS: usize> Keys for PreparedP256<POINTS> {
    fn entry(&self, index: usize) -> Option<KeyEntry<'_>> {
        let entry = self.key.as_ref().filter(|_| index == 0)?.entry();
        Some(KeyEntry { key: Key::PreparedP256(self.key()?), ..entry })
    }

    fn any_key_id(&self) -> bool {
        true
    }
}

/// A P-256 key and its table, borrowed from a [`PreparedP256`].
#[derive(Clone, Copy)]
pub struct PreparedKey<'k> {
    key: PublicKey<'k>,
    table: &'k [Affine],
}

impl<'k> PreparedKey<'k> {
    /// The key without the table, for an [`Algorithm`](crate::Algorithm) of one's own.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey<'k> {
        self.key
    }

    pub(super) const fn table(&self) -> &'k [Affine] {
        self.table
    }
}

impl fmt::Debug for PreparedKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PreparedKey(P-256, {} points)", self.table.len())
    }
}
