//! Resolving escapes keeps the value, and leaves no escape that need not be one.
#![no_main]

use bearward_core::json;
use fuzz::is_same;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut bytes = data.to_vec();
    let resolved = json::resolve_escapes(&mut bytes);
    assert_eq!(resolved.err(), json::read(data).err());
    let Ok(length) = resolved else { return };
    assert!(length <= data.len());
    let text = &bytes[..length];
    let before: serde_json::Value = serde_json::from_slice(data).unwrap();
    assert!(is_same(json::read(text).unwrap(), &before));

    let mut again = text.to_vec();
    assert_eq!(json::resolve_escapes(&mut again), Ok(length));
    assert_eq!(again, text);
    if !data.contains(&b'\\') {
        assert_eq!(text, data);
    }
});
