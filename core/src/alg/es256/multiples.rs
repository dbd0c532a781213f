//! Sums of multiples of points, `u * G + v * Q`, whose doublings are shared.
//!
//! A table that is made once per key is a signed comb (Hamburg, Fast and compact elliptic-curve cryptography, 2012): a
//! scalar of digits 1 and -1, taken in columns. Without one, the odd multiples up to 15 Q are made on the way, and the scalar
//! is taken in windows (the w-NAF of Hankerson, Menezes and Vanstone, Guide to Elliptic Curve Cryptography, §3.3.1).

use super::{
    point::{Affine, BATCH, Jacobian, normalize},
    residue::{Coordinate, Scalar},
};

/// What is added up: a point to be added, or subtracted with `true`, for each doubling that is still to come.
pub(super) trait Term {
    /// How many positions there are.
    fn positions(&self) -> usize;

    /// What is added before the last `position` doublings.
    fn at(&self, position: usize) -> Option<(&Affine, bool)>;
}

/// The sum of two multiples.
#[inline(never)]
pub(super) fn sum(terms: [&dyn Term; 2]) -> Jacobian {
    let positions = terms.iter().map(|term| term.positions()).max().unwrap_or_default();
    let mut sum = Jacobian::INFINITY;
    for position in (0..positions).rev() {
        sum.double();
        for (point, minus) in terms.iter().filter_map(|term| term.at(position)) {
            sum.add(point, minus);
        }
    }
    sum
}

/// A multiple by a table: the scalar's digits stand in rows, one for each tooth, and a column is one point of the table.
pub(super) struct Comb<'t> {
    shape: Shape,
    table: &'t [Affine],
    scalar: Scalar,
    minus: bool,
}

impl<'t> Comb<'t> {
    /// The table is one that [`fill`] has made.
    pub(super) fn new(table: &'t [Affine], scalar: &Scalar) -> Self {
        // Digits of 1 and -1 make odd numbers only.
        let (scalar, minus) = scalar.make_odd();
        Self { shape: Shape::of(table), table, scalar, minus }
    }

    /// Whether the digit of this place is 1. It is the next bit: `k = sum((2 * bit - 1) * 2^i)` with the bits of
    /// `(k + 2^digits - 1) / 2`, of which the highest is 1.
    fn is_plus(&self, place: usize) -> bool {
        let next = place.wrapping_add(1);
        self.scalar.bit(next) || next == self.shape.teeth.wrapping_mul(self.shape.spacing)
    }
}

impl Term for Comb<'_> {
    fn positions(&self) -> usize {
        self.shape.spacing
    }

    fn at(&self, position: usize) -> Option<(&Affine, bool)> {
        if position >= self.shape.spacing {
            return None;
        }
        let mut places = (0..self.shape.teeth).rev().map(|tooth| tooth.wrapping_mul(self.shape.spacing));
        // The highest digit of a column decides its sign, and so the table holds no point that is another's inverse.
        let highest = self.is_plus(places.next()?.wrapping_add(position));
        let index = places.fold(0, |index: usize, place| {
            index.wrapping_shl(1) | usize::from(self.is_plus(place.wrapping_add(position)) == highest)
        });
        Some((self.table.get(index)?, highest == self.minus))
    }
}

/// How many rows and columns there are.
struct Shape {
    teeth: usize,
    spacing: usize,
}

impl Shape {
    fn of(table: &[Affine]) -> Self {
        let teeth =
            usize::try_from(table.len().checked_ilog2().unwrap_or_default()).unwrap_or_default().wrapping_add(1);
        Self { teeth, spacing: SCALAR_BITS.div_ceil(teeth) }
    }
}

/// Fills a table for the multiples of a point, whose length is a power of two.
///
/// Point `i` is `2^(spacing * (teeth - 1)) * Q`, plus `2^(spacing * j) * Q` for each bit `j` that is set in `i`, and minus
/// that for each which is not. These multiples are between 0 and n, so no addition meets the point at infinity.
pub(super) fn fill(table: &mut [Affine], point: &Affine) {
    let Shape { teeth, spacing } = Shape::of(table);
    let mut row = *point;
    let mut twice = [Affine::NONE; MAX_TEETH];
    let mut lowest = Jacobian::INFINITY;
    for twice in twice.iter_mut().take(teeth.wrapping_sub(1)) {
        lowest.add(&row, true);
        *twice = doubled(&row, 1);
        row = doubled(twice, spacing.wrapping_sub(1));
    }
    lowest.add(&row, false);
    normalize_into(table, &[lowest]);

    for (bit, twice) in twice.iter().enumerate().take(teeth.wrapping_sub(1)) {
        let Some((known, rest)) =
            table.split_at_mut_checked(1_usize.wrapping_shl(u32::try_from(bit).unwrap_or_default()))
        else {
            return;
        };
        for (from, to) in known.chunks(BATCH).zip(rest.chunks_mut(BATCH)) {
            let mut sums = [Jacobian::INFINITY; BATCH];
            for (sum, from) in sums.iter_mut().zip(from) {
                *sum = Jacobian::from_affine(from);
                sum.add(twice, false);
            }
            normalize_into(to, sums.get(..from.len()).unwrap_or_default());
        }
    }
}

fn doubled(point: &Affine, times: usize) -> Affine {
    let mut point = Jacobian::from_affine(point);
    for _ in 0..times {
        point.double();
    }
    let mut affine = [Affine::NONE];
    normalize_into(&mut affine, &[point]);
    let [affine] = affine;
    affine
}

/// At most [`BATCH`] points.
fn normalize_into(affine: &mut [Affine], points: &[Jacobian]) {
    let mut z = [Coordinate::ONE; BATCH];
    for ((affine, z), point) in affine.iter_mut().zip(&mut z).zip(points) {
        *affine = Affine { x: point.x, y: point.y };
        *z = point.z;
    }
    let count = points.len().min(affine.len());
    normalize(affine.get_mut(..count).unwrap_or_default(), z.get(..count).unwrap_or_default());
}

/// A multiple without a table: digits that are 0 or odd, from -15 to 15, with four zeros at least behind each.
pub(super) struct Window {
    odd_multiples: [Affine; BATCH],
    /// Of each five places, the one whose digit is not 0, counted from the lowest, and the digit.
    digits: [(u8, i8); DIGITS],
}

impl Window {
    /// The multiple 0, to be [`set`](Self::set).
    pub(super) const fn new() -> Self {
        Self { odd_multiples: [Affine::NONE; BATCH], digits: [(0, 0); DIGITS] }
    }

    /// In place: as a result it would take its room twice.
    pub(super) fn set(&mut self, point: &Affine, scalar: &Scalar) {
        odd_multiples(&mut self.odd_multiples, point);
        let mut carry = false;
        let mut wait: u32 = 0;
        let mut place: usize = 0;
        for digit in &mut self.digits {
            for offset in 0..5 {
                if wait > 0 {
                    wait = wait.wrapping_sub(1);
                } else if scalar.bit(place) != carry {
                    let bits = (1..WINDOW_BITS).rev().map(|bit| scalar.bit(place.wrapping_add(bit)));
                    // The lowest bit and the carry make 1 together.
                    let value = bits.fold(0_i8, |value, bit| value.wrapping_shl(1) | i8::from(bit)).wrapping_shl(1) | 1;
                    carry = value > 15;
                    *digit = (offset, if carry { value.wrapping_sub(32) } else { value });
                    wait = 4;
                }
                place = place.wrapping_add(1);
            }
        }
    }
}

impl Term for Window {
    fn positions(&self) -> usize {
        SCALAR_BITS.wrapping_add(1)
    }

    fn at(&self, position: usize) -> Option<(&Affine, bool)> {
        let (offset, digit) = *self.digits.get(position / WINDOW_BITS)?;
        if digit == 0 || usize::from(offset) != position % WINDOW_BITS {
            return None;
        }
        let index = usize::from(digit.unsigned_abs().wrapping_shr(1));
        Some((self.odd_multiples.get(index)?, digit < 0))
    }
}

/// Q, 3 Q, .., 15 Q.
///
/// The formula of an addition does not know the curve's coefficients. So on the curve to which 2 Q in Jacobian coordinates
/// is affine, 2 Q is added again and again; its z is then one more factor of each result's.
// Not inlined, so that its buffers are off the stack before the sum is made.
#[inline(never)]
fn odd_multiples(multiples: &mut [Affine; BATCH], point: &Affine) {
    let mut twice = Jacobian::from_affine(point);
    twice.double();
    let square = twice.z.square();
    let x = point.x.multiply(&square);
    let mut odd = Jacobian::from_affine(&Affine { x, y: point.y.multiply(&square.multiply(&twice.z)) });
    let two = Affine { x: twice.x, y: twice.y };
    let mut z = [Coordinate::ONE; BATCH];
    for (multiple, z) in multiples.iter_mut().zip(&mut z) {
        *multiple = Affine { x: odd.x, y: odd.y };
        *z = odd.z.multiply(&twice.z);
        odd.add(&two, false);
    }
    normalize(multiples, &z);
}

/// Of a table of 128 points.
const MAX_TEETH: usize = 8;

const SCALAR_BITS: usize = 256;

const WINDOW_BITS: usize = 5;

/// One more place than the scalar's, for the last carry.
const DIGITS: usize = (SCALAR_BITS + 1).div_ceil(WINDOW_BITS);
