//! Private keys of RSA ([RFC 7518 §6.3.2](https://www.rfc-editor.org/rfc/rfc7518#section-6.3.2)).
//!
//! With the primes, the exponent is not kept: it is longer, and slower.

use base64ct::{Base64UrlUnpadded, Encoding as _};

use super::{Entry, Kind, text};
use crate::{
    decryption_key::{RsaPrivate, RsaPrivateKey},
    jose::{
        jwk::{check_exponent, check_modulus},
        key_error::KeyError,
    },
    json::Object,
    key::Secret,
    limits,
};

/// What a key of RSA can be bound to (RFC 7518 §4.1), as long as it is for decryption here.
pub(super) const ALGORITHMS: &[&str] = &["RSA-OAEP", "RSA-OAEP-256"];

/// The members that come together, if at all (RFC 7518 §6.3.2).
const PRIMES: [&str; 5] = ["p", "q", "dp", "dq", "qi"];

/// How many bytes of the material each number has: the modulus, the public exponent, and the private exponent alone, or
/// what comes with the primes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Lengths([usize; 7]);

impl Lengths {
    /// The key in what was filled by these lengths.
    pub(super) fn key<'k>(&self, mut material: &'k [u8]) -> Option<RsaPrivateKey<'k>> {
        let mut numbers = [&[][..]; 7];
        for (number, length) in numbers.iter_mut().zip(self.0) {
            (*number, material) = material.split_at_checked(length)?;
        }
        let [n, e, numbers @ ..] = numbers;
        let private = match numbers.map(Secret::new) {
            [d, others @ ..] if others.iter().all(|number| number.expose().is_empty()) => RsaPrivate::Exponent(d),
            [p, q, dp, dq, qi] => RsaPrivate::Primes { p, q, dp, dq, qi },
        };
        Some(RsaPrivateKey { n, e, private })
    }
}

impl<const BYTES: usize> Entry<BYTES> {
    /// Copies a key.
    pub(super) fn set_rsa(&mut self, key: &RsaPrivateKey<'_>) -> Result<(), KeyError> {
        check(key)?;
        let mut lengths = [0; 7];
        let private = match key.private {
            RsaPrivate::Exponent(d) => [d, Secret::new(&[]), Secret::new(&[]), Secret::new(&[]), Secret::new(&[])],
            RsaPrivate::Primes { p, q, dp, dq, qi } => [p, q, dp, dq, qi],
        };
        let numbers = [key.n, key.e].into_iter().chain(private.map(Secret::expose));
        let mut room = self.material.as_mut_slice();
        for (number, length) in numbers.zip(&mut lengths) {
            let (own, rest) = room.split_at_mut_checked(number.len()).ok_or(KeyError::TooLarge)?;
            own.iter_mut().zip(number).for_each(|(to, from)| *to = *from);
            (*length, room) = (number.len(), rest);
        }
        self.finish(lengths);
        Ok(())
    }

    /// Decodes the members of a key where they are kept.
    pub(super) fn read_rsa(&mut self, key: Object<'_>) -> Result<(), KeyError> {
        if key.get("oth").is_some() {
            return Err(KeyError::MorePrimes);
        }
        let has_primes = PRIMES.iter().any(|name| key.get(name).is_some());
        let names: &[_] = if has_primes { &["n", "e", "p", "q", "dp", "dq", "qi"] } else { &["n", "e", "d"] };
        // §6.3.2.1: it is there in either case.
        number(key, "d", self.material.as_mut_slice())?;
        let mut lengths = [0; 7];
        let mut room = self.material.as_mut_slice();
        for (name, length) in names.iter().zip(&mut lengths) {
            *length = number(key, name, room)?;
            room = room.get_mut(*length..).ok_or(KeyError::TooLarge)?;
        }
        self.finish(lengths);
        Lengths(lengths).key(self.material.as_slice()).as_ref().map_or(Err(KeyError::TooLarge), check)
    }

    fn finish(&mut self, lengths: [usize; 7]) {
        self.kind = Kind::Rsa(Lengths(lengths));
        self.length = lengths.iter().fold(0, |sum, length| sum.saturating_add(*length));
    }
}

/// Whether the numbers have lengths that belong together. What only arithmetic can tell is found out at each decryption.
fn check(key: &RsaPrivateKey<'_>) -> Result<(), KeyError> {
    check_modulus(key.n)?;
    check_exponent(key.e)?;
    let fits = |number: Secret<'_>, longest: usize| (1..=longest).contains(&number.expose().len());
    let fit = match key.private {
        RsaPrivate::Exponent(d) => fits(d, key.n.len()),
        RsaPrivate::Primes { p, q, dp, dq, qi } => {
            let [of_p, of_q] = [p, q].map(|prime| prime.expose().len());
            let half = key.n.len().div_ceil(2);
            fits(p, half) && fits(q, half) && fits(dp, of_p) && fits(dq, of_q) && fits(qi, of_p)
        }
    };
    if fit { Ok(()) } else { Err(KeyError::Length) }
}

/// Decodes a number to the front of `room`, and says how long it is.
fn number(key: Object<'_>, name: &'static str, room: &mut [u8]) -> Result<usize, KeyError> {
    let encoded = text(key, name)?.ok_or(KeyError::Missing(name))?;
    // Base64url has no escapes.
    let encoded = encoded.as_str().ok_or(KeyError::Malformed(name))?;
    let bytes = encoded.len().saturating_mul(3) / 4;
    if bytes > limits::SIGNATURE_BYTES {
        return Err(KeyError::Length);
    }
    let room = room.get_mut(..bytes).ok_or(KeyError::TooLarge)?;
    Base64UrlUnpadded::decode(encoded, room).map(<[u8]>::len).map_err(|_| KeyError::Malformed(name))
}

#[cfg(test)]
mod tests;
