use num_bigint::BigUint;

use super::*;

#[test]
fn the_reciprocal_is_rounded_down() {
    let base = BigUint::from(1_u8) << Limb::BITS;
    let high = 1 << (Limb::BITS - 1);
    for divisor in [high, high + 1, high | 12345, Limb::MAX - 1, Limb::MAX, Limb::MAX / 3 * 2] {
        let expected = &base * &base / (BigUint::from(divisor) + 1_u8) - &base;
        assert_eq!(BigUint::from(reciprocal(!divisor)), expected, "{divisor:x}");
    }
}

#[test]
fn the_negative_inverse_is_one() {
    for low in [1, 3, 5, 7, Limb::MAX, Limb::MAX / 3, 0x1234_5679] {
        for high in [0, 1, Limb::MAX, 0xdead_beef] {
            assert_eq!(wrapping_multiply([low, high], negative_inverse([low, high])), [Limb::MAX; 2]);
        }
    }
}
