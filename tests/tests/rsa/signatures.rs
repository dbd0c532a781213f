//! RSASSA-PKCS1-V1_5-VERIFY and RSASSA-PSS-VERIFY (RFC 8017 §8.2.2, §8.1.2): what holds for both.

use num_bigint::BigUint;

use crate::{KeyPair, SCHEMES, key_pair};

const MESSAGE: &[u8] = b"eyJhbGciOiJSUzI1NiJ9.e30";

#[test]
fn a_signature_of_the_rsa_crate_is_good_for_its_algorithm_key_and_message_alone() {
    let keys = KeyPair::all();
    for key in &keys {
        for scheme in &SCHEMES {
            let signature = (scheme.sign)(key, MESSAGE);
            assert!(scheme.verdict(key, MESSAGE, &signature));
            assert!(!scheme.verdict(key, b"", &signature));
            assert!(!scheme.verdict(key, &MESSAGE[1..], &signature));
            for other in &SCHEMES {
                assert_eq!(other.verdict(key, MESSAGE, &signature), other.ours.name() == scheme.ours.name());
            }
            for other in &keys {
                assert_eq!(scheme.verdict(other, MESSAGE, &signature), other.modulus == key.modulus);
            }
        }
    }
}

#[test]
fn a_signature_over_no_bytes_is_good_for_no_bytes() {
    let key = key_pair!("rsa-2048");
    for scheme in &SCHEMES {
        let signature = (scheme.sign)(&key, b"");
        assert!(scheme.verdict(&key, b"", &signature));
        assert!(!scheme.verdict(&key, b"\0", &signature));
    }
}

#[test]
fn a_signature_with_a_changed_byte_is_refused() {
    for key in KeyPair::all() {
        for scheme in &SCHEMES {
            let signature = (scheme.sign)(&key, MESSAGE);
            for (count, position) in (0..signature.len()).step_by(7).chain([signature.len() - 1]).enumerate() {
                let mut changed = signature.clone();
                changed[position] ^= 1 << (count % 8);
                assert!(!scheme.verdict(&key, MESSAGE, &changed));
            }
        }
    }
}

// RFC 8017 §5.2.2, step 1: "If the signature representative s is not between 0 and n - 1, output ... out of range".
#[test]
fn a_representative_that_is_not_below_the_modulus_is_refused() {
    let mut tried = 0;
    for key in KeyPair::all() {
        for scheme in &SCHEMES {
            let signature = BigUint::from_bytes_be(&(scheme.sign)(&key, MESSAGE));
            let above = &signature + &key.n;
            if above.bits() <= 8 * key.modulus.len() as u64 {
                assert!(!scheme.verdict(&key, MESSAGE, &key.padded(&above)));
                tried += 1;
            }
            assert!(!scheme.verdict(&key, MESSAGE, &above.to_bytes_be()));
            assert!(!scheme.verdict(&key, MESSAGE, &key.modulus));
            assert!(!scheme.verdict(&key, MESSAGE, &vec![0xff; key.modulus.len()]));
        }
    }
    assert!(tried >= SCHEMES.len(), "with 2049 bits, the sum has no more bytes than the modulus");
}

#[test]
fn a_representative_that_is_its_own_power_is_refused() {
    for key in KeyPair::all() {
        for number in [BigUint::ZERO, BigUint::from(1_u8), &key.n - 1_u8] {
            for scheme in &SCHEMES {
                assert!(!scheme.verdict(&key, MESSAGE, &key.padded(&number)));
            }
        }
    }
}

// RFC 8017 §8.1.2 and §8.2.2, step 1: "If the length of the signature S is not k octets, output 'invalid signature'".
#[test]
fn a_signature_of_another_length_is_refused() {
    for key in KeyPair::all() {
        for scheme in &SCHEMES {
            let signature = (scheme.sign)(&key, MESSAGE);
            let prefixed = [&[0], &signature[..]].concat();
            let appended = [&signature[..], &[0]].concat();
            for other in [&[], &signature[1..], &signature[..signature.len() - 1], &prefixed, &appended] {
                assert!(!scheme.verdict(&key, MESSAGE, other));
            }
        }
    }
}

#[test]
fn a_signature_keeps_its_leading_zero_bytes() {
    // A modulus of 2049 bits begins with 1, so that half of the signatures begin with 0.
    let key = key_pair!("rsa-2049-e17");
    for scheme in &SCHEMES {
        let (message, signature) = (0..100_u8)
            .map(|number| ([number], (scheme.sign)(&key, &[number])))
            .find(|(_, signature)| signature[0] == 0)
            .unwrap();
        assert!(scheme.verdict(&key, &message, &signature));
        assert!(!scheme.verdict(&key, &message, &signature[1..]));
    }
}
