//! Ethernet by a W5500. It is used as a bare MAC: the TCP that it has itself is left alone.

use embassy_executor::Spawner;
use embassy_net_wiznet::{Device, Runner, State, chip::W5500};
use embassy_rp::{
    bind_interrupts, dma,
    gpio::{Input, Level, Output, Pull},
    peripherals::{DMA_CH0, DMA_CH1, SPI0},
    spi::{self, Async, Spi},
};
use embassy_time::Delay;
use embedded_hal_bus::spi::ExclusiveDevice;
use static_cell::StaticCell;

use crate::pico::Pins;

bind_interrupts!(struct Irqs {
    DMA_IRQ_0 => dma::InterruptHandler<DMA_CH0>, dma::InterruptHandler<DMA_CH1>;
});

/// The network interface.
pub type NetworkDevice = Device<'static>;

type Bus = ExclusiveDevice<Spi<'static, SPI0, Async>, Output<'static>, Delay>;

/// An address that nobody has assigned. A product has its own from its maker's range.
const MAC: [u8; 6] = [0x02, 0x00, 0x00, 0x62, 0x77, 0x01];

/// Starts the W5500 and the task that drives it.
pub async fn network(spawner: Spawner, pins: Pins) -> NetworkDevice {
    let mut config = spi::Config::default();
    config.frequency = 50_000_000;
    let spi = Spi::new(pins.spi, pins.clock, pins.mosi, pins.miso, pins.send, pins.receive, Irqs, config);
    let bus = ExclusiveDevice::new(spi, Output::new(pins.select, Level::High), Delay).unwrap();
    let interrupt = Input::new(pins.interrupt, Pull::Up);
    let reset = Output::new(pins.reset, Level::High);
    static STATE: StaticCell<State<4, 4>> = StaticCell::new();
    let state = STATE.init_with(State::new);
    let (device, runner) = embassy_net_wiznet::new(MAC, state, bus, interrupt, reset).await.unwrap();
    spawner.spawn(drive(runner).unwrap());
    device
}

#[embassy_executor::task]
async fn drive(runner: Runner<'static, W5500, Bus, Input<'static>, Output<'static>>) -> ! {
    runner.run().await
}
