//! How many connections are not taken yet.

use core::cell::Cell;

use embassy_sync::blocking_mutex::CriticalSectionMutex;

// Not every processor can add to an atomic number.
static FREE: CriticalSectionMutex<Cell<usize>> = CriticalSectionMutex::new(Cell::new(0));

/// A place for a connection, while it is free.
pub struct Free(());

impl Free {
    /// One more.
    pub fn new() -> Self {
        FREE.lock(|free| free.update(|count| count + 1));
        Self(())
    }
}

impl Drop for Free {
    fn drop(&mut self) {
        FREE.lock(|free| free.update(|count| count - 1));
    }
}

/// How many there are.
pub fn connections() -> usize {
    FREE.lock(Cell::get)
}
