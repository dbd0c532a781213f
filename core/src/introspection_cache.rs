//! Answers of the authorization server that are a moment old
//! ([RFC 7662 §4](https://www.rfc-editor.org/rfc/rfc7662#section-4)): the same token comes with every request of a
//! session, and asking takes a round trip.

use core::fmt;

use heapless::Vec;

use crate::{
    bearer::BearerToken,
    cache::TokenDigest,
    error::Error,
    introspection::{ActiveToken, IntrospectionError},
    policy::Policy,
    signed_answer::Protection,
    time::{NumericDate, UnixTime},
    token::AccessToken,
};

/// A memory of `N` answers to introspection, each of up to `BYTES` bytes of JSON.
///
/// A token that was revoked is let in for as long as its answer is kept (RFC 7662 §4): that is the maximum age, in whole
/// seconds, and never beyond `exp`. That a token was refused is kept for less than a second, so that a flood of requests
/// with one bad token costs one call a second; outages are not kept. A hit is checked by the policy as a new answer is.
///
/// An entry is found by the SHA-256 of the token and of the policy's issuers and audiences, and takes `BYTES` and about
/// 130 bytes. What was said in a signed answer is kept with the names of its algorithms, and not verified again: keep the
/// answers of one form in a cache. When all are taken, the one that was not used for the longest time makes room. The wall clock tells the
/// ages: without it nothing is found, and what was kept at a later time than now is not believed.
///
/// ```
/// use bearward_core::{Answer, BearerToken, IntrospectionCache, Policy, UnixTime};
///
/// static POLICY: Policy<'_> = Policy::new("https://authority.example", "https://valve.example", &[]);
///
/// let token = BearerToken::new("2YotnFZFEjr1zCsicMWpAA")?;
/// let mut cache = IntrospectionCache::<4>::new(30);
/// let mut body = *br#"{"active":true,"aud":"https://valve.example"}"#;
/// let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut body };
/// let now = UnixTime::from_seconds(1_800_000_000);
/// cache.keep(&POLICY, token, &POLICY.introspect(answer, now), now);
///
/// let mut buffer = [0; 256];
/// let later = UnixTime::from_seconds(1_800_000_029);
/// assert!(cache.get(&POLICY, token, later, &mut buffer).is_some_and(|found| found.is_ok()));
/// let too_late = UnixTime::from_seconds(1_800_000_030);
/// assert!(cache.get(&POLICY, token, too_late, &mut buffer).is_none());
/// # Ok::<(), bearward_core::Error>(())
/// ```
#[derive(Clone)]
pub struct IntrospectionCache<const N: usize, const BYTES: usize = 512> {
    entries: [Entry<BYTES>; N],
    max_age: u32,
    uses: u32,
}

/// It is filled where it lies: a whole one would pass through the stack of whoever keeps it, more than once.
#[derive(Clone)]
struct Entry<const BYTES: usize> {
    /// `None` if it is free.
    digest: Option<TokenDigest>,
    asked_at: u64,
    /// The first second at which the server must be asked again.
    until: u64,
    used: u32,
    verdict: Verdict,
    /// What was said of a good token.
    json: Vec<u8, BYTES, u16>,
}

/// How what was said of a good token was protected, or why the token is not good.
type Verdict = Result<Option<Protection>, IntrospectionError>;

impl<const BYTES: usize> Entry<BYTES> {
    const FREE: Self = Self { digest: None, asked_at: 0, until: 0, used: 0, verdict: Ok(None), json: Vec::new() };

    fn is_of(&self, digest: &TokenDigest) -> bool {
        self.digest.as_ref() == Some(digest)
    }

    fn is_fresh(&self, now: UnixTime) -> bool {
        (self.asked_at..self.until).contains(&now.seconds())
    }
}

impl<const N: usize, const BYTES: usize> IntrospectionCache<N, BYTES> {
    /// An empty cache that keeps good answers for so many seconds; 0 keeps none.
    #[must_use]
    pub const fn new(max_age: u32) -> Self {
        Self { entries: [const { Entry::FREE }; N], max_age, uses: 0 }
    }

    /// How many bytes [`get`](Self::get) takes for what is kept of the token, or `None` if it would find nothing.
    #[must_use]
    pub fn kept_bytes(
        &self,
        policy: &Policy<'_>,
        token: BearerToken<'_>,
        now: impl Into<Option<UnixTime>>,
    ) -> Option<usize> {
        let now = now.into()?;
        let digest = policy.introspection_digest(token);
        let entry = self.entries.iter().find(|entry| entry.is_of(&digest) && entry.is_fresh(now))?;
        Some(entry.json.len())
    }

    /// What was said of the token, if it was not too long ago, checked anew and copied into `buffer`: `BYTES` are always
    /// enough, and if it is too small, nothing is found.
    pub fn get<'b>(
        &mut self,
        policy: &Policy<'_>,
        token: BearerToken<'_>,
        now: impl Into<Option<UnixTime>>,
        buffer: &'b mut [u8],
    ) -> Option<Result<AccessToken<'b>, IntrospectionError>> {
        let now = now.into()?;
        let digest = policy.introspection_digest(token);
        self.uses = self.uses.wrapping_add(1);
        let entry = self.entries.iter_mut().find(|entry| entry.is_of(&digest))?;
        if !entry.is_fresh(now) {
            entry.digest = None;
            return None;
        }
        entry.used = self.uses;
        match entry.verdict {
            Err(error) => Some(Err(error)),
            Ok(protection) => {
                let copy = buffer.get_mut(..entry.json.len())?;
                copy.copy_from_slice(&entry.json);
                Some(policy.admit(&ActiveToken::from_json(copy, protection).ok()?, now))
            }
        }
    }

    /// Keeps what [`Policy::introspect`] or [`Policy::introspect_as`] made of an answer at `now`, if it is one to keep and there is room for it.
    /// Returns whether it was kept.
    pub fn keep(
        &mut self,
        policy: &Policy<'_>,
        token: BearerToken<'_>,
        outcome: &Result<AccessToken<'_>, IntrospectionError>,
        now: impl Into<Option<UnixTime>>,
    ) -> bool {
        let Some(now) = now.into() else { return false };
        let Some((verdict, json, until)) = self.verdict(outcome, now.seconds()) else { return false };
        if json.len() > BYTES {
            return false;
        }
        let digest = policy.introspection_digest(token);
        let uses = self.uses;
        // First the token's own place, then a free one, then the one not used for the longest time.
        let rank = |entry: &Entry<BYTES>| match entry.digest {
            Some(_) if entry.is_of(&digest) => (2_u8, 0),
            None => (1, 0),
            Some(_) => (0, uses.wrapping_sub(entry.used)),
        };
        let Some(entry) = self.entries.iter_mut().max_by_key(|entry| rank(entry)) else { return false };
        entry.json.clear();
        // Whether there is room was looked at above.
        _ = entry.json.extend_from_slice(json.as_bytes());
        (entry.digest, entry.verdict) = (Some(digest), verdict);
        (entry.asked_at, entry.until, entry.used) = (now.seconds(), until, uses);
        true
    }

    /// Forgets every answer.
    pub fn clear(&mut self) {
        for entry in &mut self.entries {
            entry.digest = None;
        }
    }

    /// How many answers are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.iter().filter(|entry| entry.digest.is_some()).count()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is kept of an outcome, and until when.
    fn verdict<'t>(
        &self,
        outcome: &Result<AccessToken<'t>, IntrospectionError>,
        now: u64,
    ) -> Option<(Verdict, &'t str, u64)> {
        match outcome {
            Ok(token) if token.is_introspected() => {
                let oldest = now.saturating_add(self.max_age.into());
                let expires = token.expires_at().map(NumericDate::whole_seconds);
                let until = expires.map_or(oldest, |at| u64::try_from(at).unwrap_or(0).min(oldest));
                (until > now).then_some((Ok(token.answer_protection()), token.json(), until))
            }
            // Nothing was said of the token, or it was not said by the server.
            Ok(_) | Err(IntrospectionError::Token(Error::TimeUnavailable)) => None,
            Err(error @ (IntrospectionError::Inactive | IntrospectionError::Token(_))) => {
                Some((Err(*error), "", now.saturating_add(1)))
            }
            Err(_) => None,
        }
    }
}

impl<const N: usize, const BYTES: usize> fmt::Debug for IntrospectionCache<N, BYTES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntrospectionCache").field("len", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
