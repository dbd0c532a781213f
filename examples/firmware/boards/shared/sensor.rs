//! A temperature that goes up and down between 20 and 25 degrees, in place of what is guarded.

use embassy_time::Instant;

/// In hundredths of a degree Celsius.
pub fn temperature() -> i32 {
    let phase = (Instant::now().as_secs() % 1000) as i32;
    2000 + 500 - (phase - 500).abs()
}
