use std::{format, string::ToString as _, vec::Vec};

use super::TokenError;
use crate::{answer_error::AnswerError, call::Answer};

const JSON: Option<&str> = Some("application/json; charset=utf-8");

const CODES: [(&str, TokenError); 11] = [
    ("invalid_request", TokenError::InvalidRequest),
    ("invalid_client", TokenError::InvalidClient),
    ("invalid_grant", TokenError::InvalidGrant),
    ("unauthorized_client", TokenError::UnauthorizedClient),
    ("unsupported_grant_type", TokenError::UnsupportedGrantType),
    ("invalid_scope", TokenError::InvalidScope),
    ("invalid_target", TokenError::InvalidTarget),
    ("authorization_pending", TokenError::AuthorizationPending),
    ("slow_down", TokenError::SlowDown),
    ("access_denied", TokenError::AccessDenied),
    ("expired_token", TokenError::ExpiredToken),
];

fn of(status: u16, content_type: Option<&str>, body: &str) -> Option<TokenError> {
    TokenError::of(&Answer { status, content_type, body: &mut Vec::from(body) })
}

#[test]
fn rfc6749_5_2_rfc8628_3_5_rfc8707_2_each_code_has_its_error() {
    for (code, error) in CODES {
        for status in [400, 401, 403, 428, 429] {
            let body = format!(r#"{{"error":"{code}","error_description":"as the RFC says"}}"#);
            assert_eq!(of(status, JSON, &body), Some(error), "{status} {code}");
        }
        assert_eq!(
            of(400, JSON, &format!(r#"{{"error":"{}"}}"#, code.to_uppercase())),
            Some(AnswerError::Status(400).into())
        );
        assert_eq!(of(400, JSON, &format!(r#"{{"error":"{code} "}}"#)), Some(AnswerError::Status(400).into()));
    }
    assert_eq!(of(400, JSON, r#"{"error":"slow\u005fdown"}"#), Some(TokenError::SlowDown));
}

#[test]
fn an_error_goes_before_a_token_that_comes_with_it() {
    let both = |code: &str| format!(r#"{{"error":{code},"access_token":"a","token_type":"Bearer"}}"#);
    assert_eq!(of(200, JSON, &both(r#""authorization_pending""#)), Some(TokenError::AuthorizationPending));
    for code in [r#""unknown""#, "null", "7", r#"["slow_down"]"#] {
        assert_eq!(of(200, JSON, &both(code)), Some(AnswerError::Member("error").into()), "{code}");
    }
}

#[test]
fn without_a_code_that_is_understood_the_status_decides() {
    for body in
        [r#"{"error":"unknown"}"#, r#"{"error":["slow_down"]}"#, "{}", "[]", "", r#"{"error":"slow_down","error":"x"}"#]
    {
        assert_eq!(of(400, JSON, body), Some(AnswerError::Status(400).into()), "{body}");
        for status in [401, 403] {
            assert_eq!(of(status, JSON, body), Some(TokenError::InvalidClient), "{body}");
        }
        assert_eq!(of(429, JSON, body), Some(AnswerError::Unavailable.into()), "{body}");
    }
}

#[test]
fn an_outage_is_no_verdict_whatever_lies_in_its_content() {
    for (code, _) in CODES {
        let body = format!(r#"{{"error":"{code}"}}"#);
        for status in [500, 502, 503, 599] {
            assert_eq!(of(status, JSON, &body), Some(AnswerError::Unavailable.into()));
        }
        for status in [100, 201, 302, 307] {
            assert_eq!(of(status, JSON, &body), Some(AnswerError::Status(status).into()));
        }
        for content_type in [None, Some("text/html"), Some("application/problem+json")] {
            assert_eq!(of(400, content_type, &body), Some(AnswerError::Status(400).into()));
            assert_eq!(of(200, content_type, &body), Some(AnswerError::ContentType.into()));
        }
    }
}

#[test]
fn success_is_no_error() {
    assert_eq!(of(200, JSON, "{}"), None);
    // What is wrong with it is for the reader to say.
    assert_eq!(of(200, JSON, "["), None);
}

#[test]
fn each_error_has_a_sentence_of_its_own() {
    let mut sentences: Vec<_> = CODES.map(|(_, error)| error.to_string()).into();
    sentences.extend([TokenError::TokenType.to_string(), TokenError::from(AnswerError::Unavailable).to_string()]);
    sentences.sort();
    let count = sentences.len();
    sentences.dedup();
    assert_eq!(sentences.len(), count);
}
