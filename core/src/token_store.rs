//! The device's own tokens, by application and session: what is asked for, what was granted
//! ([RFC 6749 §5](https://www.rfc-editor.org/rfc/rfc6749#section-5)), when it must be renewed
//! ([§6](https://www.rfc-editor.org/rfc/rfc6749#section-6)), and what is to be revoked
//! ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)).

use core::fmt;

use crate::{
    json::Object,
    revocation::TokenTypeHint,
    scope::{Scope, scope_contains},
    token_error::TokenError,
    token_response::TokenResponse,
};

mod error;
mod parts;
mod record;
#[cfg(feature = "aes-gcm")]
mod seal;
mod slot;

pub use error::{Missing, NotAuthorized, StoreError};
pub use record::{RECORD_OVERHEAD, RecordError, Unsaved};
#[cfg(feature = "aes-gcm")]
pub use seal::{RecordKey, SEAL_OVERHEAD};

use parts::{Part, Parts};
use slot::{Slot, State, scope_of, some};

/// The tokens that a device holds as a client: `N` of them at most, each for one application and session.
///
/// - A key, which is an application and a session, has one scope. [`expect`](Self::expect) says which; until a token is
///   granted, another call makes another scope the expected one, and the request that is under way for the older one
///   comes to nothing. Once a token is granted, another scope takes a [`remove`](Self::remove) or
///   [`revoke`](Self::revoke) first.
/// - [`is_authorized`](Self::is_authorized) is true only if every scope token that is asked for is granted, and the access
///   token has not expired.
/// - The store does no IO. [`next_work`](Self::next_work) says what is to be done and when: a token to be had in place of
///   one that is about to expire, one to be revoked. A failure is kept beside the token, which serves until it
///   expires, and the next try comes after 5 seconds, then 10, up to an hour.
/// - What is revoked is gone at once for everybody, and keeps its place until the server knows. So nothing is lost while
///   the server is down: when too many wait, [`StoreError::QueueFull`] says so and changes nothing.
///
/// Time is the device's own, in whole seconds since some point: it must not jump, and says nothing of the date. The time
/// of a response is when it was *asked* for, so that a token never serves longer than the server meant.
///
/// An entry takes `BYTES` and about 90 bytes more. In `BYTES` lie application, session, scope and the whole token response, so
/// that its further properties can be had; of an earlier response, what the last one does not repeat (refresh token, ID
/// token, scope). All of it is wiped when the entry goes. `E` is what is kept of a failure.
///
/// ```
/// use bearward_core::{Answer, Renewal, TokenRequest, TokenStore, Work};
///
/// let mut store = TokenStore::<4, 512>::new();
/// let ticket = store.expect("tank", "", "tank:read", Renewal::ClientCredentials, 0)?;
/// assert_eq!(store.next_work(0), Work::Obtain(ticket));
/// assert!(store.is_authorized("tank", "", "tank:read", 0).is_err());
///
/// // Here bearward-net asks the server.
/// let mut body = *br#"{"access_token": "2YotnFZFEjr1zCsicMWpAA", "token_type": "Bearer", "expires_in": 600}"#;
/// let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut body };
/// store.grant(ticket, &TokenRequest::read(answer)?, 1)?;
///
/// let token = store.is_authorized("tank", "", "tank:read", 600).unwrap();
/// assert_eq!(token.access_token(), "2YotnFZFEjr1zCsicMWpAA");
/// assert!(store.is_authorized("tank", "", "tank:read", 601).is_err());
/// assert_eq!(store.next_work(2), Work::Later(541));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TokenStore<const N: usize, const BYTES: usize = 1024, E = TokenError> {
    slots: [Slot<BYTES, E>; N],
    tickets: u32,
    margin: u32,
    queue: usize,
}

/// Who gets the next token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Renewal {
    /// The device by itself, for it asks in its own name (RFC 6749 §4.4).
    ClientCredentials,
    /// The device, as long as it has a refresh token (RFC 6749 §6). The first token is somebody's to grant.
    RefreshToken,
}

/// A request for a token, of one key and one scope. With another scope or after a removal, it is of no more use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket {
    slot: usize,
    number: u32,
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Get a token: see [`TokenStore::begin`].
    Obtain(Ticket),
    /// Revoke one: see [`TokenStore::revocation`].
    Revoke(Ticket),
    /// Nothing before this second.
    Later(u64),
    /// Nothing, until the store changes.
    Nothing,
}

/// What to ask the token endpoint for.
#[derive(Clone, Copy)]
pub struct Wanted<'s> {
    /// The application whose client asks.
    pub application: &'s str,
    /// The session.
    pub session: &'s str,
    /// The scope to ask for, separated by spaces; for a refresh it may be left out (RFC 6749 §6).
    pub scope: &'s str,
    /// The refresh token, or `None` if the client asks in its own name.
    pub refresh_token: Option<&'s str>,
}

/// What to tell the revocation endpoint.
#[derive(Clone, Copy)]
pub struct Revocation<'s> {
    /// The application whose client it was issued to.
    pub application: &'s str,
    /// The token.
    pub token: &'s str,
    /// Which of both it is.
    pub hint: TokenTypeHint,
}

/// A token that may be used now. It borrows the store.
#[derive(Clone, Copy)]
pub struct Authorized<'s, E = TokenError> {
    response: TokenResponse<'s>,
    id_token: Option<&'s str>,
    scope: &'s str,
    remaining: Option<u64>,
    error: Option<E>,
}

impl<const N: usize, const BYTES: usize, E: Copy> TokenStore<N, BYTES, E> {
    /// An empty store. Tokens are renewed a minute before they expire, or half of their lifetime, if that is less.
    #[must_use]
    pub const fn new() -> Self {
        Self { slots: [const { Slot::FREE }; N], tickets: 0, margin: 60, queue: N }
    }

    /// Sets how many seconds before it expires a token is renewed. It is never more than half of its lifetime.
    #[must_use]
    pub const fn with_margin(mut self, seconds: u32) -> Self {
        self.margin = seconds;
        self
    }

    /// Sets how many entries may wait to be revoked; all `N` may otherwise. The others stay free for new tokens while the
    /// server is down.
    #[must_use]
    pub const fn with_queue(mut self, entries: usize) -> Self {
        self.queue = entries;
        self
    }

    /// Asks for a token with this scope, as a list separated by spaces.
    ///
    /// The same scope gives the same ticket; one that the granted token has, gives that one's.
    ///
    /// # Errors
    ///
    /// [`StoreError::Full`], [`StoreError::TooLong`]; [`StoreError::OtherScope`] if a token was granted without this
    /// scope, that is good or can be renewed.
    pub fn expect(
        &mut self,
        application: &str,
        session: &str,
        scope: &str,
        renewal: Renewal,
        now: u64,
    ) -> Result<Ticket, StoreError> {
        let own = self.position(|slot| slot.is_of(application, session));
        let place = own.or_else(|| self.position(|slot| slot.state == State::Free)).ok_or(StoreError::Full)?;
        let number = self.tickets.wrapping_add(1);
        let slot = self.slots.get_mut(place).ok_or(StoreError::Full)?;
        if slot.state == State::Expected && slot.renewal == renewal && slot.covers(scope) {
            return Ok(Ticket { slot: place, number: slot.number });
        }
        if slot.state == State::Granted && (!slot.is_expired(now) || slot.renews_itself()) {
            let ticket = Ticket { slot: place, number: slot.number };
            return if slot.covers(scope) { Ok(ticket) } else { Err(StoreError::OtherScope) };
        }
        let mut parts = Parts::new();
        parts.write([application, session, scope, "", "", "", ""]).ok_or(StoreError::TooLong)?;
        slot.free();
        slot.parts.copy(&parts);
        (slot.state, slot.number, slot.renewal) = (State::Expected, number, renewal);
        self.tickets = number;
        Ok(Ticket { slot: place, number })
    }

    /// Whether there is a token for this application and session with every one of these scopes, separated by spaces;
    /// none is asked for by `""`.
    ///
    /// # Errors
    ///
    /// [`NotAuthorized`], with the error that is stored.
    pub fn is_authorized(
        &self,
        application: &str,
        session: &str,
        scope: &str,
        now: u64,
    ) -> Result<Authorized<'_, E>, NotAuthorized<E>> {
        let slot = self.slots.iter().find(|slot| slot.is_of(application, session));
        let Some(slot) = slot else { return Err(NotAuthorized { missing: Missing::Key, error: None }) };
        let error = slot.error;
        let Some(response) = slot.response() else { return Err(NotAuthorized { missing: Missing::Token, error }) };
        if slot.is_expired(now) {
            return Err(NotAuthorized { missing: Missing::Time, error });
        }
        let granted = slot.granted_scope();
        if !scope_contains(granted, scope) {
            return Err(NotAuthorized { missing: Missing::Scope, error });
        }
        let remaining = slot.expires_at.map(|at| at.saturating_sub(now));
        Ok(Authorized { response, id_token: slot.id_token(), scope: granted, remaining, error })
    }

    /// Keeps the tokens of a response to what was asked at `asked_at`. What it does not repeat of an earlier one stays
    /// good: refresh token, ID token and scope.
    ///
    /// A new refresh token takes the place of the old one with this call and not before: if it fails, nothing changes.
    ///
    /// # Errors
    ///
    /// [`StoreError::Stale`], [`StoreError::TooLong`]. [`StoreError::Revoked`] if the session has ended meanwhile: the
    /// tokens were taken, to be revoked.
    pub fn grant(&mut self, ticket: Ticket, response: &TokenResponse<'_>, asked_at: u64) -> Result<(), StoreError> {
        let slot = self.slot_mut(ticket).ok_or(StoreError::Stale)?;
        let mut parts = Parts::new();
        let carried = |own: Option<&str>, before| if own.is_some() { None } else { before };
        // An empty one is not an absent one: nothing was granted, and not what was asked for.
        let scope_before = slot.said_scope().map(|scope| if scope.is_empty() { " " } else { scope });
        let written = parts.write([
            slot.parts.get(Part::Application),
            slot.parts.get(Part::Session),
            slot.parts.get(Part::Scope),
            carried(scope_of(response), scope_before).unwrap_or_default(),
            carried(response.refresh_token(), slot.refresh_token()).unwrap_or_default(),
            carried(response.id_token(), slot.id_token()).unwrap_or_default(),
            response.json(),
        ]);
        slot.in_flight = false;
        written.ok_or(StoreError::TooLong)?;
        slot.parts.copy(&parts);
        slot.refresh_refused = false;
        slot.lifetime = response.expires_in().unwrap_or(0);
        slot.expires_at = response.expires_in().map(|seconds| asked_at.saturating_add(seconds.into()));
        slot.calm();
        slot.touch();
        if slot.state == State::Leaving {
            (slot.refresh_left, slot.access_left) = (slot.refresh_token().is_some(), true);
            return Err(StoreError::Revoked);
        }
        slot.state = State::Granted;
        Ok(())
    }

    /// Drops the entry of this key, and tells nobody. Returns whether there was one.
    pub fn remove(&mut self, application: &str, session: &str) -> bool {
        let slot = self.slots.iter_mut().find(|slot| slot.is_of(application, session));
        slot.map(Slot::free).is_some()
    }

    /// Drops the entry of this key, and has its tokens revoked. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// [`StoreError::QueueFull`].
    pub fn revoke(&mut self, application: &str, session: &str, now: u64) -> Result<bool, StoreError> {
        self.leave(|slot| slot.is_of(application, session), now).map(|count| count > 0)
    }

    /// Drops every entry of a session, and has its tokens revoked: all or, with an error, none. Returns how many there
    /// were.
    ///
    /// # Errors
    ///
    /// [`StoreError::QueueFull`].
    pub fn end_session(&mut self, session: &str, now: u64) -> Result<usize, StoreError> {
        self.leave(|slot| slot.is_of(slot.parts.get(Part::Application), session), now)
    }

    /// Takes this access token for expired: a resource server has refused it (RFC 6750 §3.1, `invalid_token`). Returns
    /// whether it is the one that is stored; another one may have come meanwhile.
    pub fn expire(&mut self, application: &str, session: &str, access_token: &str, now: u64) -> bool {
        let Some(slot) = self.slots.iter_mut().find(|slot| slot.is_of(application, session)) else { return false };
        let is_stored = slot.response().is_some_and(|response| response.access_token() == access_token);
        if is_stored && !slot.is_expired(now) {
            slot.expires_at = Some(now);
            slot.touch();
        }
        is_stored
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count(|slot| matches!(slot.state, State::Expected | State::Granted))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many entries wait to be revoked.
    #[must_use]
    pub fn revocations(&self) -> usize {
        self.count(|slot| slot.state == State::Leaving)
    }

    /// Gives up what waits to be revoked, to have the places back. Returns how many entries that were: their tokens stay
    /// good until they expire.
    pub fn forget_revocations(&mut self) -> usize {
        let leaving = self.slots.iter_mut().filter(|slot| slot.state == State::Leaving);
        leaving.map(Slot::free).count()
    }

    /// Drops every entry of an application that `is_known` does not know, also those that wait to be revoked: after an
    /// update of the firmware, records of it may be left. Returns how many there were.
    pub fn retain(&mut self, is_known: impl Fn(&str) -> bool) -> usize {
        let is_taken = |slot: &&mut Slot<BYTES, E>| slot.state != State::Free;
        let unknown =
            self.slots.iter_mut().filter(is_taken).filter(|slot| !is_known(slot.parts.get(Part::Application)));
        unknown.map(Slot::free).count()
    }

    fn leave(&mut self, is_meant: impl Fn(&Slot<BYTES, E>) -> bool, now: u64) -> Result<usize, StoreError> {
        let coming = self.count(|slot| is_meant(slot) && slot.must_wait(now));
        if coming > 0 && self.revocations().saturating_add(coming) > self.queue {
            return Err(StoreError::QueueFull);
        }
        let meant = self.slots.iter_mut().filter(|slot| is_meant(slot));
        let left = meant.map(|slot| if slot.must_wait(now) { slot.leave(now) } else { slot.free() });
        Ok(left.count())
    }

    fn count(&self, is_meant: impl Fn(&Slot<BYTES, E>) -> bool) -> usize {
        self.slots.iter().filter(|slot| is_meant(slot)).count()
    }

    fn position(&self, is_meant: impl Fn(&Slot<BYTES, E>) -> bool) -> Option<usize> {
        self.slots.iter().position(is_meant)
    }

    fn slot(&self, ticket: Ticket) -> Option<&Slot<BYTES, E>> {
        self.slots.get(ticket.slot).filter(|slot| slot.state != State::Free && slot.number == ticket.number)
    }

    fn slot_mut(&mut self, ticket: Ticket) -> Option<&mut Slot<BYTES, E>> {
        self.slots.get_mut(ticket.slot).filter(|slot| slot.state != State::Free && slot.number == ticket.number)
    }
}

mod work;

impl<const N: usize, const BYTES: usize, E: Copy> Default for TokenStore<N, BYTES, E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize, const BYTES: usize, E> fmt::Debug for TokenStore<N, BYTES, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let taken = self.slots.iter().filter(|slot| slot.state != State::Free).count();
        f.debug_struct("TokenStore").field("taken", &taken).finish_non_exhaustive()
    }
}

impl<'s, E: Copy> Authorized<'s, E> {
    /// The access token. It belongs in no log.
    #[must_use]
    pub const fn access_token(&self) -> &'s str {
        self.response.access_token()
    }

    /// The ID token of this response, or of the last one that had one; not verified.
    #[must_use]
    pub const fn id_token(&self) -> Option<&'s str> {
        self.id_token
    }

    /// What the token allows.
    #[must_use]
    pub const fn scope(&self) -> Scope<'s> {
        Scope::new(self.scope)
    }

    /// The response, with its further properties. What it does not repeat of an earlier one is not in it.
    #[must_use]
    pub const fn response(&self) -> &TokenResponse<'s> {
        &self.response
    }

    /// For how many seconds the access token is still good, if the server said so.
    #[must_use]
    pub const fn remaining(&self) -> Option<u64> {
        self.remaining
    }

    /// The same in memory of the caller's, so that the store is free again: `BYTES` of the store are enough. `None` if the
    /// buffer is too small.
    #[must_use]
    pub fn copy_to<'b>(&self, buffer: &'b mut [u8]) -> Option<Authorized<'b, E>> {
        let own_scope = scope_of(&self.response).is_some();
        let own_id_token = self.response.id_token().is_some();
        let (json, rest) = copy(self.response.json(), buffer)?;
        let (scope, rest) = copy(if own_scope { "" } else { self.scope }, rest)?;
        let (id_token, _) = copy(self.id_token.filter(|_| !own_id_token).unwrap_or_default(), rest)?;
        let response = TokenResponse::of(Object::trusted(json)).ok()?;
        Some(Authorized {
            response,
            id_token: response.id_token().or(some(id_token)),
            scope: scope_of(&response).unwrap_or(scope),
            remaining: self.remaining,
            error: self.error,
        })
    }

    /// What went wrong when the token was to be renewed, if it did.
    #[must_use]
    pub const fn error(&self) -> Option<E> {
        self.error
    }
}

fn copy<'b>(text: &str, buffer: &'b mut [u8]) -> Option<(&'b str, &'b mut [u8])> {
    let (own, rest) = buffer.split_at_mut_checked(text.len())?;
    own.copy_from_slice(text.as_bytes());
    Some((str::from_utf8(own).ok()?, rest))
}

macro_rules! redacted {
    ($($type:ident $(<$error:ident>)?),+) => {$(
        impl<$($error)?> fmt::Debug for $type<'_ $(, $error)?> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($type), "([redacted])"))
            }
        }
    )+};
}

redacted!(Wanted, Revocation, Authorized<E>);

#[cfg(test)]
mod tests;
