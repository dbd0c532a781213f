//! QEMU's `mps2-an386` and `mps2-an385`. With `-icount shift=6` an instruction takes 64 ns of the machine's time, whatever
//! the host does, and the board's CMSDK timer counts that time at 25 MHz.

use cortex_m::{asm, register::msp};

pub use cortex_m_rt::entry;

/// CMSDK timer 0 and its registers, in words.
const TIMER: *mut u32 = 0x4000_0000 as *mut u32;
const CONTROL: usize = 0;
const VALUE: usize = 1;
const RELOAD: usize = 2;

const NANOSECONDS_PER_TICK: u64 = 40;
const NANOSECONDS_PER_INSTRUCTION: u64 = 64;

/// A time, in ticks.
pub type Ticks = u32;

/// Starts the timer.
pub fn start() {
    for (register, value) in [(CONTROL, 0), (RELOAD, u32::MAX), (VALUE, u32::MAX), (CONTROL, 1)] {
        // SAFETY: these are the timer's registers on this board, and nothing else uses the timer.
        unsafe { TIMER.add(register).write_volatile(value) };
    }
}

/// Now.
pub fn ticks() -> Ticks {
    // SAFETY: this is a register of the timer, and reading it changes nothing.
    unsafe { TIMER.add(VALUE).read_volatile() }
}

/// The instructions from one time to the next. The timer counts down.
pub fn instructions(begin: Ticks, end: Ticks) -> u64 {
    u64::from(begin.wrapping_sub(end)) * NANOSECONDS_PER_TICK / NANOSECONDS_PER_INSTRUCTION
}

/// Where the stack ends, in the caller.
#[inline(always)]
pub fn stack_pointer() -> usize {
    msp::read() as usize
}

/// So many instructions: `delay` is a loop of two that runs once more than it is told.
pub fn two_million_instructions() {
    asm::delay(999_999);
}
