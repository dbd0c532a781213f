//! Wi-Fi by the CYW43439 of a Pico W.
//!
//! The radio's own firmware, and the tables that go with it, are Infineon's; embassy's repository has them in
//! `cyw43-firmware`, and they lie in the flash beside the image:
//!
//! ```text
//! probe-rs download 43439A0.bin --binary-format bin --chip RP2040 --base-address 0x10100000
//! probe-rs download 43439A0_clm.bin --binary-format bin --chip RP2040 --base-address 0x10140000
//! probe-rs download nvram_rp2040.bin --binary-format bin --chip RP2040 --base-address 0x10142000
//! ```

use core::{ptr, slice};

use cyw43::{A4, Aligned, Control, JoinOptions, NetDriver, PowerManagementMode, Runner, SpiBus, State};
use cyw43_pio::{DEFAULT_CLOCK_DIVIDER, PioSpi};
use embassy_executor::Spawner;
use embassy_rp::{
    bind_interrupts, dma,
    gpio::{Level, Output},
    peripherals::{DMA_CH0, PIO0},
    pio::{self, Pio},
};
use embassy_time::Timer;
use static_cell::StaticCell;

use crate::{
    pico::{FLASH_BASE, Pins},
    println,
};

bind_interrupts!(struct Irqs {
    PIO0_IRQ_0 => pio::InterruptHandler<PIO0>;
    DMA_IRQ_0 => dma::InterruptHandler<DMA_CH0>;
});

/// The network interface.
pub type NetworkDevice = NetDriver<'static>;

type Bus = SpiBus<Output<'static>, PioSpi<'static, PIO0, 0>>;

/// The network to join. A product is told it when it is set up, and keeps it in its flash.
const NETWORK: &str = match option_env!("WIFI_NETWORK") {
    Some(name) => name,
    None => "",
};
const PASSWORD: &str = match option_env!("WIFI_PASSWORD") {
    Some(password) => password,
    None => "",
};

// Where the files lie, and how long they are: those of cyw43 0.7.
const FIRMWARE: (usize, usize) = (FLASH_BASE + 0x10_0000, 231_077);
const CLM: (usize, usize) = (FLASH_BASE + 0x14_0000, 984);
const NVRAM: (usize, usize) = (FLASH_BASE + 0x14_2000, 742);

/// Starts the radio and the tasks that drive it and keep it joined.
pub async fn network(spawner: Spawner, pins: Pins) -> NetworkDevice {
    let mut pio = Pio::new(pins.pio, Irqs);
    let bus = PioSpi::new(
        &mut pio.common,
        pio.sm0,
        DEFAULT_CLOCK_DIVIDER,
        pio.irq0,
        Output::new(pins.select, Level::High),
        pins.data,
        pins.clock,
        dma::Channel::new(pins.dma, Irqs),
    );
    let power = Output::new(pins.power, Level::Low);
    static STATE: StaticCell<State> = StaticCell::new();
    let state = STATE.init_with(State::new);
    let (device, control, runner) = cyw43::new(state, power, bus, file(FIRMWARE), file(NVRAM)).await;
    spawner.spawn(drive(runner).unwrap());
    spawner.spawn(join(control).unwrap());
    device
}

#[embassy_executor::task]
async fn drive(runner: Runner<'static, Bus>) -> ! {
    runner.run().await
}

/// Joins the network, as often as it takes.
#[embassy_executor::task]
async fn join(mut control: Control<'static>) {
    control.init(file(CLM)).await;
    control.set_power_management(PowerManagementMode::PowerSave).await;
    while let Err(error) = control.join(NETWORK, JoinOptions::new(PASSWORD.as_bytes())).await {
        println!("firmware: the network cannot be joined: {:?}", error);
        Timer::after_secs(5).await;
    }
}

fn file((place, bytes): (usize, usize)) -> &'static Aligned<A4, [u8]> {
    // SAFETY: this is flash that nobody writes to while the image runs.
    let bytes = unsafe { slice::from_raw_parts(place as *const u8, bytes) };
    // SAFETY: `Aligned` has the layout of what it holds, and the place is a multiple of four.
    unsafe { &*(ptr::from_ref(bytes) as *const Aligned<A4, [u8]>) }
}
