//! AES in Cipher Block Chaining mode with HMAC
//! ([RFC 7518 §5.2](https://www.rfc-editor.org/rfc/rfc7518#section-5.2)): an initialization vector of 16 bytes, and the
//! first half of the MAC as tag.
//!
//! The MAC and the padding are judged together and in constant time, so that neither the answer nor the time tells
//! which of them was wrong.

use aes::{Aes128, Aes192, Aes256};
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt as _, InOutBuf, KeyInit, KeyIvInit as _};
use hmac::{EagerHash, Hmac, Mac as _};
use sha2::{Sha256, Sha384, Sha512};
use subtle::{Choice, ConstantTimeEq as _, ConstantTimeGreater as _};

use super::ContentEncryption;
use crate::error::Error;

/// The bytes of a block of AES.
const BLOCK: usize = 16;

macro_rules! cbc_encryption {
    ($(#[$doc:meta])* $encryption:ident, $name:literal, $cipher:ty, $hash:ty, $key_bytes:literal, $tag_bytes:literal) => {
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
                BLOCK
            }

            fn tag_bytes(&self) -> usize {
                $tag_bytes
            }

            fn decrypt(
                &self,
                key: &[u8],
                iv: &[u8],
                additional: &[u8],
                ciphertext: &mut [u8],
                tag: &[u8],
            ) -> Result<usize, Error> {
                if key.len() != $key_bytes || tag.len() != $tag_bytes {
                    return Err(Error::DecryptionFailed);
                }
                decrypt::<$cipher, $hash>(key, iv, additional, ciphertext, tag).ok_or(Error::DecryptionFailed)
            }
        }
    };
}

cbc_encryption!(
    /// `A128CBC-HS256`: AES-128 in CBC with HMAC and SHA-256, a key of 32 bytes, a tag of 16.
    A128CbcHs256, "A128CBC-HS256", Aes128, Sha256, 32, 16
);
cbc_encryption!(
    /// `A192CBC-HS384`: AES-192 in CBC with HMAC and SHA-384, a key of 48 bytes, a tag of 24.
    A192CbcHs384, "A192CBC-HS384", Aes192, Sha384, 48, 24
);
cbc_encryption!(
    /// `A256CBC-HS512`: AES-256 in CBC with HMAC and SHA-512, a key of 64 bytes, a tag of 32.
    A256CbcHs512, "A256CBC-HS512", Aes256, Sha512, 64, 32
);

/// §5.2.2.2. `None` if the lengths are wrong, the tag, or the padding.
fn decrypt<C: BlockCipherDecrypt + KeyInit, H: EagerHash>(
    key: &[u8],
    iv: &[u8],
    additional: &[u8],
    ciphertext: &mut [u8],
    tag: &[u8],
) -> Option<usize> {
    // The first half is for the MAC.
    let (mac_key, key) = key.split_at_checked(key.len() / 2)?;
    let additional_bits = u64::try_from(additional.len()).ok()?.checked_mul(8)?;
    let mac = <Hmac<H> as KeyInit>::new_from_slice(mac_key).ok()?;
    let mac = mac.chain_update(additional).chain_update(iv).chain_update(&*ciphertext);
    let mac = mac.chain_update(additional_bits.to_be_bytes()).finalize().into_bytes();
    let genuine = mac.get(..tag.len())?.ct_eq(tag);

    let decryptor = cbc::Decryptor::<C>::new_from_slices(key, iv).ok()?;
    let (blocks, rest) = InOutBuf::from(&mut *ciphertext).into_chunks();
    if blocks.is_empty() || !rest.is_empty() {
        return None;
    }
    let mut decryptor = decryptor;
    decryptor.decrypt_blocks_inout(blocks);
    let (padding, padded) = padding(ciphertext.last_chunk()?);
    let plain = ciphertext.len().checked_sub(padding)?;
    bool::from(genuine & padded).then_some(plain)
}

/// How many bytes of padding the last block says that it has, at most 16, and whether it has them (PKCS #7).
fn padding(block: &[u8; BLOCK]) -> (usize, Choice) {
    let &[.., count] = block;
    let mut good = count.ct_gt(&0) & !count.ct_gt(&16);
    for (place, byte) in (0_u8..).zip(block.iter().rev()) {
        good &= !count.ct_gt(&place) | byte.ct_eq(&count);
    }
    (usize::from(count & 31).min(BLOCK), good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pkcs7_the_padding_is_as_many_bytes_as_it_says_and_no_other_is_good() {
        for last in 0..=255 {
            for good in 0..=16 {
                let mut block = [0x80; BLOCK];
                block[BLOCK - good..].fill(last);
                block[BLOCK - 1] = last;
                let (count, found) = padding(&block);
                let as_said = (1..=16).contains(&last) && good.max(1) >= usize::from(last);
                assert_eq!(bool::from(found), as_said, "{last} {good}");
                assert!(!as_said || count == usize::from(last));
            }
        }
    }

    #[test]
    fn rfc7518_5_2_a_ciphertext_is_whole_blocks_and_at_least_one() {
        for length in (0..64).filter(|length| length % BLOCK != 0 || *length == 0) {
            let verdict = A128CbcHs256.decrypt(&[1; 32], &[2; 16], b"", &mut [0; 64][..length], &[3; 16]);
            assert_eq!(verdict, Err(Error::DecryptionFailed));
        }
    }
}
