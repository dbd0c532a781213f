use std::{format, string::String, string::ToString, vec, vec::Vec};

use super::{ActiveToken, IntrospectionResponse};
use crate::{
    answer_error::AnswerError,
    bearer::BearerToken,
    call::Answer,
    client::Client,
    error::{Claim, Error, Part, Reason},
    fake::{ALGORITHMS, AUDIENCE, FakeKeys, ISSUER, KEY, claims, policy, sign},
    introspection::{IntrospectionError, IntrospectionRequest},
    introspection_cache::IntrospectionCache,
    jose::JwkSet,
    json::JsonError,
    policy::TokenType,
    time::UnixTime,
};

const NOW: UnixTime = UnixTime::from_seconds(1500);
const JSON: &str = "application/json; charset=utf-8";
const JWT: &str = "application/token-introspection+jwt; charset=utf-8";
const HEADER: &str = r#"{"alg":"TEST","typ":"token-introspection+jwt"}"#;

const PLAIN: IntrospectionResponse<'_> = IntrospectionResponse::json();
const SIGNED: IntrospectionResponse<'_> = IntrospectionResponse::signed(ISSUER, "valve", ALGORITHMS);
const KEYCLOAK: IntrospectionResponse<'_> = IntrospectionResponse::keycloak(ISSUER, ALGORITHMS);

const ACTIVE: &str = r#"{"active":true,"aud":"https://valve.example","scope":"valve:open","sub":"device"}"#;

/// What is around a good answer.
fn around(introspection: &str) -> String {
    format!(r#"{{"iss":"{ISSUER}","aud":"valve","iat":1499,"token_introspection":{introspection}}}"#)
}

fn jwt(claims: &str) -> String {
    sign(HEADER, claims, KEY)
}

/// What the policy makes of an answer in this form: the subject of the token, and the algorithm of the answer.
fn ask(
    response: &IntrospectionResponse<'_>,
    content_type: &str,
    body: &str,
) -> Result<(String, Option<&'static str>), IntrospectionError> {
    let (mut body, mut buffer) = (Vec::from(body), vec![0; body.len()]);
    let answer = Answer { status: 200, content_type: Some(content_type), body: &mut body };
    let token = policy().introspect_as(response, answer, &FakeKeys::good(), NOW, &mut buffer)?;
    assert_eq!((token.algorithm(), token.is_introspected()), ("introspection", true));
    let subject = token.subject().map_or_else(String::new, |subject| subject.to_string());
    Ok((subject, token.answer_protection().map(|protection| protection.algorithm())))
}

fn signed(claims: &str) -> Result<(String, Option<&'static str>), IntrospectionError> {
    ask(&SIGNED, JWT, &jwt(claims))
}

fn keycloak(body: &str) -> Result<(String, Option<&'static str>), IntrospectionError> {
    ask(&KEYCLOAK, JSON, body)
}

fn bad(claim: Claim, reason: Reason) -> IntrospectionError {
    IntrospectionError::Jwt(Error::claim(claim, reason))
}

#[test]
fn rfc9701_4_the_form_is_asked_for_by_its_media_type() {
    let token = BearerToken::new("opaque").unwrap();
    for (response, media_type) in
        [(PLAIN, "application/json"), (SIGNED, "application/token-introspection+jwt"), (KEYCLOAK, "application/jwt")]
    {
        let mut buffer = [0; 128];
        let request = IntrospectionRequest::new(token).with_response(&response);
        let request = request.write(&Client::tls("v"), None, &mut buffer).unwrap();
        assert_eq!((request.accept(), response.is_signed()), (media_type, media_type != "application/json"));
    }
}

#[test]
fn rfc9701_5_a_signed_answer_tells_the_same_as_a_plain_one_and_by_which_algorithm() {
    assert_eq!(signed(&around(ACTIVE)), Ok(("device".into(), Some("TEST"))));
    assert_eq!(ask(&PLAIN, JSON, ACTIVE), Ok(("device".into(), None)));
    let several = around(ACTIVE).replace(r#""valve""#, r#"["pump","valve"]"#);
    assert!(signed(&several).is_ok());
    let escaped = around(ACTIVE).replace("token_introspection", r"\u0074oken_introspection");
    assert!(signed(&escaped).is_ok());
    assert_eq!(signed(&around(r#"{"active":false}"#)), Err(IntrospectionError::Inactive));
}

#[test]
fn rfc9701_5_the_typ_is_there_and_says_what_it_is() {
    let with = |header: &str| ask(&SIGNED, JWT, &sign(header, &around(ACTIVE), KEY));
    assert!(with(r#"{"alg":"TEST","typ":"application/Token-Introspection+JWT"}"#).is_ok());
    for header in [
        r#"{"alg":"TEST"}"#,
        r#"{"alg":"TEST","typ":"JWT"}"#,
        r#"{"alg":"TEST","typ":"at+jwt"}"#,
        r#"{"alg":"TEST","typ":"token-introspection"}"#,
        r#"{"alg":"TEST","typ":"x/token-introspection+jwt"}"#,
    ] {
        assert_eq!(with(header), Err(IntrospectionError::Jwt(Error::TokenType)), "{header}");
    }
}

#[test]
fn rfc9701_5_issuer_audience_and_time_are_there_and_right() {
    let member = |name: &str, value: Option<&str>| {
        let members = [("iss", r#""https://as.example""#), ("aud", r#""valve""#), ("iat", "1499")];
        let members = members.map(|(own, good)| match value {
            _ if own != name => format!(r#""{own}":{good},"#),
            Some(value) => format!(r#""{own}":{value},"#),
            None => String::new(),
        });
        signed(&format!(r#"{{{}"token_introspection":{ACTIVE}}}"#, members.concat()))
    };
    for (name, claim, other) in [
        ("iss", Claim::Issuer, r#""https://other.example""#),
        ("iss", Claim::Issuer, r#""https://as.example/""#),
        ("aud", Claim::Audience, r#""pump""#),
        // The audience of the token is not that of the answer.
        ("aud", Claim::Audience, r#""https://valve.example""#),
        ("aud", Claim::Audience, "[]"),
    ] {
        assert_eq!(member(name, Some(other)), Err(bad(claim, Reason::Mismatch)), "{name} {other}");
    }
    for (name, claim) in [("iss", Claim::Issuer), ("aud", Claim::Audience), ("iat", Claim::IssuedAt)] {
        assert_eq!(member(name, None), Err(bad(claim, Reason::Missing)));
        assert_eq!(member(name, Some("{}")), Err(bad(claim, Reason::Malformed)));
    }
    assert_eq!(member("iss", Some(r#"["https://as.example"]"#)), Err(bad(Claim::Issuer, Reason::Malformed)));
}

#[test]
fn rfc9701_5_what_is_told_stands_in_an_object_of_its_own() {
    let missing = Err(AnswerError::Member("token_introspection").into());
    let bare = format!(r#"{{"iss":"{ISSUER}","aud":"valve","iat":1499,"active":true}}"#);
    assert_eq!(signed(&bare), missing);
    for value in ["true", "[]", r#""active""#, "null"] {
        assert_eq!(signed(&around(value)), missing, "{value}");
    }
    for inner in [r#"{"active":"true"}"#, r#"{"active":1}"#, "{}"] {
        assert_eq!(signed(&around(inner)), Err(AnswerError::Member("active").into()), "{inner}");
    }
    // What stands around it does not count as said of the token.
    let outside = around(r#"{"active":true}"#).replacen('{', r#"{"sub":"device","scope":"valve:open","#, 1);
    let missing = IntrospectionError::Token(Error::claim(Claim::Audience, Reason::Missing));
    assert_eq!(signed(&outside), Err(missing));
}

#[test]
fn what_is_told_of_the_token_is_checked_as_in_a_plain_answer() {
    for (inner, error) in [
        (r#"{"active":true,"aud":"https://pump.example"}"#, Error::claim(Claim::Audience, Reason::Mismatch)),
        (
            r#"{"active":true,"aud":"https://valve.example","exp":1500}"#,
            Error::claim(Claim::ExpirationTime, Reason::Expired),
        ),
        (
            r#"{"active":true,"aud":"https://valve.example","nbf":1501}"#,
            Error::claim(Claim::NotBefore, Reason::NotYetValid),
        ),
        (
            r#"{"active":true,"aud":"https://valve.example","iss":"https://x.example"}"#,
            Error::claim(Claim::Issuer, Reason::Mismatch),
        ),
        (r#"{"active":true,"aud":"https://valve.example","token_type":"DPoP"}"#, Error::TokenType),
        (
            r#"{"active":true,"aud":"https://valve.example","cnf":{}}"#,
            Error::claim(Claim::Confirmation, Reason::NotUnderstood),
        ),
    ] {
        let expected = Err(IntrospectionError::Token(error));
        assert_eq!(signed(&around(inner)), expected, "{inner}");
        assert_eq!(ask(&PLAIN, JSON, inner), expected, "{inner}");
    }
    let malformed = r#"{"active":true,"aud":"https://valve.example","scope":7}"#;
    assert_eq!(signed(&around(malformed)), Err(AnswerError::Claim(Claim::Scope).into()));
}

#[test]
fn a_signed_answer_is_good_in_every_part() {
    let good = jwt(&around(ACTIVE));
    let error = |body: &str| ask(&SIGNED, JWT, body).unwrap_err();
    assert_eq!(error(&sign(HEADER, &around(ACTIVE), "other key")), IntrospectionError::Jwt(Error::BadSignature));
    let unsigned = sign(r#"{"alg":"none","typ":"token-introspection+jwt"}"#, &around(ACTIVE), KEY);
    assert_eq!(error(&unsigned), IntrospectionError::Jwt(Error::AlgorithmNotAllowed));
    assert_eq!(error("a.b.c.d.e"), IntrospectionError::Jwt(Error::Encrypted));
    assert_eq!(error(ACTIVE), IntrospectionError::Jwt(Error::NotCompact));
    let array = jwt("[]");
    assert_eq!(error(&array), IntrospectionError::Jwt(Error::Json(Part::Payload, JsonError::NotAnObject)));
    let twice = around(ACTIVE).replacen('{', r#"{"token_introspection":{},"#, 1);
    let duplicate = Error::Json(Part::Payload, JsonError::DuplicateName);
    assert_eq!(signed(&twice), Err(IntrospectionError::Jwt(duplicate)));

    let mut body = Vec::from(good);
    let answer = Answer { status: 200, content_type: Some(JWT), body: &mut body };
    let read = policy().introspect_as(&SIGNED, answer, &JwkSet::<0>::new(), NOW, &mut [0; 512]).map(drop);
    assert_eq!(read, Err(IntrospectionError::Jwt(Error::UnknownKey)));
}

#[test]
fn the_times_of_a_signed_answer_are_kept_if_it_has_some() {
    let with = |response: &IntrospectionResponse<'_>, times: &str, now: Option<UnixTime>| {
        let mut body = Vec::from(jwt(&around(ACTIVE).replacen('{', &format!("{{{times},"), 1)));
        let answer = Answer { status: 200, content_type: Some(JWT), body: &mut body };
        policy().introspect_as(response, answer, &FakeKeys::good(), now, &mut [0; 512]).map(drop)
    };
    for (times, error) in [
        (r#""exp":1500"#, bad(Claim::ExpirationTime, Reason::Expired)),
        (r#""nbf":1501"#, bad(Claim::NotBefore, Reason::NotYetValid)),
    ] {
        assert_eq!(with(&SIGNED, times, Some(NOW)), Err(error));
        assert_eq!(with(&SIGNED.with_leeway(1), times, Some(NOW)), Ok(()));
        assert_eq!(with(&SIGNED, times, None), Err(IntrospectionError::Jwt(Error::TimeUnavailable)));
    }
}

#[test]
fn the_registration_decides_in_which_form_an_answer_is_taken() {
    let jwt = jwt(&around(ACTIVE));
    assert_eq!(ask(&SIGNED, JSON, ACTIVE), Err(IntrospectionError::NotSigned));
    assert_eq!(ask(&SIGNED, JSON, &jwt), Err(IntrospectionError::NotSigned));
    assert_eq!(ask(&PLAIN, JWT, &jwt), Err(IntrospectionError::SignedAnswer));
    let unexpected = Err(AnswerError::ContentType.into());
    for (response, content_type) in
        [(SIGNED, "application/jwt"), (SIGNED, "text/html"), (PLAIN, "application/jwt"), (KEYCLOAK, JWT)]
    {
        assert_eq!(ask(&response, content_type, &jwt), unexpected, "{response:?} {content_type}");
    }
    assert_eq!(ask(&PLAIN, JSON, &jwt), Err(AnswerError::Json(JsonError::UnexpectedByte).into()));
}

#[test]
fn an_error_says_nothing_of_the_token_in_any_form() {
    for response in [PLAIN, SIGNED, KEYCLOAK] {
        for (status, expected) in [(401, AnswerError::ClientRefused), (503, AnswerError::Unavailable)] {
            let mut body = Vec::from(jwt(&around(ACTIVE)));
            let answer = Answer { status, content_type: Some(JWT), body: &mut body };
            let read = response.read(answer, &FakeKeys::good(), NOW, &mut []);
            assert_eq!(read.err(), Some(expected.into()));
        }
    }
    for error in [
        IntrospectionError::NotSigned,
        IntrospectionError::Jwt(Error::BadSignature),
        IntrospectionError::Jwt(Error::claim(Claim::Audience, Reason::Mismatch)),
        IntrospectionError::Jwt(Error::TimeUnavailable),
    ] {
        assert_eq!((Error::from(error).status(), Error::from(error).code()), (503, None), "{error}");
    }
}

#[test]
fn keycloaks_answer_is_believed_for_what_is_signed_in_it() {
    let claims = claims();
    let with = |header: &str, claims: &str| {
        let jwt = sign(header, claims, KEY);
        keycloak(&format!(r#"{{"active":true,"sub":"forged","scope":"all","jwt":"{jwt}"}}"#))
    };
    let typ = r#"{"alg":"TEST","typ":"JWT"}"#;
    assert_eq!(with(typ, &claims), Ok(("device".into(), Some("TEST"))));
    assert!(with(r#"{"alg":"TEST","typ":"at+jwt"}"#, &claims).is_ok());
    for header in [r#"{"alg":"TEST"}"#, r#"{"alg":"TEST","typ":"logout+jwt"}"#, HEADER] {
        assert_eq!(with(header, &claims), Err(IntrospectionError::Jwt(Error::TokenType)), "{header}");
    }
    assert_eq!(with(typ, &claims.replace(ISSUER, "https://x.example")), Err(bad(Claim::Issuer, Reason::Mismatch)));
    let unnamed = claims.replace("\"iss\"", "\"x\"");
    assert_eq!(with(typ, &unnamed), Err(bad(Claim::Issuer, Reason::Missing)));
    let elsewhere = IntrospectionError::Token(Error::claim(Claim::Audience, Reason::Mismatch));
    assert_eq!(with(typ, &claims.replace(AUDIENCE, "https://pump.example")), Err(elsewhere));
    let refresh = claims.replacen('{', r#"{"typ":"Refresh","#, 1);
    assert_eq!(with(typ, &refresh), Err(IntrospectionError::Token(Error::TokenType)));
    let expired = claims.replace("2000", "1500");
    let error = IntrospectionError::Token(Error::claim(Claim::ExpirationTime, Reason::Expired));
    assert_eq!(with(typ, &expired), Err(error));
}

#[test]
fn keycloaks_answer_is_active_and_has_a_jwt_that_is_signed() {
    let jwt = sign(r#"{"alg":"TEST","typ":"JWT"}"#, &claims(), KEY);
    assert_eq!(keycloak(r#"{"active":false}"#), Err(IntrospectionError::Inactive));
    assert_eq!(keycloak(&format!(r#"{{"active":false,"jwt":"{jwt}"}}"#)), Err(IntrospectionError::Inactive));
    assert_eq!(keycloak(&format!(r#"{{"jwt":"{jwt}"}}"#)), Err(AnswerError::Member("active").into()));
    assert_eq!(keycloak(ACTIVE), Err(IntrospectionError::NotSigned));
    assert_eq!(keycloak(r#"{"active":true,"jwt":7}"#), Err(AnswerError::Member("jwt").into()));
    let forged = sign(r#"{"alg":"TEST","typ":"JWT"}"#, &claims(), "other key");
    let forged = keycloak(&format!(r#"{{"active":true,"jwt":"{forged}"}}"#));
    assert_eq!(forged, Err(IntrospectionError::Jwt(Error::BadSignature)));
}

#[test]
fn rfc9701_8_1_an_answer_is_never_an_access_token() {
    // All that an access token has, at both levels.
    let claims = claims().replacen('{', r#"{"token_introspection":{"active":true},"#, 1);
    let verdict = |typ: &str, token_type: TokenType<'_>, claims: &str| {
        let token = sign(&format!(r#"{{"alg":"TEST","typ":"{typ}"}}"#), claims, KEY);
        let policy = policy().with_token_type(token_type);
        let token = BearerToken::new(&token).unwrap();
        policy.verify(token, &FakeKeys::good(), NOW, &mut [0; 1024]).map(drop)
    };
    let kinds = [TokenType::AtJwt, TokenType::Relaxed, TokenType::Any, TokenType::Named("token-introspection+jwt")];
    for kind in kinds {
        for typ in ["token-introspection+jwt", "application/Token-Introspection+JWT"] {
            assert_eq!(verdict(typ, kind, &claims), Err(Error::TokenType), "{kind:?}");
            assert_eq!(verdict(typ, kind, &crate::fake::claims()), Err(Error::TokenType), "{kind:?}");
        }
    }
    let unexpected = Err(Error::claim(Claim::TokenIntrospection, Reason::Unexpected));
    for (typ, kind) in [("at+jwt", TokenType::AtJwt), ("JWT", TokenType::Relaxed), ("x", TokenType::Any)] {
        assert_eq!(verdict(typ, kind, &claims), unexpected, "{kind:?}");
        assert_eq!(verdict(typ, kind, &claims.replace("token_", r"\u0074oken_")), unexpected, "{kind:?}");
        assert_eq!(verdict(typ, kind, &crate::fake::claims()), Ok(()), "{kind:?}");
    }
}

#[test]
fn what_is_kept_of_a_signed_answer_says_how_it_was_signed() {
    let token = BearerToken::new("opaque").unwrap();
    let mut cache = IntrospectionCache::<1>::new(30);
    let (mut body, mut buffer) = (Vec::from(jwt(&around(ACTIVE))), [0; 512]);
    let answer = Answer { status: 200, content_type: Some(JWT), body: &mut body };
    let outcome = policy().introspect_as(&SIGNED, answer, &FakeKeys::good(), NOW, &mut buffer);
    assert!(cache.keep(&policy(), token, &outcome, NOW));
    let mut buffer = [0; 512];
    let kept = cache.get(&policy(), token, NOW, &mut buffer).unwrap().unwrap();
    assert_eq!(kept.answer_protection().map(|protection| protection.algorithm()), Some("TEST"));
    assert_eq!(kept.json(), ACTIVE);
    for error in [IntrospectionError::NotSigned, IntrospectionError::Jwt(Error::UnknownKey)] {
        assert!(!cache.keep(&policy(), BearerToken::new("other").unwrap(), &Err(error), NOW));
    }
}

#[test]
fn what_is_handed_on_is_the_same_and_shows_nothing() {
    let (mut body, mut buffer) = (Vec::from(jwt(&around(ACTIVE))), [0; 512]);
    let answer = Answer { status: 200, content_type: Some(JWT), body: &mut body };
    let read = SIGNED.read(answer, &FakeKeys::good(), NOW, &mut buffer).unwrap();
    assert!(!format!("{read:?}").contains("device"));
    let mut copy = Vec::from(read.json());
    let again = ActiveToken::from_json(&mut copy, read.protection()).unwrap();
    assert_eq!((again.json(), again.protection()), (ACTIVE, read.protection()));
    assert!(policy().admit(&again, NOW).is_ok());
    assert!(policy().admit(&again, None).is_ok());
    assert_eq!(ActiveToken::from_json(&mut [], None).err(), Some(JsonError::UnexpectedEnd));
}

#[test]
fn three_quarters_of_the_answer_are_buffer_enough_and_too_small_a_one_is_told() {
    let good = jwt(&around(ACTIVE));
    for length in 0..=good.len() / 4 * 3 {
        let (mut body, mut buffer) = (Vec::from(good.as_str()), vec![0; length]);
        let answer = Answer { status: 200, content_type: Some(JWT), body: &mut body };
        match SIGNED.read(answer, &FakeKeys::good(), NOW, &mut buffer) {
            Ok(_) => assert!(length >= around(ACTIVE).len()),
            Err(error) => {
                assert_eq!(error, IntrospectionError::Jwt(Error::TokenTooLong), "{length}");
                assert!(length < good.len() / 4 * 3);
            }
        }
    }
}
