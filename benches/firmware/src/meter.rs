//! Counts instructions and stack on QEMU's `mps2-an386`.
//!
//! With `-icount shift=6` an instruction takes 64 ns of the machine's time, whatever the host does, and the board's CMSDK
//! timer counts that time at 25 MHz. The stack below the caller is painted first; what has lost its paint was used.

use core::ptr;

use cortex_m::{asm, register::msp};

/// What a call took, over what the call of nothing takes.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Instructions.
    pub instructions: u64,
    /// The deepest point of the stack, in bytes.
    pub stack: usize,
}

/// The timer, running.
#[derive(Debug)]
pub struct Meter {
    nothing: Cost,
}

/// CMSDK timer 0 and its registers, in words.
const TIMER: *mut u32 = 0x4000_0000 as *mut u32;
const CONTROL: usize = 0;
const VALUE: usize = 1;
const RELOAD: usize = 2;

const NANOSECONDS_PER_TICK: u64 = 40;
const NANOSECONDS_PER_INSTRUCTION: u64 = 64;

const PAINT: u32 = 0xC0FF_EE11;
const PAINTED_WORDS: usize = 16 * 1024;

impl Meter {
    /// Starts the timer, and takes the measure of nothing.
    #[must_use]
    pub fn start() -> Self {
        for (register, value) in [(CONTROL, 0), (RELOAD, u32::MAX), (VALUE, u32::MAX), (CONTROL, 1)] {
            // SAFETY: these are the timer's registers on this board, and nothing else uses the timer.
            unsafe { TIMER.add(register).write_volatile(value) };
        }
        let meter = Self { nothing: gross(&mut || ()) };
        meter.calibrate();
        meter
    }

    /// `delay` is a loop of two instructions that runs once more than it is told.
    fn calibrate(&self) {
        let Cost { instructions, .. } = self.cost(&mut || asm::delay(999_999));
        assert!((2_000_000..2_000_010).contains(&instructions), "the timer does not count instructions");
    }

    /// What one call costs.
    pub fn cost(&self, run: &mut dyn FnMut()) -> Cost {
        let Cost { instructions, stack } = gross(run);
        Cost { instructions: instructions - self.nothing.instructions, stack: stack - self.nothing.stack }
    }
}

#[inline(never)]
fn gross(run: &mut dyn FnMut()) -> Cost {
    let top = msp::read() as usize;
    paint();
    let begin = ticks();
    run();
    let end = ticks();
    // The timer counts down.
    let nanoseconds = u64::from(begin.wrapping_sub(end)) * NANOSECONDS_PER_TICK;
    Cost { instructions: nanoseconds / NANOSECONDS_PER_INSTRUCTION, stack: top - deepest(top) }
}

fn ticks() -> u32 {
    // SAFETY: this is a register of the timer, and reading it changes nothing.
    unsafe { TIMER.add(VALUE).read_volatile() }
}

/// Paints what lies below its own frame.
#[inline(never)]
fn paint() {
    let mut word = ptr::with_exposed_provenance_mut::<u32>(msp::read() as usize);
    for _ in 0..PAINTED_WORDS {
        // SAFETY: this is RAM, megabytes above the statics. Below the stack pointer nothing is kept: there are no
        // interrupts, and the calling convention has no red zone.
        unsafe {
            word = word.sub(1);
            word.write_volatile(PAINT);
        }
    }
}

/// The lowest address below `top` that was used.
#[inline(never)]
fn deepest(top: usize) -> usize {
    // A word was painted below the frame of `paint`, so this is within what was painted.
    let lowest = top - (PAINTED_WORDS - 64) * size_of::<u32>();
    let words = (lowest..top).step_by(size_of::<u32>());
    let used = |address: &usize| {
        // SAFETY: this is RAM, and an aligned word of it. The read is volatile, since no object lies there any more.
        let word = unsafe { ptr::with_exposed_provenance::<u32>(*address).read_volatile() };
        word != PAINT
    };
    let deepest = words.into_iter().find(used).unwrap_or(top);
    assert!(deepest > lowest, "more stack was used than painted");
    deepest
}
