//! Tasks run in an interrupt of their own, and the processor sleeps by WFI: in QEMU 7.2 WFE does nothing.

use core::sync::atomic::{AtomicBool, Ordering};

use embassy_executor::{InterruptExecutor, SpawnToken};

use super::Interrupt;

static TASKS: InterruptExecutor = InterruptExecutor::new();
static STARTED: AtomicBool = AtomicBool::new(false);

/// Runs a task, and those that it starts.
pub fn run<S: Send>(first: SpawnToken<S>) -> ! {
    let spawner = TASKS.start(Interrupt::Tasks);
    STARTED.store(true, Ordering::Release);
    spawner.spawn(first);
    loop {
        cortex_m::asm::wfi();
    }
}

/// The interrupt of the tasks.
pub fn on_interrupt() {
    if STARTED.load(Ordering::Acquire) {
        // SAFETY: this is the interrupt, and the executor has been started.
        unsafe { TASKS.on_interrupt() };
    }
}
