//! Metadata read in pieces is what serde_json reads at once, of the right issuer, and https.
#![no_main]

use bearward_core::{Metadata, MetadataError, MetadataReader};
use serde_json::Value;

const ISSUER: &str = "https://authority.example";

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let whole = read(data, data.len().max(1), false);
    for size in [1, 7] {
        assert_eq!(read(data, size, false), whole);
    }
    let aliased = read(data, 3, true);
    if let Ok(metadata) = whole {
        let document: Value = serde_json::from_slice(data).unwrap();
        assert_eq!(document["issuer"], ISSUER);
        for (name, url) in urls(&metadata) {
            assert_eq!(document.get(name).and_then(Value::as_str), url);
            assert!(url.is_none_or(|url| url.starts_with("https://")));
        }
    }
    if let Ok(metadata) = aliased {
        let document: Value = serde_json::from_slice(data).unwrap();
        for (name, url) in urls(&metadata) {
            let alias = document.get("mtls_endpoint_aliases").and_then(|aliases| aliases.get(name));
            assert_eq!(alias.or(document.get(name)).and_then(Value::as_str), url);
        }
    }
});

fn read(data: &[u8], size: usize, aliases: bool) -> Result<Metadata<64>, MetadataError> {
    let mut metadata = Metadata::new();
    let mut reader = MetadataReader::new(&mut metadata, ISSUER);
    if aliases {
        reader = reader.with_mtls_aliases();
    }
    let fed = data.chunks(size).try_for_each(|piece| reader.feed(piece));
    let finished = reader.finish();
    if finished.is_err() {
        assert_eq!(metadata, Metadata::new());
    }
    fed.and(finished)?;
    Ok(metadata)
}

fn urls(metadata: &Metadata<64>) -> [(&'static str, Option<&str>); 5] {
    [
        ("jwks_uri", metadata.jwks_uri()),
        ("introspection_endpoint", metadata.introspection_endpoint()),
        ("userinfo_endpoint", metadata.userinfo_endpoint()),
        ("revocation_endpoint", metadata.revocation_endpoint()),
        ("token_endpoint", metadata.token_endpoint()),
    ]
}
