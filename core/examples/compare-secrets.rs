//! Does one thing with a secret, and prints what came of it:
//!
//! - `mac ALGORITHM SECRET MAC`: whether this is the MAC of a message, in hexadecimal;
//! - `prepared SECRET MAC`: the same for HS256 with the state computed beforehand;
//! - `find SECRET OTHER`: whether a state that was prepared of one secret is taken for the other;
//! - `naive SECRET OTHER`: whether they are the same, by a comparison that stops where they differ;
//! - `basic SECRET`, `post SECRET`, `jwt SECRET`: how long a request is that a client with this secret authenticates.
//!
//! The tests count the instructions of `counted_use` in it, in the release profile, which is the one that ships.

#![allow(
    clippy::allow_attributes,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a tool of the tests may fail loudly"
)]

use std::{env, hint::black_box, process};

use bearward_core::{
    Algorithm, BearerToken, Client, Fresh, Hs256, Hs384, Hs512, IntrospectionRequest, Key, KeyEntry, Keys,
    PreparedHmac, Secret, SecretSet, UnixTime,
};

const MESSAGE: &[u8] = b"eyJhbGciOiJIUzI1NiJ9.e30";
const FRESH: Fresh = Fresh { now: UnixTime::from_seconds(1_800_000_000), nonce: [7; 16] };

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["mac", name, secret, mac] => {
            let algorithm: &dyn Algorithm = match name {
                "HS256" => &Hs256,
                "HS384" => &Hs384,
                _ => &Hs512,
            };
            let (secret, mac) = (bytes(secret), bytes(mac));
            let key = Key::Secret(Secret::new(&secret));
            println!("{}", counted_use(|| algorithm.verify(&key, MESSAGE, &mac).is_ok()));
        }
        ["prepared", secret, mac] => {
            let (secret, mac) = (bytes(secret), bytes(mac));
            let secret = Secret::new(&secret);
            let state = PreparedHmac::<Hs256>::new(secret).unwrap();
            let set = SecretSet::<1>::new().with(secret, None, None).unwrap();
            let keys = state.within(&set);
            let KeyEntry { key, .. } = keys.entry(0).unwrap();
            assert!(matches!(key, Key::PreparedSecret(_)));
            println!("{}", counted_use(|| Hs256.verify(&key, MESSAGE, &mac).is_ok()));
        }
        ["find", secret, other] => {
            let (secret, other) = (bytes(secret), bytes(other));
            let state = PreparedHmac::<Hs256>::new(Secret::new(&secret)).unwrap();
            let set = SecretSet::<1>::new().with(Secret::new(&other), None, None).unwrap();
            let keys = state.within(&set);
            println!("{}", counted_use(|| matches!(keys.entry(0).unwrap().key, Key::PreparedSecret(_))));
        }
        ["naive", secret, other] => {
            let (secret, other) = (bytes(secret), bytes(other));
            println!("{}", counted_use(|| secret.iter().zip(&other).all(|(one, two)| black_box(one) == two)));
        }
        [method, secret] => {
            let client = match method {
                "basic" => Client::secret_basic("valve", secret),
                "post" => Client::secret_post("valve", secret),
                _ => Client::secret_jwt("valve", "https://as.example", Secret::new(secret.as_bytes())),
            };
            let request = IntrospectionRequest::new(BearerToken::new("2YotnFZFEjr1zCsicMWpAA").unwrap());
            let mut buffer = [0; 1024];
            println!("{}", counted_use(|| request.write(&client, FRESH, &mut buffer).unwrap().body().len()));
        }
        // See the top of the source.
        _ => process::exit(2),
    }
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    (0..hexadecimal.len()).step_by(2).map(|at| u8::from_str_radix(&hexadecimal[at..at + 2], 16).unwrap()).collect()
}

/// Found by its name.
#[inline(never)]
fn counted_use<T>(act: impl FnOnce() -> T) -> T {
    black_box(act())
}
