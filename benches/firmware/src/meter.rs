//! Counts instructions by the board's means, and stack: what lies below the caller is painted first; what has lost its
//! paint was used.

use core::ptr;

use crate::board;

/// What a call took, over what the call of nothing takes.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Instructions.
    pub instructions: u64,
    /// The deepest point of the stack, in bytes.
    pub stack: usize,
}

/// The board's means, ready.
#[derive(Debug)]
pub struct Meter {
    nothing: Cost,
}

const PAINT: u32 = 0xC0FF_EE11;
const PAINTED_WORDS: usize = 16 * 1024;

impl Meter {
    /// Starts them, and takes the measure of nothing.
    #[must_use]
    pub fn start() -> Self {
        board::start();
        let meter = Self { nothing: gross(&mut || ()) };
        meter.calibrate();
        meter
    }

    fn calibrate(&self) {
        let Cost { instructions, .. } = self.cost(&mut board::two_million_instructions);
        assert!((2_000_000..2_000_010).contains(&instructions), "the board does not count instructions");
    }

    /// What one call costs.
    pub fn cost(&self, run: &mut dyn FnMut()) -> Cost {
        let Cost { instructions, stack } = gross(run);
        Cost { instructions: instructions - self.nothing.instructions, stack: stack - self.nothing.stack }
    }
}

#[inline(never)]
fn gross(run: &mut dyn FnMut()) -> Cost {
    let top = board::stack_pointer();
    paint();
    let begin = board::ticks();
    run();
    let end = board::ticks();
    Cost { instructions: board::instructions(begin, end), stack: top - deepest(top) }
}

/// Paints what lies below its own frame.
#[inline(never)]
fn paint() {
    let mut word = ptr::with_exposed_provenance_mut::<u32>(board::stack_pointer());
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
