//! The primitive RSAVP1 ([RFC 8017 §5.2.2](https://www.rfc-editor.org/rfc/rfc8017#section-5.2.2)): `s^e mod n`.
//!
//! All operands are public, so the time may depend on them. A number is brought into Montgomery's form by one long
//! division, which costs less than a multiplication by `R^2` and needs no such constant.

use super::{DIGIT_BYTES, DIGITS, Digit, LIMB_BYTES, Modulus, ZERO, big_endian, digits, is_below, load};

/// A number of up to [`SIGNATURE_BYTES`](crate::limits::SIGNATURE_BYTES) bytes, the lowest digit first.
pub(crate) struct Integer([Digit; DIGITS]);

impl Integer {
    pub(crate) const ZERO: Self = Self([ZERO; DIGITS]);

    /// The number's last `count` bytes in big-endian order (I2OSP, RFC 8017 §4.1).
    pub(crate) fn bytes(&self, count: usize) -> impl Iterator<Item = u8> {
        big_endian(&self.0, count)
    }
}

/// Sets `result` to `base^exponent mod modulus`.
///
/// `None`, and an unspecified result, if the base is not below the modulus, the exponent is even, or the modulus is even,
/// too long, or not longer than a limb. Both numbers are big-endian.
// Not inlined, so that three of the four buffers are off the stack before the encoding is checked.
#[inline(never)]
pub(crate) fn power(result: &mut Integer, base: &[u8], exponent: u64, modulus: &[u8]) -> Option<()> {
    let count = modulus.len().div_ceil(DIGIT_BYTES);
    let mut n = [ZERO; DIGITS];
    let mut product = [[ZERO; 2]; DIGITS];
    let n = n.get_mut(..count)?;
    load(n, modulus);
    let a = result.0.get_mut(..count)?;
    load(a, base);

    let lowest = *n.first()?;
    let is_good_modulus = is_odd(lowest) && modulus.len() > LIMB_BYTES;
    if !is_good_modulus || exponent.is_multiple_of(2) || base.len() > modulus.len() || !is_below(a, n) {
        return None;
    }
    let mut modulus = Modulus::<false>::new(n, &mut product)?;

    // A product with the base as it came takes Montgomery's factor away again. The last bit of an odd exponent is set,
    // so the result needs no conversion, and the base is kept nowhere else than in the signature.
    let mut in_form = false;
    for position in (0..exponent.checked_ilog2()?).rev() {
        if !in_form {
            modulus.enter(a);
            in_form = true;
        }
        modulus.square(a);
        if exponent.wrapping_shr(position) & 1 == 1 {
            modulus.multiply(a, digits(base));
            in_form = false;
        }
    }
    Some(())
}

fn is_odd([low, _]: Digit) -> bool {
    low & 1 == 1
}

#[cfg(test)]
mod tests;
