use std::vec::Vec;

use super::*;
use crate::{KeyError, Keys as _, PublicKey, SecretSet};

const MESSAGE: &[u8] = b"e30.e30";

fn mac<H: EagerHash>(secret: &[u8]) -> Vec<u8> {
    Hmac::<H>::new_from_slice(secret).unwrap().chain_update(MESSAGE).finalize().into_bytes().to_vec()
}

/// An algorithm, the length of its hash, and the MAC of [`MESSAGE`] under a secret.
type Case = (&'static dyn Algorithm, usize, fn(&[u8]) -> Vec<u8>);

fn algorithms() -> [Case; 3] {
    [(&Hs256, 32, mac::<Sha256>), (&Hs384, 48, mac::<Sha384>), (&Hs512, 64, mac::<Sha512>)]
}

#[test]
fn a_secret_as_long_as_the_hash_output_or_longer_is_used() {
    for (algorithm, bytes, mac) in algorithms() {
        for secret in [&[7; 300][..bytes], &[7; 300][..bytes + 1], &[7; 300][..]] {
            let key = Key::Secret(Secret::new(secret));
            assert!(algorithm.fits(&key));
            assert_eq!(algorithm.verify(&key, MESSAGE, &mac(secret)), Ok(()));
        }
    }
}

#[test]
fn a_shorter_secret_is_refused_unless_it_is_named_dangerous() {
    for (algorithm, bytes, mac) in algorithms() {
        for len in [1, bytes - 1] {
            let secret = &[7; 300][..len];
            let key = Key::Secret(Secret::new(secret));
            assert!(!algorithm.fits(&key));
            assert_eq!(algorithm.verify(&key, MESSAGE, &mac(secret)), Err(Error::BadSignature));
            let key = Key::Secret(Secret::danger_short(secret));
            assert!(algorithm.fits(&key));
            assert_eq!(algorithm.verify(&key, MESSAGE, &mac(secret)), Ok(()));
        }
    }
}

#[test]
fn an_empty_secret_is_never_used() {
    for (algorithm, _, mac) in algorithms() {
        for key in [Key::Secret(Secret::new(b"")), Key::Secret(Secret::danger_short(b""))] {
            assert!(!algorithm.fits(&key));
            assert_eq!(algorithm.verify(&key, MESSAGE, &mac(b"")), Err(Error::BadSignature));
        }
    }
}

#[test]
fn a_public_key_is_never_a_secret() {
    let modulus = [7; 256];
    for (algorithm, _, mac) in algorithms() {
        let key = Key::Public(PublicKey::Rsa { n: &modulus, e: &[1, 0, 1] });
        assert!(!algorithm.fits(&key));
        assert_eq!(algorithm.verify(&key, MESSAGE, &mac(&modulus)), Err(Error::BadSignature));
    }
}

#[test]
fn a_mac_of_another_length_is_refused() {
    let key = Key::Secret(Secret::new(&[7; 64]));
    for (algorithm, bytes, mac) in algorithms() {
        let longer = [mac(&[7; 64]), std::vec![0]].concat();
        for len in 0..=longer.len() {
            assert_eq!(algorithm.fits_signature(&key, len), len == bytes);
            assert_eq!(algorithm.verify(&key, MESSAGE, &longer[..len]).is_ok(), len == bytes);
        }
    }
}

fn prepared_and_plain<A: HmacAlgorithm>(algorithm: &A, bytes: usize, mac: fn(&[u8]) -> Vec<u8>) {
    // Shorter than a block of the hash, as long as one, and longer.
    for len in [bytes, 64, 65, 127, 128, 129, 300] {
        let secret: Vec<u8> = (0..len).map(|at| (at * 7 + len) as u8).collect();
        let prepared = PreparedHmac::<A>::new(Secret::new(&secret)).unwrap();
        let key = prepared.entry(0).unwrap().key;
        assert!(algorithm.fits(&key) && prepared.entry(1).is_none() && prepared.any_key_id());
        let good = mac(&secret);
        for place in 0..=good.len() {
            let mut signature = good.clone();
            if let Some(byte) = signature.get_mut(place) {
                *byte ^= 1;
            }
            for message in [MESSAGE, b"e30.e31"] {
                let outcome = algorithm.verify(&key, message, &signature);
                assert_eq!(outcome, algorithm.verify(&Key::Secret(Secret::new(&secret)), message, &signature));
                assert_eq!(outcome.is_ok(), place == good.len() && message == MESSAGE);
            }
        }
    }
    assert_eq!(PreparedHmac::<A>::new(Secret::new(&[7; 64][..bytes - 1])).err(), Some(KeyError::Length));
    assert_eq!(PreparedHmac::<A>::new(Secret::danger_short(&[])).err(), Some(KeyError::Length));
    assert!(PreparedHmac::<A>::new(Secret::danger_short(&[7])).is_ok());
}

#[test]
fn a_prepared_secret_verifies_what_the_secret_does() {
    prepared_and_plain(&Hs256, 32, mac::<Sha256>);
    prepared_and_plain(&Hs384, 48, mac::<Sha384>);
    prepared_and_plain(&Hs512, 64, mac::<Sha512>);
}

#[test]
fn a_secret_prepared_for_another_algorithm_is_the_secret_alone() {
    let prepared = PreparedHmac::<Hs256>::new(Secret::new(&[7; 64])).unwrap();
    let key = prepared.entry(0).unwrap().key;
    for (algorithm, _, mac) in algorithms() {
        assert!(algorithm.fits(&key));
        assert_eq!(algorithm.verify(&key, MESSAGE, &mac(&[7; 64])), Ok(()));
    }
    // Too short for the others.
    let prepared = PreparedHmac::<Hs256>::new(Secret::new(&[7; 32])).unwrap();
    assert!(!Hs512.fits(&prepared.entry(0).unwrap().key));
}

#[test]
fn within_a_set_only_the_secret_itself_is_replaced() {
    let (secret, other) = (Secret::new(&[7; 32]), Secret::new(&[8; 32]));
    let set = SecretSet::<4>::new().with(other, Some("a"), None).unwrap();
    let set = set.with(secret, Some("b"), Some("HS256")).unwrap();
    let set = set.with(Secret::danger_short(&[7; 32]), Some("c"), None).unwrap();
    let prepared = PreparedHmac::<Hs256>::new(secret).unwrap();
    let keys = prepared.within(&set);
    let found: Vec<_> = (0..)
        .map_while(|index| keys.entry(index))
        .map(|entry| (entry.id, matches!(entry.key, Key::PreparedSecret(_))))
        .collect();
    assert_eq!(found, [(Some("a"), false), (Some("b"), true), (Some("c"), false)]);
    assert!(!keys.any_key_id());
    assert!(prepared.within(&SecretSet::<1>::new()).entry(0).is_none(), "a secret that the set has dropped");
}
