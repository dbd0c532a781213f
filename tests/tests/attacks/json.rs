//! Documents that would exhaust the device.

use bearward_core::{
    Answer, AnswerError, Error, IntrospectionError, JwkSet, JwkSetReader, KeyError, Part, json::JsonError, limits,
};
use tests::signer::{Signer, base64url};

use crate::{CLAIMS, and, policy, verify, with_claims, with_header};

/// serde-json-core calls itself for each array in a value that is passed over: 947 of them, in less than a kilobyte,
/// overflow a small stack before any signature is looked at.
#[test]
fn nested_arrays_947_deep() {
    const DEPTH: usize = 947;
    let arrays = "[".repeat(DEPTH);
    let keys = Signer::new("ES256").keys();
    let header = format!(r#"{{"alg":"ES256","typ":"at+jwt","x":{arrays}"#);
    assert!(header.len() <= limits::HEADER_BYTES);
    let token = format!("{}.{}.AAAA", base64url(header.as_bytes()), base64url(CLAIMS.as_bytes()));
    assert_eq!(verify(&token, &keys), Err(Error::Json(Part::Header, JsonError::TooDeep)));

    let value = |depth: usize| format!(r#""x":{}{}"#, "[".repeat(depth), "]".repeat(depth));
    assert_eq!(with_claims(&and(&value(DEPTH))), Err(Error::Json(Part::Payload, JsonError::TooDeep)));

    let set = |depth| JwkSet::<1>::read(format!(r#"{{{},"keys":[]}}"#, value(depth)).as_bytes()).map(drop);
    assert_eq!(set(DEPTH), Err(KeyError::Json(JsonError::TooDeep)));

    let mut body = format!(r#"{{{},"active":true}}"#, value(DEPTH)).into_bytes();
    let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut body };
    let error = AnswerError::Json(JsonError::TooDeep);
    assert_eq!(policy().introspect(answer, None).err(), Some(IntrospectionError::Answer(error)));

    // As deep as the limit, beside the object itself, all is well.
    let deepest = limits::JSON_DEPTH - 1;
    assert_eq!(with_header(&format!(r#"{{"alg":"ES256","typ":"at+jwt",{}}}"#, value(deepest))), Ok(()));
    assert_eq!(with_claims(&and(&value(deepest))), Ok(()));
    assert_eq!(set(deepest), Ok(()));
}

/// The names of members are kept, to find those that come twice: there is an end to them.
#[test]
fn members_without_end() {
    let members = |count| (0..count).map(|at| format!(r#""{at}":0"#)).collect::<Vec<_>>().join(",");
    let own = serde_json::from_str::<serde_json::Value>(CLAIMS).unwrap().as_object().unwrap().len();
    assert_eq!(with_claims(&and(&members(limits::JSON_MEMBERS - own))), Ok(()));
    let error = Error::Json(Part::Payload, JsonError::TooManyMembers);
    assert_eq!(with_claims(&and(&members(limits::JSON_MEMBERS - own + 1))), Err(error));
}

/// A document that broke off leaves no keys, and nothing that the next one stumbles over.
#[test]
fn key_set_that_breaks_off() {
    let signer = Signer::new("ES256");
    let jwks = signer.jwks();
    let mut keys = JwkSet::<2>::new();
    for end in 0..jwks.len() {
        let mut reader = JwkSetReader::new(&mut keys);
        reader.feed(&jwks.as_bytes()[..end]).unwrap();
        assert_eq!(reader.finish(), Err(KeyError::Json(JsonError::UnexpectedEnd)), "{end}");
        assert!(keys.is_empty(), "{end}");
    }
    let mut reader = JwkSetReader::new(&mut keys);
    assert_eq!(reader.feed(b"<html>"), Err(KeyError::Json(JsonError::UnexpectedByte)));
    // Who feeds on after the error hears it again, and gets no keys out of the rest.
    assert_eq!(reader.feed(jwks.as_bytes()), Err(KeyError::Json(JsonError::UnexpectedByte)));
    drop(reader);
    assert_eq!(verify(&signer.token(CLAIMS), &keys), Err(Error::UnknownKey));
    let mut reader = JwkSetReader::new(&mut keys);
    reader.feed(jwks.as_bytes()).unwrap();
    reader.finish().unwrap();
    assert_eq!(verify(&signer.token(CLAIMS), &keys), Ok(()));
}
