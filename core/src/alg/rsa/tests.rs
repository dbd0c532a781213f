use std::{vec, vec::Vec};

use super::*;
use crate::key::{Curve, Secret};

const ALGORITHMS: [&dyn Algorithm; 6] = [&Rs256, &Rs384, &Rs512, &Ps256, &Ps384, &Ps512];

fn fits(n: &[u8], e: &[u8]) -> bool {
    let key = Key::Public(PublicKey::Rsa { n, e });
    let fits = Rs256.fits(&key);
    for algorithm in ALGORITHMS {
        assert_eq!(algorithm.fits(&key), fits);
        assert_eq!(algorithm.fits_signature(&key, n.len()), fits);
        if !fits {
            assert_eq!(algorithm.verify(&key, b"", &vec![0; n.len()]), Err(Error::BadSignature));
        }
    }
    fits
}

fn modulus(bits: usize) -> Vec<u8> {
    let mut modulus = vec![0xff; bits.div_ceil(8)];
    modulus[0] >>= (8 - bits % 8) % 8;
    modulus
}

const F4: &[u8] = &[1, 0, 1];

#[test]
fn a_modulus_has_2048_to_4096_bits() {
    for bits in [2048, 2049, 2055, 2056, 2057, 3072, 4095, 4096] {
        assert!(fits(&modulus(bits), F4), "{bits}");
    }
    for bits in [1, 512, 1024, 2040, 2047, 4097, 4104, 8192] {
        assert!(!fits(&modulus(bits), F4), "{bits}");
    }
    assert!(!fits(&[], F4));
}

#[test]
fn a_modulus_is_odd() {
    let mut modulus = modulus(2048);
    *modulus.last_mut().unwrap() -= 1;
    assert!(!fits(&modulus, F4));
}

#[test]
fn a_number_has_no_leading_zero_byte() {
    let mut longer = vec![0];
    longer.extend(modulus(2048));
    assert!(!fits(&longer, F4));
    assert!(!fits(&modulus(2048), &[0, 1, 0, 1]));
}

#[test]
fn an_exponent_is_odd_and_at_least_3() {
    for exponent in [&[3][..], &[5], &[17], F4, &[1, 0, 0, 0, 1]] {
        assert!(fits(&modulus(2048), exponent), "{exponent:?}");
    }
    for exponent in [&[][..], &[0], &[1], &[2], &[4], &[1, 0, 0]] {
        assert!(!fits(&modulus(2048), exponent), "{exponent:?}");
    }
}

#[test]
fn an_exponent_has_at_most_64_bits() {
    assert!(fits(&modulus(2048), &[0xff; 8]));
    assert!(!fits(&modulus(2048), &[1, 0, 0, 0, 0, 0, 0, 0, 1]));
}

#[test]
fn a_signature_is_as_long_as_the_modulus() {
    for bits in [2048, 2049, 3072, 4096] {
        let modulus = modulus(bits);
        let key = Key::Public(PublicKey::Rsa { n: &modulus, e: F4 });
        for algorithm in ALGORITHMS {
            for length in [0, modulus.len() - 1, modulus.len() + 1] {
                assert!(!algorithm.fits_signature(&key, length));
                assert_eq!(algorithm.verify(&key, b"", &vec![0; length]), Err(Error::BadSignature));
            }
        }
    }
}

#[test]
fn a_key_of_another_type_does_not_fit() {
    let coordinate = [1; 32];
    let others = [
        Key::Secret(Secret::new(&[1; 256])),
        Key::Public(PublicKey::Ec { curve: Curve::P256, x: &coordinate, y: &coordinate }),
        Key::Public(PublicKey::Ed25519 { x: &coordinate }),
    ];
    for key in others {
        for algorithm in ALGORITHMS {
            assert!(!algorithm.fits(&key));
            assert!(!algorithm.fits_signature(&key, 256));
            assert_eq!(algorithm.verify(&key, b"", &[1; 256]), Err(Error::BadSignature));
        }
    }
}

#[test]
fn the_names_are_those_of_rfc_7518() {
    let names = ALGORITHMS.map(|algorithm| algorithm.name());
    assert_eq!(names, ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]);
}
