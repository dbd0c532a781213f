use std::{format, string::String, vec::Vec};

use super::{UserInfo, UserInfoEndpoint, UserInfoError};
use crate::{
    answer_error::AnswerError,
    bearer::BearerToken,
    call::{Answer, Method},
    call_error::CallError,
    error::{Claim, Error, ErrorCode, Parameter, Reason},
    fake::{ALGORITHMS, FakeKeys, ISSUER, KEY, sign},
    jose::JwkSet,
    json::{JsonError, Object},
    time::UnixTime,
};

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
const NO_KEYS: JwkSet<0> = JwkSet::new();
const JSON: Option<&str> = Some("application/json; charset=utf-8");
const JWT: Option<&str> = Some("application/jwt; charset=utf-8");

const SIGNED: UserInfoEndpoint<'_> = UserInfoEndpoint::signed(ISSUER, "valve", ALGORITHMS);

fn jws(header: &str, claims: &str) -> String {
    sign(header, claims, KEY)
}

/// What an endpoint makes of an answer about the user "jane": its claims and the algorithm.
fn read(
    endpoint: &UserInfoEndpoint<'_>,
    status: u16,
    content_type: Option<&str>,
    body: &str,
    now: Option<UnixTime>,
) -> Result<(String, Option<&'static str>), UserInfoError> {
    let (mut body, mut buffer) = (Vec::from(body), [0; 512]);
    let answer = Answer { status, content_type, body: &mut body };
    let user: UserInfo<'_> = endpoint.read(answer, "jane", &FakeKeys::good(), now, &mut buffer)?;
    assert!(user.subject() == "jane");
    Ok((user.json().into(), user.algorithm()))
}

fn plain(body: &str) -> Result<(String, Option<&'static str>), UserInfoError> {
    read(&UserInfoEndpoint::json(), 200, JSON, body, None)
}

fn signed(claims: &str) -> Result<(String, Option<&'static str>), UserInfoError> {
    read(&SIGNED, 200, JWT, &jws(r#"{"alg":"TEST"}"#, claims), Some(NOW))
}

#[test]
fn oidc_core_5_3_1_the_request_is_a_get_with_the_token_in_its_field() {
    let token = BearerToken::new("SlAV32hkKG").unwrap();
    let mut buffer = [0; 17];
    let request = UserInfoEndpoint::json().write(token, &mut buffer).unwrap();
    assert_eq!((request.method(), request.accept()), (Method::Get, "application/json"));
    assert_eq!(request.authorization(), Some("Bearer SlAV32hkKG"));
    assert_eq!(SIGNED.write(token, &mut buffer).unwrap().accept(), "application/jwt");
    assert_eq!(SIGNED.write(token, &mut buffer[1..]).err(), Some(CallError::BufferTooSmall));
}

#[test]
fn oidc_core_5_3_2_example() {
    let body = r#"{"sub": "248289761001", "name": "Jane Doe", "given_name": "Jane", "family_name": "Doe",
        "preferred_username": "j.doe", "email": "janedoe@example.com",
        "picture": "http:\/\/example.com/janedoe/me.jpg", "address": {"country": "AT"}}"#;
    let mut body = Vec::from(body);
    let answer = Answer { status: 200, content_type: JSON, body: &mut body };
    let user = UserInfoEndpoint::json().read(answer, "248289761001", &NO_KEYS, None, &mut []).unwrap();
    let text = |path: &[&str]| user.claim(path).and_then(|value| value.as_text()?.as_str());
    assert_eq!(text(&["picture"]), Some("http://example.com/janedoe/me.jpg"));
    assert_eq!(text(&["address", "country"]), Some("AT"));
    assert_eq!(user.algorithm(), None);
    assert_eq!(format!("{user:?}"), "UserInfo { algorithm: None, .. }");
}

#[test]
fn oidc_core_5_3_2_sub_is_always_there() {
    for body in ["{}", r#"{"sub":7}"#, r#"{"sub":null}"#, r#"{"sub":""}"#, r#"{"sub":["jane"]}"#] {
        assert_eq!(plain(body), Err(AnswerError::Member("sub").into()), "{body}");
    }
    let party = r#""iss":"https://as.example","aud":"valve""#;
    assert_eq!(signed(&format!("{{{party}}}")), Err(AnswerError::Member("sub").into()));
}

#[test]
fn oidc_core_5_3_2_an_answer_about_another_subject_must_not_be_used() {
    for subject in ["Jane", "jane ", "jan", "john"] {
        assert_eq!(plain(&format!(r#"{{"sub":"{subject}"}}"#)), Err(UserInfoError::SubjectMismatch));
    }
    let claims = r#"{"sub":"john","iss":"https://as.example","aud":"valve"}"#;
    assert_eq!(signed(claims), Err(UserInfoError::SubjectMismatch));
    // However either is escaped.
    assert!(plain(r#"{"sub":"j\u0061ne"}"#).is_ok());
    let token = *br#"{"sub":"a\"\/b"}"#;
    let subject = Object::read(&token).unwrap().get("sub").unwrap().as_text().unwrap();
    let mut body = *br#"{"sub":"\u0061\u0022/b"}"#;
    let answer = Answer { status: 200, content_type: JSON, body: &mut body };
    assert!(UserInfoEndpoint::json().read(answer, &subject, &NO_KEYS, None, &mut []).is_ok());
}

#[test]
fn oidc_core_5_3_2_a_signed_answer_has_its_issuer_and_its_client() {
    let with = |more: &str| signed(&format!(r#"{{"sub":"jane"{more}}}"#));
    let iss = r#","iss":"https://as.example""#;
    let aud = r#","aud":"valve""#;
    assert_eq!(with(&format!("{iss}{aud}")).unwrap().1, Some("TEST"));
    assert!(with(&format!(r#"{iss},"aud":["pump","valve"]"#)).is_ok());
    let claim = |claim, reason| Err(UserInfoError::Jwt(Error::claim(claim, reason)));
    for (more, expected) in [
        (String::from(aud), claim(Claim::Issuer, Reason::Missing)),
        (format!(r#"{aud},"iss":"https://other.example""#), claim(Claim::Issuer, Reason::Mismatch)),
        (format!(r#"{aud},"iss":["https://as.example"]"#), claim(Claim::Issuer, Reason::Malformed)),
        (String::from(iss), claim(Claim::Audience, Reason::Missing)),
        (format!(r#"{iss},"aud":"pump""#), claim(Claim::Audience, Reason::Mismatch)),
        (format!(r#"{iss},"aud":["valve",1]"#), claim(Claim::Audience, Reason::Malformed)),
    ] {
        assert_eq!(with(&more), expected, "{more}");
    }
}

#[test]
fn rfc7519_4_1_times_of_a_signed_answer_are_kept() {
    let jwt = |more: &str| {
        let party = r#""iss":"https://as.example","aud":"valve""#;
        jws(r#"{"alg":"TEST"}"#, &format!(r#"{{"sub":"jane",{party},{more}}}"#))
    };
    let claim = |claim, reason| Err(UserInfoError::Jwt(Error::claim(claim, reason)));
    for (more, expected) in [
        (r#""exp":1800000000"#, claim(Claim::ExpirationTime, Reason::Expired)),
        (r#""nbf":1800000001"#, claim(Claim::NotBefore, Reason::NotYetValid)),
    ] {
        assert_eq!(read(&SIGNED, 200, JWT, &jwt(more), Some(NOW)), expected);
        assert!(read(&SIGNED.with_leeway(1), 200, JWT, &jwt(more), Some(NOW)).is_ok());
        let unknown = Err(UserInfoError::Jwt(Error::TimeUnavailable));
        assert_eq!(read(&SIGNED, 200, JWT, &jwt(more), None), unknown);
    }
    let malformed = claim(Claim::ExpirationTime, Reason::Malformed);
    assert_eq!(read(&SIGNED, 200, JWT, &jwt(r#""exp":"never""#), Some(NOW)), malformed);
    assert!(read(&SIGNED, 200, JWT, &jwt(r#""exp":1800000001,"nbf":1800000000"#), Some(NOW)).is_ok());
    assert!(read(&SIGNED, 200, JWT, &jwt(r#""iat":1"#), None).is_ok());
}

#[test]
fn the_registration_decides_whether_an_answer_is_signed() {
    let body = r#"{"sub":"jane","iss":"https://as.example","aud":"valve"}"#;
    assert_eq!(read(&SIGNED, 200, JSON, body, Some(NOW)), Err(UserInfoError::NotSigned));
    let jwt = jws(r#"{"alg":"TEST"}"#, body);
    let unexpected = Err(AnswerError::ContentType.into());
    assert_eq!(read(&UserInfoEndpoint::json(), 200, JWT, &jwt, Some(NOW)), unexpected);
    for content_type in [None, Some("text/html")] {
        assert_eq!(read(&SIGNED, 200, content_type, &jwt, Some(NOW)), unexpected);
        assert_eq!(read(&UserInfoEndpoint::json(), 200, content_type, body, None), unexpected);
    }
    // What it says of itself and what it is must go together.
    assert_eq!(
        read(&UserInfoEndpoint::json(), 200, JSON, &jwt, None),
        Err(AnswerError::Json(JsonError::UnexpectedByte).into())
    );
    assert_eq!(read(&SIGNED, 200, JWT, body, Some(NOW)), Err(Error::NotCompact.into()));
}

#[test]
fn a_signed_answer_is_good_in_every_part() {
    let claims = r#"{"sub":"jane","iss":"https://as.example","aud":"valve"}"#;
    let jwt = |header: &str| read(&SIGNED, 200, JWT, &jws(header, claims), Some(NOW));
    assert!(jwt(r#"{"alg":"TEST","typ":"JWT"}"#).is_ok());
    assert!(jwt(r#"{"alg":"TEST","typ":"jwt"}"#).is_ok());
    for (header, expected) in [
        (r#"{"alg":"none"}"#, Error::AlgorithmNotAllowed),
        (r#"{"alg":"HS256"}"#, Error::AlgorithmNotAllowed),
        (r#"{"alg":"TEST","typ":"at+jwt"}"#, Error::TokenType),
        (r#"{"alg":"TEST","typ":"logout+jwt"}"#, Error::TokenType),
        (r#"{"alg":"TEST","crit":["b64"]}"#, Error::Critical),
        (r#"{"typ":"JWT"}"#, Error::Header(Parameter::Algorithm)),
        (r#"{"alg":"TEST","kid":"a"}"#, Error::UnknownKey),
    ] {
        assert_eq!(jwt(header), Err(UserInfoError::Jwt(expected)), "{header}");
    }
    let good = jws(r#"{"alg":"TEST"}"#, claims);
    assert!(read(&SIGNED, 200, JWT, &good, Some(NOW)).is_ok());
    let other = sign(r#"{"alg":"TEST"}"#, claims, "other key");
    assert_eq!(read(&SIGNED, 200, JWT, &other, Some(NOW)), Err(Error::BadSignature.into()));
    assert_eq!(read(&SIGNED, 200, JWT, "a.b.c.d.e", Some(NOW)), Err(Error::Encrypted.into()));
    assert_eq!(signed("[]"), Err(AnswerError::Json(JsonError::NotAnObject).into()));
}

#[test]
fn oidc_core_5_3_3_an_error_is_as_rfc_6750_says() {
    for (status, expected, answer) in [
        (401, UserInfoError::TokenRefused, (401, Some(ErrorCode::InvalidToken))),
        (403, UserInfoError::InsufficientScope, (403, Some(ErrorCode::InsufficientScope))),
        (400, AnswerError::Status(400).into(), (503, None)),
        (302, AnswerError::Status(302).into(), (503, None)),
        (429, AnswerError::Unavailable.into(), (503, None)),
        (500, AnswerError::Unavailable.into(), (503, None)),
    ] {
        assert_eq!(read(&UserInfoEndpoint::json(), status, JSON, r#"{"sub":"jane"}"#, None), Err(expected));
        let error = Error::from(expected);
        assert_eq!((error.status(), error.code()), answer);
    }
    for error in [
        UserInfoError::NotSigned,
        UserInfoError::SubjectMismatch,
        UserInfoError::Jwt(Error::BadSignature),
        UserInfoError::Jwt(Error::TimeUnavailable),
    ] {
        assert_eq!(Error::from(error).status(), 503, "{error}");
    }
}

#[test]
fn a_buffer_that_is_too_small_is_an_error() {
    let claims = r#"{"sub":"jane","iss":"https://as.example","aud":"valve"}"#;
    let jwt = jws(r#"{"alg":"TEST"}"#, claims);
    for length in 0..jwt.len() / 4 * 3 {
        let mut body = Vec::from(jwt.as_str());
        let answer = Answer { status: 200, content_type: JWT, body: &mut body };
        let mut buffer = std::vec![0; length];
        let read = SIGNED.read(answer, "jane", &FakeKeys::good(), NOW, &mut buffer);
        let fits = length >= r#"{"alg":"TEST"}"#.len() + claims.len();
        assert_eq!(read.err(), (!fits).then_some(UserInfoError::Jwt(Error::TokenTooLong)), "{length}");
    }
}
