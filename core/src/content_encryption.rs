//! Content encryption ([RFC 7518 §5](https://www.rfc-editor.org/rfc/rfc7518#section-5)): one unit struct each behind
//! [`ContentEncryption`], so that only what is listed is linked.

#[cfg(feature = "cbc")]
mod cbc;
#[cfg(feature = "aes-gcm")]
mod gcm;

use core::fmt;

#[cfg(feature = "cbc")]
pub use cbc::{A128CbcHs256, A192CbcHs384, A256CbcHs512};
#[cfg(feature = "aes-gcm")]
pub(crate) use gcm::open;
#[cfg(feature = "aes-gcm")]
pub use gcm::{A128Gcm, A192Gcm, A256Gcm};

use crate::error::Error;

/// All content encryptions of the features that are on, for a tool or a test that must know them all.
///
/// A device lists those that its authorization server uses: who names this list links them all.
pub static ALL_CONTENT_ENCRYPTIONS: &[&dyn ContentEncryption] = &[
    #[cfg(feature = "aes-gcm")]
    &A128Gcm,
    #[cfg(feature = "aes-gcm")]
    &A192Gcm,
    #[cfg(feature = "aes-gcm")]
    &A256Gcm,
    #[cfg(feature = "cbc")]
    &A128CbcHs256,
    #[cfg(feature = "cbc")]
    &A192CbcHs384,
    #[cfg(feature = "cbc")]
    &A256CbcHs512,
];

/// How the content of a JWE is encrypted and authenticated, by the `enc` of its header.
///
/// The trait is open, so that a chip's own AES can be plugged in.
///
/// ```
/// use bearward_core::{A256Gcm, ContentEncryption};
///
/// static CONTENT_ENCRYPTIONS: &[&dyn ContentEncryption] = &[&A256Gcm];
/// assert_eq!(CONTENT_ENCRYPTIONS[0].name(), "A256GCM");
/// ```
pub trait ContentEncryption: fmt::Debug + Sync {
    /// The name of RFC 7518 §5.1, compared exactly with a token's `enc`.
    fn name(&self) -> &'static str;

    /// The length of its key, in bytes: at most [`limits::CONTENT_KEY_BYTES`](crate::limits::CONTENT_KEY_BYTES).
    fn key_bytes(&self) -> usize;

    /// The length of its initialization vector, in bytes: at most 16.
    fn iv_bytes(&self) -> usize;

    /// The length of its authentication tag, in bytes: at most 32.
    fn tag_bytes(&self) -> usize;

    /// Decrypts in place, and says how many bytes from the front of `ciphertext` are the plaintext.
    ///
    /// `additional` is what is authenticated and not encrypted: the token's header as it came.
    ///
    /// # Errors
    ///
    /// [`Error::DecryptionFailed`], whatever failed. What `ciphertext` holds then is of no meaning, and the caller wipes
    /// it.
    fn decrypt(
        &self,
        key: &[u8],
        iv: &[u8],
        additional: &[u8],
        ciphertext: &mut [u8],
        tag: &[u8],
    ) -> Result<usize, Error>;
}
