//! Sums of multiples of two points by tables that are made once: unsigned combs (Lim and Lee, More Flexible Exponentiation
//! with Precomputation, 1994).
//!
//! A scalar is taken for the integer that it is, and never replaced by one that is equal modulo the group order: a key may
//! have a part of small order, for which they are not equal. The group's formulas are complete, so no addition is
//! exceptional.

use core::ops::Add as _;

use curve25519_dalek::{EdwardsPoint, Scalar, traits::Identity as _};

/// The rows that a scalar is cut into, one for each tooth, and their length. A column is one point of the table.
struct Shape {
    teeth: usize,
    spacing: usize,
}

impl Shape {
    fn of(table: &[EdwardsPoint]) -> Self {
        let teeth = usize::try_from(table.len().checked_ilog2().unwrap_or_default()).unwrap_or_default().max(1);
        Self { teeth, spacing: SCALAR_BITS.div_ceil(teeth) }
    }
}

/// Fills a table, whose length is a power of two: point `i` is the sum of `2^(spacing * j)` times the point, for each bit `j`
/// that is set in `i`.
pub(super) fn fill(table: &mut [EdwardsPoint], point: &EdwardsPoint) {
    let Shape { teeth, spacing } = Shape::of(table);
    if let Some(none) = table.first_mut() {
        *none = EdwardsPoint::identity();
    }
    let mut row = *point;
    let mut known = 1_usize;
    for _ in 0..teeth {
        let Some((from, to)) = table.split_at_mut_checked(known) else { return };
        for (from, to) in from.iter().zip(to) {
            *to = from.add(&row);
        }
        known = known.wrapping_shl(1);
        for _ in 0..spacing {
            row = row.add(&row);
        }
    }
}

/// The sum of two multiples, by tables of one length.
pub(super) fn sum(terms: [(&[EdwardsPoint], &Scalar); 2]) -> EdwardsPoint {
    let [(table, _), _] = terms;
    let Shape { teeth, spacing } = Shape::of(table);
    let mut sum = EdwardsPoint::identity();
    for position in (0..spacing).rev() {
        sum = sum.add(&sum);
        for (table, scalar) in terms {
            let places = (0..teeth).rev().map(|tooth| tooth.wrapping_mul(spacing).wrapping_add(position));
            let index = places.fold(0_usize, |index, place| index.wrapping_shl(1) | usize::from(bit(scalar, place)));
            if let Some(point) = table.get(index).filter(|_| index != 0) {
                sum = sum.add(point);
            }
        }
    }
    sum
}

/// The bit of this place; those above the highest are 0.
fn bit(scalar: &Scalar, place: usize) -> bool {
    let byte = scalar.as_bytes().get(place / 8).copied().unwrap_or_default();
    byte.wrapping_shr(u32::try_from(place % 8).unwrap_or_default()) & 1 == 1
}

/// Of a scalar below the group order.
const SCALAR_BITS: usize = 253;
