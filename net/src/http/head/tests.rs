use std::{format, string::String};

use super::*;

fn read(head: &str) -> Result<Head, HttpError> {
    Head::read(head.as_bytes())
}

/// An answer with this status and these fields.
fn answer(status: u16, fields: &str) -> Result<Head, HttpError> {
    read(&format!("HTTP/1.1 {status} X\r\n{fields}\r\n"))
}

#[track_caller]
fn framed(status: u16, fields: &str, framing: Framing) {
    assert_eq!(answer(status, fields).map(|head| head.framing), Ok(framing), "{status} {fields}");
}

#[track_caller]
fn refused(status: u16, fields: &str, error: HttpError) {
    assert_eq!(answer(status, fields), Err(error), "{status} {fields}");
}

#[test]
fn a_status_line_has_a_version_a_status_and_a_space() {
    for line in ["HTTP/1.1 200 OK", "HTTP/1.1 200 ", "HTTP/1.0 200 Very \t well \u{fc}", "HTTP/1.1 599 X"] {
        assert!(read(&format!("{line}\r\n\r\n")).is_ok(), "{line}");
    }
    for line in [
        "",
        "HTTP/1.1",
        "HTTP/1.1 200",
        "HTTP/1.1  200 OK",
        "HTTP/1.1\t200 OK",
        "HTTP/1.1 20 OK",
        "HTTP/1.1 2000 OK",
        "HTTP/1.1 +20 OK",
        "HTTP/1.1 099 OK",
        "HTTP/1.1 600 OK",
        "HTTP/1.1 2x0 OK",
        "HTTP/2.0 200 OK",
        "HTTP/1.2 200 OK",
        "HTTP/1.10 200 OK",
        "http/1.1 200 OK",
        "HTTP/0.9 200 OK",
        " HTTP/1.1 200 OK",
        "ICY 200 OK",
        "SSH-2.0-x",
    ] {
        assert_eq!(read(&format!("{line}\r\n\r\n")), Err(HttpError::StatusLine), "{line}");
    }
    assert_eq!(answer(404, "").unwrap().status, 404);
    assert_eq!(read(""), Err(HttpError::StatusLine));
}

#[test]
fn a_field_name_is_a_token_right_before_the_colon() {
    for fields in
        ["Content-Length : 5", "Content-Length\t: 5", ": 5", "A B: 5", "no colon", "a(b): c", "\u{e4}: x", "a\"b: c"]
    {
        refused(200, &format!("{fields}\r\n"), HttpError::FieldName);
    }
    assert!(answer(200, "X-1_!#$%&'*+.^`|~:\r\nb:c:d\r\n").is_ok());
}

#[test]
fn the_length_of_the_content_is_a_number() {
    framed(200, "Content-Length: 0\r\n", Framing::Length(0));
    framed(200, "CONTENT-LENGTH:\t 007 \t\r\n", Framing::Length(7));
    framed(200, "Content-Length: 18446744073709551615\r\n", Framing::Length(u64::MAX));
    for length in
        ["", "+5", "-5", "5 5", "5,5", "5, 5", "0x5", "5.0", "five", "18446744073709551616", "\u{665}", "5\"", "5;"]
    {
        refused(200, &format!("Content-Length: {length}\r\n"), HttpError::ContentLength);
    }
}

#[test]
fn two_lengths_are_refused_even_if_they_are_equal() {
    refused(200, "Content-Length: 5\r\nContent-Length: 5\r\n", HttpError::RepeatedField);
    refused(200, "Content-Length: 5\r\nX: y\r\ncontent-length: 6\r\n", HttpError::RepeatedField);
    refused(200, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", HttpError::TwoLengths);
    refused(200, "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", HttpError::TwoLengths);
    refused(204, "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", HttpError::TwoLengths);
}

#[test]
fn the_only_transfer_coding_is_chunked() {
    framed(200, "Transfer-Encoding: Chunked\r\n", Framing::Chunked);
    for coding in [
        "",
        "gzip",
        "identity",
        "gzip, chunked",
        "chunked, chunked",
        "chunked;q=1",
        "xchunked",
        "chunked,",
        "\"chunked\"",
        "\u{b}chunked",
    ] {
        refused(200, &format!("Transfer-Encoding: {coding}\r\n"), HttpError::TransferEncoding);
    }
    refused(200, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", HttpError::RepeatedField);
}

#[test]
fn http_1_0_knows_no_chunks() {
    assert_eq!(read("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), Err(HttpError::TransferEncoding));
}

#[test]
fn without_a_length_the_content_ends_with_the_connection() {
    framed(200, "", Framing::Close);
    assert!(!answer(200, "Connection: keep-alive\r\n").unwrap().persistent);
}

#[test]
fn answers_1xx_204_and_304_have_no_content() {
    for status in [100, 103, 199, 204, 304] {
        framed(status, "", Framing::Length(0));
    }
    framed(204, "Content-Length: 0\r\n", Framing::Length(0));
    framed(304, "Content-Length: 500\r\n", Framing::Length(0));
    framed(304, "Transfer-Encoding: chunked\r\n", Framing::Length(0));
    refused(100, "Content-Length: 0\r\n", HttpError::ContentLength);
    refused(100, "Transfer-Encoding: chunked\r\n", HttpError::TransferEncoding);
    refused(204, "Content-Length: 5\r\n", HttpError::ContentLength);
    refused(204, "Transfer-Encoding: chunked\r\n", HttpError::TransferEncoding);
}

#[test]
fn fields_that_are_believed_come_once() {
    refused(200, "Content-Type: a/b\r\nContent-Type: a/b\r\n", HttpError::RepeatedField);
    refused(200, "ETag: \"a\"\r\netag: \"b\"\r\n", HttpError::RepeatedField);
    assert!(answer(200, "Set-Cookie: a\r\nSet-Cookie: b\r\n").is_ok());
}

#[test]
fn http_1_1_persists_unless_it_says_close() {
    let persists = |fields: &str| answer(200, &format!("Content-Length: 1\r\n{fields}")).unwrap().persistent;
    assert!(persists(""));
    assert!(persists("Connection: keep-alive, closed\r\n"));
    assert!(!persists("Connection: close\r\n"));
    assert!(!persists("Connection: upgrade\r\nconnection: x ,\t CLOSE\r\n"));
    let old = read("HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\n");
    assert!(!old.unwrap().persistent);
}

#[test]
fn only_content_that_is_there_can_be_encoded() {
    let encoded = |status, fields: &str| answer(status, fields).unwrap().encoded;
    assert!(encoded(200, "Content-Encoding: gzip\r\n"));
    assert!(encoded(200, "Content-Encoding: identity\r\nContent-Encoding: br\r\n"));
    assert!(!encoded(200, "Content-Encoding: Identity\r\n"));
    assert!(!encoded(304, "Content-Encoding: gzip\r\n"));
}

#[test]
fn redirects_are_3xx_but_304() {
    for status in 300..400 {
        assert_eq!(answer(status, "").unwrap().is_redirect(), status != 304);
    }
    assert!(!answer(200, "Location: https://h/\r\n").unwrap().is_redirect());
    assert!(!answer(401, "").unwrap().is_redirect());
}

#[test]
fn a_head_of_many_fields_is_read_in_one_pass_each() {
    let fields: String = (0..500).map(|index| format!("X-{index}: y\r\n")).collect();
    framed(200, &format!("{fields}Content-Length: 3\r\n"), Framing::Length(3));
}
