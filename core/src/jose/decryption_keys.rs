//! The device's own private keys, out of local configuration
//! ([RFC 7517 §4](https://www.rfc-editor.org/rfc/rfc7517#section-4),
//! [RFC 7518 §6](https://www.rfc-editor.org/rfc/rfc7518#section-6)).

#[cfg(feature = "rsa-oaep")]
mod rsa;
#[cfg(test)]
mod tests;

use core::fmt;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use heapless::{String, Vec};
use zeroize::{Zeroize as _, Zeroizing};

use crate::{
    decryption_key::{DecryptionKey, DecryptionKeyEntry, DecryptionKeys},
    jose::key_error::KeyError,
    json::{Object, Text, Value},
    key::{Curve, Secret},
    limits,
};

/// Up to `N` keys that open what was encrypted to this device, of up to `BYTES` bytes of material each. It owns their
/// bytes, and wipes them when it is dropped.
///
/// The default is enough for all but RSA, whose largest keys have
#[cfg_attr(feature = "rsa-oaep", doc = "[`limits::RSA_PRIVATE_KEY_BYTES`].")]
#[cfg_attr(not(feature = "rsa-oaep"), doc = "`limits::RSA_PRIVATE_KEY_BYTES`.")]
/// A set with one of those is 2 KB, to be kept in a `static` rather than on a stack.
///
/// A value that is moved leaves its bytes behind: read the set where it stays. The document that it was read from is the
/// caller's to wipe.
///
/// ```
/// use bearward_core::{DecryptionKeySet, DecryptionKeys};
///
/// let mut keys = DecryptionKeySet::<2>::new();
/// keys.read_local(br#"{"kty":"oct","kid":"a","alg":"A128KW","k":"GawgguFyGrWKav7AX4VKUg"}"#)?;
/// assert_eq!(keys.entry(0).and_then(|entry| entry.id), Some("a"));
/// assert_eq!(format!("{keys:?}"), "DecryptionKeySet(1, [redacted])");
/// # Ok::<(), bearward_core::KeyError>(())
/// ```
pub struct DecryptionKeySet<const N: usize, const BYTES: usize = { limits::CONTENT_KEY_BYTES }> {
    entries: Vec<Entry<BYTES>, N>,
}

struct Entry<const BYTES: usize> {
    kind: Kind,
    material: Zeroizing<[u8; BYTES]>,
    length: usize,
    id: Option<String<{ limits::KEY_ID_BYTES }>>,
    algorithm: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Symmetric,
    ClientSecret,
    Ec(Curve),
    X25519,
    #[cfg(feature = "rsa-oaep")]
    Rsa(rsa::Lengths),
}

/// What a shared key can be bound to (RFC 7518 §4.1, §5.1).
const SYMMETRIC: &[&str] = &[
    "dir",
    "A128KW",
    "A192KW",
    "A256KW",
    "A128GCMKW",
    "A192GCMKW",
    "A256GCMKW",
    "A128GCM",
    "A192GCM",
    "A256GCM",
    "A128CBC-HS256",
    "A192CBC-HS384",
    "A256CBC-HS512",
];

/// What a key of a curve can be bound to.
pub(super) const AGREEMENT: &[&str] = &["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"];

impl<const N: usize, const BYTES: usize> DecryptionKeySet<N, BYTES> {
    /// A set without keys.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// Adds a key, with its `kid` and the one algorithm that it is for.
    ///
    /// # Errors
    ///
    /// [`KeyError::Full`] if there are `N` already, [`KeyError::Length`] for a key that has not the length of its type,
    /// [`KeyError::TooLarge`] for one of more than `BYTES`, [`KeyError::UnsupportedCurve`] for a curve other than P-256,
    /// [`KeyError::Exponent`] for a public exponent of RSA that is even, 1, or longer than 8 bytes, [`KeyError::UnsupportedAlgorithm`] if a key of this type has
    /// no such algorithm, [`KeyError::KeyIdTooLong`].
    pub fn add(&mut self, key: &DecryptionKey<'_>, id: Option<&str>, algorithm: Option<&str>) -> Result<(), KeyError> {
        let (kind, secret, lengths) = match *key {
            DecryptionKey::Symmetric(secret) => (Kind::Symmetric, secret, 16..=limits::CONTENT_KEY_BYTES),
            DecryptionKey::ClientSecret(secret) => (Kind::ClientSecret, secret, 1..=usize::MAX),
            DecryptionKey::Ec { curve: Curve::P256, d } => (Kind::Ec(Curve::P256), d, 32..=32),
            DecryptionKey::Ec { .. } => return Err(KeyError::UnsupportedCurve),
            DecryptionKey::X25519 { d } => (Kind::X25519, d, 32..=32),
            #[cfg(feature = "rsa-oaep")]
            DecryptionKey::Rsa(ref key) => {
                return self.place(id, algorithm, rsa::ALGORITHMS, |entry| entry.set_rsa(key));
            }
        };
        if !lengths.contains(&secret.expose().len()) {
            return Err(KeyError::Length);
        }
        let known = match kind {
            Kind::Symmetric | Kind::ClientSecret => SYMMETRIC,
            _ => AGREEMENT,
        };
        self.place(id, algorithm, known, |entry| {
            let own = entry.material.get_mut(..secret.expose().len()).ok_or(KeyError::TooLarge)?;
            own.iter_mut().zip(secret.expose()).for_each(|(to, from)| *to = *from);
            (entry.kind, entry.length) = (kind, secret.expose().len());
            Ok(())
        })
    }

    /// Adds the key, or the set of keys, that the JSON of a local file has: `EC` and `OKP` with `d`, `oct`, and with
    /// the feature `rsa-oaep` `RSA`.
    ///
    /// The private members are decoded in constant time. In a set, keys that are not for encryption (`use`, `key_ops`)
    /// are passed over; nothing else is.
    ///
    /// # Errors
    ///
    /// The first rule that a key breaks, as in [`add`](Self::add); [`KeyError::Use`] and [`KeyError::Operations`] for a single
    /// key that is not for encryption; [`KeyError::Missing`] for a key without its private half, or of RSA with some of what
    /// comes with its primes; [`KeyError::MorePrimes`] for more than two of them; [`KeyError::UnsupportedType`] for RSA
    /// without the feature `rsa-oaep`. The keys before it were added.
    pub fn read_local(&mut self, json: &[u8]) -> Result<(), KeyError> {
        let document = Object::read(json)?;
        let Some(keys) = document.get("keys") else { return self.add_key(document) };
        let keys = keys.as_array().ok_or(KeyError::Malformed("keys"))?;
        for element in keys.elements() {
            match self.add_key(element.as_object().ok_or(KeyError::Malformed("keys"))?) {
                Ok(()) | Err(KeyError::Use | KeyError::Operations) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds an entry, which is filled where it lies: a value that is moved leaves its bytes behind.
    fn place(
        &mut self,
        id: Option<&str>,
        algorithm: Option<&str>,
        known: &[&'static str],
        fill: impl FnOnce(&mut Entry<BYTES>) -> Result<(), KeyError>,
    ) -> Result<(), KeyError> {
        let named = |name: &str| known.iter().copied().find(|known| *known == name);
        let algorithm = match algorithm {
            Some(name) => Some(named(name).ok_or(KeyError::UnsupportedAlgorithm)?),
            None => None,
        };
        let id = id.map(String::try_from).transpose().map_err(|_| KeyError::KeyIdTooLong)?;
        let material = Zeroizing::new([0; BYTES]);
        let empty = Entry { kind: Kind::Symmetric, material, length: 0, id, algorithm };
        self.entries.push(empty).map_err(|_| KeyError::Full)?;
        let filled = self.entries.last_mut().map_or(Err(KeyError::Full), fill);
        if filled.is_err() {
            // Where it lies: what is popped is a copy.
            if let Some(entry) = self.entries.last_mut() {
                entry.material.zeroize();
            }
            self.entries.pop();
        }
        filled
    }

    fn add_key(&mut self, key: Object<'_>) -> Result<(), KeyError> {
        let key_type = text(key, "kty")?.ok_or(KeyError::Missing("kty"))?;
        if text(key, "use")?.is_some_and(|usage| usage != "enc") {
            return Err(KeyError::Use);
        }
        if let Some(operations) = key.get("key_ops") {
            check_operations(operations)?;
        }
        let id = text(key, "kid")?.map(kept).transpose()?;
        let algorithm =
            text(key, "alg")?.map(|name| name.as_str().ok_or(KeyError::UnsupportedAlgorithm)).transpose()?;
        let mut bytes = Zeroizing::new([0; limits::CONTENT_KEY_BYTES]);
        let made = match key_type.as_str() {
            Some("oct") => DecryptionKey::Symmetric(secret(key, "k", &mut *bytes)?),
            Some("EC") => match text(key, "crv")?.ok_or(KeyError::Missing("crv"))?.as_str() {
                Some("P-256") => DecryptionKey::Ec { curve: Curve::P256, d: secret(key, "d", &mut *bytes)? },
                _ => return Err(KeyError::UnsupportedCurve),
            },
            Some("OKP") => match text(key, "crv")?.ok_or(KeyError::Missing("crv"))?.as_str() {
                Some("X25519") => DecryptionKey::X25519 { d: secret(key, "d", &mut *bytes)? },
                _ => return Err(KeyError::UnsupportedCurve),
            },
            #[cfg(feature = "rsa-oaep")]
            Some("RSA") => {
                return self.place(id.as_deref(), algorithm, rsa::ALGORITHMS, |entry| entry.read_rsa(key));
            }
            _ => return Err(KeyError::UnsupportedType),
        };
        self.add(&made, id.as_deref(), algorithm)
    }
}

impl<const N: usize, const BYTES: usize> Default for DecryptionKeySet<N, BYTES> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize, const BYTES: usize> fmt::Debug for DecryptionKeySet<N, BYTES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecryptionKeySet({}, [redacted])", self.len())
    }
}

impl<const N: usize, const BYTES: usize> DecryptionKeys for DecryptionKeySet<N, BYTES> {
    fn entry(&self, index: usize) -> Option<DecryptionKeyEntry<'_>> {
        let entry = self.entries.get(index)?;
        let secret = Secret::new(entry.material.get(..entry.length)?);
        let key = match entry.kind {
            Kind::Symmetric => DecryptionKey::Symmetric(secret),
            Kind::ClientSecret => DecryptionKey::ClientSecret(secret),
            Kind::Ec(curve) => DecryptionKey::Ec { curve, d: secret },
            Kind::X25519 => DecryptionKey::X25519 { d: secret },
            #[cfg(feature = "rsa-oaep")]
            Kind::Rsa(lengths) => DecryptionKey::Rsa(lengths.key(secret.expose())?),
        };
        Some(DecryptionKeyEntry { id: entry.id.as_deref(), algorithm: entry.algorithm, key })
    }

    /// The only key is the one that the caller has chosen.
    fn any_key_id(&self) -> bool {
        self.len() == 1
    }
}

/// A member that must be a string, if it is there.
pub(super) fn text<'k>(key: Object<'k>, name: &'static str) -> Result<Option<Text<'k>>, KeyError> {
    key.get(name).map(|value| value.as_text().ok_or(KeyError::Malformed(name))).transpose()
}

/// A `kid` with its escapes resolved.
pub(super) fn kept(text: Text<'_>) -> Result<String<{ limits::KEY_ID_BYTES }>, KeyError> {
    let mut id = String::new();
    text.chars().try_for_each(|character| id.push(character)).map_err(|_| KeyError::KeyIdTooLong)?;
    Ok(id)
}

/// Decodes a private member.
pub(super) fn secret<'b>(key: Object<'_>, name: &'static str, bytes: &'b mut [u8]) -> Result<Secret<'b>, KeyError> {
    let encoded = text(key, name)?.ok_or(KeyError::Missing(name))?;
    // Base64url has no escapes.
    let encoded = encoded.as_str().ok_or(KeyError::Malformed(name))?;
    if encoded.len().saturating_mul(3) / 4 > bytes.len() {
        return Err(KeyError::Length);
    }
    let decoded = Base64UrlUnpadded::decode(encoded, bytes);
    decoded.map(Secret::new).map_err(|_| KeyError::Malformed(name))
}

/// RFC 7517 §4.3: an array of strings, and one of them for decryption.
fn check_operations(operations: Value<'_>) -> Result<(), KeyError> {
    let malformed = KeyError::Malformed("key_ops");
    let mut opens = false;
    for operation in operations.as_array().ok_or(malformed)?.elements() {
        let operation = operation.as_text().ok_or(malformed)?;
        opens |= ["decrypt", "unwrapKey", "deriveKey", "deriveBits"].iter().any(|own| operation == **own);
    }
    if opens { Ok(()) } else { Err(KeyError::Operations) }
}
