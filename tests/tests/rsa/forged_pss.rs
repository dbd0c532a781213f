//! EMSA-PSS (RFC 8017 §9.1.2) as RFC 7518 §3.5 fixes it: each step of the verification, broken.

use bearward_core::{Algorithm, Ps256, Ps384, Ps512};
use rsa::Pss;
use sha2::{Digest, Sha256, Sha384, Sha512, digest::FixedOutputReset};

use crate::{KeyPair, SCHEMES, Scheme, key_pair, sign};

const MESSAGE: &[u8] = b"a message";

fn ps256() -> &'static Scheme {
    SCHEMES.iter().find(|scheme| scheme.ours.name() == "PS256").unwrap()
}

/// EMSA-PSS-ENCODE (RFC 8017 §9.1.1) with SHA-256, and what a forger can change about it.
struct Encoding<'a> {
    salt: &'a [u8],
    message_hash: Vec<u8>,
    mask: fn(&[u8], usize) -> Vec<u8>,
    change_block: &'a dyn Fn(&mut Vec<u8>),
    keep_leftmost_bits: bool,
    trailer: u8,
}

impl Default for Encoding<'_> {
    fn default() -> Self {
        Self {
            salt: &[7; 32],
            message_hash: Sha256::digest(MESSAGE).to_vec(),
            mask: mgf1::<Sha256>,
            change_block: &|_| (),
            keep_leftmost_bits: false,
            trailer: 0xbc,
        }
    }
}

impl Encoding<'_> {
    /// The encoding, as long as the modulus.
    fn make(&self, key: &KeyPair) -> Vec<u8> {
        let bits = key.bits() - 1;
        let length = bits.div_ceil(8);
        let hash =
            Sha256::new().chain_update([0; 8]).chain_update(&self.message_hash).chain_update(self.salt).finalize();
        let zeros = length - self.salt.len() - hash.len() - 2;
        let mut block = [&vec![0; zeros], &[1][..], self.salt].concat();
        (self.change_block)(&mut block);
        for (byte, mask) in block.iter_mut().zip((self.mask)(&hash, length)) {
            *byte ^= mask;
        }
        if !self.keep_leftmost_bits {
            block[0] &= 0xff >> (8 * length - bits);
        }
        [&vec![0; key.modulus.len() - length][..], &block, &hash, &[self.trailer]].concat()
    }

    #[track_caller]
    fn is_good(&self, key: &KeyPair) -> bool {
        ps256().verdict(key, MESSAGE, &key.sign_encoding(&self.make(key)))
    }
}

fn mgf1<D: Digest>(seed: &[u8], length: usize) -> Vec<u8> {
    let block = |counter: u32| D::new().chain_update(seed).chain_update(counter.to_be_bytes()).finalize().to_vec();
    (0..).flat_map(block).take(length).collect()
}

#[test]
fn the_encoding_of_rfc_8017_9_1_1_is_good_for_every_number_of_bits() {
    for key in KeyPair::all() {
        assert!(Encoding::default().is_good(&key));
        assert!(Encoding { salt: &[0; 32], ..Default::default() }.is_good(&key));
    }
}

#[test]
fn a_hash_of_another_message_is_refused() {
    for key in KeyPair::all() {
        let message_hash = Sha256::digest(b"another message").to_vec();
        assert!(!Encoding { message_hash, ..Default::default() }.is_good(&key));
    }
}

// Step 4: "If the rightmost octet of EM does not have hexadecimal value 0xbc, output 'inconsistent'".
#[test]
fn another_trailer_is_refused() {
    for key in KeyPair::all() {
        for trailer in [0, 0xbd, 0xcc, 0xff] {
            assert!(!Encoding { trailer, ..Default::default() }.is_good(&key));
        }
    }
}

// Step 6: "If the leftmost 8emLen - emBits bits of the leftmost octet in maskedDB are not all equal to zero".
#[test]
fn leftmost_bits_that_are_set_are_refused() {
    let mut tried = 0;
    for key in KeyPair::all() {
        let unused = 8 * (key.bits() - 1).div_ceil(8) - (key.bits() - 1);
        let good = Encoding::default().make(&key);
        for bit in 0..unused {
            let mut changed = good.clone();
            changed[0] |= 0x80 >> bit;
            if changed < key.modulus {
                assert!(!ps256().verdict(&key, MESSAGE, &key.sign_encoding(&changed)), "{bit}");
                tried += 1;
            }
        }
    }
    assert!(tried > 0);
    // With one bit more than the bytes, all of the first byte is none of the encoding's.
    let key = key_pair!("rsa-2049-e17");
    let salts = (0..=u8::MAX).map(|number| [number; 32]);
    let encodings = salts.map(|salt| Encoding { salt: &salt, ..Default::default() }.make(&key));
    let mut changed = encodings.map(|mut encoding| {
        encoding[0] = 1;
        encoding
    });
    let changed = changed.find(|encoding| *encoding < key.modulus).unwrap();
    assert!(!ps256().verdict(&key, MESSAGE, &key.sign_encoding(&changed)));
}

// Step 9, for the block rather than the masked block: the bits are cleared in it, and so must not be cleared in a mask
// alone.
#[test]
fn a_mask_whose_leftmost_bits_are_kept_is_refused() {
    let key = key_pair!("rsa-2056");
    let mut tried = 0;
    for number in 0..=u8::MAX {
        let encoding = Encoding { salt: &[number; 32], keep_leftmost_bits: true, ..Default::default() }.make(&key);
        let kept = encoding[0] & 0x80 != 0;
        if encoding < key.modulus && kept {
            assert!(!ps256().verdict(&key, MESSAGE, &key.sign_encoding(&encoding)));
            tried += 1;
            break;
        }
    }
    assert_eq!(tried, 1);
}

// Step 10: "If the emLen - hLen - sLen - 2 leftmost octets of DB are not zero or if the octet at position
// emLen - hLen - sLen - 1 ... does not have hexadecimal value 0x01, output 'inconsistent'".
#[test]
fn another_padding_is_refused() {
    for key in KeyPair::all() {
        let length = (key.bits() - 1).div_ceil(8) - 33;
        let separator = length - 33;
        for position in [0, 1, separator / 2, separator - 1, separator] {
            let change_block = move |block: &mut Vec<u8>| block[position] ^= if position == 0 { 1 } else { 0x81 };
            let changed = Encoding { change_block: &change_block, ..Default::default() };
            assert!(!changed.is_good(&key), "{position}");
        }
        let no_separator = |block: &mut Vec<u8>| block[separator] = 0;
        assert!(!Encoding { change_block: &no_separator, ..Default::default() }.is_good(&key));
    }
}

// RFC 7518 §3.5: "The size of the salt value is the same size as the hash function output."
#[test]
fn a_salt_of_another_length_than_the_hash_is_refused() {
    fn try_all<D: Digest + FixedOutputReset>(algorithm: &dyn Algorithm, key: &KeyPair) {
        let hash = <D as Digest>::output_size();
        let longest = (key.bits() - 1).div_ceil(8) - hash - 2;
        for length in [0, 1, 20, 32, 48, 64, hash - 1, hash + 1, longest] {
            let signature = sign::<D>(Pss::<D>::new_with_salt(length), key, MESSAGE);
            assert_eq!(algorithm.verify(&key.key(), MESSAGE, &signature).is_ok(), length == hash, "{length}");
        }
    }
    for key in KeyPair::all() {
        try_all::<Sha256>(&Ps256, &key);
        try_all::<Sha384>(&Ps384, &key);
        try_all::<Sha512>(&Ps512, &key);
    }
}

// RFC 7518 §3.5: "... and the same hash function for both the RSASSA-PSS hash function and the MGF1 hash function".
#[test]
fn a_mask_of_another_hash_is_refused() {
    let key = key_pair!("rsa-2048");
    assert!(!Encoding { mask: mgf1::<Sha512>, ..Default::default() }.is_good(&key));
    assert!(!Encoding { mask: |_, length| vec![0; length], ..Default::default() }.is_good(&key));
}
