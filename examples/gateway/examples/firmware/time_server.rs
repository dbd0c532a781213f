//! A time server beside the image, in QEMU's network: a station that knows ARP (RFC 826) and SNTP (RFC 4330), since the
//! part of it that leads outside is closed.

use std::{
    io,
    net::UdpSocket,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

/// Its address.
pub const ADDRESS: [u8; 4] = [10, 0, 2, 123];

/// Its address on the Ethernet: one that nobody is given.
const STATION: [u8; 6] = [0x02, 0, 0, 0, 0, 123];

const ARP: [u8; 2] = [0x08, 0x06];
const IPV4: [u8; 2] = [0x08, 0x00];
const UDP: u8 = 17;
const NTP_PORT: [u8; 2] = 123_u16.to_be_bytes();

/// The seconds from 1900, where NTP begins, to 1970.
const NTP_TO_UNIX: i64 = 2_208_988_800;

/// A time server that tells what a test wants.
pub struct TimeServer {
    socket: UdpSocket,
    /// How many seconds it is ahead.
    ahead: Arc<AtomicI64>,
}

impl TimeServer {
    /// One with the right time.
    pub fn start() -> io::Result<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        let ahead = Arc::new(AtomicI64::new(0));
        let (frames, shift) = (socket.try_clone()?, Arc::clone(&ahead));
        thread::spawn(move || {
            let mut frame = [0; 2048];
            while let Ok((length, from)) = frames.recv_from(&mut frame) {
                if let Some(answer) = answer(&frame[..length], shift.load(Ordering::Relaxed)) {
                    let _ = frames.send_to(&answer, from);
                }
            }
        });
        Ok(Self { socket, ahead })
    }

    /// Tells a time so many seconds ahead of the right one from now on.
    pub fn tell(&self, ahead: i64) {
        self.ahead.store(ahead, Ordering::Relaxed);
    }

    /// What QEMU calls the cable to it: each frame is a datagram.
    pub fn network(&self) -> io::Result<String> {
        let theirs = UdpSocket::bind("127.0.0.1:0")?.local_addr()?;
        Ok(format!("socket,udp={},localaddr={theirs}", self.socket.local_addr()?))
    }
}

/// What it answers to a frame, if that is for it.
fn answer(frame: &[u8], ahead: i64) -> Option<Vec<u8>> {
    let sender = frame.get(6..12)?;
    let (kind, packet) = frame.get(12..)?.split_at_checked(2)?;
    let content = if kind == ARP {
        arp(packet)?
    } else if kind == IPV4 {
        sntp(packet, ahead)?
    } else {
        return None;
    };
    Some([sender, &STATION, kind, &content].concat())
}

/// Who has its address is told where it is.
fn arp(packet: &[u8]) -> Option<Vec<u8>> {
    let is_request = packet.get(6..8)? == [0, 1] && packet.get(24..28)? == ADDRESS;
    is_request.then(|| [&packet[..6], &[0, 2], &STATION, &ADDRESS, &packet[8..18]].concat())
}

fn sntp(packet: &[u8], ahead: i64) -> Option<Vec<u8>> {
    let (ip, udp) = packet.split_at_checked(20)?;
    let is_request = ip[0] == 0x45 && ip[9] == UDP && ip[16..20] == ADDRESS && udp.get(2..4)? == NTP_PORT;
    let stamp = udp.get(8 + 40..8 + 48).filter(|_| is_request)?;
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()?;
    let seconds = u32::try_from((now + ahead + NTP_TO_UNIX) & 0xffff_ffff).ok()?;
    let time = [seconds.to_be_bytes(), [0; 4]].concat();
    // Version 4, as a server, at the second stratum; then precision, distances, and who it follows.
    let message = [&[0x24, 2, 6, 0xec][..], &[0; 12], &time, stamp, &time, &time].concat();
    // Without a checksum, which IPv4 allows.
    let datagram = [&NTP_PORT[..], &udp[..2], &56_u16.to_be_bytes(), &[0, 0], &message].concat();
    let mut header = [&[0x45, 0, 0, 76, 0, 0, 0, 0, 64, UDP, 0, 0][..], &ADDRESS, &ip[12..16]].concat();
    let sum: u32 = header.as_chunks::<2>().0.iter().map(|pair| u32::from(u16::from_be_bytes(*pair))).sum();
    let checksum = !u16::try_from((sum & 0xffff) + (sum >> 16)).ok()?;
    header[10..12].copy_from_slice(&checksum.to_be_bytes());
    Some([header, datagram].concat())
}
