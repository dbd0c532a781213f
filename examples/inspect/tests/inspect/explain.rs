//! `explain`.

use tests::signer::{Signer, key_set};

use crate::{CLAIMS, NOW, key_file, run, token};

#[test]
fn it_says_first_that_nothing_is_verified() {
    let forged = format!("{}.AAAA", token().rsplit_once('.').unwrap().0);
    let shown = run(&["explain", "--now", NOW, &forged], "");
    assert_eq!(shown.status, 0);
    assert!(shown.out.starts_with("NOT VERIFIED: "), "{}", shown.out);
    assert_eq!(run(&["explain", "--json", &forged], "").json()["verified"], false);
}

#[test]
fn header_claims_and_dates_are_shown() {
    let shown = run(&["explain", "--now", "1795405092", "-"], token());
    for line in [
        "  kid  \"key-es256\"",
        "  iss        \"https://as.example\"",
        "  exp        1795319292  2026-11-22T03:48:12Z, 23 hours 50 minutes ago",
        "  asks for an EC key on P-256, kid key-es256",
        "  exp has passed",
    ] {
        assert!(shown.out.lines().any(|shown| shown == line), "no {line:?} in {}", shown.out);
    }
}

#[test]
fn everything_is_there_for_machines_too() {
    let file = key_file("explain-json", &Signer::new("ES256").jwks());
    let shown = run(&["explain", "--jwks", &file, "--now", NOW, "--json", &token()], "").json();
    assert_eq!(shown["header"]["typ"], "at+jwt");
    assert_eq!(shown["claims"], serde_json::from_str::<serde_json::Value>(CLAIMS).unwrap());
    assert_eq!(shown["dates"]["iat"], "2026-11-22T03:38:12Z, 8 seconds ago");
    assert_eq!(shown["key"]["candidates"], serde_json::json!(["EC P-256, kid key-es256"]));
    assert_eq!(shown["notes"], serde_json::json!([]));
}

#[test]
fn the_keys_that_would_be_tried_are_those_that_fit() {
    let signers: Vec<_> = ["ES256", "ES384", "RS256", "EdDSA"].map(Signer::new).into();
    let keys = key_set(&signers.iter().map(Signer::jwk).collect::<Vec<_>>());
    let file = key_file("explain-keys", &keys);
    let shown = run(&["explain", "--jwks", &file, &Signer::new("RS256").token(CLAIMS)], "").out;
    assert!(shown.contains("would be tried: RSA, 2048 bits, kid key-rs256\n"), "{shown}");
    assert_eq!(shown.matches("would be tried").count(), 1);

    let unnamed = Signer::new("ES384").jws(r#"{"alg":"ES384","typ":"at+jwt"}"#, CLAIMS.as_bytes());
    let shown = run(&["explain", "--jwks", &file, &unnamed], "").out;
    assert!(shown.contains("names none") && shown.contains("would be tried: EC P-384, kid key-es384"), "{shown}");

    let other = Signer::new("ES256").jws(r#"{"alg":"ES256","kid":"../../etc/passwd"}"#, CLAIMS.as_bytes());
    let shown = run(&["explain", "--jwks", &file, &other], "").out;
    assert!(shown.contains("no key of the file would be tried"), "{shown}");
}

#[test]
fn what_would_be_refused_or_ignored_is_noted() {
    let header = r#"{"alg":"none","typ":"JWT","crit":["exp"],"jku":"https://evil.example/keys"}"#;
    let token = Signer::new("ES256").jws(header, br#"{"nbf":4000000000,"cnf":{"jkt":"x"}}"#);
    let notes = run(&["explain", "--now", NOW, "--json", &token], "").json()["notes"].to_string();
    for note in [
        "alg none is refused always",
        "typ is not at+jwt",
        "crit in the header: refused",
        "jku in the header is not looked at",
        "RFC 9068 requires also iss, exp, aud, sub, client_id, iat, jti",
        "nbf is still to come",
        "cnf binds the token to a key",
    ] {
        assert!(notes.contains(note), "no {note:?} in {notes}");
    }
}

#[test]
fn what_is_no_jwt_cannot_be_shown() {
    for (token, reason) in [
        ("opaque", "only the authorization server can tell"),
        ("a.b.c.d.e", "encrypted"),
        ("a.b", "three segments, and this has 2"),
        ("Bearer a.b.c", "without \"Bearer\""),
        ("a.b.c", "the header is not canonical base64url"),
        ("e30.W10.", "the payload is not a good JSON object: it is not an object"),
    ] {
        let shown = run(&["explain", token], "");
        assert_eq!(shown.status, 1);
        assert!(shown.out.starts_with("cannot be read: ") && shown.out.contains(reason), "{}", shown.out);
        let answer = run(&["explain", "--json", token], "").json();
        assert!(answer["error"].as_str().unwrap().contains(reason));
    }
}

#[test]
fn a_terminal_is_not_at_the_tokens_mercy() {
    let header = "{\"alg\":\"ES256\",\"kid\":\"\\u001b[2J\u{9b}31m\u{202e}\"}";
    let shown = run(&["explain", &Signer::new("ES256").jws(header, CLAIMS.as_bytes())], "").out;
    assert!(shown.chars().all(|shown| shown == '\n' || !shown.is_control()), "{shown:?}");
    assert!(!shown.contains('\u{202e}'));
}

#[test]
fn keys_that_cannot_be_used_are_counted_and_the_first_is_explained() {
    let encryption = Signer::new("ES256").jwk().replace(r#""use":"sig""#, r#""use":"enc""#);
    let keys = key_set(&[encryption, Signer::new("RS256").jwk()]);
    let file = key_file("explain-skipped", &keys);
    let shown = run(&["explain", "--jwks", &file, &token()], "").out;
    assert!(shown.contains("cannot be used here: 1; of the first, the key is not for signatures"), "{shown}");
    let shown = run(&["explain", "--jwks", &file, "--json", &token()], "").json();
    assert_eq!(shown["key"]["skipped"], 1);
    assert_eq!(shown["key"]["skip_reason"], "the key is not for signatures");
}
