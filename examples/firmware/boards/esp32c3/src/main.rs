//! The gateway on an ESP32-C3. `esp` is all that knows the board; the rest is that of `examples/firmware`.
//!
//! The radio's own code needs a heap; the rest does without.
#![no_std]
#![no_main]

#[path = "../../../src/authority.rs"]
mod authority;
mod esp;
#[path = "../../../src/free.rs"]
#[expect(dead_code, reason = "only a test asks for the count")]
mod free;
#[path = "../../../src/gate.rs"]
mod gate;
#[path = "../../shared/keys.rs"]
mod keys;
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

use embassy_executor::Spawner;
use esp_println::println;

use crate::{
    esp::{Esp as ThisBoard, NetworkDevice},
    platform::Platform,
    settings::Settings,
};

esp_bootloader_esp_idf::esp_app_desc!();

/// Everything. The tasks of this executor interrupt those of the other one.
#[esp_rtos::main]
async fn main(spawner: Spawner) {
    let parts = esp::start();
    let calls = esp::calls().await;
    let (board, device, flash) = parts.start(spawner);
    let Some(settings) = Settings::read(board.settings()) else {
        println!("firmware: there are no settings in the flash");
        return;
    };
    let jwks = keys::open(flash, esp::KEYS, &board).await;
    start::start(spawner, calls, board, device, settings, jwks).await;
}

/// A device that stands still guards nothing.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    println!("firmware: {}", info);
    esp_hal::system::software_reset()
}
