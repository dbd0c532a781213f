//! RSA ([RFC 8017](https://www.rfc-editor.org/rfc/rfc8017)): keys of 2048 to 4096 bits, and the two primitives that are
//! needed of it: RSAVP1 for public data, and RSADP in constant time.

mod montgomery;
#[cfg(feature = "rsa-oaep")]
mod private;

use core::ops::RangeInclusive;

#[cfg(feature = "rsa")]
pub(crate) use montgomery::public::{Integer, power};
#[cfg(feature = "rsa-oaep")]
pub(crate) use private::decrypt;

/// Below 2048 bits is too weak (RFC 7518 §3.3, §3.5), and above 4096 bits nothing is gained for what it costs.
const MODULUS_BITS: RangeInclusive<usize> = 2048..=4096;

/// Exponents are 65537 or 3 in practice. NIST SP 800-56B allows 256 bits, which would take long.
const EXPONENT_BYTES: usize = 8;

/// A public key (RFC 8017 §3.1) of a size that is accepted.
#[derive(Clone, Copy)]
pub(crate) struct RsaKey<'k> {
    /// Odd, big-endian, without leading zero bytes.
    pub(crate) modulus: &'k [u8],
    #[cfg(feature = "rsa")]
    pub(crate) modulus_bits: usize,
    /// Odd, at least 3.
    pub(crate) exponent: u64,
}

impl<'k> RsaKey<'k> {
    /// The key, if it is good.
    pub(crate) fn new(modulus: &'k [u8], e: &'k [u8]) -> Option<Self> {
        let modulus_bits = bits(modulus)?;
        let exponent_bits = bits(e)?;
        let is_odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
        let is_good = MODULUS_BITS.contains(&modulus_bits)
            && is_odd(modulus)
            && is_odd(e)
            && e.len() <= EXPONENT_BYTES
            && exponent_bits > 1;
        let exponent = e.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte));
        is_good.then_some(Self {
            modulus,
            #[cfg(feature = "rsa")]
            modulus_bits,
            exponent,
        })
    }
}

/// How many bits a number has. `None` if it has a leading zero byte or is empty.
fn bits(number: &[u8]) -> Option<usize> {
    let unused = usize::try_from(number.first()?.leading_zeros()).ok()?;
    if unused == 8 { None } else { number.len().checked_mul(8)?.checked_sub(unused) }
}
