use core::convert::Infallible;
use std::{
    format,
    string::{String, ToString as _},
    vec,
    vec::Vec,
};

use sha2::{Digest as _, Sha256};

use super::*;
use crate::{
    Algorithm, BearerToken, Client, DecryptionKey, Es256, Es256Signer, Fresh, IntrospectionRequest, Jwk, JwkSet, Jws,
    UnixTime, base64url::Encoded, key::Curve, verify_jws,
};

const PURPOSES: [KeyPurpose; 3] = [KeyPurpose::Signature, KeyPurpose::EncryptionP256, KeyPurpose::EncryptionX25519];

/// RFC 7517 appendix A.2.
const EC: &str = r#""kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE""#;

/// RFC 8037 appendix A.6, and RFC 7748 §6.1 for its private half.
const X25519: &str = r#""kty":"OKP","crv":"X25519","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08","d":"XasIfmJKikt54X-Lg4AO5m87sSkmGLb9HC-LJ_-I4Os""#;

/// A generator that gives the numbers from 1 on, each 32 times.
struct Counter(u8);

impl Counter {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0 += 1;
        bytes.fill(self.0);
        Ok(())
    }
}

/// So many keys of each purpose.
fn device(count: usize) -> DeviceKeys<6> {
    let mut keys = DeviceKeys::new();
    let mut random = Counter(0);
    for purpose in PURPOSES.iter().flat_map(|purpose| vec![*purpose; count]) {
        keys.generate(purpose, |bytes| random.fill(bytes)).unwrap();
    }
    keys
}

fn secrets<const N: usize>(keys: &DeviceKeys<N>) -> Vec<[u8; 32]> {
    keys.entries.iter().map(|entry| entry.secret).collect()
}

fn ids(keys: &DeviceKeys<6>) -> Vec<Option<String>> {
    let stages = [KeyStage::Next, KeyStage::Current, KeyStage::Previous];
    stages.iter().map(|stage| keys.key_id(KeyPurpose::Signature, *stage).map(String::from)).collect()
}

fn read(json: &str) -> Result<DeviceKeys<6>, DeviceKeyError> {
    let mut keys = DeviceKeys::new();
    keys.read_local(json.as_bytes()).map(|()| keys)
}

#[test]
fn rfc7638_a_key_that_is_made_is_named_by_its_thumbprint() {
    let keys = device(1);
    let published = JwkSet::<1>::read(keys.public_jwks().to_string().as_bytes()).unwrap();
    let jwk = published.iter().next().unwrap();
    let id = keys.key_id(KeyPurpose::Signature, KeyStage::Current).unwrap();
    assert_eq!((jwk.key_id(), jwk.algorithm()), (Some(id), Some("ES256")));
    assert_eq!(Encoded(&jwk.thumbprint()).to_string(), id);
    // RFC 8037 §2 for X25519: what it hashes, by hand.
    let keys = read(&format!(r#"{{{X25519},"use":"enc"}}"#)).unwrap();
    let members = r#"{"crv":"X25519","kty":"OKP","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}"#;
    let thumbprint = Encoded(&Sha256::digest(members)).to_string();
    assert_eq!(keys.key_id(KeyPurpose::EncryptionX25519, KeyStage::Current), Some(thumbprint.as_str()));
}

#[test]
fn fips186_5_a_2_2_a_number_outside_of_the_order_is_drawn_again_and_never_reduced() {
    let order = [
        0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD,
        0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
    ];
    let mut largest = order;
    largest[31] -= 1;
    for purpose in [KeyPurpose::Signature, KeyPurpose::EncryptionP256] {
        let mut drawn = [order, [0xFF; 32], [0; 32], largest].into_iter();
        let mut keys = DeviceKeys::<1>::new();
        let fill = |bytes: &mut [u8]| drawn.next().map(|number| bytes.copy_from_slice(&number)).ok_or(());
        keys.generate(purpose, fill).unwrap();
        assert_eq!(secrets(&keys), [largest]);
    }
}

#[test]
fn a_generator_that_fails_or_gives_nothing_makes_no_key_and_leaves_none() {
    for purpose in PURPOSES {
        let mut keys = DeviceKeys::<1>::new();
        let failing = |bytes: &mut [u8]| {
            bytes.fill(7);
            Err(())
        };
        assert_eq!(keys.generate(purpose, failing), Err(DeviceKeyError::Random));
        assert_eq!((secrets(&keys), keys.len()), (vec![[0; 32]], 0));
        let mut calls = 0;
        let silent = |_: &mut [u8]| {
            calls += 1;
            Ok::<(), Infallible>(())
        };
        assert_eq!(keys.generate(purpose, silent), Err(DeviceKeyError::Random));
        assert_eq!((keys.len(), calls), (0, TRIES));
    }
    let mut keys = DeviceKeys::<2>::new();
    let stuck = |bytes: &mut [u8]| {
        bytes.fill(7);
        Ok::<(), Infallible>(())
    };
    keys.generate(KeyPurpose::Signature, stuck).unwrap();
    assert_eq!(keys.generate(KeyPurpose::Signature, stuck), Err(DeviceKeyError::Random));
    assert_eq!(secrets(&keys), [[7; 32], [0; 32]]);
}

#[test]
fn a_key_is_published_before_it_signs_and_for_as_long_as_what_it_has_signed_is_under_way() {
    let mut keys = device(2);
    let [next, current, none] = ids(&keys).try_into().unwrap();
    assert!(next.is_some() && current.is_some() && none.is_none());
    assert_eq!(Signer::key_id(&keys), current.as_deref());
    let signed_with = |keys: &DeviceKeys<6>| {
        let header = format!(r#"{{"alg":"{}","kid":"{}"}}"#, keys.algorithm(), Signer::key_id(keys).unwrap());
        let message = format!("{}.{}", Encoded(header.as_bytes()), Encoded(b"{}"));
        let mut signature = [0; 64];
        assert_eq!(keys.sign(message.as_bytes(), &mut signature), Ok(64));
        format!("{message}.{}", Encoded(&signature))
    };
    let is_good = |keys: &DeviceKeys<6>, token: &str| {
        let published = JwkSet::<3>::read(keys.public_jwks().to_string().as_bytes()).unwrap();
        let algorithms: [&dyn Algorithm; 1] = [&Es256];
        let mut buffer = [0; 512];
        verify_jws(token.as_bytes(), &algorithms, &published, &mut buffer).map(|_: Jws<'_>| ()).is_ok()
    };
    let before = signed_with(&keys);
    let published_before = keys.public_jwks().to_string();
    keys.rotate(KeyPurpose::Signature).unwrap();
    assert_eq!(ids(&keys), [None, next.clone(), current]);
    let after = signed_with(&keys);
    assert!(is_good(&keys, &before) && is_good(&keys, &after));
    // Who has the set of before the rotation verifies both.
    let old_set = JwkSet::<3>::read(published_before.as_bytes()).unwrap();
    assert!(old_set.iter().any(|key| key.key_id() == next.as_deref()));
    assert!(keys.drop_previous(KeyPurpose::Signature) && !keys.drop_previous(KeyPurpose::Signature));
    assert!(!is_good(&keys, &before) && is_good(&keys, &after));
    assert_eq!(keys.rotate(KeyPurpose::Signature), Err(DeviceKeyError::NoNext));
    assert_eq!(Signer::key_id(&keys), next.as_deref());
}

#[test]
fn a_key_for_encryption_opens_at_every_stage_and_is_offered_until_the_rotation() {
    let mut keys = device(2);
    let open = |keys: &DeviceKeys<6>| {
        let entries =
            (0..).map_while(|index| DecryptionKeys::entry(keys, index).map(|entry| entry.id.map(String::from)));
        entries.flatten().collect::<Vec<_>>()
    };
    let of = |keys: &DeviceKeys<6>, stage| keys.key_id(KeyPurpose::EncryptionP256, stage).map(String::from);
    let (old, new) = (of(&keys, KeyStage::Current).unwrap(), of(&keys, KeyStage::Next).unwrap());
    assert_eq!(open(&keys).len(), 4);
    keys.rotate(KeyPurpose::EncryptionP256).unwrap();
    assert_eq!(of(&keys, KeyStage::Current).as_deref(), Some(&*new));
    assert!(open(&keys).contains(&old) && open(&keys).contains(&new));
    let published = keys.public_jwks().to_string();
    assert!(published.contains(&new) && !published.contains(&old));
    assert!(keys.drop_previous(KeyPurpose::EncryptionP256));
    assert!(!open(&keys).contains(&old) && open(&keys).contains(&new));
    let entry = DecryptionKeys::entry(&keys, 0).unwrap();
    assert!(matches!(entry.key, DecryptionKey::Ec { curve: Curve::P256, .. }));
    assert_eq!(entry.algorithm, Some("ECDH-ES"));
    assert!(!keys.any_key_id());
}

#[test]
fn a_key_for_signatures_never_decrypts_and_one_for_encryption_never_signs() {
    let mut keys = DeviceKeys::<1>::new();
    keys.generate(KeyPurpose::Signature, |bytes| Counter(0).fill(bytes)).unwrap();
    assert!(DecryptionKeys::entry(&keys, 0).is_none());
    keys.clear();
    keys.generate(KeyPurpose::EncryptionP256, |bytes| Counter(0).fill(bytes)).unwrap();
    assert_eq!((Signer::key_id(&keys), keys.sign(b"", &mut [0; 64])), (None, Err(SignerError)));
    let client = Client::private_key_jwt("valve", "https://as.example", &keys);
    let request = IntrospectionRequest::new(BearerToken::new("opaque").unwrap());
    let fresh = Fresh { now: UnixTime::from_seconds(1), nonce: [0; 16] };
    assert!(request.write(&client, fresh, &mut [0; 1024]).is_err());
}

#[test]
fn rfc6979_3_2_a_signature_is_that_of_a_signer_with_the_same_key() {
    let keys = read(&format!(r#"{{{EC},"use":"sig"}}"#)).unwrap();
    let signer = Es256Signer::new(&secrets(&keys)[0]).unwrap();
    for message in [&b""[..], b"message", &[7; 300]] {
        let (mut own, mut expected) = ([0; 64], [0; 64]);
        assert_eq!((keys.sign(message, &mut own), signer.sign(message, &mut expected)), (Ok(64), Ok(64)));
        assert_eq!(own, expected);
    }
    assert_eq!(keys.sign(b"message", &mut [0; 63]), Err(SignerError));
}

#[test]
fn a_key_that_is_dropped_is_wiped() {
    let mut keys = device(2);
    assert!(secrets(&keys).iter().all(|secret| *secret != [0; 32]) && !keys.is_empty());
    let old = secrets(&keys)[0];
    keys.rotate(KeyPurpose::Signature).unwrap();
    assert!(secrets(&keys).contains(&old));
    assert!(keys.drop_previous(KeyPurpose::Signature) && !secrets(&keys).contains(&old));
    // By the next rotation, too.
    let old = secrets(&keys)[1];
    keys.generate(KeyPurpose::Signature, |bytes| Counter(90).fill(bytes)).unwrap();
    keys.rotate(KeyPurpose::Signature).unwrap();
    keys.drop_previous(KeyPurpose::EncryptionP256);
    assert!(secrets(&keys).contains(&old));
    assert_eq!(keys.rotate(KeyPurpose::Signature), Err(DeviceKeyError::NoNext));
    assert!(secrets(&keys).contains(&old), "a rotation that fails ends no key");
    keys.rotate(KeyPurpose::EncryptionP256).unwrap();
    keys.drop_previous(KeyPurpose::EncryptionP256);
    keys.generate(KeyPurpose::Signature, |bytes| Counter(91).fill(bytes)).unwrap();
    keys.rotate(KeyPurpose::Signature).unwrap();
    assert!(!secrets(&keys).contains(&old));
    keys.clear();
    assert_eq!((secrets(&keys), keys.is_empty()), (vec![[0; 32]; 6], true));
    assert!(core::mem::needs_drop::<DeviceKeys<1>>());
}

#[test]
fn rfc7517_9_2_what_is_published_and_shown_has_nothing_of_a_private_key() {
    let mut keys = device(2);
    for purpose in PURPOSES {
        keys.rotate(purpose).unwrap();
    }
    let published = keys.public_jwks().to_string();
    let shown = format!("{keys:?} {:?}", keys.public_jwks());
    assert_eq!(shown, "DeviceKeys(6, [redacted]) PublicJwks(4)");
    for secret in secrets(&keys) {
        for piece in Encoded(&secret).to_string().as_bytes().windows(12) {
            assert!(!published.as_bytes().windows(12).any(|window| window == piece));
        }
    }
    let document = Object::read(published.as_bytes()).unwrap();
    let jwks: Vec<_> = document.get("keys").unwrap().as_array().unwrap().elements().collect();
    assert_eq!(jwks.len(), 4);
    for jwk in jwks {
        let jwk = jwk.as_object().unwrap();
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert!(jwk.get(name).is_none(), "{name}");
        }
        for name in ["kty", "crv", "x", "kid", "use", "alg"] {
            assert!(jwk.get(name).is_some(), "{name}");
        }
        assert_eq!(
            jwk.get("use").unwrap().as_text().unwrap() == *"sig",
            jwk.get("alg").unwrap().as_text().unwrap() == *"ES256"
        );
    }
}

#[test]
fn rfc7517_4_4_keys_for_encryption_are_published_for_what_the_device_is_registered_for() {
    let mut keys = device(1);
    for name in ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"] {
        keys.set_key_management(name).unwrap();
        let expected = format!(r#""use":"enc","alg":"{name}""#);
        assert_eq!(keys.public_jwks().to_string().matches(&*expected).count(), 2);
        assert_eq!(DecryptionKeys::entry(&keys, 1).unwrap().algorithm, Some(name));
    }
    for name in ["", "ecdh-es", "A128KW", "RSA-OAEP", "dir"] {
        assert_eq!(keys.set_key_management(name), Err(KeyError::UnsupportedAlgorithm.into()), "{name}");
    }
}

#[test]
fn rfc7518_6_2_2_a_key_that_was_made_elsewhere_is_taken_for_what_it_says() {
    for (members, purpose, id) in [
        (format!(r#"{EC},"use":"sig","kid":"\u0031""#), KeyPurpose::Signature, Some("1")),
        (format!(r#"{EC},"alg":"ES256","kid":"1""#), KeyPurpose::Signature, Some("1")),
        (format!(r#"{EC},"use":"enc","kid":"1","alg":"ECDH-ES""#), KeyPurpose::EncryptionP256, Some("1")),
        (format!(r#"{EC},"alg":"ECDH-ES""#), KeyPurpose::EncryptionP256, None),
        (format!(r#"{X25519},"use":"enc","kid":"é""#), KeyPurpose::EncryptionX25519, Some("é")),
    ] {
        let keys = read(&format!("{{{members}}}")).unwrap();
        let given = keys.key_id(purpose, KeyStage::Current).unwrap();
        assert!(id.map_or(given.len() == 43, |id| given == id), "{members}: {given}");
    }
    let both = format!(r#"{{"keys":[{{{EC},"use":"sig"}},{{{EC},"use":"enc","kid":"b"}},{{{X25519},"use":"enc"}}]}}"#);
    let keys = read(&both).unwrap();
    assert_eq!(keys.len(), 3);
    let published = JwkSet::<1>::read(keys.public_jwks().to_string().as_bytes()).unwrap();
    let public = Jwk::<64>::read(format!("{{{}}}", EC.split_once(r#","d""#).unwrap().0).as_bytes()).unwrap();
    assert_eq!(published.iter().next().unwrap().public_key(), public.public_key());
}

#[test]
fn a_key_that_does_not_say_what_it_is_for_or_is_no_pair_is_refused() {
    let refused = |members: &str| read(&format!("{{{members}}}")).err();
    let key = |error: KeyError| Some(DeviceKeyError::Key(error));
    let sig = format!(r#"{EC},"use":"sig""#);
    for (from, to, error) in [
        (r#","use":"sig""#, "", KeyError::Missing("use")),
        (r#""use":"sig""#, r#""use":"both""#, KeyError::Use),
        (r#""use":"sig""#, r#""use":"sig","alg":"ES384""#, KeyError::UnsupportedAlgorithm),
        (r#""use":"sig""#, r#""use":"sig","alg":"ECDH-ES""#, KeyError::UnsupportedAlgorithm),
        (r#""use":"sig""#, r#""use":"enc","alg":"ECDH-ES+A128KW""#, KeyError::UnsupportedAlgorithm),
        (r#""use":"sig""#, r#""use":"sig","kid":"""#, KeyError::Malformed("kid")),
        (r#""use":"sig""#, r#""use":"sig","kid":7"#, KeyError::Malformed("kid")),
        ("P-256", "P-384", KeyError::UnsupportedCurve),
        ("P-256", "X25519", KeyError::UnsupportedCurve),
        (r#""EC""#, r#""RSA""#, KeyError::UnsupportedType),
        (r#""d":"870"#, r#""d":"871"#, KeyError::Malformed("x")),
        (r#""d":"870"#, r#""d":"AAAA870"#, KeyError::Length),
        (r#""d":"870M"#, r#""d":""#, KeyError::Length),
        (r#""d":"870M"#, r#""e":"870M"#, KeyError::Missing("d")),
        (r#""x":"MKB"#, r#""x":"MKC"#, KeyError::Malformed("x")),
        (r#""y":"4Et"#, r#""y":"4Eu"#, KeyError::Malformed("y")),
        (r#""y":"4Et"#, r#""z":"4Et"#, KeyError::Missing("y")),
        (
            "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            KeyError::Malformed("d"),
        ),
    ] {
        assert!(sig.contains(from), "{from}");
        assert_eq!(refused(&sig.replace(from, to)), key(error), "{from} {to}");
    }
    assert_eq!(refused(&format!(r#"{X25519},"use":"sig""#)), key(KeyError::Use));
    assert_eq!(refused(&format!(r#"{X25519},"use":"enc""#).replace("3p7b", "3p7c")), key(KeyError::Malformed("x")));
    let long = "k".repeat(crate::limits::KEY_ID_BYTES + 1);
    assert_eq!(refused(&format!(r#"{sig},"kid":"{long}""#)), key(KeyError::KeyIdTooLong));
    assert_eq!(read("{").err().map(|error| matches!(error, DeviceKeyError::Key(KeyError::Json(_)))), Some(true));
    for malformed in [r#"{"keys":7}"#, r#"{"keys":[7]}"#] {
        assert_eq!(read(malformed).err(), key(KeyError::Malformed("keys")));
    }
}

#[test]
fn a_set_has_one_key_of_a_stage_one_of_a_kid_and_no_more_than_it_has_places_for() {
    let one = format!(r#"{{{EC},"use":"sig","kid":"a"}}"#);
    let mut keys = DeviceKeys::<2>::new();
    keys.read_local(one.as_bytes()).unwrap();
    assert_eq!(keys.read_local(one.as_bytes()), Err(DeviceKeyError::KeyIdExists));
    assert_eq!(secrets(&keys)[1], [0; 32]);
    keys.generate(KeyPurpose::Signature, |bytes| Counter(0).fill(bytes)).unwrap();
    assert_eq!(keys.generate(KeyPurpose::Signature, |bytes| Counter(1).fill(bytes)), Err(DeviceKeyError::NextExists));
    let full = keys.generate(KeyPurpose::EncryptionP256, |bytes| Counter(1).fill(bytes));
    assert_eq!(full, Err(KeyError::Full.into()));
}

/// An export of these records, with a good digest.
fn sealed(count: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap().to_be_bytes();
    let front = [b"bwdk".as_slice(), &[1, count], &length, body].concat();
    let digest = Sha256::digest(&front);
    [front.as_slice(), &digest].concat()
}

fn record(purpose: u8, stage: u8, secret: u8, id: &str) -> Vec<u8> {
    [&[purpose, stage, u8::try_from(id.len()).unwrap()][..], &[secret; 32], id.as_bytes()].concat()
}

#[test]
fn what_was_exported_is_imported_whatever_lies_behind_it() {
    let mut keys = device(2);
    keys.rotate(KeyPurpose::Signature).unwrap();
    let mut buffer = [0; DeviceKeys::<6>::EXPORT_BYTES];
    let stored = keys.export(&mut buffer).unwrap();
    assert_eq!(stored.len(), 8 + 6 * (35 + 43) + 32);
    for behind in [&[][..], &[0xFF; 100]] {
        let mut again = DeviceKeys::<6>::new();
        again.import(&[stored, behind].concat()).unwrap();
        assert_eq!((secrets(&again), ids(&again)), (secrets(&keys), ids(&keys)));
        assert_eq!(again.public_jwks().to_string(), keys.public_jwks().to_string());
        assert_eq!(again.export(&mut [0; DeviceKeys::<6>::EXPORT_BYTES]).unwrap(), stored);
    }
    let mut small = DeviceKeys::<5>::new();
    assert_eq!(small.import(stored), Err(KeyError::Full.into()));
    // The longest identifiers are room enough, and one byte less is told before anything is written.
    let id = "k".repeat(crate::limits::KEY_ID_BYTES);
    let longest = read(&format!(r#"{{{EC},"use":"sig","kid":"{id}"}}"#)).unwrap();
    let mut buffer = [0; DeviceKeys::<1>::EXPORT_BYTES];
    assert_eq!(longest.export(&mut buffer[1..]), Err(DeviceKeyError::BufferTooSmall));
    assert_eq!(buffer, [0; DeviceKeys::<1>::EXPORT_BYTES]);
    assert_eq!(longest.export(&mut buffer).unwrap().len(), DeviceKeys::<1>::EXPORT_BYTES);
    assert_eq!(DeviceKeys::<0>::new().export(&mut buffer).unwrap().len(), 40);
}

#[test]
fn an_export_that_was_cut_short_changed_or_is_of_another_version_is_refused_and_the_keys_stay() {
    let keys = device(1);
    let mut buffer = [0; DeviceKeys::<6>::EXPORT_BYTES];
    let stored = keys.export(&mut buffer).unwrap();
    let mut own = DeviceKeys::<6>::new();
    own.generate(KeyPurpose::Signature, |bytes| Counter(90).fill(bytes)).unwrap();
    let before = ids(&own);
    for length in 0..stored.len() {
        let expected = if length < 4 { DeviceKeyError::NotAnExport } else { DeviceKeyError::Corrupted };
        assert_eq!(own.import(&stored[..length]), Err(expected), "{length}");
    }
    for at in 0..stored.len() {
        for bit in 0..8 {
            let mut changed = stored.to_vec();
            changed[at] ^= 1 << bit;
            let expected = match at {
                0..4 => DeviceKeyError::NotAnExport,
                4 => DeviceKeyError::Version(changed[4]),
                _ => DeviceKeyError::Corrupted,
            };
            assert_eq!(own.import(&changed), Err(expected), "{at} {bit}");
        }
    }
    for erased in [&[][..], &[0; 64], &[0xFF; 64]] {
        assert_eq!(own.import(erased), Err(DeviceKeyError::NotAnExport));
    }
    assert_eq!((ids(&own), own.len()), (before, 1));
}

#[test]
fn an_export_that_no_device_writes_is_refused_even_with_a_good_digest() {
    let import = |count, records: &[Vec<u8>]| DeviceKeys::<4>::new().import(&sealed(count, &records.concat()));
    let (current, next) = (record(0, 1, 7, "a"), record(0, 0, 8, "b"));
    assert_eq!(import(0, &[]), Ok(()));
    assert_eq!(import(2, &[current.clone(), next.clone()]), Ok(()));
    assert_eq!(import(2, &[next.clone(), current.clone()]), Ok(()));
    assert_eq!(import(2, &[current.clone(), record(2, 1, 7, "b")]), Ok(()));
    let mut cut = current.clone();
    cut.pop();
    for (why, count, records) in [
        ("fewer keys than told", 2, vec![current.clone()]),
        ("more keys than told", 1, vec![current.clone(), next.clone()]),
        ("a key cut short", 1, vec![cut]),
        ("a byte behind the last key", 1, vec![current.clone(), vec![0]]),
        ("a purpose that there is not", 1, vec![record(3, 1, 7, "a")]),
        ("a stage that there is not", 2, vec![current.clone(), record(0, 3, 8, "b")]),
        ("no kid", 1, vec![record(0, 1, 7, "")]),
        ("a kid that is too long", 1, vec![record(0, 1, 7, &"k".repeat(129))]),
        ("a kid that is no text", 1, vec![[&[0, 1, 1][..], &[7; 32], &[0xFF]].concat()]),
        ("two keys of one kid", 2, vec![current.clone(), record(1, 1, 8, "a")]),
        ("two current keys", 2, vec![current.clone(), record(0, 1, 8, "b")]),
        ("a next key without a current one", 1, vec![next]),
        ("a previous key without a current one", 2, vec![current, record(1, 2, 8, "b")]),
        ("zero", 1, vec![record(0, 1, 0, "a")]),
        ("zero for X25519", 1, vec![record(2, 1, 0, "a")]),
        ("a number above the order", 1, vec![record(1, 1, 0xFF, "a")]),
    ] {
        assert_eq!(import(count, &records), Err(DeviceKeyError::Corrupted), "{why}");
    }
    let many: Vec<_> = (1..=5).map(|at| record(at % 3, at / 3, at, &at.to_string())).collect();
    assert_eq!(import(5, &many), Err(KeyError::Full.into()));
}
