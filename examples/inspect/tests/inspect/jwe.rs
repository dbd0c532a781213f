//! `batch` and `verify` with what is encrypted.

use std::fs;

use serde_json::{Value, json};
use tests::{
    encrypter::{AgreementCurve, Encrypter},
    signer::{Signer, base64url},
};

use crate::{AUDIENCE, CLAIMS, ISSUER, run};

fn answer(line: &Value) -> Value {
    let run = run(&["batch"], format!("{line}\n"));
    assert_eq!(run.status, 0, "{}", run.err);
    serde_json::from_str(&run.out).unwrap()
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

fn sender() -> Encrypter {
    Encrypter::new("ECDH-ES+A128KW", "A128CBC-HS256", AgreementCurve::X25519)
}

/// A signed token, encrypted.
fn nested() -> String {
    sender().jwe(r#","cty":"JWT","kid":"own""#, Signer::new("ES256").token(CLAIMS).as_bytes())
}

#[test]
fn a_bare_jwe_of_each_combination_is_opened() {
    for sender in Encrypter::all().step_by(7) {
        let line = json!({"id": 1, "jwe": sender.jwe("", b"payload"), "jwk": parsed(&sender.jwk())});
        let names = (sender.key_management(), sender.content_encryption());
        let good = json!({"id": 1, "ok": true, "payload": base64url(b"payload"), "keyalg": names.0, "encalg": names.1,
            "kid": null});
        assert_eq!(answer(&line), good);
    }
}

#[test]
fn a_jwe_that_cannot_be_opened_is_answered_with_the_one_error() {
    let jwk = parsed(&sender().with_seed(8).jwk());
    let refused = answer(&json!({"id": 1, "jwe": sender().jwe("", b"payload"), "jwk": jwk}));
    let error = "the token cannot be decrypted";
    assert_eq!(refused, json!({"id": 1, "ok": false, "error": error, "code": "invalid_token", "status": 401}));
}

#[test]
fn an_encrypted_token_is_opened_and_verified_and_its_algorithms_are_told() {
    let keys = json!({"keys": [parsed(&sender().jwk())]});
    let jwk = parsed(&Signer::new("ES256").jwk());
    let mut line = json!({"id": 1, "token": nested(), "jwk": jwk, "decryption_keys": keys, "issuer": ISSUER,
        "audience": AUDIENCE, "now": 1_795_318_700});
    let good = answer(&line);
    let names = [&good["alg"], &good["keyalg"], &good["encalg"]];
    assert_eq!(names, ["ES256", "ECDH-ES+A128KW", "A128CBC-HS256"], "{good}");
    assert_eq!(good["claims"], parsed(CLAIMS));
    line["issuer"] = "https://other.example".into();
    assert_eq!(answer(&line)["ok"], false);
    // A token that is not encrypted may come with keys that it does not need.
    line["issuer"] = ISSUER.into();
    line["token"] = Signer::new("ES256").token(CLAIMS).into();
    assert_eq!((&answer(&line)["ok"], answer(&line).get("keyalg")), (&true.into(), None));
    // And the other way round.
    line["token"] = nested().into();
    line["decryption_keys"] = Value::Null;
    assert_eq!(answer(&line)["error"], "the token is encrypted");
}

#[test]
fn a_question_about_a_jwe_has_nothing_to_check_beside_it() {
    let question = json!({"id": 1, "jwe": sender().jwe("", b"x"), "jwk": parsed(&sender().jwk())});
    for (name, value) in [
        ("token", json!("a.b.c")),
        ("jws", json!("a.b.c")),
        ("issuer", json!("a")),
        ("now", json!(1)),
        ("algorithms", json!(["ES256"])),
        ("decryption_keys", json!({"keys": []})),
    ] {
        let mut line = question.clone();
        line[name] = value;
        let answer = answer(&line);
        assert_eq!((&answer["ok"], &answer["code"]), (&false.into(), &Value::Null), "{name}: {answer}");
    }
}

#[test]
fn verify_takes_the_decryption_keys_from_a_file() {
    let folder = std::env::temp_dir().join(format!("inspect-jwe-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let [own, jwks] = ["own.json", "jwks.json"].map(|name| folder.join(name));
    fs::write(&own, sender().jwk()).unwrap();
    fs::write(&jwks, Signer::new("ES256").jwks()).unwrap();
    let (own, jwks) = (own.to_str().unwrap(), jwks.to_str().unwrap());
    let verify = ["verify", "--jwks", jwks, "--issuer", ISSUER, "--audience", AUDIENCE, "--now", "1795318700", "-"];
    let refused = run(&verify, nested());
    assert_eq!(refused.status, 1);
    assert!(refused.out.contains("--decryption-keys"), "{}", refused.out);
    let good = run(&[&verify[..], &["--decryption-keys", own]].concat(), nested());
    assert_eq!(good.status, 0, "{} {}", good.out, good.err);
    assert!(good.out.contains("opened with ECDH-ES+A128KW and A128CBC-HS256"), "{}", good.out);
    fs::remove_dir_all(&folder).unwrap();
}
