//! JSON Web Keys ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)): public keys of EC and RSA
//! ([RFC 7518 §6](https://www.rfc-editor.org/rfc/rfc7518#section-6)) and of Ed25519
//! ([RFC 8037 §2](https://www.rfc-editor.org/rfc/rfc8037#section-2)).

use core::fmt::{self, Write};

use heapless::{String, Vec};

use crate::{
    jose::{
        document::{Document, Reader},
        key_error::KeyError,
        members::{EXPONENT_BYTES, MODULUS_BYTES},
        pem, spki, thumbprint,
    },
    json::{JsonError, write_string},
    key::{Curve, Key, KeyEntry, Keys, PublicKey},
    limits,
};

/// A public key that owns its bytes, with what its issuer says of it.
///
/// `BYTES` is the room for its material: modulus and exponent, both coordinates, or the encoded point. The default holds
/// every key that is read here; 64 are enough for P-256, 260 for RSA with 2048 bits.
///
/// ```
/// use bearward_core::Jwk;
///
/// let jwk = Jwk::<32>::read(
///     br#"{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
/// )?;
/// assert_eq!(jwk.key_id(), Some("a"));
/// # Ok::<(), bearward_core::KeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Jwk<const BYTES: usize = { limits::KEY_BYTES }> {
    kind: Kind,
    /// Both numbers, one behind the other.
    material: Vec<u8, BYTES>,
    /// Where the second one begins.
    split: usize,
    id: Option<String<{ limits::KEY_ID_BYTES }>>,
    algorithm: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ec(Curve),
    Rsa,
    Ed25519,
}

impl<const BYTES: usize> Jwk<BYTES> {
    /// A key by its numbers.
    ///
    /// # Errors
    ///
    /// [`KeyError::Length`] for coordinates that have not the curve's length, a modulus outside of 2048 to 4096 bits or
    /// with leading zero bytes; [`KeyError::Exponent`] for an exponent that is even, 1, or longer than 8 bytes;
    /// [`KeyError::TooLarge`] for a key that has more than `BYTES`.
    pub fn new(key: PublicKey<'_>) -> Result<Self, KeyError> {
        let (kind, first, second): (_, &[u8], &[u8]) = match key {
            PublicKey::Ec { curve, x, y } => {
                let length = curve.coordinate_bytes();
                if x.len() != length || y.len() != length {
                    return Err(KeyError::Length);
                }
                (Kind::Ec(curve), x, y)
            }
            PublicKey::Rsa { n, e } => {
                check_modulus(n)?;
                check_exponent(e)?;
                (Kind::Rsa, n, e)
            }
            PublicKey::Ed25519 { x } => (Kind::Ed25519, x, &[]),
        };
        let mut material = Vec::new();
        material.extend_from_slice(first).map_err(|_| KeyError::TooLarge)?;
        material.extend_from_slice(second).map_err(|_| KeyError::TooLarge)?;
        Ok(Self { kind, material, split: first.len(), id: None, algorithm: None })
    }

    /// Reads a key from its JSON (RFC 7517 §4), strictly, with unknown members passed over.
    ///
    /// `use` and `key_ops`, if there, must allow to verify. Certificates and URLs in it are never used.
    ///
    /// # Errors
    ///
    /// The first rule that it breaks. A shared secret is [`KeyError::Symmetric`] and a private key
    /// [`KeyError::Private`]: neither belongs where public keys are read.
    pub fn read(json: &[u8]) -> Result<Self, KeyError> {
        let mut read = Err(JsonError::NotAnObject.into());
        let mut reader = Reader::new(Document::Key);
        let mut keep = |key| read = key;
        reader.feed(json, &mut keep)?;
        reader.finish()?;
        read
    }

    /// Reads a SubjectPublicKeyInfo in DER (RFC 5280 §4.1.2.7).
    ///
    /// # Errors
    ///
    /// [`KeyError::Der`] for what is no such structure, [`KeyError::UnsupportedType`] and
    /// [`KeyError::UnsupportedCurve`] for other keys, and the errors of [`new`](Self::new).
    pub fn from_spki_der(der: &[u8]) -> Result<Self, KeyError> {
        Self::new(spki::read(der)?)
    }

    /// Reads a `PUBLIC KEY` in PEM (RFC 7468 §13), one block with nothing but white space around it.
    ///
    /// # Errors
    ///
    /// [`KeyError::Pem`], or what [`from_spki_der`](Self::from_spki_der) says of its content.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        Self::from_spki_der(&pem::read(pem)?)
    }

    /// Names the key, for the `kid` of tokens.
    ///
    /// # Errors
    ///
    /// [`KeyError::KeyIdTooLong`] over [`limits::KEY_ID_BYTES`].
    pub fn with_key_id(mut self, id: &str) -> Result<Self, KeyError> {
        self.id = Some(String::try_from(id).map_err(|_| KeyError::KeyIdTooLong)?);
        Ok(self)
    }

    /// Binds the key to one algorithm, by its name in RFC 7518 §3.1.
    ///
    /// # Errors
    ///
    /// [`KeyError::UnsupportedAlgorithm`] if a key of this kind has no such algorithm.
    pub fn with_algorithm(mut self, name: &str) -> Result<Self, KeyError> {
        let names: &[&'static str] = match self.kind {
            Kind::Ec(Curve::P256) => &["ES256"],
            Kind::Ec(Curve::P384) => &["ES384"],
            Kind::Ec(Curve::P521) => &["ES512"],
            Kind::Rsa => &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
            Kind::Ed25519 => &["EdDSA", "Ed25519"],
        };
        let own = names.iter().copied().find(|own| *own == name);
        self.algorithm = Some(own.ok_or(KeyError::UnsupportedAlgorithm)?);
        Ok(self)
    }

    /// The key, borrowed.
    #[must_use]
    pub fn public_key(&self) -> PublicKey<'_> {
        let (first, second) = self.material.split_at_checked(self.split).unwrap_or_default();
        match self.kind {
            Kind::Ec(curve) => PublicKey::Ec { curve, x: first, y: second },
            Kind::Rsa => PublicKey::Rsa { n: first, e: second },
            // Made from 32 bytes and never changed.
            Kind::Ed25519 => PublicKey::Ed25519 { x: first.first_chunk().unwrap_or(&[0; 32]) },
        }
    }

    /// Its `kid`.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Its `alg`: the one algorithm that it may be used with.
    #[must_use]
    pub const fn algorithm(&self) -> Option<&'static str> {
        self.algorithm
    }

    /// The SHA-256 thumbprint of the key (RFC 7638 §3): 32 bytes that depend on nothing but the key. Many servers use it,
    /// in base64url, as `kid`.
    ///
    /// ```
    /// use bearward_core::{Jwk, base64url::Encoded};
    ///
    /// let jwk = Jwk::<32>::read(
    ///     br#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
    /// )?;
    /// let thumbprint = Encoded(&jwk.thumbprint()).to_string();
    /// assert_eq!(thumbprint, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    /// # Ok::<(), bearward_core::KeyError>(())
    /// ```
    #[must_use]
    pub fn thumbprint(&self) -> [u8; 32] {
        thumbprint::sha256(self.public_key())
    }

    pub(crate) fn entry(&self) -> KeyEntry<'_> {
        KeyEntry { id: self.key_id(), algorithm: self.algorithm, key: Key::Public(self.public_key()) }
    }
}

/// As JSON, to be kept: [`read`](Jwk::read) reads it again.
impl<const BYTES: usize> fmt::Display for Jwk<BYTES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}", thumbprint::Members(self.public_key()))?;
        if let Some(id) = self.key_id() {
            f.write_str(r#","kid":"#)?;
            write_string(f, id)?;
        }
        if let Some(name) = self.algorithm {
            write!(f, r#","alg":"{name}""#)?;
        }
        f.write_char('}')
    }
}

impl<const BYTES: usize> fmt::Debug for Jwk<BYTES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwk")
            .field("key", &self.public_key())
            .field("kid", &self.key_id())
            .field("alg", &self.algorithm)
            .finish()
    }
}

/// The one key that the caller has chosen: without a `kid` of its own it verifies tokens that name one.
impl<const BYTES: usize> Keys for Jwk<BYTES> {
    fn entry(&self, index: usize) -> Option<KeyEntry<'_>> {
        (index == 0).then(|| self.entry())
    }

    fn any_key_id(&self) -> bool {
        true
    }
}

/// 2048 to 4096 bits, without leading zero bytes (RFC 7518 §6.3.1.1, §3.3).
pub(super) fn check_modulus(n: &[u8]) -> Result<(), KeyError> {
    match n {
        [0, ..] => Err(KeyError::Length),
        [first, ..] if n.len() == 256 && *first < 0x80 => Err(KeyError::Length),
        _ if (256..=MODULUS_BYTES).contains(&n.len()) => Ok(()),
        _ => Err(KeyError::Length),
    }
}

/// Odd, 3 or more, without leading zero bytes.
pub(super) fn check_exponent(e: &[u8]) -> Result<(), KeyError> {
    match e {
        [0, ..] | [1] => Err(KeyError::Exponent),
        [.., last] if e.len() <= EXPONENT_BYTES && last & 1 == 1 => Ok(()),
        _ => Err(KeyError::Exponent),
    }
}

#[cfg(test)]
mod tests;
