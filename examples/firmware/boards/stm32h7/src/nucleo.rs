//! The Nucleo-H743ZI2: a Cortex-M7 at 400 MHz, an LAN8742A behind RMII, a generator of randomness, and two banks of flash.

use core::{cell::RefCell, ops::Range, slice};

use embassy_embedded_hal::adapter::BlockingAsync;
use embassy_executor::{Executor, InterruptExecutor, SendSpawner, SpawnToken};
use embassy_stm32::{
    Config, bind_interrupts, eth,
    eth::{GenericPhy, PacketQueue, Sma},
    flash::{Bank2Region, Blocking, Flash},
    gpio::{Level, Output, Speed},
    interrupt::{self, InterruptExt, Priority},
    peripherals::{self, ETH, ETH_SMA},
    rng::{self, Rng},
    uid,
};
use embassy_sync::blocking_mutex::CriticalSectionMutex;
use gateway_app::Board;
use static_cell::StaticCell;

use crate::{platform::Platform, sensor};

bind_interrupts!(struct Irqs {
    ETH => eth::InterruptHandler;
    RNG => rng::InterruptHandler<peripherals::RNG>;
});

/// The network interface.
pub type Ethernet = eth::Ethernet<'static, ETH, GenericPhy<Sma<'static, ETH_SMA>>>;

/// The second bank of the flash. While it is written, the image runs on from the first one.
pub type SecondBank = BlockingAsync<Bank2Region<'static, Blocking>>;

/// The first sector of the second bank has the settings. It is written with the image.
const SETTINGS: *const u8 = 0x0810_0000 as *const u8;
const SECTOR_BYTES: usize = 128 * 1024;

/// The last two sectors of the second bank, from its start: the keys.
pub const KEYS: Range<u32> = 0xc_0000..0x10_0000;

static TASKS: InterruptExecutor = InterruptExecutor::new();
static RANDOM: CriticalSectionMutex<RefCell<Option<Rng<'static, peripherals::RNG>>>> =
    CriticalSectionMutex::new(RefCell::new(None));
static LED: CriticalSectionMutex<RefCell<Option<Output<'static>>>> = CriticalSectionMutex::new(RefCell::new(None));

/// The board, once it runs.
#[derive(Clone, Copy)]
pub struct Nucleo;

/// The peripherals, before they run.
pub struct Parts(embassy_stm32::Peripherals);

/// Starts the clocks and the task that has the board. The spawner is for tasks that the others interrupt.
pub fn run<S: Send>(first: impl FnOnce(Parts, SendSpawner) -> SpawnToken<S>) -> ! {
    let parts = Parts(embassy_stm32::init(clocks()));
    static CALLS: StaticCell<Executor> = StaticCell::new();
    // Nothing is wired to this serial line, and so its interrupt is free. It is below those of the drivers.
    interrupt::UART4.set_priority(Priority::P6);
    let tasks = TASKS.start(interrupt::UART4);
    CALLS.init(Executor::new()).run(|calls| tasks.spawn(first(parts, calls.make_send())))
}

#[embassy_stm32::interrupt]
// SAFETY: nothing but the interrupt calls it.
unsafe fn UART4() {
    // SAFETY: this is the interrupt that the executor was started with.
    unsafe { TASKS.on_interrupt() }
}

/// 400 MHz from the internal oscillator, and 48 MHz for the generator of randomness.
fn clocks() -> Config {
    use embassy_stm32::rcc::{
        AHBPrescaler, APBPrescaler, HSIPrescaler, Hsi48Config, Pll, PllDiv, PllMul, PllPreDiv, PllSource, Sysclk,
        VoltageScale,
    };

    let mut config = Config::default();
    config.rcc.hsi = Some(HSIPrescaler::DIV1);
    config.rcc.csi = true;
    config.rcc.hsi48 = Some(Hsi48Config::default());
    config.rcc.pll1 = Some(Pll {
        source: PllSource::HSI,
        prediv: PllPreDiv::DIV4,
        mul: PllMul::MUL50,
        fracn: None,
        divp: Some(PllDiv::DIV2),
        divq: None,
        divr: None,
    });
    config.rcc.sys = Sysclk::PLL1_P;
    config.rcc.ahb_pre = AHBPrescaler::DIV2;
    config.rcc.apb1_pre = APBPrescaler::DIV2;
    config.rcc.apb2_pre = APBPrescaler::DIV2;
    config.rcc.apb3_pre = APBPrescaler::DIV2;
    config.rcc.apb4_pre = APBPrescaler::DIV2;
    config.rcc.voltage_scale = VoltageScale::Scale1;
    config
}

impl Parts {
    /// Starts what the image uses.
    pub fn start(self) -> (Nucleo, Ethernet, SecondBank) {
        let Self(p) = self;
        let random = Rng::new(p.RNG, Irqs);
        RANDOM.lock(|cell| cell.replace(Some(random)));
        LED.lock(|cell| cell.replace(Some(Output::new(p.PB0, Level::Low, Speed::Low))));
        // The controller moves these by itself, and reaches the memory that `memory.x` calls RAM.
        static PACKETS: StaticCell<PacketQueue<4, 4>> = StaticCell::new();
        let packets = PACKETS.init_with(PacketQueue::new);
        let ethernet = eth::Ethernet::new(
            packets,
            p.ETH,
            Irqs,
            p.PA1,
            p.PA7,
            p.PC4,
            p.PC5,
            p.PG13,
            p.PB13,
            p.PG11,
            mac(),
            p.ETH_SMA,
            p.PA2,
            p.PC1,
        );
        let flash = Flash::new_blocking(p.FLASH).into_blocking_regions().bank2_region;
        (Nucleo, ethernet, BlockingAsync::new(flash))
    }
}

/// An address of its own for each chip, as one that nobody has assigned.
fn mac() -> [u8; 6] {
    let [a, b, c, d, e, f, g, h, i, j, k, l] = uid::uid();
    [0x02, a ^ f ^ k, b ^ g ^ l, c ^ h, d ^ i, e ^ j]
}

impl Platform for Nucleo {
    fn fill_random(&self, bytes: &mut [u8]) {
        // In pieces: the generator takes its time, and interrupts wait.
        for piece in bytes.chunks_mut(16) {
            RANDOM.lock(|cell| cell.borrow_mut().as_mut().unwrap().fill_bytes(piece));
        }
    }

    fn time_of_day(&self) -> Option<u64> {
        None
    }

    fn settings(&self) -> &'static [u8] {
        // SAFETY: this is flash that nobody writes to while the image runs.
        unsafe { slice::from_raw_parts(SETTINGS, SECTOR_BYTES) }
    }
}

/// The first of its LEDs.
impl Board for Nucleo {
    fn temperature(&self) -> i32 {
        sensor::temperature()
    }

    fn led(&self) -> bool {
        LED.lock(|cell| cell.borrow().as_ref().is_some_and(Output::is_set_high))
    }

    fn set_led(&self, on: bool) {
        LED.lock(|cell| cell.borrow_mut().as_mut().unwrap().set_level(on.into()));
    }
}
