//! Public keys in PEM ([RFC 7468 §13](https://www.rfc-editor.org/rfc/rfc7468#section-13)).

use base64ct::{Base64, Encoding};
use heapless::Vec;

use crate::jose::key_error::KeyError;

/// The longest SubjectPublicKeyInfo: RSA with 4096 bits and an exponent of 8 bytes takes 555 bytes.
const DER_BYTES: usize = 576;
const TEXT_BYTES: usize = 768;

/// Decodes a block. Its lines may be of any length (RFC 7468 §3, `laxtextualmsg`); its base64 is canonical.
pub(super) fn read(pem: &str) -> Result<Vec<u8, DER_BYTES>, KeyError> {
    let body = pem.trim_ascii().strip_prefix("-----BEGIN PUBLIC KEY-----").ok_or(KeyError::Pem)?;
    let body = body.strip_suffix("-----END PUBLIC KEY-----").ok_or(KeyError::Pem)?;
    let mut text = Vec::<u8, TEXT_BYTES>::new();
    for byte in body.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        text.push(byte).map_err(|_| KeyError::Pem)?;
    }
    let mut der = [0; DER_BYTES];
    let der = Base64::decode(&text, &mut der).map_err(|_| KeyError::Pem)?;
    Vec::from_slice(der).map_err(|_| KeyError::Pem)
}
