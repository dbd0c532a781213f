//! Whatever bytes lie in the flash, what is imported of them is exported as they were, and each key of it does its work;
//! and no private JWK is taken that is not what it says.
#![no_main]

use bearward_core::{DecryptionKeys, DeviceKeys, JwkSet, KeyPurpose, KeyStage, Signer};
use sha2::{Digest, Sha256};

type Keys = DeviceKeys<4>;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    imported(data);
    // A fuzzer finds no digest: this one is good.
    if let Ok(length) = u16::try_from(data.len().saturating_sub(1)) {
        let count = data.first().copied().unwrap_or(0);
        let front = [b"bwdk", &[1, count][..], &length.to_be_bytes(), data.get(1..).unwrap_or_default()].concat();
        imported(&[&front[..], &Sha256::digest(&front)].concat());
    }
    let mut keys = Keys::new();
    if keys.read_local(data).is_ok() {
        works(&keys);
    }
});

fn imported(stored: &[u8]) {
    let mut keys = Keys::new();
    if keys.import(stored).is_err() {
        assert!(keys.is_empty());
        return;
    }
    let mut buffer = [0; Keys::EXPORT_BYTES];
    let exported = keys.export(&mut buffer).unwrap();
    assert!(stored.starts_with(exported));
    works(&keys);
}

fn works(keys: &Keys) {
    let published = keys.public_jwks().to_string();
    let document: serde_json::Value = serde_json::from_str(&published).unwrap();
    for key in document["keys"].as_array().unwrap() {
        assert!(key.get("d").is_none() && key["kid"].is_string() && key["use"].is_string() && key["alg"].is_string());
    }
    let can_verify = JwkSet::<4>::read(published.as_bytes()).unwrap();
    let id = keys.key_id(KeyPurpose::Signature, KeyStage::Current);
    assert!(id.is_none_or(|id| can_verify.iter().any(|key| key.key_id() == Some(id))));
    assert_eq!(keys.sign(b"message", &mut [0; 64]).is_ok(), id.is_some());
    let opening = (0..).map_while(|index| DecryptionKeys::entry(keys, index)).count();
    let signing = [KeyStage::Next, KeyStage::Current, KeyStage::Previous];
    let signing = signing.into_iter().filter(|stage| keys.key_id(KeyPurpose::Signature, *stage).is_some()).count();
    assert_eq!(opening + signing, keys.len());
}
