//! A SubjectPublicKeyInfo is read as it is or not at all: no prefix of it and nothing longer is a key.
#![no_main]

use bearward_core::Jwk;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(key) = Jwk::<516>::from_spki_der(data) else { return };
    _ = key.thumbprint();
    assert!(Jwk::<516>::from_spki_der(&data[..data.len() - 1]).is_err());
    assert!(Jwk::<516>::from_spki_der(&[data, &[0]].concat()).is_err());
});
