//! A token out of an `Authorization` field is the end of that field, and of the grammar of RFC 6750 §2.1.
#![no_main]

use bearward_core::{BearerRequest, BearerToken, Error, Transport};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let request = BearerRequest::new(Transport::Tls).with_authorization([data]);
    let field = trim(data);
    let found = request.token(&mut []);
    if let Ok(Some(found)) = found {
        let token = found.token.as_str();
        assert!(field[..6].eq_ignore_ascii_case(b"bearer"));
        let rest = field[6..].strip_suffix(token.as_bytes()).unwrap();
        assert!(!rest.is_empty() && rest.iter().all(|byte| *byte == b' '));
        let body = token.trim_end_matches('=');
        assert!(!body.is_empty());
        assert!(body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte)));
        assert!(BearerToken::new(token).is_ok());
    }
    let twice = BearerRequest::new(Transport::Tls).with_authorization([data, data]);
    assert_eq!(twice.token(&mut []).err(), Some(Error::SeveralTokens));
});

/// RFC 9110 §5.5: spaces and tabs around a field's value are not part of it.
fn trim(mut field: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = field {
        field = rest;
    }
    field
}
