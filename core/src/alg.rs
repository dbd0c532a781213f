//! Signature algorithms ([RFC 7518 §3](https://www.rfc-editor.org/rfc/rfc7518#section-3)): one unit struct each behind
//! [`Algorithm`], so that only what a policy lists is linked.

#[cfg(any(feature = "p256", feature = "p384", feature = "p521"))]
mod ecdsa;
#[cfg(feature = "ed25519-dalek")]
mod eddsa;
#[cfg(feature = "hmac")]
mod hmac;
#[cfg(feature = "rsa")]
mod rsa;

use core::fmt;

#[cfg(feature = "p256")]
pub use ecdsa::{Es256, PreparedP256, PreparedP256Key};
#[cfg(feature = "p384")]
pub use ecdsa::{Es384, PreparedP384, PreparedP384Key};
#[cfg(feature = "p521")]
pub use ecdsa::{Es512, PreparedP521, PreparedP521Key};
#[cfg(feature = "ed25519-dalek")]
pub use eddsa::{Ed25519, EdDsa, PreparedEd25519, PreparedEd25519Key};
#[cfg(feature = "hmac")]
pub use hmac::{HmacAlgorithm, Hs256, Hs384, Hs512, PreparedHmac, PreparedSecret};
#[cfg(feature = "rsa")]
pub use rsa::{Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};

use crate::{error::Error, key::Key};

/// A signature algorithm that a policy may list.
///
/// The list of algorithms of a [`Policy`](crate::Policy) is both what is allowed and what is linked. The trait is open:
/// a chip's public-key accelerator or another library can be plugged in.
///
/// ```
/// use bearward_core::{Algorithm, Es256};
///
/// static ALGORITHMS: &[&dyn Algorithm] = &[&Es256];
/// assert_eq!(ALGORITHMS[0].name(), "ES256");
/// ```
pub trait Algorithm: fmt::Debug + Sync {
    /// The name of RFC 7518 §3.1, compared exactly with a token's `alg`.
    fn name(&self) -> &'static str;

    /// Whether a key's own `alg` (RFC 7517 §4.4) allows this algorithm. By default it must be the same name.
    fn allows_key_algorithm(&self, algorithm: &str) -> bool {
        algorithm == self.name()
    }

    /// Whether the key is of the type, curve and size that the algorithm needs. Cheap: no arithmetic.
    fn fits(&self, key: &Key<'_>) -> bool;

    /// Whether a signature can have this many bytes under this key. Cheap; asked before the signing input is hashed.
    fn fits_signature(&self, key: &Key<'_>, bytes: usize) -> bool;

    /// Verifies `signature` over `message`, the token's first two segments as they came.
    ///
    /// # Errors
    ///
    /// [`Error::BadSignature`] if the signature is not the key's, the key does not fit, or either is malformed.
    fn verify(&self, key: &Key<'_>, message: &[u8], signature: &[u8]) -> Result<(), Error>;
}
