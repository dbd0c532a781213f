//! The compact form (RFC 7515 §7.1).

use bearward_core::{Error, Part, limits};
use tests::signer::{Signer, base64url};

use crate::{CLAIMS, verify, with_claims};

fn shaped(change: impl Fn(&str) -> String) -> Result<(), Error> {
    let signer = Signer::new("ES256");
    verify(&change(&signer.token(CLAIMS)), &signer.keys())
}

#[test]
fn rfc7515_7_1_there_are_exactly_three_segments() {
    let (one, two) = ("AAAA", "AAAA.AAAA");
    for token in [one, two, "AAAA.AAAA.AAAA.AAAA", "AAAA.AAAA.AAAA.AAAA.AAAA.AAAA", "..."] {
        assert_eq!(shaped(|_| token.to_owned()), Err(Error::NotCompact), "{token}");
    }
    assert_eq!(shaped(|token| format!("{token}.")), Err(Error::NotCompact));
    assert_eq!(shaped(|token| format!(".{token}")), Err(Error::NotCompact));
}

#[test]
fn rfc7516_9_five_segments_are_an_encrypted_token() {
    assert_eq!(shaped(|_| "a.b.c.d.e".to_owned()), Err(Error::Encrypted));
    assert_eq!(shaped(|token| format!("{token}..")), Err(Error::Encrypted));
}

#[test]
fn rfc7515_7_2_the_json_serialization_is_no_bearer_token() {
    let json = |token: &str| {
        let segments: Vec<_> = token.split('.').collect();
        format!(r#"{{"protected":"{}","payload":"{}","signature":"{}"}}"#, segments[0], segments[1], segments[2])
    };
    assert_eq!(shaped(json), Err(Error::MalformedRequest));
}

#[test]
fn rfc6750_2_1_a_bearer_token_is_b64token() {
    for token in ["", " ", "a b", "a,b", "ä", "\"a\"", "=a", "a\u{0}"] {
        assert_eq!(shaped(|_| token.to_owned()), Err(Error::MalformedRequest), "{token:?}");
    }
    assert_eq!(shaped(|token| format!("Bearer {token}")), Err(Error::MalformedRequest));
    assert_eq!(shaped(|token| format!("{token}\n")), Err(Error::MalformedRequest));
}

#[test]
fn rfc7515_2_base64url_has_no_padding() {
    // Grammar allows "=" at the end of a b64token; base64url of JOSE does not.
    for padding in ["=", "=="] {
        // By its length alone such a signature may already be none.
        let outcome = shaped(|token| format!("{token}{padding}"));
        assert!(matches!(outcome, Err(Error::Base64(Part::Signature) | Error::BadSignature)), "{outcome:?}");
    }
}

#[test]
fn rfc4648_3_5_the_bits_that_stand_for_nothing_are_zero() {
    // 64 bytes end in a character of two bits: A, Q, g or w.
    let error = shaped(|token| {
        let (rest, last) = token.split_at(token.len() - 1);
        let next = char::from(last.as_bytes()[0] + 1);
        format!("{rest}{next}")
    });
    assert_eq!(error, Err(Error::Base64(Part::Signature)));
}

#[test]
fn empty_segments_are_refused() {
    let segment = |token: &str, empty: usize| {
        let segments = token.split('.').enumerate();
        segments.map(|(index, segment)| if index == empty { "" } else { segment }).collect::<Vec<_>>().join(".")
    };
    assert!(matches!(shaped(|token| segment(token, 0)), Err(Error::Json(Part::Header, _))));
    assert_eq!(shaped(|token| segment(token, 1)), Err(Error::BadSignature));
    assert_eq!(shaped(|token| segment(token, 2)), Err(Error::BadSignature));
    assert!(shaped(|_| "..".to_owned()).is_err());
}

#[test]
fn an_empty_signature_is_refused_by_every_algorithm() {
    for signer in Signer::all() {
        let token = signer.token(CLAIMS);
        let (message, _) = token.rsplit_once('.').unwrap();
        assert_eq!(verify(&format!("{message}."), &signer.keys()), Err(Error::BadSignature), "{}", signer.algorithm());
    }
}

#[test]
fn a_token_of_more_than_the_limit_is_too_long() {
    let filled = |bytes: usize| CLAIMS.replacen('{', &format!(r#"{{"x":"{}","#, "a".repeat(bytes)), 1);
    assert_eq!(with_claims(&filled(limits::TOKEN_BYTES / 2)), Ok(()));
    assert_eq!(with_claims(&filled(limits::TOKEN_BYTES)), Err(Error::TokenTooLong));
}

#[test]
fn the_payload_is_a_json_object_in_utf_8() {
    let signer = Signer::new("ES256");
    for payload in
        [&b""[..], b"[]", b"1", b"null", b"\"{}\"", b"{}{}", b"{", b"\xef\xbb\xbf{}", b"{\"a\":\"\xff\"}", b"{'a':1}"]
    {
        let token = signer.jws(&signer.header(), payload);
        assert!(matches!(verify(&token, &signer.keys()), Err(Error::Json(Part::Payload, _))), "{payload:?}");
    }
}

#[test]
fn a_bomb_of_brackets_costs_an_error() {
    for bracket in ["[", "{\"a\":"] {
        let claims = CLAIMS.replacen('{', &format!("{{\"x\":{}", bracket.repeat(900)), 1);
        assert!(matches!(with_claims(&claims), Err(Error::Json(Part::Payload, _))));
    }
    let header = base64url("[".repeat(1000).as_bytes());
    assert!(matches!(shaped(|_| format!("{header}.e30.AAAA")), Err(Error::Json(Part::Header, _))));
}
