//! The JSON reader accepts what RFC 8259 allows, and understands of it what serde_json does.
#![no_main]

use bearward_core::json;
use fuzz::{is_same, is_stricter};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    match (json::read(data), serde_json::from_slice::<serde_json::Value>(data)) {
        (Ok(ours), Ok(theirs)) => assert!(is_same(ours, &theirs)),
        (Ok(_), Err(error)) => panic!("accepted, and is no JSON: {error}"),
        (Err(error), Ok(_)) => assert!(is_stricter(error), "refused, and is JSON: {error}"),
        (Err(_), Err(_)) => {}
    }
});
