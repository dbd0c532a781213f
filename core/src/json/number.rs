//! Numbers, read exactly and never through floating point
//! ([RFC 8259 §6](https://www.rfc-editor.org/rfc/rfc8259#section-6)).

use core::fmt;

/// A number of a JSON text, borrowed from it as it was written.
///
/// ```
/// use bearward_core::json::{self, Value};
///
/// let number = |json: &'static str| json::read(json.as_bytes()).ok().and_then(Value::as_number).unwrap();
/// assert_eq!(number("1.5e3").as_u64(), Some(1500));
/// assert_eq!(number("-15000e-1").as_i64(), Some(-1500));
/// assert_eq!(number("0.5").as_u64(), None);
/// ```
#[derive(Clone, Copy)]
pub struct Number<'a> {
    json: &'a str,
}

/// A number, taken apart at the decimal point.
pub(crate) struct Parts {
    /// Whether it has a minus sign. Zero may have one.
    pub(crate) negative: bool,
    /// The digits left of the point, as an integer.
    pub(crate) whole: u64,
    /// Whether a digit right of the point is not 0.
    pub(crate) fraction: bool,
}

impl<'a> Number<'a> {
    /// The number of validated text.
    pub(super) const fn trusted(json: &'a str) -> Self {
        Self { json }
    }

    /// The number as it was written.
    #[must_use]
    pub const fn as_json(&self) -> &'a str {
        self.json
    }

    /// The number, if it is an integer from 0 to 2^64 - 1, however it is written: `1e3` and `1.0` are integers.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        let parts = self.parts()?;
        (!parts.fraction && (!parts.negative || parts.whole == 0)).then_some(parts.whole)
    }

    /// The number, if it is an integer from -2^63 to 2^63 - 1, however it is written.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        let parts = self.parts()?;
        if parts.fraction {
            return None;
        }
        parts.signed_whole()
    }

    /// The number in parts, if the integer part is below 2^64. The work is bounded by the number's length.
    pub(crate) fn parts(&self) -> Option<Parts> {
        if let Some(whole) = digits(self.json) {
            return Some(Parts { negative: false, whole, fraction: false });
        }
        let (negative, unsigned) = match self.json.strip_prefix('-') {
            Some(unsigned) => (true, unsigned),
            None => (false, self.json),
        };
        let (significand, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((significand, exponent)) => (significand, bounded_exponent(exponent)),
            None => (unsigned, 0),
        };
        let (integer, decimals) = significand.split_once('.').unwrap_or((significand, ""));

        // How many of the digits stand left of the point, once the exponent has moved it.
        let mut left = i32::try_from(integer.len()).ok()?.saturating_add(exponent);
        let mut whole = 0_u64;
        let mut fraction = false;
        for byte in integer.bytes().chain(decimals.bytes()) {
            let digit = byte.wrapping_sub(b'0');
            if left > 0 {
                left = left.wrapping_sub(1);
                whole = whole.checked_mul(10)?.checked_add(digit.into())?;
            } else {
                fraction |= digit != 0;
            }
        }
        // Zeros that only the exponent writes: 20 of them overflow whatever is not zero.
        while left > 0 && whole != 0 {
            left = left.wrapping_sub(1);
            whole = whole.checked_mul(10)?;
        }
        Some(Parts { negative, whole, fraction })
    }
}

impl fmt::Display for Number<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.json)
    }
}

impl Parts {
    /// The digits left of the point, with the sign.
    pub(crate) fn signed_whole(&self) -> Option<i64> {
        if self.negative { 0_i64.checked_sub_unsigned(self.whole) } else { i64::try_from(self.whole).ok() }
    }
}

/// The number of a text that has digits only, as nearly all have, and so few that they cannot overflow.
fn digits(json: &str) -> Option<u64> {
    if json.len() > 19 {
        return None;
    }
    json.bytes().try_fold(0_u64, |whole, byte| {
        byte.is_ascii_digit().then(|| whole.wrapping_mul(10).wrapping_add(byte.wrapping_sub(b'0').into()))
    })
}

/// The exponent, or the nearest number that 32 bits hold: no text is long enough to tell the difference.
fn bounded_exponent(exponent: &str) -> i32 {
    let (negative, digits) = match exponent.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, exponent.strip_prefix('+').unwrap_or(exponent)),
    };
    let magnitude = digits
        .bytes()
        .fold(0_i32, |magnitude, byte| magnitude.saturating_mul(10).saturating_add(byte.wrapping_sub(b'0').into()));
    if negative { magnitude.wrapping_neg() } else { magnitude }
}
