//! Numbers modulo P-256's two primes ([SP 800-186 §3.2.1.3](https://doi.org/10.6028/NIST.SP.800-186)).
//!
//! All operands are public, so the time may depend on them. Products are Montgomery's: what is multiplied is divided by
//! `R = 2^256` on the way.

use core::{fmt, marker::PhantomData};

use self::words::{Words, ZERO, difference, from_bytes, is_below, is_odd, multiply, shift_left, shift_right, sum};

mod words;

/// A prime of 256 bits.
pub(super) trait Modulus: Copy {
    const VALUE: Words;
    /// `R mod m` and `R^2 mod m`
    const R: Words;
    const R_SQUARED: Words;

    /// Adds the multiple of the modulus that makes the lowest word 0, and the carry to the highest word. Returns the carry
    /// out of that. The lowest word itself is not looked at again.
    fn clear_lowest(words: &mut [u64; 5], carry: bool) -> bool;
}

/// Coordinates are numbers modulo p.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct P;

/// Scalars are numbers modulo n, the order of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct N;

impl Modulus for P {
    const VALUE: Words = [0xffff_ffff_ffff_ffff, 0x0000_0000_ffff_ffff, 0, 0xffff_ffff_0000_0001];
    const R: Words = [1, 0xffff_ffff_0000_0000, 0xffff_ffff_ffff_ffff, 0x0000_0000_ffff_fffe];
    const R_SQUARED: Words = [3, 0xffff_fffb_ffff_ffff, 0xffff_ffff_ffff_fffe, 0x0000_0004_ffff_fffd];

    /// `p = -1 + 2^96 + 2^192 * (2^64 - 2^32 + 1)`: the multiple is the lowest word itself, and takes no product.
    #[inline(always)]
    fn clear_lowest(words: &mut [u64; 5], carry: bool) -> bool {
        words::add_multiple_of_p(words, carry)
    }
}

impl Modulus for N {
    const VALUE: Words = [0xf3b9_cac2_fc63_2551, 0xbce6_faad_a717_9e84, 0xffff_ffff_ffff_ffff, 0xffff_ffff_0000_0000];
    const R: Words = [0x0c46_353d_039c_daaf, 0x4319_0552_58e8_617b, 0, 0x0000_0000_ffff_ffff];
    const R_SQUARED: Words =
        [0x8324_4c95_be79_eea2, 0x4699_799c_49bd_6fa6, 0x2845_b239_2b6b_ec59, 0x66e1_2d94_f3d9_5620];

    #[inline(always)]
    fn clear_lowest(words: &mut [u64; 5], carry: bool) -> bool {
        /// `-1/n` modulo a word.
        const NEGATIVE_INVERSE: u64 = 0xccd1_c8aa_ee00_bc4f;
        let [low @ .., top] = words;
        let [lowest, ..] = *low;
        let product_carry = words::add_scaled(low, &Self::VALUE, lowest.wrapping_mul(NEGATIVE_INVERSE), 0);
        let overflow;
        (*top, overflow) = top.carrying_add(product_carry, carry);
        overflow
    }
}

/// A coordinate, in Montgomery's form unless it says otherwise.
pub(super) type Coordinate = Residue<P>;

/// A scalar, as it is unless it says otherwise.
pub(super) type Scalar = Residue<N>;

/// A number below the modulus.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Residue<M>(Words, PhantomData<M>);

impl<M: Modulus> Residue<M> {
    pub(super) const ZERO: Self = Self(ZERO, PhantomData);
    /// 1 in Montgomery's form.
    pub(super) const ONE: Self = Self(M::R, PhantomData);

    /// A number as it stands in a table, the lowest 64 bits first.
    pub(super) const fn constant(words: [u64; 4]) -> Self {
        Self(words, PhantomData)
    }

    /// `None` if it is not below the modulus.
    pub(super) fn from_bytes(big_endian: &[u8; 32]) -> Option<Self> {
        let words = from_bytes(big_endian);
        is_below(&words, &M::VALUE).then_some(Self(words, PhantomData))
    }

    /// The number of these bytes, modulo the modulus.
    pub(super) fn reduced(big_endian: &[u8; 32]) -> Self {
        // The modulus is above 2^255: once is enough.
        Self::reduce(from_bytes(big_endian), false)
    }

    /// In Montgomery's form: times `R`.
    pub(super) fn to_montgomery(self) -> Self {
        self.multiply(&Self(M::R_SQUARED, PhantomData))
    }

    pub(super) fn is_zero(&self) -> bool {
        self.0 == ZERO
    }

    pub(super) fn is_odd(&self) -> bool {
        is_odd(&self.0)
    }

    /// The bit of this place; those above the highest are 0.
    pub(super) fn bit(&self, place: usize) -> bool {
        let word = self.0.get(place.wrapping_shr(6)).copied().unwrap_or_default();
        word.wrapping_shr(u32::try_from(place).unwrap_or_default()) & 1 == 1
    }

    pub(super) fn add(&self, other: &Self) -> Self {
        let (sum, carry) = sum(&self.0, &other.0);
        Self::reduce(sum, carry)
    }

    pub(super) fn double(&self) -> Self {
        self.add(self)
    }

    pub(super) fn subtract(&self, other: &Self) -> Self {
        let (difference, borrow) = difference(&self.0, &other.0);
        Self(if borrow { sum(&difference, &M::VALUE).0 } else { difference }, PhantomData)
    }

    pub(super) fn negate(&self) -> Self {
        Self::ZERO.subtract(self)
    }

    /// Divided by 2.
    pub(super) fn halve(&self) -> Self {
        let (even, carry) = if self.is_odd() { sum(&self.0, &M::VALUE) } else { (self.0, false) };
        let mut half = shift_right(&even, 1);
        if let Some(top) = half.last_mut() {
            *top |= u64::from(carry).rotate_right(1);
        }
        Self(half, PhantomData)
    }

    /// `self * other / R`
    // A call costs less than the registers that are lost when this is inlined into a point's formulas.
    #[inline(never)]
    pub(super) fn multiply(&self, other: &Self) -> Self {
        let mut product = multiply(&self.0, &other.0);
        let mut window = product.as_mut_slice();
        let mut carry = false;
        while let Some(five) = window.first_chunk_mut() {
            carry = M::clear_lowest(five, carry);
            window = window.get_mut(1..).unwrap_or_default();
        }
        let [_, _, _, _, high @ ..] = product;
        // The product was below R * m, so this is below 2 m.
        Self::reduce(high, carry)
    }

    /// `self * self / R`
    pub(super) fn square(&self) -> Self {
        self.multiply(self)
    }

    /// `R / self`; of 0 it is unspecified.
    ///
    /// Kaliski's algorithm (The Montgomery Inverse and Its Applications, 1995): `u * b.x + v * a.x = m` throughout,
    /// so nothing grows above the modulus, and `self * x = v * 2^shifted` for the second pair.
    // Not inlined, so that its numbers are off the stack when points are added.
    #[inline(never)]
    pub(super) fn montgomery_inverse(&self) -> Self {
        let mut first = Pair { value: M::VALUE, x: ZERO };
        let mut second = Pair { value: self.0, x: ZERO };
        if let Some(lowest) = second.x.first_mut() {
            *lowest = 1;
        }
        let mut shifted = second.strip(&mut first);
        while first.value != second.value && !self.is_zero() {
            let (larger, smaller) = if is_below(&first.value, &second.value) {
                (&mut second, &mut first)
            } else {
                (&mut first, &mut second)
            };
            larger.value = difference(&larger.value, &smaller.value).0;
            larger.x = sum(&larger.x, &smaller.x).0;
            shifted = shifted.wrapping_add(larger.strip(smaller));
        }
        // Both values are 1 now.
        let mut inverse = Self(second.x, PhantomData);
        for _ in 256..shifted {
            inverse = inverse.halve();
        }
        for _ in shifted..256 {
            inverse = inverse.double();
        }
        inverse
    }

    /// `1 / self` where both are in Montgomery's form.
    pub(super) fn inverse(&self) -> Self {
        self.montgomery_inverse().to_montgomery()
    }

    /// What is below twice the modulus, with a carry above its words.
    #[inline(always)]
    fn reduce(words: Words, carry: bool) -> Self {
        // The highest word alone tells nearly always.
        let is_reduced = match (words, M::VALUE) {
            _ if carry => false,
            ([.., high], [.., limit]) if high != limit => high < limit,
            _ => is_below(&words, &M::VALUE),
        };
        Self(if is_reduced { words } else { difference(&words, &M::VALUE).0 }, PhantomData)
    }
}

impl Scalar {
    /// `self`, or its negative with `true`: whichever is odd. Of 0 that is the order itself.
    pub(super) fn make_odd(&self) -> (Self, bool) {
        if self.is_odd() { (*self, false) } else { (Self(difference(&N::VALUE, &self.0).0, PhantomData), true) }
    }

    /// The number, as one modulo p. Not in Montgomery's form.
    pub(super) fn to_coordinate(self) -> Coordinate {
        // n is below p.
        Residue(self.0, PhantomData)
    }

    /// The number plus the order, as one modulo p, if it is still below p. Not in Montgomery's form.
    pub(super) fn plus_order(&self) -> Option<Coordinate> {
        let (sum, carry) = sum(&self.0, &N::VALUE);
        (!carry && is_below(&sum, &P::VALUE)).then_some(Residue(sum, PhantomData))
    }
}

impl<M> fmt::Debug for Residue<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().rev().try_for_each(|word| write!(f, "{word:016x}"))
    }
}

/// A value of Euclid's algorithm, with what it is a multiple of.
struct Pair {
    value: Words,
    x: Words,
}

impl Pair {
    /// Makes the value odd, and tells by how many bits.
    fn strip(&mut self, other: &mut Self) -> u32 {
        let mut stripped: u32 = 0;
        while let [lowest, ..] = self.value
            && lowest & 1 == 0
            && self.value != ZERO
        {
            // A word cannot be shifted by its whole width; what is left is for the next turn.
            let bits = lowest.trailing_zeros().min(63);
            self.value = shift_right(&self.value, bits);
            other.x = shift_left(&other.x, bits);
            stripped = stripped.wrapping_add(bits);
        }
        stripped
    }
}
