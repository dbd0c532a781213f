//! EdDSA with Ed25519 ([RFC 8037 §3.1](https://www.rfc-editor.org/rfc/rfc8037#section-3.1),
//! [RFC 8032 §5.1.7](https://www.rfc-editor.org/rfc/rfc8032#section-5.1.7)), under its first name and under the one
//! that says the curve ([RFC 9864 §2.2](https://www.rfc-editor.org/rfc/rfc9864#section-2.2)).
//!
//! S must be less than the group order, R is compared byte by byte with the only encoding it can have, and the
//! equation is the one without the cofactor: a signature cannot be changed into another. Beyond RFC 8032, a key of small
//! order is refused, because one signature would then be good for many messages. A small R is not looked for (as
//! "strict" verification does, at the price of another square root): under any other key it is a signer giving
//! its own key away.

mod comb;
mod prepared;

use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};

pub use self::prepared::{PreparedEd25519, PreparedEd25519Key};
use super::Algorithm;
use crate::{
    error::Error,
    key::{Key, PublicKey},
};

macro_rules! eddsa_algorithm {
    ($(#[$doc:meta])* $algorithm:ident, $name:literal) => {
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

            fn allows_key_algorithm(&self, algorithm: &str) -> bool {
                matches!(algorithm, "EdDSA" | "Ed25519")
            }

            fn fits(&self, key: &Key<'_>) -> bool {
                matches!(key.public_key(), Some(PublicKey::Ed25519 { .. }))
            }

            fn fits_signature(&self, _: &Key<'_>, bytes: usize) -> bool {
                bytes == Signature::BYTE_SIZE
            }

            fn verify(&self, key: &Key<'_>, message: &[u8], signature: &[u8]) -> Result<(), Error> {
                verified(key, message, signature).ok_or(Error::BadSignature)
            }
        }
    };
}

eddsa_algorithm!(
    /// `EdDSA`, which here is always Ed25519: a signature of 64 bytes. A key may call itself `EdDSA` or `Ed25519`.
    EdDsa, "EdDSA"
);
eddsa_algorithm!(
    /// `Ed25519`: the same as [`EdDsa`], where the token says so. A key may call itself `EdDSA` or `Ed25519`.
    Ed25519, "Ed25519"
);

fn verified(key: &Key<'_>, message: &[u8], signature: &[u8]) -> Option<()> {
    let x = match key {
        Key::Public(PublicKey::Ed25519 { x }) => x,
        Key::PreparedEd25519(key) => return key.is_signature(message, signature)?.then_some(()),
        _ => return None,
    };
    let signature = Signature::from_slice(signature).ok()?;
    let key = VerifyingKey::from_bytes(x).ok().filter(|key| is_canonical(x) && !key.is_weak())?;
    key.verify(message, &signature).ok()
}

/// Whether y, without the bit that is x's sign, is less than p = 2^255 - 19 (RFC 8032 §5.1.3).
fn is_canonical([first, middle @ .., last]: &[u8; 32]) -> bool {
    *first < 0xED || last | 0x80 != 0xFF || middle.iter().any(|&byte| byte != 0xFF)
}

#[cfg(test)]
mod tests;
