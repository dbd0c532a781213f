//! A challenge is one field of the response, whatever it is made of: nothing ends the field, or a quoted string in it.
#![no_main]

use bearward_core::{Challenge, Error};

libfuzzer_sys::fuzz_target!(|input: (&str, &str, &str)| {
    let (realm, scope, url) = input;
    let challenge = Challenge::new().with_realm(realm).with_scope(scope).with_resource_metadata(url);
    let text = challenge.with_error(Error::InsufficientScope).to_string();
    assert!(!text.contains(char::is_control));

    let mut rest = text.strip_prefix("Bearer ").unwrap();
    let names = ["realm", "scope", "error", "error_description", "resource_metadata"];
    for name in names {
        // An attribute outside of its grammar is left out; the others are never.
        let Some(value) = rest.strip_prefix(name).and_then(|rest| rest.strip_prefix("=\"")) else {
            assert!(!name.starts_with("error"));
            continue;
        };
        rest = after_quote(value).unwrap();
        rest = rest.strip_prefix(", ").unwrap_or(rest);
    }
    assert_eq!(rest, "");
});

/// What follows the quote that ends a quoted string (RFC 9110 §5.6.4).
fn after_quote(text: &str) -> Option<&str> {
    let mut escaped = false;
    let end = text.find(|character| {
        let ends = character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        ends
    })?;
    text.get(end + 1..)
}
