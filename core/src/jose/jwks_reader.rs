//! Key sets that arrive in pieces ([RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).

use core::fmt;

use crate::{
    jose::{
        document::{Document, Reader},
        jwks::JwkSet,
        key_error::KeyError,
    },
    limits,
};

/// Reads a [`JwkSet`] from a document that arrives in pieces of any size.
///
/// Nothing of the document is kept but the keys, so its length does not matter: certificate chains in `x5c` pass by. The
/// reader itself takes about 700 bytes and `BYTES`, beside the set that is lent to it.
///
/// The lent set is emptied first, and holds the keys when [`finish`](Self::finish) has returned `Ok`. If it does not, or
/// is never called, the set stays empty: half a document gives no keys. To keep the old keys until then, read into a
/// second set.
///
/// A document must be a strict JSON object with one array `keys`. A key in it that cannot be used is no error: it is
/// skipped and counted. Member names that come twice are refused in a set's and a key's own object, and go unnoticed in
/// what lies deeper, which is never looked at.
///
/// ```
/// use bearward_core::{JwkSet, JwkSetReader};
///
/// let mut keys = JwkSet::<2>::new();
/// let mut reader = JwkSetReader::new(&mut keys);
/// reader.feed(br#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7"#)?;
/// reader.feed(br#"TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#)?;
/// reader.finish()?;
/// assert_eq!(keys.len(), 1);
/// # Ok::<(), bearward_core::KeyError>(())
/// ```
pub struct JwkSetReader<'s, const N: usize, const BYTES: usize = { limits::KEY_BYTES }> {
    set: &'s mut JwkSet<N, BYTES>,
    reader: Reader<BYTES>,
    is_finished: bool,
}

impl<'s, const N: usize, const BYTES: usize> JwkSetReader<'s, N, BYTES> {
    /// Begins a document, with the set that its keys go to.
    pub fn new(set: &'s mut JwkSet<N, BYTES>) -> Self {
        set.clear();
        Self { set, reader: Reader::new(Document::Set), is_finished: false }
    }

    /// Reads the next piece.
    ///
    /// # Errors
    ///
    /// [`KeyError::Json`] where the document is not strict JSON, and [`KeyError::Malformed`] where `keys` is not an array.
    /// Then every further piece has the same error.
    pub fn feed(&mut self, piece: &[u8]) -> Result<(), KeyError> {
        let set = &mut *self.set;
        self.reader.feed(piece, &mut |key| set.take(key))
    }

    /// Ends the document.
    ///
    /// # Errors
    ///
    /// That of [`feed`](Self::feed), if there was one; [`KeyError::Json`] if the document is not complete, and
    /// [`KeyError::Missing`] if it has no `keys`.
    pub fn finish(mut self) -> Result<(), KeyError> {
        self.reader.finish()?;
        self.is_finished = true;
        Ok(())
    }
}

impl<const N: usize, const BYTES: usize> Drop for JwkSetReader<'_, N, BYTES> {
    fn drop(&mut self) {
        if !self.is_finished {
            self.set.clear();
        }
    }
}

impl<const N: usize, const BYTES: usize> fmt::Debug for JwkSetReader<'_, N, BYTES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwkSetReader").field("set", &self.set).finish_non_exhaustive()
    }
}

/// What is promised above, with some room: the rest of a reader's size is its `BYTES`.
const _: () = assert!(size_of::<JwkSetReader<'_, 1, 0>>() <= 800);

#[cfg(test)]
mod tests;
