//! EMSA-PSS ([RFC 8017 §9.1](https://www.rfc-editor.org/rfc/rfc8017#section-9.1)) as RFC 7518 §3.5 fixes it: MGF1 with
//! the same hash, and a salt as long as the hash.

use sha2::{Digest, digest::Output};

use super::{Encoded, Hash};

/// Whether `encoded` is an encoding of `message` (RFC 8017 §9.1.2).
///
/// The mask is taken off while the bytes are read: neither it nor the data block is kept.
// Not inlined: what it needs of the stack is needed after the power only.
#[inline(never)]
pub(super) fn verify<H: Hash>(message: &[u8], encoded: &Encoded<'_>) -> bool {
    consistent::<H>(message, encoded).unwrap_or(false)
}

fn consistent<H: Hash>(message: &[u8], encoded: &Encoded<'_>) -> Option<bool> {
    // EM has one bit less than the modulus. Where that is a byte less, the first byte of the representative is none of
    // EM's and must be 0 (I2OSP in RFC 8017 §8.1.2, step 2c).
    let em_bits = encoded.modulus_bits.checked_sub(1)?;
    let em_bytes = em_bits.div_ceil(8);
    let mut bytes = encoded.bytes();
    if encoded.len() > em_bytes && bytes.next()? != 0 {
        return Some(false);
    }

    let hash_bytes = <H as Digest>::output_size();
    let block_bytes = em_bytes.checked_sub(hash_bytes)?.checked_sub(1)?;
    let mut after_block = encoded.bytes().skip(encoded.len().checked_sub(hash_bytes)?.checked_sub(1)?);
    let mut hash = Output::<H>::default();
    for (byte, from) in hash.iter_mut().zip(after_block.by_ref()) {
        *byte = from;
    }
    if after_block.next()? != 0xbc {
        return Some(false);
    }

    // DB = PS || 0x01 || salt. Its bits above emBits are 0 in EM, and not looked at in the mask.
    let first_bits = u8::MAX.unbounded_shr(u32::try_from(em_bytes.checked_mul(8)?.checked_sub(em_bits)?).ok()?);
    let mut block = bytes
        .take(block_bytes)
        .zip(mgf1::<H>(&hash))
        .enumerate()
        .map(|(index, (byte, mask))| byte ^ if index == 0 { mask & first_bits } else { mask });
    let zeros = block_bytes.checked_sub(hash_bytes)?.checked_sub(1)?;
    if !block.by_ref().take(zeros).all(|byte| byte == 0) || block.next()? != 1 {
        return Some(false);
    }
    let mut salt = Output::<H>::default();
    for (byte, from) in salt.iter_mut().zip(block) {
        *byte = from;
    }

    let expected = H::new().chain_update([0; 8]).chain_update(H::digest(message)).chain_update(&salt).finalize();
    Some(hash == expected)
}

/// The mask generation function (RFC 8017 §B.2.1) as an endless sequence of bytes.
fn mgf1<H: Hash>(seed: &Output<H>) -> impl Iterator<Item = u8> {
    (0..=u32::MAX).flat_map(move |counter| H::new().chain_update(seed).chain_update(counter.to_be_bytes()).finalize())
}
