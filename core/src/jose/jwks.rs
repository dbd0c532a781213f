//! JSON Web Key Sets ([RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)), read in pieces of any size.

use core::{fmt, slice};

use heapless::Vec;

use crate::{
    jose::{
        draft::{Document, Reader},
        jwk::Jwk,
        key_error::KeyError,
    },
    key::{KeyEntry, Keys},
    limits,
};

/// Up to `N` public keys of up to `BYTES` bytes of material each (see [`Jwk`]).
///
/// A key takes about 160 bytes and its `BYTES`; four of the default size are 2.8 KB, to be kept in a `static` rather
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
    dropped: usize,
}

impl<const N: usize, const BYTES: usize> JwkSet<N, BYTES> {
    /// A set without keys.
    #[must_use]
    pub const fn new() -> Self {
        Self { keys: Vec::new(), skipped: 0, dropped: 0 }
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
        self.skipped = 0;
        self.dropped = 0;
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

    /// How many good keys the document had beyond the first `N`. If it is not 0, `N` is too small for this issuer, and
    /// tokens of those keys are refused.
    #[must_use]
    pub const fn dropped(&self) -> usize {
        self.dropped
    }

    fn take(&mut self, key: Result<Jwk<BYTES>, KeyError>) {
        match key {
            Ok(key) if self.keys.push(key.clone()).is_ok() => {}
            Ok(_) => self.dropped = self.dropped.saturating_add(1),
            Err(_) => self.skipped = self.skipped.saturating_add(1),
        }
    }
}

impl<const N: usize, const BYTES: usize> Default for JwkSet<N, BYTES> {
    fn default() -> Self {
        Self::new()
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

/// Reads a [`JwkSet`] from a document that arrives in pieces of any size.
///
/// Nothing of the document is kept but the keys, so its length does not matter: certificate chains in `x5c` pass by. The
/// reader itself takes about 700 bytes beside the set that is lent to it. That set is emptied first and holds the keys
/// when [`finish`](Self::finish) has returned `Ok`; to keep the old keys until then, read into a spare set.
///
/// ```
/// use bearward_core::{JwkSet, JwkSetReader};
///
/// let mut keys = JwkSet::<2>::new();
/// let mut reader = JwkSetReader::new(&mut keys);
/// for piece in [br#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7"#.as_slice(), br#"TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#] {
///     reader.feed(piece)?;
/// }
/// reader.finish()?;
/// assert_eq!(keys.len(), 1);
/// # Ok::<(), bearward_core::KeyError>(())
/// ```
///
/// # Errors
///
/// [`KeyError::Json`] for a document that is not strict JSON, [`KeyError::Missing`] for one without `keys`, and
/// [`KeyError::Malformed`] where `keys` comes twice or is not an array. A bad key is no error: it is skipped and counted.
/// Of duplicate names only those are noticed that mean something here.
pub struct JwkSetReader<'s, const N: usize, const BYTES: usize = { limits::KEY_BYTES }> {
    set: &'s mut JwkSet<N, BYTES>,
    reader: Reader<BYTES>,
}

impl<'s, const N: usize, const BYTES: usize> JwkSetReader<'s, N, BYTES> {
    /// Begins a document, with the set that its keys go to.
    pub fn new(set: &'s mut JwkSet<N, BYTES>) -> Self {
        set.clear();
        Self { set, reader: Reader::new(Document::Set) }
    }

    /// Reads the next piece.
    ///
    /// # Errors
    ///
    /// As the type says. After an error the set is empty, and the rest of the document is refused.
    pub fn feed(&mut self, piece: &[u8]) -> Result<(), KeyError> {
        let set = &mut *self.set;
        let fed = self.reader.feed(piece, &mut |key| set.take(key));
        fed.inspect_err(|_| self.set.clear())
    }

    /// Ends the document.
    ///
    /// # Errors
    ///
    /// As the type says. After an error the set is empty.
    pub fn finish(self) -> Result<(), KeyError> {
        self.reader.finish().inspect_err(|_| self.set.clear())
    }
}

impl<const N: usize, const BYTES: usize> fmt::Debug for JwkSetReader<'_, N, BYTES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwkSetReader").field("set", &self.set).finish_non_exhaustive()
    }
}
