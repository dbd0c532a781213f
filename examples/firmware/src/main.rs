//! The gateway's application on bare metal: a Cortex-M4 with Ethernet, as QEMU's `mps2-an386` has them.
//!
//! `mps2` is all that knows this board, and `report` is for its tests; another one brings a
//! [`Platform`](platform::Platform), a driver of embassy-net and a time driver of embassy, as those in `boards` do, which
//! take the other modules from here.
#![no_std]
#![no_main]

mod authority;
mod free;
mod gate;
mod mps2;
mod platform;
mod relay;
mod report;
mod settings;
mod sizes;
mod start;
mod time;
#[cfg(feature = "upstream")]
mod upstream;
#[cfg(feature = "userinfo")]
mod user;
mod web;

use core::panic::PanicInfo;

use cortex_m_semihosting::hprintln as println;
use embassy_executor::{SendSpawner, Spawner};
#[cfg(feature = "userinfo")]
use static_cell::StaticCell;

use crate::{
    mps2::{Ethernet as NetworkDevice, Mps2 as ThisBoard},
    platform::Platform,
    settings::Settings,
};

#[cortex_m_rt::entry]
fn main() -> ! {
    mps2::run(|board, ethernet, calls| start(board, ethernet, calls).unwrap())
}

/// Everything, once the board is there. `calls` is for what takes long: the tasks here interrupt it.
#[embassy_executor::task]
async fn start(board: ThisBoard, ethernet: NetworkDevice, calls: SendSpawner) {
    // SAFETY: this is a task, and it runs in an executor.
    let spawner = unsafe { Spawner::for_current_executor() }.await;
    let Some(settings) = Settings::read(board.settings()) else {
        println!("firmware: there are no settings in the flash");
        mps2::end();
    };
    #[cfg(feature = "userinfo")]
    let jwks = {
        static KEYS: StaticCell<user::Keys> = StaticCell::new();
        let keys = KEYS.init_with(user::Keys::new);
        user::make(keys, &board).ok().map(|()| user::have(keys))
    };
    #[cfg(not(feature = "userinfo"))]
    let jwks = None;
    spawner.spawn(report::tell().unwrap());
    spawner.spawn(report::beat().unwrap());
    start::start(spawner, calls, board, ethernet, settings, jwks).await;
}

/// What panics say of themselves takes 36 KB of flash, and goes with the first line.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    #[cfg(not(feature = "small"))]
    println!("firmware: {}", info);
    #[cfg(feature = "small")]
    {
        _ = info;
        println!("firmware: a panic");
    }
    mps2::end()
}
