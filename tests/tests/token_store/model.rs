//! The store against a plain model, over random operations.

use std::collections::BTreeSet;

use bearward_core::{
    Answer, Missing, RECORD_OVERHEAD, Renewal, StoreError, Ticket, TokenError, TokenRequest, TokenStore, UnixTime, Work,
};
use proptest::{collection::vec, prelude::*, test_runner::Config};

const PLACES: usize = 3;
const MARGIN: u64 = 10;
const QUEUE: usize = 2;
const BYTES: usize = 200;

type Store = TokenStore<PLACES, BYTES>;
type Scope = BTreeSet<char>;

#[derive(Clone, Debug)]
enum Operation {
    Expect {
        application: u8,
        session: u8,
        scope: u8,
        own: bool,
    },
    /// With the ticket that was given so many calls ago.
    Grant {
        back: usize,
        response: Response,
    },
    Fail {
        back: usize,
    },
    RefuseRefresh {
        back: usize,
    },
    Work,
    Remove {
        application: u8,
        session: u8,
    },
    Revoke {
        application: u8,
        session: u8,
    },
    EndSession {
        session: u8,
    },
    Expire {
        application: u8,
        session: u8,
    },
    Forget,
    Wait(u8),
}

#[derive(Clone, Debug)]
struct Response {
    scope: Option<u8>,
    refresh: bool,
    id: bool,
    lifetime: Option<u8>,
    /// Longer than the store takes.
    is_long: bool,
}

/// One entry, as the seed system's table has it.
#[derive(Clone)]
struct Entry {
    application: u8,
    session: u8,
    ticket: Ticket,
    own: bool,
    asked: Scope,
    token: Option<Token>,
    in_flight: bool,
    /// Set when it waits to be revoked: the refresh token, the access token.
    leaving: Option<(bool, bool)>,
    tries: u32,
    retry_at: u64,
    has_error: bool,
}

#[derive(Clone)]
struct Token {
    access: String,
    refresh: Option<String>,
    id: Option<String>,
    scope: Scope,
    expires: Option<u64>,
    lifetime: u64,
}

impl Entry {
    fn is_expired(&self, now: u64) -> bool {
        self.token.as_ref().and_then(|token| token.expires).is_some_and(|at| now >= at)
    }

    fn can_renew(&self) -> bool {
        self.own || self.token.as_ref().is_some_and(|token| token.refresh.is_some())
    }

    fn due(&self) -> Option<u64> {
        if self.in_flight {
            return None;
        }
        if self.leaving.is_some() {
            return Some(self.retry_at);
        }
        if !self.can_renew() {
            return None;
        }
        let due = match &self.token {
            None => 0,
            Some(token) => token.expires?.saturating_sub(MARGIN.min(token.lifetime.div_ceil(2))),
        };
        Some(due.max(self.retry_at))
    }
}

#[derive(Default)]
struct Model {
    now: u64,
    entries: Vec<Entry>,
    tickets: Vec<Ticket>,
    names: u32,
}

fn scope(bits: u8) -> Scope {
    "abc".chars().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, name)| name).collect()
}

fn list(scope: &Scope) -> String {
    scope.iter().map(char::to_string).collect::<Vec<_>>().join(" ")
}

fn key(application: u8, session: u8) -> (String, String) {
    (format!("app{application}"), format!("s{session}"))
}

impl Model {
    fn live(&mut self, application: u8, session: u8) -> Option<&mut Entry> {
        let is_it = |entry: &&mut Entry| {
            entry.leaving.is_none() && (entry.application, entry.session) == (application, session)
        };
        self.entries.iter_mut().find(is_it)
    }

    fn of(&mut self, ticket: Ticket) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.ticket == ticket)
    }

    /// What leaves, and has nothing to be revoked, is gone.
    fn settle(&mut self) {
        let now = self.now;
        self.entries.retain(|entry| match entry.leaving {
            Some((refresh, access)) => entry.in_flight || refresh || access && !entry.is_expired(now),
            None => true,
        });
    }

    fn leave(&mut self, is_meant: impl Fn(&Entry) -> bool) -> Result<usize, StoreError> {
        let now = self.now;
        let meant = |entry: &Entry| entry.leaving.is_none() && is_meant(entry);
        let waits = |entry: &Entry| {
            let has_refresh = entry.token.as_ref().is_some_and(|token| token.refresh.is_some());
            entry.in_flight || has_refresh || entry.token.is_some() && !entry.is_expired(now)
        };
        let coming = self.entries.iter().filter(|entry| meant(entry) && waits(entry)).count();
        let waiting = self.entries.iter().filter(|entry| entry.leaving.is_some()).count();
        if coming > 0 && coming + waiting > QUEUE {
            return Err(StoreError::QueueFull);
        }
        let count = self.entries.iter().filter(|entry| meant(entry)).count();
        self.entries.retain(|entry| !meant(entry) || waits(entry));
        for entry in self.entries.iter_mut().filter(|entry| meant(entry)) {
            let has_refresh = entry.token.as_ref().is_some_and(|token| token.refresh.is_some());
            entry.leaving = Some((has_refresh, entry.token.is_some() && !entry.is_expired(now)));
            (entry.tries, entry.retry_at, entry.has_error) = (0, 0, false);
        }
        Ok(count)
    }

    fn apply(&mut self, store: &mut Store, operation: Operation) {
        let now = self.now;
        match operation {
            Operation::Wait(seconds) => self.now += u64::from(seconds),
            Operation::Expect { application, session, scope: bits, own } => {
                let (app, ses) = key(application, session);
                let renewal = if own { Renewal::ClientCredentials } else { Renewal::RefreshToken };
                let asked = scope(bits);
                let result = store.expect(&app, &ses, &list(&asked), renewal, now);
                let is_full = self.entries.len() == PLACES;
                match self.live(application, session) {
                    Some(entry) if entry.token.is_none() && entry.asked == asked && entry.own == own => {
                        assert_eq!(result, Ok(entry.ticket));
                    }
                    Some(entry) if entry.token.is_some() && (!entry.is_expired(now) || entry.can_renew()) => {
                        let granted = &entry.token.as_ref().unwrap().scope;
                        let covers = asked.is_subset(granted) || asked == entry.asked;
                        assert_eq!(result, if covers { Ok(entry.ticket) } else { Err(StoreError::OtherScope) });
                    }
                    None if is_full => assert_eq!(result, Err(StoreError::Full)),
                    found => {
                        let is_new = found.is_none();
                        let ticket = result.unwrap();
                        assert!(!self.tickets.contains(&ticket));
                        if !is_new {
                            self.entries.retain(|entry| {
                                entry.leaving.is_some() || (entry.application, entry.session) != (application, session)
                            });
                        }
                        self.entries.push(Entry {
                            application,
                            session,
                            ticket,
                            own,
                            asked,
                            token: None,
                            in_flight: false,
                            leaving: None,
                            tries: 0,
                            retry_at: 0,
                            has_error: false,
                        });
                        self.tickets.push(ticket);
                    }
                }
            }
            Operation::Grant { back, response } => {
                let Some(ticket) = self.ticket(back) else { return };
                self.names += 1;
                let name = self.names;
                let mut body = format!(r#"{{"token_type":"Bearer","access_token":"A{name}""#);
                if let Some(bits) = response.scope {
                    body += &format!(r#","scope":"{}""#, list(&scope(bits)));
                }
                if response.refresh {
                    body += &format!(r#","refresh_token":"R{name}""#);
                }
                if response.id {
                    body += &format!(r#","id_token":"I{name}""#);
                }
                if let Some(lifetime) = response.lifetime {
                    body += &format!(r#","expires_in":{lifetime}"#);
                }
                if response.is_long {
                    body += &format!(r#","more":"{}""#, "x".repeat(BYTES));
                }
                body += "}";
                let mut body = body.into_bytes();
                let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut body };
                let result = store.grant(ticket, &TokenRequest::read(answer).unwrap(), now);
                let Some(entry) = self.of(ticket) else {
                    assert_eq!(result, Err(StoreError::Stale));
                    return;
                };
                entry.in_flight = false;
                if response.is_long {
                    assert_eq!(result, Err(StoreError::TooLong));
                    return;
                }
                let before = entry.token.take();
                let lifetime = response.lifetime.map(u64::from);
                let text = |letter: char, is_there: bool| is_there.then(|| format!("{letter}{name}"));
                entry.token = Some(Token {
                    access: format!("A{name}"),
                    refresh: text('R', response.refresh).or(before.as_ref().and_then(|token| token.refresh.clone())),
                    id: text('I', response.id).or(before.as_ref().and_then(|token| token.id.clone())),
                    scope: response
                        .scope
                        .map(scope)
                        .or(before.map(|token| token.scope))
                        .unwrap_or_else(|| entry.asked.clone()),
                    expires: lifetime.map(|lifetime| now + lifetime),
                    lifetime: lifetime.unwrap_or(0),
                });
                (entry.tries, entry.retry_at, entry.has_error) = (0, 0, false);
                if entry.leaving.is_some() {
                    let has_refresh = entry.token.as_ref().is_some_and(|token| token.refresh.is_some());
                    entry.leaving = Some((has_refresh, true));
                    assert_eq!(result, Err(StoreError::Revoked));
                } else {
                    assert_eq!(result, Ok(()));
                }
            }
            Operation::Fail { back } => {
                let Some(ticket) = self.ticket(back) else { return };
                store.fail(ticket, TokenError::InvalidScope, None, now);
                if let Some(entry) = self.of(ticket) {
                    entry.retry_at = now + (5 << entry.tries.min(16)).min(3600);
                    (entry.tries, entry.in_flight, entry.has_error) = (entry.tries + 1, false, true);
                }
                self.settle_one(ticket);
            }
            Operation::RefuseRefresh { back } => {
                let Some(ticket) = self.ticket(back) else { return };
                let is_live = self.of(ticket).is_some_and(|entry| entry.leaving.is_none() && entry.token.is_some());
                // The server refuses what it was asked with, so that there is a token.
                if is_live {
                    store.refuse_refresh(ticket);
                    self.of(ticket).unwrap().token.as_mut().unwrap().refresh = None;
                }
            }
            Operation::Work => self.work(store),
            Operation::Remove { application, session } => {
                let (app, ses) = key(application, session);
                let count = self.entries.len();
                self.entries.retain(|entry| {
                    entry.leaving.is_some() || (entry.application, entry.session) != (application, session)
                });
                assert_eq!(store.remove(&app, &ses), self.entries.len() < count);
            }
            Operation::Revoke { application, session } => {
                let (app, ses) = key(application, session);
                let left = self.leave(|entry| (entry.application, entry.session) == (application, session));
                assert_eq!(store.revoke(&app, &ses, now), left.map(|count| count > 0));
            }
            Operation::EndSession { session } => {
                let left = self.leave(|entry| entry.session == session);
                assert_eq!(store.end_session(&format!("s{session}"), now), left);
            }
            Operation::Expire { application, session } => {
                let (app, ses) = key(application, session);
                let entry = self.live(application, session).filter(|entry| entry.token.is_some());
                let is_stored = entry.is_some();
                let access = entry.map_or(String::new(), |entry| {
                    let is_expired = entry.is_expired(now);
                    let token = entry.token.as_mut().unwrap();
                    if !is_expired {
                        token.expires = Some(now);
                    }
                    token.access.clone()
                });
                assert!(!store.expire(&app, &ses, "another", now));
                assert_eq!(store.expire(&app, &ses, &access, now), is_stored);
            }
            Operation::Forget => {
                let leaving = self.entries.iter().filter(|entry| entry.leaving.is_some()).count();
                assert_eq!(store.forget_revocations(), leaving);
                self.entries.retain(|entry| entry.leaving.is_none());
            }
        }
    }

    fn ticket(&self, back: usize) -> Option<Ticket> {
        self.tickets.iter().rev().nth(back).copied()
    }

    fn settle_one(&mut self, ticket: Ticket) {
        let now = self.now;
        self.entries.retain(|entry| match entry.leaving {
            Some((refresh, access)) if entry.ticket == ticket => {
                entry.in_flight || refresh || access && !entry.is_expired(now)
            }
            _ => true,
        });
    }

    fn work(&mut self, store: &mut Store) {
        self.settle();
        let now = self.now;
        let first = self.entries.iter().filter_map(Entry::due).min();
        match store.next_work(now) {
            Work::Nothing => assert_eq!(first, None),
            Work::Later(at) => assert!(at > now && first == Some(at)),
            Work::Obtain(ticket) => {
                let entry = self.of(ticket).unwrap();
                assert!(entry.leaving.is_none() && entry.due() == first && first.unwrap() <= now);
                let wanted = store.begin(ticket).unwrap();
                let refresh = entry.token.as_ref().and_then(|token| token.refresh.as_deref());
                assert_eq!((wanted.refresh_token, wanted.scope), (refresh, &*list(&entry.asked)));
                assert!(refresh.is_some() || entry.own);
                entry.in_flight = true;
            }
            Work::Revoke(ticket) => {
                let entry = self.of(ticket).unwrap();
                assert!(entry.due() == first && first.unwrap() <= now);
                let (refresh, _) = entry.leaving.unwrap();
                let token = entry.token.as_ref().unwrap();
                let expected = if refresh { token.refresh.as_ref().unwrap() } else { &token.access };
                assert_eq!(store.revocation(ticket).unwrap().token, expected);
                store.revoked(ticket, now);
                let access = entry.leaving.unwrap().1;
                entry.leaving = Some((false, refresh && access));
                (entry.tries, entry.retry_at, entry.has_error) = (0, 0, false);
                self.settle_one(ticket);
            }
        }
    }

    /// Every question about every key has the same answer.
    fn check(&mut self, store: &Store) {
        let now = self.now;
        let leaving = self.entries.iter().filter(|entry| entry.leaving.is_some()).count();
        assert_eq!((store.len(), store.revocations()), (self.entries.len() - leaving, leaving));
        for (application, session, bits) in keys() {
            let (app, ses) = key(application, session);
            let asked = scope(bits);
            let found = store.is_authorized(&app, &ses, &list(&asked), now);
            let Some(entry) = self.live(application, session) else {
                assert_eq!(found.unwrap_err().missing, Missing::Key);
                continue;
            };
            let missing = match &entry.token {
                None => Some(Missing::Token),
                Some(_) if entry.is_expired(now) => Some(Missing::Time),
                Some(token) if !asked.is_subset(&token.scope) => Some(Missing::Scope),
                Some(_) => None,
            };
            match (found, missing) {
                (Ok(found), None) => {
                    let token = entry.token.as_ref().unwrap();
                    assert_eq!((found.access_token(), found.id_token()), (&*token.access, token.id.as_deref()));
                    assert_eq!(found.remaining(), token.expires.map(|at| at - now));
                    assert_eq!(found.error().is_some(), entry.has_error);
                }
                (Err(found), Some(missing)) => {
                    assert_eq!((found.missing, found.error.is_some()), (missing, entry.has_error));
                }
                (found, missing) => panic!("{found:?}, {missing:?}"),
            }
        }
    }

    /// After a restart with a clock that is right, the same tokens are good, and what waits to be revoked still does.
    fn check_restart(&mut self, store: &mut Store) {
        let today = Some(UnixTime::from_seconds(1_800_000_000));
        let (mut buffer, mut other) = ([0; BYTES + RECORD_OVERHEAD], Store::new());
        while let Some(unsaved) = store.unsaved() {
            if let Some(length) = store.write_record(unsaved, self.now, today, &mut buffer).unwrap() {
                other.restore(unsaved.slot(), &buffer[..length], 0, today).unwrap();
            }
            store.saved(unsaved);
        }
        // One whose token has not come yet has nothing that could be revoked.
        let has_token = |entry: &&Entry| entry.leaving.is_some() && entry.token.is_some();
        assert_eq!(other.revocations(), self.entries.iter().filter(has_token).count());
        for (application, session, bits) in keys() {
            let ((app, ses), list) = (key(application, session), list(&scope(bits)));
            let before = store.is_authorized(&app, &ses, &list, self.now);
            let after = other.is_authorized(&app, &ses, &list, 0);
            assert_eq!(before.map(|token| token.access_token()).ok(), after.map(|token| token.access_token()).ok());
        }
    }
}

fn keys() -> impl Iterator<Item = (u8, u8, u8)> {
    (0..2).flat_map(|application| (0..3).flat_map(move |session| (0..8).map(move |bits| (application, session, bits))))
}

fn operations() -> impl Strategy<Value = Operation> {
    let (application, session, scope) = (0..2_u8, 0..3_u8, 0..8_u8);
    let response = (
        proptest::option::of(scope.clone()),
        any::<bool>(),
        any::<bool>(),
        proptest::option::weighted(0.8, 0..60_u8),
        proptest::bool::weighted(0.1),
    )
        .prop_map(|(scope, refresh, id, lifetime, is_long)| Response { scope, refresh, id, lifetime, is_long });
    let key = (application.clone(), session.clone());
    prop_oneof![
        4 => (application, session.clone(), scope, any::<bool>())
            .prop_map(|(application, session, scope, own)| Operation::Expect { application, session, scope, own }),
        5 => (0..3_usize, response).prop_map(|(back, response)| Operation::Grant { back, response }),
        1 => (0..3_usize).prop_map(|back| Operation::Fail { back }),
        1 => (0..3_usize).prop_map(|back| Operation::RefuseRefresh { back }),
        4 => Just(Operation::Work),
        1 => key.clone().prop_map(|(application, session)| Operation::Remove { application, session }),
        2 => key.clone().prop_map(|(application, session)| Operation::Revoke { application, session }),
        1 => session.prop_map(|session| Operation::EndSession { session }),
        1 => key.prop_map(|(application, session)| Operation::Expire { application, session }),
        1 => Just(Operation::Forget),
        3 => (0..40_u8).prop_map(Operation::Wait),
    ]
}

proptest! {
    #![proptest_config(Config { cases: 10_000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_store_does_what_a_plain_model_does(operations in vec(operations(), 1..40)) {
        let mut store = Store::new().with_margin(MARGIN as u32).with_queue(QUEUE);
        let mut model = Model::default();
        for operation in operations {
            model.apply(&mut store, operation);
            model.check(&store);
        }
        model.check_restart(&mut store);
    }
}
