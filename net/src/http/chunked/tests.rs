use std::{format, string::String, vec::Vec};

use super::*;

/// The content, and what follows it.
type Parts = (Vec<u8>, Vec<u8>);

/// The parts of a chunked body; `None` if it is not complete.
fn read(body: &[u8]) -> Result<Option<Parts>, HttpError> {
    let (mut chunked, mut content, mut rest) = (Chunked::new(), Vec::new(), body.iter());
    while !chunked.is_done() {
        let Some(byte) = rest.next() else { return Ok(None) };
        if chunked.data().is_some() {
            content.push(*byte);
            chunked.consume(1);
        } else {
            chunked.push(*byte)?;
        }
    }
    Ok(Some((content, rest.copied().collect())))
}

#[track_caller]
fn refused(body: &str, error: HttpError) {
    assert_eq!(read(body.as_bytes()), Err(error), "{body:?}");
}

#[test]
fn chunks_are_joined_and_nothing_beyond_them_is_read() {
    let body = b"3\r\nabc\r\n0000A\r\n0123456789\r\n0\r\n\r\nHTTP/1.1";
    assert_eq!(read(body), Ok(Some((b"abc0123456789".to_vec(), b"HTTP/1.1".to_vec()))));
    assert_eq!(read(b"0\r\n\r\n"), Ok(Some((Vec::new(), Vec::new()))));
    for end in 0..body.len() - 8 {
        assert_eq!(read(&body[..end]), Ok(None), "{end}");
    }
}

#[test]
fn extensions_and_trailers_say_nothing() {
    let body = b"3;a;b=\"c\x80 \t\"\r\nabc\r\n0;last\r\nContent-Length: 9\r\nX: y\r\n\r\nz";
    assert_eq!(read(body), Ok(Some((b"abc".to_vec(), b"z".to_vec()))));
}

#[test]
fn a_size_is_hexadecimal_digits() {
    for size in ["", " 3", "+3", "-3", "0x3", "g", "3 ", "3\t", "3 ;a", "3,", "\u{665}"] {
        refused(&format!("{size}\r\nabc\r\n0\r\n\r\n"), HttpError::Chunk);
    }
    assert_eq!(read(b"ffffffffffffffff\r\n"), Ok(None));
    refused("10000000000000000\r\n", HttpError::Chunk);
}

#[test]
fn each_line_ends_with_cr_lf() {
    for body in [
        "3\nabc\r\n0\r\n\r\n",
        "3\r\r\nabc\r\n",
        "3;a\nabc\r\n",
        "3\r\nabc\n0\r\n\r\n",
        "3\r\nabcd\r\n",
        "3\r\nabc0\r\n",
        "3\r\nabc\rx",
    ] {
        refused(body, HttpError::Chunk);
    }
    refused("3;\0\r\nabc\r\n", HttpError::Chunk);
    refused("0\r\n\n", HttpError::LineEnd);
    refused("0\r\nX: y\n\r\n", HttpError::LineEnd);
    refused("0\r\nX: y\r\n\r\r\n", HttpError::LineEnd);
    refused("0\r\n X: y\r\n", HttpError::FoldedLine);
    refused("0\r\nX: \0\r\n", HttpError::ControlCharacter);
}

#[test]
fn lines_and_trailers_are_bounded() {
    let line = |length: u16| format!("3;{}\r\nabc\r\n0\r\n\r\n", "x".repeat(usize::from(length) - 4));
    assert!(read(line(MAX_LINE).as_bytes()).unwrap().is_some());
    refused(&line(MAX_LINE + 1), HttpError::Chunk);
    let zeros = "0".repeat(300);
    refused(&zeros, HttpError::Chunk);

    let trailer: String = (0..MAX_TRAILER / 4 - 2).map(|_| "a:\r\n").collect();
    assert!(read(format!("0\r\n{trailer}abcd\r\n\r\n").as_bytes()).unwrap().is_some());
    refused(&format!("0\r\n{trailer}abcde\r\n\r\n"), HttpError::Trailer);
    refused(&format!("0\r\n{trailer}{trailer}"), HttpError::Trailer);
}
