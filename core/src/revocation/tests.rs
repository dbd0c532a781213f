use std::format;

use super::{RevocationRequest, TokenTypeHint};
use crate::{
    answer_error::AnswerError::{self, ClientRefused, Status, Unavailable, UnsupportedTokenType},
    call::Answer,
    client::Client,
};

fn read(status: u16, content_type: Option<&str>, body: &str) -> Result<(), AnswerError> {
    RevocationRequest::read(&Answer { status, content_type, body: &mut body.as_bytes().to_vec() })
}

#[test]
fn rfc7009_2_1_example() {
    let client = Client::secret_basic("s6BhdRkqt3", "gX1fBat3bV");
    let mut buffer = [0; 128];
    let request = RevocationRequest::new("45ghiukldjahdnhzdauz")
        .with_token_type_hint(TokenTypeHint::RefreshToken)
        .write(&client, None, &mut buffer)
        .unwrap();
    assert_eq!(request.authorization(), Some("Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW"));
    assert_eq!(request.body(), b"token=45ghiukldjahdnhzdauz&token_type_hint=refresh_token");
}

#[test]
fn rfc7009_2_1_the_hint_is_optional_and_any_token_can_be_sent() {
    let mut buffer = [0; 128];
    let request = RevocationRequest::new("a b&c").write(&Client::none("v"), None, &mut buffer).unwrap();
    assert_eq!(request.body(), b"token=a+b%26c&client_id=v");
    let request = RevocationRequest::new("a").with_token_type_hint(TokenTypeHint::AccessToken);
    let written = request.write(&Client::none("v"), None, &mut buffer).unwrap();
    assert_eq!(written.body(), b"token=a&token_type_hint=access_token&client_id=v");
    assert!(!format!("{:?}", RevocationRequest::new("s3cret")).contains("s3cret"));
}

#[test]
fn rfc7009_2_2_success_is_200_and_its_content_is_ignored() {
    assert_eq!(read(200, None, ""), Ok(()));
    assert_eq!(read(200, Some("text/plain; charset=utf-8"), ""), Ok(()));
    assert_eq!(read(200, Some("application/json"), r#"{"error":"invalid_client"}"#), Ok(()));
    for status in [100, 201, 204, 302, 307, 404] {
        assert_eq!(read(status, None, ""), Err(Status(status)));
    }
}

#[test]
fn rfc7009_2_2_1_a_type_of_token_that_is_not_revoked() {
    let body = r#"{"error":"unsupported_token_type","error_description":"Structured JWT Tokens cannot be revoked"}"#;
    assert_eq!(read(400, Some("application/json; charset=utf-8"), body), Err(UnsupportedTokenType));
}

#[test]
fn rfc7009_2_2_1_after_503_the_token_still_exists() {
    for status in [429, 500, 502, 503, 504, 599] {
        assert_eq!(read(status, Some("application/json"), r#"{"error":"invalid_client"}"#), Err(Unavailable));
    }
}

#[test]
fn rfc6749_5_2_a_refused_client_is_told_by_401_or_by_its_code() {
    for status in [401, 403] {
        assert_eq!(read(status, None, ""), Err(ClientRefused));
    }
    for code in ["invalid_client", "unauthorized_client"] {
        assert_eq!(read(400, Some("application/json"), &format!(r#"{{"error":"{code}"}}"#)), Err(ClientRefused));
    }
}

#[test]
fn rfc6749_5_2_an_error_without_a_code_that_is_understood_goes_by_its_status() {
    let json = Some("application/json");
    for body in [r#"{"error":"invalid_request"}"#, r#"{"error":["invalid_client"]}"#, "{}", "[]", "", "{\"error\":"] {
        assert_eq!(read(400, json, body), Err(Status(400)), "{body}");
    }
    let body = r#"{"error":"invalid_client"}"#;
    assert_eq!(read(400, Some("text/html"), body), Err(Status(400)));
    assert_eq!(read(400, None, body), Err(Status(400)));
}
