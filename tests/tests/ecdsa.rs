//! ES256 by our own arithmetic against the crate `p256`: random keys and messages, half of the signatures corrupted.
//!
//! `ES256_CASES=1000000 cargo test --release -p tests --test es256` makes as many as one likes.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::thread;

use bearward_core::{Algorithm, Curve, Es256, Jwk, Keys, PreparedP256, PublicKey};
use p256::ecdsa::{
    Signature, SigningKey,
    signature::{Signer, Verifier},
};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};

const MESSAGES_PER_KEY: usize = 20;
const THREADS: usize = 8;

#[test]
fn random_signatures_are_judged_as_by_p256_with_and_without_a_table() {
    let cases = std::env::var("ES256_CASES").map_or(20_000, |cases| cases.parse().unwrap());
    let keys = cases / MESSAGES_PER_KEY / THREADS;
    let counts: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS as u64).map(|seed| scope.spawn(move || compare(seed, keys))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let (good, bad) = counts.iter().fold((0, 0), |(good, bad), count| (good + count.0, bad + count.1));
    println!("{good} accepted, {bad} refused");
    assert!(good > cases * 2 / 5 && bad > cases * 2 / 5);
}

/// How many are accepted, and how many refused.
fn compare(seed: u64, keys: usize) -> (usize, usize) {
    let mut random = StdRng::seed_from_u64(seed);
    let (mut good, mut bad) = (0, 0);
    for _ in 0..keys {
        let signer = SigningKey::from_slice(&random.random::<[u8; 32]>()).unwrap();
        let point = signer.verifying_key().to_sec1_point(false);
        let (x, y) = (point.x().unwrap(), point.y().unwrap());
        let jwk = Jwk::<64>::new(PublicKey::Ec { curve: Curve::P256, x, y }).unwrap();
        let mut prepared = (PreparedP256::<8>::new(), PreparedP256::<32>::new());
        prepared.0.prepare(&jwk).unwrap();
        prepared.1.prepare(&jwk).unwrap();
        let alone = jwk.entry(0).unwrap().key;
        let tables = [prepared.0.entry(0).unwrap().key, prepared.1.entry(0).unwrap().key];
        for number in 0..MESSAGES_PER_KEY {
            let mut message = [0; 24];
            random.fill_bytes(&mut message);
            let signature: Signature = signer.sign(&message);
            let mut signature: [u8; 64] = signature.to_bytes().into();
            let corrupted = number % 2 == 1;
            if corrupted {
                corrupt(&mut random, &mut message, &mut signature);
            }
            let oracle = Signature::from_slice(&signature)
                .is_ok_and(|signature| signer.verifying_key().verify(&message, &signature).is_ok());
            assert!(oracle || corrupted);
            for key in [alone, tables[number / 2 % 2]] {
                let ours = Es256.verify(&key, &message, &signature).is_ok();
                assert_eq!(ours, oracle, "{key:?} {point:x?} {message:x?} {signature:x?}");
            }
            *(if oracle { &mut good } else { &mut bad }) += 1;
        }
    }
    (good, bad)
}

/// One bit, one byte, or one half.
fn corrupt(random: &mut StdRng, message: &mut [u8], signature: &mut [u8; 64]) {
    let place = random.random_range(0..64);
    match random.random_range(0..8) {
        0 => message[place % message.len()] ^= 1 << (place % 8),
        1 => signature.rotate_left(32),
        2 => random.fill_bytes(&mut signature[..32]),
        3 => random.fill_bytes(&mut signature[32..]),
        4 => signature[place] ^= random.random_range(1..=255),
        _ => signature[place] ^= 1 << random.random_range(0..8),
    }
}
