//! The head of a request ([RFC 9112 §3](https://www.rfc-editor.org/rfc/rfc9112#section-3)).
//!
//! `reqwless` 0.14 was tried for this, and writes exactly the same bytes, which the tests hold this against. It is not used, because the code for its own
//! Basic authentication is always linked, though nothing here can reach it: on a Cortex-M4 that is 5.3 KB of flash and
//! twelve index checks that panic, in `reqwless` and `base64`. It also always depends on `p256` 0.13 and its family, and
//! does not look at what stands in a field's value.

use core::{
    fmt::{self, Write as _},
    mem,
};

use bearward_core::{Method, Request};

use crate::{error::NetError, url::Url};

/// Writes the head of a request, and says how long it is. With `last`, it tells the server that no other will come.
pub(crate) fn write_head(
    buffer: &mut [u8],
    url: &Url<'_>,
    request: &Request<'_>,
    last: bool,
) -> Result<usize, NetError> {
    let fields = fields(request, last)?;
    let size = buffer.len();
    let mut out = Memory(buffer);
    // RFC 9110 §8.6: a method that brings content says how much, even if it is none.
    let length = matches!(request.method(), Method::Post | Method::Put).then_some(request.body().len());
    write(&mut out, request.method(), url, length, &fields).map_err(|_| NetError::RequestTooLarge)?;
    Ok(size.saturating_sub(out.0.len()))
}

/// The fields besides those of the connection, each with its value if it has one.
pub(crate) fn fields<'r>(request: &Request<'r>, last: bool) -> Result<[(&'static str, Option<&'r str>); 6], NetError> {
    let fields = [
        // RFC 9110 §12.5.3: without it, any coding of the content would be acceptable.
        ("Accept-Encoding", Some("identity")),
        ("Accept", Some(request.accept())),
        ("Authorization", request.authorization()),
        ("If-None-Match", request.if_none_match()),
        ("Content-Type", request.content_type()),
        ("Connection", last.then_some("close")),
    ];
    if !fields.iter().all(|(_, value)| value.is_none_or(is_value)) {
        return Err(NetError::InvalidRequest);
    }
    Ok(fields)
}

fn write(
    out: &mut Memory<'_>,
    method: Method,
    url: &Url<'_>,
    length: Option<usize>,
    fields: &[(&str, Option<&str>)],
) -> fmt::Result {
    write!(out, "{} {} HTTP/1.1\r\nHost: {}\r\n", method.as_str(), url.target(), url.authority())?;
    if let Some(length) = length {
        write!(out, "Content-Length: {length}\r\n")?;
    }
    for (name, value) in fields {
        if let Some(value) = value {
            write!(out, "{name}: {value}\r\n")?;
        }
    }
    out.write_str("\r\n")
}

/// RFC 9110 §5.5, as senders should write it: nothing that ends the field, and no whitespace around it.
fn is_value(value: &str) -> bool {
    let bytes = value.as_bytes();
    !bytes.is_empty()
        && bytes.trim_ascii().len() == bytes.len()
        && bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t'))
}

/// What is left of the memory that is written to.
struct Memory<'b>(&'b mut [u8]);

impl fmt::Write for Memory<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let (to, rest) = mem::take(&mut self.0).split_at_mut_checked(text.len()).ok_or(fmt::Error)?;
        to.copy_from_slice(text.as_bytes());
        self.0 = rest;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
