//! `batch`.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use tests::signer::{Signer, base64url, from_base64url};

use crate::{AUDIENCE, CLAIMS, ISSUER, run, token};

/// The answers to these lines, in their order.
fn answers(lines: &[String]) -> Vec<Value> {
    let run = run(&["batch"], lines.join("\n") + "\n");
    assert_eq!(run.status, 0, "{}", run.err);
    run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn answer(line: &Value) -> Value {
    let mut answers = answers(&[line.to_string()]);
    assert_eq!(answers.len(), 1);
    answers.remove(0)
}

/// A question with a key of this signer, and other members besides.
fn question(signer: &Signer, mut members: Value) -> Value {
    members["id"] = 1.into();
    members["jwk"] = serde_json::from_str(&signer.jwk()).unwrap();
    members
}

#[test]
fn a_good_token_is_answered_with_claims_algorithm_and_key() {
    let line = question(
        &Signer::new("ES256"),
        json!({"token": token(), "issuer": ISSUER, "audience": AUDIENCE, "algorithms": ["ES256"], "typ": "at+jwt",
            "now": 1_795_318_700}),
    );
    let claims: Value = serde_json::from_str(CLAIMS).unwrap();
    assert_eq!(answer(&line), json!({"id": 1, "ok": true, "claims": claims, "alg": "ES256", "kid": "key-es256"}));
}

#[test]
fn a_refused_token_is_answered_with_error_code_and_status() {
    let line = question(&Signer::new("ES256"), json!({"token": token(), "audience": "https://lamp.example"}));
    let error = "the claim aud is not the expected one";
    assert_eq!(answer(&line), json!({"id": 1, "ok": false, "error": error, "code": "invalid_token", "status": 401}));
}

#[test]
fn what_is_left_out_is_not_checked_and_what_is_given_is() {
    let signer = Signer::new("ES256");
    let token = signer.jws(r#"{"alg":"ES256","typ":"JWT"}"#, br#"{"iss":"a","aud":["b","c"],"exp":2,"nbf":1}"#);
    let check = |mut members: Value, ok: bool| {
        members["token"] = token.clone().into();
        let answer = answer(&question(&signer, members.clone()));
        assert_eq!(answer["ok"], ok, "{members}: {answer}");
    };
    check(json!({}), true);
    for (name, good, bad) in [
        ("issuer", json!("a"), json!("b")),
        ("issuer", json!(["x", "a"]), json!(["x", "y"])),
        ("audience", json!("c"), json!("a")),
        ("audience", json!(["x", "b"]), json!(["x", "y"])),
        ("algorithms", json!(["ES384", "ES256"]), json!(["ES384"])),
        ("typ", json!("jwt"), json!("at+jwt")),
        ("now", json!(1), json!(2)),
        ("now", json!(1.9), json!(0.9)),
    ] {
        check(json!({name: good}), true);
        check(json!({name: bad}), false);
        check(json!({name: null}), true);
    }
    for name in ["issuer", "audience", "algorithms"] {
        let answer = answer(&question(&signer, json!({"token": token, name: []})));
        assert_eq!((&answer["ok"], &answer["code"]), (&false.into(), &Value::Null), "{answer}");
        assert!(answer["error"].as_str().unwrap().starts_with("an empty list"), "{answer}");
    }
    check(json!({"now": -1}), false);
}

#[test]
fn every_algorithm_is_known_with_jwk_and_jwks() {
    let mut lines = Vec::new();
    for signer in Signer::all() {
        for (name, keys) in [("jwk", signer.jwk()), ("jwks", signer.jwks())] {
            let keys: Value = serde_json::from_str(&keys).unwrap();
            lines.push(json!({"id": signer.algorithm(), "token": signer.token(CLAIMS), name: keys}).to_string());
        }
    }
    for answer in answers(&lines) {
        assert_eq!(answer["ok"], true, "{answer}");
        assert_eq!(answer["alg"], answer["id"]);
    }
}

#[test]
fn a_bare_jws_may_carry_anything() {
    for payload in [&b"no JSON"[..], b"", b"\xff\0\n"] {
        let signer = Signer::new("EdDSA");
        let line = question(&signer, json!({"jws": signer.jws(r#"{"alg":"EdDSA"}"#, payload)}));
        let answer = answer(&line);
        assert_eq!((&answer["ok"], &answer["payload"]), (&true.into(), &base64url(payload).into()), "{answer}");
        assert_eq!((&answer["alg"], &answer["kid"]), (&"EdDSA".into(), &Value::Null));
    }
    let signer = Signer::new("EdDSA");
    let line = question(&signer, json!({"jws": signer.jws(r#"{"alg":"EdDSA"}"#, b"a"), "now": 1}));
    assert_eq!(answer(&line)["ok"], false);
}

#[test]
fn rfc_7515_appendix_a_1_is_verified_byte_for_byte() {
    let payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let jws = format!("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{payload}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    let key = json!({"kty": "oct",
        "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"});
    assert_eq!(answer(&json!({"id": "A.1", "jws": jws, "jwk": key}))["payload"], payload);

    // The same as a token: its claims have line breaks between them, and the answer must not.
    let answer = answer(&json!({"id": "A.1", "token": jws, "jwk": key}));
    assert_eq!(answer["claims"], serde_json::from_slice::<Value>(&from_base64url(payload)).unwrap());
}

#[test]
fn a_set_of_secrets_and_public_keys_is_refused() {
    let (secret, public) = (Signer::new("HS256"), Signer::new("ES256"));
    for keys in [[secret.jwk(), public.jwk()], [public.jwk(), secret.jwk()]] {
        let keys: Value = serde_json::from_str(&tests::signer::key_set(&keys)).unwrap();
        for token in [secret.token(CLAIMS), public.token(CLAIMS)] {
            let answer = answer(&json!({"id": 1, "token": token, "jwks": keys}));
            assert_eq!(answer["ok"], false);
            assert_eq!(answer["error"], "the set has both shared secrets and public keys");
            assert_eq!((&answer["code"], &answer["status"]), (&Value::Null, &Value::Null));
        }
    }
}

#[test]
fn keys_reach_the_strict_reader_as_they_were_written() {
    let jwk = Signer::new("ES256").jwk();
    let twice = jwk.replacen('{', r#"{"kty":"EC","#, 1);
    let line = |key: &str| format!(r#"{{"id":1,"token":"{}","jwk":{key}}}"#, token());
    let answers = answers(&[line(&jwk), line(&twice)]);
    assert_eq!(answers[0]["ok"], true);
    assert_eq!(answers[1]["ok"], false);
}

#[test]
fn the_id_comes_back_as_it_was() {
    for id in [r#""a\u0062""#, "1.50", "[1,{}]", "null", "true", "12345678901234567890123"] {
        let run = run(&["batch"], format!(r#"{{"id":{id},"token":"a.b.c"}}"#));
        assert!(run.out.starts_with(&format!(r#"{{"id":{id},"ok":false,"#)), "{}", run.out);
    }
}

#[test]
fn a_bad_line_is_answered_and_the_batch_goes_on() {
    let good = question(&Signer::new("ES256"), json!({"token": token()})).to_string();
    let jwk = Signer::new("ES256").jwk();
    let bad = [
        "no JSON".to_owned(),
        "[]".to_owned(),
        r#"{"id":7}"#.to_owned(),
        format!(r#"{{"id":7,"jwk":{jwk}}}"#),
        format!(r#"{{"id":7,"jwk":{jwk},"token":"a.b.c","jws":"a.b.c"}}"#),
        format!(r#"{{"id":7,"jwk":{jwk},"jwks":{jwk},"token":"a.b.c"}}"#),
        format!(r#"{{"id":7,"jwk":{jwk},"token":"a.b.c","token":"a.b.c"}}"#),
        format!(r#"{{"id":7,"jwk":{jwk},"token":"a.b.c","audiance":"x"}}"#),
        format!(r#"{{"id":7,"jwk":{jwk},"token":"a.b.c","algorithms":["none"]}}"#),
        r#"{"id":7,"jwk":{"kty":"EC"},"token":"a.b.c"}"#.to_owned(),
    ];
    for (index, bad) in bad.iter().enumerate() {
        let answers = answers(&[bad.clone(), String::new(), good.clone()]);
        assert_eq!(answers.len(), 2, "{bad}");
        assert_eq!(answers[0]["ok"], false, "{bad}");
        assert_eq!(answers[0]["id"], if index < 2 { Value::Null } else { 7.into() }, "{bad}");
        assert!(!answers[0]["error"].as_str().unwrap().is_empty());
        assert_eq!(answers[0]["code"], Value::Null);
        assert_eq!(answers[1]["ok"], true);
    }
}

#[test]
fn a_line_that_is_not_utf_8_is_answered() {
    let run = run(&["batch"], b"{\"id\":\"\xff\",\"token\":\"a.b.c\"}\n{\"id\":1");
    let answers: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 2);
    assert!(answers.iter().all(|answer| answer["ok"] == false && answer["id"] == Value::Null));
}

#[test]
fn a_line_of_more_than_a_mebibyte_is_passed_over() {
    let good = question(&Signer::new("ES256"), json!({"token": token()})).to_string();
    let long = format!(r#"{{"id":1,"token":"{}"}}"#, "a".repeat(3 << 20));
    let answers = answers(&[long, good]);
    assert_eq!(answers.len(), 2);
    assert_eq!(
        answers[0],
        json!({"id": null, "ok": false, "error": "the line is longer than 1 MiB", "code": null, "status": null})
    );
    assert_eq!(answers[1]["ok"], true);
}

#[test]
fn lines_end_with_lf_or_crlf_or_the_input_and_empty_ones_are_passed_over() {
    let good = question(&Signer::new("ES256"), json!({"token": token()})).to_string();
    let run = run(&["batch"], format!("\r\n{good}\r\n\n \t\n{good}"));
    let answers: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 2);
    assert!(answers.iter().all(|answer| answer["ok"] == true));
    assert_eq!((run.status, run.err.as_str()), (0, ""));
}

#[test]
fn every_line_is_answered_before_the_next_one_is_asked() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_bearward-inspect"))
        .arg("batch")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut questions, mut answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    for id in 0..3 {
        writeln!(questions, "{}", json!({"id": id, "token": "a.b.c"})).unwrap();
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        assert!(answer.starts_with(&format!(r#"{{"id":{id},"ok":false,"#)), "{answer}");
    }
    drop(questions);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_key_that_cannot_be_used_is_the_callers_fault_and_one_among_others_is_left_out() {
    let weak = json!({"kty": "RSA", "n": "AQAB", "e": "AQAB"});
    let line = |keys: Value| answer(&json!({"id": 1, "token": token(), "jwks": {"keys": keys}}));
    let alone = answer(&json!({"id": 1, "token": token(), "jwk": weak}));
    assert_eq!(alone["error"], "the key has a length that is not allowed");
    assert_eq!((&alone["code"], &alone["status"]), (&Value::Null, &Value::Null));
    let good: Value = serde_json::from_str(&Signer::new("ES256").jwk()).unwrap();
    assert_eq!(line(json!([weak, good]))["ok"], true);
    assert_eq!(line(json!([weak]))["error"], "no key fits the token");
    assert_eq!(line(json!([]))["error"], "no key fits the token");
}

#[test]
fn the_line_in_the_readme_is_answered_with_its_payload() {
    let readme = include_str!("../../../../README.md");
    let line = readme.lines().find_map(|line| line.trim().strip_prefix("echo '")?.split('\'').next()).unwrap();
    let answer = answer(&serde_json::from_str(line).unwrap());
    assert_eq!(from_base64url(answer["payload"].as_str().unwrap()), b"Example of Ed25519 signing");
}
