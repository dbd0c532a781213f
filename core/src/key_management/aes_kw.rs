//! AES Key Wrap ([RFC 7518 §4.4](https://www.rfc-editor.org/rfc/rfc7518#section-4.4),
//! [RFC 3394](https://www.rfc-editor.org/rfc/rfc3394)).

use aes_kw::{
    AesKw, KeyInit,
    aes::{Aes128, Aes192, Aes256},
    cipher::{BlockCipherDecrypt, consts::U16},
};

use super::{KeyManagement, KeyParameters};
use crate::{content_encryption::ContentEncryption, decryption_key::DecryptionKey, error::Error};

macro_rules! key_wrap {
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
                _: &KeyParameters<'_>,
                _: &dyn ContentEncryption,
                encrypted_key: &[u8],
                content_key: &mut [u8],
            ) -> Result<(), Error> {
                let unwrapped = key.with_symmetric($key_bytes, |key| unwrap::<$cipher>(key, encrypted_key, content_key));
                unwrapped.ok_or(Error::DecryptionFailed)
            }
        }
    };
}

key_wrap!(
    /// `A128KW`: AES Key Wrap with a shared key of 16 bytes.
    A128Kw, "A128KW", Aes128, 16
);
key_wrap!(
    /// `A192KW`: AES Key Wrap with a shared key of 24 bytes.
    A192Kw, "A192KW", Aes192, 24
);
key_wrap!(
    /// `A256KW`: AES Key Wrap with a shared key of 32 bytes.
    A256Kw, "A256KW", Aes256, 32
);

/// RFC 3394 §2.2.2. `None` if a length is wrong, or the integrity check fails.
pub(super) fn unwrap<C>(key: &[u8], encrypted_key: &[u8], content_key: &mut [u8]) -> Option<()>
where
    C: BlockCipherDecrypt<BlockSize = U16> + KeyInit,
    AesKw<C>: KeyInit,
{
    if encrypted_key.len().checked_sub(8) != Some(content_key.len()) {
        return None;
    }
    let wrap = <AesKw<C> as KeyInit>::new_from_slice(key).ok()?;
    wrap.unwrap_key(encrypted_key, content_key).is_ok().then_some(())
}
