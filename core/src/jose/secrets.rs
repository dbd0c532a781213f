//! Shared secrets of local configuration ([RFC 7518 §6.4](https://www.rfc-editor.org/rfc/rfc7518#section-6.4), `oct`).

use core::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use heapless::Vec;

use crate::{
    jose::key_error::KeyError,
    json::{Object, Text, Value},
    key::{Key, KeyEntry, Keys, Secret},
};

/// Up to `N` shared secrets, borrowed for `'k`, for HMAC.
///
/// Secrets come from the device's own configuration and from nowhere else: a set that was fetched never has any (see
/// [`JwkSet`](crate::JwkSet)), and a public key can never be taken for a secret.
///
/// ```
/// use bearward_core::{Secret, SecretSet};
///
/// let secrets = SecretSet::<1>::new().with(Secret::new(&[7; 32]), None, Some("HS256"))?;
/// assert_eq!(format!("{secrets:?}"), "SecretSet(1, [redacted])");
/// # Ok::<(), bearward_core::KeyError>(())
/// ```
#[derive(Clone)]
pub struct SecretSet<'k, const N: usize>(Vec<Entry<'k>, N>);

#[derive(Clone, Copy)]
struct Entry<'k> {
    secret: Secret<'k>,
    id: Option<&'k str>,
    algorithm: Option<&'k str>,
}

impl<'k, const N: usize> SecretSet<'k, N> {
    /// A set without secrets.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a secret, with its `kid` and the one algorithm that it is for.
    ///
    /// # Errors
    ///
    /// [`KeyError::Full`] if there are `N` already.
    pub fn with(
        mut self,
        secret: Secret<'k>,
        id: Option<&'k str>,
        algorithm: Option<&'k str>,
    ) -> Result<Self, KeyError> {
        self.0.push(Entry { secret, id, algorithm }).map_err(|_| KeyError::Full)?;
        Ok(self)
    }

    /// Reads an `oct` key, or a set of them, from the JSON of a local file.
    ///
    /// The secrets are decoded into `buffer`, in constant time; three quarters of the document's length are enough. `kid`
    /// and `alg` are borrowed from the document.
    ///
    /// # Errors
    ///
    /// [`KeyError::Mixed`] if a key of another type is among them: whoever could add a public key to a file could choose
    /// the secret. Else the first rule that a key breaks; nothing is skipped here.
    pub fn read_local(json: &'k [u8], buffer: &'k mut [u8]) -> Result<Self, KeyError> {
        let document = Object::read(json)?;
        let mut set = Self::new();
        let Some(keys) = document.get("keys") else {
            set.add(document, buffer)?;
            return Ok(set);
        };
        let mut rest = buffer;
        for key in keys.as_array().ok_or(KeyError::Malformed)?.elements() {
            rest = set.add(key.as_object().ok_or(KeyError::Malformed)?, rest)?;
        }
        Ok(set)
    }

    /// Adds a key of a document; gives back what is left of the buffer.
    fn add(&mut self, key: Object<'k>, buffer: &'k mut [u8]) -> Result<&'k mut [u8], KeyError> {
        if text(key, "kty")?.ok_or(KeyError::Missing)? != "oct" {
            return Err(KeyError::Mixed);
        }
        if text(key, "use")?.is_some_and(|usage| usage != "sig") {
            return Err(KeyError::Use);
        }
        if let Some(operations) = key.get("key_ops") {
            let operations = operations.as_array().ok_or(KeyError::Malformed)?;
            if !operations.elements().filter_map(Value::as_text).any(|name| name == *"verify") {
                return Err(KeyError::Operations);
            }
        }
        let encoded = text(key, "k")?.ok_or(KeyError::Missing)?;
        let length = Base64UrlUnpadded::decode(encoded, buffer).map_err(|_| KeyError::Malformed)?.len();
        let (secret, rest) = buffer.split_at_mut_checked(length).ok_or(KeyError::TooLarge)?;
        let entry = Entry { secret: Secret::new(secret), id: text(key, "kid")?, algorithm: text(key, "alg")? };
        self.0.push(entry).map_err(|_| KeyError::Full)?;
        Ok(rest)
    }
}

/// A member that must be a string, if it is there. One with escapes in it is refused: no tool writes such keys.
fn text<'k>(key: Object<'k>, name: &str) -> Result<Option<&'k str>, KeyError> {
    let text = |value: Value<'k>| value.as_text().as_ref().and_then(Text::as_str).ok_or(KeyError::Malformed);
    key.get(name).map(text).transpose()
}

impl<const N: usize> Default for SecretSet<'_, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> fmt::Debug for SecretSet<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretSet({}, [redacted])", self.0.len())
    }
}

impl<const N: usize> Keys for SecretSet<'_, N> {
    fn entry(&self, index: usize) -> Option<KeyEntry<'_>> {
        let Entry { secret, id, algorithm } = *self.0.get(index)?;
        Some(KeyEntry { id, algorithm, key: Key::Secret(secret) })
    }

    /// The only secret is the one that the caller has chosen.
    fn any_key_id(&self) -> bool {
        self.0.len() == 1
    }
}
