use std::{string::ToString as _, vec, vec::Vec};

use num_bigint::BigUint;

use super::*;
use crate::key::Secret;

/// A key of two primes just below powers of 2.
struct KeyPair {
    n: Vec<u8>,
    e: Vec<u8>,
    d: Vec<u8>,
    /// p, q, dp, dq, qi
    primes: [Vec<u8>; 5],
}

impl KeyPair {
    fn new(p: BigUint, q: BigUint) -> Self {
        let one = BigUint::from(1_u8);
        let e = BigUint::from(65537_u32);
        let d = e.modinv(&((&p - &one) * (&q - &one))).unwrap();
        let (dp, dq) = (&d % (&p - &one), &d % (&q - &one));
        let qi = q.modinv(&p).unwrap();
        Self {
            n: (&p * &q).to_bytes_be(),
            e: e.to_bytes_be(),
            d: d.to_bytes_be(),
            primes: [p, q, dp, dq, qi].map(|number| number.to_bytes_be()),
        }
    }

    /// 2048 and 4096 bits; 2049 with primes that have one more byte, and the larger prime second.
    fn all() -> [Self; 4] {
        let below = |bits: u32, less: u32| (BigUint::from(1_u8) << bits) - less;
        [
            Self::new(below(1024, 105), below(1024, 179)),
            Self::new(below(1025, 2673), below(1024, 105)),
            Self::new(below(1024, 105), below(1025, 2673)),
            Self::new(below(2048, 1557), below(2048, 2543)),
        ]
    }

    fn with_primes(&self) -> RsaPrivateKey<'_> {
        let [p, q, dp, dq, qi] = self.primes.each_ref().map(|number| Secret::new(number));
        RsaPrivateKey { n: &self.n, e: &self.e, private: RsaPrivate::Primes { p, q, dp, dq, qi } }
    }

    fn with_exponent(&self) -> RsaPrivateKey<'_> {
        RsaPrivateKey { n: &self.n, e: &self.e, private: RsaPrivate::Exponent(Secret::new(&self.d)) }
    }

    fn padded(&self, number: &BigUint) -> Vec<u8> {
        let number = number.to_bytes_be();
        [vec![0; self.n.len() - number.len()], number].concat()
    }

    /// Some numbers below the modulus, and what they are when they are encrypted.
    fn pairs(&self) -> Vec<[Vec<u8>; 2]> {
        let n = BigUint::from_bytes_be(&self.n);
        let [p, q] = [0, 1].map(|index| BigUint::from_bytes_be(&self.primes[index]));
        let some =
            [0_u8.into(), 1_u8.into(), 2_u8.into(), &n - 1_u8, &n >> 1, &p - 1_u8, p.clone(), &q * 2_u8, q, &n - p];
        some.map(|plain: BigUint| [self.padded(&plain), self.padded(&plain.modpow(&65537_u32.into(), &n))]).to_vec()
    }
}

fn decrypted(key: &RsaPrivateKey<'_>, ciphertext: &[u8]) -> Option<(bool, Vec<u8>)> {
    let mut message = vec![7; key.n.len()];
    let right = decrypt(key, ciphertext, &mut message)?;
    Some((right.into(), message))
}

#[test]
fn rfc8017_5_1_2_what_was_encrypted_is_decrypted_with_primes_and_without() {
    for pair in KeyPair::all() {
        for [plain, ciphertext] in pair.pairs() {
            assert_eq!(decrypted(&pair.with_primes(), &ciphertext), Some((true, plain.clone())));
        }
        let [plain, ciphertext] = &pair.pairs()[4];
        assert_eq!(decrypted(&pair.with_exponent(), ciphertext), Some((true, plain.clone())));
    }
}

#[test]
fn rfc8017_5_1_2_a_ciphertext_that_is_not_below_the_modulus_or_has_another_length_is_out_of_range() {
    let [pair, ..] = KeyPair::all();
    let n = BigUint::from_bytes_be(&pair.n);
    for key in [pair.with_primes(), pair.with_exponent()] {
        for ciphertext in
            [pair.padded(&n), pair.padded(&(n.clone() + 1_u8)), vec![0xff; 256], vec![0; 255], vec![0; 257], vec![]]
        {
            assert_eq!(decrypted(&key, &ciphertext), None);
        }
    }
}

#[test]
fn a_fault_in_any_number_is_found() {
    let [pair, ..] = KeyPair::all();
    let ciphertext = &pair.pairs()[4][1];
    for index in 0..5 {
        for at in [0, 64, 127] {
            let mut wrong = KeyPair { primes: pair.primes.clone(), n: pair.n.clone(), e: pair.e.clone(), d: vec![] };
            wrong.primes[index][at] ^= 2;
            let (right, _) = decrypted(&wrong.with_primes(), ciphertext).unwrap();
            assert!(!right, "{}", [index, at].map(|number| number.to_string()).join(" "));
        }
    }
    let mut wrong = pair.d.clone();
    wrong[7] ^= 1;
    let key = RsaPrivateKey { private: RsaPrivate::Exponent(Secret::new(&wrong)), ..pair.with_primes() };
    assert!(!decrypted(&key, ciphertext).unwrap().0);
}

#[test]
fn a_key_of_another_size_is_refused() {
    let [pair, ..] = KeyPair::all();
    let key = pair.with_primes();
    let RsaPrivate::Primes { q, dp, dq, qi, .. } = key.private else { panic!() };
    let long = [7; 257];
    for p in [&[][..], &long] {
        let private = RsaPrivate::Primes { p: Secret::new(p), q, dp, dq, qi };
        assert_eq!(decrypted(&RsaPrivateKey { private, ..key }, &pair.pairs()[4][1]), None);
    }
    assert_eq!(decrypted(&RsaPrivateKey { n: &pair.n[1..], ..key }, &[0; 255]), None);
    assert_eq!(decrypted(&RsaPrivateKey { e: &[2], ..key }, &[0; 256]), None);
}
