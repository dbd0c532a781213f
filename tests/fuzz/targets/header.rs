//! No JOSE header makes a token verify, and none that asks for what is not understood gets as far as the signature.
#![no_main]

use bearward_core::{Error, base64url::Encoded, verify_jws};
use fuzz::{ALGORITHMS, AnyKey, Believer, KEYS};

libfuzzer_sys::fuzz_target!(|header: &[u8]| {
    let token = format!("{}.e30.{}", Encoded(header), Encoded(&[1; 64]));
    let mut buffer = vec![0; token.len()];
    assert!(verify_jws(token.as_bytes(), ALGORITHMS, &*KEYS, &mut buffer).is_err());

    match verify_jws(token.as_bytes(), &[&Believer], &AnyKey, &mut buffer) {
        Ok(_) => {
            let header: serde_json::Value = serde_json::from_slice(header).unwrap();
            assert_eq!(header["alg"], "believed");
            for name in ["crit", "b64", "zip"] {
                assert!(header.get(name).is_none());
            }
        }
        Err(error) => assert!(error != Error::BadSignature),
    }
});
