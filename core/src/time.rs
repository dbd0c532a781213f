//! Points in time, as JWT writes them ([RFC 7519 §2](https://www.rfc-editor.org/rfc/rfc7519#section-2), NumericDate).

use core::fmt;

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
