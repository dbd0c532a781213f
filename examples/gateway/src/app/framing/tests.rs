use std::{format, string::String, vec::Vec};

use super::{BODY_BYTES, Framing, HEAD_BYTES, Refusal};

/// What comes of the bytes, the same however they are cut.
fn framing(bytes: &[u8]) -> Result<(), Refusal> {
    let whole = Framing::default().accept(bytes);
    for piece in 1..8 {
        let mut framing = Framing::default();
        let pieces: Result<Vec<()>, _> = bytes.chunks(piece).map(|chunk| framing.accept(chunk)).collect();
        assert_eq!(pieces.map(|_| ()), whole, "cut in pieces of {piece}");
    }
    whole
}

fn fields(fields: &str) -> Result<(), Refusal> {
    framing(format!("GET / HTTP/1.1\r\n{fields}\r\n").as_bytes())
}

#[test]
fn ordinary_requests_pass_one_after_the_other() {
    assert_eq!(fields("Host: a\r\nAccept: */*\r\n"), Ok(()));
    assert_eq!(fields("content-LENGTH:  \t3 \t\r\n"), Ok(()));
    assert_eq!(framing(b"PUT /led HTTP/1.1\nContent-Length: 2\n\non\0GET / HTTP/1.1\n\n"), Err(Refusal::Malformed));
    assert_eq!(framing(b"PUT /led HTTP/1.1\nContent-Length: 3\n\non\0GET / HTTP/1.1\n\n"), Ok(()));
    assert_eq!(framing(b"GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n"), Ok(()));
}

#[test]
fn a_length_that_would_overflow_is_refused() {
    assert_eq!(fields("Content-Length: 18446744073709551615\r\n"), Err(Refusal::ContentTooLarge));
    assert_eq!(fields("Content-Length: 99999999999999999999999999\r\n"), Err(Refusal::ContentTooLarge));
    assert_eq!(fields(&format!("Content-Length: {}\r\n", BODY_BYTES + 1)), Err(Refusal::ContentTooLarge));
    assert_eq!(fields(&format!("Content-Length: {BODY_BYTES}\r\n")), Ok(()));
}

#[test]
fn a_length_that_is_no_number_is_refused() {
    for value in ["", "+1", "-1", "0x1", "1,1", "1 1", "one", "1;", "\"1\""] {
        assert_eq!(fields(&format!("Content-Length: {value}\r\n")), Err(Refusal::Malformed), "{value}");
    }
}

#[test]
fn a_second_length_is_refused_even_if_it_is_the_same() {
    assert_eq!(fields("Content-Length: 1\r\nContent-Length: 1\r\n"), Err(Refusal::Malformed));
}

#[test]
fn a_transfer_encoding_is_refused() {
    assert_eq!(fields("Transfer-Encoding: chunked\r\n"), Err(Refusal::LengthRequired));
    assert_eq!(fields("Content-Length: 1\r\ntransfer-encoding: chunked\r\n"), Err(Refusal::LengthRequired));
}

#[test]
fn names_that_only_end_like_the_length_are_others() {
    for prefix in 1..40 {
        let name = String::from_iter(std::iter::repeat_n('x', prefix)) + "Content-Length";
        assert_eq!(fields(&format!("{name}: 5\r\n")), Ok(()), "{name}");
        assert_eq!(fields(&format!("Content-Length{}: x\r\n", "x".repeat(prefix))), Ok(()));
    }
}

#[test]
fn lines_that_are_read_in_two_ways_are_refused() {
    for line in [
        "Content-Length : 1\r\n",
        " Content-Length: 1\r\n",
        "A: b\r\n c\r\n",
        "A: b\r\n\tc\r\n",
        "A\0: b\r\n",
        "A: b\0\r\n",
        "A: b\rC: d\r\n",
        "A: b\r\r\n",
        ": b\r\n",
        "A\r\n",
        "A b: c\r\n",
        "\u{e4}: b\r\n",
        "A: \u{7f}\r\n",
    ] {
        assert_eq!(fields(line), Err(Refusal::Malformed), "{line:?}");
    }
    assert_eq!(framing(b"\r\nGET / HTTP/1.1\r\n\r\n"), Err(Refusal::Malformed));
}

#[test]
fn a_head_of_more_than_its_bound_is_refused_also_without_a_line_end() {
    assert_eq!(framing(&[b'a'; HEAD_BYTES]), Ok(()));
    assert_eq!(framing(&[b'a'; HEAD_BYTES + 1]), Err(Refusal::HeadTooLarge));
    let fitting = "a".repeat(HEAD_BYTES - "GET / HTTP/1.1\r\nA: \r\n\r\n".len());
    assert_eq!(fields(&format!("A: {fitting}\r\n")), Ok(()));
    assert_eq!(fields(&format!("A: {fitting}a\r\n")), Err(Refusal::HeadTooLarge));
}

#[test]
fn after_a_refusal_nothing_more_is_taken() {
    let mut framing = Framing::default();
    assert_eq!(framing.accept(b"\0"), Err(Refusal::Malformed));
    assert_eq!(framing.accept(b"GET / HTTP/1.1\r\n\r\n"), Err(Refusal::Malformed));
}
