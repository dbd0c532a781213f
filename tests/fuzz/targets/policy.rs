//! A policy lets in the good tokens and no others, with and without a memory of those seen before.
#![no_main]

use std::sync::LazyLock;

use bearward_core::{BearerToken, Policy, TokenCache, UnixTime};
use fuzz::{ALGORITHMS, KEYS, TOKENS};

static POLICY: Policy<'_> = Policy::new("https://authority.example", "https://valve.example", ALGORITHMS);
const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

/// A memory of all good tokens.
static SEEN: LazyLock<TokenCache<4>> = LazyLock::new(|| {
    let mut cache = TokenCache::new();
    for good in TOKENS {
        let good = BearerToken::new(good).unwrap();
        let mut buffer = [0; 1024];
        assert!(POLICY.verify_cached(good, &*KEYS, NOW, &mut buffer, &mut cache).is_ok());
    }
    cache
});

libfuzzer_sys::fuzz_target!(|data: &str| {
    let Ok(token) = BearerToken::new(data) else { return };
    let mut buffer = vec![0; data.len()];
    let good = TOKENS.contains(&data);
    assert_eq!(POLICY.verify(token, &*KEYS, NOW, &mut buffer).is_ok(), good);
    assert!(POLICY.verify(token, &*KEYS, None, &mut buffer).is_err());

    let mut cache = SEEN.clone();
    assert_eq!(POLICY.verify_cached(token, &*KEYS, NOW, &mut buffer, &mut cache).is_ok(), good);
    let late = UnixTime::from_seconds(5_000_000_000);
    assert!(POLICY.verify_cached(token, &*KEYS, late, &mut buffer, &mut cache).is_err());
});
