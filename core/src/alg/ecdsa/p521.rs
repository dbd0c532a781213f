//! P-521 ([SP 800-186 §3.2.1.5](https://doi.org/10.6028/NIST.SP.800-186)).

mod generator;

use super::{
    point::{Affine, Coordinate, Curve},
    residue::{
        Modulus, Residue,
        words::{self, Words, double_word, split},
    },
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct P521;

impl Curve<9> for P521 {
    type P = P;
    type N = N;
    const SCALAR_BITS: usize = 521;
    const B: Coordinate<Self, 9> = Residue::constant([
        0x8014_654f_ae58_6387,
        0x78f7_a28f_ea35_a81f,
        0x839a_b9ef_c41e_961a,
        0xbd8b_2960_5e9d_d8df,
        0xf0ab_0c9c_a8f6_3f49,
        0xf9dc_5a44_c8c7_7884,
        0x7751_6d39_2dcc_d98a,
        0x0fc9_4d10_d05b_42a0,
        0x4d,
    ]);
    const GENERATOR: &'static [Affine<Self, 9>] = &generator::GENERATOR;
}

/// `2^521 - 1`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct P;

impl Modulus<9> for P {
    const VALUE: Words<9> = [u64::MAX, u64::MAX, u64::MAX, u64::MAX, u64::MAX, u64::MAX, u64::MAX, u64::MAX, 0x01ff];
    const R: Words<9> = [0x0080_0000_0000_0000, 0, 0, 0, 0, 0, 0, 0, 0];
    const R_SQUARED: Words<9> = [0, 0x4000_0000_0000, 0, 0, 0, 0, 0, 0, 0];

    /// The multiple is the lowest word itself, and takes no product.
    #[inline(always)]
    fn clear_lower_half(product: &mut [Words<9>; 2]) -> bool {
        let mut window = product.as_flattened_mut();
        let mut carry = false;
        while let Some([lowest, _, _, _, _, _, _, _, eighth, ninth]) = window.first_chunk_mut() {
            // Below 2^73, so there is room for the carry.
            let multiple = (u128::from(*lowest) << 9).wrapping_add(u128::from(carry) << 64);
            let sum;
            (sum, carry) = double_word(*eighth, *ninth).overflowing_add(multiple);
            [*eighth, *ninth] = split(sum);
            window = window.get_mut(1..).unwrap_or_default();
        }
        carry
    }
}

/// The order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct N;

impl Modulus<9> for N {
    const VALUE: Words<9> = [
        0xbb6f_b71e_9138_6409,
        0x3bb5_c9b8_899c_47ae,
        0x7fcc_0148_f709_a5d0,
        0x5186_8783_bf2f_966b,
        0xffff_ffff_ffff_fffa,
        u64::MAX,
        u64::MAX,
        u64::MAX,
        0x01ff,
    ];
    const R: Words<9> = [
        0xfb80_0000_0000_0000,
        0x28a2_4824_70b7_63cd,
        0x17e2_251b_23bb_31dc,
        0xca40_19ff_5b84_7b2d,
        0x02d7_3cbc_3e20_6834,
        0,
        0,
        0,
        0,
    ];
    const R_SQUARED: Words<9> = [
        0x137c_d04d_cf15_dd04,
        0xf707_badc_e554_7ea3,
        0x12a7_8d38_7945_73ff,
        0xd372_1ef5_57f7_5e06,
        0xdd6e_23d8_2e49_c7db,
        0xcff3_d142_b775_6e3e,
        0x5bcc_6d61_a8e5_67bc,
        0x2d8e_03d1_492d_0d45,
        0x3d,
    ];

    #[inline(always)]
    fn clear_lower_half(product: &mut [Words<9>; 2]) -> bool {
        words::clear_lower_half(product, &Self::VALUE, 0x1d2f_5ccd_79a9_95c7)
    }
}
