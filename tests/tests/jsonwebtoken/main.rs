//! Held against `jsonwebtoken` 11.1: the same tokens, good and mutated, put to both.
//!
//! What it refuses for the signature is never accepted here, and every other difference has its rule in
//! `data/jsonwebtoken-differences.txt`.

mod rules;

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use bearward_core::{BearerToken, Error, Keys, Policy, UnixTime};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, errors::ErrorKind, jwk::Jwk};
use rules::Rules;
use serde_json::Value;
use tests::{
    cases::{AUDIENCE, Case, Cases, ISSUER},
    signer::Signer,
};

/// The claims of an accepted token, or the error.
type Ours = Result<Value, Error>;
type Theirs = Result<Value, ErrorKind>;

#[test]
fn every_difference_has_its_rule_and_every_rule_its_difference() {
    let rules = Rules::read();
    let mut found = BTreeMap::new();
    let (mut total, mut accepted) = (0, 0);
    for (signer, count) in signers() {
        let peers = Peers::new(&signer);
        for case in Cases::new(&signer, peers.now).take(count) {
            let (ours, theirs) = (peers.ours(&case), peers.theirs(&case));
            total += 1;
            match (&ours, &theirs) {
                (Ok(here), Ok(there)) => {
                    accepted += 1;
                    assert_eq!(here, there, "other claims were read of {case:?}");
                }
                (Err(_), Err(_)) => {}
                _ => {
                    let rule = rules::rule(&signer, &case, &ours, &theirs);
                    let rule = rule.unwrap_or_else(|| panic!("no rule for {case:?}\nhere {ours:?}\nthere {theirs:?}"));
                    assert!(rules.has(rule), "{rule} is not in the file");
                    *found.entry(rule).or_insert(0) += 1;
                }
            }
        }
    }
    for rule in rules.names() {
        assert!(found.contains_key(rule), "{rule} explains nothing");
    }
    assert!(total > 5000 && accepted > total / 10 && accepted < total / 2, "{accepted} of {total} accepted: {found:?}");
}

/// The signers, and how many of their tokens are compared: fewer where making one is slow.
fn signers() -> impl Iterator<Item = (Signer, usize)> {
    let count = |signer: &Signer| match signer.algorithm() {
        name if name.starts_with(['R', 'P']) => 150,
        "ES384" | "ES512" => 300,
        _ => 1000,
    };
    let short = Signer::with_secret("HS256", vec![7; 31]);
    Signer::all().map(move |signer| (signer.clone(), count(&signer))).chain([(short, 100)])
}

/// Both verifiers, set up alike with the key of one signer.
struct Peers {
    /// jsonwebtoken takes the time from the clock, so dates lie far from it on either side.
    now: u64,
    signer: Signer,
    key: DecodingKey,
    validation: Validation,
}

impl Peers {
    fn new(signer: &Signer) -> Self {
        // What it does not know by name, it is told is the nearest it has; the header says otherwise, and it refuses.
        let algorithm: Algorithm = match signer.algorithm() {
            "ES512" => Algorithm::ES384,
            "Ed25519" => Algorithm::EdDSA,
            name => name.parse().unwrap(),
        };
        let jwk = format!("{{{}}}", signer.key_members());
        let mut validation = Validation::new(algorithm);
        validation.leeway = 0;
        validation.validate_nbf = true;
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        Self {
            now: SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs(),
            signer: signer.clone(),
            key: DecodingKey::from_jwk(&serde_json::from_str::<Jwk>(&jwk).unwrap()).unwrap(),
            validation,
        }
    }

    fn ours(&self, case: &Case) -> Ours {
        let algorithms = [self.signer.verifier()];
        let policy = Policy::relaxed(ISSUER, AUDIENCE, &algorithms);
        let keys: &dyn Keys = &self.signer.keys();
        let mut buffer = vec![0; case.token.len()];
        let now = UnixTime::from_seconds(self.now);
        let token = policy.verify(BearerToken::new(&case.token)?, keys, now, &mut buffer)?;
        // What serde_json cannot read it has refused itself.
        Ok(serde_json::from_str(token.json()).unwrap_or_default())
    }

    fn theirs(&self, case: &Case) -> Theirs {
        match jsonwebtoken::decode::<Value>(&case.token, &self.key, &self.validation) {
            Ok(token) => Ok(token.claims),
            Err(error) => Err(error.into_kind()),
        }
    }
}
