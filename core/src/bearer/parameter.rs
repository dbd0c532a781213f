//! The parameter `access_token` of a form or a query ([RFC 6750 §2.2](https://www.rfc-editor.org/rfc/rfc6750#section-2.2),
//! §2.3), in `application/x-www-form-urlencoded`.

use crate::{bearer::BearerToken, error::Error};

/// The value of `access_token`, as it came. Names are decoded for the comparison.
///
/// A name with a bad escape is another name, and other values are not looked at: they are not ours to judge.
pub(super) fn access_token(parameters: &[u8]) -> Result<Option<&[u8]>, Error> {
    let mut found = None;
    for parameter in parameters.split(|byte| *byte == b'&') {
        let mut halves = parameter.splitn(2, |byte| *byte == b'=');
        let name = halves.next().unwrap_or_default();
        let value = halves.next().unwrap_or_default();
        if Decoded(name).eq(b"access_token".iter().copied().map(Some)) && found.replace(value).is_some() {
            return Err(Error::SeveralTokens);
        }
    }
    Ok(found)
}

/// Whether a form has a parameter of this name.
pub(crate) fn has_parameter(parameters: &[u8], name: &str) -> bool {
    parameters.split(|byte| *byte == b'&').any(|parameter| {
        let own = parameter.split(|byte| *byte == b'=').next().unwrap_or_default();
        Decoded(own).eq(name.bytes().map(Some))
    })
}

/// Reads a value as a token: where it stands if it has no escape, else in `buffer`.
pub(super) fn decode<'t>(value: &'t [u8], buffer: &'t mut [u8]) -> Result<BearerToken<'t>, Error> {
    // A plus is a space here, and a token has none. A plus of the token itself comes as %2B.
    if value.contains(&b'+') {
        return Err(Error::MalformedRequest);
    }
    if !value.contains(&b'%') {
        return BearerToken::from_bytes(value);
    }
    let mut free = buffer.iter_mut();
    for byte in Decoded(value) {
        let byte = byte.ok_or(Error::MalformedRequest)?;
        *free.next().ok_or(Error::TokenTooLong)? = byte;
    }
    let unused = free.len();
    let decoded = buffer.len().saturating_sub(unused);
    BearerToken::from_bytes(buffer.get(..decoded).unwrap_or_default())
}

/// The bytes of a percent-encoded text, `None` for an escape that is not `%` and two hexadecimal digits.
struct Decoded<'a>(&'a [u8]);

impl Iterator for Decoded<'_> {
    type Item = Option<u8>;

    fn next(&mut self) -> Option<Option<u8>> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(match first {
            b'+' => Some(b' '),
            b'%' => {
                let escaped = rest.split_first_chunk::<2>();
                self.0 = escaped.map_or(&[], |(_, rest)| rest);
                escaped.and_then(|([high, low], _)| Some((hex_digit(*high)? << 4) | hex_digit(*low)?))
            }
            byte => Some(*byte),
        })
    }
}

fn hex_digit(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
