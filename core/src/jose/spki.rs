//! SubjectPublicKeyInfo ([RFC 5280 §4.1.2.7](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.7)) in DER, strictly:
//! one encoding for each key.

use crate::{
    der::{SEQUENCE, element, rsa_public_key, whole},
    jose::key_error::KeyError,
    key::{Curve, PublicKey},
};

const BIT_STRING: u8 = 0x03;
const OBJECT_IDENTIFIER: u8 = 0x06;

/// RFC 5480 §2.1.1, §2.1.1.1.
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const SECP256R1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const SECP384R1: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const SECP521R1: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];
/// RFC 8017 appendix A.1; its parameters must be NULL (RFC 3279 §2.3.1).
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const NULL: &[u8] = &[0x05, 0x00];
/// RFC 8410 §3; it has no parameters.
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

pub(super) fn read(der: &[u8]) -> Result<PublicKey<'_>, KeyError> {
    let info = whole(der, SEQUENCE)?;
    let (algorithm, rest) = element(info, SEQUENCE)?;
    // A key is a whole number of bytes: no bit of the last one is unused.
    let (0, key) = whole(rest, BIT_STRING)?.split_first().map(|(unused, key)| (*unused, key)).ok_or(KeyError::Der)?
    else {
        return Err(KeyError::Der);
    };
    let (identifier, parameters) = element(algorithm, OBJECT_IDENTIFIER)?;
    match identifier {
        EC_PUBLIC_KEY => point(whole(parameters, OBJECT_IDENTIFIER)?, key),
        RSA_ENCRYPTION if parameters == NULL => rsa_public_key(key),
        ED25519 if parameters.is_empty() => Ok(PublicKey::Ed25519 { x: key.try_into().map_err(|_| KeyError::Der)? }),
        RSA_ENCRYPTION | ED25519 => Err(KeyError::Der),
        _ => Err(KeyError::UnsupportedType),
    }
}

/// SEC 1 §2.3.4, uncompressed.
fn point<'d>(curve: &[u8], key: &'d [u8]) -> Result<PublicKey<'d>, KeyError> {
    let curve = match curve {
        SECP256R1 => Curve::P256,
        SECP384R1 => Curve::P384,
        SECP521R1 => Curve::P521,
        _ => return Err(KeyError::UnsupportedCurve),
    };
    let Some((0x04, coordinates)) = key.split_first() else { return Err(KeyError::Der) };
    let (x, y) = coordinates.split_at_checked(curve.coordinate_bytes()).ok_or(KeyError::Der)?;
    Ok(PublicKey::Ec { curve, x, y })
}

#[cfg(test)]
mod tests;
