//! One place of the store.

use super::{
    Renewal,
    parts::{Part, Parts},
};
use crate::{json::Object, scope::Scope, token_response::TokenResponse};

/// How long the first pause after a failure is, and the longest, in seconds.
const PAUSE: u32 = 5;
const LONGEST_PAUSE: u32 = 3600;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Free,
    /// A scope is asked for, and no token is there.
    Expected,
    Granted,
    /// It is gone for everybody, and waits to be revoked.
    Leaving,
}

pub(super) struct Slot<const BYTES: usize, E> {
    pub(super) state: State,
    /// The ticket's number.
    pub(super) number: u32,
    pub(super) renewal: Renewal,
    /// Whether the server is asked for a token just now.
    pub(super) in_flight: bool,
    /// The server does not take the refresh token any more.
    pub(super) refresh_refused: bool,
    /// Which tokens are still to be revoked.
    pub(super) refresh_left: bool,
    pub(super) access_left: bool,
    pub(super) expires_at: Option<u64>,
    /// How long the access token was good when it came, in seconds.
    pub(super) lifetime: u32,
    pub(super) retry_at: u64,
    tries: u8,
    pub(super) error: Option<E>,
    /// Counts the changes that are to be saved, and which of them was.
    pub(super) changed: u32,
    pub(super) saved: u32,
    pub(super) parts: Parts<BYTES>,
}

impl<const BYTES: usize, E: Copy> Slot<BYTES, E> {
    pub(super) const FREE: Self = Self {
        state: State::Free,
        number: 0,
        renewal: Renewal::RefreshToken,
        in_flight: false,
        refresh_refused: false,
        refresh_left: false,
        access_left: false,
        expires_at: None,
        lifetime: 0,
        retry_at: 0,
        tries: 0,
        error: None,
        changed: 0,
        saved: 0,
        parts: Parts::new(),
    };

    /// Whether somebody who asks for this key finds it.
    pub(super) fn is_of(&self, application: &str, session: &str) -> bool {
        matches!(self.state, State::Expected | State::Granted)
            && self.parts.get(Part::Application) == application
            && self.parts.get(Part::Session) == session
    }

    pub(super) fn response(&self) -> Option<TokenResponse<'_>> {
        let json = self.parts.get(Part::Response);
        // It was read when it came.
        if json.is_empty() { None } else { TokenResponse::of(Object::trusted(json)).ok() }
    }

    pub(super) fn refresh_token(&self) -> Option<&str> {
        let own = self.response().and_then(|response| response.refresh_token());
        own.or_else(|| some(self.parts.get(Part::CarriedRefreshToken))).filter(|_| !self.refresh_refused)
    }

    pub(super) fn id_token(&self) -> Option<&str> {
        let own = self.response().and_then(|response| response.id_token());
        own.or_else(|| some(self.parts.get(Part::CarriedIdToken)))
    }

    /// What the token allows, as a list separated by spaces.
    pub(super) fn granted_scope(&self) -> &str {
        self.said_scope().unwrap_or_else(|| self.parts.get(Part::Scope))
    }

    /// The same, if the server said it.
    pub(super) fn said_scope(&self) -> Option<&str> {
        let own = self.response().and_then(|response| scope_of(&response));
        own.or_else(|| some(self.parts.get(Part::CarriedScope)))
    }

    pub(super) fn is_expired(&self, now: u64) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// Whether the next token can be had without anybody's help.
    pub(super) fn renews_itself(&self) -> bool {
        self.renewal == Renewal::ClientCredentials || self.refresh_token().is_some()
    }

    /// Whether a token with this scope is what the key stands for.
    pub(super) fn covers(&self, scope: &str) -> bool {
        let asked = self.parts.get(Part::Scope);
        let is_asked = Scope::new(asked).contains_all(scope) && Scope::new(scope).contains_all(asked);
        is_asked || self.state == State::Granted && Scope::new(self.granted_scope()).contains_all(scope)
    }

    /// From when on there is something to do for it: a token to get, or one to revoke.
    pub(super) fn due_at(&self, margin: u32) -> Option<u64> {
        let due = match self.state {
            State::Free => return None,
            State::Leaving => 0,
            State::Expected | State::Granted if !self.renews_itself() => return None,
            State::Expected => 0,
            State::Granted => self.expires_at?.saturating_sub(margin.min(self.lifetime.div_ceil(2)).into()),
        };
        Some(due.max(self.retry_at))
    }

    /// Marks what is kept of it as another than what was saved.
    pub(super) const fn touch(&mut self) {
        self.changed = self.changed.wrapping_add(1);
    }

    /// Whether there is something of it to be saved: one that left before its first token came has nothing.
    pub(super) fn is_kept(&self) -> bool {
        matches!(self.state, State::Granted | State::Leaving) && !self.parts.get(Part::Response).is_empty()
    }

    pub(super) fn fail(&mut self, error: E, retry_after: Option<u32>, now: u64) {
        let pause = PAUSE.checked_shl(self.tries.into()).unwrap_or(LONGEST_PAUSE);
        let pause = pause.max(retry_after.unwrap_or(0)).min(LONGEST_PAUSE);
        self.tries = self.tries.saturating_add(1).min(16);
        self.retry_at = now.saturating_add(pause.into());
        self.in_flight = false;
        self.error = Some(error);
    }

    /// Forgets what went wrong.
    pub(super) fn calm(&mut self) {
        (self.tries, self.retry_at, self.error) = (0, 0, None);
    }

    /// Takes it from whoever holds it, to be revoked.
    pub(super) fn leave(&mut self, now: u64) {
        self.refresh_left = self.refresh_token().is_some();
        self.access_left = self.state == State::Granted && !self.is_expired(now);
        self.state = State::Leaving;
        self.calm();
        if self.is_kept() {
            self.touch();
        }
    }

    /// Whether it would wait in the queue, or has nothing to be revoked.
    pub(super) fn must_wait(&self, now: u64) -> bool {
        self.in_flight || self.state == State::Granted && (!self.is_expired(now) || self.refresh_token().is_some())
    }

    /// Lets it go if there is nothing left to be revoked. A token that has expired is worthless already.
    pub(super) fn settle(&mut self, now: u64) {
        if self.state == State::Leaving
            && !self.in_flight
            && !self.refresh_left
            && (!self.access_left || self.is_expired(now))
        {
            self.free();
        }
    }

    pub(super) fn free(&mut self) {
        if self.is_kept() {
            self.touch();
        }
        self.state = State::Free;
        self.in_flight = false;
        self.refresh_refused = false;
        (self.expires_at, self.lifetime) = (None, 0);
        self.calm();
        self.parts.wipe();
    }
}

/// The list in a response, as it was written.
pub(super) fn scope_of<'b>(response: &TokenResponse<'b>) -> Option<&'b str> {
    response.property("scope")?.as_text()?.as_str()
}

pub(super) fn some(text: &str) -> Option<&str> {
    if text.is_empty() { None } else { Some(text) }
}
