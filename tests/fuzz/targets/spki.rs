//! A SubjectPublicKeyInfo is read as it is or not at all: the key is written again to the same bytes.
#![no_main]

use bearward_core::Jwk;
use fuzz::spki;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(key) = Jwk::<516>::from_spki_der(data) else { return };
    assert_eq!(spki(key.public_key()), data);
    _ = key.thumbprint();
    assert!(Jwk::<516>::from_spki_der(&data[..data.len() - 1]).is_err());
    assert!(Jwk::<516>::from_spki_der(&[data, &[0]].concat()).is_err());
});
