//! embassy's time by the SysTick timer, a thousand times a second.

use core::{cell::RefCell, task::Waker};

use cortex_m::peripheral::{SYST, syst::SystClkSource};
use critical_section::Mutex;
use embassy_time_driver::Driver;
use embassy_time_queue_utils::Queue;

const CPU_HZ: u32 = 25_000_000;

struct SysTickDriver(Mutex<RefCell<State>>);

struct State {
    ticks: u64,
    queue: Queue,
}

embassy_time_driver::time_driver_impl!(
    static DRIVER: SysTickDriver = SysTickDriver(Mutex::new(RefCell::new(State { ticks: 0, queue: Queue::new() })))
);

impl Driver for SysTickDriver {
    fn now(&self) -> u64 {
        critical_section::with(|section| self.0.borrow_ref(section).ticks)
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        // The next tick looks at the queue in any case.
        critical_section::with(|section| self.0.borrow_ref_mut(section).queue.schedule_wake(at, waker));
    }
}

/// Starts the ticks.
pub fn start(timer: &mut SYST) {
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(CPU_HZ / 1000 - 1);
    timer.clear_current();
    timer.enable_counter();
    timer.enable_interrupt();
}

#[cortex_m_rt::exception]
fn SysTick() {
    critical_section::with(|section| {
        let mut state = DRIVER.0.borrow_ref_mut(section);
        state.ticks += 1;
        let now = state.ticks;
        state.queue.next_expiration(now);
    });
}
