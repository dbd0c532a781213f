//! An ID token is believed only if its claims are good as serde_json reads them, first and refreshed.
#![no_main]

use bearward_core::{Algorithm, IdTokenPolicy, UnixTime, base64url::Encoded};
use fuzz::{AnyKey, Believer};
use serde_json::Value;

static ALGORITHMS: &[&dyn Algorithm] = &[&Believer];
static POLICY: IdTokenPolicy<'_> =
    IdTokenPolicy::new("https://authority.example", "valve", ALGORITHMS).with_audiences(&["pump"]);
const NOW: u64 = 1_800_000_000;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let now = UnixTime::from_seconds(NOW);
    let jwt = format!("{}.{}.AA", Encoded(br#"{"alg":"believed"}"#), Encoded(data));
    let (mut first, mut second) = (vec![0; jwt.len()], vec![0; jwt.len()]);
    if let Ok(token) = POLICY.verify(&jwt, None, &AnyKey, now, &mut first) {
        let claims: Value = serde_json::from_slice(data).unwrap();
        assert_eq!(serde_json::from_str::<Value>(token.json()).unwrap(), claims);
        assert_eq!(claims["iss"], "https://authority.example");
        let trusted = |name: &Value| name == "valve" || name == "pump";
        let several = claims["aud"].as_array();
        assert!(
            several.map_or(claims["aud"] == "valve", |all| all.contains(&"valve".into()) && all.iter().all(trusted))
        );
        assert!(claims.get("azp").map_or(several.is_none_or(|all| all.len() == 1), |azp| azp == "valve"));
        assert!(claims["exp"].as_f64().unwrap() >= NOW as f64 && claims["iat"].as_f64().unwrap() <= NOW as f64);
        assert!(token.subject() == claims["sub"].as_str().unwrap() && !token.subject().is_empty());
        for name in ["nonce", "scope", "scp", "events", "cnf"] {
            assert!(claims.get(name).is_none(), "{name}");
        }
        // What is as it was goes on.
        POLICY.verify_refreshed(&jwt, None, &token, &AnyKey, now, &mut second).unwrap();
    }
    // The same with an access token, which has no hash under an algorithm that nobody knows.
    if POLICY.verify(&jwt, Some("token"), &AnyKey, now, &mut first).is_ok() {
        assert!(serde_json::from_slice::<Value>(data).unwrap().get("at_hash").is_none());
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = POLICY.verify(text, None, &AnyKey, now, &mut first);
    }
});
