use std::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use super::*;
use crate::{
    jose::samples::{ED25519, P256, RFC7517_A1, RFC7520_EC, RFC7520_RSA, RFC7520_SECRET, RSA},
    json::JsonError,
};

fn ids<const N: usize, const BYTES: usize>(set: &JwkSet<N, BYTES>) -> Vec<&str> {
    set.iter().filter_map(Jwk::key_id).collect()
}

#[test]
fn rfc7517_a_1_of_two_keys_the_one_for_signatures_is_kept() {
    let set = JwkSet::<4>::read(RFC7517_A1.as_bytes()).unwrap();
    assert_eq!(ids(&set), ["2011-04-29"]);
    assert_eq!((set.len(), set.skipped(), set.skip_reason(), set.dropped()), (1, 1, Some(KeyError::Use), 0));
}

#[test]
fn rfc7517_5_unusable_keys_are_skipped_and_counted() {
    let unusable = [
        ("{}", KeyError::Missing("kty")),
        (r#"{"kty":"AKP","alg":"ML-DSA-44","pub":"AAAA"}"#, KeyError::UnsupportedType),
        (r#"{"kty":"EC","crv":"secp256k1","x":"AAAA","y":"AAAA"}"#, KeyError::UnsupportedCurve),
        (r#"{"kty":"RSA","n":"AAAA","e":"AQAB"}"#, KeyError::Length),
        (r#"{"kty":"RSA","d":"AAAA"}"#, KeyError::Private),
        (r#"{"kty":1}"#, KeyError::Malformed("kty")),
        (r#"{"kty":"RSA","kty":"RSA"}"#, KeyError::Json(JsonError::DuplicateName)),
        (RFC7520_SECRET, KeyError::Symmetric),
        ("null", KeyError::Json(JsonError::NotAnObject)),
        ("17", KeyError::Json(JsonError::NotAnObject)),
        (r#""key""#, KeyError::Json(JsonError::NotAnObject)),
        ("[]", KeyError::Json(JsonError::NotAnObject)),
    ];
    for (key, reason) in unusable {
        let json = format!(r#"{{"keys":[{key},{{{P256},"kid":"a"}},{key}]}}"#);
        let set = JwkSet::<4>::read(json.as_bytes()).unwrap();
        assert_eq!((ids(&set), set.skipped(), set.skip_reason(), set.dropped()), (["a"].into(), 2, Some(reason), 0));
    }
}

#[test]
fn what_looks_like_a_key_elsewhere_is_none() {
    for json in [
        format!(r#"{{"keys":[[{{{P256}}}]]}}"#),
        String::from(r#"{"keys":[[["kty"]],["kty","EC"]]}"#),
        format!(r#"{{"other":[{{{P256}}}],"keys":[]}}"#),
        format!(r#"{{"keys":[],"other":[{{{P256}}}]}}"#),
        format!(r#"{{"keys":[],"other":{{"keys":[{{{P256}}}]}}}}"#),
        format!(r#"{{{P256},"keys":[]}}"#),
    ] {
        assert_eq!(JwkSet::<4>::read(json.as_bytes()).unwrap().len(), 0, "{json}");
    }
}

#[test]
fn several_keys_may_have_one_kid() {
    let json = format!(r#"{{"keys":[{{{P256},"kid":"a"}},{{{RSA},"kid":"a"}},{{{ED25519},"kid":"a"}}]}}"#);
    assert_eq!(ids(&JwkSet::<4>::read(json.as_bytes()).unwrap()), ["a", "a", "a"]);
}

#[test]
fn keys_without_room_are_dropped_and_counted_apart() {
    let keys = (0..6).map(|at| format!(r#"{{{P256},"kid":"{at}"}}"#)).collect::<Vec<_>>().join(",");
    let set = JwkSet::<4>::read(format!(r#"{{"keys":[{keys}]}}"#).as_bytes()).unwrap();
    assert_eq!((ids(&set), set.skipped(), set.dropped()), (["0", "1", "2", "3"].into(), 0, 2));
    let json = format!(r#"{{"keys":[{{{RSA}}},{{{P256},"kid":"a"}},{{"kty":"EC"}}]}}"#);
    let set = JwkSet::<1, 64>::read(json.as_bytes()).unwrap();
    assert_eq!((ids(&set), set.skipped(), set.dropped()), (["a"].into(), 1, 1));
    assert_eq!(JwkSet::<0>::read(json.as_bytes()).unwrap().dropped(), 2);
}

#[test]
fn rfc7517_5_1_keys_is_required_and_an_array() {
    let read = |json: &str| JwkSet::<1>::read(json.as_bytes()).map(|_| ()).unwrap_err();
    assert_eq!(read("{}"), KeyError::Missing("keys"));
    assert_eq!(read(r#"{"Keys":[]}"#), KeyError::Missing("keys"));
    assert_eq!(read(r#"{"ke":"ys","k":"eys","a":["keys"]}"#), KeyError::Missing("keys"));
    assert_eq!(read(r#"{"a":{"keys":[]}}"#), KeyError::Missing("keys"));
    assert_eq!(read(&format!("{{{P256}}}")), KeyError::Missing("keys"));
    for value in ["null", "1", r#""""#, "{}", r#"{"a":[]}"#] {
        assert_eq!(read(&format!(r#"{{"keys":{value}}}"#)), KeyError::Malformed("keys"));
    }
    for document in ["[]", r#"[{"keys":[]}]"#, "null"] {
        assert_eq!(read(document), KeyError::Json(JsonError::NotAnObject));
    }
}

#[test]
fn rfc7517_4_a_sets_own_names_are_unique() {
    for json in [r#"{"keys":[],"keys":[]}"#, r#"{"keys":[],"\u006beys":[]}"#, r#"{"a":1,"keys":[],"a":1}"#] {
        let error = JwkSet::<1>::read(json.as_bytes()).unwrap_err();
        assert_eq!(error, KeyError::Json(JsonError::DuplicateName), "{json}");
    }
    let many = (0..32).map(|at| format!(r#""member {at}":{at},"#)).collect::<String>();
    let error = JwkSet::<1>::read(format!(r#"{{{many}"keys":[]}}"#).as_bytes()).unwrap_err();
    assert_eq!(error, KeyError::Json(JsonError::TooManyMembers));
}

#[test]
fn a_set_can_be_put_together_by_hand() {
    let key = Jwk::read(format!("{{{P256}}}").as_bytes()).unwrap();
    let mut set = JwkSet::<1>::default();
    assert!(set.is_empty());
    assert_eq!(set.insert(key.clone().with_key_id("a").unwrap()), Ok(()));
    assert_eq!(set.insert(key), Err(KeyError::Full));
    assert_eq!(Keys::entry(&set, 0).unwrap().id, Some("a"));
    assert!(Keys::entry(&set, 1).is_none());
    assert_eq!((&set).into_iter().map(Jwk::key_id).collect::<Vec<_>>(), [Some("a")]);
    assert!(!set.any_key_id());
    set.clear();
    assert_eq!(set, JwkSet::new());
}

#[test]
fn what_is_written_is_read_again() {
    let quoted =
        format!(r#"{{"keys":[{{{ED25519},"kid":"a\"\\b","alg":"EdDSA"}},{{{P256}}},{RFC7520_RSA},{RFC7520_EC}]}}"#);
    let set = JwkSet::<4>::read(quoted.as_bytes()).unwrap();
    assert_eq!((set.len(), set.skipped()), (4, 0));
    let written = set.to_string();
    assert_eq!(JwkSet::<4>::read(written.as_bytes()).unwrap(), set);
    assert_eq!(JwkSet::<4>::new().to_string(), r#"{"keys":[]}"#);
}
