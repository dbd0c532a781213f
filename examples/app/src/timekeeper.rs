//! What a device believes of the time that it is told ([RFC 4330 §5](https://www.rfc-editor.org/rfc/rfc4330#section-5)).
//!
//! Anybody on the way can forge SNTP, and the time decides which tokens and certificates are good. So a time is believed
//! only within the life of the device, and the clock is never put back: what has expired stays so.

use core::fmt;

use bearward_core::UnixTime;

/// How far the clock is moved at once on one word, in seconds.
const STEP: u64 = 60;

/// Judges what a time server says.
#[derive(Debug)]
pub struct TimeKeeper {
    earliest: u64,
    latest: u64,
    /// A jump forward that was told, and by how much: it counts when it is told again.
    doubted: Option<u64>,
}

impl TimeKeeper {
    /// For an image that was built at this time, in seconds since 1970, and serves for so many years.
    #[must_use]
    pub const fn new(built_at: u64, years: u64) -> Self {
        let life = years.saturating_mul(365 * 24 * 3600);
        Self { earliest: built_at, latest: built_at.saturating_add(life), doubted: None }
    }

    /// The time to set the clock to, when it shows `shown` and a server says `told`.
    ///
    /// # Errors
    ///
    /// Why the clock stays as it is.
    pub fn judge(&mut self, told: u64, shown: Option<UnixTime>) -> Result<UnixTime, Doubt> {
        let doubted = self.doubted.take();
        if told < self.earliest {
            return Err(Doubt::BeforeBuild);
        }
        if told > self.latest {
            return Err(Doubt::TooLate);
        }
        let Some(shown) = shown else { return Ok(UnixTime::from_seconds(told)) };
        let Some(ahead) = told.checked_sub(shown.seconds()) else { return Err(Doubt::Back) };
        let is_told_again = doubted.is_some_and(|doubted| ahead.abs_diff(doubted) <= STEP);
        if ahead <= STEP || is_told_again {
            return Ok(UnixTime::from_seconds(told));
        }
        self.doubted = Some(ahead);
        Err(Doubt::Jump)
    }
}

/// Why a time is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Nobody can run an image before it is built.
    BeforeBuild,
    /// The device serves no more by then.
    TooLate,
    /// The clock is ahead of it, and is never put back.
    Back,
    /// It is far ahead of the clock, and was told once only.
    Jump,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BeforeBuild => "it is before the image was built",
            Self::TooLate => "it is too long after the image was built",
            Self::Back => "the clock is ahead of it",
            Self::Jump => "it is far ahead of the clock; it counts if it is told again",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILT: u64 = 1_800_000_000;
    const DAY: u64 = 24 * 3600;

    fn shown(seconds: u64) -> Option<UnixTime> {
        Some(UnixTime::from_seconds(seconds))
    }

    #[test]
    fn the_first_time_counts_if_it_is_in_the_life_of_the_device() {
        let mut keeper = TimeKeeper::new(BUILT, 20);
        assert_eq!(keeper.judge(BUILT - 1, None), Err(Doubt::BeforeBuild));
        assert_eq!(keeper.judge(0, None), Err(Doubt::BeforeBuild));
        assert_eq!(keeper.judge(BUILT + 21 * 365 * DAY, None), Err(Doubt::TooLate));
        assert_eq!(keeper.judge(u64::MAX, None), Err(Doubt::TooLate));
        assert_eq!(keeper.judge(BUILT, None), Ok(UnixTime::from_seconds(BUILT)));
        assert_eq!(keeper.judge(BUILT + 20 * 365 * DAY, None), Ok(UnixTime::from_seconds(BUILT + 20 * 365 * DAY)));
    }

    #[test]
    fn the_clock_is_never_put_back() {
        let mut keeper = TimeKeeper::new(BUILT, 20);
        for back in [1, STEP, DAY] {
            for _ in 0..3 {
                assert_eq!(keeper.judge(BUILT + DAY - back, shown(BUILT + DAY)), Err(Doubt::Back));
            }
        }
        assert_eq!(keeper.judge(BUILT + DAY, shown(BUILT + DAY)), Ok(UnixTime::from_seconds(BUILT + DAY)));
    }

    #[test]
    fn a_jump_forward_has_to_be_told_twice() {
        let mut keeper = TimeKeeper::new(BUILT, 20);
        let now = BUILT + DAY;
        assert_eq!(keeper.judge(now + STEP, shown(now)), Ok(UnixTime::from_seconds(now + STEP)));
        assert_eq!(keeper.judge(now + DAY, shown(now)), Err(Doubt::Jump));
        // Both have gone on for a while.
        assert_eq!(keeper.judge(now + DAY + 300, shown(now + 300)), Ok(UnixTime::from_seconds(now + DAY + 300)));
    }

    #[test]
    fn a_jump_that_is_told_differently_the_next_time_does_not_count() {
        let mut keeper = TimeKeeper::new(BUILT, 20);
        let now = BUILT + DAY;
        assert_eq!(keeper.judge(now + DAY, shown(now)), Err(Doubt::Jump));
        assert_eq!(keeper.judge(now + 2 * DAY, shown(now)), Err(Doubt::Jump));
        assert_eq!(keeper.judge(now, shown(now)), Ok(UnixTime::from_seconds(now)));
        assert_eq!(keeper.judge(now + 2 * DAY, shown(now)), Err(Doubt::Jump), "what was told between counts");
    }
}
