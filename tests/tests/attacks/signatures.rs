//! Signatures that are good for everything, or that can be spelled in more than one way.

use bearward_core::{Curve, Error, Part, der};
use tests::signer::{Signer, base64url, from_base64url};

use crate::{CLAIMS, verify};

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
