use std::{vec, vec::Vec};

use num_bigint::BigUint;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::rsa::montgomery::big_endian;

/// Numbers that are the same at every run.
fn bytes(seed: &str, count: usize) -> Vec<u8> {
    let blocks = (0..=count / 32).flat_map(|block| Sha256::digest(std::format!("{seed} {block}")));
    blocks.take(count).collect()
}

fn number(digits: &[Digit]) -> BigUint {
    BigUint::from_bytes_be(&big_endian(digits, size_of_val(digits)).collect::<Vec<_>>())
}

fn loaded(number: &BigUint, count: usize) -> Vec<Digit> {
    let mut digits = vec![ZERO; count];
    load(&mut digits, &number.to_bytes_be());
    digits
}

/// Random moduli, and those of extreme limbs: the largest and the smallest of a length, ones above zeros and below.
fn moduli() -> Vec<Vec<u8>> {
    let mut moduli = vec![];
    for length in [9, 16, 17, 128, 129, 136, 137, 192, 256, 257, 384, 512] {
        let mut random = bytes("modulus", length);
        random[0] |= 1;
        moduli.push(random);
        moduli.push(vec![0xff; length]);
        let mut smallest = vec![0; length];
        smallest[0] = 1;
        moduli.push(smallest.clone());
        smallest[..length / 2].fill(0xff);
        moduli.push(smallest);
        let mut low = vec![0xff; length];
        low[..length / 2].fill(0);
        low[0] = 0x80;
        moduli.push(low);
    }
    for modulus in &mut moduli {
        *modulus.last_mut().unwrap() |= 1;
    }
    moduli
}

/// The form of both kinds of modulus.
fn for_both(modulus: &[u8], judge: impl Fn(Residues<'_>)) {
    let mut room = Room::new();
    judge(Residues::of_secret(&mut room, modulus).unwrap());
    judge(Residues::of_public(&mut room, modulus).unwrap());
}

#[test]
fn a_number_of_any_length_is_reduced_into_the_form_and_leaves_it() {
    for modulus in moduli() {
        let n = BigUint::from_bytes_be(&modulus);
        for_both(&modulus, |mut residues| {
            for length in [0, 1, modulus.len(), modulus.len() + 1, 2 * modulus.len(), 512] {
                for plain in [bytes("number", length), vec![0xff; length]] {
                    let plain = BigUint::from_bytes_be(&plain);
                    let mut a = vec![ZERO; residues.len()];
                    residues.reduce(&mut a, &loaded(&plain, 512 / DIGIT_BYTES * 2));
                    assert!(number(&a) < n);
                    residues.leave(&mut a);
                    assert_eq!(number(&a), &plain % &n);
                }
            }
        });
    }
}

#[test]
fn a_power_is_that_of_a_big_integer_library() {
    for modulus in moduli() {
        let n = BigUint::from_bytes_be(&modulus);
        for_both(&modulus, |mut residues| {
            for base in
                [BigUint::ZERO, 1_u8.into(), &n - 1_u8, BigUint::from_bytes_be(&bytes("base", modulus.len())) % &n]
            {
                for exponent in [&[][..], &[0], &[1], &[0, 0, 1], &[0xff; 3], &[0x80; 16], &bytes("exponent", 21)] {
                    let mut a = loaded(&base, residues.len());
                    residues.enter(&mut a);
                    residues.power(&mut a, exponent).unwrap();
                    residues.leave(&mut a);
                    assert_eq!(number(&a), base.modpow(&BigUint::from_bytes_be(exponent), &n));
                }
                for exponent in [1, 3, 65537, u64::MAX] {
                    let mut a = loaded(&base, residues.len());
                    residues.enter(&mut a);
                    residues.power_public(&mut a, exponent);
                    residues.leave(&mut a);
                    assert_eq!(number(&a), base.modpow(&exponent.into(), &n));
                }
            }
        });
    }
}

#[test]
fn a_difference_is_never_negative() {
    for modulus in moduli() {
        let n = BigUint::from_bytes_be(&modulus);
        for_both(&modulus, |residues| {
            let some = BigUint::from_bytes_be(&bytes("some", modulus.len())) % &n;
            for x in [BigUint::ZERO, 1_u8.into(), some.clone(), &n - 1_u8] {
                for y in [BigUint::ZERO, 1_u8.into(), some.clone(), &n - 1_u8] {
                    let mut a = loaded(&x, residues.len());
                    residues.subtract(&mut a, &loaded(&y, residues.len()));
                    assert_eq!(number(&a), (&x + &n - &y) % &n);
                }
            }
        });
    }
}

#[test]
fn what_is_masked_is_judged_as_by_comparing() {
    let numbers = [0_u8, 1, 2, 0xff].map(|byte| vec![[0, usize::from(byte)], [usize::MAX, 0]]);
    for a in &numbers {
        for b in &numbers {
            assert_eq!(bool::from(is_below(a, b)), number(a) < number(b));
            let mut same = a.clone();
            assert!(!bool::from(subtract_if(&mut same, b, Choice::from(0))) && same == *a);
        }
    }
}

#[test]
fn a_modulus_that_is_empty_or_too_long_is_refused() {
    let mut room = Room::new();
    assert!(Residues::of_secret(&mut room, &[]).is_none());
    assert!(Residues::of_secret(&mut room, &[1; 513]).is_none());
    assert!(Residues::of_public(&mut room, &[]).is_none());
    assert!(Residues::of_public(&mut room, &[1; 513]).is_none());
}

#[test]
fn a_window_is_taken_from_the_last_bit_on() {
    let exponent = [0b1010_0011, 0b1100_0101];
    assert_eq!([0, 1, 2, 3, 4].map(|place| bits(&exponent, place, 4)), [0b0101, 0b1100, 0b0011, 0b1010, 0]);
    assert_eq!([0, 1, 2, 5].map(|place| bits(&exponent, place, 3)), [0b101, 0b000, 0b111, 0b001]);
}
