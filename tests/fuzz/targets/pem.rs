//! PEM around a key gives that key: what lies between the marks is base64 of the key, written again.
#![no_main]

use bearward_core::{Jwk, base64url::Encoded};
use fuzz::spki;

libfuzzer_sys::fuzz_target!(|data: &str| {
    let Ok(key) = Jwk::<516>::from_pem(data) else { return };
    let (_, rest) = data.split_once("-----BEGIN PUBLIC KEY-----").unwrap();
    let (body, _) = rest.split_once("-----END PUBLIC KEY-----").unwrap();
    let body: String = body.chars().filter(|character| !character.is_ascii_whitespace()).collect();
    let written = Encoded(&spki(key.public_key())).to_string().replace('-', "+").replace('_', "/");
    assert_eq!(body.trim_end_matches('='), written);
    assert_eq!(body.len() % 4, 0);
});
