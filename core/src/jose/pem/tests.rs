use std::{format, string::String};

use super::*;
use crate::{
    Jwk,
    jose::samples::{ED25519_PEM, P256_PEM, P384_PEM, P521_PEM, RSA_PEM},
    key::{Curve, PublicKey},
};

fn key(pem: &str) -> Result<Jwk, KeyError> {
    Jwk::from_pem(pem)
}

fn is_ec(pem: &str, expected: Curve, first: u8, last: u8) -> bool {
    let key = key(pem).unwrap();
    let PublicKey::Ec { curve, x, y } = key.public_key() else { return false };
    curve == expected && x.first() == Some(&first) && y.last() == Some(&last)
}

#[test]
fn rfc7468_13_public_keys_of_openssl() {
    assert!(is_ec(P256_PEM, Curve::P256, 0xce, 0x79));
    assert!(is_ec(P384_PEM, Curve::P384, 0x88, 0x48));
    assert!(is_ec(P521_PEM, Curve::P521, 0x01, 0x0e));
    let rsa = key(RSA_PEM).unwrap();
    let PublicKey::Rsa { n, e } = rsa.public_key() else { panic!("{rsa:?}") };
    assert_eq!((n.len(), n.first(), n.last(), e), (256, Some(&0xe6), Some(&0x3f), &[1, 0, 1][..]));
    let ed25519 = key(ED25519_PEM).unwrap();
    let PublicKey::Ed25519 { x } = ed25519.public_key() else { panic!("{ed25519:?}") };
    assert_eq!((x.first(), x.last()), (Some(&0x32), Some(&0x2a)));
}

#[test]
fn lines_may_have_any_length_and_end_in_any_way() {
    for pem in [P256_PEM, RSA_PEM] {
        let expected = key(pem);
        assert!(expected.is_ok());
        assert_eq!(key(&pem.replace('\n', "\r\n")), expected);
        assert_eq!(key(&pem.replace('\n', "\r")), expected);
        assert_eq!(key(&pem.replace('\n', "")), expected);
        assert_eq!(key(&pem.replace('\n', "\n\n")), expected);
        assert_eq!(key(&format!("\n {pem} \n")), expected);
        let base64 = pem.lines().filter(|line| !line.starts_with('-')).collect::<String>();
        let narrow = base64.chars().flat_map(|character| ['\n', character]).collect::<String>();
        assert_eq!(key(&format!("-----BEGIN PUBLIC KEY-----{narrow}\n-----END PUBLIC KEY-----")), expected);
    }
}

#[test]
fn nothing_but_line_breaks_stands_between_the_characters() {
    let (first, rest) = ED25519_PEM.split_once("MCow").unwrap();
    for between in [" ", "\t", "-", "_", "=", "é", "\0", "Proc-Type: 4,ENCRYPTED\n\n", "."] {
        assert_eq!(key(&format!("{first}MC{between}ow{rest}")), Err(KeyError::Pem), "{between}");
    }
}

#[test]
fn rfc4648_3_5_base64_is_canonical_and_padded() {
    assert!(P256_PEM.contains("MvAXeQ==\n") && ED25519_PEM.contains("joyo=\n"));
    for (good, bad) in
        [("XeQ==", "XeR=="), ("XeQ==", "XeQ="), ("XeQ==", "XeQ"), ("XeQ==", "XeQ==="), ("XeQ==", "X=eQ=")]
    {
        assert_eq!(key(&P256_PEM.replace(good, bad)), Err(KeyError::Pem), "{bad}");
    }
    for bad in ["oyp=", "oyo", "oyo==", "oyo=A", "oyo=AAAA", "o"] {
        assert_eq!(key(&ED25519_PEM.replace("oyo=", bad)), Err(KeyError::Pem), "{bad}");
    }
}

#[test]
fn rfc7468_2_the_text_is_one_block_with_its_label() {
    let (begin, end) = ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----");
    for bad in [
        "",
        begin,
        end,
        &ED25519_PEM.replace("END PUBLIC", "END PRIVATE"),
        &ED25519_PEM.replace(begin, "-----BEGIN PUBLIC KEY----"),
        &ED25519_PEM.replace(begin, "---- BEGIN SSH2 PUBLIC KEY ----"),
        &ED25519_PEM.replace("PUBLIC KEY", "CERTIFICATE"),
        &ED25519_PEM.replace("PUBLIC KEY", "RSA PUBLIC KEY"),
        &ED25519_PEM.replace("PUBLIC KEY", "public key"),
        &format!("{ED25519_PEM}{ED25519_PEM}"),
        &format!("a comment\n{ED25519_PEM}"),
        &format!("{ED25519_PEM}a comment"),
    ] {
        assert_eq!(key(bad), Err(KeyError::Pem), "{bad}");
    }
    assert_eq!(key(&format!("{begin}\n{end}\n")), Err(KeyError::Der));
}

#[test]
fn a_private_key_is_told_by_its_label() {
    for label in ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY"] {
        assert_eq!(key(&format!("-----BEGIN {label}-----\nMC4=\n-----END {label}-----\n")), Err(KeyError::Private));
    }
}

#[test]
fn what_is_longer_than_any_key_is_refused() {
    let der = |bytes: usize| {
        format!("-----BEGIN PUBLIC KEY-----\n{}AA==\n-----END PUBLIC KEY-----", "AAAA".repeat((bytes - 1) / 3))
    };
    assert_eq!(read(&der(556)).map(|der| der.len()), Ok(556));
    assert_eq!(read(&der(559)), Err(KeyError::Pem));
    assert_eq!(read(&der(100_000)), Err(KeyError::Pem));
}
