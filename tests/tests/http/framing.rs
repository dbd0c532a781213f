//! An answer can be read in one way only, or it is refused.

use bearward_net::{HttpError, NetError};
use tests::script::Script;

use crate::support::{answer, content, fetch_into};

#[track_caller]
fn refused(bytes: impl AsRef<[u8]>, error: HttpError) {
    assert_eq!(answer(bytes.as_ref()), Err(NetError::Http(error)), "{}", String::from_utf8_lossy(bytes.as_ref()));
}

#[test]
fn a_length_and_chunks_at_once_are_refused() {
    refused(
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HttpError::TwoLengths,
    );
}

#[test]
fn two_lengths_are_refused() {
    refused("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}", HttpError::RepeatedField);
    refused("HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\n{}", HttpError::ContentLength);
}

#[test]
fn a_lone_lf_or_cr_is_refused_at_once() {
    refused("HTTP/1.1 200 OK\n", HttpError::LineEnd);
    refused("HTTP/1.1 200 OK\r\nContent-Length: 2\n", HttpError::LineEnd);
    refused("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\n{}", HttpError::LineEnd);
    refused("HTTP/1.1 200 OK\r\nX: a\rContent-Length: 2\r\n\r\n{}", HttpError::LineEnd);
    refused("HTTP/1.1 200 OK\r\r\n\r\n", HttpError::LineEnd);
}

#[test]
fn a_folded_line_is_refused() {
    refused("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n 5\r\n\r\n{}", HttpError::FoldedLine);
    refused("HTTP/1.1 200 OK\r\n\tX: y\r\n\r\n", HttpError::FoldedLine);
}

#[test]
fn a_control_character_is_refused() {
    for byte in (0..=31).chain([127]).filter(|byte| !b"\t\n\r".contains(byte)) {
        let mut bytes = b"HTTP/1.1 200 OK\r\nX: ".to_vec();
        bytes.push(byte);
        refused(&bytes, HttpError::ControlCharacter);
    }
}

#[test]
fn whitespace_before_a_colon_is_refused() {
    refused("HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\n{}", HttpError::FieldName);
}

#[test]
fn what_is_not_http_1_is_refused() {
    refused("\r\nHTTP/1.1 200 OK\r\n\r\n", HttpError::StatusLine);
    refused("HTTP/2 200 OK\r\n\r\n", HttpError::StatusLine);
    refused("\x15\x03\x03\0\x02\x02\x28", HttpError::ControlCharacter);
}

#[test]
fn interim_answers_are_passed_over_up_to_a_bound() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
    let last = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    assert_eq!(content(format!("{interim}{last}").as_bytes()), b"{}");
    assert_eq!(content(format!("{interim}{interim}{last}").as_bytes()), b"{}");
    refused(interim.repeat(3), HttpError::Interim);
    refused("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", HttpError::Interim);
    refused("HTTP/1.1 100 Continue\r\nContent-Length: 2\r\n\r\n{}", HttpError::ContentLength);
}

#[test]
fn redirects_are_refused() {
    for status in [300, 301, 302, 303, 305, 307, 308, 399] {
        let bytes = format!("HTTP/1.1 {status} X\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(answer(bytes.as_bytes()), Err(NetError::Redirect(status)));
    }
}

#[test]
fn compressed_content_is_refused() {
    let bytes = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b";
    assert_eq!(answer(bytes), Err(NetError::ContentEncoding));
}

#[test]
fn a_head_must_fit_its_buffer_with_a_margin() {
    let head = |length: usize| {
        let (start, end) = ("HTTP/1.1 200 OK\r\nX: ", "\r\nContent-Length: 2\r\n\r\n");
        format!("{start}{}{end}", "x".repeat(length - start.len() - end.len()))
    };
    for size in [150, 200] {
        for (length, fits) in
            [(size - 17, true), (size - 16, true), (size - 15, false), (size, false), (size * 3, false)]
        {
            let bytes = head(length) + "{}";
            for script in [Script::bytes(bytes.as_bytes()), Script::segments([bytes])] {
                let outcome = fetch_into(script, size, 64);
                assert_eq!(
                    outcome.map(|outcome| outcome.2),
                    if fits { Ok(b"{}".to_vec()) } else { Err(NetError::HeadTooLarge) }
                );
            }
        }
    }
}

#[test]
fn a_head_without_end_is_given_up() {
    let bytes = "HTTP/1.1 200 OK\r\n".to_owned() + &"X: y\r\n".repeat(10_000);
    assert_eq!(answer(bytes.as_bytes()), Err(NetError::HeadTooLarge));
    let bytes = "HTTP/1.1 200 ".to_owned() + &"x".repeat(100_000);
    assert_eq!(answer(bytes.as_bytes()), Err(NetError::HeadTooLarge));
}

#[test]
fn an_answer_may_have_no_content() {
    assert_eq!(answer(b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1"), Ok((204, None, Vec::new())));
    assert_eq!(answer(b"HTTP/1.1 304 X\r\nContent-Length: 9\r\n\r\nX"), Ok((304, None, Vec::new())));
    assert_eq!(answer(b"HTTP/1.1 401 X\r\nContent-Length: 0\r\n\r\n"), Ok((401, None, Vec::new())));
    assert_eq!(answer(b"HTTP/1.1 401 X\r\nConnection: close\r\n\r\n"), Ok((401, None, Vec::new())));
}

#[test]
fn the_type_of_the_content_is_kept_with_its_parameters() {
    let bytes = b"HTTP/1.1 400 X\r\nContent-type:application/json; charset=utf-8 \r\nContent-Length: 2\r\n\r\n{}";
    assert_eq!(answer(bytes), Ok((400, Some("application/json; charset=utf-8".to_owned()), b"{}".to_vec())));
}
