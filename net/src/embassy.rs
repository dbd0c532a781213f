//! For firmware on [embassy](https://embassy.dev): its network stack, its timer, and a wall clock that the firmware sets.

use core::{
    cell::Cell,
    fmt,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use bearward_core::UnixTime;
use embassy_net::{
    Stack,
    dns::{self, DnsSocket},
    tcp::{
        self,
        client::{TcpClient, TcpClientState, TcpConnection},
    },
};
use embassy_sync::blocking_mutex::CriticalSectionMutex;
use embassy_time::{Instant, TICK_HZ};
use embedded_nal_async::{AddrType, Dns, TcpConnect};

use crate::clock;

/// The TCP sockets and the resolver of an embassy-net stack.
///
/// `N` sockets can be open at a time, each with so many bytes to send and to receive; a client opens one. They lie in a
/// `TcpClientState`. IPv6 is not supported: embassy-net would panic on an IPv6 address where it is not enabled.
pub struct Network<'d, const N: usize, const TX: usize, const RX: usize> {
    tcp: TcpClient<'d, N, TX, RX>,
    dns: DnsSocket<'d>,
}

impl<'d, const N: usize, const TX: usize, const RX: usize> Network<'d, N, TX, RX> {
    /// Connects over this stack, with sockets in this memory.
    #[must_use]
    pub fn new(stack: Stack<'d>, state: &'d TcpClientState<N, TX, RX>) -> Self {
        Self { tcp: TcpClient::new(stack, state), dns: DnsSocket::new(stack) }
    }
}

impl<const N: usize, const TX: usize, const RX: usize> TcpConnect for Network<'_, N, TX, RX> {
    type Error = tcp::Error;
    type Connection<'a>
        = TcpConnection<'a, N, TX, RX>
    where
        Self: 'a;

    async fn connect<'a>(&'a self, remote: SocketAddr) -> Result<Self::Connection<'a>, tcp::Error> {
        if remote.is_ipv6() {
            return Err(tcp::Error::ConnectionReset);
        }
        self.tcp.connect(remote).await
    }
}

impl<const N: usize, const TX: usize, const RX: usize> Dns for Network<'_, N, TX, RX> {
    type Error = dns::Error;

    async fn get_host_by_name(&self, host: &str, kind: AddrType) -> Result<IpAddr, dns::Error> {
        match kind {
            AddrType::IPv4 | AddrType::Either => self.dns.get_host_by_name(host, AddrType::IPv4).await,
            AddrType::IPv6 => Err(dns::Error::Failed),
        }
    }

    /// Always an error: embassy-net would panic.
    async fn get_host_by_address(&self, _: IpAddr, _: &mut [u8]) -> Result<usize, dns::Error> {
        Err(dns::Error::Failed)
    }
}

impl<const N: usize, const TX: usize, const RX: usize> fmt::Debug for Network<'_, N, TX, RX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").finish_non_exhaustive()
    }
}

/// embassy's timer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timer;

impl clock::Timer for Timer {
    fn elapsed(&self) -> Duration {
        Duration::from_micros(Instant::now().as_micros())
    }

    async fn wait(&self, duration: Duration) {
        embassy_time::Timer::at(end_of(duration)).await;
    }
}

/// When a wait that begins now is over: where that is beyond the end of time, embassy's own sums would panic.
fn end_of(wait: Duration) -> Instant {
    let ticks = || {
        let part = u64::from(wait.subsec_nanos()).checked_mul(TICK_HZ)?.div_ceil(1_000_000_000);
        wait.as_secs().checked_mul(TICK_HZ)?.checked_add(part)
    };
    let end = ticks().and_then(|ticks| Instant::now().checked_add(embassy_time::Duration::from_ticks(ticks)));
    end.unwrap_or(Instant::MAX)
}

/// The time of day, once something has told it: an SNTP client, a real-time clock. It runs on by embassy's timer.
///
/// ```
/// use bearward_net::embassy::WallClock;
///
/// static CLOCK: WallClock = WallClock::new();
/// ```
///
/// Whoever can set it decides which certificates and tokens are good: plain SNTP can be forged on the way.
pub struct WallClock {
    /// The time of day when the timer started.
    start: CriticalSectionMutex<Cell<Option<UnixTime>>>,
}

impl WallClock {
    /// A clock that does not know the time yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { start: CriticalSectionMutex::new(Cell::new(None)) }
    }

    /// Sets it to the time that it is now.
    pub fn set(&self, now: UnixTime) {
        let start = now.seconds().checked_sub(Instant::now().as_secs()).map(UnixTime::from_seconds);
        self.start.lock(|cell| cell.set(start));
    }
}

impl clock::Clock for WallClock {
    fn now(&self) -> Option<UnixTime> {
        let start = self.start.lock(Cell::get)?;
        start.seconds().checked_add(Instant::now().as_secs()).map(UnixTime::from_seconds)
    }
}

impl Default for WallClock {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for WallClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WallClock").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
