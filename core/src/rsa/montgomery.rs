//! Products modulo an odd number, by Montgomery's reduction, for the primitives of RSA
//! ([RFC 8017 §5](https://www.rfc-editor.org/rfc/rfc8017#section-5)).
//!
//! Squaring takes half the products of a multiplication. Rows of products are added without a branch or an index that
//! depends on their digits. Only what follows them differs: [`public`] may take the time that its numbers take, and
//! [`secret`] may not.

#[cfg(feature = "rsa")]
pub(super) mod public;
#[cfg(feature = "rsa-oaep")]
pub(super) mod secret;

use core::mem;

#[cfg(feature = "rsa-oaep")]
use subtle::Choice;

use crate::limits::SIGNATURE_BYTES;

/// A machine word: 32 bits on a Cortex-M, where one instruction (UMAAL) does the whole step of a row of products.
pub(super) type Limb = usize;

/// What rows of products are made of: two limbs, the lower first. Four products for each load and store.
pub(super) type Digit = [Limb; 2];

pub(super) const ZERO: Digit = [0; 2];
const LIMB_BYTES: usize = size_of::<Limb>();
pub(super) const DIGIT_BYTES: usize = size_of::<Digit>();
pub(super) const DIGITS: usize = SIGNATURE_BYTES.div_ceil(DIGIT_BYTES);

/// An odd modulus `n` of as many digits as its numbers have, with `R` the power of two just above what they hold.
///
/// Where it or its numbers are `SECRET`, the time of what is done with them depends on lengths alone.
struct Modulus<'m, const SECRET: bool> {
    n: &'m [Digit],
    /// `-1/n` modulo a digit.
    negative_inverse: Digit,
    /// Room for a product.
    product: &'m mut [[Digit; 2]],
}

impl<'m, const SECRET: bool> Modulus<'m, SECRET> {
    /// `None` if the room for a product is not twice as long, or there are no digits.
    fn new(n: &'m [Digit], product: &'m mut [[Digit; 2]]) -> Option<Self> {
        let product = product.get_mut(..n.len())?;
        Some(Self { negative_inverse: negative_inverse(*n.first()?), n, product })
    }

    /// `a * a / R mod n`
    fn square(&mut self, a: &mut [Digit]) {
        // Products of different digits, each once.
        let mut window = self.product.as_flattened_mut();
        window.fill(ZERO);
        let mut digits = &*a;
        while let ([digit, higher @ ..], [_, above @ ..]) = (digits, window) {
            let carry = add_scaled(above, higher, *digit);
            if let Some(next) = above.get_mut(higher.len()) {
                *next = carry;
            }
            digits = higher;
            window = above.get_mut(1..).unwrap_or_default();
        }

        // Twice that, and the squares.
        let (mut shifted_out, mut carry) = (0, false);
        for (four, &digit) in self.product.iter_mut().zip(&*a) {
            let square = multiply_add_add(digit, digit, ZERO, ZERO);
            for (x, &y) in four.as_flattened_mut().iter_mut().zip(<[Digit; 2]>::from(square).as_flattened()) {
                let doubled = (*x << 1) | shifted_out;
                shifted_out = *x >> (Limb::BITS - 1);
                (*x, carry) = doubled.carrying_add(y, carry);
            }
        }
        self.reduce(a);
    }

    /// `a * b / R mod n`, where `b` is not longer than the modulus, and one of them is below it.
    fn multiply(&mut self, a: &mut [Digit], b: impl Iterator<Item = Digit>) {
        let mut window = self.product.as_flattened_mut();
        window.fill(ZERO);
        for digit in b {
            let carry = add_scaled(window, a, digit);
            if let Some(next) = window.get_mut(a.len()) {
                *next = carry;
            }
            window = window.get_mut(1..).unwrap_or_default();
        }
        self.reduce(a);
    }

    /// Sets `a` to the product divided by `R`, modulo `n`.
    fn reduce(&mut self, a: &mut [Digit]) {
        // A multiple of n makes the lowest digit 0. It is not looked at again, and keeps the carry for the digit that
        // is n's length above it.
        let mut window = self.product.as_flattened_mut();
        for _ in self.n {
            let factor = window.first().map_or(ZERO, |lowest| wrapping_multiply(*lowest, self.negative_inverse));
            let carry = add_scaled(window, self.n, factor);
            if let Some(lowest) = window.first_mut() {
                *lowest = carry;
            }
            window = window.get_mut(1..).unwrap_or_default();
        }
        let (carries, high) = self.product.as_flattened().split_at_checked(self.n.len()).unwrap_or_default();
        let mut overflow = false;
        for (sum, (x, y)) in a.as_flattened_mut().iter_mut().zip(high.as_flattened().iter().zip(carries.as_flattened()))
        {
            (*sum, overflow) = x.carrying_add(*y, overflow);
        }
        // The product was below n * R, so this is below 2 n.
        self.subtract_if_not_below(a, overflow);
    }

    /// Subtracts `n` from what is not below it.
    fn subtract_if_not_below(&self, a: &mut [Digit], overflow: bool) {
        #[cfg(feature = "rsa-oaep")]
        if SECRET {
            let too_large = Choice::from(u8::from(overflow)) | !secret::is_below(a, self.n);
            secret::subtract_if(a, self.n, too_large);
            return;
        }
        if overflow || !is_below(a, self.n) {
            subtract(a, self.n);
        }
    }
}

impl Modulus<'_, false> {
    /// `a * R mod n`, by long division a limb at a time (Knuth, The Art of Computer Programming 2, §4.3.1).
    ///
    /// A quotient's digit is estimated from below, and what is missing of it is subtracted afterwards. To subtract a
    /// multiple of n is to add it of n's complement `c = R - n`: this is the same instruction as in the rows above.
    fn enter(&mut self, a: &mut [Digit]) {
        let a = a.as_flattened_mut();
        let steps = 0..a.len();
        let n = self.n.as_flattened();
        // The highest digit may have one limb only. The estimate needs the highest bit of a divisor to be set.
        let used = n.iter().rposition(|limb| *limb != 0).map_or(0, |top| top.saturating_add(1));
        let (Some(n), Some(a)) = (n.get(..used), a.get_mut(..used)) else { return };
        let shift = n.last().map_or(0, |limb| limb.leading_zeros());
        let Some(c) = self.product.as_flattened_mut().as_flattened_mut().get_mut(..used) else { return };
        c.copy_from_slice(n);
        shift_left(c, shift);
        for limb in &mut *c {
            *limb = !*limb;
        }
        // The lowest limb of n, shifted by less than a limb, is not 0: its complement plus 1 does not carry.
        if let Some(lowest) = c.first_mut() {
            *lowest = lowest.wrapping_add(1);
        }
        shift_left(a, shift);

        let reciprocal = reciprocal(c.last().copied().unwrap_or_default());
        for _ in steps {
            let [.., second, first] = *a else { return };
            let (_, more) = reciprocal.carrying_mul(first, second);
            let quotient = first.wrapping_add(more);
            let (mut below, mut carry) = (0, 0);
            for (x, &c) in a.iter_mut().zip(&*c) {
                let (sum, next) = quotient.carrying_mul_add(c, below, carry);
                below = mem::replace(x, sum);
                carry = next;
            }
            // What stands above the highest limb: 0 or little more, as the estimate was not too high.
            let mut above = first.wrapping_add(carry).wrapping_sub(quotient);
            while above != 0 || a.iter().rev().copied().gt(c.iter().rev().map(|limb| !limb)) {
                above = above.wrapping_sub(1).wrapping_add(Limb::from(add(a, c)));
            }
        }
        shift_right(a, shift);
    }
}

/// Adds `a * k` to as many digits of `x`, and returns what is carried to the next one.
pub(super) fn add_scaled(x: &mut [Digit], a: &[Digit], k: Digit) -> Digit {
    let mut carry = ZERO;
    for (x, &a) in x.iter_mut().zip(a) {
        (*x, carry) = multiply_add_add(a, k, *x, carry);
    }
    carry
}

/// `a * k + x + y`, the lower digit first. It cannot overflow, nor can any of its steps.
#[inline(always)]
fn multiply_add_add([a0, a1]: Digit, [k0, k1]: Digit, [x0, x1]: Digit, [y0, y1]: Digit) -> (Digit, Digit) {
    let (low0, carry) = a0.carrying_mul_add(k0, x0, y0);
    let (middle, high) = a1.carrying_mul_add(k0, x1, carry);
    let (low1, carry) = a0.carrying_mul_add(k1, middle, y1);
    let (high0, high1) = a1.carrying_mul_add(k1, high, carry);
    ([low0, low1], [high0, high1])
}

/// The lower digit of `a * b`.
fn wrapping_multiply([a0, a1]: Digit, [b0, b1]: Digit) -> Digit {
    let (low, carry) = a0.carrying_mul(b0, 0);
    [low, carry.wrapping_add(a0.wrapping_mul(b1)).wrapping_add(a1.wrapping_mul(b0))]
}

/// `-1/n` modulo a digit, for an odd `n`: Newton's iteration doubles the number of right bits, from 3 to 192.
fn negative_inverse(n: Digit) -> Digit {
    let [low, high] = n;
    let mut inverse = [low.wrapping_neg(), !high];
    for _ in 0..6 {
        let [low, high] = wrapping_multiply(n, inverse);
        let (low, carry) = low.carrying_add(2, false);
        inverse = wrapping_multiply(inverse, [low, high.wrapping_add(Limb::from(carry))]);
    }
    inverse
}

/// For the complement `!d` of a divisor's highest limb `d`, whose highest bit is set: `B^2 / (d + 1) - B`, rounded
/// down, where `B` is one more than the largest limb.
fn reciprocal(complement: Limb) -> Limb {
    let mut remainder = complement;
    let mut quotient = 0;
    for _ in 0..Limb::BITS {
        let overflow = remainder.leading_zeros() == 0;
        remainder <<= 1;
        quotient <<= 1;
        if overflow || remainder > !complement {
            // Less d + 1.
            remainder = remainder.wrapping_add(complement);
            quotient |= 1;
        }
    }
    quotient
}

pub(super) fn is_below(a: &[Digit], b: &[Digit]) -> bool {
    a.as_flattened().iter().rev().lt(b.as_flattened().iter().rev())
}

/// Adds `b` to `a`, of the same length, and returns whether it overflowed.
fn add(a: &mut [Limb], b: &[Limb]) -> bool {
    let mut carry = false;
    for (a, b) in a.iter_mut().zip(b) {
        (*a, carry) = a.carrying_add(*b, carry);
    }
    carry
}

/// Subtracts `b` from `a`, of the same length, modulo `R`.
fn subtract(a: &mut [Digit], b: &[Digit]) {
    let mut borrow = false;
    for (a, b) in a.as_flattened_mut().iter_mut().zip(b.as_flattened()) {
        (*a, borrow) = a.borrowing_sub(*b, borrow);
    }
}

/// Shifts by less than a limb.
fn shift_left(a: &mut [Limb], bits: u32) {
    let mut shifted_out = 0;
    for limb in a {
        (*limb, shifted_out) = limb.carrying_mul(Limb::from(true).wrapping_shl(bits), shifted_out);
    }
}

/// Shifts by less than a limb.
fn shift_right(a: &mut [Limb], bits: u32) {
    let mut above = 0_usize;
    for limb in a.iter_mut().rev() {
        let shifted = limb.wrapping_shr(bits) | above.unbounded_shl(Limb::BITS.saturating_sub(bits));
        above = mem::replace(limb, shifted);
    }
}

pub(super) fn load(a: &mut [Digit], bytes: &[u8]) {
    a.fill(ZERO);
    for (digit, value) in a.iter_mut().zip(digits(bytes)) {
        *digit = value;
    }
}

/// The digits of a big-endian number, the lowest first (OS2IP, RFC 8017 §4.2).
pub(super) fn digits(bytes: &[u8]) -> impl Iterator<Item = Digit> {
    bytes.rchunks(DIGIT_BYTES).map(|digit| {
        let limb = |bytes: &[u8]| bytes.iter().fold(0, |limb: Limb, byte| (limb << 8) | Limb::from(*byte));
        let mut limbs = digit.rchunks(LIMB_BYTES).map(limb);
        [limbs.next().unwrap_or(0), limbs.next().unwrap_or(0)]
    })
}

/// The number's last `count` bytes in big-endian order (I2OSP, RFC 8017 §4.1).
pub(super) fn big_endian(a: &[Digit], count: usize) -> impl Iterator<Item = u8> {
    let unused = size_of_val(a).saturating_sub(count);
    a.as_flattened().iter().rev().flat_map(|limb| limb.to_be_bytes()).skip(unused)
}

#[cfg(test)]
mod tests;
