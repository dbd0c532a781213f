//! Content comes whole, or not at all.

use std::{
    future::{Future as _, pending},
    pin::pin,
    task::{Context, Waker},
    time::Duration,
};

use bearward_net::{HttpClient, HttpError, NetError, Timer, TlsError};
use embedded_io_async::ErrorKind;
use tests::script::{Network, NoTls, Script, Step};

use crate::support::{GET, answer, client, content, fetch, fetch_into, run, url};

const LENGTH: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n{\"active\": false}";
const CHUNKED: &[u8] =
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\nA;x=y\r\n\"active\": \r\n006\r\nfalse}\r\n00\r\nX: y\r\n\r\n";
const CLOSE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"active\": false}";

#[test]
fn content_is_the_same_however_it_is_framed() {
    for bytes in [LENGTH, CHUNKED, CLOSE] {
        assert_eq!(content(bytes), b"{\"active\": false}");
    }
}

#[test]
fn an_answer_cut_at_any_byte_is_no_answer() {
    for bytes in [LENGTH, CHUNKED] {
        for end in 0..bytes.len() {
            let error = if end == 0 { NetError::NoAnswer } else { NetError::Truncated };
            assert_eq!(answer(&bytes[..end]), Err(error), "{end}");
        }
    }
}

#[test]
fn content_without_length_ends_only_with_the_close_that_tls_vouches_for() {
    let head = CLOSE.len() - 17;
    for end in head..CLOSE.len() {
        assert_eq!(content(&CLOSE[..end]), &CLOSE[head..end]);
        let cut = |step| Script::steps([Step::Send(CLOSE[..end].to_vec()), step]);
        let failed = TlsError::Stream(ErrorKind::ConnectionReset);
        assert_eq!(fetch(cut(Step::Fail(ErrorKind::ConnectionReset))), Err(NetError::Tls(failed)));
    }
}

#[test]
fn an_answer_split_anywhere_is_the_same() {
    for bytes in [LENGTH, CHUNKED, CLOSE] {
        for at in 0..bytes.len() {
            let (first, second) = bytes.split_at(at);
            assert_eq!(fetch(Script::segments([first, second])).unwrap().2, b"{\"active\": false}", "{at}");
        }
    }
}

#[test]
fn the_buffer_holds_the_content_and_its_type() {
    for (bytes, size) in [(LENGTH, 17), (CHUNKED, 17), (CLOSE, 33)] {
        for script in [Script::bytes(bytes), Script::segments([bytes])] {
            assert_eq!(fetch_into(script.clone(), 512, size).unwrap().2.len(), 17);
            for size in 0..size {
                assert_eq!(fetch_into(script.clone(), 512, size), Err(NetError::ContentTooLarge), "{size}");
            }
        }
    }
}

#[test]
fn content_beyond_the_limit_is_refused_however_it_is_framed() {
    for (limit, fits) in [(16, false), (17, true)] {
        for bytes in [LENGTH, CHUNKED, CLOSE] {
            let network = Network::new([Script::bytes(bytes)]);
            let (mut head, mut buffer) = ([0; 512], [0; 512]);
            let mut client = client(&network, &mut head).with_content_limit(limit);
            let result = run(client.fetch(&url(), &GET, &mut buffer));
            assert_eq!(
                result.map(|fetched| fetched.answer.body.len()),
                if fits { Ok(17) } else { Err(NetError::ContentTooLarge) }
            );
        }
    }
}

#[test]
fn a_length_beyond_the_limit_is_refused_before_any_content() {
    let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n";
    assert_eq!(answer(bytes), Err(NetError::ContentTooLarge));
}

#[test]
fn content_without_end_is_given_up() {
    let endless = |head: &str, piece: &str| {
        let pieces = std::iter::repeat_n(Step::Send(piece.as_bytes().to_vec()), 100_000);
        fetch(Script::steps(std::iter::once(Step::Send(head.as_bytes().to_vec())).chain(pieces)))
    };
    assert_eq!(endless("HTTP/1.1 200 OK\r\n\r\n", "xx"), Err(NetError::ContentTooLarge));
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(endless(chunked, "1;xxxx\r\nx\r\n"), Err(NetError::ContentTooLarge));
    assert_eq!(endless(&format!("{chunked}0\r\n"), "X: y\r\n"), Err(NetError::Http(HttpError::Trailer)));
    assert_eq!(endless(chunked, "00"), Err(NetError::Http(HttpError::Chunk)));
}

#[test]
fn content_is_read_in_pieces_of_any_size() {
    for bytes in [LENGTH, CHUNKED, CLOSE] {
        for size in 1..20 {
            let network = Network::new([Script::segments([bytes])]);
            let mut head = [0; 512];
            let mut client = client(&network, &mut head);
            let read = run(async {
                let mut session = client.open(&url()).await?;
                let mut response = session.send(&url(), &GET).await?;
                let (mut read, mut piece) = (Vec::new(), vec![0; size]);
                assert_eq!(response.read(&mut []).await, Ok(0));
                loop {
                    match response.read(&mut piece).await? {
                        0 => break,
                        count => read.extend_from_slice(&piece[..count]),
                    }
                }
                assert_eq!(response.read(&mut piece).await, Ok(0));
                Ok::<_, NetError>(read)
            });
            assert_eq!(read.unwrap(), b"{\"active\": false}");
        }
    }
}

#[test]
fn what_failed_once_is_never_complete() {
    for bytes in [&LENGTH[..LENGTH.len() - 1], &CHUNKED[..CHUNKED.len() - 1]] {
        let network = Network::new([Script::segments([bytes])]);
        let mut head = [0; 512];
        let mut client = client(&network, &mut head);
        run(async {
            let mut session = client.open(&url()).await.unwrap();
            let mut response = session.send(&url(), &GET).await.unwrap();
            let mut piece = [0; 64];
            while response.read(&mut piece).await.is_ok_and(|count| count != 0) {}
            for _ in 0..3 {
                assert_eq!(response.read(&mut piece).await, Err(NetError::Truncated));
            }
            assert!(!session.serves(&url()));
        });
    }
}

#[test]
fn content_that_was_given_up_in_the_middle_is_not_read_on() {
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n".to_vec();
    let network = Network::new([Script::steps([Step::Send(answer), Step::Hang])]);
    let mut head = [0; 512];
    let mut client = HttpClient::new(&network, NoTls(network.clone()), network.clone(), Stopped, &mut head);
    run(async {
        let mut session = client.open(&url()).await.unwrap();
        let mut response = session.send(&url(), &GET).await.unwrap();
        let mut piece = [0; 64];
        let waits = pin!(response.read(&mut piece)).poll(&mut Context::from_waker(Waker::noop())).is_pending();
        assert!(waits);
        assert_eq!(response.read(&mut piece).await, Err(NetError::Cancelled));
    });
}

/// Time that does not pass.
struct Stopped;

impl Timer for Stopped {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    async fn wait(&self, _: Duration) {
        pending().await
    }
}
