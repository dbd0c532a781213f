//! The time of day, by SNTP ([RFC 4330](https://www.rfc-editor.org/rfc/rfc4330)).

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use bearward_net::{Clock as _, embassy::WallClock};
use embassy_futures::select::select;
use embassy_net::{
    IpEndpoint, Stack,
    udp::{PacketMetadata, UdpSocket},
};
use embassy_sync::{blocking_mutex::raw::CriticalSectionRawMutex, signal::Signal};
use embassy_time::{Duration, Timer, with_timeout};
use gateway_app::{Doubt, TimeKeeper};
use sntpc::{Error, NtpContext, NtpTimestampGenerator, NtpUdpSocket, get_time};

use crate::{ThisBoard, platform::Platform, println};

/// The time of day, for certificates and tokens.
pub static CLOCK: WallClock = WallClock::new();

/// The time of the build: no clock that is right shows an earlier one.
const BUILT_AT: &str = env!("BUILT_AT");

/// How long an image serves at most.
const YEARS: u64 = 20;

/// How long until the server is asked again: when it knew, and when not.
const NEXT: Duration = Duration::from_secs(1024);
const AGAIN: Duration = Duration::from_secs(5);

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(2);

static DUE: Signal<CriticalSectionRawMutex, ()> = Signal::new();

/// Lets the server be asked now.
pub fn ask() {
    DUE.signal(());
}

/// Keeps the clock right.
#[embassy_executor::task]
pub async fn keep(stack: Stack<'static>, server: Option<Ipv4Addr>, board: ThisBoard) {
    let built_at = BUILT_AT.parse().unwrap_or(u64::MAX);
    let mut keeper = TimeKeeper::new(built_at, YEARS);
    loop {
        let told = match server {
            Some(server) => with_timeout(PATIENCE, sntp(stack, server, built_at, board)).await.unwrap_or(None),
            None => board.time_of_day(),
        };
        let judged = told.map(|told| keeper.judge(told, CLOCK.now()));
        match judged {
            Some(Ok(now)) => CLOCK.set(now),
            Some(Err(doubt)) => println!("firmware: a time is not believed: {}", doubt),
            None => println!("firmware: nobody tells the time"),
        }
        let is_known = CLOCK.now().is_some() && judged.is_some_and(|judged| judged != Err(Doubt::Jump));
        select(Timer::after(if is_known { NEXT } else { AGAIN }), DUE.wait()).await;
    }
}

/// The seconds since 1970, as the server has them.
async fn sntp(stack: Stack<'_>, server: Ipv4Addr, built_at: u64, board: ThisBoard) -> Option<u64> {
    let (mut received, mut sent) = ([PacketMetadata::EMPTY; 2], [PacketMetadata::EMPTY; 1]);
    let (mut receive, mut send) = ([0; 128], [0; 64]);
    let mut socket = UdpSocket::new(stack, &mut received, &mut receive, &mut sent, &mut send);
    socket.bind(0).ok()?;
    let mut random = [0; 8];
    board.fill_random(&mut random);
    let stamp = Stamp { built_at, random: u64::from_le_bytes(random) };
    let server = SocketAddr::new(IpAddr::V4(server), 123);
    let told = get_time(server, &Socket(socket), NtpContext::new(stamp)).await.ok()?;
    Some(told.seconds)
}

/// What a request bears in place of a time: the answer repeats it, so it should be hard to guess, and near enough to now
/// to tell the era.
#[derive(Clone, Copy)]
struct Stamp {
    built_at: u64,
    random: u64,
}

impl NtpTimestampGenerator for Stamp {
    fn init(&mut self) {}

    fn timestamp_sec(&self) -> u64 {
        self.built_at.saturating_add(self.random & 0x1fff_ffff)
    }

    fn timestamp_subsec_micros(&self) -> u32 {
        (self.random >> 32) as u32 % 1_000_000
    }
}

struct Socket<'s>(UdpSocket<'s>);

impl NtpUdpSocket for Socket<'_> {
    async fn send_to(&self, bytes: &[u8], to: SocketAddr) -> Result<usize, Error> {
        let SocketAddr::V4(to) = to else { return Err(Error::Network) };
        self.0.send_to(bytes, (*to.ip(), to.port())).await.map_err(|_| Error::Network)?;
        Ok(bytes.len())
    }

    async fn recv_from(&self, bytes: &mut [u8]) -> Result<(usize, SocketAddr), Error> {
        let (length, from) = self.0.recv_from(bytes).await.map_err(|_| Error::Network)?;
        let IpEndpoint { addr: from, port } = from.endpoint;
        Ok((length, SocketAddr::new(from.into(), port)))
    }
}
