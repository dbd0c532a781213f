//! An RP2040 with 2 MB of flash. It has no generator of randomness for keys: what an oscillator gives is gathered at the
//! start, and a generator of ours goes on from there.

use core::{cell::RefCell, ops::Range, slice};

use chacha20::ChaCha20Rng;
use embassy_embedded_hal::adapter::BlockingAsync;
use embassy_executor::{SendSpawner, SpawnToken};
#[cfg(feature = "w5500")]
use embassy_rp::gpio::{Level, Output};
use embassy_rp::{
    Peri,
    clocks::RoscRng,
    executor::{Executor, InterruptExecutor},
    flash::{Blocking, Flash},
    interrupt::{self, InterruptExt, Priority},
    peripherals::{self, FLASH},
};
use embassy_sync::blocking_mutex::CriticalSectionMutex;
use gateway_app::Board;
use rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};
use static_cell::StaticCell;

use crate::{platform::Platform, sensor};

const FLASH_BYTES: usize = 2 * 1024 * 1024;

/// Flash that is written while nothing else runs: the image lies in it as well.
pub type PicoFlash = BlockingAsync<Flash<'static, FLASH, Blocking, FLASH_BYTES>>;

/// Where flash is read as memory.
pub const FLASH_BASE: usize = 0x1000_0000;

/// Behind the image, and what the radio needs. It is written with the image.
const SETTINGS: usize = FLASH_BASE + 0x1f_c000;
const SETTINGS_BYTES: usize = 8 * 1024;

/// The last two pages: the keys.
pub const KEYS: Range<u32> = 0x1f_e000..0x20_0000;

/// Of what the oscillator gives, so many bytes make one key of 32. Its bits depend on each other, and nobody says how
/// much: so there is much of it.
const GATHERED_BYTES: usize = 4096;

static TASKS: InterruptExecutor = InterruptExecutor::new();
static RANDOM: CriticalSectionMutex<RefCell<Option<ChaCha20Rng>>> = CriticalSectionMutex::new(RefCell::new(None));
#[cfg(feature = "w5500")]
static LED: CriticalSectionMutex<RefCell<Option<Output<'static>>>> = CriticalSectionMutex::new(RefCell::new(None));

/// The board, once it runs.
#[derive(Clone, Copy)]
pub struct Pico;

/// The peripherals, before they run.
pub struct Parts(embassy_rp::Peripherals);

/// What leads to the W5500 of a W5500-EVB-Pico.
#[cfg(feature = "w5500")]
pub struct Pins {
    /// Its bus.
    pub spi: Peri<'static, peripherals::SPI0>,
    /// The clock of the bus.
    pub clock: Peri<'static, peripherals::PIN_18>,
    /// To the W5500.
    pub mosi: Peri<'static, peripherals::PIN_19>,
    /// From it.
    pub miso: Peri<'static, peripherals::PIN_16>,
    /// That it is meant.
    pub select: Peri<'static, peripherals::PIN_17>,
    /// That it has something.
    pub interrupt: Peri<'static, peripherals::PIN_21>,
    /// That it starts anew.
    pub reset: Peri<'static, peripherals::PIN_20>,
    /// What moves the bytes to it.
    pub send: Peri<'static, peripherals::DMA_CH0>,
    /// And from it.
    pub receive: Peri<'static, peripherals::DMA_CH1>,
}

/// What leads to the CYW43439 of a Pico W.
#[cfg(feature = "cyw43")]
pub struct Pins {
    /// The block that speaks its bus.
    pub pio: Peri<'static, peripherals::PIO0>,
    /// Its power.
    pub power: Peri<'static, peripherals::PIN_23>,
    /// That it is meant.
    pub select: Peri<'static, peripherals::PIN_25>,
    /// To and from it.
    pub data: Peri<'static, peripherals::PIN_24>,
    /// The clock of the bus.
    pub clock: Peri<'static, peripherals::PIN_29>,
    /// What moves the bytes.
    pub dma: Peri<'static, peripherals::DMA_CH0>,
}

/// Starts the clocks and the task that has the board. The spawner is for tasks that the others interrupt.
pub fn run<S: Send>(first: impl FnOnce(Parts, SendSpawner) -> SpawnToken<S>) -> ! {
    let parts = Parts(embassy_rp::init(embassy_rp::config::Config::default()));
    static CALLS: StaticCell<Executor> = StaticCell::new();
    // No device has this interrupt. It is below those of the drivers.
    interrupt::SWI_IRQ_1.set_priority(Priority::P2);
    let tasks = TASKS.start(interrupt::SWI_IRQ_1);
    CALLS.init(Executor::new()).run(|calls| tasks.spawn(first(parts, calls.make_send())))
}

#[embassy_rp::interrupt]
// SAFETY: nothing but the interrupt calls it.
unsafe fn SWI_IRQ_1() {
    // SAFETY: this is the interrupt that the executor was started with.
    unsafe { TASKS.on_interrupt() }
}

impl Parts {
    /// Starts what the image uses, but for the network.
    pub fn start(self) -> (Pico, Pins, PicoFlash) {
        let Self(p) = self;
        let random = ChaCha20Rng::from_seed(gather());
        RANDOM.lock(|cell| cell.replace(Some(random)));
        #[cfg(feature = "w5500")]
        LED.lock(|cell| cell.replace(Some(Output::new(p.PIN_25, Level::Low))));
        #[cfg(feature = "w5500")]
        let pins = Pins {
            spi: p.SPI0,
            clock: p.PIN_18,
            mosi: p.PIN_19,
            miso: p.PIN_16,
            select: p.PIN_17,
            interrupt: p.PIN_21,
            reset: p.PIN_20,
            send: p.DMA_CH0,
            receive: p.DMA_CH1,
        };
        #[cfg(feature = "cyw43")]
        let pins =
            Pins { pio: p.PIO0, power: p.PIN_23, select: p.PIN_25, data: p.PIN_24, clock: p.PIN_29, dma: p.DMA_CH0 };
        (Pico, pins, BlockingAsync::new(Flash::new_blocking(p.FLASH)))
    }
}

/// A key from the ring oscillator's bit, by a hash: each bit of it depends on all that was gathered.
fn gather() -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut piece = [0; 64];
    for _ in 0..GATHERED_BYTES / piece.len() {
        RoscRng.fill_bytes(&mut piece);
        hash.update(piece);
    }
    hash.finalize().into()
}

impl Platform for Pico {
    fn fill_random(&self, bytes: &mut [u8]) {
        RANDOM.lock(|cell| cell.borrow_mut().as_mut().unwrap().fill_bytes(bytes));
    }

    fn time_of_day(&self) -> Option<u64> {
        None
    }

    fn settings(&self) -> &'static [u8] {
        // SAFETY: this is flash that nobody writes to while the image runs.
        unsafe { slice::from_raw_parts(SETTINGS as *const u8, SETTINGS_BYTES) }
    }
}

/// The LED of the board; that of a Pico W is the radio's, and is left alone.
impl Board for Pico {
    fn temperature(&self) -> i32 {
        sensor::temperature()
    }

    #[cfg(feature = "w5500")]
    fn led(&self) -> bool {
        LED.lock(|cell| cell.borrow().as_ref().is_some_and(Output::is_set_high))
    }

    #[cfg(feature = "w5500")]
    fn set_led(&self, on: bool) {
        LED.lock(|cell| cell.borrow_mut().as_mut().unwrap().set_level(on.into()));
    }

    #[cfg(feature = "cyw43")]
    fn led(&self) -> bool {
        false
    }

    #[cfg(feature = "cyw43")]
    fn set_led(&self, _: bool) {}
}
