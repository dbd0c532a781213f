//! An ESP32-C3 with 4 MB of flash: its radio, its generator of randomness, and its flash.

use core::{cell::RefCell, ffi::c_void, ops::Range, ptr};

use embassy_embedded_hal::adapter::BlockingAsync;
use embassy_executor::{SendSpawner, Spawner};
use embassy_sync::{
    blocking_mutex::{CriticalSectionMutex, raw::CriticalSectionRawMutex},
    once_lock::OnceLock,
    signal::Signal,
};
use embassy_time::Timer;
use embedded_storage::ReadStorage;
use esp_hal::{
    clock::CpuClock,
    gpio::{Level, Output, OutputConfig},
    interrupt::software::SoftwareInterruptControl,
    peripherals::{FLASH, GPIO8, WIFI},
    rng::{Trng, TrngSource},
    timer::timg::TimerGroup,
};
use esp_radio::wifi::{Config, ControllerConfig, Interface, WifiController, sta::StationConfig};
use esp_radio_rtos_driver::task_create;
use esp_rtos::{CurrentThreadHandle, embassy::Executor};
use esp_storage::FlashStorage;
use gateway_app::Board;
use static_cell::{ConstStaticCell, StaticCell};

use crate::{platform::Platform, println, sensor};

/// The network interface.
pub type NetworkDevice = Interface<'static>;

/// Flash that is written while nothing else runs.
pub type EspFlash = BlockingAsync<FlashStorage<'static>>;

/// The network to join. A product is told it when it is set up, and keeps it in its flash.
const NETWORK: &str = match option_env!("WIFI_NETWORK") {
    Some(name) => name,
    None => "",
};
const PASSWORD: &str = match option_env!("WIFI_PASSWORD") {
    Some(password) => password,
    None => "",
};

/// What the radio's code allocates from, and the stack of the thread that calls.
const HEAP_BYTES: usize = 72 * 1024 + CALLS_STACK_BYTES;

/// A handshake and a verification take most of it.
const CALLS_STACK_BYTES: usize = 40 * 1024;

/// Of threads: that of the tasks that answer goes before the one that calls. Those of the radio go before both.
const CALLS_PRIORITY: u32 = 0;
const TASKS_PRIORITY: usize = 1;

/// The partition `settings` of `partitions.csv`. It is written with the image.
const SETTINGS: u32 = 0x3f_0000;
const SETTINGS_BYTES: usize = 4 * 1024;

/// The partition `keys`.
pub const KEYS: Range<u32> = 0x3f_2000..0x3f_4000;

static LED: CriticalSectionMutex<RefCell<Option<Output<'static>>>> = CriticalSectionMutex::new(RefCell::new(None));

/// The settings, as they were at the start: this flash is not read as memory.
static COPY: OnceLock<&[u8]> = OnceLock::new();

/// The board, once it runs.
#[derive(Clone, Copy)]
pub struct Esp;

/// The peripherals, before they run.
pub struct Parts {
    wifi: WIFI<'static>,
    flash: FLASH<'static>,
    led: GPIO8<'static>,
}

/// Starts the clocks and the scheduler.
pub fn start() -> Parts {
    let p = esp_hal::init(esp_hal::Config::default().with_cpu_clock(CpuClock::max()));
    esp_alloc::heap_allocator!(size: HEAP_BYTES);
    // From noise of the ADC, for as long as this is there: for ever. The radio adds its own.
    static NOISE: StaticCell<TrngSource<'static>> = StaticCell::new();
    NOISE.init(TrngSource::new(p.RNG, p.ADC1));
    let interrupts = SoftwareInterruptControl::new(p.SW_INTERRUPT);
    esp_rtos::start(TimerGroup::new(p.TIMG0).timer0, interrupts.software_interrupt0);
    Parts { wifi: p.WIFI, flash: p.FLASH, led: p.GPIO8 }
}

/// Starts a thread with an executor for what takes long. The tasks of this one interrupt it: the radio's code may block,
/// which it must not do in an interrupt.
pub async fn calls() -> SendSpawner {
    CurrentThreadHandle::get().set_priority(TASKS_PRIORITY);
    // SAFETY: the function takes no parameter, and never ends.
    unsafe { task_create("calls", run_calls, ptr::null_mut(), CALLS_PRIORITY, None, CALLS_STACK_BYTES) };
    CALLS.wait().await
}

static CALLS: Signal<CriticalSectionRawMutex, SendSpawner> = Signal::new();

extern "C" fn run_calls(_: *mut c_void) {
    static EXECUTOR: StaticCell<Executor> = StaticCell::new();
    EXECUTOR.init(Executor::new()).run(|spawner| CALLS.signal(spawner.make_send()));
}

impl Parts {
    /// Starts what the image uses, and the task that keeps the radio joined.
    pub fn start(self, spawner: Spawner) -> (Esp, NetworkDevice, EspFlash) {
        LED.lock(|cell| cell.replace(Some(Output::new(self.led, Level::Low, OutputConfig::default()))));
        let mut flash = FlashStorage::new(self.flash);
        static PLACE: ConstStaticCell<[u8; SETTINGS_BYTES]> = ConstStaticCell::new([0; SETTINGS_BYTES]);
        let settings = PLACE.take();
        if flash.read(SETTINGS, settings).is_ok() {
            _ = COPY.init(settings);
        }
        let station = StationConfig::default().with_ssid(NETWORK).with_password(PASSWORD.into());
        let config = ControllerConfig::default().with_initial_config(Config::Station(station));
        let (controller, interfaces) = esp_radio::wifi::new(self.wifi, config).unwrap();
        spawner.spawn(join(controller).unwrap());
        (Esp, interfaces.station, BlockingAsync::new(flash))
    }
}

/// Joins the network, and again when it is lost.
#[embassy_executor::task]
async fn join(mut controller: WifiController<'static>) {
    loop {
        match controller.connect_async().await {
            Ok(_) => _ = controller.wait_for_disconnect_async().await,
            Err(error) => println!("firmware: the network cannot be joined: {:?}", error),
        }
        Timer::after_secs(5).await;
    }
}

impl Platform for Esp {
    fn fill_random(&self, bytes: &mut [u8]) {
        // It refuses while nothing gives it noise: then its numbers would not be random.
        Trng::try_new().unwrap().read(bytes);
    }

    fn time_of_day(&self) -> Option<u64> {
        None
    }

    fn settings(&self) -> &'static [u8] {
        COPY.try_get().copied().unwrap_or_default()
    }
}

/// The LED of most boards.
impl Board for Esp {
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
