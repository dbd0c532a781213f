//! That every public type is formatted, or has a reason not to be.

use std::{collections::BTreeSet, fs, path::Path};

/// Types that hold no byte of a token, a claim, a key or a secret.
const HARMLESS: &[(&str, &[&str])] = &[
    (
        "numbers, times and choices",
        &[
            "Failure",
            "FailureKind",
            "Fetched",
            "Freshness",
            "NumericDate",
            "Protection",
            "Restored",
            "Ticket",
            "Timeouts",
            "UnixTime",
            "Unsaved",
            "WallClock",
            "Work",
        ],
    ),
    (
        "what anybody may know: names, URLs and scopes that the firmware or the issuer's metadata says",
        &[
            "Challenge",
            "Metadata",
            "MetadataReader",
            "ResourceMetadata",
            "TokenType",
            "UserInfoEndpoint",
            "IntrospectionResponse",
            "IdTokenPolicy",
            "Policy",
            "Encoded",
            "Trust",
        ],
    ),
    (
        "the sender's public key and numbers of one JWE, which a KeyManagement sees and nothing keeps",
        &["KeyParameters"],
    ),
    (
        "its Debug is written by hand, and names no field that comes from a peer or from flash",
        &[
            "Connection",
            "EmbeddedTlsConnection",
            "FlashStorage",
            "HttpClient",
            "Network",
            "Response",
            "Session",
            "Stream",
            "Timer",
        ],
    ),
];

pub fn compare(seen: &BTreeSet<String>) {
    let types = public_types();
    assert!(types.len() > 100, "the source is not where it was: {types:?}");
    let harmless: BTreeSet<&str> = HARMLESS.iter().flat_map(|(_, names)| *names).copied().collect();
    let missing: Vec<_> = types.iter().filter(|name| !seen.contains(*name) && !harmless.contains(&***name)).collect();
    assert!(missing.is_empty(), "public types that nothing formats, and that have no reason: {missing:?}");
    let stale: Vec<_> = harmless.iter().filter(|name| !types.contains(**name)).collect();
    assert!(stale.is_empty(), "reasons for types that are none, or hold nothing: {stale:?}");
}

/// The public types that hold something, by name. What is `pub` can be reached from outside: that is a lint.
fn public_types() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut types = BTreeSet::new();
    for folder in ["core/src", "net/src"] {
        read(&root.join(folder), &mut types);
    }
    types
}

fn read(folder: &Path, types: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, types);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let text = fs::read_to_string(&path).unwrap();
            types.extend(text.lines().enumerate().filter_map(|(at, line)| held(line, &text, at)));
        }
    }
}

/// The name of the type that begins in this line, if it holds something.
fn held(line: &str, text: &str, at: usize) -> Option<String> {
    let (is_enum, rest) = match (line.strip_prefix("pub struct "), line.strip_prefix("pub enum ")) {
        (Some(rest), None) => (false, rest),
        (None, Some(rest)) => (true, rest),
        _ => return None,
    };
    let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
    let mut body = text.lines().skip(at + 1).take_while(|line| *line != "}");
    let holds = if is_enum {
        // A variant with something in it.
        body.any(|line| {
            line.starts_with("    ") && !line.trim_start().starts_with(['/', '#']) && line.contains(['(', '{'])
        })
    } else {
        rest != format!("{name};")
    };
    holds.then_some(name)
}
