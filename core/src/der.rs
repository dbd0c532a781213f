//! What certificates and TLS write in DER and JOSE writes otherwise ([X.690](https://www.itu.int/rec/T-REC-X.690)),
//! strictly: one encoding for each value.
//!
//! It is for those who verify a certificate with an [`Algorithm`](crate::Algorithm).

use crate::{
    jose::KeyError,
    key::{Curve, PublicKey},
};

pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const INTEGER: u8 = 0x02;

/// The longest ECDSA signature as JOSE writes it, in bytes: two coordinates of P-521.
pub const ECDSA_SIGNATURE_BYTES: usize = 132;

/// The longest ECDSA signature of P-256 in DER, in bytes.
pub const P256_SIGNATURE_BYTES: usize = 72;

/// Reads an RSAPublicKey ([RFC 8017 §A.1.1](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1)), as it stands in
/// the subjectPublicKey of a certificate. The key borrows from it; its size is for the algorithm to judge.
///
/// # Errors
///
/// [`KeyError::Der`] for what is no such structure.
pub fn rsa_public_key(der: &[u8]) -> Result<PublicKey<'_>, KeyError> {
    let (n, e) = element(whole(der, SEQUENCE)?, INTEGER)?;
    Ok(PublicKey::Rsa { n: natural(n)?, e: natural(whole(e, INTEGER)?)? })
}

/// Writes an ECDSA-Sig-Value ([RFC 3279 §2.2.3](https://www.rfc-editor.org/rfc/rfc3279#section-2.2.3)) as JOSE does
/// ([RFC 7518 §3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)): r and s, each as long as a coordinate.
///
/// `None` if it is no such structure or a number is too long for the curve.
///
/// ```
/// use bearward_core::{Curve, der};
///
/// let mut buffer = [0; der::ECDSA_SIGNATURE_BYTES];
/// let signature = der::ecdsa_to_jose(&[0x30, 6, 2, 1, 5, 2, 1, 7], Curve::P256, &mut buffer).unwrap();
/// assert_eq!((signature.len(), signature[31], signature[63]), (64, 5, 7));
/// ```
#[must_use]
pub fn ecdsa_to_jose<'b>(der: &[u8], curve: Curve, buffer: &'b mut [u8; ECDSA_SIGNATURE_BYTES]) -> Option<&'b [u8]> {
    let (r, rest) = element(whole(der, SEQUENCE).ok()?, INTEGER).ok()?;
    let s = whole(rest, INTEGER).ok()?;
    let length = curve.coordinate_bytes();
    let signature = buffer.get_mut(..length.checked_mul(2)?)?;
    let (first, second) = signature.split_at_mut_checked(length)?;
    for (number, place) in [(r, first), (s, second)] {
        let number = natural(number).ok()?;
        let (zeros, place) = place.split_at_mut_checked(length.checked_sub(number.len())?)?;
        zeros.fill(0);
        place.iter_mut().zip(number).for_each(|(to, from)| *to = *from);
    }
    Some(signature)
}

/// Writes an ES256 signature, r and s, as an ECDSA-Sig-Value (RFC 3279 §2.2.3).
///
/// ```
/// use bearward_core::der;
///
/// let mut signature = [0; 64];
/// (signature[31], signature[32]) = (5, 0x80);
/// let mut buffer = [0; der::P256_SIGNATURE_BYTES];
/// let der = der::es256_from_jose(&signature, &mut buffer).unwrap();
/// assert_eq!(der[..8], [0x30, 38, 2, 1, 5, 2, 33, 0]);
/// ```
#[must_use]
pub fn es256_from_jose<'b>(signature: &[u8; 64], buffer: &'b mut [u8; P256_SIGNATURE_BYTES]) -> Option<&'b [u8]> {
    let (r, s) = signature.split_at_checked(32)?;
    let mut end = 2_usize;
    for number in [r, s] {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let number = number.get(zeros..).filter(|number| !number.is_empty())?;
        // A number whose first bit is set would be negative without a zero byte before it (X.690 §8.3.3).
        let padding: &[u8] = if number.first()? & 0x80 != 0 { &[0] } else { &[] };
        let length = number.len().checked_add(padding.len())?;
        let header = [INTEGER, u8::try_from(length).ok()?];
        let start = end;
        end = start.checked_add(header.len())?.checked_add(length)?;
        let bytes = header.iter().chain(padding).chain(number);
        buffer.get_mut(start..end)?.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    }
    let contents = u8::try_from(end.checked_sub(2)?).ok()?;
    *buffer.first_chunk_mut()? = [SEQUENCE, contents];
    buffer.get(..end)
}

/// An INTEGER that is not negative, without the zero byte that says so (X.690 §8.3.2: and no more than that one).
fn natural(integer: &[u8]) -> Result<&[u8], KeyError> {
    match integer {
        [0, rest @ ..] if rest.first().is_some_and(|first| *first >= 0x80) => Ok(rest),
        [first, ..] if *first < 0x80 && *first != 0 => Ok(integer),
        _ => Err(KeyError::Der),
    }
}

/// The contents of the one element that `input` consists of.
pub(crate) fn whole(input: &[u8], tag: u8) -> Result<&[u8], KeyError> {
    match element(input, tag)? {
        (contents, []) => Ok(contents),
        _ => Err(KeyError::Der),
    }
}

/// The contents of the first element, and what follows it. Lengths have their shortest form (X.690 §10.1).
pub(crate) fn element(input: &[u8], tag: u8) -> Result<(&[u8], &[u8]), KeyError> {
    let (length, rest) = match input {
        [found, length @ 0..=0x7f, rest @ ..] if *found == tag => (usize::from(*length), rest),
        [found, 0x81, length @ 0x80..=0xff, rest @ ..] if *found == tag => (usize::from(*length), rest),
        [found, 0x82, high @ 1..=0xff, low, rest @ ..] if *found == tag => {
            (usize::from(u16::from_be_bytes([*high, *low])), rest)
        }
        _ => return Err(KeyError::Der),
    };
    rest.split_at_checked(length).ok_or(KeyError::Der)
}

#[cfg(test)]
mod tests {
    use std::vec;

    use super::*;

    #[test]
    fn a_signature_in_der_has_two_numbers_in_their_shortest_form() {
        let read = |der: &[u8]| ecdsa_to_jose(der, Curve::P256, &mut [0; _]).map(<[u8]>::to_vec);
        let signature = read(b"\x30\x07\x02\x01\x05\x02\x02\x00\x80").unwrap();
        assert_eq!((signature[31], signature[63]), (5, 0x80));
        for wrong in [
            &b"\x30\x06\x02\x01\x05\x02\x01\x80"[..], // negative
            b"\x30\x07\x02\x01\x05\x02\x02\x00\x7f",  // a zero byte too many
            b"\x30\x06\x02\x01\x05\x02\x01\x00",      // zero
            b"\x30\x07\x02\x01\x05\x02\x01\x07\x00",  // a byte behind s
            b"\x30\x06\x02\x01\x05\x02\x01\x07\x00",  // a byte behind the sequence
            b"\x30\x03\x02\x01\x05",                  // no s
            b"\x30\x81\x06\x02\x01\x05\x02\x01\x07",  // a length in a longer form
            b"",
        ] {
            assert_eq!(read(wrong), None, "{wrong:x?}");
        }
    }

    #[test]
    fn a_number_of_a_signature_fits_the_curve() {
        let der = |length: u8| {
            let number = [&[0x02, length][..], &vec![1; usize::from(length)]].concat();
            [&[0x30, length * 2 + 4][..], &number, &number].concat()
        };
        assert!(ecdsa_to_jose(&der(32), Curve::P256, &mut [0; _]).is_some());
        assert!(ecdsa_to_jose(&der(33), Curve::P256, &mut [0; _]).is_none());
        assert!(ecdsa_to_jose(&der(48), Curve::P384, &mut [0; _]).is_some());
        assert!(ecdsa_to_jose(&der(49), Curve::P384, &mut [0; _]).is_none());
    }

    #[test]
    fn a_signature_comes_back_from_der_as_it_was() {
        for (r, s) in [([0xff; 32], [1; 32]), ([0x7f; 32], [0x80; 32])] {
            for zeros in [0, 1, 31] {
                let mut signature: [u8; 64] = [r, s].concat().try_into().unwrap();
                signature[..zeros].fill(0);
                let mut buffer = [0; _];
                let der = es256_from_jose(&signature, &mut buffer).unwrap();
                assert_eq!(ecdsa_to_jose(der, Curve::P256, &mut [0xaa; _]).unwrap(), signature);
            }
        }
        assert_eq!(es256_from_jose(&[0; 64], &mut [0; _]), None);
    }
}
