//! HMAC with SHA-2 ([RFC 7518 §3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2),
//! [RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)).

mod prepared;

use hmac::{EagerHash, Hmac, KeyInit as _, Mac as _};
use sha2::{Sha256, Sha384, Sha512, digest::OutputSizeUser};

pub use self::prepared::{HmacAlgorithm, PreparedHmac, PreparedSecret};
use super::Algorithm;
use crate::{
    error::Error,
    key::{Key, Secret},
};

macro_rules! hmac_algorithm {
    ($(#[$doc:meta])* $algorithm:ident, $name:literal, $hash:ty) => {
        $(#[$doc])*
        ///
        /// Only the whole MAC is compared, in constant time.
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
                fitting_secret::<$hash>(key).is_some()
            }

            fn fits_signature(&self, _: &Key<'_>, bytes: usize) -> bool {
                bytes == <$hash>::output_size()
            }

            fn verify(&self, key: &Key<'_>, message: &[u8], signature: &[u8]) -> Result<(), Error> {
                verify::<$hash>($name, key, message, signature)
            }
        }

        impl prepared::Hashes for $algorithm {
            const NAME: &'static str = $name;
            type Hash = $hash;
        }

        impl HmacAlgorithm for $algorithm {}
    };
}

hmac_algorithm!(
    /// `HS256`: HMAC with SHA-256, a secret of 32 bytes or more, a MAC of 32 bytes.
    Hs256, "HS256", Sha256
);
hmac_algorithm!(
    /// `HS384`: HMAC with SHA-384, a secret of 48 bytes or more, a MAC of 48 bytes.
    Hs384, "HS384", Sha384
);
hmac_algorithm!(
    /// `HS512`: HMAC with SHA-512, a secret of 64 bytes or more, a MAC of 64 bytes.
    Hs512, "HS512", Sha512
);

/// The key, if it is a secret that is good for this hash.
fn fitting_secret<'k, H: OutputSizeUser>(key: &Key<'k>) -> Option<Secret<'k>> {
    key.secret().filter(|secret| secret.is_long_enough(H::output_size()))
}

fn verify<H: EagerHash + OutputSizeUser>(
    name: &str,
    key: &Key<'_>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), Error> {
    let verified = match key {
        Key::PreparedSecret(secret) if secret.algorithm() == name => secret.is_mac(message, signature),
        key => {
            let secret = fitting_secret::<H>(key).ok_or(Error::BadSignature)?;
            Hmac::<H>::new_from_slice(secret.expose()).is_ok_and(|mac| is_mac(mac, message, signature))
        }
    };
    if verified { Ok(()) } else { Err(Error::BadSignature) }
}

/// Whether this is the MAC of the message. The whole of it is compared, in constant time.
fn is_mac<H: EagerHash>(mac: Hmac<H>, message: &[u8], signature: &[u8]) -> bool {
    mac.chain_update(message).verify_slice(signature).is_ok()
}

#[cfg(test)]
mod tests;
