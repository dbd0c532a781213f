//! Numbers modulo the two primes of a curve, of `W` words of 64 bits.
//!
//! All operands are public, so the time may depend on them. Products are Montgomery's: what is multiplied is divided by
//! `R = 2^(64 * W)` on the way.

use core::{fmt, marker::PhantomData};

use self::words::{Words, difference, from_bytes, is_below, is_odd, multiply, shift_left, shift_right, sum};

pub(super) mod words;

/// A prime.
pub(super) trait Modulus<const W: usize>: Copy + Eq + fmt::Debug {
    const VALUE: Words<W>;
    /// `R mod m` and `R^2 mod m`
    const R: Words<W>;
    const R_SQUARED: Words<W>;

    /// Adds the multiple of the modulus that makes the lower half 0, and returns the carry. What stands in the lower half
    /// is not looked at again.
    fn clear_lower_half(product: &mut [Words<W>; 2]) -> bool;
}

/// A number below the modulus.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Residue<M, const W: usize>(Words<W>, PhantomData<M>);

impl<M: Modulus<W>, const W: usize> Residue<M, W> {
    pub(super) const ZERO: Self = Self([0; W], PhantomData);
    /// 1 in Montgomery's form.
    pub(super) const ONE: Self = Self(M::R, PhantomData);

    /// A number as it stands in a table, the lowest 64 bits first.
    pub(super) const fn constant(words: Words<W>) -> Self {
        Self(words, PhantomData)
    }

    /// `None` if it is not below the modulus.
    pub(super) fn from_bytes(big_endian: &[u8]) -> Option<Self> {
        let words = from_bytes(big_endian)?;
        is_below(&words, &M::VALUE).then_some(Self(words, PhantomData))
    }

    /// The number of these bytes modulo the modulus. `None` if it is not below twice the modulus.
    pub(super) fn reduced(big_endian: &[u8]) -> Option<Self> {
        let reduced = Self::reduce(from_bytes(big_endian)?, false);
        is_below(&reduced.0, &M::VALUE).then_some(reduced)
    }

    /// In Montgomery's form: times `R`.
    pub(super) fn to_montgomery(self) -> Self {
        self.multiply(&Self(M::R_SQUARED, PhantomData))
    }

    pub(super) fn is_zero(&self) -> bool {
        self.0 == [0; W]
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
        let carry = M::clear_lower_half(&mut product);
        let [_, high] = product;
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
        let mut first = Pair { value: M::VALUE, x: [0; W] };
        let mut second = Pair { value: self.0, x: [0; W] };
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
        let bits = u32::try_from(W.wrapping_mul(64)).unwrap_or_default();
        let mut inverse = Self(second.x, PhantomData);
        for _ in bits..shifted {
            inverse = inverse.halve();
        }
        for _ in shifted..bits {
            inverse = inverse.double();
        }
        inverse
    }

    /// `1 / self` where both are in Montgomery's form.
    pub(super) fn inverse(&self) -> Self {
        self.montgomery_inverse().to_montgomery()
    }

    /// `self`, or its negative with `true`: whichever is odd. Of 0 that is the modulus itself.
    pub(super) fn make_odd(&self) -> (Self, bool) {
        if self.is_odd() { (*self, false) } else { (Self(difference(&M::VALUE, &self.0).0, PhantomData), true) }
    }

    /// The number, as one modulo a larger prime. Not in Montgomery's form.
    pub(super) const fn widen<L: Modulus<W>>(self) -> Residue<L, W> {
        Residue(self.0, PhantomData)
    }

    /// The number plus the modulus, as one modulo a larger prime, if it is still below that. Not in Montgomery's form.
    pub(super) fn plus_modulus<L: Modulus<W>>(&self) -> Option<Residue<L, W>> {
        let (sum, carry) = sum(&self.0, &M::VALUE);
        (!carry && is_below(&sum, &L::VALUE)).then_some(Residue(sum, PhantomData))
    }

    /// What is below twice the modulus, with a carry above its words.
    #[inline(always)]
    fn reduce(words: Words<W>, carry: bool) -> Self {
        // The highest word alone tells nearly always.
        let is_reduced = match (words.last(), M::VALUE.last()) {
            _ if carry => false,
            (Some(high), Some(limit)) if high != limit => high < limit,
            _ => is_below(&words, &M::VALUE),
        };
        Self(if is_reduced { words } else { difference(&words, &M::VALUE).0 }, PhantomData)
    }
}

impl<M, const W: usize> fmt::Debug for Residue<M, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().rev().try_for_each(|word| write!(f, "{word:016x}"))
    }
}

/// A value of Euclid's algorithm, with what it is a multiple of.
struct Pair<const W: usize> {
    value: Words<W>,
    x: Words<W>,
}

impl<const W: usize> Pair<W> {
    /// Makes the value odd, and tells by how many bits.
    fn strip(&mut self, other: &mut Self) -> u32 {
        let mut stripped: u32 = 0;
        while let Some(lowest) = self.value.first()
            && lowest & 1 == 0
            && self.value != [0; W]
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
