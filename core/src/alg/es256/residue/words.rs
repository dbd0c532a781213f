//! Numbers of 256 bits.
//!
//! On a machine of 32 bits a word is two of its own. What a processor does with a carry is written such that the compiler
//! finds it: on a Cortex-M4 one instruction for each word of a sum (ADCS) or difference (SBCS), and one for each product,
//! with two additions (UMAAL).

use core::mem;

/// The lowest word first.
pub(in super::super) type Words = [u64; 4];

pub(super) const ZERO: Words = [0; 4];

pub(super) fn from_bytes(big_endian: &[u8; 32]) -> Words {
    let (chunks, _) = big_endian.as_chunks();
    let mut words = ZERO;
    for (word, bytes) in words.iter_mut().zip(chunks.iter().rev()) {
        *word = u64::from_be_bytes(*bytes);
    }
    words
}

pub(super) fn is_odd([lowest, ..]: &Words) -> bool {
    lowest & 1 == 1
}

pub(super) fn is_below(a: &Words, b: &Words) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

/// `a + b`, and the carry.
#[inline(always)]
pub(super) fn sum(a: &Words, b: &Words) -> (Words, bool) {
    carrying_sum(a, b, false)
}

/// `a - b`, and whether it is below 0.
#[inline(always)]
pub(super) fn difference(a: &Words, b: &Words) -> (Words, bool) {
    let (difference, carry) = carrying_sum(a, &b.map(|word| !word), true);
    (difference, !carry)
}

#[cfg(target_pointer_width = "64")]
#[inline(always)]
fn carrying_sum(a: &Words, b: &Words, mut carry: bool) -> (Words, bool) {
    let mut sum = *a;
    for (x, &y) in sum.iter_mut().zip(b) {
        (*x, carry) = x.carrying_add(y, carry);
    }
    (sum, carry)
}

#[cfg(not(target_pointer_width = "64"))]
#[inline(always)]
fn carrying_sum(a: &Words, b: &Words, carry: bool) -> (Words, bool) {
    let add =
        |x: u32, y: u32, carry: u32| halves(u64::from(x).wrapping_add(u64::from(y)).wrapping_add(u64::from(carry)));
    let mut sum = *a;
    let mut carry = u32::from(carry);
    for (x, &y) in sum.iter_mut().zip(b) {
        let ([x0, x1], [y0, y1]) = (halves(*x), halves(y));
        let [low, between] = add(x0, y0, carry);
        let [high, above] = add(x1, y1, between);
        *x = whole([low, high]);
        carry = above;
    }
    (sum, carry != 0)
}

/// By 1 bit or more, and less than a word.
pub(super) fn shift_right(a: &Words, bits: u32) -> Words {
    let mut shifted = *a;
    let mut above = 0;
    for word in shifted.iter_mut().rev() {
        let this = mem::replace(&mut above, *word);
        *word = word.wrapping_shr(bits) | this.wrapping_shl(64_u32.wrapping_sub(bits));
    }
    shifted
}

/// By 1 bit or more, and less than a word.
pub(super) fn shift_left(a: &Words, bits: u32) -> Words {
    let mut shifted = *a;
    let mut below = 0;
    for word in &mut shifted {
        let this = mem::replace(&mut below, *word);
        *word = word.wrapping_shl(bits) | this.wrapping_shr(64_u32.wrapping_sub(bits));
    }
    shifted
}

/// `a * b`
#[inline(always)]
pub(super) fn multiply(a: &Words, b: &Words) -> [u64; 8] {
    let mut product = [0; 8];
    let mut window = product.as_mut_slice();
    for &factor in b {
        if let Some([low @ .., top]) = window.first_chunk_mut::<5>() {
            // Nothing has been added to the top yet. The compiler does not know that it is 0, and so does not take the
            // first products apart.
            *top = add_scaled(low, a, factor, *top);
        }
        window = window.get_mut(1..).unwrap_or_default();
    }
    product
}

/// Adds `a * k + carry` to `x`, and returns what is carried to the next word.
#[inline(always)]
pub(super) fn add_scaled(x: &mut Words, a: &Words, k: u64, mut carry: u64) -> u64 {
    for (x, &a) in x.iter_mut().zip(a) {
        (*x, carry) = multiply_add_add(a, k, *x, carry);
    }
    carry
}

/// Adds p as often as the lowest word says, and the carry to the highest word; returns the carry out of that.
///
/// `p = -1 + 2^96 + 2^192 * (2^64 - 2^32 + 1)`. The lowest word, which becomes 0, is left as it is.
#[inline(always)]
pub(super) fn add_multiple_of_p(words: &mut [u64; 5], carry: bool) -> bool {
    let [lowest, first, second, third, fourth] = words;
    let factor = u128::from(*lowest);
    let (sum, overflow) = double_word(*first, *second).overflowing_add(factor << 32);
    [*first, *second] = split(sum);
    // Below 2^128 - 2^96, so there is room for the carry.
    let multiple = ((factor << 64) | factor).wrapping_sub(factor << 32);
    let multiple = multiple.wrapping_add(u128::from(carry) << 64);
    let (sum, overflow) = double_word(*third, *fourth).carrying_add(multiple, overflow);
    [*third, *fourth] = split(sum);
    overflow
}

/// `a * k + x + y`, the lower word first. It cannot overflow, nor can any of its steps.
#[cfg(target_pointer_width = "64")]
#[inline(always)]
fn multiply_add_add(a: u64, k: u64, x: u64, y: u64) -> (u64, u64) {
    a.carrying_mul_add(k, x, y)
}

/// `a * k + x + y`, the lower word first. It cannot overflow, nor can any of its steps.
#[cfg(not(target_pointer_width = "64"))]
#[inline(always)]
fn multiply_add_add(a: u64, k: u64, x: u64, y: u64) -> (u64, u64) {
    let ([a0, a1], [k0, k1], [x0, x1], [y0, y1]) = (halves(a), halves(k), halves(x), halves(y));
    let (low0, carry) = a0.carrying_mul_add(k0, x0, y0);
    let (middle, high) = a1.carrying_mul_add(k0, x1, carry);
    let (low1, carry) = a0.carrying_mul_add(k1, middle, y1);
    let (high0, high1) = a1.carrying_mul_add(k1, high, carry);
    (whole([low0, low1]), whole([high0, high1]))
}

/// The lower half first.
#[cfg(not(target_pointer_width = "64"))]
#[inline(always)]
fn halves(word: u64) -> [u32; 2] {
    let [a, b, c, d, e, f, g, h] = word.to_le_bytes();
    [u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h])]
}

#[cfg(not(target_pointer_width = "64"))]
#[inline(always)]
fn whole([low, high]: [u32; 2]) -> u64 {
    u64::from(low) | (u64::from(high) << 32)
}

#[inline(always)]
fn double_word(low: u64, high: u64) -> u128 {
    u128::from(low) | (u128::from(high) << 64)
}

/// The lower word first.
#[inline(always)]
fn split(double: u128) -> [u64; 2] {
    let word = |double: u128| u64::try_from(double & u128::from(u64::MAX)).unwrap_or_default();
    [word(double), word(double >> 64)]
}
