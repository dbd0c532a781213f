//! The compact form, and which key is tried.

use std::{format, string::String, vec, vec::Vec};

use super::verify_jws;
use crate::{
    alg::Algorithm,
    base64url::Encoded,
    error::{Error, Part},
    fake::{Fake, FakeKeys, KEY, entry, sign},
    json::JsonError,
    key::KeyEntry,
    limits,
};

const HEADER: &str = r#"{"alg":"TEST"}"#;
const NAMED: &str = r#"{"alg":"TEST","kid":"1"}"#;

/// The verdict, and how many signatures were verified for it.
fn count(token: &str, keys: Vec<KeyEntry<'static>>) -> (Result<(), Error>, usize) {
    let algorithm = Fake::new("TEST");
    let outcome = verify_jws(token.as_bytes(), &[&algorithm], &FakeKeys(keys), &mut vec![0; token.len()]).map(drop);
    (outcome, algorithm.verified())
}

fn verify(token: &str) -> Result<(), Error> {
    count(token, vec![entry(None, None, KEY)]).0
}

fn key(id: Option<&'static str>, key: &'static str) -> KeyEntry<'static> {
    entry(id, None, key)
}

#[test]
fn a_good_jws_gives_its_payload_whatever_it_is() {
    for payload in ["", "{}", "not JSON", "\0\u{fffd}"] {
        let token = sign(NAMED, payload, KEY);
        let (algorithm, mut buffer) = (Fake::new("TEST"), vec![0; token.len()]);
        let keys = FakeKeys(vec![key(Some("1"), KEY)]);
        let jws = verify_jws(token.as_bytes(), &[&algorithm], &keys, &mut buffer).unwrap();
        assert_eq!((jws.payload(), jws.algorithm()), (payload.as_bytes(), "TEST"));
        assert!(jws.key_id().is_some_and(|kid| kid == "1"));
        assert_eq!(format!("{jws:?}"), r#"Jws { algorithm: "TEST", .. }"#);
    }
}

#[test]
fn rfc7515_7_1_there_are_three_segments_and_rfc7516_7_1_five_are_encrypted() {
    let good = sign(HEADER, "{}", KEY);
    let head = good.split('.').next().unwrap();
    for (segments, expected) in [
        (1, Error::NotCompact),
        (2, Error::NotCompact),
        (4, Error::NotCompact),
        (5, Error::Encrypted),
        (6, Error::NotCompact),
        (7, Error::NotCompact),
        (1000, Error::NotCompact),
    ] {
        assert_eq!(verify(&vec![head; segments].join(".")), Err(expected), "{segments} segments");
        assert_eq!(verify(&vec![""; segments].join(".")), Err(expected), "{segments} empty segments");
    }
    assert_eq!(verify(&good), Ok(()));
}

#[test]
fn an_empty_segment_is_no_header_and_no_signature() {
    let good = sign(HEADER, "{}", KEY);
    let segments: Vec<&str> = good.split('.').collect();
    let [header, payload, signature] = segments[..] else { panic!() };
    let no_header = Error::Json(Part::Header, JsonError::UnexpectedEnd);
    assert_eq!(verify(&format!(".{payload}.{signature}")), Err(no_header));
    assert_eq!(verify(&format!("{header}..{signature}")), Err(Error::BadSignature));
    assert_eq!(verify(&format!("{header}.{payload}.")), Err(Error::BadSignature));
    assert_eq!(verify(".."), Err(no_header));
}

#[test]
fn rfc7515_2_each_segment_is_canonical_base64url() {
    let good = sign(HEADER, "{}", KEY);
    let segments: Vec<&str> = good.split('.').collect();
    let bad = |at: usize, change: &dyn Fn(&str) -> String| {
        let changed = segments.iter().enumerate().map(|(index, segment)| match index == at {
            true => change(segment),
            false => (*segment).into(),
        });
        verify(&changed.collect::<Vec<String>>().join("."))
    };
    assert_eq!(bad(0, &|header| format!("{header}=")), Err(Error::Base64(Part::Header)), "padding");
    assert_eq!(bad(0, &|header| format!("{}+", &header[..header.len() - 1])), Err(Error::Base64(Part::Header)));
    assert_eq!(bad(2, &|_| "A".into()), Err(Error::Base64(Part::Signature)), "one character is no byte");
    assert_eq!(bad(2, &|signature| format!("{}/", &signature[..42])), Err(Error::Base64(Part::Signature)));
    assert_eq!(bad(2, &|signature| format!("{}_", &signature[..42])), Err(Error::Base64(Part::Signature)), "bits left");
}

#[test]
fn rfc7515_5_2_the_payload_is_decoded_after_its_signature_alone() {
    let (header, payload) = (Encoded(HEADER.as_bytes()), "A");
    let message = format!("{header}.{payload}");
    let forged = format!("{message}.{}", Encoded(&[0; 32]));
    assert_eq!(verify(&forged), Err(Error::BadSignature));
    let signed = format!("{message}.{}", Encoded(&crate::fake::signature(message.as_bytes(), KEY.as_bytes())));
    assert_eq!(verify(&signed), Err(Error::Base64(Part::Payload)));
}

#[test]
fn a_header_longer_than_the_limit_is_refused_before_it_is_decoded_whatever_the_buffer_holds() {
    let header = |bytes: usize| {
        let frame = r#"{"alg":"TEST","x":""}"#;
        frame.replace(r#""""#, &format!("\"{}\"", "a".repeat(bytes - frame.len())))
    };
    assert_eq!(verify(&sign(&header(limits::HEADER_BYTES), "{}", KEY)), Ok(()));
    let token = sign(&header(limits::HEADER_BYTES + 1), "{}", KEY);
    for bytes in [0, 64, token.len()] {
        let outcome = verify_jws(token.as_bytes(), &[], &FakeKeys::good(), &mut vec![0; bytes]).map(drop);
        assert_eq!(outcome, Err(Error::Json(Part::Header, JsonError::TooLong)), "{bytes}");
    }
}

#[test]
fn a_buffer_that_is_too_small_is_told_as_such_at_every_length() {
    let token = sign(HEADER, &"x".repeat(100), KEY);
    for bytes in 0..HEADER.len() + 100 {
        let (algorithm, keys) = (Fake::new("TEST"), FakeKeys::good());
        let outcome = verify_jws(token.as_bytes(), &[&algorithm], &keys, &mut vec![0; bytes]).map(drop);
        assert_eq!(outcome, Err(Error::TokenTooLong), "{bytes}");
        assert_eq!(algorithm.verified(), usize::from(bytes >= HEADER.len() + 32), "{bytes}");
    }
}

#[test]
fn rfc8725_3_1_an_algorithm_outside_the_list_is_not_allowed_and_a_key_outside_the_set_is_unknown() {
    assert_eq!(verify(&sign(r#"{"alg":"none"}"#, "{}", KEY)), Err(Error::AlgorithmNotAllowed));
    assert_eq!(verify(&sign(r#"{"alg":"test"}"#, "{}", KEY)), Err(Error::AlgorithmNotAllowed));
    assert_eq!(count(&sign(HEADER, "{}", KEY), vec![]), (Err(Error::UnknownKey), 0));
    // The algorithm of the token is allowed; it is the key that is bound to another one.
    let bound = vec![entry(None, Some("OTHER"), KEY)];
    assert_eq!(count(&sign(HEADER, "{}", KEY), bound), (Err(Error::UnknownKey), 0));
    let bound = vec![entry(None, Some("TEST"), KEY)];
    assert_eq!(count(&sign(HEADER, "{}", KEY), bound), (Ok(()), 1));
}

#[test]
fn rfc7515_4_1_4_a_token_with_kid_is_tried_with_the_keys_of_that_name_alone() {
    let token = sign(NAMED, "{}", KEY);
    assert_eq!(count(&token, vec![key(Some("0"), "other"), key(Some("1"), KEY)]), (Ok(()), 1));
    assert_eq!(count(&token, vec![key(Some("2"), KEY)]), (Err(Error::UnknownKey), 0));
    assert_eq!(count(&token, vec![key(None, KEY)]), (Err(Error::UnknownKey), 0));
    assert_eq!(count(&token, vec![key(Some("1"), "other"), key(None, KEY)]), (Err(Error::BadSignature), 1));
    assert_eq!(count(&token, vec![key(Some("1"), "other"), key(Some("1"), KEY)]), (Ok(()), 2), "two of one name");
}

#[test]
fn rfc7515_4_1_4_a_token_without_kid_is_tried_with_every_key_that_fits() {
    let token = sign(HEADER, "{}", KEY);
    assert_eq!(count(&token, vec![key(Some("0"), "other"), key(Some("1"), KEY)]), (Ok(()), 2));
    assert_eq!(count(&token, vec![key(Some("0"), "other"), key(None, "another")]), (Err(Error::BadSignature), 2));
}

#[test]
fn keys_are_tried_up_to_the_bound_and_then_it_is_ambiguous() {
    let token = sign(HEADER, "{}", KEY);
    let behind = |others: usize| {
        let keys = std::iter::repeat_n(key(None, "other"), others);
        count(&token, keys.chain([key(None, KEY)]).collect())
    };
    let bound = limits::KEYS_TRIED;
    assert_eq!(behind(bound - 1), (Ok(()), bound));
    assert_eq!(behind(bound), (Err(Error::AmbiguousKey), bound));
    assert_eq!(behind(100), (Err(Error::AmbiguousKey), bound));
    assert_eq!(count(&token, vec![key(None, "other"); bound]), (Err(Error::BadSignature), bound));
}

#[test]
fn a_key_that_cannot_have_made_the_signature_by_its_length_is_not_tried() {
    let token = sign(HEADER, "{}", KEY);
    assert_eq!(count(&token, vec![key(None, "half")]), (Err(Error::BadSignature), 0));
    let unfit = vec![key(None, "half"); limits::KEYS_TRIED + 1];
    assert_eq!(count(&token, [unfit, vec![key(None, KEY)]].concat()), (Ok(()), 1));
}

#[test]
fn the_first_of_two_algorithms_of_one_name_is_taken() {
    let (first, second) = (Fake::new("TEST"), Fake::new("TEST"));
    let algorithms: [&dyn Algorithm; 2] = [&first, &second];
    let token = sign(HEADER, "{}", KEY);
    assert!(verify_jws(token.as_bytes(), &algorithms, &FakeKeys::good(), &mut vec![0; 256]).is_ok());
    assert_eq!((first.verified(), second.verified()), (1, 0));
}
