//! An error of the authorization server is what its status and its code say, as serde_json reads it.
#![no_main]

use bearward_core::{Answer, AnswerError, RevocationRequest};
use serde_json::Value;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let read = |status| {
        let answer = Answer { status, content_type: Some("application/json"), body: &mut data.to_vec() };
        RevocationRequest::read(&answer)
    };
    assert_eq!(read(200), Ok(()));
    assert_eq!(read(401), Err(AnswerError::ClientRefused));
    assert_eq!(read(503), Err(AnswerError::Unavailable));
    let error = read(400).unwrap_err();
    if error != AnswerError::Status(400) {
        let body: Value = serde_json::from_slice(data).unwrap();
        assert_eq!(
            error,
            match body["error"].as_str() {
                Some("unsupported_token_type") => AnswerError::UnsupportedTokenType,
                _ => AnswerError::ClientRefused,
            }
        );
    }
});
