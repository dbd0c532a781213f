//! Keys of curves ([RFC 7518 §6.2](https://www.rfc-editor.org/rfc/rfc7518#section-6.2)) with a table of their point's multiples.

use core::fmt;

#[cfg(feature = "p256")]
use super::p256::P256;
#[cfg(feature = "p384")]
use super::p384::P384;
#[cfg(feature = "p521")]
use super::p521::P521;
use super::{multiples, point::Affine};
use crate::{
    jose::{Jwk, KeyError},
    key::{Curve, Key, KeyEntry, Keys, PublicKey},
    prepared::PreparedKeys,
};

macro_rules! prepared_key {
    (
        $(#[$doc:meta])*
        $prepared:ident, $key:ident, $name:literal, $curve:ty, $words:literal, $key_curve:expr, $key_bytes:literal,
        $(#[$effort:meta])*
    ) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $prepared<const POINTS: usize = 32> {
            key: Option<Jwk<$key_bytes>>,
            table: [Affine<$curve, $words>; POINTS],
        }

        impl<const POINTS: usize> $prepared<POINTS> {
            /// No key yet: a set that is empty.
            #[must_use]
            pub const fn new() -> Self {
                const { assert!(POINTS.is_power_of_two() && POINTS >= 8 && POINTS <= 128) };
                Self { key: None, table: [Affine::NONE; POINTS] }
            }

            /// Takes the place of the key before, with its `kid` and `alg`, and computes the table.
            ///
            $(#[$effort])*
            ///
            /// # Errors
            ///
            #[doc = concat!("[`KeyError::UnsupportedType`] and [`KeyError::UnsupportedCurve`] for another key than one of ", $name, ", and [`KeyError::NotOnCurve`] for numbers that are no point of it. Then the set is empty.")]
            pub fn prepare<const BYTES: usize>(&mut self, key: &Jwk<BYTES>) -> Result<(), KeyError> {
                self.key = None;
                let PublicKey::Ec { curve, x, y } = key.public_key() else { return Err(KeyError::UnsupportedType) };
                if curve != $key_curve {
                    return Err(KeyError::UnsupportedCurve);
                }
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

            /// The keys of a set, where the table serves the key that it was made of. Which keys there are, the set alone
            /// decides: one that it has dropped is not found.
            ///
            /// ```
            #[doc = concat!("use bearward_core::{JwkSet, Keys, ", stringify!($prepared), "};")]
            ///
            /// let keys = JwkSet::<4>::new();
            #[doc = concat!("let prepared = ", stringify!($prepared), "::<32>::new();")]
            /// assert!(prepared.within(&keys).entry(0).is_none());
            /// ```
            #[must_use]
            pub fn within<'k>(&'k self, keys: &'k dyn Keys) -> PreparedKeys<'k> {
                PreparedKeys::new(keys, self.key().map(Key::$prepared))
            }

            fn key(&self) -> Option<$key<'_>> {
                let key = self.key.as_ref()?.public_key();
                Some($key { key, table: &self.table })
            }
        }

        impl<const POINTS: usize> Default for $prepared<POINTS> {
            fn default() -> Self {
                Self::new()
            }
        }

        impl<const POINTS: usize> fmt::Debug for $prepared<POINTS> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($prepared)).field("key", &self.key).field("points", &POINTS).finish()
            }
        }

        /// The one key that the caller has chosen: without a `kid` of its own it verifies tokens that name one.
        impl<const POINTS: usize> Keys for $prepared<POINTS> {
            fn entry(&self, index: usize) -> Option<KeyEntry<'_>> {
                let entry = self.key.as_ref().filter(|_| index == 0)?.entry();
                Some(KeyEntry { key: Key::$prepared(self.key()?), ..entry })
            }

            fn any_key_id(&self) -> bool {
                true
            }
        }

        #[doc = concat!("A ", $name, " key and its table, borrowed from a [`", stringify!($prepared), "`].")]
        #[derive(Clone, Copy)]
        pub struct $key<'k> {
            key: PublicKey<'k>,
            table: &'k [Affine<$curve, $words>],
        }

        impl<'k> $key<'k> {
            /// The key without the table, for an [`Algorithm`](crate::Algorithm) of one's own.
            #[must_use]
            pub const fn public_key(&self) -> PublicKey<'k> {
                self.key
            }

            pub(super) const fn table(&self) -> &'k [Affine<$curve, $words>] {
                self.table
            }
        }

        impl fmt::Debug for $key<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($key), "({} points)"), self.table.len())
            }
        }
    };
}

#[cfg(feature = "p256")]
prepared_key!(
    /// A P-256 key that is verified with for long, and a table made once of its point's multiples.
    ///
    /// The table has `POINTS` of 64 bytes: 8, 16, 32, 64 or 128 of them, so 512 bytes to 8 KB. It is computed in place, in a
    /// `static` or beside the key set, and then is either the one key, as a [`Jwk`] is, or serves a set by
    /// [`within`](Self::within). Verification accepts and refuses the same signatures with and without it.
    ///
    /// ```
    /// use bearward_core::{Jwk, KeyError, Keys, PreparedP256};
    ///
    /// let jwk = Jwk::<64>::read(
    ///     br#"{"kty":"EC","crv":"P-256","kid":"a",
    ///         "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    ///         "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
    /// )?;
    /// let mut prepared = PreparedP256::<32>::new();
    /// assert!(prepared.entry(0).is_none());
    /// prepared.prepare(&jwk)?;
    /// assert_eq!(prepared.entry(0).and_then(|entry| entry.id), Some("a"));
    /// # Ok::<(), KeyError>(())
    /// ```
    PreparedP256, PreparedP256Key, "P-256", P256, 4, Curve::P256, 64,
    /// On a Cortex-M4 this takes as long as one verification without a table for 8 points, half as long again for 32, and
    /// three times as long for 128.
);

#[cfg(feature = "p384")]
prepared_key!(
    /// A P-384 key that is verified with for long, and a table made once of its point's multiples.
    ///
    /// The table has `POINTS` of 96 bytes: 8, 16, 32, 64 or 128 of them, so 768 bytes to 12 KB. It is computed in place, in a
    /// `static` or beside the key set, and then is either the one key, as a [`Jwk`] is, or serves a set by
    /// [`within`](Self::within). Verification accepts and refuses the same signatures with and without it.
    ///
    /// ```
    /// use bearward_core::{Jwk, KeyError, Keys, PreparedP384};
    ///
    /// let jwk = Jwk::<96>::read(
    ///     br#"{"kty":"EC","crv":"P-384","kid":"a",
    ///         "x":"qofKIr6LBTeOscce8yCtdG4dO2KLp5uYWfdB4IJUKjhVAvJdv1UpbDpUXjhydgq3",
    ///         "y":"NhfeSpYmLG9dnpi_kpLcKfj0Hb0omhR86doxE7XwuMAKYLHOHX6BnXpDHXyQ6g5f"}"#,
    /// )?;
    /// let mut prepared = PreparedP384::<32>::new();
    /// assert!(prepared.entry(0).is_none());
    /// prepared.prepare(&jwk)?;
    /// assert_eq!(prepared.entry(0).and_then(|entry| entry.id), Some("a"));
    /// # Ok::<(), KeyError>(())
    /// ```
    PreparedP384, PreparedP384Key, "P-384", P384, 6, Curve::P384, 96,
    /// On a Cortex-M4 this takes a sixth less than one verification without a table for 8 points, and a fifth more for 32.
);

#[cfg(feature = "p521")]
prepared_key!(
    /// A P-521 key that is verified with for long, and a table made once of its point's multiples.
    ///
    /// The table has `POINTS` of 144 bytes: 8, 16, 32, 64 or 128 of them, so 1,152 bytes to 18 KB. It is computed in place, in a
    /// `static` or beside the key set, and then is either the one key, as a [`Jwk`] is, or serves a set by
    /// [`within`](Self::within). Verification accepts and refuses the same signatures with and without it.
    ///
    /// ```
    /// use bearward_core::{Jwk, KeyError, Keys, PreparedP521};
    ///
    /// let jwk = Jwk::<132>::read(
    ///     br#"{"kty":"EC","crv":"P-521","kid":"a",
    ///         "x":"AMaFjga3BATpzZ4-y2YjlbRCnGSBOQU_tSH4KK9ga009uqFLXnfv51ko_h3BJ6L_qN4zSLPBhWpCm_l-fjHC5b1m",
    ///         "y":"ARg5KWp4mjvABFyKX7QsfRvZmPVESVebRGgXr70XJz5mLJfucple9CZAxVC5AT-tB2E1PHCGonLCQIi-lHaf0WZQ"}"#,
    /// )?;
    /// let mut prepared = PreparedP521::<32>::new();
    /// assert!(prepared.entry(0).is_none());
    /// prepared.prepare(&jwk)?;
    /// assert_eq!(prepared.entry(0).and_then(|entry| entry.id), Some("a"));
    /// # Ok::<(), KeyError>(())
    /// ```
    PreparedP521, PreparedP521Key, "P-521", P521, 9, Curve::P521, 132,
);
