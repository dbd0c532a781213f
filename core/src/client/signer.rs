//! Keys that sign for a client ([RFC 7515 §5.1](https://www.rfc-editor.org/rfc/rfc7515#section-5.1)).

#[cfg(feature = "p256")]
use core::fmt;

use crate::call_error::SignerError;

/// A private key that signs for the client, wherever it lies: in flash, in a secure element, behind an accelerator.
///
/// It is `Sync`, so that a client can be a `static`; a chip's driver goes behind a lock.
///
/// ```
/// use bearward_core::{Signer, SignerError};
///
/// /// A key in a secure element.
/// struct Slot(u8);
///
/// impl Signer for Slot {
///     fn algorithm(&self) -> &'static str {
///         "ES256"
///     }
///
///     fn sign(&self, message: &[u8], signature: &mut [u8]) -> Result<usize, SignerError> {
///         // Here the element would be asked.
/// #       _ = message;
///         signature.get_mut(..64).ok_or(SignerError::new())?.fill(self.0);
///         Ok(64)
///     }
/// }
/// ```
pub trait Signer: Sync {
    /// The name of the algorithm (RFC 7518 §3.1), as it goes into the header.
    fn algorithm(&self) -> &'static str;

    /// The `kid` by which the authorization server knows the key, if it has one.
    fn key_id(&self) -> Option<&str> {
        None
    }

    /// Signs `message` into the front of `signature`, as RFC 7518 §3 says for the algorithm, and tells how many bytes
    /// that are. `signature` has [`limits::SIGNATURE_BYTES`](crate::limits::SIGNATURE_BYTES).
    ///
    /// # Errors
    ///
    /// [`SignerError`] if the key cannot be used, or `signature` is too short.
    fn sign(&self, message: &[u8], signature: &mut [u8]) -> Result<usize, SignerError>;
}

/// `ES256` (RFC 7518 §3.4) with a key in memory, which is wiped when this is dropped.
///
/// The nonce of a signature is made from the key and the message (RFC 6979): there is no randomness to get wrong.
///
/// ```
/// use bearward_core::{Client, Es256Signer};
///
/// # let private_key = [7; 32];
/// let signer = Es256Signer::new(&private_key)?.with_key_id("valve-1");
/// let client = Client::private_key_jwt("valve", "https://authority.example", &signer);
/// # Ok::<(), bearward_core::SignerError>(())
/// ```
#[cfg(feature = "p256")]
#[derive(Clone)]
pub struct Es256Signer<'a> {
    key: p256::ecdsa::SigningKey,
    id: Option<&'a str>,
}

#[cfg(feature = "p256")]
impl<'a> Es256Signer<'a> {
    /// A signer from its private key, a number of 32 bytes in big-endian order (the `d` of a JWK, RFC 7518 §6.2.2.1).
    ///
    /// # Errors
    ///
    /// [`SignerError`] if the number is 0, or not below the order of the curve.
    pub fn new(private_key: &[u8; 32]) -> Result<Self, SignerError> {
        let key = p256::ecdsa::SigningKey::from_slice(private_key).map_err(|_| SignerError)?;
        Ok(Self { key, id: None })
    }

    /// Tells the `kid` of the key.
    #[must_use]
    pub fn with_key_id(self, id: &'a str) -> Self {
        Self { id: Some(id), ..self }
    }

    /// The public key, for its registration: the coordinates x and y.
    #[must_use]
    pub fn public_key(&self) -> ([u8; 32], [u8; 32]) {
        let point = self.key.verifying_key().to_sec1_point(false);
        let coordinate = |bytes: Option<&p256::FieldBytes>| bytes.map_or([0; 32], |bytes| (*bytes).into());
        (coordinate(point.x()), coordinate(point.y()))
    }
}

#[cfg(feature = "p256")]
impl Signer for Es256Signer<'_> {
    fn algorithm(&self) -> &'static str {
        "ES256"
    }

    fn key_id(&self) -> Option<&str> {
        self.id
    }

    fn sign(&self, message: &[u8], signature: &mut [u8]) -> Result<usize, SignerError> {
        use p256::ecdsa::{Signature, signature::Signer as _};

        let signed: Signature = self.key.try_sign(message).map_err(|_| SignerError)?;
        let signed = signed.to_bytes();
        signature.get_mut(..signed.len()).ok_or(SignerError)?.copy_from_slice(&signed);
        Ok(signed.len())
    }
}

#[cfg(feature = "p256")]
impl fmt::Debug for Es256Signer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Es256Signer").field("id", &self.id).finish_non_exhaustive()
    }
}
