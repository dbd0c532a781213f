//! ECDSA ([RFC 7518 §3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)), verification only
//! ([FIPS 186-5 §6.4.2](https://doi.org/10.6028/NIST.FIPS.186-5)): the signature is r and s, each as long as a coordinate.
//!
//! r and s are from 1 to n - 1; both halves of that range are good for s, since JOSE asks for no low s. A public key
//! whose point is not on the curve verifies nothing.
//!
//! The arithmetic is ours, with and without a table. Key, message and signature are public, so it may take variable time, and
//! that is what the crates `p256`, `p384` and `p521` never do: on a Cortex-M4 they take 1.8 to 3.5 times the instructions, and
//! about twice the stack. The crate `p256` signs, where there is a secret, and all three are oracles of the tests.

mod multiples;
#[cfg(feature = "p256")]
mod p256;
#[cfg(feature = "p384")]
mod p384;
#[cfg(feature = "p521")]
mod p521;
mod point;
mod prepared;
mod residue;

#[cfg(feature = "p256")]
use sha2::Sha256;
#[cfg(feature = "p384")]
use sha2::Sha384;
#[cfg(feature = "p521")]
use sha2::Sha512;
use sha2::{Digest, digest::Output};

#[cfg(feature = "p256")]
pub use self::prepared::{PreparedP256, PreparedP256Key};
#[cfg(feature = "p384")]
pub use self::prepared::{PreparedP384, PreparedP384Key};
#[cfg(feature = "p521")]
pub use self::prepared::{PreparedP521, PreparedP521Key};
use self::{
    multiples::{Comb, Window, sum},
    point::{Affine, Curve, Jacobian, Scalar},
};
use super::Algorithm;
use crate::{
    error::Error,
    key::{self, Key, PublicKey},
};

macro_rules! ecdsa_algorithm {
    ($(#[$doc:meta])* $algorithm:ident, $name:literal, $curve:ty, $words:literal, $key_curve:expr, $prepared:ident, $hash:ty) => {
        $(#[$doc])*
        ///
        #[doc = concat!("With a table of the key's multiples, [`", stringify!($prepared), "`](crate::", stringify!($prepared), "), it takes less than half the time.")]
        ///
        /// ```
        #[doc = concat!("use bearward_core::{Algorithm, ", stringify!($algorithm), "};")]
        ///
        #[doc = concat!("static ALGORITHMS: &[&dyn Algorithm] = &[&", stringify!($algorithm), "];")]
        #[doc = concat!("assert_eq!(ALGORITHMS[0].name(), \"", $name, "\");")]
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $algorithm;

        impl Algorithm for $algorithm {
            fn name(&self) -> &'static str {
                $name
            }

            fn fits(&self, key: &Key<'_>) -> bool {
                matches!(key, Key::$prepared(_)) || coordinates(key, $key_curve).is_some()
            }

            fn fits_signature(&self, _: &Key<'_>, bytes: usize) -> bool {
                $key_curve.coordinate_bytes().checked_mul(2) == Some(bytes)
            }

            fn verify(&self, key: &Key<'_>, message: &[u8], signature: &[u8]) -> Result<(), Error> {
                let verified = || {
                    if !self.fits_signature(key, signature.len()) {
                        return None;
                    }
                    let (r, s) = signature.split_at_checked($key_curve.coordinate_bytes())?;
                    let digest = digest::<$hash>(message);
                    match key {
                        Key::$prepared(key) => is_signature::<$curve, $words>(&PublicPoint::Table(key.table()), &digest, r, s),
                        key => {
                            let (x, y) = coordinates(key, $key_curve)?;
                            let point = Affine::from_coordinates(x, y)?;
                            is_signature::<$curve, $words>(&PublicPoint::Alone(point), &digest, r, s)
                        }
                    }
                };
                if verified() == Some(true) { Ok(()) } else { Err(Error::BadSignature) }
            }
        }
    };
}

#[cfg(feature = "p256")]
ecdsa_algorithm!(
    /// `ES256`: ECDSA with P-256 and SHA-256, a signature of 64 bytes.
    Es256, "ES256", p256::P256, 4, key::Curve::P256, PreparedP256, Sha256
);

#[cfg(feature = "p384")]
ecdsa_algorithm!(
    /// `ES384`: ECDSA with P-384 and SHA-384, a signature of 96 bytes.
    Es384, "ES384", p384::P384, 6, key::Curve::P384, PreparedP384, Sha384
);

#[cfg(feature = "p521")]
ecdsa_algorithm!(
    /// `ES512`: ECDSA with P-521 and SHA-512, a signature of 132 bytes.
    Es512, "ES512", p521::P521, 9, key::Curve::P521, PreparedP521, Sha512
);

/// The point's coordinates, if the key is of this curve and they have its length.
pub(super) fn coordinates<'k>(key: &Key<'k>, wanted: key::Curve) -> Option<(&'k [u8], &'k [u8])> {
    match *key {
        Key::Public(PublicKey::Ec { curve, x, y })
            if curve == wanted && [x.len(), y.len()] == [wanted.coordinate_bytes(); 2] =>
        {
            Some((x, y))
        }
        _ => None,
    }
}

// Not inlined, so that the state of the hash is off the stack when points are added.
#[inline(never)]
fn digest<H: Digest>(message: &[u8]) -> Output<H> {
    H::digest(message)
}

/// The signer's point, which is on the curve.
enum PublicPoint<'k, C: Curve<W>, const W: usize> {
    Alone(Affine<C, W>),
    Table(&'k [Affine<C, W>]),
}

/// FIPS 186-5 §6.4.2. `None` for numbers out of range.
fn is_signature<C: Curve<W>, const W: usize>(
    key: &PublicPoint<'_, C, W>,
    digest: &[u8],
    r: &[u8],
    s: &[u8],
) -> Option<bool> {
    let in_range = |number| Scalar::<C, W>::from_bytes(number).filter(|number| !number.is_zero());
    let r = in_range(r)?;
    let inverse = in_range(s)?.montgomery_inverse();
    let generator = Comb::new(C::GENERATOR, &Scalar::<C, W>::reduced(digest)?.multiply(&inverse));
    let scalar = r.multiply(&inverse);
    let sum = match key {
        PublicPoint::Alone(point) => sum_alone(&generator, point, &scalar),
        PublicPoint::Table(table) => sum([&generator, &Comb::new(table, &scalar)]),
    };
    // The sum's x modulo n is r: x is r or r + n.
    let is_x = |x: point::Coordinate<C, W>| sum.has_x(&x.to_montgomery());
    Some(is_x(r.widen()) || r.plus_modulus().is_some_and(is_x))
}

// Not inlined, so that the multiples that it makes take no stack from a key that has a table.
#[inline(never)]
fn sum_alone<C: Curve<W>, const W: usize>(
    generator: &Comb<'_, C, W>,
    point: &Affine<C, W>,
    scalar: &Scalar<C, W>,
) -> Jacobian<C, W> {
    let mut window = Window::new();
    window.set(point, scalar);
    sum([generator, &window])
}

#[cfg(test)]
#[cfg(all(feature = "p256", feature = "p384", feature = "p521"))]
mod tests;
