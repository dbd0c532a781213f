//! base64url has one spelling for each sequence of bytes, and only that is read.
#![no_main]

use bearward_core::base64url::{self, Encoded};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut out = vec![0; data.len()];
    if let Some(bytes) = base64url::decode(data, &mut out) {
        assert_eq!(Some(bytes.len()), base64url::decoded_len(data));
        assert_eq!(Encoded(bytes).to_string().as_bytes(), data);
    }
    let text = Encoded(data).to_string();
    assert_eq!(base64url::decode(text.as_bytes(), &mut out).as_deref(), Some(data));
});
