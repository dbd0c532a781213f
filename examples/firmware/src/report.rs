//! What the image tells of itself when a byte comes on the serial line: a test reads it.

use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use cortex_m_semihosting::hprintln;
use embassy_time::{Duration, Instant, Timer};

use crate::{mps2, time};

/// How many connections are not taken yet.
static FREE: AtomicUsize = AtomicUsize::new(0);

/// How late the tasks that answer came to their turn, at most, in milliseconds.
static LATE: AtomicU32 = AtomicU32::new(0);

/// A place for a connection, while it is free.
pub struct Free(());

impl Free {
    /// One more.
    pub fn new() -> Self {
        FREE.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for Free {
    fn drop(&mut self) {
        FREE.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Answers the serial line: `s` asks for the state, `t` lets the time server be asked.
#[embassy_executor::task]
pub async fn tell() {
    loop {
        match mps2::asked().await {
            b's' => {
                let late = LATE.swap(0, Ordering::Relaxed);
                let (used, stack) = mps2::stack();
                let free = FREE.load(Ordering::Relaxed);
                hprintln!("firmware: state: late {} ms, free {}, stack {} of {} bytes", late, free, used, stack);
            }
            b't' => time::ask(),
            _ => {}
        }
    }
}

/// Measures how long the tasks beside it wait for their turn: a hundred times a second.
#[embassy_executor::task]
pub async fn beat() {
    let mut due = Instant::now();
    loop {
        due += Duration::from_millis(10);
        Timer::at(due).await;
        let late = due.elapsed();
        LATE.fetch_max(late.as_millis() as u32, Ordering::Relaxed);
        due += late;
    }
}
