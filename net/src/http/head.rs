//! The head of an answer, and how its content is framed
//! ([RFC 9112 §4 to §6](https://www.rfc-editor.org/rfc/rfc9112#section-4)).

use super::fields::{Fields, next_line};
use crate::error::HttpError;

/// What the head of an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) framing: Framing,
    /// Whether the connection may serve another exchange (RFC 9112 §9.3).
    pub(crate) persistent: bool,
    /// Whether the content is in a coding besides chunks (RFC 9110 §8.4).
    pub(crate) encoded: bool,
}

/// How long the content is (RFC 9112 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    Length(u64),
    Chunked,
    /// Up to the end of the connection, which TLS authenticates.
    Close,
}

impl Head {
    /// Reads a head, up to and with its empty line. Its lines were looked through before.
    pub(crate) fn read(head: &[u8]) -> Result<Self, HttpError> {
        let (line, _) = next_line(head).ok_or(HttpError::StatusLine)?;
        let (minor, status) = read_status_line(line).ok_or(HttpError::StatusLine)?;
        let fields = Fields::of(head);
        fields.check()?;
        for name in ["content-type", "etag"] {
            fields.one(name)?;
        }
        let framing = read_framing(fields, minor, status)?;
        let persistent = minor == 1 && framing != Framing::Close && !fields.lists("connection", "close");
        let is_identity = |coding: &[u8]| coding.eq_ignore_ascii_case(b"identity");
        let encoded = framing != Framing::Length(0) && !fields.all("content-encoding").all(is_identity);
        Ok(Self { status, framing, persistent, encoded })
    }

    /// Whether another head follows (RFC 9110 §15.2).
    pub(crate) const fn is_interim(&self) -> bool {
        self.status < 200
    }

    /// Whether the server sends to another place (RFC 9110 §15.4). 304 does not.
    pub(crate) const fn is_redirect(&self) -> bool {
        matches!(self.status, 300..=303 | 305..=399)
    }
}

/// RFC 9112 §4: the minor version and the status.
fn read_status_line(line: &[u8]) -> Option<(u8, u16)> {
    let rest = line.strip_prefix(b"HTTP/1.")?;
    let [minor @ (b'0' | b'1'), b' ', hundreds @ b'1'..=b'5', tens @ b'0'..=b'9', ones @ b'0'..=b'9', b' ', ..] = rest
    else {
        return None;
    };
    let digit = |byte: &u8| u16::from(byte.wrapping_sub(b'0'));
    let tens = digit(hundreds).wrapping_mul(10).wrapping_add(digit(tens));
    Some((minor.wrapping_sub(b'0'), tens.wrapping_mul(10).wrapping_add(digit(ones))))
}

/// RFC 9112 §6.3, for answers to GET and POST, without its leniency.
fn read_framing(fields: Fields<'_>, minor: u8, status: u16) -> Result<Framing, HttpError> {
    let length = fields.one("content-length")?.map(read_length).transpose()?;
    let coding = fields.one("transfer-encoding")?;
    match (status, length, coding) {
        (_, Some(_), Some(_)) => Err(HttpError::TwoLengths),
        // RFC 9112 §6.1: chunks need HTTP/1.1, and no other coding was asked for. Neither length nor coding may stand in
        // an answer that has no content (RFC 9110 §8.6); a 304 may say how long the content would be.
        (_, _, Some(coding)) if minor == 0 || !coding.eq_ignore_ascii_case(b"chunked") => {
            Err(HttpError::TransferEncoding)
        }
        (..=199 | 204, _, Some(_)) => Err(HttpError::TransferEncoding),
        (..=199, Some(_), _) | (204, Some(1..), _) => Err(HttpError::ContentLength),
        (..=199 | 204 | 304, ..) => Ok(Framing::Length(0)),
        (_, _, Some(_)) => Ok(Framing::Chunked),
        (_, Some(length), None) => Ok(Framing::Length(length)),
        (_, None, None) => Ok(Framing::Close),
    }
}

/// RFC 9110 §8.6: digits only, not a list.
fn read_length(digits: &[u8]) -> Result<u64, HttpError> {
    if digits.is_empty() {
        return Err(HttpError::ContentLength);
    }
    digits
        .iter()
        .try_fold(0_u64, |length, digit| {
            let digit = digit.checked_sub(b'0').filter(|digit| *digit <= 9)?;
            length.checked_mul(10)?.checked_add(digit.into())
        })
        .ok_or(HttpError::ContentLength)
}

#[cfg(test)]
mod tests;
