//! The primitive RSAVP1 ([RFC 8017 §5.2.2](https://www.rfc-editor.org/rfc/rfc8017#section-5.2.2)): `s^e mod n`.
//!
//! All operands are public, so the time may depend on them. A number is brought into Montgomery's form by one long
//! division. This costs a quarter less than a multiplication by `R^2`, and so there is nothing that a prepared key could keep:
//! what a verification computes of the modulus alone is its digits and `-1/n`, at most 1.5 % of its instructions.

use super::{DIGIT_BYTES, DIGITS, Digit, LIMB_BYTES, Modulus, ZERO, big_endian, digits, is_below, load};

/// A number of up to [`SIGNATURE_BYTES`](crate::limits::SIGNATURE_BYTES) bytes, the lowest digit first.
pub(crate) struct Integer<'a>(&'a [Digit]);

impl Integer<'_> {
    /// The number's last `count` bytes in big-endian order (I2OSP, RFC 8017 §4.1).
    pub(crate) fn bytes(&self, count: usize) -> impl Iterator<Item = u8> {
        big_endian(self.0, count)
    }
}

/// Whether `base^exponent mod modulus` is what `is_good` looks for.
///
/// `None` if the base is not below the modulus, the exponent is even, or the modulus is even, too long, or not longer than a
/// limb. Both numbers are big-endian. The stack has room for four numbers as long as the modulus: of 2048, 3072 or 4096 bits.
pub(crate) fn power(
    base: &[u8],
    exponent: u64,
    modulus: &[u8],
    is_good: &mut dyn FnMut(&Integer<'_>) -> bool,
) -> Option<bool> {
    const SMALL: usize = 256_usize.div_ceil(DIGIT_BYTES);
    const MIDDLE: usize = 384_usize.div_ceil(DIGIT_BYTES);
    let digits = modulus.len().div_ceil(DIGIT_BYTES);
    if digits <= SMALL {
        power_of::<SMALL>(base, exponent, modulus, is_good)
    } else if digits <= MIDDLE {
        power_of::<MIDDLE>(base, exponent, modulus, is_good)
    } else {
        power_of::<DIGITS>(base, exponent, modulus, is_good)
    }
}

#[inline(never)]
fn power_of<const COUNT: usize>(
    base: &[u8],
    exponent: u64,
    modulus: &[u8],
    is_good: &mut dyn FnMut(&Integer<'_>) -> bool,
) -> Option<bool> {
    let mut result = [ZERO; COUNT];
    compute::<COUNT>(&mut result, base, exponent, modulus)?;
    Some(is_good(&Integer(&result)))
}

// Not inlined, so that three of the four numbers are off the stack before the encoding is checked.
#[inline(never)]
fn compute<const COUNT: usize>(result: &mut [Digit], base: &[u8], exponent: u64, modulus: &[u8]) -> Option<()> {
    raise([result, &mut [ZERO; COUNT]], &mut [[ZERO; 2]; COUNT], base, exponent, modulus)
}

/// Sets the first of two numbers to the power. `None`, and an unspecified result, for numbers that are not good.
// Not inlined, so that there is one for all sizes.
#[inline(never)]
fn raise(
    [a, n]: [&mut [Digit]; 2],
    product: &mut [[Digit; 2]],
    base: &[u8],
    exponent: u64,
    modulus: &[u8],
) -> Option<()> {
    let count = modulus.len().div_ceil(DIGIT_BYTES);
    let (a, n) = (a.get_mut(..count)?, n.get_mut(..count)?);
    load(n, modulus);
    load(a, base);
    let is_good_modulus = is_odd(*n.first()?) && modulus.len() > LIMB_BYTES;
    if !is_good_modulus || exponent.is_multiple_of(2) || base.len() > modulus.len() || !is_below(a, n) {
        return None;
    }
    let mut modulus = Modulus::<false>::new(n, product)?;

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
