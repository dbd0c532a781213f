//! What the host does for the image: randomness, the time, and an end.

use cortex_m_semihosting::{debug, syscall, syscall1};

/// Semihosting operation SYS_TIME: the seconds since 1970, in 32 bits.
const SYS_TIME: usize = 0x11;

/// For SYS_OPEN: to read, in binary.
const READ_BINARY: usize = 1;

/// Fills the buffer from the host's generator.
pub fn fill_random(bytes: &mut [u8]) {
    let path = b"/dev/urandom\0";
    // SAFETY: the path ends with a zero, which is not counted, and the buffer is as long as it says; the host writes
    // nowhere else.
    let left = unsafe {
        let file = syscall!(OPEN, path.as_ptr(), READ_BINARY, path.len() - 1);
        let left = syscall!(READ, file, bytes.as_mut_ptr(), bytes.len());
        syscall!(CLOSE, file);
        left
    };
    // Bytes that are not random would be keys that everybody knows.
    assert!(left == 0, "the host gives no randomness");
}

/// The host's time, in seconds since 1970.
pub fn time_of_day() -> u64 {
    // SAFETY: this operation takes no argument.
    let seconds = unsafe { syscall1(SYS_TIME, 0) };
    seconds as u64
}

/// Ends the emulation as a failure.
pub fn end() -> ! {
    debug::exit(debug::EXIT_FAILURE);
    loop {
        cortex_m::asm::wfi();
    }
}
