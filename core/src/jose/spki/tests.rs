use std::{vec, vec::Vec};

use super::*;
use crate::{
    Jwk,
    der::INTEGER,
    jose::{
        pem,
        samples::{ED25519_PEM, P256_PEM, P384_PEM, P521_PEM, RSA_PEM},
    },
};

fn der(pem: &str) -> Vec<u8> {
    pem::read(pem).unwrap().to_vec()
}

/// An element with the shortest length.
fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len();
    let length = match length {
        0..=0x7f => vec![length as u8],
        0x80..=0xff => vec![0x81, length as u8],
        _ => vec![0x82, (length >> 8) as u8, length as u8],
    };
    [&[tag], &length[..], contents].concat()
}

fn info(algorithm: &[&[u8]], key: &[u8]) -> Vec<u8> {
    tlv(SEQUENCE, &[tlv(SEQUENCE, &algorithm.concat()), tlv(BIT_STRING, &[&[0], key].concat())].concat())
}

fn oid(identifier: &[u8]) -> Vec<u8> {
    tlv(OBJECT_IDENTIFIER, identifier)
}

fn rsa_info(n: &[u8], e: &[u8]) -> Vec<u8> {
    let key = tlv(SEQUENCE, &[tlv(INTEGER, n), tlv(INTEGER, e)].concat());
    info(&[&oid(RSA_ENCRYPTION), NULL], &key)
}

fn error(der: &[u8]) -> KeyError {
    Jwk::<520>::from_spki_der(der).unwrap_err()
}

#[test]
fn rfc5480_2_points_of_three_curves() {
    for (curve, identifier, pem) in
        [(Curve::P256, SECP256R1, P256_PEM), (Curve::P384, SECP384R1, P384_PEM), (Curve::P521, SECP521R1, P521_PEM)]
    {
        let der = der(pem);
        let Ok(PublicKey::Ec { curve: found, x, y }) = read(&der) else { panic!() };
        assert_eq!(found, curve);
        assert_eq!(info(&[&oid(EC_PUBLIC_KEY), &oid(identifier)], &[&[4], x, y].concat()), der);
    }
}

#[test]
fn rfc3279_2_3_1_an_rsa_key() {
    let der = der(RSA_PEM);
    let Ok(PublicKey::Rsa { n, e }) = read(&der) else { panic!() };
    assert_eq!((n.len(), e), (256, &[1, 0, 1][..]));
    assert_eq!(rsa_info(&[&[0], n].concat(), e), der);
}

#[test]
fn rfc8410_4_an_ed25519_key() {
    let der = der(ED25519_PEM);
    let Ok(PublicKey::Ed25519 { x }) = read(&der) else { panic!() };
    assert_eq!(info(&[&oid(ED25519)], x), der);
}

#[test]
fn the_largest_key_is_read_from_pem_too() {
    let (mut n, mut e) = ([0xc5; 513], [0xff; 9]);
    (n[0], e[0]) = (0, 0);
    let der = rsa_info(&n, &e);
    assert_eq!(der.len(), 556);
    assert!(Jwk::<520>::from_spki_der(&der).is_ok());
}

#[test]
fn every_truncation_and_every_trailing_byte_is_refused() {
    for pem in [P256_PEM, RSA_PEM, ED25519_PEM] {
        let der = der(pem);
        for end in 0..der.len() {
            assert_eq!(read(&der[..end]), Err(KeyError::Der));
        }
        assert_eq!(read(&[&der[..], &[0]].concat()), Err(KeyError::Der));
    }
}

#[test]
fn x690_10_1_of_all_changes_of_a_byte_only_those_of_the_numbers_are_read() {
    for (pem, numbers) in [(P256_PEM, 64), (P384_PEM, 96), (P521_PEM, 132), (ED25519_PEM, 32)] {
        let der = der(pem);
        for at in 0..der.len() - numbers {
            for byte in (0..=255).filter(|byte| *byte != der[at]) {
                let mut changed = der.clone();
                changed[at] = byte;
                assert!(Jwk::<520>::from_spki_der(&changed).is_err(), "byte {at} to {byte}");
            }
        }
    }
}

#[test]
fn x690_10_1_lengths_have_their_shortest_form() {
    let key = der(ED25519_PEM);
    let inner = &key[2..];
    for length in [&[0x81, 0x2a][..], &[0x82, 0, 0x2a], &[0x80], &[0x83, 0, 0, 0x2a], &[0xff]] {
        assert_eq!(error(&[&[SEQUENCE], length, inner].concat()), KeyError::Der);
    }
    let key = der(RSA_PEM);
    assert_eq!(key[..4], [SEQUENCE, 0x82, 0x01, 0x22]);
    assert_eq!(error(&[&[SEQUENCE, 0x83, 0, 0x01, 0x22], &key[4..]].concat()), KeyError::Der);
}

#[test]
fn x690_8_3_2_integers_are_minimal_and_positive() {
    let n = [0x65; 257];
    assert!(read(&rsa_info(&n, &[3])).is_ok());
    for e in [&[][..], &[0], &[0, 3], &[0, 0x7f], &[0x80], &[0xff, 0xff], &[0, 0, 0x80]] {
        assert_eq!(error(&rsa_info(&n, e)), KeyError::Der, "{e:?}");
    }
    assert_eq!(error(&rsa_info(&[&[0xe5][..], &n].concat(), &[3])), KeyError::Der);
}

#[test]
fn the_numbers_of_a_key_keep_the_rules_of_a_jwk() {
    let n = [0x65; 257];
    assert_eq!(error(&rsa_info(&n[..256], &[3])), KeyError::Length);
    assert_eq!(error(&rsa_info(&[0x65; 513], &[3])), KeyError::Length);
    assert_eq!(error(&rsa_info(&n, &[2])), KeyError::Exponent);
    assert_eq!(error(&rsa_info(&n, &[1])), KeyError::Exponent);
    let ec = |point: &[u8]| error(&info(&[&oid(EC_PUBLIC_KEY), &oid(SECP256R1)], point));
    assert_eq!(ec(&[&[4][..], &[7; 65]].concat()), KeyError::Length);
    assert_eq!(ec(&[&[4][..], &[7; 63]].concat()), KeyError::Length);
}

#[test]
fn rfc5480_2_2_points_are_uncompressed() {
    let ec = |point: &[u8]| error(&info(&[&oid(EC_PUBLIC_KEY), &oid(SECP256R1)], point));
    for first in [0, 2, 3, 5, 6, 7] {
        assert_eq!(ec(&[&[first][..], &[7; 64]].concat()), KeyError::Der);
    }
    assert_eq!(ec(&[&[2][..], &[7; 32]].concat()), KeyError::Der);
    assert_eq!(ec(&[0]), KeyError::Der);
    assert_eq!(ec(&[]), KeyError::Der);
}

#[test]
fn other_keys_are_unsupported() {
    // RFC 8410 §3: X25519, Ed448; RFC 4055 §1.2: RSASSA-PSS; RFC 5480 §2.1.1: secp256k1 and id-ecDH.
    for identifier in [
        &[0x2b, 0x65, 0x6e][..],
        &[0x2b, 0x65, 0x71],
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10],
        &[0x2b, 0x81, 0x04, 1, 12],
    ] {
        assert_eq!(error(&info(&[&oid(identifier)], &[7; 32])), KeyError::UnsupportedType);
    }
    let secp256k1 = [0x2b, 0x81, 0x04, 0x00, 0x0a];
    let point = [&[4][..], &[7; 64]].concat();
    assert_eq!(error(&info(&[&oid(EC_PUBLIC_KEY), &oid(&secp256k1)], &point)), KeyError::UnsupportedCurve);
}

#[test]
fn parameters_are_those_of_the_algorithm() {
    let (rsa, ed25519) = (oid(RSA_ENCRYPTION), oid(ED25519));
    let point = [&[4][..], &[7; 64]].concat();
    let key = tlv(SEQUENCE, &[tlv(INTEGER, &[0x65; 257]), tlv(INTEGER, &[3])].concat());
    assert!(read(&info(&[&rsa, NULL], &key)).is_ok());
    for (algorithm, key) in [
        (vec![&rsa[..]], &key[..]),
        (vec![&rsa, &[0x05, 0x01, 0x00]], &key),
        (vec![&rsa, NULL, NULL], &key),
        (vec![&ed25519, NULL], &[7; 32]),
        (vec![&oid(EC_PUBLIC_KEY)], &point),
        (vec![&oid(EC_PUBLIC_KEY), NULL], &point),
        (vec![&oid(EC_PUBLIC_KEY), &tlv(SEQUENCE, &[])], &point),
        (vec![&oid(EC_PUBLIC_KEY), &oid(SECP256R1), NULL], &point),
    ] {
        assert_eq!(error(&info(&algorithm, key)), KeyError::Der);
    }
}

#[test]
fn no_bit_of_a_key_is_unused() {
    for unused in 1..=8 {
        let key = tlv(BIT_STRING, &[&[unused], &[7; 32][..]].concat());
        assert_eq!(error(&tlv(SEQUENCE, &[tlv(SEQUENCE, &oid(ED25519)), key].concat())), KeyError::Der);
    }
    assert_eq!(error(&tlv(SEQUENCE, &[tlv(SEQUENCE, &oid(ED25519)), tlv(BIT_STRING, &[])].concat())), KeyError::Der);
}

#[test]
fn an_ed25519_key_has_32_bytes() {
    for bytes in [0, 31, 33] {
        assert_eq!(error(&info(&[&oid(ED25519)], &vec![7; bytes])), KeyError::Der);
    }
}
