//! QEMU's `virt` board for RISC-V. Its counter of retired instructions is the machine's time in nanoseconds under
//! `-icount`, and with `shift=0` an instruction takes one.

use core::arch::asm;

use riscv::{asm::delay, register::minstret};

pub use riscv_rt::entry;

/// A time, in instructions since the start.
pub type Ticks = u64;

/// Nothing to start: the counter runs.
pub fn start() {}

/// Now.
pub fn ticks() -> Ticks {
    minstret::read64()
}

/// The instructions from one time to the next.
pub fn instructions(begin: Ticks, end: Ticks) -> u64 {
    end - begin
}

/// Where the stack ends, in the caller.
#[inline(always)]
pub fn stack_pointer() -> usize {
    let stack;
    // SAFETY: it reads one register, and touches nothing else.
    unsafe { asm!("mv {}, sp", out(reg) stack, options(nomem, nostack, preserves_flags)) };
    stack
}

/// So many instructions: `delay` is a loop of two that runs half as often as it is told, and once more.
pub fn two_million_instructions() {
    delay(1_999_999);
}
