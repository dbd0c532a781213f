use std::{vec, vec::Vec};

use num_bigint::BigUint;
use sha2::{Digest, Sha256};

use super::*;

/// Numbers that are the same at every run.
fn bytes(seed: &str, count: usize) -> Vec<u8> {
    let blocks = (0..=count / 32).flat_map(|block| Sha256::digest(std::format!("{seed} {block}")));
    blocks.take(count).collect()
}

fn modulus(seed: &str, bits: usize) -> Vec<u8> {
    let mut modulus = bytes(seed, bits.div_ceil(8));
    let top = (bits - 1) % 8;
    modulus[0] = modulus[0] & ((1 << top) - 1) | 1 << top;
    *modulus.last_mut().unwrap() |= 1;
    modulus
}

fn ours(base: &[u8], exponent: u64, modulus: &[u8]) -> Option<Vec<u8>> {
    let mut found = Vec::new();
    let is_good = power(base, exponent, modulus, &mut |result| {
        let length = size_of_val(result.0);
        assert!(result.bytes(length).take(length - modulus.len()).all(|byte| byte == 0));
        found.extend(result.bytes(modulus.len()));
        true
    })?;
    is_good.then_some(found)
}

fn padded(number: &BigUint, length: usize) -> Vec<u8> {
    let number = number.to_bytes_be();
    let mut padded = vec![0; length - number.len()];
    padded.extend(number);
    padded
}

#[track_caller]
fn assert_is_power(base: &BigUint, exponent: u64, modulus: &[u8]) {
    let expected = base.modpow(&BigUint::from(exponent), &BigUint::from_bytes_be(modulus));
    let found = ours(&padded(base, modulus.len()), exponent, modulus).unwrap();
    assert_eq!(BigUint::from_bytes_be(&found), expected);
}

const EXPONENTS: [u64; 9] = [1, 3, 7, 17, 37, 65537, (1 << 32) + 1, 0xdead_beef_cafe_f00d, u64::MAX];

#[test]
fn a_power_is_that_of_a_big_integer_library() {
    for bits in [2048, 2049, 2055, 2056, 2057, 2080, 2111, 2112, 2113, 2176, 3072, 4095, 4096] {
        let n = modulus("modulus", bits);
        for exponent in EXPONENTS {
            let base = BigUint::from_bytes_be(&bytes("base", n.len())) % BigUint::from_bytes_be(&n);
            assert_is_power(&base, exponent, &n);
        }
    }
}

#[test]
fn random_moduli_and_bases_agree_for_the_usual_exponents() {
    for seed in 0..40 {
        for bits in [2048, 2056, 3072, 4096] {
            let n = modulus(&std::format!("modulus {seed}"), bits);
            let base = BigUint::from_bytes_be(&bytes(&std::format!("base {seed}"), n.len()));
            let base = base % BigUint::from_bytes_be(&n);
            for exponent in [3, 65537] {
                assert_is_power(&base, exponent, &n);
            }
        }
    }
}

#[test]
fn a_modulus_of_extreme_limbs_is_divided_by_exactly() {
    let mut moduli = vec![];
    for length in [256, 257, 264, 265, 512] {
        // The largest and the smallest of a length; ones and zeros in turn; zeros below ones; ones below zeros.
        moduli.push(vec![0xff; length]);
        let mut smallest = vec![0; length];
        (smallest[0], smallest[length - 1]) = (0x80, 1);
        moduli.push(smallest.clone());
        smallest[0] = 1;
        moduli.push(smallest);
        moduli.push((0..length).map(|at| if at / 8 % 2 == (length - 1) / 8 % 2 { 0xff } else { 0x00 }).collect());
        for boundary in [4, 8, 16, length / 2] {
            let mut high = vec![0; length];
            high[..boundary].fill(0xff);
            high[length - 1] = 1;
            moduli.push(high);
            let mut low = vec![0xff; length];
            low[..boundary].fill(0);
            low[0] = 0x80;
            moduli.push(low);
        }
    }
    moduli.retain(|modulus| modulus[0] != 0);
    for n in moduli {
        let big = BigUint::from_bytes_be(&n);
        let bases = [
            BigUint::ZERO,
            BigUint::from(1_u8),
            BigUint::from(2_u8),
            &big >> 1,
            &big - 2_u8,
            &big - 1_u8,
            BigUint::from_bytes_be(&bytes("base", n.len())) % &big,
        ];
        for base in bases {
            for exponent in [1, 3, 7, 65537] {
                assert_is_power(&base, exponent, &n);
            }
        }
    }
}

// Small numbers, so that each estimate of a quotient has its turn at being too low.
#[test]
fn a_short_modulus_is_good_too() {
    for length in LIMB_BYTES + 1..=40 {
        for unused in 0..8 {
            let n = modulus(&std::format!("short {unused}"), length * 8 - unused);
            let big = BigUint::from_bytes_be(&n);
            for base in [BigUint::from_bytes_be(&bytes("base", n.len())) % &big, &big - 1_u8] {
                assert_is_power(&base, 3, &n);
                assert_is_power(&base, 7, &n);
            }
        }
    }
}

#[test]
fn a_modulus_of_one_limb_is_refused() {
    assert_eq!(ours(&[1], 3, &[0xff; LIMB_BYTES]), None);
}

#[test]
fn a_base_that_is_not_below_the_modulus_is_out_of_range() {
    let n = modulus("modulus", 2048);
    let big = BigUint::from_bytes_be(&n);
    let below = padded(&(&big - 1_u8), 256);
    assert!(ours(&below, 65537, &n).is_some());
    assert_eq!(ours(&n, 65537, &n), None);
    assert_eq!(ours(&padded(&(&big + 1_u8), 256), 65537, &n), None);
    assert_eq!(ours(&[0xff; 256], 65537, &n), None);

    let mut longer = vec![1];
    longer.extend(&below);
    assert_eq!(ours(&longer, 65537, &n), None);
}

#[test]
fn an_even_modulus_is_refused() {
    let mut n = modulus("modulus", 2048);
    *n.last_mut().unwrap() &= 0xfe;
    assert_eq!(ours(&[1], 65537, &n), None);
}

#[test]
fn an_even_exponent_is_refused() {
    let n = modulus("modulus", 2048);
    for exponent in [0, 2, 65536] {
        assert_eq!(ours(&[1], exponent, &n), None);
    }
}

#[test]
fn a_modulus_of_more_than_4096_bits_is_refused() {
    assert_eq!(ours(&[1], 65537, &modulus("modulus", 4096 + 8)), None);
    assert_eq!(ours(&[1], 65537, &[]), None);
}

#[test]
fn what_is_looked_for_is_what_is_answered() {
    let n = modulus("modulus", 2048);
    assert_eq!(power(&[2], 3, &n, &mut |result| result.bytes(1).eq([8])), Some(true));
    assert_eq!(power(&[2], 3, &n, &mut |result| result.bytes(1).eq([9])), Some(false));
}

#[test]
fn the_numbers_are_as_long_as_those_of_the_next_size_in_use() {
    for (bits, bytes) in [(2041, 256), (2048, 256), (2056, 384), (3072, 384), (3080, 512), (4096, 512)] {
        let mut length = 0;
        assert!(
            power(&[2], 3, &modulus("modulus", bits), &mut |result| {
                length = size_of_val(result.0);
                true
            })
            .is_some()
        );
        assert_eq!(length, bytes);
    }
}
