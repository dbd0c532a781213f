//! Whatever the bytes, no token in compact form verifies but the good ones.
#![no_main]

use bearward_core::verify_jws;
use fuzz::{ALGORITHMS, KEYS, TOKENS};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut buffer = vec![0; data.len()];
    let verdict = verify_jws(data, ALGORITHMS, &*KEYS, &mut buffer);
    assert_eq!(verdict.is_ok(), TOKENS.iter().any(|token| token.as_bytes() == data));
    let mut buffer = vec![0; data.len() / 4];
    assert!(verify_jws(data, ALGORITHMS, &*KEYS, &mut buffer).is_err());
});
