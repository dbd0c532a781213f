//! Two executors. One runs in an interrupt, for all that answers at once; the other one outside of interrupts, for what
//! takes long. Then the processor sleeps by WFI: in QEMU 7.2 WFE does nothing.

use core::sync::atomic::{AtomicBool, Ordering};

use cortex_m::{interrupt::InterruptNumber, peripheral::NVIC};
use embassy_executor::{InterruptExecutor, SendSpawner, SpawnToken, raw};
use static_cell::StaticCell;

use super::Interrupt;

static TASKS: InterruptExecutor = InterruptExecutor::new();
static STARTED: AtomicBool = AtomicBool::new(false);
static CALLS: StaticCell<raw::Executor> = StaticCell::new();
static CALLS_ARE_DUE: AtomicBool = AtomicBool::new(false);

/// Runs a task, and those that it starts. The spawner is for those that the others interrupt.
pub fn run<S: Send>(first: impl FnOnce(SendSpawner) -> SpawnToken<S>) -> ! {
    // embassy wakes an executor by the interrupt with the number that it was made with.
    let calls: &raw::Executor = CALLS.init(raw::Executor::new(usize::from(Interrupt::Calls.number()) as *mut ()));
    // SAFETY: no critical section rests on masked interrupts.
    unsafe { NVIC::unmask(Interrupt::Calls) };
    let tasks = TASKS.start(Interrupt::Tasks);
    STARTED.store(true, Ordering::Release);
    tasks.spawn(first(calls.spawner().make_send()));
    loop {
        // SAFETY: the executor is initialized, and polled here alone.
        unsafe { calls.poll() };
        cortex_m::interrupt::disable();
        if !CALLS_ARE_DUE.swap(false, Ordering::AcqRel) {
            // It ends with an interrupt also while they are disabled.
            cortex_m::asm::wfi();
        }
        // SAFETY: this is no critical section.
        unsafe { cortex_m::interrupt::enable() };
    }
}

/// The interrupt that wakes the tasks.
pub fn on_tasks() {
    if STARTED.load(Ordering::Acquire) {
        // SAFETY: this is the interrupt, and the executor has been started.
        unsafe { TASKS.on_interrupt() };
    }
}

/// The interrupt that wakes what takes long.
pub fn on_calls() {
    CALLS_ARE_DUE.store(true, Ordering::Release);
}
