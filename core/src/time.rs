//! Points in time, as JWT writes them ([RFC 7519 §2](https://www.rfc-editor.org/rfc/rfc7519#section-2), NumericDate).

use core::{cmp::Ordering, fmt};

use crate::json::Number;

/// Whole seconds since 1970-01-01T00:00:00Z, without leap seconds: what the device's clock says.
///
/// ```
/// use bearward_core::UnixTime;
///
/// let now = UnixTime::from_seconds(1_795_318_692);
/// assert_eq!(now.seconds(), 1_795_318_692);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(u64);

impl UnixTime {
    /// A point in time by its seconds.
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// The seconds since 1970.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.0
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A point in time as a token writes it (RFC 7519 §2): seconds since 1970, perhaps with a fraction, perhaps before.
///
/// It keeps the whole seconds exactly, and of a fraction only that there is one: enough to compare it with a clock
/// that counts seconds. Two dates within the same second, neither at its start, are equal here.
///
/// ```
/// use bearward_core::{NumericDate, UnixTime, json::{self, Value}};
///
/// let number = json::read(b"100.5")?.as_number().unwrap();
/// let expires = NumericDate::from_json(number).unwrap();
/// assert!(expires > UnixTime::from_seconds(100));
/// assert!(expires < UnixTime::from_seconds(101));
/// assert!(expires.saturating_add(10) > UnixTime::from_seconds(110));
/// # Ok::<(), json::JsonError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumericDate {
    /// Rounded down, so that a fraction always adds to it. Compared first.
    whole_seconds: i64,
    has_fraction: bool,
}

impl NumericDate {
    /// The date that a JSON number says, with any fraction and exponent; `None` if its seconds do not fit 64 bits.
    #[must_use]
    pub fn from_json(number: Number<'_>) -> Option<Self> {
        let parts = number.parts()?;
        let towards_zero = parts.signed_whole()?;
        let whole_seconds = if parts.negative && parts.fraction { towards_zero.checked_sub(1)? } else { towards_zero };
        Some(Self { whole_seconds, has_fraction: parts.fraction })
    }

    /// The seconds since 1970, rounded down: -0.5 lies in second -1.
    #[must_use]
    pub const fn whole_seconds(self) -> i64 {
        self.whole_seconds
    }

    /// Whether it lies after the start of its second.
    #[must_use]
    pub const fn has_fraction(self) -> bool {
        self.has_fraction
    }

    /// The date this many seconds later, or the last one there is.
    #[must_use]
    pub fn saturating_add(self, seconds: u32) -> Self {
        Self {
            whole_seconds: self.whole_seconds.saturating_add_unsigned(seconds.into()),
            has_fraction: self.has_fraction,
        }
    }

    /// The date this many seconds earlier, or the first one there is.
    #[must_use]
    pub fn saturating_sub(self, seconds: u32) -> Self {
        Self {
            whole_seconds: self.whole_seconds.saturating_sub_unsigned(seconds.into()),
            has_fraction: self.has_fraction,
        }
    }
}

impl PartialEq<UnixTime> for NumericDate {
    fn eq(&self, other: &UnixTime) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

/// Any date can be compared with the clock, a negative one too.
impl PartialOrd<UnixTime> for NumericDate {
    fn partial_cmp(&self, other: &UnixTime) -> Option<Ordering> {
        let seconds = u64::try_from(self.whole_seconds);
        Some(
            seconds.map_or(Ordering::Less, |seconds| seconds.cmp(&other.seconds()).then(self.has_fraction.cmp(&false))),
        )
    }
}

impl PartialEq<NumericDate> for UnixTime {
    fn eq(&self, other: &NumericDate) -> bool {
        other == self
    }
}

impl PartialOrd<NumericDate> for UnixTime {
    fn partial_cmp(&self, other: &NumericDate) -> Option<Ordering> {
        other.partial_cmp(self).map(Ordering::reverse)
    }
}

#[cfg(test)]
mod tests;
