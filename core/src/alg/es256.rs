//! ES256 ([RFC 7518 §3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)): ECDSA with P-256 and SHA-256, verification
//! only ([FIPS 186-5 §6.4.2](https://doi.org/10.6028/NIST.FIPS.186-5)).
//!
//! The arithmetic is ours, with and without a table. Key, message and signature are public, so it may take variable time,
//! and that is what the crate `p256` never does: on a Cortex-M4 it takes several times the instructions and twice the
//! stack. The crate signs, where there is a secret, and is the oracle of the tests.

mod generator;
mod multiples;
mod point;
mod prepared;
mod residue;

use sha2::{Digest, Sha256};

pub use self::prepared::{PreparedKey, PreparedP256};
use self::{
    generator::GENERATOR,
    multiples::{Comb, Window, sum},
    point::{Affine, Jacobian},
    residue::Scalar,
};
use super::{Algorithm, ecdsa::coordinates};
use crate::{
    error::Error,
    key::{Curve, Key},
};

/// `ES256`: ECDSA with P-256 and SHA-256, a signature of 64 bytes.
///
/// With a table of the key's multiples, [`PreparedP256`], it takes less than half the time.
///
/// ```
/// use bearward_core::{Algorithm, Es256};
///
/// static ALGORITHMS: &[&dyn Algorithm] = &[&Es256];
/// assert_eq!(ALGORITHMS[0].name(), "ES256");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Es256;

impl Algorithm for Es256 {
    fn name(&self) -> &'static str {
        "ES256"
    }

    fn fits(&self, key: &Key<'_>) -> bool {
        matches!(key, Key::PreparedP256(_)) || coordinates(key, Curve::P256).is_some()
    }

    fn fits_signature(&self, _: &Key<'_>, bytes: usize) -> bool {
        bytes == 64
    }

    fn verify(&self, key: &Key<'_>, message: &[u8], signature: &[u8]) -> Result<(), Error> {
        let verified = || {
            let (r, s) = signature.split_first_chunk()?;
            let digest = Sha256::digest(message).into();
            match key {
                Key::PreparedP256(key) => {
                    is_signature(&PublicPoint::Table(key.table()), &digest, r, s.try_into().ok()?)
                }
                key => {
                    let (x, y) = coordinates(key, Curve::P256)?;
                    let point = Affine::from_coordinates(x.try_into().ok()?, y.try_into().ok()?)?;
                    is_signature(&PublicPoint::Alone(point), &digest, r, s.try_into().ok()?)
                }
            }
        };
        if verified() == Some(true) { Ok(()) } else { Err(Error::BadSignature) }
    }
}

/// The signer's point, which is on the curve.
enum PublicPoint<'k> {
    Alone(Affine),
    Table(&'k [Affine]),
}

/// FIPS 186-5 §6.4.2. `None` for numbers out of range.
fn is_signature(key: &PublicPoint<'_>, digest: &[u8; 32], r: &[u8; 32], s: &[u8; 32]) -> Option<bool> {
    let in_range = |number| Scalar::from_bytes(number).filter(|number| !number.is_zero());
    let r = in_range(r)?;
    let inverse = in_range(s)?.montgomery_inverse();
    let generator = Comb::new(&GENERATOR, &Scalar::reduced(digest).multiply(&inverse));
    let scalar = r.multiply(&inverse);
    let sum = match key {
        PublicPoint::Alone(point) => sum_alone(&generator, point, &scalar),
        PublicPoint::Table(table) => sum([&generator, &Comb::new(table, &scalar)]),
    };
    // The sum's x modulo n is r: x is r or r + n.
    let is_x = |x: residue::Coordinate| sum.has_x(&x.to_montgomery());
    Some(is_x(r.to_coordinate()) || r.plus_order().is_some_and(is_x))
}

// Not inlined, so that the multiples that it makes take no stack from a key that has a table.
#[inline(never)]
fn sum_alone(generator: &Comb<'_>, point: &Affine, scalar: &Scalar) -> Jacobian {
    let mut window = Window::new();
    window.set(point, scalar);
    sum([generator, &window])
}

#[cfg(test)]
mod tests;
