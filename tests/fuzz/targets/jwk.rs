//! A JWK that is read is a key of its algorithm's size, without secrets, and keeps its thumbprint by any spelling.
#![no_main]

use bearward_core::{Jwk, PublicKey};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(key) = Jwk::<516>::read(data) else { return };
    let json: serde_json::Value = serde_json::from_slice(data).unwrap();
    match key.public_key() {
        PublicKey::Ec { curve, x, y } => {
            assert_eq!(json["crv"], curve.name());
            assert_eq!((x.len(), y.len()), (curve.coordinate_bytes(), curve.coordinate_bytes()));
        }
        PublicKey::Rsa { n, e } => {
            assert!(n[0] != 0 && e[0] != 0);
            assert!((256..=512).contains(&n.len()));
        }
        _ => assert_eq!(json["crv"], "Ed25519"),
    }
    assert_eq!(key.key_id(), json.get("kid").and_then(|kid| kid.as_str()));
    let plain = Jwk::<516>::read(json.to_string().as_bytes()).unwrap();
    assert_eq!(key.thumbprint(), plain.thumbprint());
});
