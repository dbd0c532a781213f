use std::{format, string::String, vec};

use super::*;

const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

type Found = Result<Option<(String, BearerMethod)>, Error>;

fn token_with(request: BearerRequest<'_>, buffer: &mut [u8]) -> Found {
    request.token(buffer).map(|found| found.map(|found| (found.token.as_str().into(), found.method)))
}

fn token(request: BearerRequest<'_>) -> Found {
    token_with(request, &mut [0; 64])
}

fn header(value: &(impl AsRef<[u8]> + ?Sized)) -> Found {
    token(BearerRequest::new(Transport::Tls).with_authorization([value]))
}

fn form(body: &str) -> Found {
    token(BearerRequest::new(Transport::Tls).with_form("POST", FORM, body))
}

fn query(query: &str) -> Found {
    token(BearerRequest::new(Transport::Tls).danger_with_query("GET", query))
}

fn found(token: &str, method: BearerMethod) -> Found {
    Ok(Some((token.into(), method)))
}

// The Authorization field

#[test]
fn rfc6750_2_1_example_of_the_header() {
    assert_eq!(header("Bearer mF_9.B5f-4.1JqM"), found("mF_9.B5f-4.1JqM", BearerMethod::Header));
}

#[test]
fn the_scheme_has_no_case() {
    for scheme in ["bearer", "BEARER", "bEaReR"] {
        assert_eq!(header(&format!("{scheme} t")), found("t", BearerMethod::Header));
    }
}

#[test]
fn one_or_more_spaces_follow_the_scheme() {
    assert_eq!(header("Bearer    t"), found("t", BearerMethod::Header));
    for value in ["Bearer\tt", "Bearer \tt", "Bearer\u{b}t", "Bearer\u{a0}t"] {
        assert_eq!(header(value), Err(Error::MalformedRequest), "{value:?}");
    }
}

#[test]
fn whitespace_around_the_value_is_not_part_of_it() {
    assert_eq!(header(" \tBearer t\t "), found("t", BearerMethod::Header));
    assert_eq!(header("Bearer t\r\n"), Err(Error::MalformedRequest));
}

#[test]
fn other_schemes_are_no_bearer_token() {
    for value in ["Basic dXNlcjpwYXNz", "DPoP t", "Digest username=\"a\"", "Bearert t", "Negotiate", "Bear t"] {
        assert_eq!(header(value), Ok(None), "{value}");
    }
}

#[test]
fn a_field_that_is_no_credentials_is_malformed() {
    for value in ["", " ", "Bearer:t", "Bearer=t", "\"Bearer\" t", "Bearer,Basic t", "(c) t"] {
        assert_eq!(header(value), Err(Error::MalformedRequest), "{value:?}");
    }
    assert_eq!(header(b"\xff\xfe t".as_slice()), Err(Error::MalformedRequest));
}

#[test]
fn an_empty_bearer_value_is_malformed() {
    for value in ["Bearer", "Bearer ", "bearer   "] {
        assert_eq!(header(value), Err(Error::MalformedRequest), "{value:?}");
    }
}

#[test]
fn a_token_has_the_characters_of_b64token_only() {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
    for byte in 0..=u8::MAX {
        let value = [b"Bearer a".as_slice(), &[byte], b"b"].concat();
        let expected = if letters.as_bytes().contains(&byte) {
            found(&format!("a{}b", char::from(byte)), BearerMethod::Header)
        } else {
            Err(Error::MalformedRequest)
        };
        assert_eq!(header(&value), expected, "{byte:#04x}");
    }
}

#[test]
fn equals_signs_stand_at_the_end_of_a_token_and_not_alone() {
    assert_eq!(header("Bearer t=="), found("t==", BearerMethod::Header));
    for value in ["Bearer =", "Bearer ==", "Bearer =t", "Bearer t=t", "Bearer t=t="] {
        assert_eq!(header(value), Err(Error::MalformedRequest), "{value}");
    }
}

#[test]
fn rfc7516_7_1_a_token_of_five_segments_is_encrypted() {
    for (token, encrypted) in [
        ("a", false),
        ("a.b.c", false),
        ("a.b.c.d", false),
        ("a.b.c.d.e", true),
        ("a....e", true),
        ("a.b.c.d.e.f", false),
    ] {
        assert_eq!(BearerToken::new(token).unwrap().is_encrypted(), encrypted, "{token}");
    }
}

#[test]
fn two_tokens_in_one_field_are_malformed() {
    for value in ["Bearer a b", "Bearer a, Bearer b", "Bearer a,b", "Bearer token=\"a\""] {
        assert_eq!(header(value), Err(Error::MalformedRequest), "{value}");
    }
}

#[test]
fn two_authorization_fields_are_several_tokens() {
    let both = BearerRequest::new(Transport::Tls).with_authorization(["Bearer a", "Bearer a"]);
    assert_eq!(token(both), Err(Error::SeveralTokens));
    let one_by_one =
        BearerRequest::new(Transport::Tls).with_authorization(["Bearer a"]).with_authorization(Some(b"Bearer b"));
    assert_eq!(token(one_by_one), Err(Error::SeveralTokens));
    let three = BearerRequest::new(Transport::Tls).with_authorization(["Bearer a", "Bearer b", "Bearer c"]);
    assert_eq!(token(three), Err(Error::SeveralTokens));
    let schemes = BearerRequest::new(Transport::Tls).with_authorization(["Basic a", "Bearer b"]);
    assert_eq!(token(schemes), Err(Error::SeveralTokens));
}

#[test]
fn a_request_without_credentials_has_no_token() {
    assert_eq!(token(BearerRequest::new(Transport::Tls)), Ok(None));
    assert_eq!(token(BearerRequest::new(Transport::Tls).with_authorization(None::<&str>)), Ok(None));
    assert_eq!(form("led=on"), Ok(None));
    assert_eq!(form(""), Ok(None));
    assert_eq!(query("a=b&&c"), Ok(None));
}

// Forms

#[test]
fn rfc6750_2_2_example_of_the_form() {
    assert_eq!(form("access_token=mF_9.B5f-4.1JqM"), found("mF_9.B5f-4.1JqM", BearerMethod::Form));
    assert_eq!(form("led=on&access_token=mF_9.B5f-4.1JqM&x=1"), found("mF_9.B5f-4.1JqM", BearerMethod::Form));
}

#[test]
fn a_form_has_its_content_type_and_parameters_are_allowed() {
    for content_type in [
        "application/x-www-form-urlencoded; charset=UTF-8",
        "application/x-www-form-urlencoded;charset=utf-8",
        "Application/X-WWW-Form-URLencoded ;a=b",
    ] {
        let request = BearerRequest::new(Transport::Tls).with_form("POST", Some(content_type), "access_token=t");
        assert_eq!(token(request), found("t", BearerMethod::Form), "{content_type}");
    }
    for content_type in [
        "",
        "application/json",
        "multipart/form-data; boundary=application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded2",
        "application/x-www-form-urlencoded, text/plain",
        "text/plain; application/x-www-form-urlencoded",
    ] {
        let request = BearerRequest::new(Transport::Tls).with_form("POST", Some(content_type), "access_token=t");
        assert_eq!(token(request), Ok(None), "{content_type}");
    }
    let request = BearerRequest::new(Transport::Tls).with_form("POST", None::<&str>, "access_token=t");
    assert_eq!(token(request), Ok(None));
}

#[test]
fn a_form_comes_by_post_only() {
    for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "post", ""] {
        let request = BearerRequest::new(Transport::Tls).with_form(method, FORM, "access_token=t");
        assert_eq!(token(request), Ok(None), "{method}");
    }
}

#[test]
fn a_form_with_a_token_is_ascii() {
    assert_eq!(form("name=ü&access_token=t"), Err(Error::MalformedRequest));
    assert_eq!(form("name=ü"), Ok(None));
}

#[test]
fn a_parameter_twice_is_several_tokens() {
    for body in [
        "access_token=a&access_token=a",
        "access_token=a&x=1&access%5Ftoken=b",
        "access_token=a&access_token=",
        "access_token&access_token",
    ] {
        assert_eq!(form(body), Err(Error::SeveralTokens), "{body}");
        assert_eq!(query(body), Err(Error::SeveralTokens), "{body}");
    }
}

#[test]
fn names_are_decoded_and_compared_exactly() {
    for name in ["access%5Ftoken", "access%5ftoken", "%61%63%63%65%73%73%5F%74%6F%6B%65%6E"] {
        assert_eq!(form(&format!("{name}=t")), found("t", BearerMethod::Form), "{name}");
    }
    for name in [
        "Access_token",
        "access_token%",
        "access_token%00",
        "access%5",
        "access%5Gtoken",
        "access+token",
        " access_token",
        "access_toke",
        "access_token2",
        "access_token[]",
        "",
    ] {
        assert_eq!(form(&format!("{name}=t")), Ok(None), "{name}");
    }
}

#[test]
fn an_empty_parameter_is_malformed() {
    for body in ["access_token=", "access_token", "access_token=&a=b", "access_token=%20"] {
        assert_eq!(form(body), Err(Error::MalformedRequest), "{body}");
    }
}

#[test]
fn values_are_percent_decoded() {
    assert_eq!(form("access_token=%61%2Bb%2F%3D%3d"), found("a+b/==", BearerMethod::Form));
    assert_eq!(form("access_token=a/b=="), found("a/b==", BearerMethod::Form));
}

#[test]
fn a_plus_is_a_space_and_no_token_has_one() {
    assert_eq!(form("access_token=a+b"), Err(Error::MalformedRequest));
    assert_eq!(form("access_token=a+%62"), Err(Error::MalformedRequest));
    assert_eq!(query("access_token=+a"), Err(Error::MalformedRequest));
}

#[test]
fn bad_percent_escapes_are_malformed() {
    for value in ["%", "a%", "a%4", "a%4&b=1", "%zz", "%4g", "%g4", "%+4", "% 4", "%%41", "a%u0041", "%-1"] {
        assert_eq!(form(&format!("access_token={value}")), Err(Error::MalformedRequest), "{value}");
    }
}

#[test]
fn what_is_decoded_must_be_a_token() {
    for value in ["%00", "a%0D%0A", "%C3%BC", "a%26b", "a%25", "%FF", "a%20", "t#fragment", "a;access_token=b"] {
        assert_eq!(form(&format!("access_token={value}")), Err(Error::MalformedRequest), "{value}");
    }
}

// Queries

#[test]
fn rfc6750_2_3_example_of_the_query() {
    assert_eq!(query("access_token=mF_9.B5f-4.1JqM"), found("mF_9.B5f-4.1JqM", BearerMethod::Query));
    assert_eq!(query("access_token=mF_9.B5f-4.1JqM&p=q"), found("mF_9.B5f-4.1JqM", BearerMethod::Query));
}

#[test]
fn a_query_comes_by_get_only() {
    for method in ["POST", "HEAD", "PUT", "get"] {
        let request = BearerRequest::new(Transport::Tls).danger_with_query(method, "access_token=t");
        assert_eq!(token(request), Ok(None), "{method}");
    }
}

#[test]
fn only_a_query_token_asks_for_a_private_cache() {
    assert_eq!(BearerMethod::Query.cache_control(), Some("private"));
    assert_eq!(BearerMethod::Header.cache_control(), None);
    assert_eq!(BearerMethod::Form.cache_control(), None);
}

// One method

#[test]
fn a_token_by_two_methods_is_several_tokens() {
    let header = BearerRequest::new(Transport::Tls).with_authorization(["Bearer t"]);
    assert_eq!(token(header.with_form("POST", FORM, "access_token=t")), Err(Error::SeveralTokens));
    assert_eq!(token(header.danger_with_query("GET", "access_token=t")), Err(Error::SeveralTokens));
    let neither = BearerRequest::new(Transport::Tls);
    let both = neither.with_form("POST", FORM, "access_token=t").danger_with_query("GET", "access_token=t");
    assert_eq!(token(both), Err(Error::SeveralTokens));
}

#[test]
fn a_form_or_query_without_a_token_leaves_the_header_alone() {
    let request = BearerRequest::new(Transport::Tls)
        .with_authorization(["Bearer t"])
        .with_form("POST", FORM, "led=on")
        .danger_with_query("GET", "page=2");
    assert_eq!(token(request), found("t", BearerMethod::Header));
}

#[test]
fn credentials_of_another_scheme_beside_a_token_are_several() {
    for other in ["Basic dXNlcjpwYXNz", "DPoP t"] {
        let request = BearerRequest::new(Transport::Tls).with_authorization([other]);
        assert_eq!(token(request.with_form("POST", FORM, "access_token=t")), Err(Error::SeveralTokens));
    }
}

// Transport

#[test]
fn rfc6750_5_3_a_request_that_did_not_use_tls_is_refused_with_or_without_a_token() {
    let request = BearerRequest::new(Transport::Plaintext);
    assert_eq!(token(request), Err(Error::InsecureTransport));
    assert_eq!(token(request.with_authorization(["Bearer t"])), Err(Error::InsecureTransport));
    assert_eq!(token(request.with_authorization(["Bearer", "Bearer"])), Err(Error::InsecureTransport));
}

#[test]
fn tls_in_front_and_plaintext_by_name_are_taken() {
    for transport in [Transport::Tls, Transport::TlsEndsInFront, Transport::DangerPlaintext] {
        let request = BearerRequest::new(transport).with_authorization(["Bearer t"]);
        assert_eq!(token(request), found("t", BearerMethod::Header), "{transport:?}");
    }
}

// Length and memory

#[test]
fn a_token_has_at_most_token_bytes() {
    let longest = "a".repeat(TOKEN_BYTES);
    let longer = "a".repeat(TOKEN_BYTES + 1);
    assert_eq!(header(&format!("Bearer {longest}")), found(&longest, BearerMethod::Header));
    assert_eq!(header(&format!("Bearer {longer}")), Err(Error::TokenTooLong));
    assert_eq!(form(&format!("access_token={longest}")), found(&longest, BearerMethod::Form));
    assert_eq!(form(&format!("access_token={longer}")), Err(Error::TokenTooLong));
    assert_eq!(BearerToken::new(&longer).err(), Some(Error::TokenTooLong));
    let mut buffer = vec![0; TOKEN_BYTES + 1];
    let escaped = format!("access_token={longest}%61");
    let request = BearerRequest::new(Transport::Tls).with_form("POST", FORM, &escaped);
    assert_eq!(token_with(request, &mut buffer), Err(Error::TokenTooLong));
}

#[test]
fn a_buffer_is_needed_for_decoding_only_and_is_as_long_as_the_token() {
    let plain = BearerRequest::new(Transport::Tls).with_form("POST", FORM, "access_token=abc");
    assert_eq!(token_with(plain, &mut []), found("abc", BearerMethod::Form));
    let escaped = BearerRequest::new(Transport::Tls).with_form("POST", FORM, "access_token=%61bc");
    assert_eq!(token_with(escaped, &mut [0; 3]), found("abc", BearerMethod::Form));
    assert_eq!(token_with(escaped, &mut [0; 2]), Err(Error::TokenTooLong));
    assert_eq!(token_with(escaped, &mut []), Err(Error::TokenTooLong));
}

#[test]
fn debug_shows_no_token() {
    let request = BearerRequest::new(Transport::Tls).with_authorization(["Bearer secret"]);
    let found = request.token(&mut []).unwrap().unwrap();
    for shown in [format!("{request:?}"), format!("{found:?}"), format!("{:?}", found.token)] {
        assert!(!shown.contains("secret"), "{shown}");
        assert!(shown.contains("[redacted]"), "{shown}");
    }
}
