//! HMAC with SHA-2 ([RFC 7518 §3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2),
//! [RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)).

use hmac::{EagerHash, Hmac, KeyInit as _, Mac as _};
use sha2::{Sha256, Sha384, Sha512, digest::OutputSizeUser};

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
                verify::<$hash>(key, message, signature)
            }
        }
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
    match *key {
        Key::Secret(secret) if secret.is_long_enough(H::output_size()) => Some(secret),
        _ => None,
    }
}

fn verify<H: EagerHash + OutputSizeUser>(key: &Key<'_>, message: &[u8], signature: &[u8]) -> Result<(), Error> {
    let secret = fitting_secret::<H>(key).ok_or(Error::BadSignature)?;
    let mac = Hmac::<H>::new_from_slice(secret.expose()).map_err(|_| Error::BadSignature)?;
    mac.chain_update(message).verify_slice(signature).map_err(|_| Error::BadSignature)
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::key::PublicKey;

    const MESSAGE: &[u8] = b"e30.e30";

    fn mac<H: EagerHash>(secret: &[u8]) -> Vec<u8> {
        Hmac::<H>::new_from_slice(secret).unwrap().chain_update(MESSAGE).finalize().into_bytes().to_vec()
    }

    /// An algorithm, the length of its hash, and the MAC of [`MESSAGE`] under a secret.
    type Case = (&'static dyn Algorithm, usize, fn(&[u8]) -> Vec<u8>);

    fn algorithms() -> [Case; 3] {
        [(&Hs256, 32, mac::<Sha256>), (&Hs384, 48, mac::<Sha384>), (&Hs512, 64, mac::<Sha512>)]
    }

    #[test]
    fn a_secret_as_long_as_the_hash_output_or_longer_is_used() {
        for (algorithm, bytes, mac) in algorithms() {
            for secret in [&[7; 300][..bytes], &[7; 300][..bytes + 1], &[7; 300][..]] {
                let key = Key::Secret(Secret::new(secret));
                assert!(algorithm.fits(&key));
                assert_eq!(algorithm.verify(&key, MESSAGE, &mac(secret)), Ok(()));
            }
        }
    }

    #[test]
    fn a_shorter_secret_is_refused_unless_it_is_named_dangerous() {
        for (algorithm, bytes, mac) in algorithms() {
            for len in [1, bytes - 1] {
                let secret = &[7; 300][..len];
                let key = Key::Secret(Secret::new(secret));
                assert!(!algorithm.fits(&key));
                assert_eq!(algorithm.verify(&key, MESSAGE, &mac(secret)), Err(Error::BadSignature));
                let key = Key::Secret(Secret::danger_short(secret));
                assert!(algorithm.fits(&key));
                assert_eq!(algorithm.verify(&key, MESSAGE, &mac(secret)), Ok(()));
            }
        }
    }

    #[test]
    fn an_empty_secret_is_never_used() {
        for (algorithm, _, mac) in algorithms() {
            for key in [Key::Secret(Secret::new(b"")), Key::Secret(Secret::danger_short(b""))] {
                assert!(!algorithm.fits(&key));
                assert_eq!(algorithm.verify(&key, MESSAGE, &mac(b"")), Err(Error::BadSignature));
            }
        }
    }

    #[test]
    fn a_public_key_is_never_a_secret() {
        let modulus = [7; 256];
        for (algorithm, _, mac) in algorithms() {
            let key = Key::Public(PublicKey::Rsa { n: &modulus, e: &[1, 0, 1] });
            assert!(!algorithm.fits(&key));
            assert_eq!(algorithm.verify(&key, MESSAGE, &mac(&modulus)), Err(Error::BadSignature));
        }
    }

    #[test]
    fn a_mac_of_another_length_is_refused() {
        let key = Key::Secret(Secret::new(&[7; 64]));
        for (algorithm, bytes, mac) in algorithms() {
            let longer = [mac(&[7; 64]), std::vec![0]].concat();
            for len in 0..=longer.len() {
                assert_eq!(algorithm.fits_signature(&key, len), len == bytes);
                assert_eq!(algorithm.verify(&key, MESSAGE, &longer[..len]).is_ok(), len == bytes);
            }
        }
    }
}
