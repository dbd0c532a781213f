//! Signatures that are good for everything, or that can be spelled in more than one way.

use bearward_core::{Curve, Error, Part, der};
use num_bigint::BigUint;
use sha2::{Digest as _, Sha256};
use tests::signer::{Signer, base64url, from_base64url};

use crate::{CLAIMS, set, verify};

/// The issuer's token of an algorithm with another signature.
fn signed(algorithm: &'static str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Result<(), Error> {
    let signer = Signer::new(algorithm);
    let token = signer.token(CLAIMS);
    let (message, signature) = token.rsplit_once('.').unwrap();
    verify(&format!("{message}.{}", base64url(&change(from_base64url(signature)))), &signer.keys())
}

/// Java did not look whether r and s are zero. Then they satisfy the equation for every message and key.
#[test]
fn cve_2022_21449_signature_of_zeros() {
    for algorithm in ["ES256", "ES384", "ES512"] {
        assert_eq!(signed(algorithm, |good| good), Ok(()), "{algorithm}");
        assert_eq!(signed(algorithm, |good| vec![0; good.len()]), Err(Error::BadSignature), "{algorithm}");
    }
}

/// Reduced by the order, r + n and s + n are r and s: the same signature in another spelling. Those of P-521 have room for it.
#[test]
fn es512_r_or_s_beyond_the_order() {
    let (high, low) = ("f".repeat(64), "fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409");
    let order = BigUint::parse_bytes(format!("1{high}{low}").as_bytes(), 16).unwrap();
    let beyond = |half: &[u8]| {
        let sum = (BigUint::from_bytes_be(half) + &order).to_bytes_be();
        assert_eq!(sum.len(), half.len());
        sum
    };
    assert_eq!(signed("ES512", |good| good), Ok(()));
    let r = signed("ES512", |good| [&beyond(&good[..66])[..], &good[66..]].concat());
    let s = signed("ES512", |good| [&good[..66], &beyond(&good[66..])].concat());
    assert_eq!((r, s), (Err(Error::BadSignature), Err(Error::BadSignature)));
}

/// The same r and s in another length or encoding is another token with the same claims: what counts or remembers
/// tokens by their bytes would take it for a new one.
#[test]
fn es256_in_another_length_or_encoding() {
    let der_of = |good: Vec<u8>| {
        let integer = |half: &[u8]| {
            let number = [&[0][..], half].concat();
            // DER has as few bytes as keep the number positive.
            let zeros = number.windows(2).take_while(|pair| pair[0] == 0 && pair[1] < 0x80).count();
            let number = &number[zeros..];
            [&[2, u8::try_from(number.len()).unwrap()], number].concat()
        };
        let both = [integer(&good[..32]), integer(&good[32..])].concat();
        let encoded = [&[0x30, u8::try_from(both.len()).unwrap()][..], &both].concat();
        assert_eq!(
            der::ecdsa_to_jose(&encoded, Curve::P256, &mut [0; 132]),
            Some(&good[..]),
            "it is the same signature"
        );
        encoded
    };
    assert_eq!(signed("ES256", der_of), Err(Error::BadSignature));
    let wide = |good: Vec<u8>| [&[0][..], &good[..32], &[0], &good[32..]].concat();
    assert_eq!(signed("ES256", wide), Err(Error::BadSignature));
    assert_eq!(
        signed("ES256", |good| [&[0; 16], &good[..32], &[0; 16], &good[32..]].concat()),
        Err(Error::BadSignature)
    );
    assert_eq!(signed("ES256", |good| good[..63].to_vec()), Err(Error::BadSignature));
    assert_eq!(signed("ES256", |good| [&good[..], &[0]].concat()), Err(Error::BadSignature));
}

/// The last character of 64 bytes stands for two bits; the other four are not to be chosen freely.
#[test]
fn base64_trailing_bits() {
    let signer = Signer::new("ES256");
    let token = signer.token(CLAIMS);
    assert_eq!(verify(&token, &signer.keys()), Ok(()));
    let (rest, last) = token.split_at(token.len() - 1);
    assert!("AQgw".contains(last));
    for more in 1..16 {
        let other = character(value(last) + more);
        let refused = verify(&format!("{rest}{other}"), &signer.keys());
        assert_eq!(refused, Err(Error::Base64(Part::Signature)), "{more}");
    }
}

#[test]
fn rsa_signature_longer_than_the_modulus() {
    for algorithm in ["RS256", "PS256"] {
        assert_eq!(signed(algorithm, |good| good), Ok(()));
        assert_eq!(signed(algorithm, |good| [&[0], &good[..]].concat()), Err(Error::BadSignature), "{algorithm}");
    }
}

/// The other way round: one signature of 256 begins with a zero, and is the same number without it.
#[test]
fn rsa_signature_without_its_leading_zero() {
    let issuer = Signer::new("RS256");
    let token = issuer.token(&CLAIMS.replace(r#""jti":"1""#, r#""jti":"79""#));
    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = from_base64url(signature);
    assert_eq!(signature[0], 0);
    assert_eq!(verify(&token, &issuer.keys()), Ok(()));
    let shorter = format!("{message}.{}", base64url(&signature[1..]));
    assert_eq!(verify(&shorter, &issuer.keys()), Err(Error::BadSignature));
}

/// Python-RSA looked for the end of the padding and not at the padding. With an exponent of 3, whoever may choose those bytes
/// writes a signature without the private key: a number whose cube begins and ends as it must.
#[test]
fn cve_2016_1494_forged_pkcs1_padding() {
    let issuer = Signer::new("RS256");
    let jwk: serde_json::Value = serde_json::from_str(&issuer.jwk()).unwrap();
    let n = from_base64url(jwk["n"].as_str().unwrap());
    let keys = set(&[format!(r#"{{"kty":"RSA","n":"{}","e":"Aw","kid":"{}"}}"#, base64url(&n), issuer.key_id())]);
    // A cube ends in an odd number where its root does: one of a few messages has such a hash.
    let mut messages = (0..64).map(|id| {
        let claims = CLAIMS.replace(r#""jti":"1""#, &format!(r#""jti":"{id}""#));
        issuer.token(&claims).rsplit_once('.').unwrap().0.to_owned()
    });
    let message = messages.find(|message| Sha256::digest(message)[31] % 2 == 1).unwrap();
    let info = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
    let end = [&[0][..], info, &Sha256::digest(&message)].concat();

    let bits = end.len() * 8;
    let root = root_of_end(&BigUint::from_bytes_be(&end), bits.try_into().unwrap());
    // The cube of a number that begins so begins with 00 01: 1.4 cubed is between 2 and 4.
    let begin = BigUint::from(14_u8) * (BigUint::from(1_u8) << 677_usize) / BigUint::from(10_u8);
    let signature = (((begin >> bits) << bits) | root).to_bytes_be();
    let cube = BigUint::from_bytes_be(&signature).pow(3);
    assert!(cube < BigUint::from_bytes_be(&n), "it needs no modulus, and so no key");
    let encoded = [vec![0; n.len() - cube.to_bytes_be().len()], cube.to_bytes_be()].concat();
    assert!(encoded.starts_with(&[0, 1]) && encoded.ends_with(&end), "it is good to whoever does not look between");

    let signature = [vec![0; n.len() - signature.len()], signature].concat();
    assert_eq!(verify(&format!("{message}.{}", base64url(&signature)), &*keys), Err(Error::BadSignature));
}

/// The number below 2 to the power of `bits` whose cube ends in this odd one: its bits are found from the last one on.
fn root_of_end(end: &BigUint, bits: u64) -> BigUint {
    let mut root = BigUint::from(1_u8);
    for bit in 1..bits {
        root.set_bit(bit, root.pow(3).bit(bit) != end.bit(bit));
    }
    root
}

/// S and S + L verify under the same equation (RFC 8032 §8.4).
#[test]
fn eddsa_s_beyond_the_order() {
    // L = 2^252 + 27742317777372353535851937790883648493, little-endian.
    let order = *b"\xed\xd3\xf5\x5c\x1a\x63\x12\x58\xd6\x9c\xf7\xa2\xde\xf9\xde\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10";
    let add_order = |mut good: Vec<u8>| {
        let mut carry = 0;
        for (byte, addend) in good[32..].iter_mut().zip(order) {
            let sum = u16::from(*byte) + u16::from(addend) + carry;
            (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
        }
        good
    };
    assert_eq!(signed("EdDSA", |good| good), Ok(()));
    assert_eq!(signed("EdDSA", add_order), Err(Error::BadSignature));
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The value of a character.
fn value(character: &str) -> u8 {
    let value = ALPHABET.iter().position(|other| character.as_bytes() == [*other]).unwrap();
    u8::try_from(value).unwrap()
}

/// The character of a value.
fn character(value: u8) -> char {
    char::from(ALPHABET[usize::from(value)])
}
