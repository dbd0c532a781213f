//! What is told about a user is about that user, as serde_json reads it, plain or behind a good signature.
#![no_main]

use bearward_core::{Algorithm, Answer, UnixTime, UserInfoEndpoint, base64url::Encoded};
use fuzz::{AnyKey, Believer};
use serde_json::Value;

static ALGORITHMS: &[&dyn Algorithm] = &[&Believer];
static SIGNED: UserInfoEndpoint<'_> = UserInfoEndpoint::signed("https://authority.example", "valve", ALGORITHMS);
const NOW: u64 = 1_800_000_000;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Some(claims) = read(&UserInfoEndpoint::json(), "application/json", data) {
        assert_eq!(claims, serde_json::from_slice::<Value>(data).unwrap());
    }
    let jwt = format!("{}.{}.AA", Encoded(br#"{"alg":"believed"}"#), Encoded(data));
    if let Some(claims) = read(&SIGNED, "application/jwt", jwt.as_bytes()) {
        assert_eq!(claims, serde_json::from_slice::<Value>(data).unwrap());
        assert_eq!(claims["iss"], "https://authority.example");
        let audience = &claims["aud"];
        assert!(*audience == "valve" || audience.as_array().is_some_and(|all| all.contains(&"valve".into())));
        assert!(claims.get("exp").is_none_or(|exp| exp.as_f64().unwrap() >= NOW as f64));
        assert!(claims.get("nbf").is_none_or(|nbf| nbf.as_f64().unwrap() <= NOW as f64));
    }
    read(&SIGNED, "application/jwt", data);
});

/// The claims about "jane".
fn read(endpoint: &UserInfoEndpoint<'_>, content_type: &str, data: &[u8]) -> Option<Value> {
    let (mut body, mut buffer) = (data.to_vec(), vec![0; data.len()]);
    let answer = Answer { status: 200, content_type: Some(content_type), body: &mut body };
    let user = endpoint.read(answer, "jane", &AnyKey, UnixTime::from_seconds(NOW), &mut buffer).ok()?;
    let claims: Value = serde_json::from_str(user.json()).unwrap();
    assert_eq!(claims["sub"], "jane");
    Some(claims)
}
