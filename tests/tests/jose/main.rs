//! Held against panva's `jose` 6.2 on Node: the same tokens and the same key sets, good and mutated, put to both.
//!
//! What it refuses for the signature is never accepted here, and every other difference has its rule in
//! `data/jose-differences.txt`.

mod key_sets;
mod peer;
mod rules;

use std::collections::BTreeMap;

use bearward_core::{AccessToken, BearerToken, Error, JwkSet, KeyError, Policy, UnixTime};
use key_sets::{KeySet, KeySets};
use peer::{Peer, Question, Theirs};
use rules::{Refused, Rules};
use serde_json::Value;
use tests::{
    cases::{AUDIENCE, Cases, ISSUER},
    signer::Signer,
};

/// When the tokens are judged.
const NOW: u64 = 1_800_000_000;

/// The claims of an accepted token, or why there are none.
type Ours = Result<Value, Refused>;

#[test]
fn every_difference_has_its_rule_and_every_rule_its_difference() {
    let rules = Rules::read();
    let mut peer = Peer::start();
    let mut tally = Tally::default();
    for signer in Signer::all() {
        let slow = signer.algorithm().starts_with(['R', 'P']) || matches!(signer.algorithm(), "ES384" | "ES512");
        let count = if slow { 200 } else { 600 };
        for case in Cases::new(&signer, NOW).take(count) {
            let question = Question::new(&signer, signer.jwk(), signer.jwks(), case.token);
            tally.compare(&rules, &mut peer, &question);
        }
        if !signer.is_secret() {
            for KeySet { key, jwks, token } in KeySets::new(&signer, NOW).take(count) {
                tally.compare(&rules, &mut peer, &Question::new(&signer, key, jwks, token));
            }
        }
    }
    tally.judge(&rules);
}

#[derive(Default)]
struct Tally {
    total: u32,
    accepted: u32,
    found: BTreeMap<&'static str, u32>,
}

impl Tally {
    fn compare(&mut self, rules: &Rules, peer: &mut Peer, question: &Question) {
        let (ours, theirs) = (ours(question), peer.ask(question));
        self.total += 1;
        match (&ours, &theirs) {
            (Ok(here), Theirs::Accepted(there)) => {
                self.accepted += 1;
                // JavaScript's numbers are doubles, and those beyond them become null.
                assert_eq!(doubles(here), doubles(there), "other claims were read of {question:?}");
            }
            (Err(_), Theirs::Refused { .. }) => {}
            _ => {
                let rule = rules::rule(question, &ours, &theirs);
                let rule = rule.unwrap_or_else(|| {
                    panic!(
                        "no rule for {question:?}
here {ours:?}
there {theirs:?}"
                    )
                });
                assert!(rules.has(rule), "{rule} is not in the file");
                *self.found.entry(rule).or_insert(0) += 1;
            }
        }
    }

    fn judge(&self, rules: &Rules) {
        for rule in rules.names() {
            assert!(self.found.contains_key(rule), "{rule} explains nothing");
        }
        let Self { total, accepted, found } = self;
        println!("{total} tokens, {accepted} accepted by both; differences: {found:?}");
        assert!(*total > 8_000 && *accepted > total / 10 && *accepted < total / 2, "{accepted} of {total} accepted");
    }
}

fn ours(question: &Question) -> Ours {
    let algorithms = [question.signer.verifier()];
    let policy = Policy::relaxed(ISSUER, AUDIENCE, &algorithms);
    let mut buffer = vec![0; question.token.len()];
    let now = UnixTime::from_seconds(NOW);
    let token = BearerToken::new(&question.token).map_err(Refused::Token)?;
    let claims = |verified: Result<AccessToken<'_>, Refused>| {
        // A number of the cases that is no double: JavaScript reads it as infinity and writes null.
        verified.map(|token| serde_json::from_str(&token.json().replace("1e400", "null")).unwrap())
    };
    if question.signer.is_secret() {
        return claims(policy.verify(token, &question.signer.keys(), now, &mut buffer).map_err(Refused::Token));
    }
    let keys: JwkSet<8> = JwkSet::read(question.jwks.as_bytes()).map_err(Refused::Keys)?;
    let refusal = |error| match error {
        Error::UnknownKey | Error::BadSignature => {
            key_error(&question.key).map_or(Refused::Token(error), Refused::Keys)
        }
        _ => Refused::Token(error),
    };
    claims(policy.verify(token, &keys, now, &mut buffer).map_err(refusal))
}

/// Why the key that the token was signed with cannot be used.
fn key_error(key: &str) -> Option<KeyError> {
    let alone = format!(r#"{{"keys":[{key}]}}"#);
    JwkSet::<1>::read(alone.as_bytes()).map_or_else(Some, |set| set.skip_reason())
}

/// The same value with all numbers as JavaScript has them.
fn doubles(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
        Value::Array(items) => items.iter().map(doubles).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), doubles(value))).collect(),
        _ => value.clone(),
    }
}
