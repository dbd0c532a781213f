//! What runs on every board.

use bearward_core::{PublicJwks, ResourceMetadata, Transport};
use embassy_executor::{SendSpawner, Spawner};
use embassy_net::{Runner, StackResources};
use gateway_app::{LedSet, Permission, Resource, SensorRead};
use heapless::String;
use static_cell::StaticCell;

#[cfg(feature = "upstream")]
use crate::upstream;
use crate::{NetworkDevice, ThisBoard, authority, platform::Platform, println, settings::Settings, sizes, time, web};

/// DHCP, the resolver, the time, the calls to the authorization server, and one for every connection.
#[cfg(not(feature = "upstream"))]
const SOCKETS: usize = 4 + sizes::CONNECTIONS;
#[cfg(feature = "upstream")]
const SOCKETS: usize = 4 + upstream::SOCKETS + sizes::CONNECTIONS;

/// Starts the network and all that uses it. `jwks` are the device's own keys, if it has any, and `calls` is for what
/// takes long: the other tasks interrupt it.
pub async fn start(
    spawner: Spawner,
    calls: SendSpawner,
    board: ThisBoard,
    network: NetworkDevice,
    settings: Settings,
    jwks: Option<PublicJwks<'static>>,
) {
    let mut seed = [0; 8];
    board.fill_random(&mut seed);
    static RESOURCES: StaticCell<StackResources<SOCKETS>> = StaticCell::new();
    let config = embassy_net::Config::dhcpv4(embassy_net::DhcpConfig::default());
    let resources = RESOURCES.init_with(StackResources::new);
    let (stack, runner) = embassy_net::new(network, config, resources, u64::from_le_bytes(seed));
    spawner.spawn(drive(runner).unwrap());
    stack.wait_config_up().await;

    spawner.spawn(time::keep(stack, settings.time_server, board).unwrap());
    let resource = Resource { jwks, ..resource(&settings) };
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
        println!("firmware: serves on {}", config.address);
    }
}

#[embassy_executor::task]
async fn drive(mut runner: Runner<'static, NetworkDevice>) -> ! {
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
