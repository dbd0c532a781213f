use std::{format, string::String, vec, vec::Vec};

use super::*;
use crate::{
    base64url::Encoded,
    jose::samples::{ED25519, P256, RFC7520_SECRET},
    json::JsonError,
};

/// `kid`, `alg` and bytes of each secret.
type Entries = Vec<(Option<String>, Option<String>, Vec<u8>)>;

fn read(json: &str) -> Result<Entries, KeyError> {
    let mut buffer = vec![0; json.len()];
    let set = SecretSet::<2>::read_local(json.as_bytes(), &mut buffer)?;
    let entries = (0..).map_while(|index| set.entry(index)).map(|entry| {
        let Key::Secret(secret) = entry.key else { panic!("{entry:?}") };
        (entry.id.map(String::from), entry.algorithm.map(String::from), secret.expose().to_vec())
    });
    Ok(entries.collect())
}

fn oct(bytes: usize, more: &str) -> String {
    format!(r#"{{"kty":"oct","k":"{}"{more}}}"#, Encoded(&vec![7; bytes]))
}

#[test]
fn rfc7520_3_5_a_key_alone() {
    let entries = read(RFC7520_SECRET).unwrap();
    let [(id, algorithm, secret)] = &entries[..] else { panic!("{}", entries.len()) };
    assert_eq!((id.as_deref(), algorithm.as_deref()), (Some("018c0ae5-4d9b-471b-bfd6-eef314bc7037"), Some("HS256")));
    assert_eq!((secret.len(), &secret[..4], secret[31]), (32, &[0x84, 0x9b, 0x57, 0x21][..], 0x88));
}

#[test]
fn rfc7517_5_a_set_of_secrets_in_its_order() {
    let json = format!(r#"{{"keys":[{},{}]}}"#, oct(32, r#","kid":"a""#), oct(64, ""));
    assert_eq!(read(&json).unwrap(), [(Some("a".into()), None, vec![7; 32]), (None, None, vec![7; 64])]);
    assert_eq!(read(r#"{"keys":[]}"#), Ok(vec![]));
}

#[test]
fn secrets_and_public_keys_do_not_mix() {
    for public in [P256, ED25519, r#""kty":"AKP""#] {
        for keys in [format!("{},{{{public}}}", oct(32, "")), format!("{{{public}}},{}", oct(32, ""))] {
            assert_eq!(read(&format!(r#"{{"keys":[{keys}]}}"#)), Err(KeyError::Mixed));
        }
        assert_eq!(read(&format!(r#"{{"keys":[{{{public}}}]}}"#)), Err(KeyError::UnsupportedType));
        assert_eq!(read(&format!("{{{public}}}")), Err(KeyError::UnsupportedType));
    }
}

#[test]
fn rfc7518_3_2_a_secret_is_long_enough_for_its_algorithm() {
    for (name, bytes) in [("HS256", 32), ("HS384", 48), ("HS512", 64)] {
        assert!(read(&oct(bytes, &format!(r#","alg":"{name}""#))).is_ok());
        assert_eq!(read(&oct(bytes - 1, &format!(r#","alg":"{name}""#))), Err(KeyError::Length));
    }
    assert!(read(&oct(32, "")).is_ok());
    for bytes in [0, 1, 31] {
        assert_eq!(read(&oct(bytes, "")), Err(KeyError::Length));
    }
}

#[test]
fn a_secret_that_may_be_short_has_32_bytes_nevertheless() {
    let fits = |bytes: usize, algorithm: &str, output: usize| {
        let json = oct(bytes, &format!(r#","alg":"{algorithm}""#));
        for json in [json.clone(), format!(r#"{{"keys":[{json}]}}"#)] {
            let mut buffer = vec![0; json.len()];
            match SecretSet::<1>::danger_read_local_short(json.as_bytes(), &mut buffer) {
                Ok(set) => match set.entry(0).unwrap().key {
                    Key::Secret(secret) => assert!(secret.is_long_enough(output)),
                    _ => panic!("{json}"),
                },
                Err(error) => return Err(error),
            }
        }
        Ok(())
    };
    for (name, output) in [("HS256", 32), ("HS384", 48), ("HS512", 64)] {
        assert_eq!(fits(32, name, output), Ok(()));
        assert_eq!(fits(64, name, output), Ok(()));
        assert_eq!(fits(31, name, output), Err(KeyError::Length));
    }
    let mixed = format!(r#"{{"keys":[{},{{{P256}}}]}}"#, oct(32, ""));
    let mut buffer = vec![0; mixed.len()];
    let set = SecretSet::<2>::danger_read_local_short(mixed.as_bytes(), &mut buffer);
    assert_eq!(set.err(), Some(KeyError::Mixed));
}

#[test]
fn rfc7518_6_4_1_k_is_canonical_base64url() {
    assert_eq!(read(r#"{"kty":"oct"}"#), Err(KeyError::Missing("k")));
    let good = oct(32, "");
    assert!(good.contains(r#"Bwc""#));
    for bad in ["Bwd", "Bwc=", "Bw+", "Bw\\/", "B", "Bw c", "Bwé", r"Bw\u0063"] {
        let bad = good.replace(r#"Bwc""#, &format!(r#"{bad}""#));
        assert_eq!(read(&bad), Err(KeyError::Malformed("k")), "{bad}");
    }
}

#[test]
fn rfc7517_4_use_key_ops_and_alg_are_honoured() {
    for (more, expected) in [
        (r#","use":"sig","key_ops":["sign","verify"],"alg":"HS256""#, None),
        (r#","use":"enc""#, Some(KeyError::Use)),
        (r#","key_ops":["sign"]"#, Some(KeyError::Operations)),
        (r#","key_ops":[]"#, Some(KeyError::Operations)),
        (r#","key_ops":["verify","verify"]"#, Some(KeyError::Operations)),
        (r#","key_ops":["verify","\u0076erify"]"#, Some(KeyError::Operations)),
        (r#","alg":"A128KW""#, Some(KeyError::UnsupportedAlgorithm)),
        (r#","alg":"hs256""#, Some(KeyError::UnsupportedAlgorithm)),
        (r#","alg":"ES256""#, Some(KeyError::UnsupportedAlgorithm)),
    ] {
        assert_eq!(read(&oct(32, more)).err(), expected, "{more}");
    }
}

#[test]
fn a_member_of_another_type_is_an_error_and_never_absent() {
    for member in ["kty", "k", "use", "alg", "kid", "key_ops"] {
        for value in ["null", "1", "{}", r#"[["verify"]]"#] {
            let members = [("kty", r#""oct""#), ("k", r#""""#)].into_iter().filter(|(name, _)| *name != member);
            let members = members.chain([(member, value)]).map(|(name, value)| format!(r#""{name}":{value}"#));
            let json = format!("{{{}}}", members.collect::<Vec<_>>().join(","));
            assert_eq!(read(&json), Err(KeyError::Malformed(member)), "{json}");
        }
    }
    for keys in ["null", "{}", r#""oct""#, "[1]", "[[]]"] {
        assert_eq!(read(&format!(r#"{{"keys":{keys}}}"#)), Err(KeyError::Malformed("keys")), "{keys}");
    }
    assert_eq!(read("{}"), Err(KeyError::Missing("kty")));
}

#[test]
fn a_document_is_strict_json() {
    assert_eq!(read("[]"), Err(KeyError::Json(JsonError::NotAnObject)));
    assert_eq!(read(&oct(32, r#","a":1,"a":2"#)), Err(KeyError::Json(JsonError::DuplicateName)));
}

#[test]
fn a_kid_with_escapes_is_kept_as_its_characters_say() {
    let entries = read(&oct(32, r#","kid":"a\/\u00e9\ud83d\ude00""#)).unwrap();
    assert_eq!(entries, [(Some("a/é😀".into()), None, vec![7; 32])]);
}

#[test]
fn what_finds_no_room_is_an_error() {
    let json = oct(32, "");
    assert!(SecretSet::<1>::read_local(json.as_bytes(), &mut [0; 32]).is_ok());
    assert_eq!(SecretSet::<1>::read_local(json.as_bytes(), &mut [0; 31]).err(), Some(KeyError::TooLarge));
    let json = oct(32, r#","kid":"\u00e9""#);
    assert!(SecretSet::<1>::read_local(json.as_bytes(), &mut [0; 34]).is_ok());
    for room in [0, 1, 33] {
        assert_eq!(SecretSet::<1>::read_local(json.as_bytes(), &mut vec![0; room]).err(), Some(KeyError::TooLarge));
    }
    let three = format!(r#"{{"keys":[{json},{json},{json}]}}"#);
    assert_eq!(read(&three), Err(KeyError::Full));
}

#[test]
fn a_set_can_be_a_static() {
    static SECRETS: Option<SecretSet<'static, 1>> =
        match SecretSet::new().with(Secret::new(&[7; 32]), Some("a"), Some("HS256")) {
            Ok(secrets) => Some(secrets),
            Err(_) => None,
        };
    let secrets = SECRETS.as_ref().unwrap();
    assert_eq!(secrets.entry(0).unwrap().id, Some("a"));
    assert!(secrets.entry(1).is_none());
    assert_eq!(secrets.clone().with(Secret::new(&[7; 32]), None, None).err(), Some(KeyError::Full));
}

#[test]
fn only_a_secret_alone_was_chosen_whatever_the_kid_is() {
    let one = SecretSet::<2>::default().with(Secret::new(&[7; 32]), None, None).unwrap();
    assert!(one.any_key_id());
    assert!(!one.with(Secret::new(&[7; 32]), None, None).unwrap().any_key_id());
}

#[test]
fn debug_shows_no_secret() {
    let set = SecretSet::<2>::new().with(Secret::new(b"open sesame"), Some("a"), None).unwrap();
    assert_eq!(format!("{set:?}"), "SecretSet(1, [redacted])");
    assert!(!format!("{:?}", set.entry(0)).contains("sesame") && !format!("{:?}", set.entry(0)).contains("111"));
}
