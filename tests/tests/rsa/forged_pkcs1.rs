//! EMSA-PKCS1-v1_5 (RFC 8017 §9.2): encodings that a lenient reader takes for good.

use num_bigint::BigUint;
use sha2::{Digest, Sha256, Sha384};

use crate::{KeyPair, SCHEMES, Scheme, key_pair};

const MESSAGE: &[u8] = b"a message";

/// The DigestInfo of SHA-256, before the hash.
const SHA256_INFO: &[u8] = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";

fn rs256() -> &'static Scheme {
    SCHEMES.iter().find(|scheme| scheme.ours.name() == "RS256").unwrap()
}

fn hash() -> Vec<u8> {
    Sha256::digest(MESSAGE).to_vec()
}

/// `00 01 FF ... 00` and then this, as long as the modulus.
fn encoding(key: &KeyPair, info: &[&[u8]]) -> Vec<u8> {
    let info = info.concat();
    let padding = vec![0xff; key.modulus.len() - info.len() - 3];
    [&[0, 1], &padding[..], &[0], &info].concat()
}

/// Signs an encoding with the private key, and asks us and the `rsa` crate.
#[track_caller]
fn is_good(key: &KeyPair, encoding: &[u8]) -> bool {
    assert_eq!(encoding.len(), key.modulus.len());
    rs256().verdict(key, MESSAGE, &key.sign_encoding(encoding))
}

#[test]
fn the_encoding_of_rfc_8017_9_2_is_good() {
    for key in KeyPair::all() {
        assert!(is_good(&key, &encoding(&key, &[SHA256_INFO, &hash()])));
    }
}

#[test]
fn every_byte_of_the_encoding_counts() {
    let key = key_pair!("rsa-2048");
    let good = encoding(&key, &[SHA256_INFO, &hash()]);
    // The first byte cannot be much more, or the number is not below the modulus.
    for position in (0..good.len()).filter(|position| *position < 4 || position % 16 == 0 || *position > 200) {
        let mut changed = good.clone();
        changed[position] ^= 1;
        assert!(!is_good(&key, &changed), "{position}");
    }
}

#[test]
fn parameters_are_null_and_present() {
    let key = key_pair!("rsa-2048");
    let absent = b"\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x04\x20";
    let not_null = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x04\x00\x04\x20";
    let not_empty = b"\x30\x33\x30\x0f\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x02\xab\xcd\x04\x20";
    for info in [&absent[..], not_null, not_empty] {
        assert!(!is_good(&key, &encoding(&key, &[info, &hash()])));
    }
}

#[test]
fn lengths_are_der() {
    let key = key_pair!("rsa-2048");
    let outer = b"\x30\x81\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
    let inner = b"\x30\x32\x30\x81\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
    let hash_length = b"\x30\x32\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x81\x20";
    let indefinite = b"\x30\x80\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
    for info in [&outer[..], inner, hash_length, indefinite] {
        assert!(!is_good(&key, &encoding(&key, &[info, &hash()])));
    }
}

#[test]
fn padding_reaches_the_digest_info() {
    let key = key_pair!("rsa-2048");
    let info = [SHA256_INFO, &hash()].concat();
    let left = key.modulus.len() - info.len();
    let shorter_then_garbage = [&[0, 1], &[0xff; 8][..], &[0], &info, &vec![0xab; left - 11]].concat();
    let shorter_then_zeros = [&[0, 1], &[0xff; 8][..], &[0], &info, &vec![0; left - 11]].concat();
    let shorter_after_zeros = [&vec![0; left - 11], &[0, 1][..], &[0xff; 8], &[0], &info].concat();
    let none = [&[0, 1, 0], &info[..], &vec![0; left - 3]].concat();
    for encoding in [shorter_then_garbage, shorter_then_zeros, shorter_after_zeros, none] {
        assert!(!is_good(&key, &encoding));
    }
    assert!(!is_good(&key, &encoding(&key, &[&info, &[0]])));
}

#[test]
fn the_block_type_is_1() {
    let key = key_pair!("rsa-2048");
    for block_type in [0, 2, 0xff] {
        let mut changed = encoding(&key, &[SHA256_INFO, &hash()]);
        changed[1] = block_type;
        assert!(!is_good(&key, &changed));
    }
}

#[test]
fn the_hash_is_that_of_the_algorithm() {
    let key = key_pair!("rsa-2048");
    let sha384 = b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30";
    let bare = encoding(&key, &[&hash()]);
    let other_hash = encoding(&key, &[sha384, &Sha384::digest(MESSAGE)]);
    let other_name =
        encoding(&key, &[b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x20", &hash()]);
    let of_another_message = encoding(&key, &[SHA256_INFO, &Sha256::digest(b"another message")]);
    for encoding in [bare, other_hash, other_name, of_another_message] {
        assert!(!is_good(&key, &encoding));
    }
}

/// Bytes whose cube, as a number of the modulus' length, begins with this: no private key is needed with exponent 3.
fn cube_root(key: &KeyPair, beginning: &[u8]) -> Vec<u8> {
    let mut target = beginning.to_vec();
    target.resize(key.modulus.len(), 0);
    let root = BigUint::from_bytes_be(&target).cbrt() + 1_u8;
    let cube = key.padded(&root.pow(3));
    assert_eq!(cube[..beginning.len()], *beginning, "too few bytes are free to be chosen");
    key.padded(&root)
}

// CVE-2006-4339: a reader that finds the hash, and does not see that bytes follow it.
#[test]
fn bleichenbachers_forgery_of_2006_is_refused() {
    let key = key_pair!("rsa-2048-e3");
    for padding in [0, 1, 8, 24] {
        let beginning = [&[0, 1], &vec![0xff; padding][..], &[0], SHA256_INFO, &hash()].concat();
        assert!(!rs256().verdict(&key, MESSAGE, &cube_root(&key, &beginning)));
    }
}

// CVE-2014-1568 (BERserk): a reader that lets a length have any number of bytes, and so skips what stands there.
#[test]
fn garbage_in_a_length_is_refused() {
    let key = key_pair!("rsa-2048-e3");
    let middle = b"\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
    for length in [1_usize, 100, 127] {
        let skipped = [&vec![0xab; length - 1][..], &[0x31]].concat();
        let outer = [&[0x30, 0x80 | length as u8], &skipped[..], middle, &hash()].concat();
        assert!(!is_good(&key, &encoding(&key, &[&outer])));
    }
}

// CVE-2016-1494: garbage in the parameters of the DigestInfo.
#[test]
fn garbage_in_the_parameters_is_refused() {
    let key = key_pair!("rsa-2048-e3");
    for length in [1_u8, 16, 64] {
        let garbage = vec![0xab; usize::from(length)];
        let info = [
            &[0x30, 0x31 + length, 0x30, 0x0d + length],
            &SHA256_INFO[4..15],
            &[0x05, length],
            &garbage,
            &[0x04, 0x20],
            &hash(),
        ]
        .concat();
        assert!(!is_good(&key, &encoding(&key, &[&info])));
    }
}
