//! Makes the tokens and keys that `benches/firmware` measures, as a Rust source. The keys are those of the tests.

use bearward_core::limits::{JSON_DEPTH, JSON_MEMBERS};
use tests::{
    encrypter::{AgreementCurve, Encrypter},
    signer::{Signer, key_set},
};

/// One for each verification that differs.
const ALGORITHMS: [&str; 7] = ["HS256", "RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"];

const AUDIENCE: &str = "https://valve.example";
const ISSUED_AT: u64 = 1_795_318_692;
const HOUR: u64 = 3600;

fn main() {
    let good = claims(AUDIENCE, ISSUED_AT + HOUR);
    println!("// Made by benches/examples/chip_samples.rs. Do not edit.");
    println!("\n/// A time at which the good tokens are good.\npub const NOW: u64 = {};", ISSUED_AT + 60);

    println!("\n/// Good tokens, by algorithm.\npub static ACCEPTED: [Sample; {}] = [", ALGORITHMS.len());
    for signer in ALGORITHMS.map(Signer::new) {
        println!("    {},", sample(signer.algorithm(), &signer.token(&good), &signer.jwks()));
    }
    println!("];");

    let signer = Signer::new("ES256");
    let token = signer.token(&good);
    let other_key = signer.header().replace("es256", "other");
    let refused = [
        ("NOT_COMPACT", "refused: not compact", token.replace('.', "-")),
        ("ALGORITHM", "refused: algorithm not allowed", Signer::new("RS512").token(&good)),
        ("UNKNOWN_KEY", "refused: unknown key", signer.jws(&other_key, good.as_bytes())),
        ("BAD_SIGNATURE", "refused: bad signature, ES256", Signer::with_seed("ES256", 8).token(&good)),
        ("EXPIRED", "refused: expired, ES256", signer.token(&claims(AUDIENCE, ISSUED_AT + 1))),
        (
            "WRONG_AUDIENCE",
            "refused: wrong audience, ES256",
            signer.token(&claims("https://relay.example", ISSUED_AT + HOUR)),
        ),
    ];
    for (constant, name, token) in refused {
        println!("\n/// A token to refuse.\npub static {constant}: Sample = {};", sample(name, &token, &signer.jwks()));
    }

    encrypted();
    let set = key_set(&["RS256", "ES256", "ES384", "EdDSA"].map(|algorithm| Signer::new(algorithm).jwk()));
    println!("\n/// A key set as an issuer publishes it.\npub static KEY_SET: &str = {set:?};");
    println!("\n/// An object as deep, and with as many members open at once, as is read.");
    println!("pub static DEEP_AND_WIDE: &str = {:?};", deep_and_wide());
}

/// One answer about a user, signed, and encrypted in three ways.
fn encrypted() {
    let signer = Signer::new("ES256");
    let header = format!(r#"{{"alg":"ES256","typ":"JWT","kid":"{}"}}"#, signer.key_id());
    let signed = signer.jws(&header, user_claims().as_bytes());
    println!("\n/// Answers about a user, each with the device's key.\npub static USERINFO: [Sample; 3] = [");
    for (name, alg, curve) in [
        ("JWE: dir, A256GCM", "dir", AgreementCurve::P256),
        ("JWE: ECDH-ES on P-256, A256GCM", "ECDH-ES", AgreementCurve::P256),
        ("JWE: ECDH-ES on X25519, A256GCM", "ECDH-ES", AgreementCurve::X25519),
    ] {
        let sender = Encrypter::new(alg, "A256GCM", curve);
        let token = sender.jwe(r#","kid":"own","cty":"JWT""#, signed.as_bytes());
        println!("    {},", sample(name, &token, &sender.jwk()));
    }
    println!("];\n\n/// The keys of their issuer.\npub static USERINFO_KEYS: &str = {:?};", signer.jwks());
}

fn user_claims() -> String {
    format!(
        concat!(
            r#"{{"iss":"https://authority.example","aud":"https://valve.example","sub":"248289761001","exp":{},"#,
            r#""name":"Jane Doe","email":"jane@example.com","email_verified":true,"locale":"en-GB","updated_at":1700000000,"#,
            r#""address":{{"locality":"Wien","country":"AT"}}}}"#
        ),
        ISSUED_AT + HOUR
    )
}

fn sample(name: &str, token: &str, keys: &str) -> String {
    format!("Sample {{ name: {name:?}, token: {token:?}, keys: {keys:?} }}")
}

/// The claims of RFC 9068 §2.2, required and optional.
fn claims(audience: &str, expires_at: u64) -> String {
    let authenticated_at = ISSUED_AT - 90;
    format!(
        concat!(
            r#"{{"iss":"https://authority.example","sub":"248289761001","aud":"{}","client_id":"s6BhdRkqt3","exp":{},"#,
            r#""nbf":{},"iat":{},"jti":"dbe39bf3a3ba4238a513f51d6e1691c4","auth_time":{},"acr":"urn:example:loa:2","#,
            r#""amr":["pwd","otp"],"scope":"valve:open valve:read sensor:read","groups":["operator"]}}"#
        ),
        audience, expires_at, ISSUED_AT, ISSUED_AT, authenticated_at
    )
}

fn deep_and_wide() -> String {
    let open: String = (1..JSON_DEPTH).map(|level| format!(r#"{{"level{level}":"#)).collect();
    let members: Vec<_> = (JSON_DEPTH..=JSON_MEMBERS).map(|number| format!(r#""member{number}":0"#)).collect();
    format!("{open}{{{}}}{}", members.join(","), "}".repeat(JSON_DEPTH - 1))
}
