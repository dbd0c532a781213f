//! What a signed answer says of a token is let in only if all of it is good as serde_json reads it, plain behind a good
//! signature or encrypted; and whatever is put to it, it is never an access token.
#![no_main]

use bearward_core::{
    Algorithm, Answer, BearerToken, IntrospectionError, IntrospectionResponse, Policy, TokenType, UnixTime,
    base64url::Encoded,
};
use fuzz::{AnyKey, Believer, has_nothing_foreign};
use serde_json::Value;

static ALGORITHMS: &[&dyn Algorithm] = &[&Believer];
const ISSUER: &str = "https://authority.example";
static POLICY: Policy<'_> = Policy::new(ISSUER, "https://valve.example", ALGORITHMS);
static SIGNED: IntrospectionResponse<'_> = IntrospectionResponse::signed(ISSUER, "valve", ALGORITHMS);
static KEYCLOAK: IntrospectionResponse<'_> = IntrospectionResponse::keycloak(ISSUER, ALGORITHMS);
const NOW: u64 = 1_800_000_000;
const JWT: &str = "application/token-introspection+jwt";
const JSON: &str = "application/json";

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    // The bytes as they are, as the claims of an answer, and as those of a token in Keycloak's.
    let _ = read(&SIGNED, JWT, data);
    let _ = read(&KEYCLOAK, JSON, data);
    let jwt = |typ: &str| {
        let header = format!(r#"{{"alg":"believed","typ":"{typ}"}}"#);
        format!("{}.{}.AA", Encoded(header.as_bytes()), Encoded(data))
    };
    let answer = jwt("token-introspection+jwt");
    if let Ok(told) = read(&SIGNED, JWT, answer.as_bytes()) {
        let claims: Value = serde_json::from_slice(data).unwrap();
        assert_eq!((&claims["iss"], claims["iat"].is_number()), (&ISSUER.into(), true));
        assert!(names(&claims["aud"], "valve"));
        assert!(claims.get("exp").is_none_or(|exp| exp.as_f64().unwrap() >= NOW as f64));
        assert_eq!((&claims["token_introspection"], &told["active"]), (&told, &true.into()));
        is_for_us(&told);
    }
    let answer = format!(r#"{{"active":true,"jwt":"{}"}}"#, jwt("JWT"));
    if let Ok(told) = read(&KEYCLOAK, JSON, answer.as_bytes()) {
        assert_eq!((serde_json::from_slice::<Value>(data).unwrap(), &told["iss"]), (told.clone(), &ISSUER.into()));
        is_for_us(&told);
    }

    let now = UnixTime::from_seconds(NOW);
    let any = POLICY.with_token_type(TokenType::Any).with_required_claims(&[]);
    for typ in ["token-introspection+jwt", "JWT"] {
        let (token, mut buffer) = (jwt(typ), vec![0; 2 * data.len() + 64]);
        let Ok(token) = BearerToken::new(&token) else { continue };
        if any.verify(token, &AnyKey, now, &mut buffer).is_ok() {
            assert_eq!(typ, "JWT");
            assert!(serde_json::from_slice::<Value>(data).unwrap().get("token_introspection").is_none());
        }
    }
});

/// What was told of a token that the policy lets in.
fn read(response: &IntrospectionResponse<'_>, content_type: &str, data: &[u8]) -> Result<Value, IntrospectionError> {
    let (mut body, mut buffer) = (data.to_vec(), vec![0; data.len()]);
    let answer = Answer { status: 200, content_type: Some(content_type), body: &mut body };
    let token = POLICY.introspect_as(response, answer, &AnyKey, UnixTime::from_seconds(NOW), &mut buffer)?;
    assert_eq!(token.answer_protection().map(|protection| protection.algorithm()), Some("believed"));
    Ok(serde_json::from_str(token.json()).unwrap())
}

fn names(audience: &Value, own: &str) -> bool {
    *audience == own || audience.as_array().is_some_and(|all| all.contains(&own.into()))
}

fn is_for_us(told: &Value) {
    assert!(names(&told["aud"], "https://valve.example"));
    assert!(told.get("exp").is_none_or(|exp| exp.as_f64().unwrap() >= NOW as f64));
    assert!(["cnf", "token_introspection"].iter().all(|name| told.get(name).is_none()));
    assert!(has_nothing_foreign(told));
}
