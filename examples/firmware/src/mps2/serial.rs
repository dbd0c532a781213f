//! The CMSDK's UART, for single bytes that come in.

use embassy_sync::{blocking_mutex::raw::CriticalSectionRawMutex, signal::Signal};

use super::registers::Registers;

const DATA: usize = 0x00;
const CTRL: usize = 0x08;
const INT_CLEAR: usize = 0x0c;
const BAUD_DIVISOR: usize = 0x10;

/// In CTRL: receive, and interrupt then.
const RECEIVE: u32 = 1 << 1 | 1 << 3;
/// In INT_CLEAR: that a byte was received.
const RECEIVED: u32 = 1 << 1;

/// The last byte, until somebody has taken it.
static BYTE: Signal<CriticalSectionRawMutex, u8> = Signal::new();

/// Waits for a byte. If more come before anybody waits, the last one counts.
pub async fn asked() -> u8 {
    BYTE.wait().await
}

/// Starts the line.
pub fn start(registers: Registers) {
    // The shortest that is allowed.
    registers.write(BAUD_DIVISOR, 16);
    registers.write(CTRL, RECEIVE);
}

/// The interrupt of the device.
pub fn on_interrupt(registers: Registers) {
    BYTE.signal(registers.read(DATA) as u8);
    registers.write(INT_CLEAR, RECEIVED);
}
