//! Key encryption with RSAES OAEP ([RFC 7518 §4.3](https://www.rfc-editor.org/rfc/rfc7518#section-4.3),
//! [RFC 8017 §7.1.2](https://www.rfc-editor.org/rfc/rfc8017#section-7.1.2)).
//!
//! Whoever can tell what was wrong with an encoding decrypts with this device's key (Manger, 2001). So nothing tells it:
//! the whole encoding is judged in constant time, the length of what it holds included, as it must be that of a key of the
//! content; and where it is not good, another key takes its place, which the sender cannot know
//! ([RFC 7516 §11.5](https://www.rfc-editor.org/rfc/rfc7516#section-11.5)). Then the content's tag is wrong, as it is
//! where only the content was changed.
//!
//! That key is no random one, for which there is nothing here, but a hash of the private key and of what was sent: the
//! same whenever the same is sent.

use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _};
use zeroize::{Zeroize as _, Zeroizing};

use super::{KeyManagement, KeyParameters};
use crate::{
    content_encryption::ContentEncryption,
    decryption_key::{DecryptionKey, RsaPrivate, RsaPrivateKey},
    error::Error,
    limits,
    rsa::{self, RsaKey},
};

macro_rules! rsa_oaep {
    ($(#[$doc:meta])* $oaep:ident, $name:literal, $hash:ty) => {
        $(#[$doc])*
        ///
        /// The key's modulus has 2048 to 4096 bits. To open a token takes 8.4 KB of stack on a Cortex-M4, whatever the key, and
        /// 30 million instructions with the primes of a key of 2048 bits, 185 million with those of one of 4096; without
        /// primes three to four times as many. The private key is worked with in constant time, on processors that multiply
        /// in constant time.
        ///
        /// ```
        #[doc = concat!("use bearward_core::{KeyManagement, ", stringify!($oaep), "};")]
        ///
        #[doc = concat!("assert_eq!(", stringify!($oaep), ".name(), \"", $name, "\");")]
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $oaep;

        impl KeyManagement for $oaep {
            fn name(&self) -> &'static str {
                $name
            }

            fn fits(&self, key: &DecryptionKey<'_>, _: &dyn ContentEncryption) -> bool {
                rsa_key(key).is_some()
            }

            fn content_key(
                &self,
                key: &DecryptionKey<'_>,
                _: &KeyParameters<'_>,
                _: &dyn ContentEncryption,
                encrypted_key: &[u8],
                content_key: &mut [u8],
            ) -> Result<(), Error> {
                let decrypted = rsa_key(key).and_then(|key| decrypt::<$hash>(key, encrypted_key, content_key));
                decrypted.ok_or(Error::DecryptionFailed)
            }
        }
    };
}

rsa_oaep!(
    /// `RSA-OAEP`: RSAES OAEP with SHA-1, and MGF1 with SHA-1. What is known against SHA-1 does not concern this use of it.
    RsaOaep, "RSA-OAEP", Sha1
);
rsa_oaep!(
    /// `RSA-OAEP-256`: RSAES OAEP with SHA-256, and MGF1 with SHA-256.
    RsaOaep256, "RSA-OAEP-256", Sha256
);

fn rsa_key<'a, 'k>(key: &'a DecryptionKey<'k>) -> Option<&'a RsaPrivateKey<'k>> {
    match key {
        DecryptionKey::Rsa(key) => RsaKey::new(key.n, key.e).map(|_| key),
        _ => None,
    }
}

/// Fills `content_key`, with what is no key if the encoding is not good. `None` if that is no secret: the length of what
/// was sent, or the number that it is, is too large.
fn decrypt<H: Digest>(key: &RsaPrivateKey<'_>, encrypted_key: &[u8], content_key: &mut [u8]) -> Option<()> {
    let mut encoded = Zeroizing::new([0; limits::SIGNATURE_BYTES]);
    let encoded = encoded.get_mut(..key.n.len())?;
    let right = rsa::decrypt(key, encrypted_key, encoded)?;
    let (found, good) = decode::<H>(encoded, content_key.len())?;
    let other = substitute(key, encrypted_key);
    for (to, (found, other)) in content_key.iter_mut().zip(found.iter().zip(&*other)) {
        *to = u8::conditional_select(other, found, right & good);
    }
    Some(())
}

/// The message of this many bytes in an encoding, and whether it is one (RFC 8017 §7.1.2, step 3, with an empty label).
fn decode<H: Digest>(encoded: &mut [u8], bytes: usize) -> Option<(&[u8], Choice)> {
    let (first, masked) = encoded.split_first_mut()?;
    let (seed, block) = masked.split_at_mut_checked(<H as Digest>::output_size())?;
    mask::<H>(seed, block);
    mask::<H>(block, seed);
    let (label, rest) = block.split_at_checked(seed.len())?;
    let (padding, message) = rest.split_at_checked(rest.len().checked_sub(bytes)?)?;
    let (one, zeros) = padding.split_last()?;
    let zero = zeros.iter().fold(*first, |bits, byte| bits | byte).ct_eq(&0);
    Some((message, zero & one.ct_eq(&1) & label.ct_eq(&H::digest(b""))))
}

/// Takes off a mask that the mask generation function MGF1 (RFC 8017 §B.2.1) makes of `seed`.
fn mask<H: Digest>(masked: &mut [u8], seed: &[u8]) {
    for (counter, part) in (0_u32..).zip(masked.chunks_mut(<H as Digest>::output_size().max(1))) {
        let mut mask = H::new().chain_update(seed).chain_update(counter.to_be_bytes()).finalize();
        part.iter_mut().zip(&mask).for_each(|(byte, mask)| *byte ^= mask);
        mask.as_mut_slice().zeroize();
    }
}

/// What takes the place of the key of the content where there is none.
fn substitute(key: &RsaPrivateKey<'_>, encrypted_key: &[u8]) -> Zeroizing<[u8; limits::CONTENT_KEY_BYTES]> {
    let (RsaPrivate::Exponent(secret) | RsaPrivate::Primes { p: secret, .. }) = key.private;
    let mut substitute = Zeroizing::new([0; limits::CONTENT_KEY_BYTES]);
    for (counter, part) in (0_u8..).zip(substitute.chunks_exact_mut(32)) {
        let hash = Sha256::new().chain_update(b"no key of the content").chain_update([counter]);
        let mut hash = hash.chain_update(secret.expose()).chain_update(encrypted_key).finalize();
        part.iter_mut().zip(&hash).for_each(|(to, from)| *to = *from);
        hash.as_mut_slice().zeroize();
    }
    substitute
}

#[cfg(test)]
mod tests;
