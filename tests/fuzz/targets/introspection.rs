//! An introspected token is let in only if its answer is good as serde_json reads it, and a kept answer says the same again.
#![no_main]

use bearward_core::{Answer, BearerToken, Error, IntrospectionCache, IntrospectionError, Policy, UnixTime};
use fuzz::has_nothing_foreign;
use serde_json::Value;

static POLICY: Policy<'_> = Policy::new("https://authority.example", "https://valve.example", &[]);
const NOW: u64 = 1_800_000_000;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let now = UnixTime::from_seconds(NOW);
    let mut body = data.to_vec();
    let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut body };
    let outcome = POLICY.introspect(answer, now);
    let theirs: Option<Value> = serde_json::from_slice(data).ok();
    match &outcome {
        Ok(token) => {
            let claims = theirs.unwrap();
            assert_eq!(claims["active"], true);
            assert!(claims.get("iss").is_none_or(|iss| iss == "https://authority.example"));
            let own = Value::from("https://valve.example");
            assert!(claims["aud"] == own || claims["aud"].as_array().is_some_and(|all| all.contains(&own)));
            assert!(claims.get("exp").is_none_or(|exp| exp.as_f64().unwrap() >= NOW as f64));
            assert!(claims.get("nbf").is_none_or(|nbf| nbf.as_f64().unwrap() <= NOW as f64));
            assert!(claims.get("token_type").is_none_or(|kind| kind.as_str().unwrap().eq_ignore_ascii_case("bearer")));
            assert!(claims.get("cnf").is_none() && has_nothing_foreign(&claims));
            assert_eq!(serde_json::from_str::<Value>(token.json()).unwrap(), claims);
        }
        Err(IntrospectionError::Inactive) => assert_eq!(theirs.unwrap()["active"], false),
        // What tells nothing of the token is not its fault.
        Err(error @ (IntrospectionError::Answer(_) | IntrospectionError::SignedAnswer)) => {
            assert_eq!(Error::from(*error).status(), 503);
        }
        Err(_) => assert_eq!(theirs.unwrap()["active"], true),
    }

    let token = BearerToken::new("2YotnFZFEjr1zCsicMWpAA").unwrap();
    let mut cache = IntrospectionCache::<1, 4096>::new(30);
    let kept = cache.keep(&POLICY, token, &outcome, now);
    let mut buffer = [0; 4096];
    let found = cache.get(&POLICY, token, now, &mut buffer);
    assert_eq!(found.is_some(), kept);
    if let Some(found) = found {
        assert_eq!(found.map(|token| token.json().len()), outcome.map(|token| token.json().len()));
    }
});
