//! Numbers of a fixed count of words.
//!
//! On a machine of 32 bits a word is two of its own. What a processor does with a carry is written such that the compiler
//! finds it: on a Cortex-M4 one instruction for each word of a sum (ADCS) or difference (SBCS), and one for each product,
//! with two additions (UMAAL).

use core::mem;

/// The lowest word first.
pub(in super::super) type Words<const W: usize> = [u64; W];

/// `None` if there are more bytes than the words have.
pub(super) fn from_bytes<const W: usize>(big_endian: &[u8]) -> Option<Words<W>> {
    let (highest, chunks) = big_endian.as_rchunks();
    let mut words = [0; W];
    let (low, high) = words.split_at_mut_checked(chunks.len())?;
    for (word, bytes) in low.iter_mut().zip(chunks.iter().rev()) {
        *word = u64::from_be_bytes(*bytes);
    }
    if !highest.is_empty() {
        *high.first_mut()? = highest.iter().fold(0, |word, byte| word.wrapping_shl(8) | u64::from(*byte));
    }
    Some(words)
}

pub(super) fn is_odd<const W: usize>(words: &Words<W>) -> bool {
    words.first().is_some_and(|lowest| lowest & 1 == 1)
}

pub(super) fn is_below<const W: usize>(a: &Words<W>, b: &Words<W>) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

/// `a + b`, and the carry.
#[inline(always)]
pub(super) fn sum<const W: usize>(a: &Words<W>, b: &Words<W>) -> (Words<W>, bool) {
    carrying_sum(a, b, false)
}

/// `a - b`, and whether it is below 0.
#[inline(always)]
pub(super) fn difference<const W: usize>(a: &Words<W>, b: &Words<W>) -> (Words<W>, bool) {
    let (difference, carry) = carrying_sum(a, &b.map(|word| !word), true);
    (difference, !carry)
}

#[cfg(target_pointer_width = "64")]
#[inline(always)]
fn carrying_sum<const W: usize>(a: &Words<W>, b: &Words<W>, mut carry: bool) -> (Words<W>, bool) {
    let mut sum = *a;
    for (x, &y) in sum.iter_mut().zip(b) {
        (*x, carry) = x.carrying_add(y, carry);
    }
    (sum, carry)
}

#[cfg(not(target_pointer_width = "64"))]
#[inline(always)]
fn carrying_sum<const W: usize>(a: &Words<W>, b: &Words<W>, carry: bool) -> (Words<W>, bool) {
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
pub(super) fn shift_right<const W: usize>(a: &Words<W>, bits: u32) -> Words<W> {
    let mut shifted = *a;
    let mut above = 0;
    for word in shifted.iter_mut().rev() {
        let this = mem::replace(&mut above, *word);
        *word = word.wrapping_shr(bits) | this.wrapping_shl(64_u32.wrapping_sub(bits));
    }
    shifted
}

/// By 1 bit or more, and less than a word.
pub(super) fn shift_left<const W: usize>(a: &Words<W>, bits: u32) -> Words<W> {
    let mut shifted = *a;
    let mut below = 0;
    for word in &mut shifted {
        let this = mem::replace(&mut below, *word);
        *word = word.wrapping_shl(bits) | this.wrapping_shr(64_u32.wrapping_sub(bits));
    }
    shifted
}

/// `a * b`, the lower half first.
#[inline(always)]
pub(super) fn multiply<const W: usize>(a: &Words<W>, b: &Words<W>) -> [Words<W>; 2] {
    let mut product = [[0; W]; 2];
    let mut window = product.as_flattened_mut();
    for &factor in b {
        if let Some((low, [top, ..])) = window.split_first_chunk_mut() {
            // Nothing has been added to the top yet. The compiler does not know that it is 0, and so does not take the
            // first products apart.
            *top = add_scaled(low, a, factor, *top);
        }
        window = window.get_mut(1..).unwrap_or_default();
    }
    product
}

/// Makes each word of the lower half 0 by a multiple of the modulus, which is added where that word is the lowest; it is not
/// looked at again. Returns the carry out of the higher half.
#[inline(always)]
pub(in super::super) fn clear_lower_half<const W: usize>(
    product: &mut [Words<W>; 2],
    modulus: &Words<W>,
    negative_inverse: u64,
) -> bool {
    let mut window = product.as_flattened_mut();
    let mut carry = false;
    while let Some((low, [top, ..])) = window.split_first_chunk_mut::<W>() {
        let factor = low.first().map_or(0, |lowest| lowest.wrapping_mul(negative_inverse));
        let above = add_scaled(low, modulus, factor, 0);
        (*top, carry) = top.carrying_add(above, carry);
        window = window.get_mut(1..).unwrap_or_default();
    }
    carry
}

/// Adds `a * k + carry` to `x`, and returns what is carried to the next word.
#[inline(always)]
fn add_scaled<const W: usize>(x: &mut Words<W>, a: &Words<W>, k: u64, mut carry: u64) -> u64 {
    for (x, &a) in x.iter_mut().zip(a) {
        (*x, carry) = multiply_add_add(a, k, *x, carry);
    }
    carry
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
pub(in super::super) fn double_word(low: u64, high: u64) -> u128 {
    u128::from(low) | (u128::from(high) << 64)
}

/// The lower word first.
#[inline(always)]
pub(in super::super) fn split(double: u128) -> [u64; 2] {
    let word = |double: u128| u64::try_from(double & u128::from(u64::MAX)).unwrap_or_default();
    [word(double), word(double >> 64)]
}
