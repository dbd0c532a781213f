//! The gateway as hostile clients meet it.

use std::{thread, time::Duration};

use crate::support::{Server, TestKey};

#[test]
fn two_authorization_fields_are_an_invalid_request_even_if_both_are_good() {
    let server = Server::demo();
    let token = server.good_token();
    let answer = server.get("/sensor", &[&token, &token]);
    assert_eq!((answer.status, answer.error_code()), (400, Some("invalid_request")));
}

#[test]
fn a_token_in_the_query_or_in_another_scheme_is_no_token() {
    let server = Server::demo();
    let token = server.good_token();
    let bare = token.strip_prefix("Bearer ").unwrap();
    for answer in
        [server.get(&format!("/sensor?access_token={bare}"), &[]), server.get("/sensor", &["Basic YWxpY2U6c2VjcmV0"])]
    {
        assert_eq!((answer.status, answer.error_code()), (401, None));
    }
}

#[test]
fn a_token_that_its_buffer_cannot_hold_is_answered_with_431() {
    let key = TestKey::new("mine");
    let server = Server::guarded_by(&key.jwks(), &[]);
    let header = r#"{"alg":"ES256","typ":"at+jwt","kid":"mine"}"#;
    for (padding, answered) in [(1500, (200, None)), (2200, (431, Some("invalid_request")))] {
        let claims = TestKey::claims().replacen('{', &format!("{{\"padding\":\"{}\",", "x".repeat(padding)), 1);
        let answer = server.get("/sensor", &[&key.token(header, &claims)]);
        assert_eq!((answer.status, answer.error_code()), answered, "{padding} bytes more");
    }
}

#[test]
fn a_head_that_its_buffer_cannot_hold_is_answered_with_431() {
    let server = Server::demo();
    let token = server.good_token();
    for padding in [4096, 100_000] {
        let answer = server.get("/sensor", &[&format!("{token}{}", "A".repeat(padding))]);
        assert_eq!(answer.status, 431, "{padding} bytes more");
    }
    assert_eq!(server.get("/sensor", &[&token]).status, 200);
}

#[test]
fn lengths_that_lie_do_not_end_the_server() {
    let server = Server::demo();
    let token = server.good_token();
    for (length, status) in [("18446744073709551615", 413), ("9223372036854775808", 413), ("-1", 400), ("257", 413)] {
        let head =
            format!("PUT /led HTTP/1.1\r\nHost: a\r\nAuthorization: {token}\r\nContent-Length: {length}\r\n\r\n");
        assert_eq!(server.send(&head).status, status, "{length}");
    }
    let chunked = "PUT /led HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\non\r\n0\r\n\r\n";
    assert_eq!(server.send(chunked).status, 411);
    assert_eq!(server.get("/sensor", &[&token]).status, 200);
}

#[test]
fn garbage_does_not_end_the_server() {
    let server = Server::demo();
    let mut garbage = Vec::new();
    let mut state = 1_u32;
    for _ in 0..64 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        garbage.extend_from_slice(&state.to_be_bytes());
        server.send_only(&garbage);
    }
    for piece in
        ["GET", "GET /sensor HTTP/1.1\r\nAuthorization: Bearer", "\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
    {
        server.send_only(piece.as_bytes());
    }
    assert_eq!(server.get("/sensor", &[&server.good_token()]).status, 200);
}

#[test]
fn a_connection_carries_one_request_after_the_other() {
    let server = Server::demo();
    let token = server.good_token();
    let mut both = format!(
        "PUT /led HTTP/1.1\r\nHost: a\r\nContent-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n\
         GET /sensor HTTP/1.1\r\nHost: a\r\nAuthorization: {token}\r\n\r\n"
    );
    both += &server.request("GET /valve", &[], "");
    let statuses: Vec<u16> = server.send_all(&both).iter().map(|answer| answer.status).collect();
    // The body of the refused request is not taken for a request.
    assert_eq!(statuses, [401, 200, 404]);
}

#[test]
fn a_second_authorization_field_of_any_kind_is_an_invalid_request() {
    let server = Server::demo();
    let token = server.good_token();
    for other in ["Basic YWxpY2U6c2VjcmV0", "Bearer x", "", "\t"] {
        for fields in [[&token, other], [other, &token]] {
            let answer = server.get("/sensor", &fields);
            assert_eq!((answer.status, answer.error_code()), (400, Some("invalid_request")), "{fields:?}");
        }
    }
}

#[test]
fn credentials_outside_of_their_grammar_are_an_invalid_request() {
    let server = Server::demo();
    let token = server.good_token();
    for bad in ["Bearer", "Bearer ", &format!("{token} "), &format!("{token}, Bearer x"), &format!("{token} x")] {
        let answer = server.get("/sensor", &[bad]);
        // White space around a value is none of it (RFC 9110 section 5.5).
        let expected = if bad.trim_end() == token { (200, None) } else { (400, Some("invalid_request")) };
        assert_eq!((answer.status, answer.error_code()), expected, "{bad}");
    }
}

#[test]
fn a_token_in_a_form_is_no_token() {
    let server = Server::demo();
    let token = server.good_token();
    let body = format!("access_token={}", &token["Bearer ".len()..][..40]);
    let put = |authorization: &str| {
        server.send(&format!(
            "PUT /led HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{authorization}\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    };
    let answer = put("");
    assert_eq!((answer.status, answer.error_code()), (401, None));
    assert!(answer.header("www-authenticate").is_some());
    // It is only a body that is neither on nor off.
    assert_eq!(put(&format!("Authorization: {token}\r\n")).status, 400);
}

#[test]
fn rfc9110_15_5_6_other_methods_reach_no_handler_and_are_told_which_do() {
    let server = Server::demo();
    let token = server.good_token();
    for (path, methods, allowed) in [
        ("/", &["POST", "OPTIONS"][..], "GET, HEAD"),
        ("/sensor", &["get", "OPTIONS", "TRACE", "CONNECT", "PATCH", "DELETE", "BREW", "GETT", "PUT"], "GET, HEAD"),
        ("/led", &["put", "GET", "HEAD", "POST"], "PUT"),
        ("/.well-known/oauth-protected-resource", &["PUT", "POST"], "GET, HEAD"),
    ] {
        for method in methods {
            let answer = server.send(&server.request(&format!("{method} {path}"), &[&token], "on"));
            assert_eq!((answer.status, answer.header("allow")), (405, Some(allowed)), "{method} {path}");
        }
    }
}

#[test]
fn other_spellings_of_a_path_are_guarded_or_not_there() {
    let server = Server::demo();
    for path in ["/%73ensor", "/sens%6Fr", "/sensor?", "/sensor#", "/sensor?access_token=x"] {
        assert_eq!(server.get(path, &[]).status, 401, "{path}");
    }
    for path in
        ["//sensor", "/sensor/", "/sensor%2F", "/sensor%00", "/./sensor", "/led/../sensor", "/SENSOR", "*", "sensor"]
    {
        assert_eq!(server.get(path, &[&server.good_token()]).status, 404, "{path}");
    }
    for path in ["/%FF", "/%C0%AF", "/%", "/%2", "/%zz", "/sensor\u{e9}"] {
        assert_eq!(server.get(path, &[&server.good_token()]).status, 400, "{path}");
    }
}

#[test]
fn a_request_with_both_lengths_is_refused_and_nothing_behind_it_is_read() {
    let server = Server::demo();
    let token = server.good_token();
    let behind = server.request("GET /sensor", &[&token], "");
    for lengths in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: identity\r\n",
    ] {
        let request = format!("PUT /led HTTP/1.1\r\nHost: a\r\n{lengths}\r\n0\r\n\r\n{behind}");
        let answer = server.send(&request);
        assert_eq!((answer.status, answer.header("connection")), (411, Some("close")), "{lengths}");
    }
    for request in ["GET /sensor HTTP/1.1\r\n\r\n", "GET /sensor HTTP/1.1\nHost: a\n\n", "GET /sensor\r\n\r\n"] {
        assert_eq!(server.send(&format!("{request}{behind}")).status, 400, "{request}");
    }
    let expecting = "PUT /led HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    assert_eq!(server.send(expecting).status, 417);
    assert_eq!(server.send(&format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{behind}")).status, 505);
}

#[test]
fn after_every_refusal_the_next_request_is_answered_as_if_alone() {
    let key = TestKey::new("mine");
    let server = Server::guarded_by(&key.jwks(), &[]);
    let header = r#"{"alg":"ES256","typ":"at+jwt","kid":"mine"}"#;
    let token = key.token(header, &TestKey::claims());
    let long = key.token(header, &TestKey::claims().replacen('{', &format!("{{\"a\":\"{}\",", "x".repeat(2000)), 1));
    let request = |target: &str, token: &str, body: &str| {
        let length = body.len();
        format!("{target} HTTP/1.1\r\nHost: a\r\nAuthorization: {token}\r\nContent-Length: {length}\r\n\r\n{body}")
    };
    for (target, refused, status) in [
        ("PUT /led", token.as_str(), 403),
        ("PUT /led", "Basic x", 401),
        ("PUT /led", "Bearer x", 401),
        ("PUT /led", "Bearer", 400),
        ("PUT /led", &long, 431),
        ("PUT /sensor", &token, 405),
        ("PUT /valve", &token, 404),
    ] {
        let first = request(target, refused, "GET / HTTP/1.1\r\n\r\n");
        let last = server.request("GET /sensor", &[&token], "");
        let statuses: Vec<u16> = server.send_all(&(first + &last)).iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [status, 200], "{target} {refused}");
    }
}

#[test]
fn a_slow_client_holds_its_connection_for_seconds_only() {
    let server = Server::demo();
    let requests =
        ["GET /sensor HTTP/1.1\r\nHost: a\r\nX: ", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "\0"];
    thread::scope(|scope| {
        for request in requests {
            let server = &server;
            scope.spawn(move || {
                let held = server.held(request);
                assert!(held < Duration::from_secs(9), "{request:?}: {held:?}");
            });
        }
    });
    assert_eq!(server.get("/sensor", &[&server.good_token()]).status, 200);
}
