//! The device's own key pairs, from their making to their end
//! ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517), [RFC 7518 §6](https://www.rfc-editor.org/rfc/rfc7518#section-6)).
//!
//! A new key is published before it is used: who fetches a JWK Set keeps it for a while, and a signature of a key that is
//! not in it is refused (OpenID Connect Core §10.1.1). So a key has three stages:
//!
//! | stage | signs | decrypts | in the public JWK Set |
//! |---|---|---|---|
//! | [`Next`](KeyStage::Next) | no | yes | yes |
//! | [`Current`](KeyStage::Current) | yes | yes | yes |
//! | [`Previous`](KeyStage::Previous) | no | yes | if it has signed: so that what is under way can be verified |
//!
//! [`generate`](DeviceKeys::generate) makes the next key, which is served from then on; [`rotate`](DeviceKeys::rotate) moves
//! each key on by a stage, once those who fetch the set have had the time to; and
//! [`drop_previous`](DeviceKeys::drop_previous), or the next rotation, ends the old one. A key for encryption needs no
//! waiting: whoever encrypts to the next key, the current or the previous one is understood.

mod entry;
mod error;
mod export;
mod jwks;
#[cfg(test)]
mod tests;

use core::fmt;

use self::entry::Entry;
use crate::{
    call_error::SignerError,
    client::Signer,
    decryption_key::{DecryptionKeyEntry, DecryptionKeys},
    jose::{
        decryption_keys::{AGREEMENT, kept, secret, text},
        key_error::KeyError,
    },
    json::Object,
};

pub use error::DeviceKeyError;
pub use jwks::PublicJwks;

/// What a key of the device is for: to sign and to decrypt with one key is never right (RFC 7517 §4.2, NIST SP 800-57 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyPurpose {
    /// Signs the client's assertions (`private_key_jwt`), as `ES256`.
    Signature,
    /// Opens what is encrypted to it by ECDH-ES on P-256.
    EncryptionP256,
    /// The same on X25519 (RFC 8037), with the feature `curve25519-dalek`.
    EncryptionX25519,
}

/// How far a key has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyStage {
    /// It is published, and waits to be used.
    Next,
    /// It is in use.
    Current,
    /// It serves what is under way.
    Previous,
}

/// Up to `N` key pairs of the device, each with its `kid`, its purpose and its stage. A purpose has up to three.
///
/// It opens JWEs as [`DecryptionKeys`], signs as [`Signer`] with the current key, and publishes itself by
/// [`public_jwks`](Self::public_jwks). It owns the private keys, and wipes each as soon as it is dropped, and all with
/// itself. A value that is moved leaves its bytes behind: make it where it stays. A key takes about 230 bytes.
///
/// What signs or decrypts with the keys borrows them: see [`rotate`](Self::rotate) for what that means to a device that runs.
///
/// ```
/// use bearward_core::{A256Gcm, Client, Decryption, DeviceKeys, EcdhEsP256, KeyPurpose, KeyStage};
///
/// # #[derive(Debug)]
/// # struct Trng(u8);
/// # impl Trng {
/// #     fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), core::convert::Infallible> {
/// #         self.0 += 1;
/// #         bytes.fill(self.0);
/// #         Ok(())
/// #     }
/// # }
/// # let mut rng = Trng(7);
/// // At the first start: the keys, and the next one to sign with.
/// let mut keys = DeviceKeys::<5>::new();
/// for purpose in [KeyPurpose::EncryptionP256, KeyPurpose::Signature, KeyPurpose::Signature] {
///     // `rng` is the board's, say as a `TryCryptoRng` of rand_core.
///     keys.generate(purpose, |bytes| rng.try_fill_bytes(bytes))?;
/// }
/// let mut flash = [0; DeviceKeys::<5>::EXPORT_BYTES];
/// let stored = keys.export(&mut flash)?;
///
/// // At each other one.
/// let mut keys = DeviceKeys::<5>::new();
/// keys.import(stored)?;
/// let document = keys.public_jwks().to_string();
/// assert!(document.contains(keys.key_id(KeyPurpose::Signature, KeyStage::Next).unwrap()));
///
/// let client = Client::private_key_jwt("valve", "https://authority.example", &keys);
/// let decryption = Decryption::new(&[&EcdhEsP256], &[&A256Gcm], &keys);
/// # Ok::<(), bearward_core::DeviceKeyError>(())
/// ```
pub struct DeviceKeys<const N: usize> {
    entries: [Entry; N],
    key_management: &'static str,
}

/// A generator that gives no private key so many times in a row is broken: one of P-256 is refused once in 2^32 times.
const TRIES: usize = 8;

impl<const N: usize> DeviceKeys<N> {
    /// No keys. Those for encryption will be published for `ECDH-ES`.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: [const { Entry::new() }; N], key_management: "ECDH-ES" }
    }

    /// Sets the `alg` of the keys for encryption: `ECDH-ES`, or that with `+A128KW`, `+A192KW` or `+A256KW`, as the device is
    /// registered at its authorization server. It is no part of an export.
    ///
    /// # Errors
    ///
    /// [`KeyError::UnsupportedAlgorithm`] for any other.
    pub fn set_key_management(&mut self, name: &str) -> Result<(), DeviceKeyError> {
        let known = AGREEMENT.iter().copied().find(|known| *known == name);
        self.key_management = known.ok_or(KeyError::UnsupportedAlgorithm)?;
        Ok(())
    }

    /// Makes a key pair, the current one if there is none for this purpose, and else the next one. Its `kid` is its
    /// thumbprint (RFC 7638).
    ///
    /// `fill` fills all of the bytes that it is lent with random ones of cryptographic quality. It is called again where they
    /// are no private key: numbers are never reduced, which would favour some (NIST SP 800-186, FIPS 186-5 §A.2.2).
    ///
    /// # Errors
    ///
    /// [`DeviceKeyError::Random`] if `fill` fails, or gives nothing that can be a key; [`DeviceKeyError::NextExists`];
    /// [`KeyError::Full`]; [`KeyError::UnsupportedCurve`] without the feature of the curve. No key is made then.
    pub fn generate<E>(
        &mut self,
        purpose: KeyPurpose,
        mut fill: impl FnMut(&mut [u8]) -> Result<(), E>,
    ) -> Result<(), DeviceKeyError> {
        self.add_with(purpose, None, |entry| {
            for _ in 0..TRIES {
                fill(&mut entry.secret).map_err(|_| DeviceKeyError::Random)?;
                match entry.derive(purpose) {
                    Err(KeyError::Malformed(_)) => {}
                    derived => return Ok(derived?),
                }
            }
            Err(DeviceKeyError::Random)
        })
        // The number of another key cannot have come by chance.
        .map_err(|error| if error == DeviceKeyError::KeyIdExists { DeviceKeyError::Random } else { error })
    }

    /// Adds the private key, or the set of keys, that was made elsewhere: a JWK of P-256 or X25519 with `d`. Its `use` says
    /// what it is for, or its `alg` does; it keeps its `kid`, and gets its thumbprint if it has none.
    ///
    /// The first of a purpose is the current one, and a second the next one. The document is the caller's to wipe.
    ///
    /// # Errors
    ///
    /// The first rule that a key breaks, also that its public half is not that of `d`. The keys before it were added.
    pub fn read_local(&mut self, json: &[u8]) -> Result<(), DeviceKeyError> {
        let document = Object::read(json).map_err(KeyError::from)?;
        let Some(keys) = document.get("keys") else { return self.add_jwk(document) };
        let keys = keys.as_array().ok_or(KeyError::Malformed("keys"))?;
        keys.elements().try_for_each(|key| self.add_jwk(key.as_object().ok_or(KeyError::Malformed("keys"))?))
    }

    /// Moves each key of this purpose on by a stage: the next one is in use, the current one serves what is under way, and
    /// the one before it is wiped.
    ///
    /// It needs the keys for itself, and a [`Client`](crate::Client) and a [`Decryption`](crate::Decryption) borrow them. Where
    /// these are made for each call, the keys rotate between two calls. What holds them for as long as it serves, as
    /// `ResourceServer` and `TokenKeeper` of `bearward-net` do, ends first, and is made anew with the rotated keys: without a
    /// restart of the device, but what it kept in RAM is gone. Where it is a `static`, that takes a restart, and the keys
    /// rotate before it is made, as those of the gateway do.
    ///
    /// # Errors
    ///
    /// [`DeviceKeyError::NoNext`] if there is nothing to go on with.
    pub fn rotate(&mut self, purpose: KeyPurpose) -> Result<(), DeviceKeyError> {
        if self.find(purpose, KeyStage::Next).is_none() {
            return Err(DeviceKeyError::NoNext);
        }
        self.drop_previous(purpose);
        for (_, stage) in
            self.entries.iter_mut().filter_map(|entry| entry.role.as_mut()).filter(|role| role.0 == purpose)
        {
            *stage = match stage {
                KeyStage::Next => KeyStage::Current,
                KeyStage::Current | KeyStage::Previous => KeyStage::Previous,
            };
        }
        Ok(())
    }

    /// Wipes the previous key of this purpose, and says whether there was one. What is encrypted to it stays closed.
    pub fn drop_previous(&mut self, purpose: KeyPurpose) -> bool {
        let is_previous = |entry: &&mut Entry| entry.role == Some((purpose, KeyStage::Previous));
        let previous = self.entries.iter_mut().find(is_previous);
        previous.map(Entry::wipe).is_some()
    }

    /// Wipes all of them.
    pub fn clear(&mut self) {
        self.entries.iter_mut().for_each(Entry::wipe);
    }

    /// The `kid` of a key, if there is this key.
    #[must_use]
    pub fn key_id(&self, purpose: KeyPurpose, stage: KeyStage) -> Option<&str> {
        self.find(purpose, stage).map(|entry| entry.id.as_str())
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.iter().filter(|entry| entry.role.is_some()).count()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The public halves, as the document that the device serves at its `jwks_uri`.
    #[must_use]
    pub const fn public_jwks(&self) -> PublicJwks<'_> {
        PublicJwks::new(&self.entries, self.key_management)
    }

    fn find(&self, purpose: KeyPurpose, stage: KeyStage) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.role == Some((purpose, stage)))
    }

    /// Adds the key that `make` puts into a free place, which is wiped again if there comes nothing of it.
    fn add_with(
        &mut self,
        purpose: KeyPurpose,
        id: Option<&str>,
        make: impl FnOnce(&mut Entry) -> Result<(), DeviceKeyError>,
    ) -> Result<(), DeviceKeyError> {
        let stage = match (self.find(purpose, KeyStage::Current), self.find(purpose, KeyStage::Next)) {
            (None, _) => KeyStage::Current,
            (Some(_), None) => KeyStage::Next,
            (Some(_), Some(_)) => return Err(DeviceKeyError::NextExists),
        };
        let free = self.entries.iter().position(|entry| entry.role.is_none()).ok_or(KeyError::Full)?;
        let (before, from) = self.entries.split_at_mut_checked(free).ok_or(KeyError::Full)?;
        let (place, behind) = from.split_first_mut().ok_or(KeyError::Full)?;
        let made = make(place).and_then(|()| match id {
            Some(id) => Ok(place.name(id)?),
            None => Ok(()),
        });
        let mut others = before.iter().chain(&*behind).filter(|entry| entry.role.is_some());
        let made = match made {
            Ok(()) if others.any(|other| other.id == place.id) => Err(DeviceKeyError::KeyIdExists),
            made => made,
        };
        match made {
            Ok(()) => place.role = Some((purpose, stage)),
            Err(_) => place.wipe(),
        }
        made
    }

    fn add_jwk(&mut self, key: Object<'_>) -> Result<(), DeviceKeyError> {
        let purpose = purpose(key, self.key_management)?;
        let id = text(key, "kid")?.map(kept).transpose()?;
        self.add_with(purpose, id.as_deref(), |entry| {
            if secret(key, "d", &mut entry.secret)?.expose().len() != entry.secret.len() {
                return Err(KeyError::Length.into());
            }
            entry.derive(purpose)?;
            Ok(entry.check_public(key, purpose)?)
        })
    }
}

impl<const N: usize> Default for DeviceKeys<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> fmt::Debug for DeviceKeys<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKeys({}, [redacted])", self.len())
    }
}

/// The keys for encryption, of every stage. An authorization server names the one that it has used by `kid`.
impl<const N: usize> DecryptionKeys for DeviceKeys<N> {
    fn entry(&self, index: usize) -> Option<DecryptionKeyEntry<'_>> {
        let keys = self.entries.iter().filter_map(|entry| Some((entry, entry.decryption_key()?)));
        let (entry, key) = keys.into_iter().nth(index)?;
        Some(DecryptionKeyEntry { id: Some(&entry.id), algorithm: Some(self.key_management), key })
    }
}

/// The current key for signatures. Without one, nothing is signed.
impl<const N: usize> Signer for DeviceKeys<N> {
    fn algorithm(&self) -> &'static str {
        "ES256"
    }

    fn key_id(&self) -> Option<&str> {
        self.key_id(KeyPurpose::Signature, KeyStage::Current)
    }

    fn sign(&self, message: &[u8], signature: &mut [u8]) -> Result<usize, SignerError> {
        let current = self.find(KeyPurpose::Signature, KeyStage::Current).ok_or(SignerError)?;
        current.sign(message, signature)
    }
}

/// What a JWK is for (RFC 7517 §4.1, §4.2, §4.4).
fn purpose(key: Object<'_>, key_management: &str) -> Result<KeyPurpose, KeyError> {
    let usage = text(key, "use")?;
    let algorithm = text(key, "alg")?;
    let signs = match (usage, algorithm) {
        (Some(usage), _) if usage == *"sig" => true,
        (Some(usage), _) if usage == *"enc" => false,
        (Some(_), _) => return Err(KeyError::Use),
        (None, Some(algorithm)) => algorithm == *"ES256",
        (None, None) => return Err(KeyError::Missing("use")),
    };
    if algorithm.is_some_and(|algorithm| algorithm != *(if signs { "ES256" } else { key_management })) {
        return Err(KeyError::UnsupportedAlgorithm);
    }
    let member = |name| text(key, name)?.ok_or(KeyError::Missing(name));
    match (member("kty")?.as_str(), member("crv")?.as_str()) {
        (Some("EC"), Some("P-256")) if signs => Ok(KeyPurpose::Signature),
        (Some("EC"), Some("P-256")) => Ok(KeyPurpose::EncryptionP256),
        (Some("OKP"), Some("X25519")) if signs => Err(KeyError::Use),
        (Some("OKP"), Some("X25519")) => Ok(KeyPurpose::EncryptionX25519),
        (Some("EC" | "OKP"), _) => Err(KeyError::UnsupportedCurve),
        _ => Err(KeyError::UnsupportedType),
    }
}
