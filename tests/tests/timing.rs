//! What is compared or written with a secret takes as many instructions whatever the secret is, and wherever what it is
//! compared with differs: callgrind counts them, in the release profile, which is the one that ships.

use std::{path::PathBuf, sync::LazyLock};

use tests::{counted, signer::Signer};

const SECRET: [u8; 64] = [0x5c; 64];
const MESSAGE: &[u8] = b"eyJhbGciOiJIUzI1NiJ9.e30";

static EXAMPLE: LazyLock<PathBuf> = LazyLock::new(|| counted::example("compare-secrets", env!("CARGO_TARGET_TMPDIR")));

/// How many instructions it takes to come to this.
fn instructions(arguments: &[&str], said: &str) -> u64 {
    let (answer, count) = counted::run(&EXAMPLE, "*counted_use*", arguments, "");
    assert_eq!(answer, said, "{arguments:?}");
    count
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes with the first, one in the middle, the last, or all of them changed.
fn changed(bytes: &[u8]) -> Vec<String> {
    let last = bytes.len() - 1;
    let with = |places: &[usize]| {
        let mut bytes = bytes.to_vec();
        places.iter().for_each(|place| bytes[*place] ^= 0x41);
        hexadecimal(&bytes)
    };
    vec![with(&[0]), with(&[last / 2]), with(&[last]), with(&(0..=last).collect::<Vec<_>>())]
}

fn assert_same(what: &str, counts: &[u64], at_least: u64) {
    assert!(counts.iter().all(|count| *count == counts[0] && *count > at_least), "{what}: {counts:?}");
}

fn mac(algorithm: &'static str) -> Vec<u8> {
    Signer::with_secret(algorithm, SECRET.to_vec()).sign(MESSAGE)
}

#[test]
fn a_wrong_mac_is_told_by_as_many_instructions_wherever_it_differs() {
    let secret = hexadecimal(&SECRET);
    for algorithm in ["HS256", "HS384", "HS512"] {
        let mac = mac(algorithm);
        instructions(&["mac", algorithm, &secret, &hexadecimal(&mac)], "true");
        let wrong = changed(&mac);
        let counts: Vec<_> = wrong.iter().map(|mac| instructions(&["mac", algorithm, &secret, mac], "false")).collect();
        assert_same(algorithm, &counts, 1_000);
    }
}

#[test]
fn a_wrong_mac_is_told_by_as_many_instructions_where_the_key_is_prepared() {
    let (secret, mac) = (hexadecimal(&SECRET), mac("HS256"));
    instructions(&["prepared", &secret, &hexadecimal(&mac)], "true");
    let counts: Vec<_> = changed(&mac).iter().map(|mac| instructions(&["prepared", &secret, mac], "false")).collect();
    assert_same("HS256", &counts, 1_000);
}

#[test]
fn whether_a_secret_is_the_prepared_one_takes_as_many_instructions_wherever_it_differs() {
    let secret = hexadecimal(&SECRET);
    instructions(&["find", &secret, &secret], "true");
    let counts: Vec<_> =
        changed(&SECRET).iter().map(|other| instructions(&["find", &secret, other], "false")).collect();
    assert_same("find", &counts, SECRET.len().try_into().unwrap());
}

/// A client secret is compared by the authorization server; here it is written, in characters that no form encodes.
#[test]
fn a_client_secret_is_written_by_as_many_instructions_whatever_it_is() {
    let secrets = ["a".repeat(40), "z".repeat(40), "A9".repeat(20), format!("{}0", "a".repeat(39))];
    for method in ["basic", "post", "jwt"] {
        let length = counted::run(&EXAMPLE, "*counted_use*", &[method, &secrets[0]], "").0;
        let counts: Vec<_> = secrets.iter().map(|secret| instructions(&[method, secret], &length)).collect();
        assert_same(method, &counts, 1_000);
    }
}

/// So the counts above would tell.
#[test]
fn a_comparison_that_stops_where_it_differs_is_seen() {
    let secret = hexadecimal(&SECRET);
    let counts: Vec<_> =
        changed(&SECRET).iter().map(|other| instructions(&["naive", &secret, other], "false")).collect();
    assert!(counts[0] < counts[1] && counts[1] < counts[2] && counts[0] == counts[3], "{counts:?}");
}
