//! Public keys in PEM ([RFC 7468 §13](https://www.rfc-editor.org/rfc/rfc7468#section-13)).

use heapless::Vec;

use crate::{
    base64url::{Decoder, NotCanonical},
    jose::key_error::KeyError,
};

/// The longest SubjectPublicKeyInfo: RSA with 4096 bits and an exponent of 8 bytes takes 556 bytes.
const DER_BYTES: usize = 556;

/// Decodes the one block that the text consists of. Its lines may be of any length; nothing else is let pass (RFC 7468
/// §3), and its base64 is canonical (RFC 4648 §3.5).
pub(super) fn read(pem: &str) -> Result<Vec<u8, DER_BYTES>, KeyError> {
    let block = pem.trim_ascii().strip_prefix("-----BEGIN ").ok_or(KeyError::Pem)?;
    let (label, block) = block.split_once("-----").ok_or(KeyError::Pem)?;
    if label.ends_with("PRIVATE KEY") {
        return Err(KeyError::Private);
    }
    if label != "PUBLIC KEY" {
        return Err(KeyError::Pem);
    }
    let text = block.strip_suffix("-----END PUBLIC KEY-----").ok_or(KeyError::Pem)?;
    let is_character = |byte: &u8| !matches!(byte, b'\r' | b'\n');
    let digits = text.trim_end_matches(['=', '\r', '\n']);
    let padding = text.bytes().filter(|byte| *byte == b'=').count();
    if padding > 2 || !text.bytes().filter(is_character).count().is_multiple_of(4) {
        return Err(KeyError::Pem);
    }
    let mut der = Vec::new();
    let mut decoder = Decoder::new();
    for byte in digits.bytes().filter(is_character) {
        if let Some(byte) = digit(byte).and_then(|digit| decoder.push(digit)).map_err(|_| KeyError::Pem)? {
            der.push(byte).map_err(|_| KeyError::Pem)?;
        }
    }
    decoder.finish().map_err(|_| KeyError::Pem)?;
    Ok(der)
}

/// The character of RFC 4648 §5 that has the value of this one of §4.
const fn digit(character: u8) -> Result<u8, NotCanonical> {
    match character {
        b'+' => Ok(b'-'),
        b'/' => Ok(b'_'),
        b'-' | b'_' => Err(NotCanonical),
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests;
