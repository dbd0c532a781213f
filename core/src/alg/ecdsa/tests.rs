use std::vec::Vec;

use super::*;

/// The numbers are those of SP 800-186 §3.2.1.
macro_rules! curve_tests {
    ($module:ident, $curve:ident, $words:literal, $stride:literal, $algorithm:ident, $prepared:ident, $p:literal, $n:literal, $b:literal) => {
        mod $module {
            use std::{vec, vec::Vec};

            use ::$module::{
                self as library, ProjectivePoint,
                elliptic_curve::{
                    PrimeField,
                    sec1::{FromSec1Point, ToSec1Point},
                },
            };
            use num_bigint::BigUint;
            use sha2::{Digest as _, Sha256};

            use crate::{
                Algorithm as _, Jwk, JwkSet,
                Key::$prepared as PreparedKey,
                KeyEntry, KeyError, Keys as _, PublicKey,
                alg::ecdsa::{
                    Comb, PublicPoint, is_signature,
                    multiples::{fill, sum},
                    point::{self, Affine, Coordinate, Curve, Jacobian, Scalar},
                    residue::{Modulus, Residue},
                    sum_alone,
                    $module::$curve as C,
                },
                key::{self, Key},
                $algorithm as ALGORITHM, $prepared as Prepared,
            };

            const W: usize = $words;
            const KEY_CURVE: key::Curve = key::Curve::$curve;
            const BYTES: usize = KEY_CURVE.coordinate_bytes();
            /// Of so many scalars one is taken.
            const STRIDE: usize = $stride;
            const P_HEX: &[u8] = $p;
            const N_HEX: &[u8] = $n;
            const B_HEX: &[u8] = $b;

            include!("tests/curve.rs");
        }
    };
}

curve_tests!(
    p256,
    P256,
    4,
    1,
    Es256,
    PreparedP256,
    b"ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
    b"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
    b"5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"
);
curve_tests!(
    p384,
    P384,
    6,
    7,
    Es384,
    PreparedP384,
    b"fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
    b"ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
    b"b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef"
);
curve_tests!(
    p521,
    P521,
    9,
    7,
    Es512,
    PreparedP521,
    b"01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
      ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    b"01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
      a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
    b"51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e\
      156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00"
);

const MESSAGE: &[u8] = b"e30.e30";

/// A curve's algorithm, a key of it (x and y), its order, and its signature over [`MESSAGE`].
struct Case {
    algorithm: &'static dyn Algorithm,
    curve: key::Curve,
    x: Vec<u8>,
    y: Vec<u8>,
    order: Vec<u8>,
    signature: Vec<u8>,
}

impl Case {
    fn key(&self) -> Key<'_> {
        Key::Public(PublicKey::Ec { curve: self.curve, x: &self.x, y: &self.y })
    }

    fn verify(&self, signature: &[u8]) -> Result<(), Error> {
        self.algorithm.verify(&self.key(), MESSAGE, signature)
    }

    fn halves(&self) -> (&[u8], &[u8]) {
        self.signature.split_at(self.signature.len() / 2)
    }
}

macro_rules! case {
    ($algorithm:ident, $library:ident, $curve:expr, $order:literal) => {{
        use ::$library::ecdsa::{Signature, SigningKey, signature::Signer as _};

        let secret = [1; $curve.coordinate_bytes()];
        let signer = SigningKey::from_slice(&secret).unwrap();
        let signature: Signature = signer.sign(MESSAGE);
        let point = signer.verifying_key().to_sec1_point(false);
        Case {
            algorithm: &$algorithm,
            curve: $curve,
            x: point.x().unwrap().to_vec(),
            y: point.y().unwrap().to_vec(),
            order: bytes($order),
            signature: signature.to_bytes().to_vec(),
        }
    }};
}

/// The curves, with their orders from FIPS 186-4 appendix D.1.2.
fn cases() -> [Case; 3] {
    [
        case!(Es256, p256, key::Curve::P256, "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"),
        case!(
            Es384,
            p384,
            key::Curve::P384,
            "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973"
        ),
        case!(
            Es512,
            p521,
            key::Curve::P521,
            "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA\
             51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409"
        ),
    ]
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// a - b, for big-endian numbers of one length.
fn difference(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut borrow = false;
    let mut result: Vec<u8> = (0..a.len())
        .rev()
        .map(|at| {
            let (digit, first) = a[at].overflowing_sub(b[at]);
            let (digit, second) = digit.overflowing_sub(u8::from(borrow));
            borrow = first || second;
            digit
        })
        .collect();
    result.reverse();
    result
}

#[test]
fn the_signature_of_the_key_is_accepted() {
    for case in cases() {
        assert!(case.algorithm.fits(&case.key()));
        assert!(case.algorithm.fits_signature(&case.key(), case.signature.len()));
        assert_eq!(case.verify(&case.signature), Ok(()));
        assert_eq!(case.algorithm.verify(&case.key(), b"e30.e31", &case.signature), Err(Error::BadSignature));
    }
}

#[test]
fn s_may_lie_in_either_half() {
    for case in cases() {
        let (r, s) = case.halves();
        assert_eq!(case.verify(&[r, &difference(&case.order, s)].concat()), Ok(()));
    }
}

#[test]
fn r_and_s_are_from_1_to_n_minus_1() {
    for case in cases() {
        let (r, s) = case.halves();
        let zero = std::vec![0; r.len()];
        let largest = std::vec![0xFF; r.len()];
        for outside in [&zero, &case.order, &largest] {
            for signature in [[outside, s].concat(), [r, outside].concat(), [outside.as_slice(), outside].concat()] {
                assert_eq!(case.verify(&signature), Err(Error::BadSignature));
            }
        }
    }
}

#[test]
fn a_signature_of_another_length_is_refused() {
    for case in cases() {
        let longer = [case.signature.as_slice(), &[0]].concat();
        for len in 0..=longer.len() {
            let good = len == case.signature.len();
            assert_eq!(case.algorithm.fits_signature(&case.key(), len), good);
            assert_eq!(case.verify(&longer[..len]).is_ok(), good);
        }
    }
}

#[test]
fn a_point_beside_the_curve_verifies_nothing() {
    for mut case in cases() {
        *case.y.last_mut().unwrap() ^= 1;
        assert_eq!(case.verify(&case.signature), Err(Error::BadSignature));
        case.x.fill(0);
        case.y.fill(0);
        assert_eq!(case.verify(&case.signature), Err(Error::BadSignature));
        case.x.fill(0xFF);
        case.y.fill(0xFF);
        assert_eq!(case.verify(&case.signature), Err(Error::BadSignature));
    }
}

#[test]
fn a_key_of_another_curve_or_type_does_not_fit() {
    let cases = cases();
    for case in &cases {
        let rsa = Key::Public(PublicKey::Rsa { n: &case.x, e: &case.y });
        let ed25519 = Key::Public(PublicKey::Ed25519 { x: &[1; 32] });
        let others = cases.iter().filter(|other| other.curve != case.curve).map(Case::key);
        for key in others.chain([rsa, ed25519, Key::Secret(crate::Secret::new(&case.x))]) {
            assert!(!case.algorithm.fits(&key));
            assert_eq!(case.algorithm.verify(&key, MESSAGE, &case.signature), Err(Error::BadSignature));
        }
    }
}

#[test]
fn coordinates_have_the_full_length_of_the_curve() {
    for mut case in cases() {
        case.x.insert(0, 0);
        assert!(!case.algorithm.fits(&case.key()));
        assert_eq!(case.verify(&case.signature), Err(Error::BadSignature));
        case.x.remove(0);
        case.y.pop();
        assert!(!case.algorithm.fits(&case.key()));
        assert_eq!(case.verify(&case.signature), Err(Error::BadSignature));
    }
}
