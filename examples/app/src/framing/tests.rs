use std::{format, string::String, vec::Vec};

use super::{BODY_BYTES, Framing, HEAD_BYTES, Refusal};

/// What comes of the bytes, the same however they are cut.
fn framing(bytes: &[u8]) -> Result<(), Refusal> {
    let whole = Framing::new(HEAD_BYTES).accept(bytes);
    for piece in 1..8 {
        let mut framing = Framing::new(HEAD_BYTES);
        let pieces: Result<Vec<()>, _> = bytes.chunks(piece).map(|chunk| framing.accept(chunk)).collect();
        assert_eq!(pieces.map(|_| ()), whole, "cut in pieces of {piece}");
    }
    whole
}

fn fields(fields: &str) -> Result<(), Refusal> {
    framing(format!("GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n").as_bytes())
}

fn line(line: &str) -> Result<(), Refusal> {
    framing(format!("{line}\r\nHost: a\r\n\r\n").as_bytes())
}

#[test]
fn ordinary_requests_pass_one_after_the_other() {
    assert_eq!(fields("User-Agent: b\r\nAccept: */*\r\n"), Ok(()));
    assert_eq!(fields("content-LENGTH:  \t3 \t\r\n"), Ok(()));
    let two = |length| {
        let first = format!("PUT /led HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\non\0");
        framing((first + "GET / HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes())
    };
    assert_eq!(two(2), Err(Refusal::Malformed));
    assert_eq!(two(3), Ok(()));
}

#[test]
fn rfc9112_3_a_request_line_is_method_target_and_version_with_one_space_between_them() {
    for good in ["GET / HTTP/1.1", "HEAD /a?b=%C3%A9#c HTTP/1.0", "M-SEARCH * HTTP/1.9", "GET http://a/ HTTP/1.1"] {
        assert_eq!(line(good), Ok(()), "{good}");
    }
    for bad in [
        "GET",
        "GET /",
        "GET / ",
        "GET /  HTTP/1.1",
        "GET  / HTTP/1.1",
        " GET / HTTP/1.1",
        "GET\t/ HTTP/1.1",
        "GET /\tHTTP/1.1",
        "GET / HTTP/1.1 ",
        "GET / HTTP/1.1 x",
        "GET / HTTP/1.",
        "GET / HTTP/1.10",
        "GET / HTTP/x.1",
        "GET / http/1.1",
        "GET /\u{2003}HTTP/1.1",
        "GET /a\u{85}b HTTP/1.1",
        "G\"T / HTTP/1.1",
        "GET: / HTTP/1.1",
    ] {
        assert_eq!(line(bad), Err(Refusal::Malformed), "{bad:?}");
    }
    for other in ["PRI * HTTP/2.0", "GET / HTTP/0.9", "GET / HTTP/3"] {
        assert_eq!(line(other), Err(Refusal::Version), "{other}");
    }
}

#[test]
fn rfc3986_2_1_an_escape_is_two_hexadecimal_digits() {
    for bad in ["%", "%4", "%4g", "%g4", "%%41", "%+1"] {
        assert_eq!(line(&format!("GET /{bad} HTTP/1.1")), Err(Refusal::Malformed), "{bad}");
    }
}

#[test]
fn rfc3629_1_an_escape_is_of_no_byte_that_utf_8_never_has() {
    for byte in 0..=255_u8 {
        let expected = if matches!(byte, 0xc0 | 0xc1 | 0xf5..) { Err(Refusal::Malformed) } else { Ok(()) };
        assert_eq!(line(&format!("GET /%{byte:02X} HTTP/1.1")), expected);
        assert_eq!(line(&format!("GET /%{byte:02x} HTTP/1.1")), expected);
    }
}

#[test]
fn rfc9112_3_2_a_request_has_one_host() {
    assert_eq!(framing(b"GET / HTTP/1.1\r\n\r\n"), Err(Refusal::Malformed));
    assert_eq!(framing(b"GET / HTTP/1.1\r\nHostess: a\r\n\r\n"), Err(Refusal::Malformed));
    assert_eq!(framing(b"GET / HTTP/1.0\r\n\r\n"), Ok(()));
    assert_eq!(framing(b"GET / HTTP/1.1\r\nhOST:\r\n\r\n"), Ok(()));
    assert_eq!(fields("Host: a\r\n"), Err(Refusal::Malformed));
    assert_eq!(framing(b"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"), Err(Refusal::Malformed));
    let second_without = "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n\r\n";
    assert_eq!(framing(second_without.as_bytes()), Err(Refusal::Malformed));
}

#[test]
fn a_line_ends_with_cr_and_lf_and_not_with_one_of_them() {
    for bare in
        ["GET / HTTP/1.1\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\n"]
    {
        assert_eq!(framing(bare.as_bytes()), Err(Refusal::Malformed), "{bare:?}");
    }
    assert_eq!(fields("A: b\nTransfer-Encoding: chunked\r\n"), Err(Refusal::Malformed));
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
fn rfc9110_10_1_1_an_expectation_is_refused_at_once() {
    assert_eq!(fields("expect: 100-continue\r\n"), Err(Refusal::Expectation));
    assert_eq!(fields("Expects: 100-continue\r\n"), Ok(()));
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
    assert_eq!(framing(b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), Err(Refusal::Malformed));
}

#[test]
fn a_head_of_more_than_its_bound_is_refused_also_without_a_line_end() {
    assert_eq!(framing(&[b'a'; HEAD_BYTES]), Ok(()));
    assert_eq!(framing(&[b'a'; HEAD_BYTES + 1]), Err(Refusal::HeadTooLarge));
    let fitting = "a".repeat(HEAD_BYTES - "GET / HTTP/1.1\r\nHost: a\r\nA: \r\n\r\n".len());
    assert_eq!(fields(&format!("A: {fitting}\r\n")), Ok(()));
    assert_eq!(fields(&format!("A: {fitting}a\r\n")), Err(Refusal::HeadTooLarge));
}

#[test]
fn after_a_refusal_nothing_more_is_taken() {
    let mut framing = Framing::new(HEAD_BYTES);
    assert_eq!(framing.accept(b"\0"), Err(Refusal::Malformed));
    assert_eq!(framing.accept(b"GET / HTTP/1.1\r\n\r\n"), Err(Refusal::Malformed));
}
