use std::{format, string::String, vec::Vec};

use super::*;
use crate::{
    jose::samples::{ED25519, P256, RFC7517_A1, RSA},
    json::{JsonError, Object, Value},
};

type Set = JwkSet<4>;

fn feed<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> Result<Set, KeyError> {
    let mut set = Set::new();
    let mut reader = JwkSetReader::new(&mut set);
    for piece in pieces {
        reader.feed(piece)?;
    }
    reader.finish()?;
    Ok(set)
}

/// Keys with everything that can stand in a document.
fn document() -> String {
    format!(
        r#"{{ "a": [1.5e-3, -0, true, null, "\u00e9\ud83d\ude00é😀"], "keys": [{{{ED25519}, "kid": "\u0061\/", "key_ops": ["verify"]}},
        {{"x5c": ["MIIB", "\"]}}"], {P256}, "use": "sig", "alg": "ES256"}}, {{}}, 0, {{{RSA}}}], "z": {{"keys": 0}} }}"#
    )
}

#[test]
fn a_document_split_anywhere_gives_the_same_set() {
    for document in [document(), RFC7517_A1.into()] {
        let document = document.as_bytes();
        let whole = feed([document]).unwrap();
        assert!(!whole.is_empty());
        for at in 0..=document.len() {
            assert_eq!(feed([&document[..at], &document[at..]]).as_ref(), Ok(&whole));
        }
        assert_eq!(feed(document.chunks(1)).as_ref(), Ok(&whole));
        assert_eq!(feed(document.chunks(7)).as_ref(), Ok(&whole));
    }
}

/// What the reader of whole texts makes of a set, each key read on its own.
fn reference(document: &[u8]) -> Result<Set, JsonError> {
    let object = Object::read(document)?;
    let mut set = Set::new();
    for key in object.get("keys").and_then(Value::as_array).ok_or(JsonError::NotAnObject)?.elements() {
        let key = key.as_object().ok_or(KeyError::Json(JsonError::NotAnObject));
        set.take(key.and_then(|key| crate::Jwk::read(key.as_json().as_bytes())));
    }
    Ok(set)
}

#[test]
fn every_byte_mutation_is_judged_as_by_the_reader_of_whole_texts() {
    let document = format!(
        r#"{{"keys":[{{{ED25519},"kid":"\u0061\/\ud83d\ude00é😀"}},[-1.5e+3,0],null,{{"key_ops":["verify","sign"],"kty":"EC"}}]}}"#
    );
    let mut accepted = 0;
    for at in 0..document.len() {
        for byte in 0..=255 {
            let mut mutated = document.clone().into_bytes();
            mutated[at] = byte;
            let read = feed(mutated.chunks(1));
            assert_eq!(read, feed([&mutated[..]]), "{}", String::from_utf8_lossy(&mutated));
            match reference(&mutated) {
                Ok(set) => assert_eq!(read, Ok(set), "{}", String::from_utf8_lossy(&mutated)),
                // Inside a key that is the key's error, and the document goes on.
                Err(JsonError::DuplicateName) => {}
                Err(_) => assert!(read.is_err(), "{}", String::from_utf8_lossy(&mutated)),
            }
            accepted += u32::from(read.is_ok());
        }
    }
    assert!(accepted > 1000);
}

#[test]
fn every_truncation_is_an_error_and_gives_no_keys() {
    let document = document();
    for end in 0..document.len() {
        let mut set = Set::new();
        let mut reader = JwkSetReader::new(&mut set);
        let fed = reader.feed(&document.as_bytes()[..end]);
        assert_eq!(fed, Ok(()));
        assert_eq!(reader.finish(), Err(KeyError::Json(JsonError::UnexpectedEnd)));
        assert_eq!(set, Set::new());
    }
}

#[test]
fn a_reader_that_is_left_before_its_end_leaves_no_keys() {
    let document = document();
    let mut set = feed([document.as_bytes()]).unwrap();
    let mut reader = JwkSetReader::new(&mut set);
    reader.feed(document.as_bytes()).unwrap();
    drop(reader);
    assert_eq!(set, Set::new());
}

#[test]
fn after_an_error_every_piece_has_the_same_error() {
    let mut set = Set::new();
    let mut reader = JwkSetReader::new(&mut set);
    let error = Err(KeyError::Json(JsonError::UnexpectedByte));
    assert_eq!(reader.feed(b"{\"keys\":[]"), Ok(()));
    assert_eq!(reader.feed(b"]"), error);
    assert_eq!(reader.feed(b"}"), error);
    assert_eq!(reader.feed(b""), error);
    assert_eq!(reader.finish(), error);
}

#[test]
fn a_document_of_any_length_is_read_with_bounded_memory() {
    let chain = "MIIDqDCCApCgAwIBAgIGAXo0fkPdMA0GCSqGSIb3DQEBCwUAMIGUMQsw".repeat(400);
    let keys: Vec<_> = [ED25519, P256, RSA].map(|key| format!(r#"{{"x5c":["{chain}","{chain}"],{key}}}"#)).into();
    let document = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
    assert!(document.len() > usize::from(u16::MAX));
    assert_eq!(feed(document.as_bytes().chunks(536)).unwrap().len(), 3);
    assert!(size_of::<JwkSetReader<'_, 4>>() < 1400);
}

#[test]
fn nesting_is_bounded() {
    for (depth, expected) in
        [(14, Ok(0)), (15, Err(KeyError::Json(JsonError::TooDeep))), (10_000, Err(KeyError::Json(JsonError::TooDeep)))]
    {
        let document = format!(r#"{{"keys":[{}{}]}}"#, "[".repeat(depth), "]".repeat(depth));
        assert_eq!(feed([document.as_bytes()]).map(|set| set.len()), expected);
    }
}
