//! QEMU's `mps2-an386`: a Cortex-M4F at 25 MHz with a LAN9118.
//!
//! The board has neither a random number generator nor a clock. Both come from the host by semihosting, which is good
//! enough to show the rest, and for nothing else.

mod executor;
mod lan9118;
mod registers;
mod semihosting;
mod serial;
mod systick;

use core::{ptr, slice};

use cortex_m::{interrupt::InterruptNumber, peripheral::NVIC};
use embassy_executor::{SendSpawner, SpawnToken};
use embassy_time::Instant;
use gateway_app::Board;
use static_cell::ConstStaticCell;

use self::{
    lan9118::{Frame, Lan9118},
    registers::Registers,
};
use crate::platform::Platform;

pub use self::{semihosting::end, serial::asked};

/// The network interface.
pub type Ethernet = Lan9118;

/// The address of the first board of this kind, as QEMU gives it.
const MAC: [u8; 6] = [0x52, 0x54, 0x00, 0x12, 0x34, 0x56];

unsafe extern "C" {
    // Where the settings lie, and where the stack is, by `memory/`. Each is a place, and not what is there.
    static _settings: u8;
    static _settings_end: u8;
    static _stack_start: u32;
    static _stack_end: u32;
}

// SAFETY: there is the LAN9118, and its driver alone uses it.
const ETHERNET: Registers = unsafe { Registers::at(0x4020_0000) };

// SAFETY: there are the registers of the FPGA, among them that of the LEDs, and nothing else here uses them.
const FPGA: Registers = unsafe { Registers::at(0x4002_8000) };
const LEDS: usize = 0;

// SAFETY: there is the first serial line, and its driver alone uses it.
const SERIAL: Registers = unsafe { Registers::at(0x4000_4000) };

/// An interrupt of the board.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
enum Interrupt {
    SerialReceived = 0,
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
    static FRAME: ConstStaticCell<Frame> = ConstStaticCell::new([0; _]);
    let Some(ethernet) = Lan9118::new(ETHERNET, MAC, FRAME.take()) else { end() };
    // SAFETY: no critical section rests on priorities here.
    unsafe {
        // Below the devices, which wake them.
        core.NVIC.set_priority(Interrupt::Tasks, 0x80);
    }
    serial::start(SERIAL);
    // SAFETY: the drivers are there, and no critical section rests on masked interrupts.
    unsafe {
        NVIC::unmask(Interrupt::Ethernet);
        NVIC::unmask(Interrupt::SerialReceived);
    }
    executor::run(|calls| first(Mps2, ethernet, calls))
}

#[cortex_m_rt::exception]
// SAFETY: it touches nothing but what is made for interrupts.
unsafe fn DefaultHandler(number: i16) {
    match number {
        0 => serial::on_interrupt(SERIAL),
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
        let (start, end) = (&raw const _settings, &raw const _settings_end);
        // SAFETY: between them is memory that nobody writes to while the image runs.
        unsafe { slice::from_raw_parts(start, end.addr() - start.addr()) }
    }
}

/// How much of the stack has been in use at some time, and how long it is. It was painted before the start.
pub fn stack() -> (usize, usize) {
    let (end, start) = (&raw const _stack_end, &raw const _stack_start);
    let bytes = start.addr() - end.addr();
    let mut painted = 0;
    // SAFETY: all words from one to the other are memory, and what is in them does not matter.
    while painted < bytes && unsafe { ptr::read_volatile(end.byte_add(painted)) } == cortex_m_rt::STACK_PAINT_VALUE {
        painted += size_of::<u32>();
    }
    (bytes - painted, bytes)
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
