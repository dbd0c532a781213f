//! The registers of a device.

/// Registers of 32 bits, from one address on.
#[derive(Clone, Copy)]
pub struct Registers(usize);

impl Registers {
    /// The registers from this address on.
    ///
    /// # Safety
    ///
    /// A device has registers of 32 bits there, at every offset that is used. Reading and writing them does nothing to
    /// the memory of the program.
    pub const unsafe fn at(base: usize) -> Self {
        Self(base)
    }

    /// Reads the register at an offset in bytes.
    pub fn read(self, offset: usize) -> u32 {
        // SAFETY: there is a register, by the promise of `at`.
        unsafe { ((self.0 + offset) as *const u32).read_volatile() }
    }

    /// Writes the register at an offset in bytes.
    pub fn write(self, offset: usize, value: u32) {
        // SAFETY: there is a register, by the promise of `at`.
        unsafe { ((self.0 + offset) as *mut u32).write_volatile(value) }
    }
}
