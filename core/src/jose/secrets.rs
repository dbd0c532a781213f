//! Shared secrets of local configuration ([RFC 7518 §6.4](https://www.rfc-editor.org/rfc/rfc7518#section-6.4), `oct`).

use core::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};

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
pub struct SecretSet<'k, const N: usize> {
    entries: [Option<Entry<'k>>; N],
    len: usize,
}

#[derive(Clone, Copy)]
struct Entry<'k> {
    secret: Secret<'k>,
    id: Option<&'k str>,
    algorithm: Option<&'k str>,
}

/// The algorithms that a secret can be bound to, and the bytes that it must have then (RFC 7518 §3.2).
const ALGORITHMS: [(&str, usize); 3] = [("HS256", SHORTEST), ("HS384", 48), ("HS512", 64)];

/// The fewest bytes of a secret, whatever it is for.
const SHORTEST: usize = 32;

/// [`Secret::new`] or [`Secret::danger_short`].
type MakeSecret<'k> = fn(&'k [u8]) -> Secret<'k>;

impl<'k, const N: usize> SecretSet<'k, N> {
    /// A set without secrets.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: [None; N], len: 0 }
    }

    /// Adds a secret, with its `kid` and the one algorithm that it is for.
    ///
    /// # Errors
    ///
    /// [`KeyError::Full`] if there are `N` already.
    pub const fn with(
        mut self,
        secret: Secret<'k>,
        id: Option<&'k str>,
        algorithm: Option<&'k str>,
    ) -> Result<Self, KeyError> {
        let Some((_, [place, ..])) = self.entries.split_at_mut_checked(self.len) else {
            return Err(KeyError::Full);
        };
        *place = Some(Entry { secret, id, algorithm });
        self.len = self.len.saturating_add(1);
        Ok(self)
    }

    /// Reads an `oct` key, or a set of them, from the JSON of a local file.
    ///
    /// The secrets are decoded into `buffer`, in constant time; as many bytes as the document has are enough. What else is
    /// kept is borrowed from the document.
    ///
    /// # Errors
    ///
    /// [`KeyError::Mixed`] if a set has keys of other types too: who may add public keys to a file must not come near its
    /// secrets. [`KeyError::UnsupportedType`] if it has only those, [`KeyError::Length`] for a secret that is too short for
    /// its algorithm, or for any. Else the first rule that a key breaks: nothing is skipped here.
    ///
    /// ```
    /// use bearward_core::SecretSet;
    ///
    /// let json = br#"{"kty":"oct","alg":"HS256","k":"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"}"#;
    /// let mut buffer = [0; 96];
    /// let secrets = SecretSet::<1>::read_local(json, &mut buffer)?;
    /// # Ok::<(), bearward_core::KeyError>(())
    /// ```
    pub fn read_local(json: &'k [u8], buffer: &'k mut [u8]) -> Result<Self, KeyError> {
        Self::read_as(json, buffer, Secret::new)
    }

    /// As [`read_local`](Self::read_local), with secrets that may be shorter than the output of their hash, against
    /// RFC 7518 §3.2, though never than 32 bytes: HS384 and HS512 are then no stronger than HS256.
    ///
    /// For an authorization server that signs with what it has; see [`Secret::danger_short`].
    ///
    /// # Errors
    ///
    /// As there, and [`KeyError::Length`] for a secret of less than 32 bytes.
    ///
    /// ```
    /// use bearward_core::{KeyError, SecretSet};
    ///
    /// let json = br#"{"kty":"oct","alg":"HS512","k":"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"}"#;
    /// let mut buffer = [0; 96];
    /// assert_eq!(SecretSet::<1>::read_local(json, &mut buffer).err(), Some(KeyError::Length));
    /// assert!(SecretSet::<1>::danger_read_local_short(json, &mut buffer).is_ok());
    /// ```
    pub fn danger_read_local_short(json: &'k [u8], buffer: &'k mut [u8]) -> Result<Self, KeyError> {
        Self::read_as(json, buffer, Secret::danger_short)
    }

    fn read_as(json: &'k [u8], buffer: &'k mut [u8], secret: MakeSecret<'k>) -> Result<Self, KeyError> {
        let document = Object::read(json)?;
        let Some(keys) = document.get("keys") else {
            return Self::new().with_key(document, buffer, secret).map(|(set, _)| set);
        };
        let keys = keys.as_array().ok_or(KeyError::Malformed("keys"))?;
        let key = |value: Value<'k>| value.as_object().ok_or(KeyError::Malformed("keys"));
        let (mut set, mut rest) = (Self::new(), buffer);
        for element in keys.elements() {
            (set, rest) = set.with_key(key(element)?, rest, secret).map_err(|error| match error {
                KeyError::UnsupportedType if keys.elements().any(|other| key(other).is_ok_and(is_secret)) => {
                    KeyError::Mixed
                }
                error => error,
            })?;
        }
        Ok(set)
    }

    /// Adds a key of a document, and gives back what is left of the buffer.
    fn with_key(
        self,
        key: Object<'k>,
        buffer: &'k mut [u8],
        make_secret: MakeSecret<'k>,
    ) -> Result<(Self, &'k mut [u8]), KeyError> {
        text(key, "kty")?.ok_or(KeyError::Missing("kty"))?;
        if !is_secret(key) {
            return Err(KeyError::UnsupportedType);
        }
        if text(key, "use")?.is_some_and(|usage| usage != "sig") {
            return Err(KeyError::Use);
        }
        if let Some(operations) = key.get("key_ops") {
            check_operations(operations)?;
        }
        let algorithm = match text(key, "alg")? {
            Some(name) => {
                ALGORITHMS.into_iter().find(|(own, _)| name == *own).ok_or(KeyError::UnsupportedAlgorithm)?.into()
            }
            None => None,
        };
        let (id, buffer) = match text(key, "kid")? {
            Some(id) => plain(id, buffer).map(|(id, rest)| (Some(id), rest))?,
            None => (None, buffer),
        };
        let encoded = text(key, "k")?.ok_or(KeyError::Missing("k"))?;
        // Base64url has no escapes.
        let encoded = encoded.as_str().ok_or(KeyError::Malformed("k"))?;
        let length = decoded_len(encoded);
        let (bytes, rest) = buffer.split_at_mut_checked(length).ok_or(KeyError::TooLarge)?;
        let bytes = Base64UrlUnpadded::decode(encoded, bytes).map_err(|_| KeyError::Malformed("k"))?;
        let secret = make_secret(bytes);
        let output = algorithm.map_or(SHORTEST, |(_, output)| output);
        if bytes.len() < SHORTEST || !secret.is_long_enough(output) {
            return Err(KeyError::Length);
        }
        let set = self.with(secret, id, algorithm.map(|(name, _)| name))?;
        Ok((set, rest))
    }
}

impl<const N: usize> Default for SecretSet<'_, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> fmt::Debug for SecretSet<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretSet({}, [redacted])", self.len)
    }
}

impl<const N: usize> Keys for SecretSet<'_, N> {
    fn entry(&self, index: usize) -> Option<KeyEntry<'_>> {
        let Entry { secret, id, algorithm } = (*self.entries.get(index)?)?;
        Some(KeyEntry { id, algorithm, key: Key::Secret(secret) })
    }

    /// The only secret is the one that the caller has chosen.
    fn any_key_id(&self) -> bool {
        self.len == 1
    }
}

fn is_secret(key: Object<'_>) -> bool {
    key.get("kty").and_then(Value::as_text).is_some_and(|key_type| key_type == "oct")
}

/// A member that must be a string, if it is there.
fn text<'k>(key: Object<'k>, name: &'static str) -> Result<Option<Text<'k>>, KeyError> {
    key.get(name).map(|value| value.as_text().ok_or(KeyError::Malformed(name))).transpose()
}

/// RFC 7517 §4.3: an array of strings, none of them twice, and `verify` among them.
fn check_operations(operations: Value<'_>) -> Result<(), KeyError> {
    let malformed = KeyError::Malformed("key_ops");
    let mut rest = operations.as_array().ok_or(malformed)?.elements();
    let mut verify = false;
    while let Some(operation) = rest.next() {
        let operation = operation.as_text().ok_or(malformed)?;
        if rest.clone().any(|other| other.as_text().is_some_and(|other| other == operation)) {
            return Err(KeyError::Operations);
        }
        verify |= operation == "verify";
    }
    if verify { Ok(()) } else { Err(KeyError::Operations) }
}

/// The characters of a string, borrowed from the document, or written to the buffer if it has escapes.
fn plain<'k>(text: Text<'k>, buffer: &'k mut [u8]) -> Result<(&'k str, &'k mut [u8]), KeyError> {
    if let Some(plain) = text.as_str() {
        return Ok((plain, buffer));
    }
    let length = text.chars().map(char::len_utf8).fold(0, usize::saturating_add);
    let (own, rest) = buffer.split_at_mut_checked(length).ok_or(KeyError::TooLarge)?;
    let mut places = own.iter_mut();
    for character in text.chars() {
        for byte in character.encode_utf8(&mut [0; 4]).bytes() {
            *places.next().ok_or(KeyError::TooLarge)? = byte;
        }
    }
    core::str::from_utf8(own).map(|id| (id, rest)).map_err(|_| KeyError::Malformed("kid"))
}

/// How many bytes a text in base64 without padding stands for.
const fn decoded_len(text: &str) -> usize {
    text.len().saturating_mul(3) / 4
}

#[cfg(test)]
mod tests;
