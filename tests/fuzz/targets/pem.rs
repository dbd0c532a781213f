//! PEM around a key gives that key, and no text makes the reader fail otherwise than by an error.
#![no_main]

use bearward_core::Jwk;

libfuzzer_sys::fuzz_target!(|data: &str| {
    let Ok(key) = Jwk::<516>::from_pem(data) else { return };
    assert!(data.contains("-----BEGIN PUBLIC KEY-----"));
    assert!(data.contains("-----END PUBLIC KEY-----"));
    _ = key.thumbprint();
});
