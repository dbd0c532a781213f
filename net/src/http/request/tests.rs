use std::{format, string::String, vec};

use super::*;

fn write(request: &Request<'_>, last: bool) -> Result<String, NetError> {
    let url = Url::parse("https://as.example:8443/a?b=c").unwrap();
    let mut buffer = vec![0; 512];
    let length = write_head(&mut buffer, &url, request, last)?;
    buffer.truncate(length);
    Ok(String::from_utf8(buffer).unwrap())
}

#[test]
fn a_get_has_no_content() {
    assert_eq!(
        write(&Request::get("application/json"), false).unwrap(),
        "GET /a?b=c HTTP/1.1\r\nHost: as.example:8443\r\nAccept-Encoding: identity\r\nAccept: application/json\r\n\r\n"
    );
}

#[test]
fn a_form_has_its_length_and_type() {
    let request = Request::post_form("application/jwt", b"token=x").with_authorization("Basic YTpi");
    assert_eq!(
        write(&request, true).unwrap(),
        "POST /a?b=c HTTP/1.1\r\nHost: as.example:8443\r\nContent-Length: 7\r\nAccept-Encoding: identity\r\n\
         Accept: application/jwt\r\nAuthorization: Basic YTpi\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Connection: close\r\n\r\n"
    );
    assert!(write(&Request::post_form("*/*", b""), false).unwrap().contains("Content-Length: 0\r\n"));
}

#[test]
fn a_json_document_has_its_length_and_type() {
    for (request, method) in
        [(Request::post_json("application/json", b"{}"), "POST"), (Request::put_json("application/json", b"{}"), "PUT")]
    {
        assert_eq!(
            write(&request, false).unwrap(),
            format!(
                "{method} /a?b=c HTTP/1.1\r\nHost: as.example:8443\r\nContent-Length: 2\r\n\
                 Accept-Encoding: identity\r\nAccept: application/json\r\nContent-Type: application/json\r\n\r\n"
            )
        );
    }
}

#[test]
fn rfc9110_9_3_5_a_delete_has_no_content() {
    let request = Request::delete("application/json").with_authorization("Bearer a");
    assert_eq!(
        write(&request, true).unwrap(),
        "DELETE /a?b=c HTTP/1.1\r\nHost: as.example:8443\r\nAccept-Encoding: identity\r\n\
         Accept: application/json\r\nAuthorization: Bearer a\r\nConnection: close\r\n\r\n"
    );
}

#[test]
fn a_document_in_hand_is_named_by_its_tag() {
    let request = Request::get("*/*").with_if_none_match("\"a b\"");
    assert!(write(&request, false).unwrap().contains("\r\nIf-None-Match: \"a b\"\r\n"));
}

#[test]
fn no_value_ends_its_field() {
    for value in ["", "a\r\nX: y", "a\n", "\ra", "a\0", "a\u{7f}", "\u{e4}", " a", "a ", "\ta"] {
        for request in [
            Request::get(value),
            Request::get("*/*").with_authorization(value),
            Request::get("*/*").with_if_none_match(value),
        ] {
            assert_eq!(write(&request, false), Err(NetError::InvalidRequest), "{value:?}");
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let request = Request::post_form("*/*", b"token=x").with_authorization("Bearer abc");
    let url = Url::parse("https://as.example/").unwrap();
    let length = write_head(&mut [0; 512], &url, &request, true).unwrap();
    for size in 0..length {
        let mut buffer = vec![0; size];
        assert_eq!(write_head(&mut buffer, &url, &request, true), Err(NetError::RequestTooLarge), "{size}");
    }
    assert_eq!(write_head(&mut vec![0; length], &url, &request, true), Ok(length));
    let long = format!("Bearer {}", "x".repeat(600));
    assert_eq!(write(&Request::get("*/*").with_authorization(&long), false), Err(NetError::RequestTooLarge));
}
