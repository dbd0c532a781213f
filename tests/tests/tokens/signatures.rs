//! Signatures that no honest signer makes.

use bearward_core::{Error, JwkSet};
use tests::signer::{Signer, base64url, from_base64url, key_set};

use crate::{CLAIMS, verify};

/// The order of the curve's group, big-endian (SEC 2 §2.4.2, §2.5.1, §2.6.1).
fn order(algorithm: &str) -> Vec<u8> {
    let hex = match algorithm {
        "ES256" => "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551".to_owned(),
        "ES384" => format!("{}c7634d81f4372ddf581a0db248b0a77aecec196accc52973", "f".repeat(48)),
        _ => format!("01{}fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409", "f".repeat(64)),
    };
    (0..hex.len()).step_by(2).map(|index| u8::from_str_radix(&hex[index..index + 2], 16).unwrap()).collect()
}

/// The good token of an algorithm with another signature.
fn signed(algorithm: &'static str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Result<(), Error> {
    let signer = Signer::new(algorithm);
    let token = signer.token(CLAIMS);
    let (message, signature) = token.rsplit_once('.').unwrap();
    verify(&format!("{message}.{}", base64url(&change(from_base64url(signature)))), &signer.keys())
}

#[test]
fn cve_2022_21449_r_and_s_of_ecdsa_are_in_1_to_n() {
    for algorithm in ["ES256", "ES384", "ES512"] {
        let n = order(algorithm);
        let zero = vec![0; n.len()];
        let ones = vec![0xff; n.len()];
        let mut one = zero.clone();
        *one.last_mut().unwrap() = 1;
        for r in [&zero, &n, &ones, &one] {
            for s in [&zero, &n, &ones, &one] {
                let outcome = signed(algorithm, |_| [&r[..], s].concat());
                assert_eq!(outcome, Err(Error::BadSignature), "{algorithm}");
            }
        }
        for half in [&zero, &n, &ones] {
            let outcome = signed(algorithm, |good| [&good[..n.len()], half].concat());
            assert_eq!(outcome, Err(Error::BadSignature), "{algorithm}: s");
            let outcome = signed(algorithm, |good| [half, &good[n.len()..]].concat());
            assert_eq!(outcome, Err(Error::BadSignature), "{algorithm}: r");
        }
    }
}

#[test]
fn rfc7518_3_4_ecdsa_signatures_have_one_length() {
    for algorithm in ["ES256", "ES384", "ES512"] {
        for change in [
            |good: Vec<u8>| [&good[..], &[0]].concat(),
            |good: Vec<u8>| [&[0], &good[..]].concat(),
            |good: Vec<u8>| good[1..].to_vec(),
            |good: Vec<u8>| good[..good.len() - 1].to_vec(),
            |good: Vec<u8>| [&good[..], &good[..]].concat(),
        ] {
            assert_eq!(signed(algorithm, change), Err(Error::BadSignature), "{algorithm}");
        }
    }
}

#[test]
fn rfc7518_3_4_ecdsa_signatures_are_not_der() {
    let der = |good: Vec<u8>| {
        // A zero byte in front keeps each INTEGER positive; both halves of this signature need none to be shortened.
        let integer = |half: &[u8]| [&[2, 33, 0][..], half].concat();
        let both = [integer(&good[..32]), integer(&good[32..])].concat();
        [&[0x30, u8::try_from(both.len()).unwrap()][..], &both].concat()
    };
    assert_eq!(signed("ES256", der), Err(Error::BadSignature));
}

#[test]
fn rfc8032_5_1_7_s_of_eddsa_is_below_the_order() {
    // S + L verifies under the same equation, and would be a second signature of the same token.
    let order: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let add_order = |mut good: Vec<u8>| {
        let mut carry = 0;
        for (byte, addend) in good[32..].iter_mut().zip(order) {
            let sum = u16::from(*byte) + u16::from(addend) + carry;
            *byte = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
        good
    };
    for algorithm in ["EdDSA", "Ed25519"] {
        assert_eq!(signed(algorithm, add_order), Err(Error::BadSignature));
        assert_eq!(signed(algorithm, |_| vec![0; 64]), Err(Error::BadSignature));
        assert_eq!(signed(algorithm, |good| good[..63].to_vec()), Err(Error::BadSignature));
    }
}

#[test]
fn rfc8032_5_1_7_a_key_of_small_order_verifies_nothing() {
    // Under the neutral element as key, R = neutral element and S = 0 satisfy the equation for every message.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}","kid":"key-eddsa"}}"#, base64url(&neutral));
    let keys = Box::new(JwkSet::<1>::read(key_set(&[jwk]).as_bytes()).unwrap());
    let token = Signer::new("EdDSA").token(CLAIMS);
    let (message, _) = token.rsplit_once('.').unwrap();
    let forged = format!("{message}.{}", base64url(&[neutral, [0; 32]].concat()));
    assert!(verify(&forged, &*keys).is_err());
}

#[test]
fn rfc8017_8_2_2_rsa_signatures_have_the_length_of_the_modulus() {
    for algorithm in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] {
        for change in [
            |good: Vec<u8>| [&[0], &good[..]].concat(),
            |good: Vec<u8>| [&good[..], &[0]].concat(),
            |good: Vec<u8>| good[1..].to_vec(),
            |good: Vec<u8>| good[..255].to_vec(),
        ] {
            assert_eq!(signed(algorithm, change), Err(Error::BadSignature), "{algorithm}");
        }
    }
}

#[test]
fn rfc8017_5_2_2_an_rsa_signature_is_below_the_modulus() {
    let jwk: serde_json::Value = serde_json::from_str(&Signer::new("RS256").jwk()).unwrap();
    let n = from_base64url(jwk["n"].as_str().unwrap());
    let number = |value: u8| [vec![0; 255], vec![value]].concat();
    let mut below = n.clone();
    *below.last_mut().unwrap() -= 1;
    for algorithm in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] {
        for signature in [number(0), number(1), below.clone(), n.clone(), vec![0xff; 256]] {
            assert_eq!(signed(algorithm, |_| signature), Err(Error::BadSignature), "{algorithm}");
        }
    }
}

#[test]
fn rfc2104_5_a_truncated_mac_is_refused() {
    for (algorithm, bytes) in [("HS256", 32), ("HS384", 48), ("HS512", 64)] {
        for length in [1, bytes / 2, bytes - 1] {
            assert_eq!(signed(algorithm, |good| good[..length].to_vec()), Err(Error::BadSignature), "{algorithm}");
        }
        assert_eq!(signed(algorithm, |good| [&good[..], &[0]].concat()), Err(Error::BadSignature));
    }
}
