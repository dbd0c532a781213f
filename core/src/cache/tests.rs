//! What the cache remembers, and what a hit spares.

use std::{string::String, vec, vec::Vec};

use super::{Fingerprint, Remember, TokenCache, TokenDigest};
use crate::{
    alg::Algorithm,
    bearer::BearerToken,
    error::{Claim, Error, Reason},
    fake::{AUDIENCE, Fake, FakeKeys, HEADER, ISSUER, KEY, claims, entry, set, sign},
    json::{self, Value},
    key::{Curve, Key, KeyEntry, PublicKey, Secret},
    policy::{Policy, TokenType},
    time::{NumericDate, UnixTime},
};

const EXPIRED: Result<(), Error> = Err(Error::claim(Claim::ExpirationTime, Reason::Expired));

/// A policy asks one cache, token by token; what its algorithm had to verify is counted.
struct Bench<const N: usize> {
    algorithm: Fake,
    keys: FakeKeys,
    cache: TokenCache<N>,
}

impl<const N: usize> Bench<N> {
    fn new() -> Self {
        Self { algorithm: Fake::new("TEST"), keys: FakeKeys::good(), cache: TokenCache::new() }
    }

    fn ask_with(&mut self, token: &str, now: u64, change: impl Fn(Policy<'_>) -> Policy<'_>) -> Result<(), Error> {
        let algorithms: [&dyn Algorithm; 1] = [&self.algorithm];
        let policy = change(Policy::new(ISSUER, AUDIENCE, &algorithms));
        let (now, mut buffer) = (UnixTime::from_seconds(now), vec![0; token.len()]);
        policy.verify_cached(BearerToken::new(token).unwrap(), &self.keys, now, &mut buffer, &mut self.cache).map(drop)
    }

    fn ask(&mut self, token: &str, now: u64) -> Result<(), Error> {
        self.ask_with(token, now, |policy| policy)
    }

    fn verified(&self) -> usize {
        self.algorithm.verified()
    }
}

fn good() -> String {
    sign(HEADER, &claims(), KEY)
}

fn nth(number: u8) -> String {
    sign(HEADER, &set("jti", &std::format!("\"{number}\"")), KEY)
}

#[test]
fn a_hit_spares_the_signature() {
    let mut bench = Bench::<2>::new();
    for _ in 0..3 {
        assert_eq!(bench.ask(&good(), 1500), Ok(()));
    }
    assert_eq!((bench.verified(), bench.cache.len()), (1, 1));
}

#[test]
fn a_hit_spares_nothing_but_the_signature() {
    let mut bench = Bench::<4>::new();
    assert_eq!(bench.ask(&good(), 1500), Ok(()));
    let refused = |claim, reason| Err(Error::claim(claim, reason));
    let typ = bench.ask_with(&good(), 1500, |policy| policy.with_token_type(TokenType::Named("valve+jwt")));
    assert_eq!(typ, Err(Error::TokenType));
    let required = bench.ask_with(&good(), 1500, |policy| policy.with_required_claims(&["tenant"]));
    assert_eq!(required, refused(Claim::Required, Reason::Missing));
    let age = bench.ask_with(&good(), 1500, |policy| policy.with_max_age(60));
    assert_eq!(age, refused(Claim::IssuedAt, Reason::TooOld));
    let length = bench.ask_with(&good(), 1500, |policy| policy.with_max_bytes(10));
    assert_eq!(length, Err(Error::TokenTooLong));
    assert_eq!(bench.verified(), 1, "each of these was a hit");
}

#[test]
fn rfc7519_4_1_4_a_cached_token_is_refused_from_exp_on() {
    let mut bench = Bench::<2>::new();
    assert_eq!(bench.ask(&good(), 1999), Ok(()));
    assert_eq!(bench.ask(&good(), 2000), EXPIRED);
    assert_eq!(bench.ask(&good(), 9999), EXPIRED);
    assert!(bench.cache.is_empty());
}

#[test]
fn rfc7519_4_1_5_nbf_is_checked_again_when_the_clock_is_set_back() {
    let token = sign(HEADER, &claims().replacen('{', r#"{"nbf":1500,"#, 1), KEY);
    let mut bench = Bench::<2>::new();
    assert_eq!(bench.ask(&token, 1500), Ok(()));
    assert_eq!(bench.ask(&token, 1499), Err(Error::claim(Claim::NotBefore, Reason::NotYetValid)));
}

#[test]
fn within_the_leeway_behind_exp_the_signature_is_verified_each_time_and_nothing_is_pushed_out() {
    let mut bench = Bench::<1>::new();
    let long = sign(HEADER, &set("exp", "9000"), KEY);
    assert_eq!(bench.ask(&long, 2010), Ok(()));
    for count in 2..5 {
        assert_eq!(bench.ask_with(&good(), 2010, |policy| policy.with_leeway(60)), Ok(()));
        assert_eq!(bench.verified(), count);
    }
    assert_eq!(bench.ask(&long, 2010), Ok(()));
    assert_eq!(bench.verified(), 4, "still kept");
}

#[test]
fn a_token_that_is_refused_is_not_kept() {
    let mut bench = Bench::<2>::new();
    assert!(bench.ask(&sign(HEADER, &claims(), "another key"), 1500).is_err());
    assert!(bench.ask(&sign(HEADER, &set("aud", r#""x""#), KEY), 1500).is_err());
    assert!(bench.ask(&good(), 2000).is_err());
    assert!(bench.cache.is_empty());
}

#[test]
fn a_token_without_exp_is_not_kept() {
    let mut bench = Bench::<2>::new();
    let token = sign(HEADER, &crate::fake::without("exp"), KEY);
    for count in 1..3 {
        let lean = bench.ask_with(&token, 1500, |policy| policy.with_required_claims(&[]).danger_optional_expiration());
        assert_eq!(lean, Ok(()));
        assert_eq!(bench.verified(), count);
    }
    assert!(bench.cache.is_empty());
}

#[test]
fn a_changed_token_is_not_found() {
    let mut bench = Bench::<2>::new();
    assert_eq!(bench.ask(&good(), 1500), Ok(()));
    let token = good();
    for at in 0..token.len() {
        let mut changed: Vec<u8> = token.bytes().collect();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(bench.ask(&changed, 1500).is_err(), "{at}");
    }
}

#[test]
fn a_token_of_another_policy_is_not_found() {
    let others: [fn(Policy<'_>) -> Policy<'_>; 4] = [
        |policy| policy.with_issuers(&["https://old.example"]),
        |policy| policy.with_audiences(&["urn:valve:2"]),
        |policy| policy.danger_any_issuer(),
        |policy| policy.danger_any_audience(),
    ];
    for other in others {
        let mut bench = Bench::<2>::new();
        assert_eq!(bench.ask(&good(), 1500), Ok(()));
        assert_eq!(bench.ask_with(&good(), 1500, other), Ok(()));
        assert_eq!((bench.verified(), bench.cache.len()), (2, 2));
    }
}

#[test]
fn a_token_of_a_key_that_is_gone_or_changed_is_not_found() {
    let mut bench = Bench::<2>::new();
    assert_eq!(bench.ask(&good(), 1500), Ok(()));
    bench.keys = FakeKeys(vec![]);
    assert_eq!(bench.ask(&good(), 1500), Err(Error::UnknownKey));
    bench.keys = FakeKeys(vec![entry(None, None, "another key")]);
    assert_eq!(bench.ask(&good(), 1500), Err(Error::BadSignature));
    bench.keys = FakeKeys(vec![entry(None, Some("OTHER"), KEY)]);
    assert_eq!(bench.ask(&good(), 1500), Err(Error::UnknownKey), "its own algorithm is another now");
    bench.keys = FakeKeys::good();
    assert_eq!(bench.ask(&good(), 1500), Ok(()));
}

#[test]
fn a_token_that_names_a_key_is_found_under_that_kid_alone() {
    let token = sign(r#"{"alg":"TEST","typ":"at+jwt","kid":"1"}"#, &claims(), KEY);
    let mut bench = Bench::<2>::new();
    bench.keys = FakeKeys(vec![entry(Some("1"), None, KEY)]);
    assert_eq!(bench.ask(&token, 1500), Ok(()));
    bench.keys = FakeKeys(vec![entry(Some("2"), None, KEY)]);
    assert_eq!(bench.ask(&token, 1500), Err(Error::UnknownKey));
}

#[test]
fn an_algorithm_that_is_no_longer_allowed_is_not_allowed_by_a_hit() {
    let mut bench = Bench::<2>::new();
    assert_eq!(bench.ask(&good(), 1500), Ok(()));
    bench.algorithm = Fake::new("OTHER");
    assert_eq!(bench.ask(&good(), 1500), Err(Error::AlgorithmNotAllowed));
}

#[test]
fn keys_that_cannot_have_made_the_signature_do_not_hide_the_one_that_did() {
    let mut bench = Bench::<4>::new();
    let unfit = ["half 1", "half 2", "half 3", "half 4", "half 5"].map(|key| entry(None, None, key));
    bench.keys = FakeKeys(unfit.into_iter().chain([entry(None, None, KEY)]).collect());
    for _ in 0..3 {
        assert_eq!(bench.ask(&good(), 1500), Ok(()));
    }
    assert_eq!((bench.verified(), bench.cache.len()), (1, 1));
}

#[test]
fn the_token_not_used_for_the_longest_time_makes_room() {
    let mut bench = Bench::<2>::new();
    for number in [1, 2, 1, 3] {
        assert_eq!(bench.ask(&nth(number), 1500), Ok(()));
    }
    assert_eq!((bench.verified(), bench.cache.len()), (3, 2));
    assert_eq!(bench.ask(&nth(1), 1500), Ok(()));
    assert_eq!(bench.verified(), 3, "1 was used since");
    assert_eq!(bench.ask(&nth(2), 1500), Ok(()));
    assert_eq!(bench.verified(), 4, "2 was not");
}

#[test]
fn a_token_that_has_expired_makes_room_before_one_that_has_not() {
    let mut bench = Bench::<2>::new();
    let long = sign(HEADER, &set("exp", "9000"), KEY);
    assert_eq!(bench.ask(&long, 1500), Ok(()));
    assert_eq!(bench.ask(&good(), 1500), Ok(()));
    let other = sign(HEADER, &set("exp", "9001"), KEY);
    assert_eq!(bench.ask(&other, 2000), Ok(()));
    assert_eq!(bench.ask(&long, 2000), Ok(()));
    assert_eq!(bench.verified(), 3);
}

#[test]
fn clear_forgets_every_token() {
    let mut bench = Bench::<2>::new();
    assert_eq!(bench.ask(&good(), 1500), Ok(()));
    bench.cache.clear();
    assert!(bench.cache.is_empty());
    assert_eq!(bench.ask(&good(), 1500), Ok(()));
    assert_eq!(bench.verified(), 2);
}

#[test]
fn a_cache_without_places_keeps_nothing_and_harms_nothing() {
    let mut bench = Bench::<0>::new();
    for count in 1..3 {
        assert_eq!(bench.ask(&good(), 1500), Ok(()));
        assert_eq!(bench.verified(), count);
    }
    assert_eq!(bench.ask(&good(), 2000), EXPIRED);
    assert!(bench.cache.is_empty());
}

#[test]
fn without_a_clock_nothing_is_found_and_nothing_is_kept() {
    let (algorithm, mut cache) = (Fake::new("TEST"), TokenCache::<2>::new());
    let algorithms: [&dyn Algorithm; 1] = [&algorithm];
    let policy = Policy::new(ISSUER, AUDIENCE, &algorithms);
    let token = good();
    for (now, expected) in
        [(None, Some(Error::TimeUnavailable)), (Some(1500), None), (None, Some(Error::TimeUnavailable))]
    {
        let (now, mut buffer) = (now.map(UnixTime::from_seconds), vec![0; token.len()]);
        let token = BearerToken::new(&token).unwrap();
        let outcome = policy.verify_cached(token, &FakeKeys::good(), now, &mut buffer, &mut cache);
        assert_eq!(outcome.err(), expected);
    }
    assert_eq!(algorithm.verified(), 3);
}

#[test]
fn an_entry_takes_48_bytes() {
    assert_eq!(size_of::<TokenCache<17>>() - size_of::<TokenCache<1>>(), 16 * 48);
}

#[test]
fn debug_shows_the_number_of_entries_alone() {
    assert_eq!(std::format!("{:?}", TokenCache::<2>::default()), "TokenCache { len: 0, .. }");
}

#[test]
fn the_counter_of_uses_may_wrap() {
    let mut cache = TokenCache::<2>::new();
    cache.uses = u32::MAX - 1;
    let (now, expires) = (UnixTime::from_seconds(1), date("2"));
    let digest = |byte| TokenDigest([byte; 32]);
    for byte in [1, 2, 1, 3] {
        if !cache.holds(&digest(byte), now) {
            cache.keep(digest(byte), expires, now);
        }
    }
    assert!(cache.holds(&digest(1), now) && cache.holds(&digest(3), now) && !cache.holds(&digest(2), now));
}

#[test]
fn a_free_place_is_no_token_whose_digest_is_zero() {
    assert!(!TokenCache::<1>::new().holds(&TokenDigest([0; 32]), UnixTime::from_seconds(0)));
}

fn date(json: &'static str) -> NumericDate {
    NumericDate::from_json(json::read(json.as_bytes()).ok().and_then(Value::as_number).unwrap()).unwrap()
}

#[test]
fn no_field_of_a_fingerprint_runs_into_the_next() {
    let key = entry(None, None, KEY);
    let of = |fields: &[&str], lists: [&[&str]; 2]| {
        let mut hash = Fingerprint::new();
        fields.iter().for_each(|field| hash.field(field.as_bytes()));
        lists.iter().for_each(|list| hash.list(list.iter()));
        hash.digest_with(&key).0
    };
    let all = [
        of(&["ab", "c"], [&["a"], &["b"]]),
        of(&["a", "bc"], [&["a"], &["b"]]),
        of(&["ab", "c"], [&["a", "b"], &[]]),
        of(&["ab", "c"], [&[], &["a", "b"]]),
        of(&["ab", "c"], [&["ab"], &[]]),
        of(&["ab", "c"], [&["a", ""], &["b"]]),
        of(&["ab", "c"], [&["a"], &["", "b"]]),
        of(&["ab", "c"], [&["a"], &["b", ""]]),
    ];
    for (at, one) in all.iter().enumerate() {
        assert_eq!(all.iter().position(|other| other == one), Some(at));
    }
}

#[test]
fn keys_of_the_same_bytes_and_different_types_are_different() {
    let bytes = [7; 32];
    let all = [
        Key::Secret(Secret::new(&bytes)),
        Key::Public(PublicKey::Ed25519 { x: &bytes }),
        Key::Public(PublicKey::Rsa { n: &bytes, e: &bytes }),
        Key::Public(PublicKey::Ec { curve: Curve::P256, x: &bytes, y: &bytes }),
        Key::Public(PublicKey::Ec { curve: Curve::P384, x: &bytes, y: &bytes }),
        Key::Public(PublicKey::Ec { curve: Curve::P256, x: &bytes, y: &[8; 32] }),
        Key::Public(PublicKey::Rsa { n: &bytes, e: &[8; 32] }),
    ];
    let digest = |key| Fingerprint::new().digest_with(&KeyEntry { id: None, algorithm: None, key }).0;
    let all = all.map(digest);
    for (at, one) in all.iter().enumerate() {
        assert_eq!(all.iter().position(|other| other == one), Some(at));
    }
}
