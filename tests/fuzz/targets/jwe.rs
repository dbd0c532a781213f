//! Whatever the bytes, no JWE is opened but the good ones; and what lies in one is let in only if it says that it is signed.
#![no_main]

use std::sync::LazyLock;

use bearward_core::{
    ALL_CONTENT_ENCRYPTIONS, ALL_KEY_MANAGEMENTS, Algorithm, Answer, ContentEncryption, Decryption, DecryptionKey,
    DecryptionKeyEntry, DecryptionKeySet, Error, IntrospectionResponse, KeyManagement, KeyParameters, Secret, UnixTime,
    UserInfoEndpoint, decrypt_jwe, limits,
};
use fuzz::{AnyKey, Believer};

static KEYS: LazyLock<DecryptionKeySet<5, { limits::RSA_PRIVATE_KEY_BYTES }>> = LazyLock::new(|| {
    let mut keys = DecryptionKeySet::new();
    keys.read_local(include_bytes!("../data/decryption-keys.json")).unwrap();
    keys
});

const TOKENS: [&str; 5] = [
    include_str!("../seeds/jwe/a128kw"),
    include_str!("../seeds/jwe/dir"),
    include_str!("../seeds/jwe/a256gcmkw"),
    include_str!("../seeds/jwe/ecdh-es"),
    include_str!("../seeds/jwe/rsa-oaep"),
];

/// A key management without keys, and a content encryption that encrypts nothing, so that a fuzzer gets to what lies
/// behind them.
#[derive(Debug)]
struct Open;

impl KeyManagement for Open {
    fn name(&self) -> &'static str {
        "dir"
    }

    fn fits(&self, _: &DecryptionKey<'_>, _: &dyn ContentEncryption) -> bool {
        true
    }

    fn content_key(
        &self,
        _: &DecryptionKey<'_>,
        _: &KeyParameters<'_>,
        _: &dyn ContentEncryption,
        _: &[u8],
        _: &mut [u8],
    ) -> Result<(), Error> {
        Ok(())
    }
}

impl ContentEncryption for Open {
    fn name(&self) -> &'static str {
        "believed"
    }

    fn key_bytes(&self) -> usize {
        0
    }

    fn iv_bytes(&self) -> usize {
        0
    }

    fn tag_bytes(&self) -> usize {
        0
    }

    fn decrypt(&self, _: &[u8], _: &[u8], _: &[u8], ciphertext: &mut [u8], _: &[u8]) -> Result<usize, Error> {
        Ok(ciphertext.len())
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let decryption = Decryption::new(ALL_KEY_MANAGEMENTS, ALL_CONTENT_ENCRYPTIONS, &*KEYS);
    let mut buffer = vec![0; data.len()];
    let verdict = decrypt_jwe(data, &decryption, &mut buffer);
    assert_eq!(verdict.is_ok(), TOKENS.iter().any(|token| token.as_bytes() == data));
    let mut buffer = vec![0; data.len() / 4];
    assert!(decrypt_jwe(data, &decryption, &mut buffer).is_err());

    let decryption = Decryption::new(&[&Open], &[&Open], &NO_KEY);
    let algorithms: &[&dyn Algorithm] = &[&Believer];
    let endpoint = UserInfoEndpoint::signed_and_encrypted("https://authority.example", "valve", algorithms, decryption);
    let (mut body, mut buffer) = (data.to_vec(), vec![0; data.len()]);
    let answer = Answer { status: 200, content_type: Some("application/jwt"), body: &mut body };
    if let Ok(user) = endpoint.read(answer, "jane", &AnyKey, UnixTime::from_seconds(1_800_000_000), &mut buffer) {
        assert_eq!((user.algorithm(), user.content_encryption()), (Some("believed"), Some("believed")));
        let claims: serde_json::Value = serde_json::from_str(user.json()).unwrap();
        assert_eq!((&claims["sub"], &claims["iss"]), (&"jane".into(), &"https://authority.example".into()));
    }
    let (mut body, mut buffer) = (data.to_vec(), vec![0; data.len()]);
    let answer = Answer { status: 200, content_type: Some("application/token-introspection+jwt"), body: &mut body };
    let response =
        IntrospectionResponse::signed_and_encrypted("https://authority.example", "valve", algorithms, decryption);
    if let Ok(told) = response.read(answer, &AnyKey, UnixTime::from_seconds(1_800_000_000), &mut buffer) {
        let protection = told.protection().unwrap();
        assert_eq!((protection.algorithm(), protection.content_encryption()), ("believed", Some("believed")));
        assert_eq!(serde_json::from_str::<serde_json::Value>(told.json()).unwrap()["active"], true);
    }
});

/// Nothing is done with it.
static NO_KEY: DecryptionKeyEntry<'_> =
    DecryptionKeyEntry { id: None, algorithm: None, key: DecryptionKey::Symmetric(Secret::new(&[7; 16])) };
