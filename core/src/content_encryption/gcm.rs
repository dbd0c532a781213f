//! AES in Galois/Counter Mode ([RFC 7518 §5.3](https://www.rfc-editor.org/rfc/rfc7518#section-5.3)): an initialization
//! vector of 12 bytes and a tag of 16.

use aes_gcm::{
    Aes128Gcm, Aes256Gcm, AesGcm,
    aead::{AeadInOut, KeyInit, consts::U12},
    aes::Aes192,
};

use super::ContentEncryption;
use crate::error::Error;

macro_rules! gcm_encryption {
    ($(#[$doc:meta])* $encryption:ident, $name:literal, $cipher:ty, $key_bytes:literal) => {
        $(#[$doc])*
        ///
        /// ```
        #[doc = concat!("use bearward_core::{ContentEncryption, ", stringify!($encryption), "};")]
        ///
        #[doc = concat!("assert_eq!(", stringify!($encryption), ".name(), \"", $name, "\");")]
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $encryption;

        impl ContentEncryption for $encryption {
            fn name(&self) -> &'static str {
                $name
            }

            fn key_bytes(&self) -> usize {
                $key_bytes
            }

            fn iv_bytes(&self) -> usize {
                12
            }

            fn tag_bytes(&self) -> usize {
                16
            }

            fn decrypt(
                &self,
                key: &[u8],
                iv: &[u8],
                additional: &[u8],
                ciphertext: &mut [u8],
                tag: &[u8],
            ) -> Result<usize, Error> {
                open::<$cipher>(key, iv, additional, ciphertext, tag).ok_or(Error::DecryptionFailed)?;
                Ok(ciphertext.len())
            }
        }
    };
}

gcm_encryption!(
    /// `A128GCM`: AES-128 in GCM, a key of 16 bytes.
    A128Gcm, "A128GCM", Aes128Gcm, 16
);
gcm_encryption!(
    /// `A192GCM`: AES-192 in GCM, a key of 24 bytes.
    A192Gcm, "A192GCM", AesGcm<Aes192, U12>, 24
);
gcm_encryption!(
    /// `A256GCM`: AES-256 in GCM, a key of 32 bytes.
    A256Gcm, "A256GCM", Aes256Gcm, 32
);

/// Decrypts in place. `None` if a length is wrong, or the tag: that is found out before anything is decrypted.
pub(crate) fn open<C: AeadInOut + KeyInit>(
    key: &[u8],
    iv: &[u8],
    additional: &[u8],
    data: &mut [u8],
    tag: &[u8],
) -> Option<()> {
    let cipher = C::new_from_slice(key).ok()?;
    cipher.decrypt_inout_detached(iv.try_into().ok()?, additional, data.into(), tag.try_into().ok()?).ok()
}
