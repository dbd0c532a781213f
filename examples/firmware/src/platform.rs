//! What a board brings beside its drivers.

use core::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};

/// The board's sources of randomness, time and settings.
pub trait Platform {
    /// Fills the buffer with random bytes of cryptographic quality. Keys of TLS come from here: on a device it is a
    /// hardware generator, or a generator that one has seeded.
    fn fill_random(&self, bytes: &mut [u8]);

    /// The seconds since 1970, if the board has a clock that knows. It is asked once, at the start.
    fn time_of_day(&self) -> Option<u64>;

    /// The part of the flash that holds the device's settings.
    fn settings(&self) -> &'static [u8];
}

/// The board's randomness, as `rand_core` has it.
pub struct Random<P>(pub P);

impl<P: Platform> TryRng for Random<P> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill_random(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill_random(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill_random(bytes);
        Ok(())
    }
}

impl<P: Platform> TryCryptoRng for Random<P> {}
