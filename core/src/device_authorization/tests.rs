use std::{format, string::String, vec::Vec};

use super::{DeviceAuthorization, DeviceAuthorizationRequest};
use crate::{
    answer_error::AnswerError, call::Answer, call_error::CallError, client::Client, json::JsonError,
    limits::TOKEN_BYTES, token_error::TokenError,
};

/// RFC 8628 §3.2.
const EXAMPLE: &str = r#"{
    "device_code": "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS",
    "user_code": "WDJB-MJHT",
    "verification_uri": "https://example.com/device",
    "verification_uri_complete": "https://example.com/device?user_code=WDJB-MJHT",
    "expires_in": 1800,
    "interval": 5
}"#;

const MEMBERS: [(&str, &str); 4] = [
    ("device_code", r#""d""#),
    ("user_code", r#""u""#),
    ("verification_uri", r#""https://as.example/d""#),
    ("expires_in", "60"),
];

fn read(body: &str) -> Result<DeviceAuthorization<'static>, TokenError> {
    let body = Vec::from(body).leak();
    DeviceAuthorizationRequest::read(Answer { status: 200, content_type: Some("application/json"), body })
}

/// The required members, with one of them set or added.
fn set(name: &str, value: &str) -> Result<DeviceAuthorization<'static>, TokenError> {
    let members = MEMBERS.into_iter().filter(|(own, _)| *own != name).chain([(name, value)]);
    let members: Vec<String> = members.map(|(name, value)| format!("\"{name}\":{value}")).collect();
    read(&format!("{{{}}}", members.join(",")))
}

fn member(name: &'static str) -> TokenError {
    AnswerError::Member(name).into()
}

#[test]
fn rfc8628_3_1_example() {
    let mut buffer = [0; 128];
    let request = DeviceAuthorizationRequest::new().with_scope("example_scope");
    let written = request.write(&Client::none("1406020730"), None, &mut buffer).unwrap();
    assert_eq!(written.body(), b"scope=example_scope&client_id=1406020730");
    let request = request.with_resource("https://tank.example");
    let written = request.write(&Client::secret_basic("a", "b"), None, &mut buffer).unwrap();
    assert_eq!(written.body(), b"scope=example_scope&resource=https%3A%2F%2Ftank.example");
    assert!(written.authorization().is_some());
    let short = DeviceAuthorizationRequest::new().write(&Client::none("v"), None, &mut buffer[..10]);
    assert_eq!(short.err(), Some(CallError::BufferTooSmall));
}

#[test]
fn rfc8628_3_2_example() {
    let codes = read(EXAMPLE).unwrap();
    assert_eq!(codes.device_code(), "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS");
    assert_eq!(codes.user_code(), "WDJB-MJHT");
    assert_eq!(codes.verification_uri(), "https://example.com/device");
    assert_eq!(codes.verification_uri_complete(), Some("https://example.com/device?user_code=WDJB-MJHT"));
    assert_eq!((codes.expires_in(), codes.interval()), (1800, 5));
    assert!(codes.property("interval").is_some() && codes.property("message").is_none());
    let debug = format!("{codes:?}");
    assert!(!debug.contains("GmRh") && !debug.contains("WDJB"), "{debug}");
}

#[test]
fn rfc8628_3_2_without_an_interval_it_is_five_seconds() {
    assert_eq!(set("message", "7").unwrap().interval(), 5);
    assert_eq!(set("interval", "0").unwrap().interval(), 0);
    assert_eq!(set("interval", "7").unwrap().interval(), 7);
}

#[test]
fn rfc8628_3_2_four_members_are_required() {
    for (name, _) in MEMBERS {
        let members = MEMBERS.into_iter().filter(|(own, _)| *own != name);
        let members: Vec<String> = members.map(|(name, value)| format!("\"{name}\":{value}")).collect();
        assert_eq!(read(&format!("{{{}}}", members.join(","))).unwrap_err(), member(name));
    }
}

#[test]
fn a_member_of_a_wrong_type_is_an_error_and_not_absent() {
    for name in ["device_code", "user_code", "verification_uri", "verification_uri_complete"] {
        for value in ["null", "7", "true", "[]", r#"["a"]"#, r#""""#] {
            assert_eq!(set(name, value).unwrap_err(), member(name), "{value}");
        }
    }
    for name in ["expires_in", "interval"] {
        for value in ["null", r#""5""#, "-1", "1.5", "[]"] {
            assert_eq!(set(name, value).unwrap_err(), member(name), "{value}");
        }
    }
    let twice = AnswerError::Json(JsonError::DuplicateName).into();
    assert_eq!(set("x\":1,\"user_code", r#""v""#).unwrap_err(), twice);
}

#[test]
fn what_is_shown_to_the_user_can_be_shown() {
    for code in [r#""a\u0007b""#, r#""a\u202eb""#, r#""a\nb""#, "\"\u{e9}\""] {
        assert_eq!(set("user_code", code).unwrap_err(), member("user_code"), "{code}");
    }
    let long = format!("\"{}\"", "d".repeat(TOKEN_BYTES + 1));
    assert_eq!(set("device_code", &long).unwrap_err(), member("device_code"));
}

#[test]
fn rfc8628_5_3_the_user_is_sent_to_https_and_nowhere_else() {
    for name in ["verification_uri", "verification_uri_complete"] {
        for uri in [
            "http://as.example/d",
            "javascript:alert(1)",
            "HTTPS://as.example",
            "https://",
            "https://a b",
            "https://\u{e9}",
        ] {
            assert_eq!(set(name, &format!("\"{uri}\"")).unwrap_err(), member(name), "{uri}");
        }
        assert!(set(name, r#""https:\/\/as.example/d""#).is_ok());
    }
}

#[test]
fn rfc8628_3_2_an_error_is_told_as_by_the_token_endpoint() {
    let refused = |status, body: &str| {
        let mut body = Vec::from(body);
        let answer = Answer { status, content_type: Some("application/json"), body: &mut body };
        DeviceAuthorizationRequest::read(answer).unwrap_err()
    };
    assert_eq!(refused(400, r#"{"error":"unauthorized_client"}"#), TokenError::UnauthorizedClient);
    assert_eq!(refused(401, r#"{"error":"invalid_client"}"#), TokenError::InvalidClient);
    assert_eq!(refused(400, r#"{"error":"invalid_scope"}"#), TokenError::InvalidScope);
    assert_eq!(refused(503, EXAMPLE), AnswerError::Unavailable.into());
    assert_eq!(refused(201, EXAMPLE), AnswerError::Status(201).into());
}
