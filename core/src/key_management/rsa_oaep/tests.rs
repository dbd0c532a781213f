use std::{vec, vec::Vec};

use super::*;
use crate::key::Secret;

/// An encoding of 256 bytes by RFC 8017 §7.1.1, step 2, with what is given: the first byte, the label's hash, what lies
/// between it and the message, and the message.
fn encode<H: Digest>(first: u8, label: &[u8], padding: &[u8], message: &[u8]) -> Vec<u8> {
    let mut encoded = [&[first][..], &vec![9; <H as Digest>::output_size()], label, padding, message].concat();
    let (seed, block) = encoded[1..].split_at_mut(<H as Digest>::output_size());
    mask::<H>(block, seed);
    mask::<H>(seed, block);
    assert_eq!(encoded.len(), 256);
    encoded
}

/// The padding of a good encoding.
fn padding<H: Digest>(bytes: usize) -> Vec<u8> {
    let zeros = 256 - 2 - 2 * <H as Digest>::output_size() - bytes;
    [vec![0; zeros], vec![1]].concat()
}

fn decoded<H: Digest>(mut encoded: Vec<u8>, bytes: usize) -> Option<Vec<u8>> {
    let (found, good) = decode::<H>(&mut encoded, bytes)?;
    bool::from(good).then(|| found.to_vec())
}

fn judge<H: Digest>() {
    let label = H::digest(b"").to_vec();
    for bytes in [0, 16, 24, 32, 48, 64] {
        let message = vec![5; bytes];
        let padding = padding::<H>(bytes);
        assert_eq!(decoded::<H>(encode::<H>(0, &label, &padding, &message), bytes), Some(message.clone()));
        for first in [1, 2, 0x80, 0xff] {
            assert_eq!(decoded::<H>(encode::<H>(first, &label, &padding, &message), bytes), None);
        }
        let other = H::digest(b"label").to_vec();
        assert_eq!(decoded::<H>(encode::<H>(0, &other, &padding, &message), bytes), None);
        for at in 0..padding.len() {
            let mut changed = padding.clone();
            changed[at] ^= 1;
            assert_eq!(decoded::<H>(encode::<H>(0, &label, &changed, &message), bytes), None, "{at}");
        }
        for at in 0..label.len() {
            let mut changed = label.clone();
            changed[at] ^= 0x80;
            assert_eq!(decoded::<H>(encode::<H>(0, &changed, &padding, &message), bytes), None, "{at}");
        }
    }
}

#[test]
fn rfc8017_7_1_2_whatever_is_wrong_with_an_encoding_it_is_none() {
    judge::<Sha1>();
    judge::<Sha256>();
}

#[test]
fn rfc7516_5_2_a_message_that_is_longer_or_shorter_than_the_key_of_the_content_is_none() {
    let label = Sha256::digest(b"").to_vec();
    for bytes in 0..=64 {
        let good = encode::<Sha256>(0, &label, &padding::<Sha256>(bytes), &vec![5; bytes]);
        for asked in 0..=64 {
            assert_eq!(decoded::<Sha256>(good.clone(), asked).is_some(), asked == bytes, "{bytes} {asked}");
        }
    }
    assert_eq!(decoded::<Sha256>(vec![0; 64], 0), None);
}

#[test]
fn the_substitute_depends_on_the_private_key_and_on_what_was_sent() {
    let secrets = [[7; 128], [8; 128]];
    let key =
        |index: usize| RsaPrivateKey { n: &[], e: &[], private: RsaPrivate::Exponent(Secret::new(&secrets[index])) };
    let one = substitute(&key(0), b"one");
    assert_eq!(*one, *substitute(&key(0), b"one"));
    assert_ne!(*one, *substitute(&key(0), b"other"));
    assert_ne!(*one, *substitute(&key(1), b"one"));
    assert_ne!(one[..32], one[32..]);
}
