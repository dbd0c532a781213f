//! The two clocks of a device: the wall's, which may be unknown, and its own, which always runs.

use core::time::Duration;

use bearward_core::UnixTime;

/// The time of day, for certificates and tokens.
pub trait Clock {
    /// The time, or `None` while it is not known: then no certificate and no token is accepted.
    fn now(&self) -> Option<UnixTime>;
}

impl<T: Clock + ?Sized> Clock for &T {
    fn now(&self) -> Option<UnixTime> {
        (**self).now()
    }
}

/// The device's own time, for deadlines and ages. It never jumps, and says nothing of the date.
#[expect(async_fn_in_trait, reason = "firmware runs on one thread: futures need not be `Send`")]
pub trait Timer {
    /// The time since some point before the first call.
    fn elapsed(&self) -> Duration;

    /// Returns after this time at the earliest. May be dropped before.
    async fn wait(&self, duration: Duration);
}

impl<T: Timer + ?Sized> Timer for &T {
    fn elapsed(&self) -> Duration {
        (**self).elapsed()
    }

    async fn wait(&self, duration: Duration) {
        (**self).wait(duration).await;
    }
}
