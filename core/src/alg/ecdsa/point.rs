//! Points of NIST's curves over primes ([SP 800-186 §3.2.1](https://doi.org/10.6028/NIST.SP.800-186)): `y^2 = x^3 - 3x + b`.
//!
//! The formulas are those of Jacobian coordinates, `x = X / Z^2` and `y = Y / Z^3`, with their exceptional cases handled:
//! equal points, inverse points, and the point at infinity.

use core::fmt;

use super::residue::{Modulus, Residue};

/// A curve whose numbers have `W` words. Its cofactor is 1.
pub(super) trait Curve<const W: usize>: Copy + Eq + fmt::Debug + 'static {
    /// The prime of its coordinates.
    type P: Modulus<W>;
    /// The prime of its scalars: its order, which is below that of the coordinates.
    type N: Modulus<W>;
    /// How many bits the order has.
    const SCALAR_BITS: usize;
    /// The curve's b, in Montgomery's form.
    const B: Coordinate<Self, W>;
    /// A table of the base point's multiples.
    const GENERATOR: &'static [Affine<Self, W>];
}

pub(super) type Coordinate<C, const W: usize> = Residue<<C as Curve<W>>::P, W>;

/// Not in Montgomery's form unless it says so.
pub(super) type Scalar<C, const W: usize> = Residue<<C as Curve<W>>::N, W>;

/// How many points are brought to affine coordinates by one inversion.
pub(super) const BATCH: usize = 8;

/// A point other than that at infinity, its coordinates in Montgomery's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Affine<C: Curve<W>, const W: usize> {
    pub(super) x: Coordinate<C, W>,
    pub(super) y: Coordinate<C, W>,
}

impl<C: Curve<W>, const W: usize> Affine<C, W> {
    /// No point of the curve: what a table holds before it is made.
    pub(super) const NONE: Self = Self { x: Coordinate::<C, W>::ZERO, y: Coordinate::<C, W>::ZERO };

    /// `None` if a coordinate is not below p or the point is not on the curve. The curve's cofactor is 1, so there is no
    /// more to check.
    // Not inlined, so that its numbers are off the stack when points are added.
    #[inline(never)]
    pub(super) fn from_coordinates(x: &[u8], y: &[u8]) -> Option<Self> {
        let x = Coordinate::<C, W>::from_bytes(x)?.to_montgomery();
        let y = Coordinate::<C, W>::from_bytes(y)?.to_montgomery();
        let three = Coordinate::<C, W>::ONE.double().add(&Coordinate::<C, W>::ONE);
        let right = x.square().subtract(&three).multiply(&x).add(&C::B);
        (y.square() == right).then_some(Self { x, y })
    }
}

/// A point; that at infinity has a `z` of 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Jacobian<C: Curve<W>, const W: usize> {
    pub(super) x: Coordinate<C, W>,
    pub(super) y: Coordinate<C, W>,
    pub(super) z: Coordinate<C, W>,
}

impl<C: Curve<W>, const W: usize> Jacobian<C, W> {
    pub(super) const INFINITY: Self =
        Self { x: Coordinate::<C, W>::ONE, y: Coordinate::<C, W>::ONE, z: Coordinate::<C, W>::ZERO };

    pub(super) const fn from_affine(point: &Affine<C, W>) -> Self {
        Self { x: point.x, y: point.y, z: Coordinate::<C, W>::ONE }
    }

    /// Doubles the point: 4 multiplications and 4 squarings.
    #[inline(never)]
    pub(super) fn double(&mut self) {
        // No point has order 2, so the point at infinity is the only exception, and the formulas keep its z of 0.
        if self.z.is_zero() {
            return;
        }
        let zz = self.z.square();
        let slope = self.x.subtract(&zz).multiply(&self.x.add(&zz));
        let slope = slope.double().add(&slope);
        let y = self.y.double();
        self.z = self.z.multiply(&y);
        let yy = y.square();
        let xyy = self.x.multiply(&yy);
        self.x = slope.square().subtract(&xyy).subtract(&xyy);
        self.y = slope.multiply(&xyy.subtract(&self.x)).subtract(&yy.square().halve());
    }

    /// Adds an affine point, or subtracts it: 8 multiplications and 3 squarings.
    #[inline(never)]
    pub(super) fn add(&mut self, other: &Affine<C, W>, minus: bool) {
        let other_y = if minus { other.y.negate() } else { other.y };
        if self.z.is_zero() {
            *self = Self::from_affine(&Affine { x: other.x, y: other_y });
            return;
        }
        let zz = self.z.square();
        let width = zz.multiply(&other.x).subtract(&self.x);
        let height = zz.multiply(&self.z).multiply(&other_y).subtract(&self.y);
        if width.is_zero() {
            if height.is_zero() {
                self.double();
            } else {
                *self = Self::INFINITY;
            }
            return;
        }
        self.z = self.z.multiply(&width);
        let square = width.square();
        let cube = square.multiply(&width);
        let middle = self.x.multiply(&square);
        self.x = height.square().subtract(&cube).subtract(&middle).subtract(&middle);
        self.y = height.multiply(&middle.subtract(&self.x)).subtract(&self.y.multiply(&cube));
    }

    /// Whether the point's affine x coordinate is this one, which is in Montgomery's form.
    pub(super) fn has_x(&self, x: &Coordinate<C, W>) -> bool {
        !self.z.is_zero() && self.z.square().multiply(x) == self.x
    }
}

/// Brings points from Jacobian coordinates, each with its `z`, to affine ones. None is at infinity. `products` has room for as
/// many numbers.
// Not inlined, so that there is one for all lengths.
#[inline(never)]
pub(super) fn normalize<C: Curve<W>, const W: usize>(
    points: &mut [Affine<C, W>],
    z: &[Coordinate<C, W>],
    products: &mut [Coordinate<C, W>],
) {
    let mut product = Coordinate::<C, W>::ONE;
    for (before, z) in products.iter_mut().zip(z).take(points.len()) {
        *before = product;
        product = product.multiply(z);
    }
    let mut inverse = product.inverse();
    for ((point, z), before) in points.iter_mut().zip(z).zip(&*products).rev() {
        let inverse_of_z = inverse.multiply(before);
        inverse = inverse.multiply(z);
        let square = inverse_of_z.square();
        point.x = point.x.multiply(&square);
        point.y = point.y.multiply(&square.multiply(&inverse_of_z));
    }
}
