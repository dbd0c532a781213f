//! Every bit and every character of one token of each algorithm, changed one at a time: none of it is let in.

use bearward_core::{Error, Part};
use tests::signer::{Signer, Verifying};

use crate::{CLAIMS, verify};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What no segment may contain: another dot, padding, the other alphabet of base64, and what is no base64 at all.
const FOREIGN: &[u8; 9] = b".=+/ \n~%\0";

macro_rules! each_algorithm {
    ($($test:ident $name:literal)*) => {$(
        /// One test for each algorithm, so that they run side by side.
        mod $test {
            use super::Tampering;

            #[test]
            fn no_bit_can_be_changed() {
                Tampering::new($name).flip_each_bit();
            }

            #[test]
            fn no_character_can_be_replaced_removed_or_added() {
                Tampering::new($name).edit_each_character();
            }
        }
    )*};
}

each_algorithm! {
    hs256 "HS256" hs384 "HS384" hs512 "HS512"
    rs256 "RS256" rs384 "RS384" rs512 "RS512"
    ps256 "PS256" ps384 "PS384" ps512 "PS512"
    es256 "ES256" es384 "ES384" es512 "ES512"
    eddsa "EdDSA" ed25519 "Ed25519"
}

struct Tampering {
    token: Vec<u8>,
    keys: Verifying,
}

impl Tampering {
    fn new(algorithm: &'static str) -> Self {
        let signer = Signer::new(algorithm);
        let token = signer.token(CLAIMS);
        let keys = signer.keys();
        assert_eq!(verify(&token, &keys), Ok(()));
        Self { token: token.into_bytes(), keys }
    }

    /// A character stands for six bits. Where one stands for fewer, at the end of a segment, the others are flipped too:
    /// that is a second spelling of the same bytes.
    fn flip_each_bit(&self) {
        for index in 0..self.token.len() {
            let Some(value) = ALPHABET.iter().position(|character| *character == self.token[index]) else { continue };
            for bit in 0..6 {
                let mut token = self.token.clone();
                token[index] = ALPHABET[value ^ (1 << bit)];
                let error = self.refused(token, index);
                match self.part(index) {
                    // It still decodes, and now names another algorithm, key or type, or is no JSON any more.
                    Part::Header => assert!(!matches!(error, Error::Claim { .. }), "at {index}: {error}"),
                    // Claims are not believed, nor even read, before the signature.
                    part => {
                        assert!(error == Error::BadSignature || error == Error::Base64(part), "at {index}: {error}")
                    }
                }
            }
        }
    }

    fn edit_each_character(&self) {
        for index in 0..self.token.len() {
            for foreign in FOREIGN.iter().filter(|foreign| **foreign != self.token[index]) {
                let mut token = self.token.clone();
                token[index] = *foreign;
                self.refused(token, index);
            }
            let mut token = self.token.clone();
            token.remove(index);
            self.refused(token, index);
            for added in *b"A._" {
                let mut token = self.token.clone();
                token.insert(index, added);
                self.refused(token, index);
            }
            self.refused(self.token[..index].to_vec(), index);
        }
    }

    fn refused(&self, token: Vec<u8>, index: usize) -> Error {
        let token = String::from_utf8(token).unwrap();
        verify(&token, &self.keys).expect_err(&format!("let in, changed at {index}: {token}"))
    }

    fn part(&self, index: usize) -> Part {
        match self.token[..index].iter().filter(|byte| **byte == b'.').count() {
            0 => Part::Header,
            1 => Part::Payload,
            _ => Part::Signature,
        }
    }
}
