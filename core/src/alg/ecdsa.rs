//! ECDSA ([RFC 7518 §3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)): the signature is r and s, each as long
//! as a coordinate.
//!
//! r and s are from 1 to n - 1; both halves of that range are good for s, since JOSE asks for no low s. A public key
//! whose point is not on the curve verifies nothing. ES256 has a module of its own.

#[cfg(any(feature = "p384", feature = "p521"))]
use super::Algorithm;
#[cfg(any(feature = "p384", feature = "p521"))]
use crate::error::Error;
use crate::key::{Curve, Key, PublicKey};

#[cfg(any(feature = "p384", feature = "p521"))]
macro_rules! ecdsa_algorithm {
    ($(#[$doc:meta])* $algorithm:ident, $name:literal, $library:ident, $curve:expr, $signature_bytes:literal) => {
        $(#[$doc])*
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
                coordinates(key, $curve).is_some()
            }

            fn fits_signature(&self, _: &Key<'_>, bytes: usize) -> bool {
                bytes == $signature_bytes
            }

            fn verify(&self, key: &Key<'_>, message: &[u8], signature: &[u8]) -> Result<(), Error> {
                use $library::{
                    Sec1Point,
                    ecdsa::{Signature, VerifyingKey, signature::Verifier as _},
                };

                let verified = || {
                    let signature = Signature::from_slice(signature).ok()?;
                    let (x, y) = coordinates(key, $curve)?;
                    let point = Sec1Point::from_affine_coordinates(x.try_into().ok()?, y.try_into().ok()?, false);
                    VerifyingKey::from_sec1_point(&point).ok()?.verify(message, &signature).ok()
                };
                verified().ok_or(Error::BadSignature)
            }
        }
    };
}

#[cfg(feature = "p384")]
ecdsa_algorithm!(
    /// `ES384`: ECDSA with P-384 and SHA-384, a signature of 96 bytes.
    Es384, "ES384", p384, Curve::P384, 96
);

#[cfg(feature = "p521")]
ecdsa_algorithm!(
    /// `ES512`: ECDSA with P-521 and SHA-512, a signature of 132 bytes.
    Es512, "ES512", p521, Curve::P521, 132
);

/// The point's coordinates, if the key is of this curve and they have its length.
pub(super) fn coordinates<'k>(key: &Key<'k>, wanted: Curve) -> Option<(&'k [u8], &'k [u8])> {
    match *key {
        Key::Public(PublicKey::Ec { curve, x, y })
            if curve == wanted && [x.len(), y.len()] == [wanted.coordinate_bytes(); 2] =>
        {
            Some((x, y))
        }
        _ => None,
    }
}

#[cfg(test)]
#[cfg(all(feature = "p256", feature = "p384", feature = "p521"))]
mod tests;
