//! JSON Web Key Sets ([RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)): the keys of an issuer.

use core::{fmt, slice};

use heapless::Vec;

use crate::{
    jose::{jwk::Jwk, jwks_reader::JwkSetReader, key_error::KeyError},
    key::{KeyEntry, Keys},
    limits,
};

/// Up to `N` public keys of up to `BYTES` bytes of material each (see [`Jwk`]).
///
/// A key takes about 160 bytes and its `BYTES`; four of the default size are 2.7 KB, to be kept in a `static` rather
/// than on a stack.
///
/// ```
/// use bearward_core::JwkSet;
///
/// let keys = JwkSet::<4>::read(
///     br#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
///                  {"kty":"RSA","use":"enc","n":"","e":""}]}"#,
/// )?;
/// assert_eq!((keys.len(), keys.skipped()), (1, 1));
/// # Ok::<(), bearward_core::KeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct JwkSet<const N: usize, const BYTES: usize = { limits::KEY_BYTES }> {
    keys: Vec<Jwk<BYTES>, N>,
    skipped: usize,
    skip_reason: Option<KeyError>,
    dropped: usize,
}

impl<const N: usize, const BYTES: usize> JwkSet<N, BYTES> {
    /// A set without keys.
    #[must_use]
    pub const fn new() -> Self {
        Self { keys: Vec::new(), skipped: 0, skip_reason: None, dropped: 0 }
    }

    /// Reads a set from its JSON. For one that arrives in pieces, and to read into memory that is there already, see
    /// [`JwkSetReader`].
    ///
    /// # Errors
    ///
    /// Those of [`JwkSetReader`].
    pub fn read(json: &[u8]) -> Result<Self, KeyError> {
        let mut set = Self::new();
        let mut reader = JwkSetReader::new(&mut set);
        reader.feed(json)?;
        reader.finish()?;
        Ok(set)
    }

    /// Adds a key. Several may have one `kid`: then each is tried.
    ///
    /// # Errors
    ///
    /// [`KeyError::Full`] if there are `N` already.
    pub fn insert(&mut self, key: Jwk<BYTES>) -> Result<(), KeyError> {
        self.keys.push(key).map_err(|_| KeyError::Full)
    }

    /// Forgets every key.
    pub fn clear(&mut self) {
        self.keys.clear();
        (self.skipped, self.skip_reason, self.dropped) = (0, None, 0);
    }

    /// The keys, in their order.
    pub fn iter(&self) -> slice::Iter<'_, Jwk<BYTES>> {
        self.keys.iter()
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// How many keys of the document cannot be used here: of another type or curve, for encryption, malformed, secret
    /// (RFC 7517 §5 asks to ignore what is not understood).
    #[must_use]
    pub const fn skipped(&self) -> usize {
        self.skipped
    }

    /// Why the first of the skipped keys cannot be used, for a log.
    #[must_use]
    pub const fn skip_reason(&self) -> Option<KeyError> {
        self.skip_reason
    }

    /// How many keys of the document found no room: beyond the first `N`, or larger than `BYTES`.
    ///
    /// The others serve nevertheless: a device that still accepts some of the issuer's tokens is better than one that
    /// accepts none. But tokens of the keys without room are refused, so if this is not 0, `N` or `BYTES` is too small
    /// for this issuer.
    #[must_use]
    pub const fn dropped(&self) -> usize {
        self.dropped
    }

    /// Takes what a reader found.
    pub(super) fn take(&mut self, key: Result<Jwk<BYTES>, KeyError>) {
        match key.and_then(|key| self.insert(key)) {
            Ok(()) => {}
            Err(KeyError::Full | KeyError::TooLarge) => self.dropped = self.dropped.saturating_add(1),
            Err(error) => {
                self.skipped = self.skipped.saturating_add(1);
                self.skip_reason.get_or_insert(error);
            }
        }
    }
}

impl<const N: usize, const BYTES: usize> Default for JwkSet<N, BYTES> {
    fn default() -> Self {
        Self::new()
    }
}

/// As JSON, to be kept over a restart: [`read`](JwkSet::read) reads it again. It takes about 200 bytes for a key on P-256
/// and 450 for one of RSA with 2048 bits.
impl<const N: usize, const BYTES: usize> fmt::Display for JwkSet<N, BYTES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(r#"{"keys":["#)?;
        for (at, key) in self.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma}{key}")?;
        }
        f.write_str("]}")
    }
}

impl<const N: usize, const BYTES: usize> fmt::Debug for JwkSet<N, BYTES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl<'s, const N: usize, const BYTES: usize> IntoIterator for &'s JwkSet<N, BYTES> {
    type Item = &'s Jwk<BYTES>;
    type IntoIter = slice::Iter<'s, Jwk<BYTES>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<const N: usize, const BYTES: usize> Keys for JwkSet<N, BYTES> {
    fn entry(&self, index: usize) -> Option<KeyEntry<'_>> {
        self.keys.get(index).map(Jwk::entry)
    }
}

#[cfg(test)]
mod tests;
