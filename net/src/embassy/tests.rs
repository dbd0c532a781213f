use core::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use embassy_net::{
    Config, StackResources,
    driver::{Capabilities, Driver, HardwareAddress, LinkState, RxToken, TxToken},
};

use super::*;
use crate::clock::{Clock as _, Timer as _};

/// A network card without a cable.
struct Unplugged;

impl Driver for Unplugged {
    type RxToken<'a> = Unplugged;
    type TxToken<'a> = Unplugged;

    fn receive(&mut self, _: &mut Context<'_>) -> Option<(Unplugged, Unplugged)> {
        None
    }

    fn transmit(&mut self, _: &mut Context<'_>) -> Option<Unplugged> {
        None
    }

    fn link_state(&mut self, _: &mut Context<'_>) -> LinkState {
        LinkState::Down
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = 1514;
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet([2, 0, 0, 0, 0, 1])
    }
}

impl RxToken for Unplugged {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, f: F) -> R {
        f(&mut [])
    }
}

impl TxToken for Unplugged {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, _: usize, f: F) -> R {
        f(&mut [])
    }
}

fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("waits"),
    }
}

#[test]
fn what_embassy_net_would_panic_for_is_an_error() {
    let mut resources = StackResources::<3>::new();
    let (stack, _runner) = embassy_net::new(Unplugged, Config::default(), &mut resources, 1);
    let state = TcpClientState::<1, 64, 64>::new();
    let network = Network::new(stack, &state);
    let address: IpAddr = "2001:db8::1".parse().unwrap();
    assert!(ready(network.connect(SocketAddr::new(address, 443))).is_err());
    assert!(ready(network.get_host_by_name("as.example", AddrType::IPv6)).is_err());
    assert!(ready(network.get_host_by_address(address, &mut [])).is_err());
}

#[test]
fn the_time_of_day_is_unknown_until_it_is_set_and_runs_on() {
    static CLOCK: WallClock = WallClock::new();
    assert_eq!(CLOCK.now(), None);
    let start = Timer.elapsed();
    CLOCK.set(UnixTime::from_seconds(1_800_000_000));
    while Timer.elapsed() < start + Duration::from_millis(1100) {
        std::thread::yield_now();
    }
    let now = CLOCK.now().unwrap().seconds();
    assert!((1_800_000_001..=1_800_000_002).contains(&now), "{now}");
}

#[test]
fn a_time_before_the_device_started_is_none() {
    let clock = WallClock::new();
    while Timer.elapsed() < Duration::from_secs(1) {
        std::thread::yield_now();
    }
    clock.set(UnixTime::from_seconds(0));
    assert_eq!(clock.now(), None);
}

#[test]
fn a_wait_beyond_the_end_of_time_does_not_panic() {
    for wait in [Duration::MAX, Duration::from_micros(u64::MAX), Duration::from_secs(u64::MAX / 2)] {
        assert_eq!(end_of(wait), Instant::MAX);
    }
    let left = end_of(Duration::from_secs(60)) - Instant::now();
    assert!((59..=60).contains(&left.as_secs()), "{left}");
}
