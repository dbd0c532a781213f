use std::{format, string::String};

use super::{
    Missing, RECORD_OVERHEAD, RecordError, Renewal, Revocation, StoreError, Ticket, TokenStore, Unsaved, Wanted, Work,
};
use crate::{
    call::Answer, revocation::TokenTypeHint, time::UnixTime, token_error::TokenError, token_request::TokenRequest,
};

type Store = TokenStore<3, 256>;

const OWN: Renewal = Renewal::ClientCredentials;
const USERS: Renewal = Renewal::RefreshToken;
const NOON: UnixTime = UnixTime::from_seconds(1_800_000_000);

/// Grants what a server answers with these members beside `token_type`.
fn grant<const N: usize>(
    store: &mut TokenStore<N, 256>,
    ticket: Ticket,
    members: &str,
    asked_at: u64,
) -> Result<(), StoreError> {
    let mut body = format!(r#"{{"token_type":"Bearer",{members}}}"#).into_bytes();
    let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut body };
    store.grant(ticket, &TokenRequest::read(answer).unwrap(), asked_at)
}

/// A store with a token for the session of a user: good for 100 seconds from 0, with a refresh token.
fn granted() -> (Store, Ticket) {
    let mut store = Store::new().with_margin(10);
    let ticket = store.expect("app", "s1", "a b", USERS, 0).unwrap();
    grant(&mut store, ticket, r#""access_token":"A1","refresh_token":"R1","id_token":"I1","expires_in":100"#, 0)
        .unwrap();
    (store, ticket)
}

fn access(store: &Store, scope: &str, now: u64) -> Result<String, Missing> {
    match store.is_authorized("app", "s1", scope, now) {
        Ok(token) => Ok(token.access_token().into()),
        Err(error) => Err(error.missing),
    }
}

fn revocation(store: &Store, ticket: Ticket) -> Option<(String, TokenTypeHint)> {
    store.revocation(ticket).map(|Revocation { token, hint, .. }| (token.into(), hint))
}

#[test]
fn every_scope_token_must_be_granted_and_the_time_must_not_be_over() {
    let (store, _) = granted();
    assert_eq!(access(&store, "b a", 99), Ok("A1".into()));
    assert_eq!(access(&store, "", 99), Ok("A1".into()));
    assert_eq!(access(&store, "a c", 99), Err(Missing::Scope));
    assert_eq!(access(&store, "a", 100), Err(Missing::Time));
    let missing = |application, session| store.is_authorized(application, session, "", 0).unwrap_err().missing;
    assert_eq!([missing("app", "s2"), missing("ap", "ps1"), missing("", "")], [Missing::Key; 3]);
}

#[test]
fn rfc6749_5_1_the_scope_is_what_the_response_says_or_else_what_was_asked_for() {
    let (mut store, ticket) = granted();
    grant(&mut store, ticket, r#""access_token":"A2","scope":"a","expires_in":9"#, 0).unwrap();
    assert_eq!(access(&store, "a b", 0), Err(Missing::Scope));
    // RFC 6749 §6: a refresh that does not say otherwise leaves it as it was.
    grant(&mut store, ticket, r#""access_token":"A3","expires_in":9"#, 0).unwrap();
    assert_eq!(access(&store, "a b", 0), Err(Missing::Scope));
    assert_eq!(access(&store, "a", 0), Ok("A3".into()));
    // Also if that was nothing.
    grant(&mut store, ticket, r#""access_token":"A4","scope":"","expires_in":9"#, 0).unwrap();
    for access_token in ["A5", "A6"] {
        grant(&mut store, ticket, &format!(r#""access_token":"{access_token}","expires_in":9"#), 0).unwrap();
        assert_eq!(access(&store, "a", 0), Err(Missing::Scope));
        assert_eq!(access(&store, "", 0), Ok(access_token.into()));
    }
}

#[test]
fn another_scope_before_a_token_is_granted_is_the_expected_one_and_the_older_request_comes_to_nothing() {
    let mut store = Store::new();
    let older = store.expect("app", "s1", "a", USERS, 0).unwrap();
    let newer = store.expect("app", "s1", "b", USERS, 0).unwrap();
    assert_eq!(store.len(), 1);
    assert_eq!(grant(&mut store, older, r#""access_token":"A""#, 0), Err(StoreError::Stale));
    assert_eq!(access(&store, "", 0), Err(Missing::Token));
    assert_eq!(store.expect("app", "s1", "b  b", USERS, 0), Ok(newer));
    grant(&mut store, newer, r#""access_token":"B""#, 0).unwrap();
    assert_eq!((access(&store, "a", 0), access(&store, "b", 0)), (Err(Missing::Scope), Ok("B".into())));
}

#[test]
fn once_a_token_is_granted_another_scope_is_an_error_until_the_token_cannot_be_renewed() {
    let (mut store, ticket) = granted();
    assert_eq!(store.expect("app", "s1", "a", USERS, 0), Ok(ticket));
    assert_eq!(store.expect("app", "s1", "c", USERS, 500), Err(StoreError::OtherScope));
    assert_eq!(access(&store, "a b", 0), Ok("A1".into()));
    store.refuse_refresh(ticket);
    assert_eq!(store.expect("app", "s1", "c", USERS, 99), Err(StoreError::OtherScope));
    assert_ne!(store.expect("app", "s1", "c", USERS, 100), Ok(ticket));
    assert_eq!(access(&store, "", 0), Err(Missing::Token));
}

#[test]
fn what_a_response_does_not_repeat_stays_and_what_it_brings_takes_its_place() {
    let (mut store, ticket) = granted();
    for (members, refresh, id) in [
        (r#""access_token":"A2""#, "R1", "I1"),
        (r#""access_token":"A3","refresh_token":"R3""#, "R3", "I1"),
        (r#""access_token":"A4","id_token":"I4","more":1"#, "R3", "I4"),
        (r#""access_token":"A5""#, "R3", "I4"),
    ] {
        grant(&mut store, ticket, members, 0).unwrap();
        let token = store.is_authorized("app", "s1", "a b", 0).unwrap();
        assert_eq!(token.id_token(), Some(id));
        assert_eq!(token.response().property("more").is_some(), members.contains("more"));
        assert_eq!((token.remaining(), token.error()), (None, None));
        assert_eq!(store.begin(ticket).unwrap().refresh_token, Some(refresh));
    }
}

#[test]
fn a_full_store_and_too_long_an_entry_are_errors_that_lose_nothing() {
    let (mut store, ticket) = granted();
    store.expect("app", "s2", "", USERS, 0).unwrap();
    store.expect("app", "s3", "", USERS, 0).unwrap();
    assert_eq!(store.expect("app", "s4", "", USERS, 0), Err(StoreError::Full));
    let long = "x".repeat(256);
    assert_eq!(store.expect("app", "s2", &long, USERS, 0), Err(StoreError::TooLong));
    // A rotated refresh token that finds no place does not push out the old one either.
    let members = format!(r#""access_token":"A2","refresh_token":"{long}""#);
    assert_eq!(grant(&mut store, ticket, &members, 0), Err(StoreError::TooLong));
    assert_eq!((store.len(), access(&store, "a b", 0)), (3, Ok("A1".into())));
    assert_eq!(store.begin(ticket).unwrap().refresh_token, Some("R1"));
}

#[test]
fn a_token_is_renewed_before_it_expires_and_one_flight_at_a_time() {
    let (mut store, ticket) = granted();
    assert_eq!(store.next_work(0), Work::Later(90));
    assert_eq!(store.next_work(90), Work::Obtain(ticket));
    let Wanted { application, session, scope, refresh_token } = store.begin(ticket).unwrap();
    assert_eq!((application, session, scope, refresh_token), ("app", "s1", "a b", Some("R1")));
    assert_eq!(store.next_work(90), Work::Nothing);
    assert!(store.begin(ticket).is_none());
    assert_eq!(access(&store, "a", 99), Ok("A1".into()));
    grant(&mut store, ticket, r#""access_token":"A2","expires_in":10"#, 91).unwrap();
    // Of a short life, half is left.
    assert_eq!(store.next_work(91), Work::Later(96));
    assert_eq!((access(&store, "a", 100), access(&store, "a", 101)), (Ok("A2".into()), Err(Missing::Time)));
}

#[test]
fn a_failure_keeps_the_token_until_it_expires_and_the_pause_grows() {
    let (mut store, ticket) = granted();
    let mut now = 90;
    for pause in [5, 10, 20, 40] {
        assert_eq!(store.next_work(now), Work::Obtain(ticket));
        store.begin(ticket).unwrap();
        store.fail(ticket, TokenError::InvalidScope, None, now);
        assert_eq!(store.next_work(now), Work::Later(now + pause));
        let stored = store.is_authorized("app", "s1", "a", now);
        match stored {
            Ok(token) => assert!(now < 100 && token.error() == Some(TokenError::InvalidScope)),
            Err(error) => {
                assert!(now >= 100);
                assert_eq!((error.missing, error.error), (Missing::Time, Some(TokenError::InvalidScope)));
            }
        }
        now += pause;
    }
    store.fail(ticket, TokenError::InvalidScope, Some(300), now);
    assert_eq!(store.next_work(now), Work::Later(now + 300));
    store.fail(ticket, TokenError::InvalidScope, Some(u32::MAX), now);
    assert_eq!(store.next_work(now), Work::Later(now + 3600));
    grant(&mut store, ticket, r#""access_token":"A2""#, now).unwrap();
    assert_eq!(store.is_authorized("app", "s1", "a", now).unwrap().error(), None);
}

#[test]
fn rfc6749_5_2_a_refresh_token_that_is_refused_is_not_sent_again() {
    let (mut store, ticket) = granted();
    store.begin(ticket).unwrap();
    store.refuse_refresh(ticket);
    store.fail(ticket, TokenError::InvalidGrant, None, 90);
    assert_eq!(store.next_work(1000), Work::Nothing);
    assert_eq!(access(&store, "a", 99), Ok("A1".into()));
    // The access token is all that is left to be revoked.
    assert_eq!(store.revoke("app", "s1", 99), Ok(true));
    assert_eq!(revocation(&store, ticket), Some(("A1".into(), TokenTypeHint::AccessToken)));
}

#[test]
fn a_client_of_its_own_asks_at_once_and_again_and_a_users_token_is_waited_for() {
    let mut store = Store::new();
    store.expect("app", "user", "a", USERS, 0).unwrap();
    assert_eq!(store.next_work(0), Work::Nothing);
    let own = store.expect("app", "", "a", OWN, 0).unwrap();
    assert_eq!(store.next_work(0), Work::Obtain(own));
    assert_eq!(store.begin(own).unwrap().refresh_token, None);
    grant(&mut store, own, r#""access_token":"A","expires_in":600"#, 0).unwrap();
    assert_eq!(store.next_work(0), Work::Later(540));
}

#[test]
fn rfc6750_3_1_a_token_that_a_resource_server_refuses_is_renewed_at_once() {
    let (mut store, ticket) = granted();
    assert!(!store.expire("app", "s1", "A0", 5));
    assert_eq!(access(&store, "a", 5), Ok("A1".into()));
    assert!(store.expire("app", "s1", "A1", 5));
    assert_eq!((access(&store, "a", 5), store.next_work(5)), (Err(Missing::Time), Work::Obtain(ticket)));
}

#[test]
fn rfc7009_2_1_the_refresh_token_is_revoked_first_and_the_key_is_free_at_once() {
    let (mut store, ticket) = granted();
    assert_eq!(store.revoke("app", "s1", 1), Ok(true));
    assert_eq!((access(&store, "", 1), store.len(), store.revocations()), (Err(Missing::Key), 0, 1));
    let next = store.expect("app", "s1", "c", USERS, 1).unwrap();
    assert_eq!(store.next_work(1), Work::Revoke(ticket));
    assert_eq!(revocation(&store, ticket), Some(("R1".into(), TokenTypeHint::RefreshToken)));
    assert!(store.begin(ticket).is_none() && revocation(&store, next).is_none());
    store.revoked(ticket, 1);
    assert_eq!(revocation(&store, ticket), Some(("A1".into(), TokenTypeHint::AccessToken)));
    store.revoked(ticket, 1);
    assert_eq!((store.revocations(), store.next_work(1)), (0, Work::Nothing));
    assert_eq!(store.revoke("app", "s9", 1), Ok(false));
}

#[test]
fn a_revocation_is_tried_again_until_its_token_has_expired() {
    let (mut store, ticket) = granted();
    store.revoke("app", "s1", 1).unwrap();
    store.revoked(ticket, 1);
    for (at, next) in [(1, 6), (6, 16), (16, 36), (36, 76), (76, 156)] {
        assert_eq!(store.next_work(at), Work::Revoke(ticket));
        store.fail(ticket, TokenError::InvalidClient, None, at);
        assert_eq!(store.next_work(at), Work::Later(next));
    }
    assert_eq!((store.next_work(100), store.revocations()), (Work::Nothing, 0));
}

#[test]
fn a_full_queue_changes_nothing_and_says_so() {
    let mut store = Store::new().with_queue(1);
    for (application, session) in [("app", "s1"), ("app", "s2"), ("other", "s2")] {
        let ticket = store.expect(application, session, "a", USERS, 0).unwrap();
        grant(&mut store, ticket, r#""access_token":"A""#, 0).unwrap();
    }
    assert_eq!(store.end_session("s2", 0), Err(StoreError::QueueFull));
    assert_eq!((store.len(), store.revocations()), (3, 0));
    assert_eq!(store.revoke("app", "s1", 0), Ok(true));
    assert_eq!(store.revoke("app", "s2", 0), Err(StoreError::QueueFull));
    assert_eq!((store.len(), store.revocations()), (2, 1));
    assert_eq!(store.forget_revocations(), 1);
    assert!(store.remove("app", "s2") && !store.remove("app", "s2"));
    assert_eq!((store.end_session("s2", 0), store.len(), store.revocations()), (Ok(1), 0, 1));
}

#[test]
fn a_token_that_comes_after_its_session_ended_is_revoked_too() {
    let mut store = Store::new();
    let ticket = store.expect("app", "s1", "a", OWN, 0).unwrap();
    store.begin(ticket).unwrap();
    assert_eq!(store.end_session("s1", 0), Ok(1));
    assert_eq!((store.next_work(0), store.revocations()), (Work::Nothing, 1));
    let members = r#""access_token":"A","refresh_token":"R""#;
    assert_eq!(grant(&mut store, ticket, members, 0), Err(StoreError::Revoked));
    assert_eq!(access(&store, "", 0), Err(Missing::Key));
    assert_eq!(revocation(&store, ticket), Some(("R".into(), TokenTypeHint::RefreshToken)));
    // And nothing waits for one that did not come.
    let mut store = Store::new();
    let ticket = store.expect("app", "s1", "a", OWN, 0).unwrap();
    store.begin(ticket).unwrap();
    store.revoke("app", "s1", 0).unwrap();
    store.fail(ticket, TokenError::InvalidClient, None, 0);
    assert_eq!((store.revocations(), store.next_work(0)), (0, Work::Nothing));
}

#[test]
fn work_that_nobody_ends_can_be_begun_again() {
    let (mut store, ticket) = granted();
    store.begin(ticket).unwrap();
    store.abandon_all();
    assert_eq!(store.next_work(90), Work::Obtain(ticket));
}

/// What a store keeps over a restart.
fn record(store: &mut Store, now: u64, today: Option<UnixTime>) -> (Unsaved, std::vec::Vec<u8>) {
    let unsaved = store.unsaved().unwrap();
    let mut buffer = [0; 256 + RECORD_OVERHEAD];
    let length = store.write_record(unsaved, now, today, &mut buffer).unwrap().unwrap_or(0);
    store.saved(unsaved);
    (unsaved, buffer[..length].to_vec())
}

#[test]
fn a_restored_token_is_good_for_as_long_as_the_wall_clock_says_and_no_longer_than_it_was() {
    let (mut store, _) = granted();
    let (unsaved, bytes) = record(&mut store, 20, Some(NOON));
    assert_eq!((unsaved.slot(), store.unsaved()), (0, None));
    let later = |seconds: i64| Some(UnixTime::from_seconds(NOON.seconds().saturating_add_signed(seconds)));
    for (today, good_until) in [(later(30), 50), (later(79), 1), (later(80), 0), (later(-500), 100), (None, 0)] {
        let mut store = Store::new();
        store.restore(0, &bytes, 7, today).unwrap();
        assert_eq!(access(&store, "a b", 7 + good_until), Err(Missing::Time), "{today:?}");
        if good_until > 0 {
            assert_eq!(access(&store, "a b", 7 + good_until - 1), Ok("A1".into()), "{today:?}");
        }
        let ticket = Ticket { slot: 0, number: 1 };
        assert_eq!(store.next_work(7 + 100), Work::Obtain(ticket));
        assert_eq!(store.begin(ticket).unwrap().refresh_token, Some("R1"));
        assert_eq!(store.unsaved(), None);
    }
    // Saved without a clock, it has expired whatever the clock says later.
    store.slots[0].touch();
    let (_, bytes) = record(&mut store, 20, None);
    let mut store = Store::new();
    store.restore(0, &bytes, 0, Some(NOON)).unwrap();
    assert_eq!(access(&store, "a b", 0), Err(Missing::Time));
}

#[test]
fn a_revocation_survives_a_restart() {
    let (mut store, _) = granted();
    store.revoke("app", "s1", 1).unwrap();
    let (_, bytes) = record(&mut store, 1, None);
    let mut store = Store::new();
    store.restore(2, &bytes, 0, None).unwrap();
    let Work::Revoke(ticket) = store.next_work(0) else { panic!("{:?}", store.next_work(0)) };
    assert_eq!(revocation(&store, ticket), Some(("R1".into(), TokenTypeHint::RefreshToken)));
    store.revoked(ticket, 0);
    assert_eq!(revocation(&store, ticket), Some(("A1".into(), TokenTypeHint::AccessToken)));
    let (unsaved, bytes) = record(&mut store, 0, None);
    assert_eq!((unsaved.slot(), bytes.is_empty()), (2, false));
    store.revoked(ticket, 0);
    assert!(record(&mut store, 0, None).1.is_empty());
}

#[test]
fn every_change_of_what_is_kept_is_unsaved_and_what_is_only_expected_is_not() {
    let mut store = Store::new();
    let ticket = store.expect("app", "s1", "a", OWN, 0).unwrap();
    assert_eq!(store.unsaved(), None);
    grant(&mut store, ticket, r#""access_token":"A","expires_in":9"#, 0).unwrap();
    let first = store.unsaved().unwrap();
    grant(&mut store, ticket, r#""access_token":"B","expires_in":9"#, 0).unwrap();
    store.saved(first);
    assert!(!record(&mut store, 0, None).1.is_empty());
    store.expire("app", "s1", "B", 1);
    assert!(!record(&mut store, 1, None).1.is_empty());
    store.remove("app", "s1");
    assert!(record(&mut store, 1, None).1.is_empty());
    assert_eq!(store.unsaved(), None);
}

#[test]
fn a_record_with_any_byte_missing_or_more_is_none_and_a_taken_place_stays() {
    let (mut store, _) = granted();
    let (_, bytes) = record(&mut store, 0, Some(NOON));
    for length in 0..bytes.len() {
        assert_eq!(Store::new().restore(0, &bytes[..length], 0, None), Err(RecordError::Malformed), "{length}");
    }
    let longer = [&bytes[..], b" "].concat();
    assert_eq!(Store::new().restore(0, &longer, 0, None), Err(RecordError::Malformed));
    for (at, value) in [(0, 2), (1, 0x80), (1, 2), (1, 4)] {
        let mut other = bytes.clone();
        other[at] = value;
        assert_eq!(Store::new().restore(0, &other, 0, None), Err(RecordError::Malformed), "{at}");
    }
    assert_eq!(TokenStore::<3, 60>::new().restore(0, &bytes, 0, None), Err(RecordError::Malformed));
    let mut other = Store::new();
    assert_eq!(other.restore(3, &bytes, 0, None), Err(RecordError::Taken));
    other.restore(1, &bytes, 0, None).unwrap();
    assert_eq!(other.restore(1, &bytes, 0, None), Err(RecordError::Taken));
    assert_eq!(other.restore(2, &bytes, 0, None), Err(RecordError::Taken));
    assert_eq!(other.len(), 1);
}

#[cfg(feature = "aes-gcm")]
#[test]
fn a_sealed_record_opens_with_its_key_at_its_place_and_as_it_was() {
    use super::{RecordKey, SEAL_OVERHEAD};

    let key = RecordKey::new(&[7; 32]);
    for length in [0, 1, 11, 12, 13, 100] {
        let plain: std::vec::Vec<u8> = (0..length).map(|byte| byte as u8).collect();
        let mut buffer = [0; 100 + SEAL_OVERHEAD];
        buffer[..length].copy_from_slice(&plain);
        assert_eq!(key.seal(3, [9; 12], &mut buffer[..length + 27], length), Err(RecordError::Malformed));
        let sealed = key.seal(3, [9; 12], &mut buffer, length).unwrap();
        assert_eq!(sealed, length + SEAL_OVERHEAD);
        let sealed = &buffer[..sealed];
        assert_eq!(key.open(3, &mut sealed.to_vec()), Ok(&*plain));
        assert_eq!(key.open(4, &mut sealed.to_vec()), Err(RecordError::Sealed));
        assert_eq!(RecordKey::new(&[8; 32]).open(3, &mut sealed.to_vec()), Err(RecordError::Sealed));
        for at in 0..sealed.len() {
            let mut other = sealed.to_vec();
            other[at] ^= 1;
            assert_eq!(key.open(3, &mut other), Err(RecordError::Sealed), "{at}");
            assert_eq!(key.open(3, &mut sealed[..at].to_vec()), Err(RecordError::Sealed), "{at}");
        }
    }
}

#[test]
fn no_debug_output_shows_a_token() {
    let (mut store, ticket) = granted();
    let shown = format!("{store:?} {:?}", store.is_authorized("app", "s1", "", 0));
    let shown = shown + &format!("{:?}", store.begin(ticket));
    store.revoke("app", "s1", 0).unwrap();
    let shown = shown + &format!("{:?}", store.revocation(ticket));
    for secret in ["A1", "R1", "I1"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn a_copy_says_the_same_and_takes_no_more_than_the_entry() {
    let (mut store, ticket) = granted();
    for members in [r#""access_token":"A2""#, r#""access_token":"A3","scope":"a","id_token":"I3","expires_in":5"#] {
        grant(&mut store, ticket, members, 0).unwrap();
        let token = store.is_authorized("app", "s1", "a", 0).unwrap();
        let mut buffer = [0; 256];
        let copy = token.copy_to(&mut buffer).unwrap();
        assert_eq!((copy.access_token(), copy.id_token()), (token.access_token(), token.id_token()));
        assert!(copy.scope().iter().eq(token.scope().iter()));
        assert_eq!((copy.remaining(), copy.response().json()), (token.remaining(), token.response().json()));
        assert!((0..token.response().json().len()).all(|length| token.copy_to(&mut [0; 256][..length]).is_none()));
    }
}

#[test]
fn entries_of_applications_that_are_not_known_go() {
    let (mut store, _) = granted();
    store.expect("other", "s1", "", USERS, 0).unwrap();
    store.revoke("app", "s1", 0).unwrap();
    assert_eq!(store.retain(|application| application == "other"), 1);
    assert_eq!((store.len(), store.revocations()), (1, 0));
}

#[test]
fn a_token_comes_while_it_is_asked_for_or_is_about_to_be() {
    let (mut store, ticket) = granted();
    assert!(!store.is_coming("app", "s1", 89) && store.is_coming("app", "s1", 90));
    store.begin(ticket).unwrap();
    store.fail(ticket, TokenError::InvalidScope, None, 90);
    assert!(!store.is_coming("app", "s1", 94) && store.is_coming("app", "s1", 95));
    assert!(!store.is_coming("app", "s2", 95));
}
