//! Key encryption with AES in GCM ([RFC 7518 §4.7](https://www.rfc-editor.org/rfc/rfc7518#section-4.7)).

use aes_gcm::{
    Aes128Gcm, Aes256Gcm, AesGcm,
    aead::{AeadInOut, KeyInit, consts::U12},
    aes::Aes192,
};

use super::{KeyManagement, KeyParameters};
use crate::{
    base64url,
    content_encryption::{ContentEncryption, open},
    decryption_key::DecryptionKey,
    error::Error,
};

macro_rules! gcm_key_wrap {
    ($(#[$doc:meta])* $wrap:ident, $name:literal, $cipher:ty, $key_bytes:literal) => {
        $(#[$doc])*
        ///
        /// ```
        #[doc = concat!("use bearward_core::{KeyManagement, ", stringify!($wrap), "};")]
        ///
        #[doc = concat!("assert_eq!(", stringify!($wrap), ".name(), \"", $name, "\");")]
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $wrap;

        impl KeyManagement for $wrap {
            fn name(&self) -> &'static str {
                $name
            }

            fn fits(&self, key: &DecryptionKey<'_>, _: &dyn ContentEncryption) -> bool {
                key.is_symmetric($key_bytes)
            }

            fn content_key(
                &self,
                key: &DecryptionKey<'_>,
                parameters: &KeyParameters<'_>,
                _: &dyn ContentEncryption,
                encrypted_key: &[u8],
                content_key: &mut [u8],
            ) -> Result<(), Error> {
                let unwrapped = key.with_symmetric($key_bytes, |key| {
                    unwrap::<$cipher>(key, parameters, encrypted_key, content_key)
                });
                unwrapped.ok_or(Error::DecryptionFailed)
            }
        }
    };
}

gcm_key_wrap!(
    /// `A128GCMKW`: AES-128 in GCM, a shared key of 16 bytes.
    A128GcmKw, "A128GCMKW", Aes128Gcm, 16
);
gcm_key_wrap!(
    /// `A192GCMKW`: AES-192 in GCM, a shared key of 24 bytes.
    A192GcmKw, "A192GCMKW", AesGcm<Aes192, U12>, 24
);
gcm_key_wrap!(
    /// `A256GCMKW`: AES-256 in GCM, a shared key of 32 bytes.
    A256GcmKw, "A256GCMKW", Aes256Gcm, 32
);

/// §4.7.1. `None` if a length is wrong, or the tag.
fn unwrap<C: AeadInOut + KeyInit>(
    key: &[u8],
    parameters: &KeyParameters<'_>,
    encrypted_key: &[u8],
    content_key: &mut [u8],
) -> Option<()> {
    let (mut iv, mut tag) = ([0; 12], [0; 16]);
    let iv = base64url::decode(parameters.iv?.as_bytes(), &mut iv)?;
    let tag = base64url::decode(parameters.tag?.as_bytes(), &mut tag)?;
    if encrypted_key.len() != content_key.len() {
        return None;
    }
    content_key.iter_mut().zip(encrypted_key).for_each(|(to, from)| *to = *from);
    open::<C>(key, iv, b"", content_key, tag)
}
