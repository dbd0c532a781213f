//! The primitive RSADP ([RFC 8017 §5.1.2](https://www.rfc-editor.org/rfc/rfc8017#section-5.1.2)): `c^d mod n` in constant
//! time.
//!
//! Public are the modulus, the public exponent, the ciphertext, and how many bytes each private number has. The time, and
//! the addresses that are read, depend on nothing else.
//!
//! The result is encrypted again before it is told: a fault in one of the two halves of the Chinese remainder theorem would
//! give away a prime (Boneh, DeMillo and Lipton, 1997). There is no blinding: it needs randomness, which core has none of,
//! and protects against measurements of power more than of time.

use core::iter;

use subtle::{Choice, ConstantTimeEq as _};
use zeroize::Zeroizing;

use super::{
    RsaKey,
    montgomery::{
        DIGITS, Digit, ZERO, add_scaled, big_endian, digits, is_below, load,
        secret::{Residues, Room},
    },
};
use crate::decryption_key::{RsaPrivate, RsaPrivateKey};

/// The digits of a prime: half of those of the longest modulus.
const PRIME_DIGITS: usize = DIGITS / 2;

/// Decrypts `ciphertext` into `message`, both as long as the modulus, and says whether the result is right.
///
/// `None` if the key is of no size that is accepted, or the ciphertext is not a number below the modulus: that is no
/// secret.
// Not inlined, so that its buffers are off the stack before the encoding is looked at.
#[inline(never)]
pub(crate) fn decrypt(key: &RsaPrivateKey<'_>, ciphertext: &[u8], message: &mut [u8]) -> Option<Choice> {
    let RsaKey { modulus, exponent, .. } = RsaKey::new(key.n, key.e)?;
    if ciphertext.len() != modulus.len() || message.len() != modulus.len() {
        return None;
    }
    let mut room = Zeroizing::new(Room::new());
    let mut base = [ZERO; DIGITS];
    let mut result = Zeroizing::new([ZERO; DIGITS]);
    load(&mut base, ciphertext);
    let mut residues = Residues::of_public(&mut room, modulus)?;
    let count = residues.len();
    let base = base.get(..count)?;
    if !is_below(base, residues.modulus()) {
        return None;
    }
    match key.private {
        RsaPrivate::Exponent(d) => {
            let result = result.get_mut(..count)?;
            residues.reduce(result, base);
            residues.power(result, d.expose())?;
            residues.leave(result);
        }
        RsaPrivate::Primes { p, q, dp, dq, qi } => {
            let [p, q, dp, dq, qi] = [p, q, dp, dq, qi].map(|number| number.expose());
            combine(&mut room, &mut *result, base, [p, q, dp, dq, qi])?;
            residues = Residues::of_public(&mut room, modulus)?;
        }
    }
    for (byte, from) in message.iter_mut().zip(big_endian(&*result, modulus.len())) {
        *byte = from;
    }
    let again = result.get_mut(..count)?;
    residues.enter(again);
    residues.power_public(again, exponent);
    residues.leave(again);
    Some(again.as_flattened().ct_eq(base.as_flattened()))
}

/// The result out of those modulo both primes (RFC 8017 §5.1.2, step 2b): `m2 + q * ((m1 - m2) * qi mod p)`.
fn combine(room: &mut Room, result: &mut [Digit], base: &[Digit], [p, q, dp, dq, qi]: [&[u8]; 5]) -> Option<()> {
    let mut second = Zeroizing::new([ZERO; PRIME_DIGITS]);
    let mut residues = Residues::of_secret(room, q)?;
    let m2 = second.get_mut(..residues.len())?;
    residues.reduce(m2, base);
    residues.power(m2, dq)?;
    residues.leave(m2);

    let mut factor = Zeroizing::new([ZERO; PRIME_DIGITS]);
    let mut residues = Residues::of_secret(room, p)?;
    let h = factor.get_mut(..residues.len())?;
    residues.reduce(h, base);
    residues.power(h, dp)?;
    let reduced = result.get_mut(..residues.len())?;
    residues.reduce(reduced, m2);
    residues.subtract(h, reduced);
    residues.multiply_plain(h, digits(qi).take(residues.len()));

    result.fill(ZERO);
    for (place, digit) in digits(q).enumerate() {
        let row = result.get_mut(place..)?;
        let carry = add_scaled(row, h, digit);
        if let Some(next) = row.get_mut(h.len()) {
            *next = carry;
        }
    }
    let mut carry = false;
    let m2 = m2.as_flattened().iter().copied().chain(iter::repeat(0));
    for (limb, more) in result.as_flattened_mut().iter_mut().zip(m2) {
        (*limb, carry) = limb.carrying_add(more, carry);
    }
    Some(())
}

#[cfg(test)]
mod tests;
