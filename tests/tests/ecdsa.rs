//! ES256, ES384 and ES512 by our own arithmetic against the crates `p256`, `p384` and `p521`: random keys and messages, half of
//! the signatures corrupted.
//!
//! `ES256_CASES=1000000 cargo test --release -p tests --test ecdsa es256` makes as many as one likes; `ES384_CASES` and
//! `ES512_CASES` are those of the other curves.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::thread;

use bearward_core::{
    Algorithm, Curve, Es256, Es384, Es512, Jwk, Keys, PreparedP256, PreparedP384, PreparedP521, PublicKey,
};
use p256::ecdsa::signature::{Signer, Verifier};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};

const MESSAGES_PER_KEY: usize = 20;
const THREADS: usize = 8;

/// How many are accepted, and how many refused.
type Count = (usize, usize);

macro_rules! random_signatures {
    ($test:ident, $cases:literal, $default:literal, $library:ident, $curve:expr, $algorithm:ident, $prepared:ident) => {
        #[test]
        fn $test() {
            const BYTES: usize = $curve.coordinate_bytes();

            fn compare(seed: u64, keys: usize) -> Count {
                use $library::ecdsa::{Signature, SigningKey};

                let mut random = StdRng::seed_from_u64(seed);
                let (mut good, mut bad) = (0, 0);
                for _ in 0..keys {
                    let mut secret = [0; BYTES];
                    random.fill_bytes(&mut secret);
                    // Below the order, which for P-521 has 521 of 528 bits.
                    secret[0] = if BYTES == 66 { secret[0] % 2 } else { secret[0] };
                    let signer = SigningKey::from_slice(&secret).unwrap();
                    let point = signer.verifying_key().to_sec1_point(false);
                    let (x, y) = (point.x().unwrap(), point.y().unwrap());
                    let jwk = Jwk::<{ 2 * BYTES }>::new(PublicKey::Ec { curve: $curve, x, y }).unwrap();
                    let mut prepared = ($prepared::<8>::new(), $prepared::<32>::new());
                    prepared.0.prepare(&jwk).unwrap();
                    prepared.1.prepare(&jwk).unwrap();
                    let alone = jwk.entry(0).unwrap().key;
                    let tables = [prepared.0.entry(0).unwrap().key, prepared.1.entry(0).unwrap().key];
                    for number in 0..MESSAGES_PER_KEY {
                        let mut message = [0; 24];
                        random.fill_bytes(&mut message);
                        let signature: Signature = signer.sign(&message);
                        let mut signature: [u8; 2 * BYTES] = signature.to_bytes().into();
                        let corrupted = number % 2 == 1;
                        if corrupted {
                            corrupt(&mut random, &mut message, &mut signature);
                        }
                        let oracle = Signature::from_slice(&signature)
                            .is_ok_and(|signature| signer.verifying_key().verify(&message, &signature).is_ok());
                        assert!(oracle || corrupted);
                        for key in [alone, tables[number / 2 % 2]] {
                            let ours = $algorithm.verify(&key, &message, &signature).is_ok();
                            assert_eq!(ours, oracle, "{key:?} {point:x?} {message:x?} {signature:x?}");
                        }
                        *(if oracle { &mut good } else { &mut bad }) += 1;
                    }
                }
                (good, bad)
            }

            in_threads($cases, $default, compare);
        }
    };
}

random_signatures!(
    es256_judges_random_signatures_as_p256_with_and_without_a_table,
    "ES256_CASES",
    20_000,
    p256,
    Curve::P256,
    Es256,
    PreparedP256
);
random_signatures!(
    es384_judges_random_signatures_as_p384_with_and_without_a_table,
    "ES384_CASES",
    4_000,
    p384,
    Curve::P384,
    Es384,
    PreparedP384
);
random_signatures!(
    es512_judges_random_signatures_as_p521_with_and_without_a_table,
    "ES512_CASES",
    1_600,
    p521,
    Curve::P521,
    Es512,
    PreparedP521
);

fn in_threads(variable: &str, default: usize, compare: fn(seed: u64, keys: usize) -> Count) {
    let cases = std::env::var(variable).map_or(default, |cases| cases.parse().unwrap());
    let keys = cases / MESSAGES_PER_KEY / THREADS;
    let counts: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS as u64).map(|seed| scope.spawn(move || compare(seed, keys))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let (good, bad) = counts.iter().fold((0, 0), |(good, bad), count| (good + count.0, bad + count.1));
    println!("{good} accepted, {bad} refused");
    assert!(good > cases * 2 / 5 && bad > cases * 2 / 5);
}

/// One bit, one byte, or one half.
fn corrupt(random: &mut StdRng, message: &mut [u8], signature: &mut [u8]) {
    let half = signature.len() / 2;
    let place = random.random_range(0..signature.len());
    match random.random_range(0..8) {
        0 => message[place % message.len()] ^= 1 << (place % 8),
        1 => signature.rotate_left(half),
        2 => random.fill_bytes(&mut signature[..half]),
        3 => random.fill_bytes(&mut signature[half..]),
        4 => signature[place] ^= random.random_range(1..=255),
        _ => signature[place] ^= 1 << random.random_range(0..8),
    }
}
