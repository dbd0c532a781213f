//! How long fetched keys serve, and how often they are asked for
//! ([RFC 9111 §4.2](https://www.rfc-editor.org/rfc/rfc9111#section-4.2)).

use core::time::Duration;

/// The bounds on the age of an issuer's keys.
///
/// A server says by `Cache-Control: max-age` how long its keys are fresh; a device takes its word within bounds, so that
/// neither a key that was withdrawn serves for a year nor every request causes another one.
///
/// ```
/// use core::time::Duration;
/// use bearward_net::Freshness;
///
/// static FRESHNESS: Freshness = Freshness::new().with_outage(Duration::from_secs(3600));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freshness {
    default: Duration,
    shortest: Duration,
    longest: Duration,
    cool_down: Duration,
    outage: Duration,
}

impl Freshness {
    /// Ten minutes if the server says nothing, else what it says between one minute and one day; 30 seconds between two
    /// attempts; and one day for which the last good keys serve on while the server cannot be reached.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            default: Duration::from_secs(600),
            shortest: Duration::from_secs(60),
            longest: Duration::from_secs(86_400),
            cool_down: Duration::from_secs(30),
            outage: Duration::from_secs(86_400),
        }
    }

    /// How long keys are fresh if the server does not say.
    #[must_use]
    pub const fn with_default(self, age: Duration) -> Self {
        Self { default: age, ..self }
    }

    /// The bounds of what the server may say.
    #[must_use]
    pub const fn with_bounds(self, shortest: Duration, longest: Duration) -> Self {
        Self { shortest, longest, ..self }
    }

    /// How long to wait before the keys are asked for again: after a failure, and after an answer without the key that a
    /// token names. Whoever sends tokens chooses their `kid`; this is what keeps him from choosing our traffic.
    #[must_use]
    pub const fn with_cool_down(self, pause: Duration) -> Self {
        Self { cool_down: pause, ..self }
    }

    /// For how long keys that are no longer fresh serve on while no new ones can be had. A key that was withdrawn in that
    /// time is still accepted; after it, nothing is.
    #[must_use]
    pub const fn with_outage(self, longest: Duration) -> Self {
        Self { outage: longest, ..self }
    }

    fn lifetime(&self, said: Option<Duration>) -> Duration {
        // Not `clamp`, which panics where the bounds are the wrong way round.
        said.unwrap_or(self.default).min(self.longest).max(self.shortest)
    }
}

impl Default for Freshness {
    fn default() -> Self {
        Self::new()
    }
}

/// What keys of some age are good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// They serve.
    Fresh,
    /// They serve, but new ones are due.
    Stale,
    /// There are none, or none that may still serve.
    Gone,
}

/// The age of the keys in hand, and of the last attempt to get others. All times are those of the device's own timer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Age {
    loaded: Option<Loaded>,
    tried: Option<Duration>,
    failed: bool,
}

#[derive(Clone, Copy, Debug)]
struct Loaded {
    at: Duration,
    lifetime: Duration,
}

impl Age {
    pub(crate) const fn new() -> Self {
        Self { loaded: None, tried: None, failed: false }
    }

    /// New keys have come, or the old ones were confirmed.
    pub(crate) fn renew(&mut self, freshness: &Freshness, now: Duration, max_age: Option<Duration>) {
        let lifetime = freshness.lifetime(max_age);
        *self = Self { loaded: Some(Loaded { at: now, lifetime }), tried: Some(now), failed: false };
    }

    /// Keys of an unknown age are in hand, as after a restart: they serve at once, and new ones are due.
    pub(crate) fn restore(&mut self, now: Duration) {
        *self = Self { loaded: Some(Loaded { at: now, lifetime: Duration::ZERO }), tried: None, failed: false };
    }

    /// An attempt has failed.
    pub(crate) const fn fail(&mut self, now: Duration) {
        self.tried = Some(now);
        self.failed = true;
    }

    pub(crate) fn standing(&self, freshness: &Freshness, now: Duration) -> Standing {
        let Some(Loaded { at, lifetime }) = self.loaded else { return Standing::Gone };
        match now.saturating_sub(at).checked_sub(lifetime) {
            None => Standing::Fresh,
            Some(over) if over < freshness.outage => Standing::Stale,
            Some(_) => Standing::Gone,
        }
    }

    /// Whether the server may be asked now; if not, how long until it may.
    pub(crate) fn pause(&self, freshness: &Freshness, now: Duration) -> Option<Duration> {
        let waited = now.saturating_sub(self.tried?);
        freshness.cool_down.checked_sub(waited).filter(|pause| !pause.is_zero())
    }

    /// Whether there was an attempt at this time or after it.
    pub(crate) fn was_tried_since(&self, at: Duration) -> bool {
        self.tried.is_some_and(|tried| tried >= at)
    }

    /// Whether the last attempt failed: then a key that is not in hand may well exist.
    pub(crate) const fn has_failed(&self) -> bool {
        self.failed
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::{Age, Freshness, Standing};

    const FRESHNESS: Freshness = Freshness::new();

    const fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    fn loaded(max_age: Option<u64>) -> Age {
        let mut age = Age::new();
        age.renew(&FRESHNESS, seconds(1000), max_age.map(seconds));
        age
    }

    /// The first whole second after which the keys are not fresh.
    fn lifetime(age: &Age) -> u64 {
        (0..200_000).find(|late| age.standing(&FRESHNESS, seconds(1000 + late)) != Standing::Fresh).unwrap()
    }

    #[test]
    fn rfc9111_5_2_2_1_max_age_is_followed_within_bounds() {
        assert_eq!(lifetime(&loaded(Some(300))), 300);
        assert_eq!(lifetime(&loaded(Some(0))), 60);
        assert_eq!(lifetime(&loaded(Some(31_536_000))), 86_400);
        assert_eq!(lifetime(&loaded(None)), 600);
    }

    #[test]
    fn bounds_the_wrong_way_round_do_not_panic() {
        let freshness = Freshness::new().with_bounds(seconds(10), seconds(5));
        assert_eq!(freshness.lifetime(Some(seconds(7))), seconds(10));
    }

    #[test]
    fn without_keys_there_is_nothing_to_serve() {
        assert_eq!(Age::new().standing(&FRESHNESS, seconds(0)), Standing::Gone);
        assert_eq!(Age::new().pause(&FRESHNESS, seconds(0)), None);
    }

    #[test]
    fn old_keys_serve_through_an_outage_up_to_its_bound() {
        let age = loaded(Some(300));
        assert_eq!(age.standing(&FRESHNESS, seconds(1300)), Standing::Stale);
        assert_eq!(age.standing(&FRESHNESS, seconds(1300 + 86_399)), Standing::Stale);
        assert_eq!(age.standing(&FRESHNESS, seconds(1300 + 86_400)), Standing::Gone);
    }

    #[test]
    fn a_failure_changes_nothing_but_the_next_attempt() {
        let mut age = loaded(Some(300));
        age.fail(seconds(1400));
        assert_eq!(age.standing(&FRESHNESS, seconds(1400)), Standing::Stale);
        assert_eq!(age.pause(&FRESHNESS, seconds(1400)), Some(seconds(30)));
        assert_eq!(age.pause(&FRESHNESS, seconds(1429)), Some(seconds(1)));
        assert_eq!(age.pause(&FRESHNESS, seconds(1430)), None);
        assert!(age.has_failed());
        age.renew(&FRESHNESS, seconds(1430), None);
        assert!(!age.has_failed());
    }

    #[test]
    fn restored_keys_serve_at_once_and_new_ones_are_due() {
        let mut age = Age::new();
        age.restore(seconds(5));
        assert_eq!(age.standing(&FRESHNESS, seconds(5)), Standing::Stale);
        assert_eq!(age.pause(&FRESHNESS, seconds(5)), None);
        assert_eq!(age.standing(&FRESHNESS, seconds(5 + 86_400)), Standing::Gone);
    }

    #[test]
    fn a_timer_that_begins_anew_makes_nothing_fresh_for_ever() {
        let age = loaded(Some(300));
        assert_eq!(age.standing(&FRESHNESS, seconds(0)), Standing::Fresh);
    }
}
