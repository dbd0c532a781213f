//! EdDSA with Ed25519 ([RFC 8037 §3.1](https://www.rfc-editor.org/rfc/rfc8037#section-3.1),
//! [RFC 8032 §5.1.7](https://www.rfc-editor.org/rfc/rfc8032#section-5.1.7)), under its first name and under the one
//! that says the curve ([RFC 9864 §2.2](https://www.rfc-editor.org/rfc/rfc9864#section-2.2)).
//!
//! S must be less than the group order, R is compared byte by byte with the only encoding it can have, and the
//! equation is the one without the cofactor: a signature cannot be changed into another. Beyond RFC 8032, a key of small
//! order is refused, because one signature would then be good for many messages. A small R is not looked for (as
//! "strict" verification does, at the price of another square root): under any other key it is a signer giving
//! its own key away.

use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};

use super::Algorithm;
use crate::{
    error::Error,
    key::{Key, PublicKey},
};

macro_rules! eddsa_algorithm {
    ($(#[$doc:meta])* $algorithm:ident, $name:literal) => {
        $(#[$doc])*
        ///
        /// ```
        #[doc = concat!("use bearward_core::{Algorithm, ", stringify!($algorithm), "};")]
        ///
        #[doc = concat!("static ALGORITHMS: &[&dyn Algorithm] = &[&", stringify!($algorithm), "];")]
        #[doc = concat!("assert_eq!(ALGORITHMS[0].name(), \"", $name, "\");")]
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $algorithm;

        impl Algorithm for $algorithm {
            fn name(&self) -> &'static str {
                $name
            }

            fn allows_key_algorithm(&self, algorithm: &str) -> bool {
                matches!(algorithm, "EdDSA" | "Ed25519")
            }

            fn fits(&self, key: &Key<'_>) -> bool {
                matches!(key, Key::Public(PublicKey::Ed25519 { .. }))
            }

            fn fits_signature(&self, _: &Key<'_>, bytes: usize) -> bool {
                bytes == Signature::BYTE_SIZE
            }

            fn verify(&self, key: &Key<'_>, message: &[u8], signature: &[u8]) -> Result<(), Error> {
                verified(key, message, signature).ok_or(Error::BadSignature)
            }
        }
    };
}

eddsa_algorithm!(
    /// `EdDSA`, which here is always Ed25519: a signature of 64 bytes. A key may call itself `EdDSA` or `Ed25519`.
    EdDsa, "EdDSA"
);
eddsa_algorithm!(
    /// `Ed25519`: the same as [`EdDsa`], where the token says so. A key may call itself `EdDSA` or `Ed25519`.
    Ed25519, "Ed25519"
);

fn verified(key: &Key<'_>, message: &[u8], signature: &[u8]) -> Option<()> {
    let Key::Public(PublicKey::Ed25519 { x }) = *key else { return None };
    let signature = Signature::from_slice(signature).ok()?;
    let key = VerifyingKey::from_bytes(x).ok().filter(|key| is_canonical(x) && !key.is_weak())?;
    key.verify(message, &signature).ok()
}

/// Whether y, without the bit that is x's sign, is less than p = 2^255 - 19 (RFC 8032 §5.1.3).
fn is_canonical([first, middle @ .., last]: &[u8; 32]) -> bool {
    *first < 0xED || last | 0x80 != 0xFF || middle.iter().any(|&byte| byte != 0xFF)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey};

    use super::*;
    use crate::key::{Curve, Secret};

    const MESSAGE: &[u8] = b"e30.e30";
    const ALGORITHMS: [&dyn Algorithm; 2] = [&EdDsa, &Ed25519];

    /// The group order L, little-endian (RFC 8032 §5.1).
    const ORDER: [u8; 32] = [
        0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
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
            for (name, allowed) in [("EdDSA", true), ("Ed25519", true), ("Ed448", false), ("eddsa", false), ("", false)]
            {
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
}
