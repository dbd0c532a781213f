//! One key pair in its place.

use core::fmt::Write as _;

use heapless::String;
use sha2::{Digest as _, Sha256};
#[cfg(feature = "curve25519-dalek")]
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use super::{KeyPurpose, KeyStage, jwks::Members};
use crate::{
    base64url::{self, Encoded},
    call_error::SignerError,
    decryption_key::DecryptionKey,
    jose::{decryption_keys::text, key_error::KeyError, thumbprint},
    json::Object,
    key::{Curve, Secret},
    limits,
};

/// A place for a key. Keys are made in it and never moved, so that no copy of them is left behind.
pub(super) struct Entry {
    /// `None` if the place is free.
    pub(super) role: Option<(KeyPurpose, KeyStage)>,
    pub(super) secret: [u8; 32],
    /// Both coordinates, or the one of X25519 with zeros behind it.
    pub(super) public: [[u8; 32]; 2],
    pub(super) id: String<{ limits::KEY_ID_BYTES }>,
}

impl Entry {
    pub(super) const fn new() -> Self {
        Self { role: None, secret: [0; 32], public: [[0; 32]; 2], id: String::new() }
    }

    /// Computes the public key, and names the key by its thumbprint.
    ///
    /// [`KeyError::Malformed`] if these bytes are no private key.
    pub(super) fn derive(&mut self, purpose: KeyPurpose) -> Result<(), KeyError> {
        self.public = public_key(purpose, &self.secret)?;
        self.id.clear();
        let thumbprint = thumbprint::sha256_of(&Members { purpose, public: &self.public });
        write!(self.id, "{}", Encoded(&thumbprint)).map_err(|_| KeyError::KeyIdTooLong)
    }

    pub(super) fn name(&mut self, id: &str) -> Result<(), KeyError> {
        if id.is_empty() {
            return Err(KeyError::Malformed("kid"));
        }
        self.id.clear();
        // In its place: a string that is moved takes along what was on the stack behind its end.
        self.id.push_str(id).map_err(|_| KeyError::KeyIdTooLong)
    }

    /// RFC 7518 §6.2.1: the public half is part of a key, and it must be that of this one.
    pub(super) fn check_public(&self, key: Object<'_>, purpose: KeyPurpose) -> Result<(), KeyError> {
        let names: &[&'static str] = if purpose == KeyPurpose::EncryptionX25519 { &["x"] } else { &["x", "y"] };
        names.iter().zip(&self.public).try_for_each(|(name, own)| {
            let encoded = text(key, name)?.ok_or(KeyError::Missing(name))?;
            let mut coordinate = [0; 32];
            let decoded = encoded.as_str().and_then(|text| base64url::decode(text.as_bytes(), &mut coordinate));
            if decoded.is_some_and(|decoded| *decoded == own[..]) { Ok(()) } else { Err(KeyError::Malformed(name)) }
        })
    }

    /// The private key, if it is one that decrypts.
    pub(super) fn decryption_key(&self) -> Option<DecryptionKey<'_>> {
        let d = Secret::new(&self.secret);
        match self.role?.0 {
            KeyPurpose::Signature => None,
            KeyPurpose::EncryptionP256 => Some(DecryptionKey::Ec { curve: Curve::P256, d }),
            KeyPurpose::EncryptionX25519 => Some(DecryptionKey::X25519 { d }),
        }
    }

    /// Signs as `ES256`, without the public key that a signer computes first: that takes as long as to sign.
    pub(super) fn sign(&self, message: &[u8], signature: &mut [u8]) -> Result<usize, SignerError> {
        let key = p256::SecretKey::from_slice(&self.secret).map_err(|_| SignerError)?;
        let key = Zeroizing::new(key.to_nonzero_scalar());
        let (signed, _) =
            ecdsa::hazmat::sign_prehashed_rfc6979::<p256::NistP256, Sha256>(&key, &Sha256::digest(message), &[]);
        let signed = signed.to_bytes();
        signature.get_mut(..signed.len()).ok_or(SignerError)?.copy_from_slice(&signed);
        Ok(signed.len())
    }

    pub(super) fn wipe(&mut self) {
        self.secret.zeroize();
        self.role = None;
        self.public = [[0; 32]; 2];
        self.id.clear();
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

/// Whether these bytes are a private key. Cheap: without arithmetic of the curve.
pub(super) fn check_private(purpose: KeyPurpose, secret: &[u8; 32]) -> Result<(), KeyError> {
    let good = match purpose {
        KeyPurpose::Signature | KeyPurpose::EncryptionP256 => p256::SecretKey::from_slice(secret).is_ok(),
        #[cfg(feature = "curve25519-dalek")]
        // Any other number is a key (RFC 7748 §5). This one is what a generator leaves that does nothing.
        KeyPurpose::EncryptionX25519 => !bool::from(secret[..].ct_eq(&[0; 32])),
        #[cfg(not(feature = "curve25519-dalek"))]
        KeyPurpose::EncryptionX25519 => return Err(KeyError::UnsupportedCurve),
    };
    if good { Ok(()) } else { Err(KeyError::Malformed("d")) }
}

fn public_key(purpose: KeyPurpose, secret: &[u8; 32]) -> Result<[[u8; 32]; 2], KeyError> {
    check_private(purpose, secret)?;
    match purpose {
        KeyPurpose::Signature | KeyPurpose::EncryptionP256 => p256_point(secret).ok_or(KeyError::Malformed("d")),
        KeyPurpose::EncryptionX25519 => Ok(x25519_point(secret)),
    }
}

fn p256_point(secret: &[u8; 32]) -> Option<[[u8; 32]; 2]> {
    use p256::elliptic_curve::sec1::ToSec1Point as _;

    let point = p256::SecretKey::from_slice(secret).ok()?.public_key().to_sec1_point(false);
    Some([(*point.x()?).into(), (*point.y()?).into()])
}

#[cfg(feature = "curve25519-dalek")]
fn x25519_point(secret: &[u8; 32]) -> [[u8; 32]; 2] {
    [curve25519_dalek::MontgomeryPoint::mul_base_clamped(*secret).to_bytes(), [0; 32]]
}

#[cfg(not(feature = "curve25519-dalek"))]
fn x25519_point(_: &[u8; 32]) -> [[u8; 32]; 2] {
    [[0; 32]; 2]
}
