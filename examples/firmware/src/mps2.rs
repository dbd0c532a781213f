//! QEMU's `mps2-an386`: a Cortex-M4F at 25 MHz with a LAN9118.
//!
//! The board has neither a random number generator nor a clock. Both come from the host by semihosting, which is good
//! enough to show the rest, and for nothing else.

mod executor;
mod lan9118;
mod registers;
mod semihosting;
mod systick;

use core::slice;

use cortex_m::{interrupt::InterruptNumber, peripheral::NVIC};
use embassy_executor::{SendSpawner, SpawnToken};
use embassy_time::Instant;
use gateway_app::Board;

use self::{lan9118::Lan9118, registers::Registers};
use crate::platform::Platform;

pub use self::semihosting::end;

/// The network interface.
pub type Ethernet = Lan9118;

/// The address of the first board of this kind, as QEMU gives it.
const MAC: [u8; 6] = [0x52, 0x54, 0x00, 0x12, 0x34, 0x56];

/// Where the settings lie: the part of the flash that `memory.x` leaves free.
const SETTINGS: (usize, usize) = (0x003f_0000, 0x1_0000);

// SAFETY: there is the LAN9118, and its driver alone uses it.
const ETHERNET: Registers = unsafe { Registers::at(0x4020_0000) };

// SAFETY: there are the registers of the FPGA, among them that of the LEDs, and nothing else here uses them.
const FPGA: Registers = unsafe { Registers::at(0x4002_8000) };
const LEDS: usize = 0;

/// An interrupt of the board.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
enum Interrupt {
    Ethernet = 13,
    // No device of QEMU's has these; the executors do.
    Tasks = 30,
    Calls = 31,
}

// SAFETY: the number is that of the interrupt, and never changes.
unsafe impl InterruptNumber for Interrupt {
    fn number(self) -> u16 {
        self as u16
    }
}

/// The board, once it runs.
#[derive(Clone, Copy)]
pub struct Mps2;

/// Starts the board and the task that has it. The spawner is for tasks that the others interrupt.
pub fn run<S: Send>(first: impl FnOnce(Mps2, Ethernet, SendSpawner) -> SpawnToken<S>) -> ! {
    let Some(mut core) = cortex_m::Peripherals::take() else { end() };
    systick::start(&mut core.SYST);
    let Some(ethernet) = Lan9118::new(ETHERNET, MAC) else { end() };
    // SAFETY: no critical section rests on priorities here.
    unsafe {
        // Below the devices, which wake them.
        core.NVIC.set_priority(Interrupt::Tasks, 0x80);
    }
    // SAFETY: the driver is there, and no critical section rests on masked interrupts.
    unsafe { NVIC::unmask(Interrupt::Ethernet) };
    executor::run(|calls| first(Mps2, ethernet, calls))
}

#[cortex_m_rt::exception]
// SAFETY: it touches nothing but what is made for interrupts.
unsafe fn DefaultHandler(number: i16) {
    match number {
        13 => lan9118::on_interrupt(ETHERNET),
        30 => executor::on_tasks(),
        31 => executor::on_calls(),
        _ => panic!("there is no interrupt {number}"),
    }
}

impl Platform for Mps2 {
    fn fill_random(&self, bytes: &mut [u8]) {
        semihosting::fill_random(bytes);
    }

    fn time_of_day(&self) -> Option<u64> {
        Some(semihosting::time_of_day())
    }

    fn settings(&self) -> &'static [u8] {
        let (address, length) = SETTINGS;
        // SAFETY: it is memory that nobody writes to while the image runs.
        unsafe { slice::from_raw_parts(address as *const u8, length) }
    }
}

/// Its temperature goes up and down between 20 and 25 degrees; its LED is there.
impl Board for Mps2 {
    fn temperature(&self) -> i32 {
        let phase = (Instant::now().as_secs() % 1000) as i32;
        2000 + 500 - (phase - 500).abs()
    }

    fn led(&self) -> bool {
        FPGA.read(LEDS) & 1 == 1
    }

    fn set_led(&self, on: bool) {
        FPGA.write(LEDS, u32::from(on));
    }
}
