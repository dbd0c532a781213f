//! An answer is the same however it is cut into segments, and what is accepted, others read the same way.
#![no_main]

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bearward_core::{Request, UnixTime};
use bearward_net::{Clock, HttpClient, NetError, Timer, Tls, TlsError, Url};
use embedded_io_async::{ErrorType, Read, Write};
use embedded_nal_async::{AddrType, Dns, TcpConnect};

type Outcome = Result<(u16, Option<String>, Vec<u8>), NetError>;

libfuzzer_sys::fuzz_target!(|input: (u8, &[u8])| {
    let (segment, bytes) = input;
    let whole = fetch(bytes, usize::MAX, 512);
    assert_eq!(fetch(bytes, 1, 512), whole);
    assert_eq!(fetch(bytes, usize::from(segment).max(1), 512), whole);
    pieces(bytes, &whole);
    if let Ok((status, content_type, content)) = whole {
        check(bytes, status, content_type.as_deref(), &content);
    }
});

/// The answer as a whole.
fn fetch(bytes: &[u8], segment: usize, size: usize) -> Outcome {
    let network = Network { bytes, segment };
    let (mut head, mut buffer) = ([0; 512], vec![0; size + 512]);
    let mut client = HttpClient::new(&network, NoTls, NoTls, NoTls, &mut head).with_content_limit(512);
    let answer = poll(client.fetch(&url(), &Request::get("*/*"), &mut buffer))?.answer;
    Ok((answer.status, answer.content_type.map(str::to_owned), answer.body.to_vec()))
}

/// The answer piece by piece: the same content or the same error, which stays.
fn pieces(bytes: &[u8], whole: &Outcome) {
    let network = Network { bytes, segment: 3 };
    let mut head = [0; 512];
    let mut client = HttpClient::new(&network, NoTls, NoTls, NoTls, &mut head).with_content_limit(512);
    let url = url();
    let mut session = poll(client.open(&url)).unwrap();
    let mut response = match poll(session.send(&url, &Request::get("*/*"))) {
        Ok(response) => response,
        Err(error) => return assert_eq!(whole.as_ref().err(), Some(&error)),
    };
    _ = (response.max_age(), response.retry_after(), response.etag());
    let (mut content, mut piece) = (Vec::new(), [0; 5]);
    let result = loop {
        match poll(response.read(&mut piece)) {
            Ok(0) => break Ok(()),
            Ok(count) => content.extend_from_slice(&piece[..count]),
            Err(error) => break Err(error),
        }
    };
    assert_eq!(poll(response.read(&mut piece)), result.map(|()| 0));
    assert_eq!(result.err(), whole.as_ref().err().copied());
    if let Ok(whole) = whole {
        assert_eq!(content, whole.2);
    }
}

/// What others read there.
fn check(bytes: &[u8], status: u16, content_type: Option<&str>, content: &[u8]) {
    let mut rest = bytes;
    loop {
        let mut fields = [httparse::EMPTY_HEADER; 256];
        let mut other = httparse::Response::new(&mut fields);
        let httparse::Status::Complete(length) = other.parse(rest).unwrap() else { panic!("incomplete") };
        rest = &rest[length..];
        let found = other.code.unwrap();
        if found < 200 {
            continue;
        }
        assert_eq!(found, status);
        assert!(!(300..400).contains(&status) || status == 304);
        let field = |name: &str| {
            let mut values = other.headers.iter().filter(|field| field.name.eq_ignore_ascii_case(name));
            let value = values.next().map(|field| field.value.trim_ascii());
            assert!(values.next().is_none());
            value
        };
        assert_eq!(field("content-type").and_then(|value| std::str::from_utf8(value).ok()), content_type);
        let (length, coding) = (field("content-length"), field("transfer-encoding"));
        assert!(length.is_none() || coding.is_none());
        let expected = match (length, coding) {
            _ if matches!(status, 204 | 304) => Vec::new(),
            (Some(length), _) => {
                let length: usize = std::str::from_utf8(length).unwrap().parse().unwrap();
                rest[..length].to_vec()
            }
            (None, Some(_)) => chunks(rest),
            (None, None) => rest.to_vec(),
        };
        assert_eq!(expected, content);
        return;
    }
}

fn chunks(mut rest: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    loop {
        // httparse takes 15 digits at most. Zeros before a number say nothing.
        while let [b'0', digit, ..] = rest
            && digit.is_ascii_hexdigit()
        {
            rest = &rest[1..];
        }
        let Ok(httparse::Status::Complete((start, size))) = httparse::parse_chunk_size(rest) else {
            panic!("no chunk")
        };
        let size = usize::try_from(size).unwrap();
        if size == 0 {
            return content;
        }
        content.extend_from_slice(&rest[start..][..size]);
        rest = rest[start + size..].strip_prefix(b"\r\n").unwrap();
    }
}

fn url() -> Url<'static> {
    Url::danger_http("http://as.example/").unwrap()
}

/// Nothing here waits.
fn poll<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("waits"),
    }
}

/// Connections that bring these bytes, so many at a time, and end.
struct Network<'b> {
    bytes: &'b [u8],
    segment: usize,
}

struct Stream<'b> {
    bytes: &'b [u8],
    segment: usize,
}

impl TcpConnect for Network<'_> {
    type Error = Infallible;
    type Connection<'a>
        = Stream<'a>
    where
        Self: 'a;

    async fn connect(&self, _: SocketAddr) -> Result<Stream<'_>, Infallible> {
        Ok(Stream { bytes: self.bytes, segment: self.segment })
    }
}

impl Dns for Network<'_> {
    type Error = Infallible;

    async fn get_host_by_name(&self, _: &str, _: AddrType) -> Result<IpAddr, Infallible> {
        Ok(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }

    async fn get_host_by_address(&self, _: IpAddr, _: &mut [u8]) -> Result<usize, Infallible> {
        Ok(0)
    }
}

impl ErrorType for Stream<'_> {
    type Error = Infallible;
}

impl Read for Stream<'_> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        let count = buffer.len().min(self.bytes.len()).min(self.segment);
        let (segment, rest) = self.bytes.split_at(count);
        buffer[..count].copy_from_slice(segment);
        self.bytes = rest;
        Ok(count)
    }
}

impl Write for Stream<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

struct NoTls;

impl Tls for NoTls {
    type Connection<'c, S>
        = Never<S>
    where
        S: Read + Write + 'c;

    async fn connect<'c, S>(&'c mut self, stream: S, _: &str, _: Option<UnixTime>) -> Result<Never<S>, TlsError>
    where
        S: Read + Write + 'c,
    {
        Ok(Never(stream))
    }

    async fn close<'c, S>(_: &mut Never<S>)
    where
        S: Read + Write + 'c,
    {
    }
}

/// Nobody asks for TLS here.
struct Never<S>(S);

impl<S> ErrorType for Never<S> {
    type Error = TlsError;
}

impl<S: Read> Read for Never<S> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, TlsError> {
        self.0.read(buffer).await.map_err(|_| TlsError::Truncated)
    }
}

impl<S: Write> Write for Never<S> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, TlsError> {
        self.0.write(bytes).await.map_err(|_| TlsError::Truncated)
    }

    async fn flush(&mut self) -> Result<(), TlsError> {
        Ok(())
    }
}

impl Clock for NoTls {
    fn now(&self) -> Option<UnixTime> {
        None
    }
}

impl Timer for NoTls {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    async fn wait(&self, _: Duration) {}
}
