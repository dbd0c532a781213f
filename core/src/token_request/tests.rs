use std::{format, string::String, vec::Vec};

use super::TokenRequest;
use crate::{answer_error::AnswerError, call::Answer, call_error::CallError, client::Client, token_error::TokenError};

fn form(request: &TokenRequest<'_>, client: &Client<'_>) -> String {
    let mut buffer = [0; 512];
    let request = request.write(client, None, &mut buffer).unwrap();
    assert_eq!(request.accept(), "application/json");
    String::from_utf8(request.body().to_vec()).unwrap()
}

#[test]
fn rfc6749_4_4_2_example() {
    let client = Client::secret_basic("s6BhdRkqt3", "gX1fBat3bV");
    let mut buffer = [0; 128];
    let request = TokenRequest::client_credentials().write(&client, None, &mut buffer).unwrap();
    assert_eq!(request.authorization(), Some("Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW"));
    assert_eq!(request.body(), b"grant_type=client_credentials");
}

#[test]
fn rfc6749_6_example() {
    let client = Client::secret_basic("s6BhdRkqt3", "gX1fBat3bV");
    let request = TokenRequest::refresh_token("tGzv3JOkF0XG5Qx2TlKWIA");
    assert_eq!(form(&request, &client), "grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA");
}

#[test]
fn rfc8628_3_4_example() {
    let request = TokenRequest::device_code("GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS");
    assert_eq!(
        form(&request, &Client::none("1406020730")),
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code\
         &device_code=GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS&client_id=1406020730"
    );
}

#[test]
fn rfc8707_2_2_a_token_is_for_one_resource() {
    let client = Client::secret_post("valve", "s3cret");
    let request = TokenRequest::refresh_token("4LTC8lb0acc6")
        .with_scope("tank:read tank:fill")
        .with_resource("https://other.example")
        .with_resource("https://contacts.example.com/app/");
    assert_eq!(
        form(&request, &client),
        "grant_type=refresh_token&refresh_token=4LTC8lb0acc6&scope=tank%3Aread+tank%3Afill\
         &resource=https%3A%2F%2Fcontacts.example.com%2Fapp%2F&client_id=valve&client_secret=s3cret"
    );
    let request = TokenRequest::device_code("c").with_resource("https://tank.example");
    assert!(form(&request, &client).contains("&device_code=c&resource=https%3A%2F%2Ftank.example&"));
}

#[test]
fn a_request_that_finds_no_room_leaves_no_secret_in_the_buffer() {
    let client = Client::secret_post("valve", "s3cret");
    let request = TokenRequest::refresh_token("r3fresh");
    let needed = form(&request, &client).len();
    assert!(request.write(&client, None, &mut [0; 512][..needed]).is_ok());
    let mut buffer = std::vec![7; needed - 1];
    assert_eq!(request.write(&client, None, &mut buffer).err(), Some(CallError::BufferTooSmall));
    assert!(buffer.iter().all(|byte| *byte == 0));
}

#[cfg(feature = "hmac")]
#[test]
fn rfc7523_2_2_a_client_with_an_assertion_needs_the_time() {
    let client = Client::secret_jwt("valve", "https://as.example", crate::key::Secret::new(&[7; 32]));
    let request = TokenRequest::client_credentials();
    assert_eq!(request.write(&client, None, &mut [0; 512]).err(), Some(CallError::TimeUnavailable));
}

#[test]
fn debug_shows_no_secret() {
    for request in [TokenRequest::refresh_token("s3cret"), TokenRequest::device_code("s3cret")] {
        assert!(!format!("{request:?}").contains("s3cret"));
    }
}

#[test]
fn rfc6749_5_1_success_is_200_with_json_and_nothing_else() {
    let read = |status, content_type, body: &str| {
        let mut body = Vec::from(body);
        TokenRequest::read(Answer { status, content_type, body: &mut body }).map(|token| token.access_token().len())
    };
    let json = Some("application/json;charset=UTF-8");
    let body = r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"example","token_type":"x"}"#;
    let good = r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"Bearer"}"#;
    assert_eq!(read(200, json, good), Ok(22));
    assert_eq!(read(200, None, good), Err(AnswerError::ContentType.into()));
    assert_eq!(read(200, Some("text/html"), good), Err(AnswerError::ContentType.into()));
    for status in [100, 201, 202, 204, 302, 307] {
        assert_eq!(read(status, json, good), Err(AnswerError::Status(status).into()));
    }
    for status in [401, 403] {
        assert_eq!(read(status, json, good), Err(TokenError::InvalidClient));
    }
    assert!(matches!(read(200, json, body), Err(TokenError::Answer(AnswerError::Json(_)))));
}
