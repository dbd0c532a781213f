//! RSA signatures ([RFC 7518 §3.3](https://www.rfc-editor.org/rfc/rfc7518#section-3.3) and
//! [§3.5](https://www.rfc-editor.org/rfc/rfc7518#section-3.5)): moduli of 2048 to 4096 bits, verification only.

mod pkcs1;
mod pss;

use sha2::{Digest, Sha256, Sha384, Sha512};

use super::Algorithm;
use crate::{
    error::Error,
    key::{Key, PublicKey},
    rsa::{Integer, RsaKey, power},
};

macro_rules! rsa_algorithm {
    ($(#[$doc:meta])* $algorithm:ident, $name:literal, $encoding:ident, $hash:ty) => {
        $(#[$doc])*
        ///
        /// The key's modulus has 2048 to 4096 bits, its exponent is odd, at least 3 and below 2^64. The signature is as
        /// long as the modulus.
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
                key_of(key).is_some()
            }

            fn fits_signature(&self, key: &Key<'_>, bytes: usize) -> bool {
                key_of(key).is_some_and(|key| key.modulus.len() == bytes)
            }

            fn verify(&self, key: &Key<'_>, message: &[u8], signature: &[u8]) -> Result<(), Error> {
                verify(key, signature, |encoded| $encoding::verify::<$hash>(message, encoded))
            }
        }
    };
}

rsa_algorithm!(
    /// `RS256`: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3).
    Rs256, "RS256", pkcs1, Sha256
);
rsa_algorithm!(
    /// `RS384`: RSASSA-PKCS1-v1_5 with SHA-384 (RFC 7518 §3.3).
    Rs384, "RS384", pkcs1, Sha384
);
rsa_algorithm!(
    /// `RS512`: RSASSA-PKCS1-v1_5 with SHA-512 (RFC 7518 §3.3).
    Rs512, "RS512", pkcs1, Sha512
);
rsa_algorithm!(
    /// `PS256`: RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes (RFC 7518 §3.5).
    Ps256, "PS256", pss, Sha256
);
rsa_algorithm!(
    /// `PS384`: RSASSA-PSS with SHA-384, MGF1 with SHA-384 and a salt of 48 bytes (RFC 7518 §3.5).
    Ps384, "PS384", pss, Sha384
);
rsa_algorithm!(
    /// `PS512`: RSASSA-PSS with SHA-512, MGF1 with SHA-512 and a salt of 64 bytes (RFC 7518 §3.5).
    Ps512, "PS512", pss, Sha512
);

/// A hash function that RFC 7518 names for RSA.
trait Hash: Digest {
    /// What stands before the hash in its DigestInfo (RFC 8017 §9.2, note 1): DER, with parameters of NULL.
    const DIGEST_INFO: [u8; 19];
}

impl Hash for Sha256 {
    const DIGEST_INFO: [u8; 19] = *b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
}

impl Hash for Sha384 {
    const DIGEST_INFO: [u8; 19] = *b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30";
}

impl Hash for Sha512 {
    const DIGEST_INFO: [u8; 19] = *b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40";
}

/// The key, if it is one of RSA and good.
fn key_of<'k>(key: &Key<'k>) -> Option<RsaKey<'k>> {
    match *key {
        Key::Public(PublicKey::Rsa { n, e }) => RsaKey::new(n, e),
        _ => None,
    }
}

/// A signature to which the public key has been applied: `EM` before it is known to be one (RFC 8017 §8.1.2, §8.2.2).
struct Encoded<'a> {
    representative: &'a Integer<'a>,
    modulus_bits: usize,
}

impl Encoded<'_> {
    /// The length of the modulus, in bytes.
    fn len(&self) -> usize {
        self.modulus_bits.div_ceil(8)
    }

    /// As many bytes as the modulus has.
    fn bytes(&self) -> impl Iterator<Item = u8> {
        self.representative.bytes(self.len())
    }
}

fn verify(key: &Key<'_>, signature: &[u8], is_encoding: impl Fn(&Encoded<'_>) -> bool) -> Result<(), Error> {
    let key = key_of(key).ok_or(Error::BadSignature)?;
    if signature.len() != key.modulus.len() {
        return Err(Error::BadSignature);
    }
    let is_signature = power(signature, key.exponent, key.modulus, &mut |representative| {
        is_encoding(&Encoded { representative, modulus_bits: key.modulus_bits })
    });
    if is_signature == Some(true) { Ok(()) } else { Err(Error::BadSignature) }
}

#[cfg(test)]
mod tests;
