//! The SMSC LAN9118, an Ethernet controller with a 10/100 PHY, behind `embassy-net-driver`.
//!
//! It has two FIFOs and no DMA. The interrupt says that a frame has come, or that there is room for one; it is then
//! masked until the driver has looked. QEMU's link is always up, and so is this driver's.

use core::task::Context;

use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState};
use embassy_sync::waitqueue::AtomicWaker;

use super::registers::Registers;

const RX_DATA: usize = 0x00;
const TX_DATA: usize = 0x20;
const RX_STATUS: usize = 0x40;
const TX_STATUS: usize = 0x48;
const IRQ_CFG: usize = 0x54;
const INT_STS: usize = 0x58;
const INT_EN: usize = 0x5c;
const BYTE_TEST: usize = 0x64;
const FIFO_INT: usize = 0x68;
const TX_CFG: usize = 0x70;
const HW_CFG: usize = 0x74;
const RX_FIFO_INF: usize = 0x7c;
const TX_FIFO_INF: usize = 0x80;
const MAC_CSR_CMD: usize = 0xa4;
const MAC_CSR_DATA: usize = 0xa8;

// Registers of the MAC, behind the two above.
const MAC_CR: u32 = 1;
const ADDRH: u32 = 2;
const ADDRL: u32 = 3;

/// In INT_STS and INT_EN: a frame has come.
const RSFL: u32 = 1 << 3;
/// In INT_STS and INT_EN: there is room for a frame.
const TDFA: u32 = 1 << 9;

/// The longest Ethernet frame, without its checksum.
const FRAME_BYTES: usize = 1514;
const CHECKSUM_BYTES: usize = 4;
/// What a frame of any length takes in the FIFO, with its two commands.
const FRAME_ROOM: u32 = 1536 + 8;

static WAKER: AtomicWaker = AtomicWaker::new();

/// The interrupt of the device.
pub fn on_interrupt(registers: Registers) {
    registers.write(INT_EN, 0);
    WAKER.wake();
}

/// The controller.
pub struct Lan9118 {
    registers: Registers,
    mac: [u8; 6],
    /// It lies elsewhere: the driver is moved.
    frame: &'static mut Frame,
}

/// The frame that came last.
pub type Frame = [u8; FRAME_BYTES + CHECKSUM_BYTES];

impl Lan9118 {
    /// Resets the controller and starts it. `None` if it is not there.
    pub fn new(registers: Registers, mac: [u8; 6], frame: &'static mut Frame) -> Option<Self> {
        if registers.read(BYTE_TEST) != 0x8765_4321 {
            return None;
        }
        registers.write(HW_CFG, 1);
        while registers.read(HW_CFG) & 1 != 0 {}
        // 5 KB for frames to send, the other 11 for those that come. Bit 20 has to be set.
        registers.write(HW_CFG, 5 << 16 | 1 << 20);
        registers.write(TX_CFG, 1 << 1);
        let device = Self { registers, mac, frame };
        let [a, b, c, d, e, f] = mac;
        device.write_mac(ADDRL, u32::from_le_bytes([a, b, c, d]));
        device.write_mac(ADDRH, u32::from_le_bytes([e, f, 0, 0]));
        // Full duplex, sends and receives.
        device.write_mac(MAC_CR, 1 << 20 | 1 << 3 | 1 << 2);
        // Room is in units of 64 bytes; one frame that came is enough.
        registers.write(FIFO_INT, FRAME_ROOM.div_ceil(64) << 24);
        registers.write(INT_STS, !0);
        registers.write(INT_EN, RSFL);
        // The pin: on, active high, push-pull.
        registers.write(IRQ_CFG, 1 << 8 | 1 << 4 | 1);
        Some(device)
    }

    fn write_mac(&self, register: u32, value: u32) {
        self.registers.write(MAC_CSR_DATA, value);
        self.registers.write(MAC_CSR_CMD, 1 << 31 | register);
        while self.registers.read(MAC_CSR_CMD) & 1 << 31 != 0 {}
    }

    /// Waits for one more event. What has happened before is still to be seen in the FIFOs.
    fn listen(&self, event: u32) {
        self.registers.write(INT_STS, event);
        self.registers.write(INT_EN, RSFL | event);
    }

    fn has_frame(&self) -> bool {
        self.registers.read(RX_FIFO_INF) >> 16 & 0xff != 0
    }

    fn has_room(&self) -> bool {
        // The status of what was sent: it is not looked at, but there is only so much room for it.
        while self.registers.read(TX_FIFO_INF) >> 16 & 0xff != 0 {
            self.registers.read(TX_STATUS);
        }
        self.registers.read(TX_FIFO_INF) & 0xffff >= FRAME_ROOM
    }

    /// Takes a frame out of the FIFO; its length without the checksum if it is good.
    fn take_frame(&mut self) -> Option<usize> {
        let status = self.registers.read(RX_STATUS);
        let length = (status >> 16 & 0x3fff) as usize;
        let mut words = self.frame.chunks_mut(4);
        for _ in 0..length.div_ceil(4) {
            let word = self.registers.read(RX_DATA).to_le_bytes();
            if let Some(place) = words.next() {
                place.copy_from_slice(&word[..place.len()]);
            }
        }
        let is_good = status & 1 << 15 == 0 && length <= self.frame.len();
        length.checked_sub(CHECKSUM_BYTES).filter(|_| is_good)
    }
}

impl Driver for Lan9118 {
    type RxToken<'a> = Received<'a>;
    type TxToken<'a> = Room;

    fn receive(&mut self, context: &mut Context<'_>) -> Option<(Received<'_>, Room)> {
        WAKER.register(context.waker());
        loop {
            if !self.has_frame() {
                self.listen(RSFL);
                if !self.has_frame() {
                    return None;
                }
            }
            if !self.has_room() {
                self.listen(TDFA);
                if !self.has_room() {
                    return None;
                }
            }
            if let Some(length) = self.take_frame() {
                let room = Room(self.registers);
                return Some((Received(&mut self.frame[..length]), room));
            }
        }
    }

    fn transmit(&mut self, context: &mut Context<'_>) -> Option<Room> {
        WAKER.register(context.waker());
        if !self.has_room() {
            self.listen(TDFA);
            if !self.has_room() {
                return None;
            }
        }
        Some(Room(self.registers))
    }

    fn link_state(&mut self, _: &mut Context<'_>) -> LinkState {
        LinkState::Up
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = FRAME_BYTES;
        capabilities.max_burst_size = Some(1);
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(self.mac)
    }
}

/// A frame that came.
pub struct Received<'a>(&'a mut [u8]);

impl embassy_net_driver::RxToken for Received<'_> {
    fn consume<T, F: FnOnce(&mut [u8]) -> T>(self, read: F) -> T {
        read(self.0)
    }
}

/// Room for a frame to send.
pub struct Room(Registers);

impl embassy_net_driver::TxToken for Room {
    fn consume<T, F: FnOnce(&mut [u8]) -> T>(self, length: usize, write: F) -> T {
        let mut frame = [0; FRAME_BYTES.next_multiple_of(4)];
        let outcome = write(&mut frame[..length]);
        let Self(registers) = self;
        // The first and the last piece of a frame, and its length; then the length again.
        registers.write(TX_DATA, 1 << 13 | 1 << 12 | length as u32);
        registers.write(TX_DATA, length as u32);
        for word in frame[..length.next_multiple_of(4)].as_chunks::<4>().0 {
            registers.write(TX_DATA, u32::from_le_bytes(*word));
        }
        outcome
    }
}
