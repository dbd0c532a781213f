use std::{format, string::String, vec::Vec};

use super::*;

const P256: &str = r#""kty":"EC","crv":"P-256","x":"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0","y":"SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps","d":"0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo""#;
const X25519: &str = r#""kty":"OKP","crv":"X25519","x":"E2_iuzHpnvNMTjC3g7D9XGS4n_6Ny7wALdCpMF41Ym8","d":"oO0XchQiDB1iT809qfZ6kW50B2srPOrWUW7MK0Wz8kg""#;
const OCT: &str = r#""kty":"oct","k":"GawgguFyGrWKav7AX4VKUg""#;

fn read(json: &str) -> Result<DecryptionKeySet<2>, KeyError> {
    let mut set = DecryptionKeySet::new();
    set.read_local(json.as_bytes()).map(|()| set)
}

/// What a key with these members added is refused for.
fn refused(members: &str, more: &str) -> Option<KeyError> {
    read(&format!("{{{members}{more}}}")).err()
}

#[test]
fn rfc7518_6_keys_of_each_type_are_read() {
    let set = read(&format!(r#"{{"keys":[{{{P256},"kid":"\u0061"}},{{{X25519},"alg":"ECDH-ES"}}]}}"#)).unwrap();
    let [first, second] = [0, 1].map(|index| set.entry(index).unwrap());
    assert!(matches!(first.key, DecryptionKey::Ec { curve: Curve::P256, d } if d.expose().starts_with(&[0xD3, 0xF3])));
    assert!(matches!(second.key, DecryptionKey::X25519 { d } if d.expose().len() == 32));
    assert_eq!((first.id, first.algorithm), (Some("a"), None));
    assert_eq!((second.id, second.algorithm), (None, Some("ECDH-ES")));
    assert!(set.entry(2).is_none() && !set.any_key_id());
    let set = read(&format!("{{{OCT}}}")).unwrap();
    assert!(set.entry(0).unwrap().key.is_symmetric(16) && set.any_key_id());
}

#[test]
fn rfc7517_4_2_4_3_a_key_for_something_else_is_refused_alone_and_passed_over_in_a_set() {
    for other in [r#","use":"sig""#, r#","use":"""#] {
        assert_eq!(refused(P256, other), Some(KeyError::Use), "{other}");
    }
    for other in [r#","key_ops":["sign"]"#, r#","key_ops":[]"#] {
        assert_eq!(refused(P256, other), Some(KeyError::Operations), "{other}");
    }
    for good in [r#","use":"enc""#, r#","key_ops":["deriveBits"]"#, r#","key_ops":["x","unwrapKey"]"#] {
        assert_eq!(refused(P256, good), None, "{good}");
    }
    let keys = format!(r#"{{"keys":[{{{P256},"use":"sig"}},{{{P256},"key_ops":["sign"]}},{{{X25519},"use":"enc"}}]}}"#);
    assert_eq!(read(&keys).unwrap().len(), 1);
}

#[test]
fn rfc7517_4_4_a_key_is_bound_to_an_algorithm_of_its_type_alone() {
    for (members, name) in [(P256, "A128KW"), (OCT, "ECDH-ES"), (OCT, "RSA1_5"), (OCT, "HS256"), (X25519, "EdDSA")] {
        let alg = format!(r#","alg":"{name}""#);
        assert_eq!(refused(members, &alg), Some(KeyError::UnsupportedAlgorithm), "{name}");
    }
}

#[test]
fn other_types_and_curves_and_keys_without_their_private_half_are_refused() {
    let p256 = P256.split_once(r#","d""#).unwrap().0;
    assert_eq!(refused(p256, ""), Some(KeyError::Missing("d")));
    assert_eq!(refused(&P256.replace("P-256", "P-384"), ""), Some(KeyError::UnsupportedCurve));
    assert_eq!(refused(&X25519.replace("X25519", "Ed25519"), ""), Some(KeyError::UnsupportedCurve));
    assert_eq!(refused(r#""kty":"AKP","pub":"AQ","priv":"AQ""#, ""), Some(KeyError::UnsupportedType));
    #[cfg(not(feature = "rsa-oaep"))]
    assert_eq!(refused(r#""kty":"RSA","n":"AQ","e":"AQAB","d":"AQ""#, ""), Some(KeyError::UnsupportedType));
    assert_eq!(refused(r#""kty":"oct""#, ""), Some(KeyError::Missing("k")));
    assert_eq!(refused(r#""k":"AQ""#, ""), Some(KeyError::Missing("kty")));
    assert_eq!(refused(r#""kty":"EC","d":"AQ""#, ""), Some(KeyError::Missing("crv")));
    for malformed in [r#"{"kty":7}"#, r#"{"keys":{}}"#, r#"{"keys":[7]}"#, r#"{"kty":"oct","k":7}"#] {
        assert!(matches!(read(malformed), Err(KeyError::Malformed(_))), "{malformed}");
    }
}

#[test]
fn a_key_has_the_length_of_its_type_in_canonical_base64url() {
    let oct = |bytes: usize| format!(r#""kty":"oct","k":"{}""#, crate::base64url::Encoded(&[7; 80][..bytes]));
    for bytes in 0..80 {
        let expected = (!(16..=64).contains(&bytes)).then_some(KeyError::Length);
        assert_eq!(refused(&oct(bytes), ""), expected, "{bytes}");
    }
    assert_eq!(refused(&P256.replace(r#""d":"0_"#, r#""d":"AAAA0_"#), ""), Some(KeyError::Length));
    assert_eq!(refused(&P256.replace("mIo", "mI"), ""), Some(KeyError::Malformed("d")));
    assert_eq!(refused(&OCT.replace("KUg", "KUh"), ""), Some(KeyError::Malformed("k")));
    assert_eq!(refused(&OCT.replace("KUg", "KUg=="), ""), Some(KeyError::Malformed("k")));
}

#[test]
fn a_set_takes_as_many_as_it_has_places_for() {
    let keys: Vec<_> = [OCT; 3].iter().map(|key| format!("{{{key}}}")).collect();
    assert_eq!(read(&format!(r#"{{"keys":[{}]}}"#, keys.join(","))).err(), Some(KeyError::Full));
    let mut set = DecryptionKeySet::<1>::new();
    let long = String::from_iter(['k'; limits::KEY_ID_BYTES + 1]);
    let secret = DecryptionKey::ClientSecret(Secret::new(b"secret"));
    assert_eq!(set.add(&secret, Some(&long), None), Err(KeyError::KeyIdTooLong));
    let large = DecryptionKey::ClientSecret(Secret::new(&[7; 65]));
    assert_eq!(set.add(&large, None, None), Err(KeyError::TooLarge));
    assert!(set.is_empty());
    assert_eq!(set.add(&secret, Some("s"), Some("dir")), Ok(()));
    assert!(!set.is_empty());
    assert_eq!(format!("{set:?}"), "DecryptionKeySet(1, [redacted])");
}
