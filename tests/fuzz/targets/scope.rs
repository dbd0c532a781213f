//! A scope contains what stands in it as a whole token, and nothing else.
#![no_main]

use bearward_core::scope_contains;

libfuzzer_sys::fuzz_target!(|input: (&str, &str)| {
    let (containing, wanted) = input;
    if scope_contains(containing, wanted) {
        let tokens: Vec<&str> = containing.split(' ').collect();
        assert!(wanted.split(' ').all(|token| token.is_empty() || tokens.contains(&token)));
    }
});
