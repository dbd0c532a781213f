//! What the image tells of itself when a byte comes on the serial line: a test reads it.

use core::sync::atomic::{AtomicU32, Ordering};

use embassy_time::{Duration, Instant, Timer};

use crate::{free, mps2, println, time};

/// How late the tasks that answer came to their turn, at most, in milliseconds.
static LATE: AtomicU32 = AtomicU32::new(0);

/// Answers the serial line: `s` asks for the state, `t` lets the time server be asked.
#[embassy_executor::task]
pub async fn tell() {
    loop {
        match mps2::asked().await {
            b's' => {
                let late = LATE.swap(0, Ordering::Relaxed);
                let (used, stack) = mps2::stack();
                let free = free::connections();
                println!("firmware: state: late {} ms, free {}, stack {} of {} bytes", late, free, used, stack);
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
