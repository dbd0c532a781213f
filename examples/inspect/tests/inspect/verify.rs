//! `verify`.

use tests::signer::{Signer, key_set};

use crate::{AUDIENCE, CLAIMS, ISSUER, NOW, Run, key_file, run, token};

fn verify(test: &str, keys: &str, token: &str, more: &[&str]) -> Run {
    let file = key_file(test, keys);
    let mut arguments = vec!["verify", "--jwks", &file, "--issuer", ISSUER, "--audience", AUDIENCE];
    if !more.contains(&"--now") {
        arguments.extend(["--now", NOW]);
    }
    arguments.extend(more);
    run(&[&arguments[..], &["-"]].concat(), token)
}

fn verify_es256(test: &str, token: &str, more: &[&str]) -> Run {
    verify(test, &Signer::new("ES256").jwks(), token, more)
}

#[test]
fn a_good_token_is_shown_with_its_dates_in_words() {
    let run = verify_es256("good", &format!("{}\n", token()), &[]);
    assert_eq!(run.status, 0, "{}", run.out);
    assert!(run.out.starts_with("good: verified with ES256 and the key \"key-es256\"\n"));
    assert!(run.out.contains("1795319292  2026-11-22T03:48:12Z, in 9 minutes 52 seconds\n"), "{}", run.out);
    assert!(run.out.contains("1795318692  2026-11-22T03:38:12Z, 8 seconds ago\n"));
    assert!(run.out.contains("\"https://as.example\"\n"));
}

#[test]
fn a_good_token_for_machines() {
    let answer = verify_es256("good-json", &token(), &["--json"]).json();
    assert_eq!(answer["ok"], true);
    assert_eq!((&answer["alg"], &answer["kid"]), (&"ES256".into(), &"key-es256".into()));
    assert_eq!(answer["claims"], serde_json::from_str::<serde_json::Value>(CLAIMS).unwrap());
}

#[test]
fn the_token_may_stand_in_the_arguments() {
    let file = key_file("argument", &Signer::new("ES256").jwks());
    let token = token();
    let arguments = ["verify", "--jwks", &file, "--issuer", ISSUER, "--audience", AUDIENCE, "--now", NOW, &token];
    assert_eq!(run(&arguments, "").status, 0);
}

#[test]
fn every_algorithm_is_known() {
    for signer in Signer::all() {
        let name = format!("all-{}", signer.algorithm());
        for keys in [signer.jwks(), signer.jwk()] {
            let run = verify(&name, &keys, &signer.token(CLAIMS), &["--alg", signer.algorithm()]);
            assert_eq!(run.status, 0, "{name}: {}{}", run.out, run.err);
        }
    }
}

#[test]
fn a_refused_token_comes_with_the_answer_and_advice() {
    let run = verify_es256("expired", &token(), &["--now", "1795319292"]);
    assert_eq!(run.status, 1);
    assert_eq!(
        run.out,
        "refused: the claim exp has passed\n\
         answer:  401 invalid_token\n\
         advice:  Ask the authorization server for a new token. If this one is new, compare the clocks.\n"
    );
}

#[test]
fn a_refused_token_for_machines() {
    let answer = verify_es256("expired-json", &token(), &["--now", "1795319292", "--json"]).json();
    assert_eq!(answer["ok"], false);
    assert_eq!(answer["error"], "the claim exp has passed");
    assert_eq!((&answer["code"], &answer["status"]), (&"invalid_token".into(), &401.into()));
    assert!(answer["advice"].as_str().unwrap().contains("new token"));
}

#[test]
fn each_refusal_has_its_own_error() {
    let signer = Signer::new("ES256");
    let with = |header: &str, claims: &str| signer.jws(header, claims.as_bytes());
    let header = signer.header();
    let good = token();
    let (message, _) = good.rsplit_once('.').unwrap();
    for (token, error) in [
        ("a token", "do not follow their grammar"),
        ("opaque", "not three segments"),
        ("a.b.c.d.e", "encrypted"),
        (&good[1..], "the header"),
        (&format!("{message}.AAAA"), "signature is not valid"),
        (&"a".repeat(9000), "too long"),
        (&with(r#"{"alg":"none"}"#, CLAIMS), "algorithm is not allowed"),
        (&with(r#"{"alg":"ES256","kid":"other","typ":"at+jwt"}"#, CLAIMS), "no key fits"),
        (&with(r#"{"alg":"ES256","typ":"JWT"}"#, CLAIMS), "of another kind"),
        (&with(r#"{"alg":"ES256","typ":"at+jwt","crit":["b64"]}"#, CLAIMS), "critical extensions"),
        (&with(&header, &CLAIMS.replace("as.example", "evil.example")), "the claim iss is not the expected one"),
        (&with(&header, &CLAIMS.replace("valve", "lamp")), "the claim aud is not the expected one"),
        (&with(&header, &CLAIMS.replace("\"jti\":\"1\",", "")), "the claim jti is missing"),
        (&with(&header, &CLAIMS.replace("\"jti\":\"1\"", "\"jti\":1")), "the claim jti is malformed"),
        (&with(&header, &CLAIMS.replace("\"sub\"", "\"iss\"")), "a member comes twice"),
    ] {
        let run = verify_es256("refusals", token, &[]);
        assert_eq!(run.status, 1, "{token}: {}{}", run.out, run.err);
        assert!(run.out.lines().next().unwrap().contains(error), "expected {error:?}: {}", run.out);
        assert!(run.out.contains("\nadvice:  "));
    }
}

#[test]
fn the_options_reach_the_policy() {
    let jwt = Signer::new("ES256").jws(r#"{"alg":"ES256","typ":"JWT"}"#, CLAIMS.as_bytes());
    let check = |token: &str, more: &[&str], status| {
        let run = verify_es256("options", token, more);
        assert_eq!(run.status, status, "{more:?}: {}{}", run.out, run.err);
    };
    check(&jwt, &["--relaxed"], 0);
    check(&token(), &["--alg", "RS256"], 1);
    check(&token(), &["--alg", "RS256", "--alg", "ES256"], 0);
    check(&token(), &["--scope", "sensor:read"], 0);
    check(&token(), &["--scope", "led:set"], 1);
    check(&token(), &["--now", "1795319300", "--leeway", "60"], 0);
}

#[test]
fn secrets_are_local_configuration_and_never_mixed_with_public_keys() {
    let (secret, public) = (Signer::new("HS256"), Signer::new("ES256"));
    let mixed = key_set(&[secret.jwk(), public.jwk()]);
    let run = verify("mixed", &mixed, &token(), &[]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("both shared secrets and public keys"), "{}", run.err);
}

#[test]
fn a_key_in_pem_is_read() {
    let pem = "-----BEGIN PUBLIC KEY-----\nPEM\n-----END PUBLIC KEY-----\n";
    // The prefix of an SPKI of P-256 (RFC 5480 §2), and the point.
    let mut der = vec![
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
        0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ];
    let jwk: serde_json::Value = serde_json::from_str(&Signer::new("ES256").jwk()).unwrap();
    for coordinate in ["x", "y"] {
        der.extend(tests::signer::from_base64url(jwk[coordinate].as_str().unwrap()));
    }
    // 91 bytes are no multiple of three, so the last group is padded.
    let base64 = tests::signer::base64url(&der).replace('-', "+").replace('_', "/") + "==";
    let lines: Vec<_> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let run = verify_es256_with(&pem.replace("PEM", &lines.join("\n")));
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
}

fn verify_es256_with(keys: &str) -> Run {
    verify("pem", keys, &token(), &[])
}
