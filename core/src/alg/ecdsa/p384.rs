//! P-384 ([SP 800-186 §3.2.1.4](https://doi.org/10.6028/NIST.SP.800-186)).

mod generator;

use super::{
    point::{Affine, Coordinate, Curve},
    residue::{
        Modulus, Residue,
        words::{self, Words, double_word, split},
    },
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct P384;

impl Curve<6> for P384 {
    type P = P;
    type N = N;
    const SCALAR_BITS: usize = 384;
    const B: Coordinate<Self, 6> = Residue::constant([
        0x0811_8871_9d41_2dcc,
        0xf729_add8_7a4c_32ec,
        0x77f2_209b_1920_022e,
        0xe337_4bee_9493_8ae2,
        0xb62b_21f4_1f02_2094,
        0xcd08_114b_604f_bff9,
    ]);
    const GENERATOR: &'static [Affine<Self, 6>] = &generator::GENERATOR;
}

/// `2^384 - 2^128 - 2^96 + 2^32 - 1`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct P;

impl Modulus<6> for P {
    const VALUE: Words<6> = [0xffff_ffff, 0xffff_ffff_0000_0000, u64::MAX - 1, u64::MAX, u64::MAX, u64::MAX];
    const R: Words<6> = [0xffff_ffff_0000_0001, 0xffff_ffff, 1, 0, 0, 0];
    const R_SQUARED: Words<6> =
        [0xffff_fffe_0000_0001, 0x0000_0002_0000_0000, 0xffff_fffe_0000_0000, 0x0000_0002_0000_0000, 1, 0];

    /// `p = 2^384 - (2^128 + 2^96 - 2^32 + 1)`: the multiple takes no product. What is carried goes on with the next multiple,
    /// which reaches one word further.
    #[inline(always)]
    fn clear_lower_half(product: &mut [Words<6>; 2]) -> bool {
        let mut window = product.as_flattened_mut();
        let (mut borrow, mut carry) = (false, false);
        while let Some([lowest, first, second, third, _, _, top]) = window.first_chunk_mut() {
            // -1/p is 2^32 + 1 modulo a word.
            let factor = lowest.wrapping_add(*lowest << 32);
            // What is subtracted has the lowest word itself in the lowest place, and above that:
            let wide = u128::from(factor);
            let less = u64::from(factor < factor << 32).wrapping_add(factor >> 32);
            let (multiple, above) = (wide << 64).overflowing_add((wide << 32).wrapping_sub(u128::from(less)));
            let (difference, below) = double_word(*first, *second).overflowing_sub(multiple);
            [*first, *second] = split(difference);
            // At most 3.
            let less = u64::from(above).wrapping_add(u64::from(below)).wrapping_add(u64::from(borrow));
            (*third, borrow) = third.overflowing_sub(less);
            (*top, carry) = top.carrying_add(factor, carry);
            window = window.get_mut(1..).unwrap_or_default();
        }
        let [_, [_, _, _, high @ ..]] = product;
        for word in high {
            (*word, borrow) = word.borrowing_sub(0, borrow);
        }
        // There is nothing below 0: a borrow takes a carry away.
        carry != borrow
    }
}

/// The order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct N;

impl Modulus<6> for N {
    const VALUE: Words<6> =
        [0xecec_196a_ccc5_2973, 0x581a_0db2_48b0_a77a, 0xc763_4d81_f437_2ddf, u64::MAX, u64::MAX, u64::MAX];
    const R: Words<6> = [0x1313_e695_333a_d68d, 0xa7e5_f24d_b74f_5885, 0x389c_b27e_0bc8_d220, 0, 0, 0];
    const R_SQUARED: Words<6> = [
        0x2d31_9b24_19b4_09a9,
        0xff3d_81e5_df1a_a419,
        0xbc3e_483a_fcb8_2947,
        0xd40d_4917_4aab_1cc5,
        0x3fb0_5b7a_2826_6895,
        0x0c84_ee01_2b39_bf21,
    ];

    #[inline(always)]
    fn clear_lower_half(product: &mut [Words<6>; 2]) -> bool {
        words::clear_lower_half(product, &Self::VALUE, 0x6ed4_6089_e88f_dc45)
    }
}
