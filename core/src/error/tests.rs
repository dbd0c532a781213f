//! Each error, its code and its status.

use std::{format, string::String, vec, vec::Vec};

use super::{Claim, Error, ErrorCode, Parameter, Part, Reason};
use crate::{
    bearer::BearerToken,
    fake::{FakeKeys, HEADER, KEY, NOW, claims, policy, set, sign},
    json::JsonError,
    time::UnixTime,
};

const REQUEST: Option<ErrorCode> = Some(ErrorCode::InvalidRequest);
const TOKEN: Option<ErrorCode> = Some(ErrorCode::InvalidToken);
const SCOPE: Option<ErrorCode> = Some(ErrorCode::InsufficientScope);

const EXPIRED: Error = Error::claim(Claim::ExpirationTime, Reason::Expired);

const EVERY: [(Error, u16, Option<ErrorCode>); 24] = [
    (Error::InsecureTransport, 400, REQUEST),
    (Error::SeveralTokens, 400, REQUEST),
    (Error::MalformedRequest, 400, REQUEST),
    (Error::TokenTooLong, 431, REQUEST),
    (Error::NotCompact, 401, TOKEN),
    (Error::Encrypted, 401, TOKEN),
    (Error::NotEncrypted, 401, TOKEN),
    (Error::Base64(Part::Header), 401, TOKEN),
    (Error::Json(Part::Header, JsonError::TooDeep), 401, TOKEN),
    (Error::Header(Parameter::KeyId), 401, TOKEN),
    (Error::Critical, 401, TOKEN),
    (Error::UnsupportedHeader(Parameter::Compression), 401, TOKEN),
    (Error::AlgorithmNotAllowed, 401, TOKEN),
    (Error::TokenType, 401, TOKEN),
    (Error::UnknownKey, 401, TOKEN),
    (Error::AmbiguousKey, 401, TOKEN),
    (Error::BadSignature, 401, TOKEN),
    (Error::DecryptionFailed, 401, TOKEN),
    (EXPIRED, 401, TOKEN),
    (Error::InsufficientScope, 403, SCOPE),
    (Error::TimeUnavailable, 503, None),
    (Error::Inactive, 401, TOKEN),
    (Error::AuthorityUnavailable, 503, None),
    (Error::ClaimsType, 401, TOKEN),
];

/// Where an error stands in [`EVERY`]: a new one does not compile until it has a place there.
const fn place(error: Error) -> usize {
    match error {
        Error::InsecureTransport => 0,
        Error::SeveralTokens => 1,
        Error::MalformedRequest => 2,
        Error::TokenTooLong => 3,
        Error::NotCompact => 4,
        Error::Encrypted => 5,
        Error::NotEncrypted => 6,
        Error::Base64(_) => 7,
        Error::Json(..) => 8,
        Error::Header(_) => 9,
        Error::Critical => 10,
        Error::UnsupportedHeader(_) => 11,
        Error::AlgorithmNotAllowed => 12,
        Error::TokenType => 13,
        Error::UnknownKey => 14,
        Error::AmbiguousKey => 15,
        Error::BadSignature => 16,
        Error::DecryptionFailed => 17,
        Error::Claim { .. } => 18,
        Error::InsufficientScope => 19,
        Error::TimeUnavailable => 20,
        Error::Inactive => 21,
        Error::AuthorityUnavailable => 22,
        Error::ClaimsType => 23,
    }
}

#[test]
fn rfc6750_3_1_each_error_has_its_status_and_its_code() {
    for (index, (error, status, code)) in EVERY.into_iter().enumerate() {
        assert_eq!(place(error), index, "{error:?}");
        assert_eq!((error.status(), error.code()), (status, code), "{error:?}");
    }
}

#[test]
fn rfc6750_3_1_no_code_is_told_where_the_fault_is_the_servers() {
    for (error, ..) in EVERY {
        assert_eq!(error.code().is_none(), error.status() >= 500, "{error:?}");
    }
}

#[test]
fn rfc6750_3_1_codes_are_spelled_as_registered() {
    let codes = [ErrorCode::InvalidRequest, ErrorCode::InvalidToken, ErrorCode::InsufficientScope];
    let spelled = codes.map(|code| format!("{code}"));
    assert_eq!(spelled, ["invalid_request", "invalid_token", "insufficient_scope"]);
}

#[test]
fn rfc6750_3_every_description_has_only_the_characters_that_are_allowed_and_is_another() {
    let parts = [
        Part::Header,
        Part::Payload,
        Part::Signature,
        Part::EncryptedKey,
        Part::InitializationVector,
        Part::Ciphertext,
        Part::AuthenticationTag,
    ];
    let parameters = [
        Parameter::Algorithm,
        Parameter::KeyId,
        Parameter::Type,
        Parameter::ContentType,
        Parameter::Base64UrlPayload,
        Parameter::Compression,
        Parameter::Encryption,
        Parameter::EphemeralPublicKey,
        Parameter::PartyUInfo,
        Parameter::PartyVInfo,
        Parameter::InitializationVector,
        Parameter::AuthenticationTag,
    ];
    let json = [
        JsonError::UnexpectedEnd,
        JsonError::UnexpectedByte,
        JsonError::TrailingBytes,
        JsonError::InvalidUtf8,
        JsonError::ControlCharacter,
        JsonError::InvalidEscape,
        JsonError::LoneSurrogate,
        JsonError::InvalidNumber,
        JsonError::DuplicateName,
        JsonError::TooDeep,
        JsonError::TooManyMembers,
        JsonError::TooLong,
        JsonError::NotAnObject,
    ];
    let claims = [
        Claim::Issuer,
        Claim::Subject,
        Claim::Audience,
        Claim::ExpirationTime,
        Claim::NotBefore,
        Claim::IssuedAt,
        Claim::JwtId,
        Claim::ClientId,
        Claim::Scope,
        Claim::AuthenticationTime,
        Claim::AuthenticationContext,
        Claim::AuthenticationMethods,
        Claim::Confirmation,
        Claim::Roles,
        Claim::Groups,
        Claim::Entitlements,
        Claim::IdToken,
        Claim::Events,
        Claim::Required,
    ];
    let reasons = [
        Reason::Missing,
        Reason::Malformed,
        Reason::Mismatch,
        Reason::Expired,
        Reason::NotYetValid,
        Reason::TooOld,
        Reason::NotUnderstood,
        Reason::Unexpected,
    ];
    let mut all: Vec<Error> = EVERY.into_iter().map(|(error, ..)| error).collect();
    all.extend(parts.map(Error::Base64));
    all.extend(parts.iter().flat_map(|part| json.map(|error| Error::Json(*part, error))));
    all.extend(parameters.map(Error::Header));
    all.extend(parameters.map(Error::UnsupportedHeader));
    all.extend(claims.iter().flat_map(|claim| reasons.map(|reason| Error::claim(*claim, reason))));
    let mut told: Vec<(String, Error)> = vec![];
    for error in all {
        let description = format!("{error}");
        assert!(!description.is_empty());
        assert!(
            description.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)),
            "{description}"
        );
        assert!(told.iter().all(|(text, other)| *text != description || *other == error), "{description}");
        told.push((description, error));
    }
}

#[test]
fn an_error_says_nothing_of_the_token() {
    const MARK: &str = "secret";
    let header = |members: &str| format!(r#"{{"alg":"TEST","typ":"at+jwt",{members}}}"#);
    let mut tokens = vec![
        MARK.into(),
        format!("{MARK}.{MARK}.{MARK}"),
        format!("{MARK}.{MARK}.{MARK}.{MARK}.{MARK}"),
        sign(MARK, MARK, KEY),
        sign(HEADER, MARK, KEY),
        sign(HEADER, &format!(r#""{MARK}""#), KEY),
        sign(HEADER, &claims(), MARK),
        sign(r#"{"alg":"secret"}"#, &claims(), KEY),
        sign(r#"{"alg":"TEST","typ":"secret"}"#, &claims(), KEY),
        sign(&header(r#""kid":"secret""#), &claims(), KEY),
        sign(&header(r#""kid":["secret"]"#), &claims(), KEY),
        sign(&header(r#""crit":["secret"]"#), &claims(), KEY),
        sign(&header(r#""zip":"secret""#), &claims(), KEY),
        sign(&header(r#""secret":1,"secret":1"#), &claims(), KEY),
        sign(HEADER, r#"{"secret":1,"secret":1}"#, KEY),
        sign(HEADER, &set("cnf", r#"{"jkt":"secret"}"#), KEY),
    ];
    for name in ["iss", "aud", "exp", "nbf", "iat", "scp", "sub"] {
        let values = [r#""secret""#, r#"{"secret":"secret"}"#];
        tokens.extend(values.map(|value| sign(HEADER, &set(name, value), KEY)));
    }
    let mut refused = 0;
    for token in tokens {
        let now = UnixTime::from_seconds(NOW);
        let mut buffer = vec![0; token.len()];
        let Err(error) = policy().verify(BearerToken::new(&token).unwrap(), &FakeKeys::good(), now, &mut buffer) else {
            continue;
        };
        refused += 1;
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(MARK) && !shown.contains("c2VjcmV0"), "{shown}");
    }
    // Only `scp` and `sub` may be the string.
    assert_eq!(refused, 16 + 14 - 2);
}

#[test]
fn an_error_is_a_few_bytes() {
    assert!(size_of::<Error>() <= 4);
}
