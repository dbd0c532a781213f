//! A token is given only if serde_json reads the same of the answer, and an error is what its status and code say.
#![no_main]

use bearward_core::{Answer, BearerToken, TokenError, TokenRequest};
use serde_json::Value;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let theirs: Option<Value> = serde_json::from_slice(data).ok();
    let mut body = data.to_vec();
    match TokenRequest::read(Answer { status: 200, content_type: Some("application/json"), body: &mut body }) {
        Ok(token) => {
            let theirs = theirs.unwrap();
            assert!(theirs.get("error").is_none());
            assert!(theirs["token_type"].as_str().unwrap().eq_ignore_ascii_case("bearer"));
            assert_eq!(theirs["access_token"], token.access_token());
            BearerToken::new(token.access_token()).unwrap();
            assert_eq!(theirs.get("refresh_token").map(|text| text.as_str().unwrap()), token.refresh_token());
            assert_eq!(theirs.get("id_token").map(|text| text.as_str().unwrap()), token.id_token());
            assert_eq!(theirs.get("expires_in").is_some(), token.expires_in().is_some());
            if let Some(seconds) = theirs.get("expires_in").and_then(Value::as_u64) {
                assert_eq!(token.expires_in(), Some(u32::try_from(seconds).unwrap_or(u32::MAX)));
            }
            let scope = theirs.get("scope").map(|text| text.as_str().unwrap());
            assert_eq!(scope.is_some(), token.scope().is_some());
            if let Some(ours) = token.scope() {
                assert!(ours.iter().eq(scope.unwrap().split(' ').filter(|token| !token.is_empty())));
            }
            assert_eq!(serde_json::from_str::<Value>(token.json()).unwrap(), theirs);
        }
        Err(TokenError::TokenType) => assert!(!theirs.unwrap()["token_type"].is_null()),
        Err(TokenError::Answer(_)) => {}
        // An error code came with the status of success.
        Err(_) => assert!(theirs.unwrap()["error"].is_string()),
    }

    let of =
        |status| TokenError::of(&Answer { status, content_type: Some("application/json"), body: &mut data.to_vec() });
    assert!(of(400).is_some() && of(401).is_some() && of(503).is_some() && of(302).is_some());
    if let Some(error) = of(400).filter(|error| !matches!(error, TokenError::Answer(_))) {
        let theirs: Value = serde_json::from_slice(data).unwrap();
        let name: String = theirs["error"].as_str().unwrap().split('_').map(capitalised).collect();
        assert_eq!(name, format!("{error:?}"));
    }
});

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}
