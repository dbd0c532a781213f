//! Numbers modulo P-256's two primes ([SP 800-186 §3.2.1.3](https://doi.org/10.6028/NIST.SP.800-186)).
//!
//! All operands are public, so the time may depend on them. Products are Montgomery's: what is multiplied is divided by
//! `R = 2^256` on the way.

use core::{fmt, marker::PhantomData, mem};

/// A machine word: 32 bits on a Cortex-M, where one instruction (UMAAL) does a whole step of a row of products.
#[cfg(not(target_pointer_width = "64"))]
type Limb = u32;
#[cfg(target_pointer_width = "64")]
type Limb = u64;

#[cfg(not(target_pointer_width = "64"))]
const LIMBS: usize = 8;
#[cfg(target_pointer_width = "64")]
const LIMBS: usize = 4;

const LIMB_BYTES: usize = size_of::<Limb>();

/// The lowest limb first.
type Limbs = [Limb; LIMBS];

const ZERO: Limbs = [0; LIMBS];

/// A prime of 256 bits.
pub(super) trait Modulus: Copy {
    const VALUE: Limbs;
    /// `-1/m` modulo a limb.
    const NEGATIVE_INVERSE: Limb;
    /// `R mod m` and `R^2 mod m`
    const R: Limbs;
    const R_SQUARED: Limbs;
}

/// Coordinates are numbers modulo p.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct P;

/// Scalars are numbers modulo n, the order of the curve.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct N;

impl Modulus for P {
    const VALUE: Limbs = limbs([0xffff_ffff_ffff_ffff, 0x0000_0000_ffff_ffff, 0, 0xffff_ffff_0000_0001]);
    const NEGATIVE_INVERSE: Limb = 1;
    const R: Limbs = limbs([1, 0xffff_ffff_0000_0000, 0xffff_ffff_ffff_ffff, 0x0000_0000_ffff_fffe]);
    const R_SQUARED: Limbs = limbs([3, 0xffff_fffb_ffff_ffff, 0xffff_ffff_ffff_fffe, 0x0000_0004_ffff_fffd]);
}

impl Modulus for N {
    const VALUE: Limbs =
        limbs([0xf3b9_cac2_fc63_2551, 0xbce6_faad_a717_9e84, 0xffff_ffff_ffff_ffff, 0xffff_ffff_0000_0000]);
    #[cfg(not(target_pointer_width = "64"))]
    const NEGATIVE_INVERSE: Limb = 0xee00_bc4f;
    #[cfg(target_pointer_width = "64")]
    const NEGATIVE_INVERSE: Limb = 0xccd1_c8aa_ee00_bc4f;
    const R: Limbs = limbs([0x0c46_353d_039c_daaf, 0x4319_0552_58e8_617b, 0, 0x0000_0000_ffff_ffff]);
    const R_SQUARED: Limbs =
        limbs([0x8324_4c95_be79_eea2, 0x4699_799c_49bd_6fa6, 0x2845_b239_2b6b_ec59, 0x66e1_2d94_f3d9_5620]);
}

/// A coordinate, in Montgomery's form unless it says otherwise.
pub(super) type Coordinate = Residue<P>;

/// A scalar, as it is unless it says otherwise.
pub(super) type Scalar = Residue<N>;

/// A number below the modulus.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Residue<M>(Limbs, PhantomData<M>);

impl<M: Modulus> Residue<M> {
    pub(super) const ZERO: Self = Self(ZERO, PhantomData);
    /// 1 in Montgomery's form.
    pub(super) const ONE: Self = Self(M::R, PhantomData);

    /// A number as it stands in a table, the lowest 64 bits first.
    pub(super) const fn constant(words: [u64; 4]) -> Self {
        Self(limbs(words), PhantomData)
    }

    /// `None` if it is not below the modulus.
    pub(super) fn from_bytes(big_endian: &[u8; 32]) -> Option<Self> {
        let limbs = from_bytes(big_endian);
        is_below(&limbs, &M::VALUE).then_some(Self(limbs, PhantomData))
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
        let limb = self.0.get(place.wrapping_shr(Limb::BITS.ilog2())).copied().unwrap_or_default();
        let place = u32::try_from(place).unwrap_or_default();
        limb.wrapping_shr(place) & 1 == 1
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
            *top |= Limb::from(carry).rotate_right(1);
        }
        Self(half, PhantomData)
    }

    /// `self * other / R`
    // A call costs less than the registers that are lost when this is inlined into a point's formulas.
    #[inline(never)]
    pub(super) fn multiply(&self, other: &Self) -> Self {
        let mut window = ZERO;
        let mut overflow = false;
        for &factor in &other.0 {
            let product_carry = add_scaled(&mut window, &self.0, factor);
            // A multiple of the modulus makes the lowest limb 0, and all go down by one.
            let [lowest, ..] = window;
            let carry = add_scaled(&mut window, &M::VALUE, lowest.wrapping_mul(M::NEGATIVE_INVERSE));
            let [_, above @ ..] = window;
            // Before and after, the number is below twice the modulus: one bit is enough above the limbs.
            let top;
            (top, overflow) = product_carry.carrying_add(carry, overflow);
            for (to, from) in window.iter_mut().zip(above.into_iter().chain([top])) {
                *to = from;
            }
        }
        Self::reduce(window, overflow)
    }

    /// `self * self / R`
    pub(super) fn square(&self) -> Self {
        self.multiply(self)
    }

    /// `R / self`; of 0 it is unspecified.
    ///
    /// Kaliski's algorithm (The Montgomery Inverse and Its Applications, 1995): `u * b.x + v * a.x = m` throughout,
    /// so nothing grows above the modulus, and `self * x = v * 2^shifted` for the second pair.
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

    /// What is below twice the modulus, with a carry above its limbs.
    fn reduce(limbs: Limbs, carry: bool) -> Self {
        let is_reduced = !carry && is_below(&limbs, &M::VALUE);
        Self(if is_reduced { limbs } else { difference(&limbs, &M::VALUE).0 }, PhantomData)
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
        self.0.iter().rev().try_for_each(|limb| write!(f, "{limb:0width$x}", width = LIMB_BYTES.saturating_mul(2)))
    }
}

/// A value of Euclid's algorithm, with what it is a multiple of.
struct Pair {
    value: Limbs,
    x: Limbs,
}

impl Pair {
    /// Makes the value odd, and tells by how many bits.
    fn strip(&mut self, other: &mut Self) -> u32 {
        let mut stripped: u32 = 0;
        while let [lowest, ..] = self.value
            && lowest & 1 == 0
            && self.value != ZERO
        {
            // A limb cannot be shifted by its whole width; what is left is for the next turn.
            let bits = lowest.trailing_zeros().min(Limb::BITS.wrapping_sub(1));
            self.value = shift_right(&self.value, bits);
            other.x = shift_left(&other.x, bits);
            stripped = stripped.wrapping_add(bits);
        }
        stripped
    }
}

#[cfg(not(target_pointer_width = "64"))]
const fn limbs(words: [u64; 4]) -> Limbs {
    const fn halves(word: u64) -> [u32; 2] {
        let [a, b, c, d, e, f, g, h] = word.to_le_bytes();
        [u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h])]
    }
    let [first, second, third, fourth] = words;
    let ([a, b], [c, d], [e, f], [g, h]) = (halves(first), halves(second), halves(third), halves(fourth));
    [a, b, c, d, e, f, g, h]
}

#[cfg(target_pointer_width = "64")]
const fn limbs(words: [u64; 4]) -> Limbs {
    words
}

fn from_bytes(big_endian: &[u8; 32]) -> Limbs {
    let (chunks, _) = big_endian.as_chunks::<LIMB_BYTES>();
    let mut limbs = ZERO;
    for (limb, bytes) in limbs.iter_mut().zip(chunks.iter().rev()) {
        *limb = Limb::from_be_bytes(*bytes);
    }
    limbs
}

fn is_odd(a: &Limbs) -> bool {
    let [lowest, ..] = a;
    lowest & 1 == 1
}

fn is_below(a: &Limbs, b: &Limbs) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

/// Adds `a * k` to `x`, and returns what is carried to the next limb.
#[inline(always)]
fn add_scaled(x: &mut Limbs, a: &Limbs, k: Limb) -> Limb {
    let mut carry = 0;
    for (x, &a) in x.iter_mut().zip(a) {
        (*x, carry) = k.carrying_mul_add(a, *x, carry);
    }
    carry
}

fn sum(a: &Limbs, b: &Limbs) -> (Limbs, bool) {
    let (mut sum, mut carry) = (*a, false);
    for (x, &y) in sum.iter_mut().zip(b) {
        (*x, carry) = x.carrying_add(y, carry);
    }
    (sum, carry)
}

fn difference(a: &Limbs, b: &Limbs) -> (Limbs, bool) {
    let (mut difference, mut borrow) = (*a, false);
    for (x, &y) in difference.iter_mut().zip(b) {
        (*x, borrow) = x.borrowing_sub(y, borrow);
    }
    (difference, borrow)
}

/// By 1 bit or more, and less than a limb.
fn shift_right(a: &Limbs, bits: u32) -> Limbs {
    let mut shifted = *a;
    let mut above = 0;
    for limb in shifted.iter_mut().rev() {
        let this = mem::replace(&mut above, *limb);
        *limb = limb.wrapping_shr(bits) | this.wrapping_shl(Limb::BITS.wrapping_sub(bits));
    }
    shifted
}

/// By 1 bit or more, and less than a limb.
fn shift_left(a: &Limbs, bits: u32) -> Limbs {
    let mut shifted = *a;
    let mut below = 0;
    for limb in &mut shifted {
        let this = mem::replace(&mut below, *limb);
        *limb = limb.wrapping_shl(bits) | this.wrapping_shr(Limb::BITS.wrapping_sub(bits));
    }
    shifted
}
