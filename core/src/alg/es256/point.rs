//! Points of P-256 ([SP 800-186 §3.2.1.3](https://doi.org/10.6028/NIST.SP.800-186)): `y^2 = x^3 - 3x + b`.
//!
//! The formulas are those of Jacobian coordinates, `x = X / Z^2` and `y = Y / Z^3`, with their exceptional cases handled:
//! equal points, inverse points, and the point at infinity.

use super::residue::Coordinate;

/// How many points are brought to affine coordinates by one inversion.
pub(super) const BATCH: usize = 8;

/// A point other than that at infinity, its coordinates in Montgomery's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Affine {
    pub(super) x: Coordinate,
    pub(super) y: Coordinate,
}

impl Affine {
    /// No point of the curve: what a table holds before it is made.
    pub(super) const NONE: Self = Self { x: Coordinate::ZERO, y: Coordinate::ZERO };

    /// `None` if a coordinate is not below p or the point is not on the curve. The curve's cofactor is 1, so there is no
    /// more to check.
    pub(super) fn from_coordinates(x: &[u8; 32], y: &[u8; 32]) -> Option<Self> {
        let x = Coordinate::from_bytes(x)?.to_montgomery();
        let y = Coordinate::from_bytes(y)?.to_montgomery();
        let three = Coordinate::ONE.double().add(&Coordinate::ONE);
        let right = x.square().subtract(&three).multiply(&x).add(&B);
        (y.square() == right).then_some(Self { x, y })
    }
}

/// A point; that at infinity has a `z` of 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Jacobian {
    pub(super) x: Coordinate,
    pub(super) y: Coordinate,
    pub(super) z: Coordinate,
}

impl Jacobian {
    pub(super) const INFINITY: Self = Self { x: Coordinate::ONE, y: Coordinate::ONE, z: Coordinate::ZERO };

    pub(super) const fn from_affine(point: &Affine) -> Self {
        Self { x: point.x, y: point.y, z: Coordinate::ONE }
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
    pub(super) fn add(&mut self, other: &Affine, minus: bool) {
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
    pub(super) fn has_x(&self, x: &Coordinate) -> bool {
        !self.z.is_zero() && self.z.square().multiply(x) == self.x
    }
}

/// Brings up to [`BATCH`] points from Jacobian coordinates, each with its `z`, to affine ones. None is at infinity.
pub(super) fn normalize(points: &mut [Affine], z: &[Coordinate]) {
    let mut products = [Coordinate::ONE; BATCH];
    let mut product = Coordinate::ONE;
    for (before, z) in products.iter_mut().zip(z) {
        *before = product;
        product = product.multiply(z);
    }
    let mut inverse = product.inverse();
    for ((point, z), before) in points.iter_mut().zip(z).zip(&products).rev() {
        let inverse_of_z = inverse.multiply(before);
        inverse = inverse.multiply(z);
        let square = inverse_of_z.square();
        point.x = point.x.multiply(&square);
        point.y = point.y.multiply(&square.multiply(&inverse_of_z));
    }
}

/// The curve's b.
const B: Coordinate =
    Coordinate::constant([0xd89c_df62_29c4_bddf, 0xacf0_05cd_7884_3090, 0xe5a2_20ab_f721_2ed6, 0xdc30_061d_0487_4834]);
