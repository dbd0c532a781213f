//! RSA signatures ([RFC 7518 §3.3](https://www.rfc-editor.org/rfc/rfc7518#section-3.3) and
//! [§3.5](https://www.rfc-editor.org/rfc/rfc7518#section-3.5)): moduli of 2048 to 4096 bits, verification only.

mod montgomery;
mod pkcs1;
mod pss;

use core::ops::RangeInclusive;

use sha2::{Digest, Sha256, Sha384, Sha512};

use self::montgomery::Integer;
use super::Algorithm;
use crate::{
    error::Error,
    key::{Key, PublicKey},
};

/// Below 2048 bits is too weak (RFC 7518 §3.3, §3.5), and above 4096 bits nothing is gained for what it costs.
const MODULUS_BITS: RangeInclusive<usize> = 2048..=4096;

/// Exponents are 65537 or 3 in practice. NIST SP 800-56B allows 256 bits, which would take long.
const EXPONENT_BYTES: usize = 8;

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
                RsaKey::of(key).is_some()
            }

            fn fits_signature(&self, key: &Key<'_>, bytes: usize) -> bool {
                RsaKey::of(key).is_some_and(|key| key.modulus.len() == bytes)
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

/// A public key (RFC 8017 §3.1) of a size that is accepted.
#[derive(Clone, Copy)]
struct RsaKey<'k> {
    /// Odd, big-endian, without leading zero bytes.
    modulus: &'k [u8],
    modulus_bits: usize,
    /// Odd, at least 3.
    exponent: u64,
}

impl<'k> RsaKey<'k> {
    /// The key, if it is one of RSA and good.
    fn of(key: &Key<'k>) -> Option<Self> {
        let Key::Public(PublicKey::Rsa { n: modulus, e }) = *key else { return None };
        let modulus_bits = bits(modulus)?;
        let exponent_bits = bits(e)?;
        let is_odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
        let is_good = MODULUS_BITS.contains(&modulus_bits)
            && is_odd(modulus)
            && is_odd(e)
            && e.len() <= EXPONENT_BYTES
            && exponent_bits > 1;
        let exponent = e.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte));
        is_good.then_some(Self { modulus, modulus_bits, exponent })
    }
}

/// How many bits a number has. `None` if it has a leading zero byte or is empty.
fn bits(number: &[u8]) -> Option<usize> {
    let unused = usize::try_from(number.first()?.leading_zeros()).ok()?;
    if unused == 8 { None } else { number.len().checked_mul(8)?.checked_sub(unused) }
}

/// A signature to which the public key has been applied: `EM` before it is known to be one (RFC 8017 §8.1.2, §8.2.2).
struct Encoded {
    representative: Integer,
    modulus_bits: usize,
}

impl Encoded {
    /// The length of the modulus, in bytes.
    fn len(&self) -> usize {
        self.modulus_bits.div_ceil(8)
    }

    /// As many bytes as the modulus has.
    fn bytes(&self) -> impl Iterator<Item = u8> {
        self.representative.bytes(self.len())
    }
}

fn verify(key: &Key<'_>, signature: &[u8], is_encoding: impl FnOnce(&Encoded) -> bool) -> Result<(), Error> {
    let key = RsaKey::of(key).ok_or(Error::BadSignature)?;
    if signature.len() != key.modulus.len() {
        return Err(Error::BadSignature);
    }
    let mut encoded = Encoded { representative: Integer::ZERO, modulus_bits: key.modulus_bits };
    montgomery::power(&mut encoded.representative, signature, key.exponent, key.modulus).ok_or(Error::BadSignature)?;
    if is_encoding(&encoded) { Ok(()) } else { Err(Error::BadSignature) }
}

#[cfg(test)]
mod tests;
