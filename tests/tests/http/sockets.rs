//! The same over real sockets, with tokio.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use bearward_net::{
    Clock as _, HttpClient, NetError, Timeouts, Timer as _, Tls, Url,
    tokio::{Network, Stream, SystemClock, Timer},
};
use embedded_nal_async::{AddrType, Dns, TcpConnect};
use tests::script::NoTls;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::sleep,
};

use crate::support::GET;

/// Where a server is that does this with each connection, one after the other, once the head of a request has come.
async fn serve<F: Future<Output = ()> + Send>(answer: impl Fn(TcpStream) -> F + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                match stream.read_u8().await {
                    Ok(byte) => head.push(byte),
                    Err(_) => break,
                }
            }
            answer(stream).await;
        }
    });
    format!("http://localhost:{port}/")
}

/// A network whose resolver prefers IPv6.
struct SixFirst;

impl TcpConnect for SixFirst {
    type Error = io::Error;
    type Connection<'a> = Stream;

    async fn connect(&self, remote: SocketAddr) -> io::Result<Stream> {
        Network.connect(remote).await
    }
}

impl Dns for SixFirst {
    type Error = io::Error;

    async fn get_host_by_name(&self, host: &str, kind: AddrType) -> io::Result<IpAddr> {
        match (host, kind) {
            ("localhost", AddrType::IPv4) => Ok(Ipv4Addr::LOCALHOST.into()),
            ("localhost" | "six.localhost", AddrType::IPv6 | AddrType::Either) => Ok(Ipv6Addr::LOCALHOST.into()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    async fn get_host_by_address(&self, _: IpAddr, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// The content of an answer.
async fn fetch(url: &str, answer: Duration) -> Result<Vec<u8>, NetError> {
    fetch_over(&Network, url, answer).await
}

async fn fetch_over<N: TcpConnect + Dns>(network: &N, url: &str, answer: Duration) -> Result<Vec<u8>, NetError> {
    let (mut head, mut buffer) = ([0; 512], [0; 64]);
    let no_tls = NoTls(tests::script::Network::default());
    let mut client = HttpClient::new(network, no_tls, SystemClock, Timer::new(), &mut head)
        .with_timeouts(Timeouts { answer, ..Timeouts::DEFAULT });
    let url = Url::danger_http(url).unwrap();
    Ok(client.fetch(&url, &GET, &mut buffer).await?.answer.body.to_vec())
}

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n";

#[tokio::test]
async fn an_answer_in_segments_of_one_byte_is_read() {
    let url = serve(|mut stream| async move {
        for byte in ANSWER {
            stream.write_u8(*byte).await.unwrap();
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(fetch(&url, Duration::from_secs(10)).await.unwrap(), b"abcde");
}

#[tokio::test]
async fn an_answer_that_drips_is_given_up() {
    let url = serve(|mut stream| async move {
        for byte in ANSWER {
            sleep(Duration::from_millis(20)).await;
            if stream.write_u8(*byte).await.is_err() {
                break;
            }
        }
    })
    .await;
    let error = fetch(&url, Duration::from_millis(200)).await.unwrap_err();
    assert_eq!(error, NetError::TimedOut(bearward_net::Step::Answer));
}

#[tokio::test]
async fn a_connection_that_is_closed_or_reset_brings_no_answer() {
    let url = serve(|_| async {}).await;
    assert_eq!(fetch(&url, Duration::from_secs(10)).await.unwrap_err(), NetError::NoAnswer);
    let url = serve(|mut stream| async move { stream.write_all(&ANSWER[..60]).await.unwrap() }).await;
    assert_eq!(fetch(&url, Duration::from_secs(10)).await.unwrap_err(), NetError::Truncated);
}

#[tokio::test]
async fn a_port_that_nobody_listens_on_refuses() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = fetch(&format!("http://{address}/"), Duration::from_secs(10)).await.unwrap_err();
    assert_eq!(error, NetError::Connect(embedded_io_async::ErrorKind::ConnectionRefused));
    assert!(Network.connect(address).await.is_err());
}

#[tokio::test]
async fn a_server_that_is_not_at_the_first_kind_of_address_is_found_at_the_other() {
    let url = serve(|mut stream| async move { stream.write_all(ANSWER).await.unwrap() }).await;
    let wait = Duration::from_secs(10);
    assert_eq!(fetch_over(&SixFirst, &url, wait).await.unwrap(), b"abcde");
    let error = fetch_over(&SixFirst, &url.replace("localhost", "six.localhost"), wait).await.unwrap_err();
    assert!(matches!(error, NetError::Connect(_)), "{error:?}");
    let error = fetch_over(&SixFirst, &url.replace("localhost", "[::1]"), wait).await.unwrap_err();
    assert!(matches!(error, NetError::Connect(_)), "{error:?}");
    let error = fetch_over(&SixFirst, &url.replace("localhost", "none.localhost"), wait).await.unwrap_err();
    assert_eq!(error, NetError::NameNotResolved);
}

#[tokio::test]
async fn names_are_resolved_to_the_kind_of_address_that_is_asked_for() {
    assert!(Network.get_host_by_name("localhost", AddrType::IPv4).await.unwrap().is_ipv4());
    assert!(Network.get_host_by_name("127.0.0.1", AddrType::IPv6).await.is_err());
    assert!(Network.get_host_by_address("127.0.0.1".parse().unwrap(), &mut []).await.is_err());
}

#[tokio::test]
async fn the_clocks_of_the_host_run() {
    assert!(SystemClock.now().unwrap().seconds() > 1_700_000_000);
    let timer = Timer::new();
    timer.wait(Duration::from_millis(20)).await;
    assert!(timer.elapsed() >= Duration::from_millis(20));
    _ = <NoTls as Tls>::close::<Stream>;
}
