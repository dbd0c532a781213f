//! The gateway on a Nucleo-H743ZI2. `nucleo` is all that knows the board; the rest is that of `examples/firmware`.
#![no_std]
#![no_main]

#[path = "../../../src/authority.rs"]
mod authority;
#[path = "../../../src/free.rs"]
#[expect(dead_code, reason = "only a test asks for the count")]
mod free;
#[path = "../../../src/gate.rs"]
mod gate;
#[path = "../../shared/keys.rs"]
mod keys;
mod nucleo;
#[path = "../../../src/platform.rs"]
mod platform;
#[path = "../../../src/relay.rs"]
mod relay;
#[path = "../../shared/sensor.rs"]
mod sensor;
#[path = "../../../src/settings.rs"]
mod settings;
#[path = "../../../src/sizes.rs"]
mod sizes;
#[path = "../../../src/start.rs"]
mod start;
#[path = "../../../src/time.rs"]
#[expect(dead_code, reason = "only a test has the server asked at once")]
mod time;
#[cfg(feature = "upstream")]
#[path = "../../../src/upstream.rs"]
mod upstream;
#[path = "../../../src/user.rs"]
mod user;
#[path = "../../../src/web.rs"]
mod web;

use core::panic::PanicInfo;

use cortex_m::peripheral::SCB;
use embassy_executor::{SendSpawner, Spawner};
use rtt_target::rprintln as println;

use crate::{
    nucleo::{Ethernet as NetworkDevice, Nucleo as ThisBoard, Parts},
    platform::Platform,
    settings::Settings,
};

#[cortex_m_rt::entry]
fn main() -> ! {
    rtt_target::rtt_init_print!();
    nucleo::run(|parts, calls| start(parts, calls).unwrap())
}

/// Everything, once the board is there. `calls` is for what takes long: the tasks here interrupt it.
#[embassy_executor::task]
async fn start(parts: Parts, calls: SendSpawner) {
    // SAFETY: this is a task, and it runs in an executor.
    let spawner = unsafe { Spawner::for_current_executor() }.await;
    let (board, ethernet, flash) = parts.start();
    let Some(settings) = Settings::read(board.settings()) else {
        println!("firmware: there are no settings in the flash");
        return;
    };
    let jwks = keys::open(flash, nucleo::KEYS, &board).await;
    start::start(spawner, calls, board, ethernet, settings, jwks).await;
}

/// A device that stands still guards nothing.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    println!("firmware: {}", info);
    SCB::sys_reset()
}
