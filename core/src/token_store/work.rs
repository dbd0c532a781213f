//! What the task does that calls the servers.

use super::{
    Revocation, Ticket, TokenStore, Wanted, Work,
    parts::Part,
    slot::{Slot, State},
};
use crate::revocation::TokenTypeHint;

impl<const N: usize, const BYTES: usize, E: Copy> TokenStore<N, BYTES, E> {
    /// What is to be done now: of several things, the one that is due for the longest time.
    pub fn next_work(&mut self, now: u64) -> Work {
        self.slots.iter_mut().for_each(|slot| slot.settle(now));
        let margin = self.margin;
        let due = |slot: &Slot<BYTES, E>| if slot.in_flight { None } else { slot.due_at(margin) };
        let first = self.slots.iter().enumerate().filter_map(|(place, slot)| Some((due(slot)?, place, slot)));
        let Some((at, place, slot)) = first.min_by_key(|(at, place, _)| (*at, *place)) else { return Work::Nothing };
        let ticket = Ticket { slot: place, number: slot.number };
        match slot.state {
            _ if at > now => Work::Later(at),
            State::Leaving => Work::Revoke(ticket),
            _ => Work::Obtain(ticket),
        }
    }

    /// Begins to get a token: until [`grant`](Self::grant), [`fail`](Self::fail) or [`abandon`](Self::abandon), there is
    /// no other work for this key. `None` if it is not wanted any more.
    pub fn begin(&mut self, ticket: Ticket) -> Option<Wanted<'_>> {
        let slot = self.slot_mut(ticket).filter(|slot| slot.state != State::Leaving && !slot.in_flight)?;
        slot.in_flight = true;
        self.wanted(ticket)
    }

    /// What to ask for, or `None` if it is not wanted any more.
    #[must_use]
    pub fn wanted(&self, ticket: Ticket) -> Option<Wanted<'_>> {
        let slot = self.slot(ticket).filter(|slot| slot.state != State::Leaving)?;
        Some(Wanted {
            application: slot.parts.get(Part::Application),
            session: slot.parts.get(Part::Session),
            scope: slot.parts.get(Part::Scope),
            refresh_token: slot.refresh_token(),
        })
    }

    /// Whether a token for this key is being asked for, or is about to be.
    #[must_use]
    pub fn is_coming(&self, application: &str, session: &str, now: u64) -> bool {
        let slot = self.slots.iter().find(|slot| slot.is_of(application, session));
        slot.is_some_and(|slot| slot.in_flight || slot.due_at(self.margin).is_some_and(|at| at <= now))
    }

    /// The token that is to be revoked next, for [`Work::Revoke`].
    ///
    /// The refresh token comes first. It lives for long and can be turned into access tokens, and servers make those
    /// of its grant worthless with it (RFC 7009 §2.1); an access token that is left behind when the power goes expires by
    /// itself. The access token is revoked all the same, for a server only should do that.
    #[must_use]
    pub fn revocation(&self, ticket: Ticket) -> Option<Revocation<'_>> {
        let slot = self.slot(ticket).filter(|slot| slot.state == State::Leaving)?;
        let application = slot.parts.get(Part::Application);
        if let (true, Some(token)) = (slot.refresh_left, slot.refresh_token()) {
            return Some(Revocation { application, token, hint: TokenTypeHint::RefreshToken });
        }
        let token = slot.response().filter(|_| slot.access_left)?.access_token();
        Some(Revocation { application, token, hint: TokenTypeHint::AccessToken })
    }

    /// The token of [`revocation`](Self::revocation) is revoked, or the server says that it never will be.
    pub fn revoked(&mut self, ticket: Ticket, now: u64) {
        let Some(slot) = self.slot_mut(ticket).filter(|slot| slot.state == State::Leaving) else { return };
        if slot.refresh_left {
            slot.refresh_left = false;
        } else {
            slot.access_left = false;
        }
        slot.calm();
        slot.touch();
        slot.settle(now);
    }

    /// The server was asked to no avail. It is asked again after a pause that grows with each failure, from 5 seconds to
    /// an hour, and lasts for `retry_after` seconds at least, if that is less than an hour.
    pub fn fail(&mut self, ticket: Ticket, error: E, retry_after: Option<u32>, now: u64) {
        if let Some(slot) = self.slot_mut(ticket) {
            slot.fail(error, retry_after, now);
            slot.settle(now);
        }
    }

    /// The server does not take the refresh token any more (`invalid_grant`, RFC 6749 §5.2): there is nothing to ask with
    /// again, and nothing of it to be revoked. The access token serves until it expires.
    pub fn refuse_refresh(&mut self, ticket: Ticket) {
        if let Some(slot) = self.slot_mut(ticket) {
            slot.refresh_refused = true;
            slot.touch();
        }
    }

    /// What was begun is not ended, and nothing is known to be wrong.
    pub fn abandon(&mut self, ticket: Ticket, now: u64) {
        if let Some(slot) = self.slot_mut(ticket) {
            slot.in_flight = false;
            slot.settle(now);
        }
    }

    /// As [`abandon`](Self::abandon), for all: the task that began it is gone.
    pub fn abandon_all(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.in_flight = false);
    }
}
