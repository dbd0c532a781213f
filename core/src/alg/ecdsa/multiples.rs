//! Sums of multiples of points, `u * G + v * Q`, whose doublings are shared.
//!
//! A table that is made once per key is a signed comb (Hamburg, Fast and compact elliptic-curve cryptography, 2012): a
//! scalar of digits 1 and -1, taken in columns. Without one, the odd multiples up to 7 Q are made on the way, and the scalar
//! is taken in windows (the w-NAF of Hankerson, Menezes and Vanstone, Guide to Elliptic Curve Cryptography, §3.3.1): twice as
//! many multiples would save 1 % of the time, and take up to half a kilobyte of stack.

use super::point::{Affine, BATCH, Coordinate, Curve, Jacobian, Scalar, normalize};

/// What is added up: a point to be added, or subtracted with `true`, for each doubling that is still to come.
pub(super) trait Term<C: Curve<W>, const W: usize> {
    /// How many positions there are.
    fn positions(&self) -> usize;

    /// What is added before the last `position` doublings.
    fn at(&self, position: usize) -> Option<(&Affine<C, W>, bool)>;
}

/// The sum of two multiples.
#[inline(never)]
pub(super) fn sum<C: Curve<W>, const W: usize>(terms: [&dyn Term<C, W>; 2]) -> Jacobian<C, W> {
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
pub(super) struct Comb<'t, C: Curve<W>, const W: usize> {
    shape: Shape,
    table: &'t [Affine<C, W>],
    scalar: Scalar<C, W>,
    minus: bool,
}

impl<'t, C: Curve<W>, const W: usize> Comb<'t, C, W> {
    /// The table is one that [`fill`] has made.
    pub(super) fn new(table: &'t [Affine<C, W>], scalar: &Scalar<C, W>) -> Self {
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

impl<C: Curve<W>, const W: usize> Term<C, W> for Comb<'_, C, W> {
    fn positions(&self) -> usize {
        self.shape.spacing
    }

    fn at(&self, position: usize) -> Option<(&Affine<C, W>, bool)> {
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
    fn of<C: Curve<W>, const W: usize>(table: &[Affine<C, W>]) -> Self {
        let teeth =
            usize::try_from(table.len().checked_ilog2().unwrap_or_default()).unwrap_or_default().wrapping_add(1);
        Self { teeth, spacing: C::SCALAR_BITS.div_ceil(teeth) }
    }
}

/// Fills a table for the multiples of a point, whose length is a power of two.
///
/// Point `i` is `2^(spacing * (teeth - 1)) * Q`, plus `2^(spacing * j) * Q` for each bit `j` that is set in `i`, and minus
/// that for each which is not. These multiples are between 0 and n, so no addition meets the point at infinity.
pub(super) fn fill<C: Curve<W>, const W: usize>(table: &mut [Affine<C, W>], point: &Affine<C, W>) {
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

fn doubled<C: Curve<W>, const W: usize>(point: &Affine<C, W>, times: usize) -> Affine<C, W> {
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
fn normalize_into<C: Curve<W>, const W: usize>(affine: &mut [Affine<C, W>], points: &[Jacobian<C, W>]) {
    let mut z = [Coordinate::<C, W>::ONE; BATCH];
    for ((affine, z), point) in affine.iter_mut().zip(&mut z).zip(points) {
        *affine = Affine { x: point.x, y: point.y };
        *z = point.z;
    }
    let count = points.len().min(affine.len());
    normalize(affine.get_mut(..count).unwrap_or_default(), &z, &mut [Coordinate::<C, W>::ZERO; BATCH]);
}

/// A multiple without a table: digits that are 0 or odd, from -7 to 7, with three zeros at least behind each.
pub(super) struct Window<C: Curve<W>, const W: usize> {
    odd_multiples: [Affine<C, W>; ODD_MULTIPLES],
    /// Of each four places the digit that is not 0, and above it, times four, which place it has, counted from the lowest. Those
    /// of a word have more places than its bits: there is room for the last carry.
    digits: [[i8; DIGITS_OF_WORD]; W],
}

impl<C: Curve<W>, const W: usize> Window<C, W> {
    /// The multiple 0, to be [`set`](Self::set).
    pub(super) const fn new() -> Self {
        Self { odd_multiples: [Affine::NONE; ODD_MULTIPLES], digits: [[0; DIGITS_OF_WORD]; W] }
    }

    /// In place: as a result it would take its room twice.
    pub(super) fn set(&mut self, point: &Affine<C, W>, scalar: &Scalar<C, W>) {
        odd_multiples(&mut self.odd_multiples, point);
        let mut carry = false;
        let mut wait: u32 = 0;
        let mut place: usize = 0;
        for digit in self.digits.as_flattened_mut() {
            for offset in 0..4 {
                if wait > 0 {
                    wait = wait.wrapping_sub(1);
                } else if scalar.bit(place) != carry {
                    let bits = (1..WINDOW_BITS).rev().map(|bit| scalar.bit(place.wrapping_add(bit)));
                    // The lowest bit and the carry make 1 together.
                    let value = bits.fold(0_i8, |value, bit| value.wrapping_shl(1) | i8::from(bit)).wrapping_shl(1) | 1;
                    carry = value > 7;
                    let value = if carry { value.wrapping_sub(16) } else { value };
                    *digit = value.wrapping_shl(2) | offset;
                    wait = 3;
                }
                place = place.wrapping_add(1);
            }
        }
    }
}

impl<C: Curve<W>, const W: usize> Term<C, W> for Window<C, W> {
    fn positions(&self) -> usize {
        C::SCALAR_BITS.wrapping_add(1)
    }

    fn at(&self, position: usize) -> Option<(&Affine<C, W>, bool)> {
        let packed = *self.digits.as_flattened().get(position / WINDOW_BITS)?;
        let (digit, offset) = (packed.wrapping_shr(2), packed & 3);
        if digit == 0 || usize::try_from(offset) != Ok(position % WINDOW_BITS) {
            return None;
        }
        let index = usize::from(digit.unsigned_abs().wrapping_shr(1));
        Some((self.odd_multiples.get(index)?, digit < 0))
    }
}

/// Q, 3 Q, 5 Q, 7 Q.
///
/// The formula of an addition does not know the curve's coefficients. So on the curve to which 2 Q in Jacobian coordinates
/// is affine, 2 Q is added again and again; its z is then one more factor of each result's.
// Not inlined, so that its buffers are off the stack before the sum is made.
#[inline(never)]
fn odd_multiples<C: Curve<W>, const W: usize>(multiples: &mut [Affine<C, W>; ODD_MULTIPLES], point: &Affine<C, W>) {
    let mut z = [Coordinate::<C, W>::ONE; ODD_MULTIPLES];
    add_twice(multiples, &mut z, point);
    normalize(multiples, &z, &mut [Coordinate::<C, W>::ZERO; ODD_MULTIPLES]);
}

/// As [`odd_multiples`], in Jacobian coordinates.
// Not inlined, so that its points are off the stack before the inversion.
#[inline(never)]
fn add_twice<C: Curve<W>, const W: usize>(
    multiples: &mut [Affine<C, W>],
    z: &mut [Coordinate<C, W>],
    point: &Affine<C, W>,
) {
    let mut twice = Jacobian::from_affine(point);
    twice.double();
    let square = twice.z.square();
    let x = point.x.multiply(&square);
    let mut odd = Jacobian::<C, W>::from_affine(&Affine { x, y: point.y.multiply(&square.multiply(&twice.z)) });
    let two = Affine { x: twice.x, y: twice.y };
    for (multiple, z) in multiples.iter_mut().zip(z) {
        *multiple = Affine { x: odd.x, y: odd.y };
        *z = odd.z.multiply(&twice.z);
        odd.add(&two, false);
    }
}

/// Odd numbers below 8.
const ODD_MULTIPLES: usize = 4;

/// Of a table of 128 points.
const MAX_TEETH: usize = 8;

const WINDOW_BITS: usize = 4;

/// As many as its bits have windows, and one.
const DIGITS_OF_WORD: usize = 17;
