//! The gateway's application on bare metal: a Cortex-M4 with Ethernet, as QEMU's `mps2-an386` has them.
//!
//! `mps2` is all that knows this board; another one brings a [`Platform`](platform::Platform), a driver of
//! embassy-net and a time driver of embassy.
#![no_std]
#![no_main]

mod authority;
mod gate;
mod mps2;
mod platform;
mod relay;
mod report;
mod settings;
mod sizes;
mod time;
#[cfg(feature = "upstream")]
mod upstream;
#[cfg(feature = "userinfo")]
mod user;
mod web;

use core::panic::PanicInfo;

use bearward_core::{ResourceMetadata, Transport};
use cortex_m_semihosting::hprintln;
use embassy_executor::{SendSpawner, Spawner};
use embassy_net::{Runner, StackResources};
use gateway_app::{LedSet, Permission, Resource, SensorRead};
use heapless::String;
use static_cell::StaticCell;

use crate::{
    mps2::{Ethernet, Mps2},
    platform::Platform,
    settings::Settings,
};

/// DHCP, the resolver, the time, the calls to the authorization server, and one for every connection.
#[cfg(not(feature = "upstream"))]
const SOCKETS: usize = 4 + sizes::CONNECTIONS;
#[cfg(feature = "upstream")]
const SOCKETS: usize = 4 + upstream::SOCKETS + sizes::CONNECTIONS;

#[cortex_m_rt::entry]
fn main() -> ! {
    mps2::run(|board, ethernet, calls| start(board, ethernet, calls).unwrap())
}

/// Everything, once the board is there. `calls` is for what takes long: the tasks here interrupt it.
#[embassy_executor::task]
async fn start(board: Mps2, ethernet: Ethernet, calls: SendSpawner) {
    // SAFETY: this is a task, and it runs in an executor.
    let spawner = unsafe { Spawner::for_current_executor() }.await;
    let Some(settings) = Settings::read(board.settings()) else {
        hprintln!("firmware: there are no settings in the flash");
        mps2::end();
    };
    let mut seed = [0; 8];
    board.fill_random(&mut seed);
    static RESOURCES: StaticCell<StackResources<SOCKETS>> = StaticCell::new();
    let config = embassy_net::Config::dhcpv4(embassy_net::DhcpConfig::default());
    let resources = RESOURCES.init_with(StackResources::new);
    let (stack, runner) = embassy_net::new(ethernet, config, resources, u64::from_le_bytes(seed));
    spawner.spawn(drive(runner).unwrap());
    stack.wait_config_up().await;

    spawner.spawn(report::tell().unwrap());
    spawner.spawn(report::beat().unwrap());
    spawner.spawn(time::keep(stack, settings.time_server, board).unwrap());
    let resource = resource(&settings);
    #[cfg(feature = "userinfo")]
    let resource = Resource { jwks: user::make_keys(&board).ok().map(user::Keys::public_jwks), ..resource };
    let server = authority::server(&settings);
    spawner.spawn(authority::connect(stack).unwrap());
    calls.spawn(authority::call(server, settings, board).unwrap());
    #[cfg(feature = "upstream")]
    upstream::start(&settings, stack, spawner, calls, board);
    static QUEUE: StaticCell<web::Queue> = StaticCell::new();
    let queue: &web::Queue = QUEUE.init_with(web::Queue::new);
    for (number, buffers) in web::SOCKETS.take().iter_mut().enumerate() {
        spawner.spawn(web::accept(stack, queue, number, buffers).unwrap());
    }
    for (worker, request) in web::REQUESTS.take().iter_mut().enumerate() {
        spawner.spawn(web::work(queue, worker, server, resource, board, request).unwrap());
    }
    if let Some(config) = stack.config_v4() {
        hprintln!("firmware: serves on {}", config.address);
    }
}

#[embassy_executor::task]
async fn drive(mut runner: Runner<'static, Ethernet>) -> ! {
    runner.run().await
}

/// What tokens may allow here.
const SCOPES: &[&str] = &[
    SensorRead::SCOPE,
    LedSet::SCOPE,
    #[cfg(feature = "upstream")]
    gateway_app::UpstreamRead::SCOPE,
];

/// How this resource server presents itself.
fn resource(settings: &Settings) -> Resource<'static> {
    static ISSUER: StaticCell<[&str; 1]> = StaticCell::new();
    static URL: StaticCell<String<256>> = StaticCell::new();
    let metadata = ResourceMetadata::new(settings.audience)
        .with_authorization_servers(ISSUER.init([settings.issuer]))
        .with_scopes_supported(SCOPES);
    // RFC 9728 §3.1 puts the path elsewhere for a resource with a path or a query; those do without.
    let is_host = settings.audience.strip_prefix("https://").is_some_and(|host| !host.contains(['/', '?', '#']));
    let url = URL.init(String::new());
    let written = url.push_str(settings.audience).and_then(|()| url.push_str(ResourceMetadata::WELL_KNOWN_PATH));
    Resource {
        realm: "gateway",
        // QEMU forwards from loopback; a device needs TLS in front, or `Transport::Plaintext` would refuse all.
        transport: Transport::DangerPlaintext,
        metadata,
        metadata_target: ResourceMetadata::WELL_KNOWN_PATH,
        metadata_url: (is_host && written.is_ok()).then_some(url),
        jwks: None,
    }
}

/// What panics say of themselves takes 36 KB of flash, and goes with the first line.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    #[cfg(not(feature = "small"))]
    hprintln!("firmware: {}", info);
    #[cfg(feature = "small")]
    {
        _ = info;
        hprintln!("firmware: a panic");
    }
    mps2::end()
}
