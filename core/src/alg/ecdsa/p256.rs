//! P-256 ([SP 800-186 §3.2.1.3](https://doi.org/10.6028/NIST.SP.800-186)).

mod generator;

use super::{
    point::{Affine, Coordinate, Curve},
    residue::{
        Modulus, Residue,
        words::{self, Words, double_word, split},
    },
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct P256;

impl Curve<4> for P256 {
    type P = P;
    type N = N;
    const SCALAR_BITS: usize = 256;
    const B: Coordinate<Self, 4> =
        Residue::constant([0xd89c_df62_29c4_bddf, 0xacf0_05cd_7884_3090, 0xe5a2_20ab_f721_2ed6, 0xdc30_061d_0487_4834]);
    const GENERATOR: &'static [Affine<Self, 4>] = &generator::GENERATOR;
}

/// `2^256 - 2^224 + 2^192 + 2^96 - 1`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct P;

impl Modulus<4> for P {
    const VALUE: Words<4> = [0xffff_ffff_ffff_ffff, 0x0000_0000_ffff_ffff, 0, 0xffff_ffff_0000_0001];
    const R: Words<4> = [1, 0xffff_ffff_0000_0000, 0xffff_ffff_ffff_ffff, 0x0000_0000_ffff_fffe];
    const R_SQUARED: Words<4> = [3, 0xffff_fffb_ffff_ffff, 0xffff_ffff_ffff_fffe, 0x0000_0004_ffff_fffd];

    /// `p = -1 + 2^96 + 2^192 * (2^64 - 2^32 + 1)`: the multiple is the lowest word itself, and takes no product.
    #[inline(always)]
    fn clear_lower_half(product: &mut [Words<4>; 2]) -> bool {
        let mut window = product.as_flattened_mut();
        let mut carry = false;
        while let Some([lowest, first, second, third, fourth]) = window.first_chunk_mut() {
            let factor = u128::from(*lowest);
            let (sum, overflow) = double_word(*first, *second).overflowing_add(factor << 32);
            [*first, *second] = split(sum);
            // Below 2^128 - 2^96, so there is room for the carry.
            let multiple = ((factor << 64) | factor).wrapping_sub(factor << 32);
            let multiple = multiple.wrapping_add(u128::from(carry) << 64);
            let sum;
            (sum, carry) = double_word(*third, *fourth).carrying_add(multiple, overflow);
            [*third, *fourth] = split(sum);
            window = window.get_mut(1..).unwrap_or_default();
        }
        carry
    }
}

/// The order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct N;

impl Modulus<4> for N {
    const VALUE: Words<4> =
        [0xf3b9_cac2_fc63_2551, 0xbce6_faad_a717_9e84, 0xffff_ffff_ffff_ffff, 0xffff_ffff_0000_0000];
    const R: Words<4> = [0x0c46_353d_039c_daaf, 0x4319_0552_58e8_617b, 0, 0x0000_0000_ffff_ffff];
    const R_SQUARED: Words<4> =
        [0x8324_4c95_be79_eea2, 0x4699_799c_49bd_6fa6, 0x2845_b239_2b6b_ec59, 0x66e1_2d94_f3d9_5620];

    #[inline(always)]
    fn clear_lower_half(product: &mut [Words<4>; 2]) -> bool {
        words::clear_lower_half(product, &Self::VALUE, 0xccd1_c8aa_ee00_bc4f)
    }
}
