use std::{string::ToString, vec::Vec};

use super::{IntrospectionError, IntrospectionRequest};
use crate::{
    answer_error::AnswerError,
    bearer::BearerToken,
    call::Answer,
    client::Client,
    error::{Claim, Error, ErrorCode, Reason},
    json::JsonError,
    policy::{Policy, RFC_9068_CLAIMS, TokenType},
    time::UnixTime,
};

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
const POLICY: Policy<'_> = Policy::new("https://authority.example", "https://valve.example", &[]);
const JSON: Option<&str> = Some("application/json");

/// What a policy makes of an answer: the scope of the token, or the error.
fn ask(policy: &Policy<'_>, json: &str, now: impl Into<Option<UnixTime>>) -> Result<Vec<std::string::String>, Error> {
    let mut body = json.as_bytes().to_vec();
    let answer = Answer { status: 200, content_type: JSON, body: &mut body };
    let token = policy.introspect(answer, now).map_err(|error| match error {
        IntrospectionError::Token(error) => error,
        other => panic!("{other:?} for {json}"),
    })?;
    assert!(token.is_introspected());
    assert_eq!((token.algorithm(), token.key_id().is_none()), ("introspection", true));
    Ok(token.scope().iter().map(ToString::to_string).collect())
}

fn refused(json: &str) -> Error {
    ask(&POLICY, json, NOW).unwrap_err()
}

/// What is wrong with an answer as such.
fn wrong(status: u16, content_type: Option<&str>, json: &str) -> IntrospectionError {
    let mut body = json.as_bytes().to_vec();
    POLICY.introspect(Answer { status, content_type, body: &mut body }, NOW).unwrap_err()
}

#[test]
fn rfc7662_2_1_the_request_is_a_form_with_the_token_and_a_hint() {
    let mut buffer = [0; 128];
    let token = BearerToken::new("a+b/c=").unwrap();
    let request = IntrospectionRequest::new(token).write(&Client::tls("v"), None, &mut buffer).unwrap();
    assert_eq!(request.body(), b"token=a%2Bb%2Fc%3D&token_type_hint=access_token&client_id=v");
    assert_eq!(request.accept(), "application/json");
}

#[test]
fn rfc7662_2_2_example() {
    let json = r#"{"active": true, "client_id": "l238j323ds-23ij4", "username": "jdoe", "scope": "read write dolphin",
        "sub": "Z5O3upPC88QrAjx00dis", "aud": "https://protected.example.net/resource",
        "iss": "https://server.example.com/", "exp": 1419356238, "iat": 1419350238,
        "extension_field": "twenty-seven"}"#;
    let policy = Policy::new("https://server.example.com/", "https://protected.example.net/resource", &[]);
    let now = UnixTime::from_seconds(1_419_350_300);
    assert_eq!(ask(&policy, json, now).unwrap(), ["read", "write", "dolphin"]);
}

#[test]
fn an_answer_as_servers_send_it() {
    for json in [
        // oidc-provider
        r#"{"active":true,"client_id":"device","exp":2110678692,"iat":1795318692,"iss":"https://authority.example","aud":"https://valve.example","scope":"sensor:read led:set","token_type":"Bearer"}"#,
        // Spring Authorization Server
        r#"{"active":true,"sub":"messaging-client","aud":["messaging-client","https://valve.example"],"nbf":1799999990,"scope":"sensor:read led:set","iss":"https://authority.example","exp":1800000290,"iat":1799999990,"jti":"6f","client_id":"messaging-client","token_type":"Bearer"}"#,
        // Keycloak
        r#"{"exp":1800000060,"iat":1799999990,"jti":"1","iss":"https://authority.example","aud":["https://valve.example","account"],"sub":"4","typ":"Bearer","azp":"cli","session_state":"a","acr":"1","allowed-origins":["*"],"realm_access":{"roles":["user"]},"scope":"sensor:read led:set","sid":"a","client_id":"cli","username":"jdoe","token_type":"Bearer","active":true}"#,
        // Ory Hydra
        r#"{"active":true,"scope":"sensor:read led:set","client_id":"cli","sub":"4","exp":1800000060,"iat":1799999990,"nbf":1799999990,"aud":["https://valve.example"],"iss":"https://authority.example","token_type":"Bearer","token_use":"access_token","ext":{}}"#,
    ] {
        assert_eq!(ask(&POLICY, json, NOW).unwrap(), ["sensor:read", "led:set"]);
    }
}

#[test]
fn rfc7662_2_2_active_is_required_and_a_boolean() {
    for json in [
        r#"{"active":"true","aud":"https://valve.example"}"#,
        r#"{"active":1,"aud":"https://valve.example"}"#,
        r#"{"active":null}"#,
        r#"{"active":[true]}"#,
        r#"{"Active":true}"#,
        r#"{"aud":"https://valve.example"}"#,
        "{}",
    ] {
        assert_eq!(wrong(200, JSON, json), AnswerError::Member("active").into(), "{json}");
    }
}

#[test]
fn rfc7662_2_2_an_inactive_token_is_refused_and_nothing_else_is_looked_at() {
    for json in [
        r#"{"active":false}"#,
        r#"{"active":false,"aud":"https://valve.example","exp":4000000000}"#,
        r#"{"exp":"never","token_type":7,"cnf":{},"active":false}"#,
    ] {
        assert_eq!(wrong(200, JSON, json), IntrospectionError::Inactive, "{json}");
    }
    let error = Error::from(IntrospectionError::Inactive);
    assert_eq!((error.status(), error.code()), (401, Some(ErrorCode::InvalidToken)));
}

#[test]
fn rfc7662_2_2_all_but_active_may_be_absent_except_the_audience() {
    let bare = r#"{"active":true,"aud":"https://valve.example"}"#;
    assert!(ask(&POLICY, bare, NOW).unwrap().is_empty());
    // Nothing in it depends on the time.
    assert!(ask(&POLICY, bare, None).is_ok());
    let no_audience = r#"{"active":true,"iss":"https://authority.example","exp":4000000000}"#;
    assert_eq!(refused(no_audience), Error::claim(Claim::Audience, Reason::Missing));
    assert!(ask(&POLICY.danger_optional_audience(), no_audience, NOW).is_ok());
}

#[test]
fn rfc7662_4_the_audience_is_this_resource_server() {
    for audience in [r#""https://pump.example""#, r#"["https://pump.example","https://valve.example/"]"#, "[]"] {
        let json = std::format!(r#"{{"active":true,"aud":{audience}}}"#);
        assert_eq!(refused(&json), Error::claim(Claim::Audience, Reason::Mismatch), "{json}");
        let lenient = POLICY.danger_optional_audience();
        assert_eq!(ask(&lenient, &json, NOW).unwrap_err(), Error::claim(Claim::Audience, Reason::Mismatch));
        assert!(ask(&POLICY.danger_any_audience(), &json, NOW).is_ok());
    }
    let several = r#"{"active":true,"aud":["https://pump.example","https:\/\/valve.example"]}"#;
    assert!(ask(&POLICY, several, NOW).is_ok());
    assert!(ask(&POLICY.with_audiences(&["https://pump.example"]), several, NOW).is_ok());
}

#[test]
fn an_issuer_that_is_named_is_the_policys() {
    let json = r#"{"active":true,"aud":"https://valve.example","iss":"https://authority.example/"}"#;
    assert_eq!(refused(json), Error::claim(Claim::Issuer, Reason::Mismatch));
    assert!(ask(&POLICY.with_issuers(&["https://authority.example/"]), json, NOW).is_ok());
    assert!(ask(&POLICY.danger_any_issuer(), json, NOW).is_ok());
}

#[test]
fn rfc7662_4_times_are_checked_again() {
    let json = |times: &str| std::format!(r#"{{"active":true,"aud":"https://valve.example",{times}}}"#);
    for (times, expected) in [
        (r#""exp":1800000000"#, Error::claim(Claim::ExpirationTime, Reason::Expired)),
        (r#""nbf":1800000001"#, Error::claim(Claim::NotBefore, Reason::NotYetValid)),
    ] {
        assert_eq!(refused(&json(times)), expected);
        assert!(ask(&POLICY.with_leeway(2), &json(times), NOW).is_ok());
        assert!(ask(&POLICY.danger_without_time(), &json(times), None).is_ok());
        assert_eq!(ask(&POLICY, &json(times), None).unwrap_err(), Error::TimeUnavailable);
    }
    assert!(ask(&POLICY, &json(r#""exp":1800000000.5,"nbf":1.8e9"#), NOW).is_ok());
    let aged = POLICY.with_max_age(60);
    let missing = Error::claim(Claim::IssuedAt, Reason::Missing);
    assert_eq!(ask(&aged, &json(r#""exp":4000000000"#), NOW).unwrap_err(), missing);
    let too_old = Error::claim(Claim::IssuedAt, Reason::TooOld);
    assert_eq!(ask(&aged, &json(r#""iat":1799999939"#), NOW).unwrap_err(), too_old);
    assert!(ask(&aged, &json(r#""iat":1799999940"#), NOW).is_ok());
}

#[test]
fn rfc7662_2_2_a_token_of_another_type_is_no_bearer_token() {
    let json = |more: &str| std::format!(r#"{{"active":true,"aud":"https://valve.example",{more}}}"#);
    for kind in ["DPoP", "PoP", "N_A", "refresh_token", ""] {
        assert_eq!(refused(&json(&std::format!(r#""token_type":"{kind}""#))), Error::TokenType);
    }
    for kind in ["Bearer", "bearer", "BEARER"] {
        assert!(ask(&POLICY, &json(&std::format!(r#""token_type":"{kind}""#)), NOW).is_ok());
    }
    // RFC 7800, RFC 8705 §3.2, RFC 9449 §6.2: the token is bound to a key.
    let bound = json(r#""token_type":"Bearer","cnf":{"x5t#S256":"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}"#);
    assert_eq!(refused(&bound), Error::claim(Claim::Confirmation, Reason::NotUnderstood));
    for more in [r#""typ":"Refresh""#, r#""typ":"ID""#, r#""token_use":"refresh_token""#, r#""token_use":"id""#] {
        assert_eq!(refused(&json(more)), Error::TokenType, "{more}");
    }
    assert_eq!(refused(&json(r#""at_hash":"a""#)), Error::claim(Claim::IdToken, Reason::Unexpected));
    assert_eq!(refused(&json(r#""events":{}"#)), Error::claim(Claim::Events, Reason::Unexpected));
}

#[test]
fn claims_that_the_caller_requires_must_be_there() {
    let json = r#"{"active":true,"aud":"https://valve.example","tenant":"a"}"#;
    for policy in [POLICY, Policy::relaxed("https://authority.example", "https://valve.example", &[])] {
        assert!(ask(&policy, json, NOW).is_ok());
        assert!(ask(&policy.with_required_claims(&["tenant"]), json, NOW).is_ok());
        let missing = Error::claim(Claim::Subject, Reason::Missing);
        assert_eq!(ask(&policy.with_required_claims(&["tenant", "sub"]), json, NOW).unwrap_err(), missing);
    }
    assert!(ask(&POLICY.with_required_claims(RFC_9068_CLAIMS), json, NOW).is_ok());
    assert!(ask(&POLICY.with_token_type(TokenType::Named("a")), json, NOW).is_ok());
}

#[test]
fn what_is_there_has_its_right_type() {
    for (member, claim) in [
        (r#""exp":"1800000060""#, Claim::ExpirationTime),
        (r#""nbf":null"#, Claim::NotBefore),
        (r#""scope":7"#, Claim::Scope),
        (r#""iss":7"#, Claim::Issuer),
        (r#""sub":{}"#, Claim::Subject),
        (r#""aud":{"a":1}"#, Claim::Audience),
        (r#""aud":["https://valve.example",1]"#, Claim::Audience),
    ] {
        let json = std::format!(r#"{{"active":true,{member}}}"#);
        assert_eq!(wrong(200, JSON, &json), AnswerError::Claim(claim).into(), "{json}");
    }
    let json = r#"{"active":true,"aud":"https://valve.example","token_type":1}"#;
    assert_eq!(wrong(200, JSON, json), AnswerError::Member("token_type").into());
}

#[test]
fn an_answer_that_is_not_an_object_is_malformed() {
    for (json, error) in [
        ("", JsonError::UnexpectedEnd),
        (r#"{"active":true"#, JsonError::UnexpectedEnd),
        (r#"[{"active":true}]"#, JsonError::NotAnObject),
        ("true", JsonError::NotAnObject),
        (r#"{"active":true,"active":false}"#, JsonError::DuplicateName),
        (r#"{"active":false,"\u0061ctive":true}"#, JsonError::DuplicateName),
        (r#"{"active":true}x"#, JsonError::TrailingBytes),
    ] {
        assert_eq!(wrong(200, JSON, json), AnswerError::Json(error).into(), "{json}");
    }
}

#[test]
fn rfc7662_2_2_the_answer_is_application_json() {
    let json = r#"{"active":false}"#;
    for content_type in
        [None, Some(""), Some("text/html"), Some("application/json5"), Some("text/json, application/json")]
    {
        assert_eq!(wrong(200, content_type, json), AnswerError::ContentType.into(), "{content_type:?}");
    }
    for content_type in ["application/json;charset=utf-8", "APPLICATION/JSON", "application/json ; a=b"] {
        assert_eq!(wrong(200, Some(content_type), json), IntrospectionError::Inactive);
    }
    let signed = "application/token-introspection+jwt; charset=utf-8";
    assert_eq!(wrong(200, Some(signed), json), IntrospectionError::SignedAnswer);
}

#[test]
fn rfc7662_2_3_an_error_says_nothing_of_the_token() {
    let json = r#"{"active":false}"#;
    for (status, expected) in [
        (201, AnswerError::Status(201)),
        (302, AnswerError::Status(302)),
        (400, AnswerError::Status(400)),
        (401, AnswerError::ClientRefused),
        (403, AnswerError::ClientRefused),
        (404, AnswerError::Status(404)),
        (429, AnswerError::Unavailable),
        (500, AnswerError::Unavailable),
        (503, AnswerError::Unavailable),
    ] {
        assert_eq!(wrong(status, JSON, json), expected.into());
        assert_eq!(wrong(status, None, ""), expected.into());
    }
    let json = r#"{"error":"unsupported_token_type"}"#;
    assert_eq!(wrong(400, JSON, json), AnswerError::UnsupportedTokenType.into());
}

#[test]
fn only_what_the_server_said_of_the_token_is_its_fault() {
    for error in [
        IntrospectionError::SignedAnswer,
        AnswerError::ClientRefused.into(),
        AnswerError::Unavailable.into(),
        AnswerError::ContentType.into(),
        AnswerError::Member("active").into(),
        AnswerError::Claim(Claim::Issuer).into(),
        AnswerError::Json(JsonError::TooDeep).into(),
        AnswerError::Status(302).into(),
        IntrospectionError::Token(Error::TimeUnavailable),
    ] {
        let error = Error::from(error);
        assert_eq!((error.status(), error.code()), (503, None), "{error:?}");
    }
    let token = IntrospectionError::Token(Error::claim(Claim::Audience, Reason::Mismatch));
    assert_eq!(Error::from(token).status(), 401);
}
