//! Questions that cannot be answered: status 2 and one line that says why.

use crate::{AUDIENCE, ISSUER, key_file, run, token};

fn refused(arguments: &[&str], reason: &str) {
    let run = run(arguments, "");
    assert_eq!(run.status, 2, "{}", run.out);
    assert_eq!(run.err.lines().count(), 1, "{}", run.err);
    assert!(run.err.contains(reason), "{}", run.err);
    assert!(run.out.is_empty());
}

#[test]
fn help_and_version_are_answers() {
    for arguments in [&["--help"][..], &["-h"], &["help"], &[], &["verify", "--help"], &["batch", "-h"]] {
        let run = run(arguments, "");
        assert_eq!(run.status, 0);
        assert!(run.out.contains("bearward-inspect verify --jwks FILE"));
    }
    assert!(run(&["--version"], "").out.starts_with("bearward-inspect "));
}

#[test]
fn unknown_commands_and_options_are_named() {
    refused(&["sign"], "sign");
    refused(&["--key"], "--key");
    refused(&["verify", "--key"], "--key");
    refused(&["explain", "a.b.c", "d.e.f"], "d.e.f");
    refused(&["batch", "a.b.c"], "a.b.c");
}

#[test]
fn what_is_missing_is_named() {
    let token = token();
    refused(&["verify", &token], "--jwks");
    refused(&["verify", "--jwks", "x", &token], "--issuer");
    refused(&["verify", "--jwks", "x", "--issuer", ISSUER, &token], "--audience");
    refused(&["verify", "--jwks", "x", "--issuer", ISSUER, "--audience", AUDIENCE], "no token");
    refused(&["explain"], "no token");
}

#[test]
fn bad_values_are_named() {
    refused(&["explain", "--now", "yesterday", "a.b.c"], "yesterday");
    refused(&["verify", "--leeway", "-1", "a.b.c"], "-1");
    let file = key_file("bad-values", "{}");
    let with = |name| {
        ["verify", "--jwks", &file, "--issuer", ISSUER, "--audience", AUDIENCE, "--alg", name, "a.b.c"]
            .map(str::to_owned)
    };
    for name in ["none", "es256", "ES256K"] {
        refused(&with(name).each_ref().map(String::as_str), name);
    }
}

#[test]
fn key_files_that_cannot_be_used_are_named() {
    let with = |file: &str| {
        let arguments = ["verify", "--jwks", file, "--issuer", ISSUER, "--audience", AUDIENCE, "a.b.c"];
        refused(&arguments, file);
    };
    with("/nonexistent/jwks.json");
    with(&key_file("not-json", "keys"));
    with(&key_file("no-keys", r#"{"key":[]}"#));
    with(&key_file("weak", r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#));
    with(&key_file("bad-pem", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"));
}

#[test]
fn what_to_do_about_a_key_file_is_said() {
    for (name, keys, advice) in [
        ("not-json-2", "keys", "a JWKS, a JWK, or a PUBLIC KEY in PEM"),
        ("no-kty", r#"{"x":"AAAA"}"#, "a JWKS, a JWK, or a PUBLIC KEY in PEM"),
        ("too-short", r#"{"kty":"oct","k":"AAAA"}"#, "--danger-short-secret"),
        ("certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "openssl x509 -pubkey"),
        ("encrypts", r#"{"kty":"OKP","crv":"Ed25519","use":"enc"}"#, "use must be sig"),
    ] {
        let file = key_file(name, keys);
        refused(&["verify", "--jwks", &file, "--issuer", ISSUER, "--audience", AUDIENCE, "a.b.c"], advice);
    }
}
