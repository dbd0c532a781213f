//! Keys that a device would not take, and that are taken here since they are local configuration.

use serde_json::{Value, json};
use tests::signer::{Signer, base64url, key_set};

use crate::{AUDIENCE, CLAIMS, ISSUER, NOW, Run, key_file, run, token};

const PRIVATE: &str = "warning: the keys have private members";
const SHORT: &str = "warning: a secret is shorter than the output of its hash";

fn batch(options: &[&str], lines: &[Value]) -> (Vec<Value>, String) {
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let run = run(&[&["batch"], options].concat(), input);
    assert_eq!(run.status, 0, "{}", run.err);
    (run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), run.err)
}

fn jwk(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The key with private members. They are not looked at, so they need not be right.
fn private(signer: &Signer) -> Value {
    let mut key = jwk(&signer.jwk());
    let names: &[&str] = if key["kty"] == "RSA" { &["d", "p", "q", "dp", "dq", "qi", "oth"] } else { &["d"] };
    for name in names {
        key[name] = if *name == "oth" { json!([{"r": "AQAB"}]) } else { "AQAB".into() };
    }
    key
}

#[test]
fn rfc_7515_appendix_a_3_is_verified_with_the_key_as_it_is_printed() {
    let key = json!({"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"});
    let payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let jws = format!("eyJhbGciOiJFUzI1NiJ9.{payload}.{signature}");
    let (answers, warnings) = batch(&[], &[json!({"id": "A.3", "jws": jws, "jwk": key})]);
    assert_eq!(answers[0], json!({"id": "A.3", "ok": true, "payload": payload, "alg": "ES256", "kid": null}));
    assert!(warnings.contains(PRIVATE), "{warnings}");
}

#[test]
fn the_public_half_of_every_private_key_is_used_and_one_warning_given() {
    let public = Signer::all().filter(|signer| !signer.algorithm().starts_with("HS"));
    let lines: Vec<Value> = public
        .flat_map(|signer| {
            let (key, token) = (private(&signer), signer.token(CLAIMS));
            [json!({"id": 1, "token": token, "jwk": key}), json!({"id": 1, "token": token, "jwks": {"keys": [key]}})]
        })
        .collect();
    let (answers, warnings) = batch(&[], &lines);
    assert_eq!(answers.len(), 22);
    assert!(answers.iter().all(|answer| answer["ok"] == true), "{answers:?}");
    assert_eq!(warnings.matches(PRIVATE).count(), 1, "{warnings}");
    assert_eq!(warnings.lines().count(), 1, "{warnings}");
}

#[test]
fn public_keys_and_long_secrets_give_no_warning() {
    let line = |signer: Signer| json!({"id": 1, "token": signer.token(CLAIMS), "jwk": jwk(&signer.jwk())});
    let (answers, warnings) = batch(&["--danger-short-secret"], &Signer::all().map(line).collect::<Vec<_>>());
    assert!(answers.iter().all(|answer| answer["ok"] == true), "{answers:?}");
    assert_eq!(warnings, "");
}

#[test]
fn all_else_of_a_private_key_is_read_as_strictly_as_of_a_public_one() {
    let answer = |change: fn(&mut Value)| {
        let signer = Signer::new("ES256");
        let mut key = private(&signer);
        change(&mut key);
        batch(&[], &[json!({"id": 1, "token": signer.token(CLAIMS), "jwk": key})]).0.remove(0)
    };
    assert_eq!(answer(|key| key["key_ops"] = json!(["sign"]))["ok"], true);
    assert_eq!(answer(|key| key["key_ops"] = json!(["deriveKey"]))["error"], "the key is not for verification");
    assert_eq!(answer(|key| key["use"] = "enc".into())["error"], "the key is not for signatures");
    assert_eq!(answer(|key| key["x"] = 1.into())["error"], "the member x is malformed");
    assert_eq!(answer(|key| key["alg"] = "ES384".into())["error"], "the key's algorithm is not supported");

    let signer = Signer::new("ES256");
    let twice = signer.jwk().replacen('{', r#"{"d":"AQAB","d":"AQAB","#, 1);
    let line = format!(r#"{{"id":1,"token":"{}","jwk":{twice}}}"#, signer.token(CLAIMS));
    assert!(run(&["batch"], line).out.contains("a member comes twice"));

    // Without the private half, `sign` says that it is no key to verify with.
    let mut public = jwk(&signer.jwk());
    public["key_ops"] = json!(["sign"]);
    let (answers, _) = batch(&[], &[json!({"id": 1, "token": signer.token(CLAIMS), "jwk": public})]);
    assert_eq!(answers[0]["error"], "the key is not for verification");
}

#[test]
fn private_keys_do_not_mix_with_secrets_either() {
    let keys = json!({"keys": [private(&Signer::new("ES256")), jwk(&Signer::new("HS256").jwk())]});
    let (answers, _) = batch(&[], &[json!({"id": 1, "token": token(), "jwks": keys})]);
    assert_eq!(answers[0]["error"], "the set has both shared secrets and public keys");
}

#[test]
fn rfc_7518_3_2_a_short_secret_is_used_only_if_asked_for() {
    let line = |bytes: usize, alg: Option<&str>| {
        let signer = Signer::with_secret("HS512", vec![7; bytes]);
        let jws = signer.jws(r#"{"alg":"HS512"}"#, b"hi");
        let mut key = json!({"kty": "oct", "k": base64url(&vec![7; bytes])});
        if let Some(alg) = alg {
            key["alg"] = alg.into();
        }
        json!({"id": bytes, "jws": jws, "jwk": key})
    };
    let lines = [line(43, None), line(43, Some("HS512")), line(31, None), line(31, Some("HS512"))];
    let length = "the key has a length that is not allowed";

    let (answers, warnings) = batch(&[], &lines);
    let errors: Vec<_> = answers.iter().map(|answer| answer["error"].as_str().unwrap()).collect();
    assert_eq!(errors, ["no key fits the token", length, length, length]);
    assert_eq!(warnings, "");

    let (answers, warnings) = batch(&["--danger-short-secret"], &lines);
    let ok: Vec<_> = answers.iter().map(|answer| answer["ok"].as_bool().unwrap()).collect();
    assert_eq!(ok, [true, true, false, false], "{answers:?}");
    assert_eq!((warnings.matches(SHORT).count(), warnings.lines().count()), (1, 1), "{warnings}");
}

fn verify(name: &str, keys: &str, more: &[&str]) -> Run {
    let file = key_file(name, keys);
    let arguments = ["verify", "--jwks", &file, "--issuer", ISSUER, "--audience", AUDIENCE, "--now", NOW, "-"];
    run(&[&arguments[..], more].concat(), token())
}

#[test]
fn verify_and_explain_warn_as_well() {
    let keys = key_set(&[private(&Signer::new("ES256")).to_string()]);
    let run_verify = verify("private", &keys, &[]);
    assert_eq!(run_verify.status, 0, "{}", run_verify.out);
    assert!(run_verify.err.contains(PRIVATE), "{}", run_verify.err);
    let explained = run(&["explain", "--jwks", &key_file("private-2", &keys), &token()], "");
    assert!(explained.out.contains("would be tried: EC P-256") && explained.err.contains(PRIVATE), "{}", explained.err);

    let secret = format!(r#"{{"kty":"oct","alg":"HS512","k":"{}"}}"#, base64url(&[7; 43]));
    assert_eq!(verify("short", &secret, &[]).status, 2);
    assert_eq!(verify("short-2", &secret, &["--danger-short-secret"]).status, 1);
}
