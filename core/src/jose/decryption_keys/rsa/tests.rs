use std::{format, string::String, vec, vec::Vec};

use super::*;
use crate::{
    base64url::Encoded,
    decryption_key::{DecryptionKey, DecryptionKeys as _},
    jose::decryption_keys::DecryptionKeySet,
};

type Keys = DecryptionKeySet<1, { limits::RSA_PRIVATE_KEY_BYTES }>;

/// The members of a key of 2048 bits, with numbers that say which they are.
const MEMBERS: [(&str, u8, usize); 8] = [
    ("n", 0x81, 256),
    ("e", 3, 1),
    ("d", 5, 256),
    ("p", 7, 128),
    ("q", 9, 128),
    ("dp", 11, 128),
    ("dq", 13, 127),
    ("qi", 15, 128),
];

/// The JSON of a key of some members, one of which may be of another length.
fn jwk(names: &[&str], other: Option<(&str, usize)>) -> String {
    let members = MEMBERS.iter().filter(|(name, ..)| names.contains(name)).map(|(name, byte, length)| {
        let length = other.filter(|(other, _)| other == name).map_or(*length, |(_, length)| length);
        format!(r#""{name}":"{}""#, Encoded(&vec![*byte; length]))
    });
    format!(r#"{{"kty":"RSA",{}}}"#, members.collect::<Vec<_>>().join(","))
}

const ALL: [&str; 8] = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];

fn read(json: &str) -> Result<Keys, KeyError> {
    let mut keys = Keys::new();
    keys.read_local(json.as_bytes()).map(|()| keys)
}

/// What the only key is made of.
fn numbers(keys: &Keys) -> Vec<Vec<u8>> {
    let DecryptionKey::Rsa(key) = keys.entry(0).unwrap().key else { panic!("no key of RSA") };
    let private = match key.private {
        RsaPrivate::Exponent(d) => vec![d],
        RsaPrivate::Primes { p, q, dp, dq, qi } => vec![p, q, dp, dq, qi],
    };
    [key.n, key.e].into_iter().chain(private.into_iter().map(Secret::expose)).map(<[u8]>::to_vec).collect()
}

fn expected(names: &[&str]) -> Vec<Vec<u8>> {
    let kept = MEMBERS.iter().filter(|(name, ..)| names.contains(name));
    kept.map(|(_, byte, length)| vec![*byte; *length]).collect()
}

#[test]
fn rfc7518_6_3_2_a_key_is_read_with_its_primes_or_with_its_exponent_alone() {
    let keys = read(&jwk(&ALL, None)).unwrap();
    assert_eq!(numbers(&keys), expected(&["n", "e", "p", "q", "dp", "dq", "qi"]));
    let keys = read(&jwk(&["n", "e", "d"], None)).unwrap();
    assert_eq!(numbers(&keys), expected(&["n", "e", "d"]));
}

#[test]
fn rfc7518_6_3_2_what_comes_with_the_primes_comes_together_and_the_exponent_in_any_case() {
    for name in ["n", "e", "d", "p", "q", "dp", "dq", "qi"] {
        let others: Vec<_> = ALL.into_iter().filter(|other| *other != name).collect();
        assert_eq!(read(&jwk(&others, None)).err(), Some(KeyError::Missing(name)));
    }
    for name in ["n", "e", "d"] {
        let others: Vec<_> = ["n", "e", "d"].into_iter().filter(|other| *other != name).collect();
        assert_eq!(read(&jwk(&others, None)).err(), Some(KeyError::Missing(name)));
    }
    for name in ALL {
        let other = jwk(&ALL, None).replace(&format!(r#""{name}":""#), &format!(r#""{name}":"!"#));
        assert_eq!(read(&other).err(), Some(KeyError::Malformed(name)));
    }
}

#[test]
fn rfc7518_6_3_2_7_more_than_two_primes_are_refused() {
    let json = jwk(&ALL, None).replace('}', r#","oth":[]}"#);
    assert_eq!(read(&json).err(), Some(KeyError::MorePrimes));
}

#[test]
fn each_number_has_a_length_that_belongs_to_the_modulus() {
    for (name, good, bad) in [
        ("n", &[256, 257, 384, 512][..], &[0, 255, 513][..]),
        ("d", &[1, 255, 256, 512], &[513, 600]),
        ("p", &[128], &[0, 127, 129]),
        ("q", &[127, 128], &[0, 126, 129]),
        ("dp", &[1, 128], &[0, 129]),
        ("dq", &[1, 128], &[0, 129]),
        ("qi", &[1, 128], &[0, 129]),
    ] {
        for length in good {
            assert_eq!(read(&jwk(&ALL, Some((name, *length)))).err(), None, "{name} {length}");
        }
        for length in bad {
            assert_eq!(read(&jwk(&ALL, Some((name, *length)))).err(), Some(KeyError::Length), "{name} {length}");
        }
    }
    let exponent_alone = |length| read(&jwk(&["n", "e", "d"], Some(("d", length)))).err();
    assert_eq!([0, 257, 1, 256].map(exponent_alone), [Some(KeyError::Length), Some(KeyError::Length), None, None]);
    assert_eq!(read(&jwk(&ALL, Some(("e", 9)))).err(), Some(KeyError::Exponent));
}

#[test]
fn a_key_that_is_larger_than_its_room_is_told() {
    let mut small = DecryptionKeySet::<1, 800>::new();
    assert_eq!(small.read_local(jwk(&ALL, None).as_bytes()), Err(KeyError::TooLarge));
    assert!(small.is_empty());
    assert_eq!(small.read_local(jwk(&["n", "e", "d"], None).as_bytes()), Ok(()));
    let mut default = DecryptionKeySet::<1>::new();
    assert_eq!(default.read_local(jwk(&["n", "e", "d"], None).as_bytes()), Err(KeyError::TooLarge));
    assert_eq!(read(&jwk(&ALL, Some(("n", 512)))).err(), None);
}

#[test]
fn rfc7517_4_4_a_key_is_bound_to_what_is_for_rsa_and_is_here() {
    let with = |name: &str| read(&jwk(&ALL, None).replace('}', &format!(r#","alg":"{name}"}}"#)));
    for name in ["RSA-OAEP", "RSA-OAEP-256"] {
        assert_eq!(with(name).unwrap().entry(0).unwrap().algorithm, Some(name));
    }
    for name in ["RSA1_5", "RSA-OAEP-384", "RS256", "A128KW", "ECDH-ES"] {
        assert_eq!(with(name).err(), Some(KeyError::UnsupportedAlgorithm), "{name}");
    }
}

#[test]
fn a_key_that_is_added_is_judged_as_one_that_is_read() {
    let keys = read(&jwk(&ALL, None)).unwrap();
    let entry = keys.entry(0).unwrap();
    let mut copy = Keys::new();
    assert_eq!(copy.add(&entry.key, Some("a"), Some("RSA-OAEP")), Ok(()));
    assert_eq!(numbers(&copy), numbers(&keys));
    assert_eq!(copy.add(&entry.key, None, None), Err(KeyError::Full));
    let DecryptionKey::Rsa(key) = entry.key else { panic!("no key of RSA") };
    let mut none = Keys::new();
    let short = DecryptionKey::Rsa(RsaPrivateKey { n: &key.n[1..], ..key });
    assert_eq!(none.add(&short, None, None), Err(KeyError::Length));
    let alone = DecryptionKey::Rsa(RsaPrivateKey { private: RsaPrivate::Exponent(Secret::new(&[7; 256])), ..key });
    assert_eq!(none.add(&alone, None, None), Ok(()));
    assert_eq!(numbers(&none)[2], [7; 256]);
}

#[test]
fn debug_shows_nothing_of_a_key() {
    let keys = read(&jwk(&ALL, None)).unwrap();
    let shown = format!("{keys:?} {:?}", keys.entry(0).unwrap().key);
    assert_eq!(shown, "DecryptionKeySet(1, [redacted]) Rsa(RsaPrivateKey(256 bytes, [redacted]))");
}
