use std::{format, string::String};

use super::IntrospectionCache;
use crate::{
    answer_error::AnswerError,
    bearer::BearerToken,
    call::Answer,
    error::{Claim, Error, Reason},
    fake::{NOW, access, claims},
    introspection::IntrospectionError,
    policy::Policy,
    time::UnixTime,
};

const START: u64 = 1_800_000_000;
const POLICY: Policy<'_> = Policy::new("https://authority.example", "https://valve.example", &[]);
const ACTIVE: &str = r#"{"active":true,"aud":"https:\/\/valve.example","scope":"a \u0062","note":"\"\u0022"}"#;

type Cache = IntrospectionCache<2, 256>;

const fn at(seconds: u64) -> UnixTime {
    UnixTime::from_seconds(START + seconds)
}

fn token(text: &str) -> BearerToken<'_> {
    BearerToken::new(text).unwrap()
}

/// Asks the policy about an answer, and lets the cache keep what it said.
fn keep(cache: &mut Cache, text: &str, status: u16, json: &str, seconds: u64) -> bool {
    let mut body = json.as_bytes().to_vec();
    let answer = Answer { status, content_type: Some("application/json"), body: &mut body };
    let outcome = POLICY.introspect(answer, at(seconds));
    cache.keep(&POLICY, token(text), &outcome, at(seconds))
}

/// What the cache says: the claims of a good token.
fn get(cache: &mut Cache, text: &str, seconds: u64) -> Option<Result<String, IntrospectionError>> {
    let mut buffer = [0; 256];
    let found = cache.get(&POLICY, token(text), at(seconds), &mut buffer)?;
    Some(found.map(|token| token.json().into()))
}

#[test]
fn a_hit_gives_the_whole_token() {
    let mut cache = Cache::new(30);
    assert!(keep(&mut cache, "a", 200, ACTIVE, 0));
    let mut buffer = [0; 128];
    let found = cache.get(&POLICY, token("a"), at(1), &mut buffer).unwrap().unwrap();
    assert!(found.is_introspected());
    assert!(found.scope().contains_all("a b"));
    assert_eq!(found.json(), r#"{"active":true,"aud":"https://valve.example","scope":"a b","note":"\"\u0022"}"#);
}

#[test]
fn rfc7662_4_an_answer_is_kept_up_to_the_maximum_age() {
    let mut cache = Cache::new(30);
    assert!(keep(&mut cache, "a", 200, ACTIVE, 0));
    assert!(get(&mut cache, "a", 29).is_some_and(|found| found.is_ok()));
    assert!(get(&mut cache, "a", 30).is_none());
    // And then it is gone, also if the clock goes back.
    assert!(get(&mut cache, "a", 1).is_none());
    assert!(cache.is_empty());
    assert!(!keep(&mut Cache::new(0), "a", 200, ACTIVE, 0));
}

#[test]
fn rfc7662_4_an_answer_must_not_be_kept_beyond_the_expiration() {
    let mut cache = Cache::new(30);
    let json = format!(r#"{{"active":true,"aud":"https://valve.example","exp":{}.5}}"#, START + 5);
    assert!(keep(&mut cache, "a", 200, &json, 0));
    assert!(get(&mut cache, "a", 4).is_some_and(|found| found.is_ok()));
    assert!(get(&mut cache, "a", 5).is_none());
}

#[test]
fn what_lies_in_the_future_is_not_believed() {
    let mut cache = Cache::new(30);
    assert!(keep(&mut cache, "a", 200, ACTIVE, 10));
    assert!(get(&mut cache, "a", 9).is_none());
}

#[test]
fn without_a_clock_nothing_is_found_and_nothing_is_kept() {
    let mut cache = Cache::new(30);
    let mut body = ACTIVE.as_bytes().to_vec();
    let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut body };
    let outcome = POLICY.introspect(answer, None);
    assert!(outcome.is_ok());
    assert!(!cache.keep(&POLICY, token("a"), &outcome, None));
    assert!(cache.keep(&POLICY, token("a"), &outcome, at(0)));
    assert!(cache.get(&POLICY, token("a"), None, &mut [0; 128]).is_none());
}

#[test]
fn a_refusal_is_kept_for_less_than_a_second() {
    let mut cache = Cache::new(30);
    assert!(keep(&mut cache, "a", 200, r#"{"active":false}"#, 0));
    assert!(keep(&mut cache, "b", 200, r#"{"active":true,"aud":"https://pump.example"}"#, 0));
    assert_eq!(get(&mut cache, "a", 0), Some(Err(IntrospectionError::Inactive)));
    let mismatch = IntrospectionError::Token(Error::claim(Claim::Audience, Reason::Mismatch));
    assert_eq!(get(&mut cache, "b", 0), Some(Err(mismatch)));
    assert_eq!(get(&mut cache, "a", 1), None);
    assert_eq!(get(&mut cache, "b", 1), None);
}

#[test]
fn an_outage_is_not_kept() {
    let mut cache = Cache::new(30);
    for (status, json) in [(503, ""), (401, ""), (302, ""), (200, ""), (200, r#"{"active":"true"}"#)] {
        assert!(!keep(&mut cache, "a", status, json, 0));
    }
    let unknown = Err(IntrospectionError::Token(Error::TimeUnavailable));
    assert!(!cache.keep(&POLICY, token("a"), &unknown, at(0)));
    assert!(!cache.keep(&POLICY, token("a"), &Err(AnswerError::ContentType.into()), at(0)));
    assert!(!cache.keep(&POLICY, token("a"), &Err(IntrospectionError::SignedAnswer), at(0)));
    assert!(cache.is_empty());
}

#[test]
fn a_token_that_nobody_was_asked_about_is_not_kept() {
    let (mut cache, now) = (Cache::new(30), UnixTime::from_seconds(NOW));
    assert!(!cache.keep(&POLICY, token("a"), &Ok(access(&claims())), now));
}

#[test]
fn a_new_answer_takes_the_place_of_the_old_one() {
    let mut cache = Cache::new(30);
    assert!(keep(&mut cache, "a", 200, ACTIVE, 0));
    assert!(keep(&mut cache, "a", 200, r#"{"active":false}"#, 1));
    assert_eq!(cache.len(), 1);
    assert_eq!(get(&mut cache, "a", 1), Some(Err(IntrospectionError::Inactive)));
}

#[test]
fn an_answer_is_found_for_its_token_and_policy_alone() {
    let mut cache = Cache::new(30);
    assert!(keep(&mut cache, "a", 200, ACTIVE, 0));
    assert!(get(&mut cache, "b", 0).is_none());
    let mut buffer = [0; 128];
    let audiences = ["https://pump.example"];
    for other in [
        Policy::new("https://authority.example", "https://pump.example", &[]),
        Policy::new("https://other.example", "https://valve.example", &[]),
        POLICY.with_audiences(&audiences),
    ] {
        assert!(cache.get(&other, token("a"), at(0), &mut buffer).is_none());
    }
}

#[test]
fn a_hit_is_checked_by_the_policy() {
    let mut cache = Cache::new(30);
    assert!(keep(&mut cache, "a", 200, ACTIVE, 0));
    let stricter = POLICY.with_required_claims(&["tenant"]);
    let found = cache.get(&stricter, token("a"), at(1), &mut [0; 128]).map(|found| found.err());
    assert_eq!(found, Some(Some(IntrospectionError::Token(Error::claim(Claim::Required, Reason::Missing)))));
}

#[test]
fn an_answer_that_finds_no_room_is_not_kept() {
    let mut cache = Cache::new(30);
    let long = format!(r#"{{"active":true,"aud":"https://valve.example","note":"{}"}}"#, "x".repeat(256));
    assert!(!keep(&mut cache, "a", 200, &long, 0));
    assert!(keep(&mut cache, "a", 200, ACTIVE, 0));
    assert!(cache.get(&POLICY, token("a"), at(0), &mut [0; 16]).is_none());
    let mut none = IntrospectionCache::<0, 128>::new(30);
    assert!(!none.keep(&POLICY, token("a"), &Err(IntrospectionError::Inactive), at(0)));
}

#[test]
fn the_one_not_used_for_the_longest_time_makes_room() {
    let mut cache = Cache::new(30);
    assert!(keep(&mut cache, "a", 200, ACTIVE, 0));
    assert!(get(&mut cache, "x", 0).is_none());
    assert!(keep(&mut cache, "b", 200, ACTIVE, 0));
    assert!(get(&mut cache, "a", 0).is_some());
    assert!(keep(&mut cache, "c", 200, ACTIVE, 0));
    assert!(get(&mut cache, "b", 0).is_none());
    assert!(get(&mut cache, "a", 0).is_some());
    assert!(get(&mut cache, "c", 0).is_some());
    cache.clear();
    assert!(cache.is_empty());
    assert!(format!("{cache:?}").contains("len: 0"));
}

#[test]
fn an_entry_takes_what_the_docs_say() {
    assert!(size_of::<IntrospectionCache<1, 512>>() <= 512 + 130 + 16);
}
