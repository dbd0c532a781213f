//! The shared key is the key of the content ([RFC 7518 §4.5](https://www.rfc-editor.org/rfc/rfc7518#section-4.5)).

use super::{KeyManagement, KeyParameters};
use crate::{content_encryption::ContentEncryption, decryption_key::DecryptionKey, error::Error};

/// `dir`: a shared key, as long as the content encryption asks for.
///
/// A key whose own `alg` names that content encryption may be used too: it says the same.
///
/// ```
/// use bearward_core::{Dir, KeyManagement};
///
/// assert_eq!(Dir.name(), "dir");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dir;

impl KeyManagement for Dir {
    fn name(&self) -> &'static str {
        "dir"
    }

    fn allows_key_algorithm(&self, algorithm: &str, content: &dyn ContentEncryption) -> bool {
        algorithm == self.name() || algorithm == content.name()
    }

    fn fits(&self, key: &DecryptionKey<'_>, content: &dyn ContentEncryption) -> bool {
        key.is_symmetric(content.key_bytes())
    }

    fn content_key(
        &self,
        key: &DecryptionKey<'_>,
        _: &KeyParameters<'_>,
        _: &dyn ContentEncryption,
        encrypted_key: &[u8],
        content_key: &mut [u8],
    ) -> Result<(), Error> {
        let length = content_key.len();
        let copy = |key: &[u8]| {
            content_key.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
            // §4.5: there is no encrypted key.
            encrypted_key.is_empty().then_some(())
        };
        key.with_symmetric(length, copy).ok_or(Error::DecryptionFailed)
    }
}
