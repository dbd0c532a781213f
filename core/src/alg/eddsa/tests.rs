use ed25519_dalek::{Signer as _, SigningKey};

use super::*;
use curve25519_dalek::{EdwardsPoint, Scalar, constants};
use sha2::{Digest as _, Sha512};

use crate::{
    JwkSet, Keys as _,
    jose::{Jwk, KeyError},
    key::{Curve, Secret},
};

const MESSAGE: &[u8] = b"e30.e30";
const ALGORITHMS: [&dyn Algorithm; 2] = [&EdDsa, &Ed25519];

/// The group order L, little-endian (RFC 8032 §5.1).
const ORDER: [u8; 32] = [
    0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

fn signed() -> ([u8; 32], [u8; 64]) {
    let signer = SigningKey::from_bytes(&[7; 32]);
    (signer.verifying_key().to_bytes(), signer.sign(MESSAGE).to_bytes())
}

/// What both names say of a signature, which must be the same.
fn is_good(x: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let key = Key::Public(PublicKey::Ed25519 { x });
    let [first, second] = ALGORITHMS.map(|algorithm| algorithm.verify(&key, message, signature));
    assert_eq!(first, second);
    assert!(matches!(first, Ok(()) | Err(Error::BadSignature)));
    first.is_ok()
}

#[test]
fn the_signature_of_the_key_is_accepted() {
    let (x, signature) = signed();
    assert!(is_good(&x, MESSAGE, &signature));
    assert!(!is_good(&x, b"e30.e31", &signature));
}

#[test]
fn a_key_may_call_itself_by_either_name() {
    for algorithm in ALGORITHMS {
        for (name, allowed) in [("EdDSA", true), ("Ed25519", true), ("Ed448", false), ("eddsa", false), ("", false)] {
            assert_eq!(algorithm.allows_key_algorithm(name), allowed);
        }
    }
}

#[test]
fn s_is_less_than_the_group_order() {
    let (x, mut signature) = signed();
    let mut carry = 0;
    for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    assert!(!is_good(&x, MESSAGE, &signature));
    signature[32..].copy_from_slice(&ORDER);
    assert!(!is_good(&x, MESSAGE, &signature));
}

#[test]
fn a_key_of_small_order_verifies_nothing() {
    // The neutral point as key and as R, with S = 0, satisfies the equation for every message.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&neutral);
    let plain = VerifyingKey::from_bytes(&neutral).unwrap();
    assert!(plain.verify(MESSAGE, &Signature::from_bytes(&signature)).is_ok());
    assert!(!is_good(&neutral, MESSAGE, &signature));
}

#[test]
fn a_point_is_decoded_only_from_its_canonical_encoding() {
    let prime_and = |small: u8| {
        let mut encoded = [0xFF; 32];
        encoded[0] = 0xED + small;
        encoded[31] = 0x7F;
        encoded
    };
    for small in 0..19 {
        let mut encoded = prime_and(small);
        assert!(!is_canonical(&encoded));
        encoded[31] |= 0x80;
        assert!(!is_canonical(&encoded));
    }
    let mut below = prime_and(0);
    below[0] -= 1;
    assert!(is_canonical(&below));
    for at in 1..32 {
        let mut encoded = prime_and(5);
        encoded[at] ^= 1;
        assert!(is_canonical(&encoded));
    }
    // The library does not ask: y = 3 + p is a point to it.
    assert!(VerifyingKey::from_bytes(&prime_and(3)).is_ok());
}

#[test]
fn what_is_no_point_verifies_nothing() {
    let (mut x, signature) = signed();
    let beside = (0..=255).find(|&byte| {
        x[0] = byte;
        VerifyingKey::from_bytes(&x).is_err()
    });
    assert!(beside.is_some());
    assert!(!is_good(&x, MESSAGE, &signature));
}

#[test]
fn a_signature_of_another_length_is_refused() {
    let (x, signature) = signed();
    let key = Key::Public(PublicKey::Ed25519 { x: &x });
    let longer = [&signature[..], &[0]].concat();
    for len in 0..=longer.len() {
        assert!(ALGORITHMS.iter().all(|algorithm| algorithm.fits_signature(&key, len) == (len == 64)));
        assert_eq!(is_good(&x, MESSAGE, &longer[..len]), len == 64);
    }
}

#[test]
fn a_key_of_another_type_does_not_fit() {
    let (x, signature) = signed();
    let ec = Key::Public(PublicKey::Ec { curve: Curve::P256, x: &x, y: &x });
    for key in [ec, Key::Public(PublicKey::Rsa { n: &x, e: &x }), Key::Secret(Secret::new(&x))] {
        for algorithm in ALGORITHMS {
            assert!(!algorithm.fits(&key));
            assert_eq!(algorithm.verify(&key, MESSAGE, &signature), Err(Error::BadSignature));
        }
    }
}

fn jwk(x: &[u8; 32]) -> Jwk<32> {
    Jwk::new(PublicKey::Ed25519 { x }).unwrap()
}

/// Whether the signature is good, which each size of table must say as the key alone does.
fn is_good_prepared(x: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    fn by<const POINTS: usize>(x: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
        let mut prepared = PreparedEd25519::<POINTS>::new();
        prepared.prepare(&jwk(x)).unwrap();
        EdDsa.verify(&prepared.entry(0).unwrap().key, message, signature).is_ok()
    }
    let good = is_good(x, message, signature);
    assert_eq!(by::<4>(x, message, signature), good);
    assert_eq!(by::<8>(x, message, signature), good);
    assert_eq!(by::<32>(x, message, signature), good);
    assert_eq!(by::<128>(x, message, signature), good);
    good
}

#[test]
fn a_prepared_key_verifies_what_the_key_does() {
    for seed in 0..20 {
        let signer = SigningKey::from_bytes(&[seed; 32]);
        let x = signer.verifying_key().to_bytes();
        let message = std::vec![seed; usize::from(seed) * 30];
        let good = signer.sign(&message).to_bytes();
        assert!(is_good_prepared(&x, &message, &good));
        assert!(!is_good_prepared(&x, MESSAGE, &good));
        for at in [0, 31, 32, 40, 63] {
            let mut bad = good;
            bad[at] ^= 1 << (seed % 8);
            assert!(!is_good_prepared(&x, &message, &bad));
        }
        for len in [0, 32, 63] {
            assert!(!is_good_prepared(&x, &message, &good[..len]));
        }
    }
}

#[test]
fn s_is_less_than_the_group_order_for_a_prepared_key_too() {
    let (x, mut signature) = signed();
    let mut carry = 0;
    for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    assert!(!is_good_prepared(&x, MESSAGE, &signature));
}

/// Where the key has a part of small order, the equation without the cofactor holds only if the hash, as an integer, takes
/// that part away: a scalar must not be replaced by another that is equal modulo L.
#[test]
fn a_key_of_mixed_order_is_judged_as_by_the_library() {
    let (secret, nonce) = (Scalar::from(12_345_u32), Scalar::from(67_890_u32));
    let r = EdwardsPoint::mul_base(&nonce).compress().to_bytes();
    let mut good = [0; 2];
    for torsion in &constants::EIGHT_TORSION[1..] {
        let x = (EdwardsPoint::mul_base(&secret) + torsion).compress().to_bytes();
        for message in 0..32_u8 {
            let hash = Sha512::new().chain_update(r).chain_update(x).chain_update([message]).finalize();
            let k = Scalar::from_bytes_mod_order_wide(&hash.into());
            let mut signature = [0; 64];
            signature[..32].copy_from_slice(&r);
            signature[32..].copy_from_slice((nonce + k * secret).as_bytes());
            good[usize::from(is_good_prepared(&x, &[message], &signature))] += 1;
        }
    }
    assert!(good.iter().all(|count| *count > 20), "{good:?}");
}

#[test]
fn a_sum_that_is_the_neutral_point_is_one() {
    // R is the neutral point: S B = k A.
    let secret = Scalar::from(12_345_u32);
    let x = EdwardsPoint::mul_base(&secret).compress().to_bytes();
    let mut signature = [0; 64];
    signature[0] = 1;
    let hash = Sha512::new().chain_update(&signature[..32]).chain_update(x).chain_update(MESSAGE).finalize();
    let k = Scalar::from_bytes_mod_order_wide(&hash.into());
    signature[32..].copy_from_slice((k * secret).as_bytes());
    assert!(is_good_prepared(&x, MESSAGE, &signature));
}

#[test]
fn a_prepared_key_is_the_key_it_was_made_of_and_serves_it_in_a_set() {
    let (x, _) = signed();
    let mut prepared = PreparedEd25519::<4>::new();
    assert!(prepared.entry(0).is_none());
    prepared.prepare(&jwk(&x).with_key_id("a").unwrap().with_algorithm("EdDSA").unwrap()).unwrap();
    let entry = prepared.entry(0).unwrap();
    assert_eq!((entry.id, entry.algorithm), (Some("a"), Some("EdDSA")));
    assert_eq!(entry.key.public_key(), Some(PublicKey::Ed25519 { x: &x }));
    assert!(prepared.entry(1).is_none() && prepared.any_key_id());
    assert!(EdDsa.fits(&entry.key) && Ed25519.fits(&entry.key));

    let other = SigningKey::from_bytes(&[8; 32]).verifying_key().to_bytes();
    let json = std::format!(r#"{{"keys":[{},{}]}}"#, jwk(&other), jwk(&x));
    let set = JwkSet::<2>::read(json.as_bytes()).unwrap();
    let keys = prepared.within(&set);
    let prepared_ones: std::vec::Vec<_> =
        (0..).map_while(|at| keys.entry(at)).map(|entry| matches!(entry.key, Key::PreparedEd25519(_))).collect();
    assert_eq!(prepared_ones, [false, true]);
}

#[test]
fn a_key_that_verifies_nothing_is_not_prepared() {
    let (x, _) = signed();
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut not_canonical = [0xFF; 32];
    (not_canonical[0], not_canonical[31]) = (0xED + 3, 0x7F);
    let beside = (0..=255).map(|byte| [byte; 32]).find(|x| VerifyingKey::from_bytes(x).is_err()).unwrap();
    for bad in [neutral, not_canonical, beside] {
        let mut prepared = PreparedEd25519::<4>::new();
        prepared.prepare(&jwk(&x)).unwrap();
        assert_eq!(prepared.prepare(&jwk(&bad)), Err(KeyError::NotOnCurve));
        assert!(prepared.entry(0).is_none());
    }
    let p256 = Jwk::<64>::new(PublicKey::Ec { curve: Curve::P256, x: &[1; 32], y: &[1; 32] }).unwrap();
    assert_eq!(PreparedEd25519::<4>::new().prepare(&p256), Err(KeyError::UnsupportedType));
}
