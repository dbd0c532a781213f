//! Codes are given only if serde_json reads the same of the answer, and all that is shown to the user can be shown.
#![no_main]

use bearward_core::{Answer, DeviceAuthorizationRequest};
use serde_json::Value;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut body = data.to_vec();
    let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut body };
    let Ok(codes) = DeviceAuthorizationRequest::read(answer) else { return };
    let theirs: Value = serde_json::from_slice(data).unwrap();
    assert_eq!(theirs["device_code"], codes.device_code());
    assert_eq!(theirs["user_code"], codes.user_code());
    assert_eq!(theirs["verification_uri"], codes.verification_uri());
    let complete = theirs.get("verification_uri_complete").map(|uri| uri.as_str().unwrap());
    assert_eq!(complete, codes.verification_uri_complete());
    if let Some(seconds) = theirs["expires_in"].as_u64() {
        assert_eq!(codes.expires_in(), u32::try_from(seconds).unwrap_or(u32::MAX));
    }
    assert!(theirs.get("interval").is_some() || codes.interval() == 5);
    assert!(codes.user_code().bytes().all(|byte| matches!(byte, b' '..=b'~')));
    for uri in [codes.verification_uri()].into_iter().chain(complete) {
        assert!(uri.starts_with("https://") && uri.bytes().all(|byte| byte.is_ascii_graphic()));
    }
});
