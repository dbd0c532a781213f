use std::{format, vec, vec::Vec};

use super::*;
use crate::{A128CbcHs256, A128Gcm, A128Kw, DecryptionKey, Dir, base64url::Encoded, key::Secret};

/// RFC 7516 A.3.
const KW: &str = "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.\
    6KB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2IlrT1oOQ.AxY8DCtDaGlsbGljb3RoZQ.\
    KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY.U0m_YmjN04DJvceFICbCVQ";
const KW_KEY: [u8; 16] =
    [0x19, 0xac, 0x20, 0x82, 0xe1, 0x72, 0x1a, 0xb5, 0x8a, 0x6a, 0xfe, 0xc0, 0x5f, 0x85, 0x4a, 0x52];

fn symmetric(key: &[u8]) -> DecryptionKeyEntry<'_> {
    DecryptionKeyEntry { id: None, algorithm: None, key: DecryptionKey::Symmetric(Secret::new(key)) }
}

fn open(token: &str, decryption: &Decryption<'_>) -> Result<Vec<u8>, Error> {
    let mut buffer = vec![0; token.len()];
    decrypt_jwe(token.as_bytes(), decryption, &mut buffer).map(|jwe| jwe.payload().to_vec())
}

/// Opens the token with the key of RFC 7516 A.3.
fn kw(token: &str) -> Result<Vec<u8>, Error> {
    open(token, &Decryption::new(&[&A128Kw, &Dir], &[&A128CbcHs256, &A128Gcm], &symmetric(&KW_KEY)))
}

/// The token of RFC 7516 A.3 with another header: what is wrong with that is told before anything is decrypted.
fn with_header(header: &str) -> Result<Vec<u8>, Error> {
    let (_, rest) = KW.split_once('.').unwrap();
    kw(&format!("{}.{rest}", Encoded(header.as_bytes())))
}

#[test]
fn rfc7516_a_3_aes_key_wrap_with_cbc() {
    assert_eq!(kw(KW).unwrap(), b"Live long and prosper.");
    let keys = symmetric(&KW_KEY);
    let mut buffer = [0; 256];
    let decryption = Decryption::new(&[&A128Kw], &[&A128CbcHs256], &keys);
    let jwe = decrypt_jwe(KW.as_bytes(), &decryption, &mut buffer).unwrap();
    assert_eq!((jwe.key_management(), jwe.content_encryption()), ("A128KW", "A128CBC-HS256"));
    assert!(jwe.key_id().is_none() && jwe.content_type().is_none());
    let shown = format!("{jwe:?}");
    assert!(!shown.contains("76"), "{shown}");
}

#[test]
fn three_quarters_of_the_tokens_length_is_buffer_enough_and_less_than_is_needed_is_told() {
    let keys = symmetric(&KW_KEY);
    let decryption = Decryption::new(&[&A128Kw], &[&A128CbcHs256], &keys);
    for length in 0..KW.len() {
        let mut buffer = vec![0; length];
        let verdict = decrypt_jwe(KW.as_bytes(), &decryption, &mut buffer).map(drop);
        // The header has 38 bytes, the encrypted key 40.
        assert_eq!(verdict, if length < 78 { Err(Error::TokenTooLong) } else { Ok(()) }, "{length}");
    }
}

#[test]
fn rfc7516_7_1_there_are_five_segments() {
    let segments: Vec<_> = KW.split('.').collect();
    for count in 0..9 {
        let token = segments.iter().cycle().take(count).copied().collect::<Vec<_>>().join(".");
        let expected = match count {
            3 => Err(Error::NotEncrypted),
            5 => Ok(()),
            _ => Err(Error::NotCompact),
        };
        assert_eq!(kw(&token).map(drop), expected, "{count}");
    }
}

#[test]
fn an_empty_segment_is_refused_where_there_must_be_something_and_the_other_way_round() {
    let segments: Vec<_> = KW.split('.').collect();
    for empty in 0..5 {
        let mut segments = segments.clone();
        segments[empty] = "";
        let expected =
            if empty == 0 { Error::Json(Part::Header, JsonError::UnexpectedEnd) } else { Error::DecryptionFailed };
        assert_eq!(kw(&segments.join(".")), Err(expected), "{empty}");
    }
    // RFC 7518 §4.5, §4.6: no encrypted key.
    let keys = symmetric(&[7; 16]);
    let dir = Decryption::new(&[&Dir], &[&A128Gcm], &keys);
    let good = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AAAAAAAAAAAAAAAA.";
    let rest = DIR.strip_prefix(good).unwrap();
    assert_eq!(open(DIR, &dir).unwrap(), b"hello");
    let bad = format!("{}{rest}", good.replace("..", ".AA."));
    assert_eq!(open(&bad, &dir), Err(Error::DecryptionFailed));
}

const DIR: &str = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AAAAAAAAAAAAAAAA.lPp0zt0.EuhFQBRBcyIifLVCWYG6_w";

#[test]
fn rfc7516_4_1_kid_and_cty_are_told() {
    const NAMED: &str = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIiwia2lkIjoiYSIsImN0eSI6IkpXVCJ9..AAAAAAAAAAAAAAAA.\
        lPp0zt0.TlktDeO5grg9IfttUt3bvQ";
    let keys = symmetric(&[7; 16]);
    let mut buffer = [0; 128];
    let jwe = decrypt_jwe(NAMED.as_bytes(), &Decryption::new(&[&Dir], &[&A128Gcm], &keys), &mut buffer).unwrap();
    assert_eq!(jwe.payload(), b"hello");
    assert_eq!(jwe.key_id().and_then(|id| id.as_str()), Some("a"));
    assert_eq!(jwe.content_type().and_then(|cty| cty.as_str()), Some("JWT"));
}

#[test]
fn each_segment_is_canonical_base64url() {
    let parts =
        [Part::Header, Part::EncryptedKey, Part::InitializationVector, Part::Ciphertext, Part::AuthenticationTag];
    for (index, part) in parts.into_iter().enumerate() {
        for bad in ["A", "AB", "AAB", "A=", "AA==", "A+/A", "A A", "\u{e9}"] {
            let mut segments: Vec<_> = KW.split('.').collect();
            segments[index] = bad;
            let verdict = kw(&segments.join("."));
            let length = matches!(verdict, Err(Error::DecryptionFailed)) && (index == 2 || index == 4);
            assert!(length || verdict == Err(Error::Base64(part)), "{part} {bad} {verdict:?}");
        }
    }
}

#[test]
fn rfc7516_4_1_what_is_not_understood_in_the_header_is_refused() {
    let alg = r#""alg":"A128KW","enc":"A128CBC-HS256""#;
    for (more, expected) in [
        (r#","crit":["exp"],"exp":1"#, Error::Critical),
        (r#","crit":[]"#, Error::Critical),
        (r#","zip":"DEF""#, Error::UnsupportedHeader(Parameter::Compression)),
        (r#","b64":true"#, Error::UnsupportedHeader(Parameter::Base64UrlPayload)),
        (r#","epk":"x""#, Error::Header(Parameter::EphemeralPublicKey)),
        (r#","apu":7"#, Error::Header(Parameter::PartyUInfo)),
        (r#","apv":null"#, Error::Header(Parameter::PartyVInfo)),
        (r#","iv":[]"#, Error::Header(Parameter::InitializationVector)),
        (r#","tag":{}"#, Error::Header(Parameter::AuthenticationTag)),
        (r#","tag":"\"""#, Error::Header(Parameter::AuthenticationTag)),
        (r#","kid":7"#, Error::Header(Parameter::KeyId)),
        (r#","cty":7"#, Error::Header(Parameter::ContentType)),
        (r#","typ":7"#, Error::Header(Parameter::Type)),
        (r#","alg":"dir""#, Error::Json(Part::Header, JsonError::DuplicateName)),
    ] {
        assert_eq!(with_header(&format!("{{{alg}{more}}}")), Err(expected), "{more}");
    }
    assert_eq!(with_header(r#"{"enc":"A128GCM"}"#), Err(Error::Header(Parameter::Algorithm)));
    assert_eq!(with_header(r#"{"alg":"dir"}"#), Err(Error::Header(Parameter::Encryption)));
    let of_length = |bytes| {
        let empty = format!("{{{alg},\"x\":\"\"}}").len();
        with_header(&format!("{{{alg},\"x\":\"{}\"}}", "x".repeat(bytes - empty)))
    };
    assert_eq!(of_length(limits::HEADER_BYTES), Err(Error::DecryptionFailed));
    assert_eq!(of_length(limits::HEADER_BYTES + 1), Err(Error::Json(Part::Header, JsonError::TooLong)));
}

#[test]
fn rfc8725_3_1_only_what_is_listed_is_used() {
    for (alg, enc) in [
        ("RSA1_5", "A128GCM"),
        ("PBES2-HS256+A128KW", "A128GCM"),
        ("RSA-OAEP", "A128GCM"),
        ("none", "A128GCM"),
        ("a128kw", "A128CBC-HS256"),
        ("A256KW", "A128CBC-HS256"),
        ("A128KW", "A256GCM"),
        ("A128KW", "a128gcm"),
        ("A128KW", ""),
    ] {
        let verdict = with_header(&format!(r#"{{"alg":"{alg}","enc":"{enc}","p2c":4000000000,"p2s":"AAAA"}}"#));
        assert_eq!(verdict, Err(Error::AlgorithmNotAllowed), "{alg} {enc}");
    }
}

/// Keys with these `kid`s and `alg`s, each that of RFC 7516 A.3 or another one.
struct Keys(Vec<(Option<&'static str>, Option<&'static str>, bool)>);

impl DecryptionKeys for Keys {
    fn entry(&self, index: usize) -> Option<DecryptionKeyEntry<'_>> {
        let (id, algorithm, good) = *self.0.get(index)?;
        Some(DecryptionKeyEntry { id, algorithm, ..symmetric(if good { &KW_KEY } else { &[7; 16] }) })
    }
}

fn with_keys(token: &str, keys: &[(Option<&'static str>, Option<&'static str>, bool)]) -> Result<(), Error> {
    open(token, &Decryption::new(&[&A128Kw], &[&A128CbcHs256], &Keys(keys.to_vec()))).map(drop)
}

#[test]
fn rfc7517_4_4_4_5_the_key_is_chosen_by_kid_and_alg() {
    let named = |kid: &str| {
        let (_, rest) = KW.split_once('.').unwrap();
        let header = format!(r#"{{"alg":"A128KW","enc":"A128CBC-HS256","kid":"{kid}"}}"#);
        format!("{}.{rest}", Encoded(header.as_bytes()))
    };
    let (good, bad) = ((None, None, true), (None, None, false));
    assert_eq!(with_keys(KW, &[good]), Ok(()));
    assert_eq!(with_keys(KW, &[bad, bad, bad, good]), Ok(()));
    assert_eq!(with_keys(KW, &[bad, bad, bad, bad, good]), Err(Error::AmbiguousKey));
    assert_eq!(with_keys(KW, &[bad]), Err(Error::DecryptionFailed));
    assert_eq!(with_keys(KW, &[]), Err(Error::UnknownKey));
    assert_eq!(with_keys(KW, &[(None, Some("A128KW"), true)]), Ok(()));
    assert_eq!(with_keys(KW, &[(None, Some("A128GCMKW"), true)]), Err(Error::UnknownKey));
    assert_eq!(with_keys(KW, &[(Some("a"), None, true)]), Ok(()));
    // The header is another one, so the tag is wrong: that a key was tried is told by that.
    assert_eq!(with_keys(&named("a"), &[(Some("b"), None, true), good]), Err(Error::UnknownKey));
    assert_eq!(with_keys(&named("a"), &[(Some("a"), None, true)]), Err(Error::DecryptionFailed));
    assert_eq!(kw(&named("a")), Err(Error::DecryptionFailed));
}

#[test]
fn a_key_of_another_length_does_not_fit() {
    for length in [0, 15, 17, 24, 32, 64] {
        let key = [7; 64];
        let keys = symmetric(&key[..length]);
        let decryption = Decryption::new(&[&A128Kw], &[&A128CbcHs256], &keys);
        assert_eq!(open(KW, &decryption), Err(Error::UnknownKey), "{length}");
    }
}

#[test]
fn what_could_not_be_authenticated_is_wiped() {
    let keys = symmetric(&KW_KEY);
    let decryption = Decryption::new(&[&A128Kw], &[&A128CbcHs256], &keys);
    let token = KW.replace("U0m_", "V0m_");
    let mut buffer = [0xAA; 256];
    assert_eq!(decrypt_jwe(token.as_bytes(), &decryption, &mut buffer).err(), Some(Error::DecryptionFailed));
    assert_eq!(buffer[38..70], [0; 32]);
}
