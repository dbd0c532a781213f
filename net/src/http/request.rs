//! The head of a request ([RFC 9112 §3](https://www.rfc-editor.org/rfc/rfc9112#section-3)).

use core::{
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use bearward_core::{Method, Request};
use reqwless::request::{Method as Verb, Request as Head, RequestBuilder as _};

use crate::{error::NetError, url::Url};

/// Writes the head of a request, and says how long it is. With `last`, it tells the server that no other will come.
pub(crate) fn write_head(
    buffer: &mut [u8],
    url: &Url<'_>,
    request: &Request<'_>,
    last: bool,
) -> Result<usize, NetError> {
    // RFC 9110 §12.5.3: without it, any coding of the content would be acceptable.
    let mut fields = heapless::Vec::<_, 6>::from([("Accept-Encoding", "identity")]);
    let optional = [
        ("Accept", Some(request.accept())),
        ("Authorization", request.authorization()),
        ("If-None-Match", request.if_none_match()),
        ("Content-Type", (request.method() == Method::Post).then_some("application/x-www-form-urlencoded")),
        ("Connection", last.then_some("close")),
    ];
    for (name, value) in optional {
        let Some(value) = value else { continue };
        if !is_value(value) {
            return Err(NetError::InvalidRequest);
        }
        fields.push((name, value)).map_err(|_| NetError::RequestTooLarge)?;
    }

    let size = buffer.len();
    let mut rest = buffer;
    // Writing to memory never waits. Polled once, here, the writer's state takes no room in the futures of the calls.
    let written = match request.method() {
        Method::Get => {
            let head = Head::new(Verb::GET, url.target()).host(url.authority()).headers(&fields).build();
            poll_once(pin!(head.write_header(&mut rest)))
        }
        Method::Post => {
            let head = Head::new(Verb::POST, url.target()).host(url.authority()).headers(&fields);
            let head = head.body(request.body()).build();
            poll_once(pin!(head.write_header(&mut rest)))
        }
    };
    if matches!(written, Poll::Ready(Ok(()))) {
        Ok(size.saturating_sub(rest.len()))
    } else {
        Err(NetError::RequestTooLarge)
    }
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// RFC 9110 §5.5, as senders should write it: nothing that ends the field, and no whitespace around it.
fn is_value(value: &str) -> bool {
    let bytes = value.as_bytes();
    !bytes.is_empty()
        && bytes.trim_ascii().len() == bytes.len()
        && bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t'))
}

#[cfg(test)]
mod tests;
