//! Claims behind a good signature are let in only if issuer, audience and times are as serde_json reads them.
#![no_main]

use bearward_core::{Algorithm, BearerToken, Policy, UnixTime, base64url::Encoded};
use fuzz::{AnyKey, Believer, has_nothing_foreign};
use serde_json::Value;

static ALGORITHMS: &[&dyn Algorithm] = &[&Believer];
static POLICY: Policy<'_> = Policy::relaxed("https://authority.example", "https://valve.example", ALGORITHMS);
const NOW: u64 = 1_800_000_000;

libfuzzer_sys::fuzz_target!(|payload: &[u8]| {
    let text = format!("{}.{}.AA", Encoded(br#"{"alg":"believed"}"#), Encoded(payload));
    let Ok(token) = BearerToken::new(&text) else { return };
    let mut buffer = vec![0; text.len()];
    let Ok(access) = POLICY.verify(token, &AnyKey, UnixTime::from_seconds(NOW), &mut buffer) else { return };

    let claims: Value = serde_json::from_slice(payload).unwrap();
    assert_eq!(claims["iss"], "https://authority.example");
    let audience = &claims["aud"];
    let own = Value::from("https://valve.example");
    assert!(*audience == own || audience.as_array().is_some_and(|all| all.contains(&own)));
    assert!(claims["exp"].as_f64().unwrap() >= NOW as f64);
    assert!(claims.get("nbf").is_none_or(|nbf| nbf.is_null() || nbf.as_f64().unwrap() <= NOW as f64));
    assert!(claims.get("cnf").is_none());
    assert!(has_nothing_foreign(&claims));
    if access.require_scope("valve:open").is_ok() {
        assert!(claims.get("scope").or(claims.get("scp")).is_some());
    }
    assert_eq!(serde_json::from_str::<Value>(access.json()).unwrap(), claims);
    _ = access.claim(&["realm_access", "roles"]);
    _ = format!("{access:?}");
});
