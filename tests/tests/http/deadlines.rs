//! Every wait has an end.

use std::time::Duration;

use bearward_core::Request;
use bearward_net::{NetError, Step as Part, Timer as _};
use embedded_io_async::ErrorKind;
use tests::script::{Event, Fault, Network, Script, Step};

use crate::support::{GET, client, run, url};

const SECOND: Duration = Duration::from_secs(1);

/// The error of a call, and after what time it came.
#[track_caller]
fn failure(network: &Network) -> (NetError, u64) {
    let (mut head, mut buffer) = ([0; 512], [0; 512]);
    let error = run(client(network, &mut head).fetch(&url(), &GET, &mut buffer)).unwrap_err();
    (error, network.elapsed().as_secs())
}

#[test]
fn resolving_and_connecting_have_one_deadline() {
    let network = Network::default();
    network.resolving.set(Some(Fault::Hang));
    assert_eq!(failure(&network), (NetError::TimedOut(Part::Connect), 10));

    let network = Network::default();
    network.connecting.set(Some(Fault::Hang));
    assert_eq!(failure(&network), (NetError::TimedOut(Part::Connect), 10));
}

#[test]
fn the_handshake_has_a_deadline() {
    let network = Network::new([Script::bytes(b"")]);
    network.handshake.set(Some(Fault::Hang));
    assert_eq!(failure(&network), (NetError::TimedOut(Part::Handshake), 20));
    assert_eq!(network.sent(), [""; 0]);
}

#[test]
fn each_step_that_fails_has_its_error_and_nothing_is_sent() {
    let network = Network::default();
    network.resolving.set(Some(Fault::Fail(ErrorKind::Other)));
    assert_eq!(failure(&network).0, NetError::NameNotResolved);
    network.resolving.set(None);
    assert_eq!(failure(&network).0, NetError::Connect(ErrorKind::ConnectionRefused));

    let network = Network::new([Script::bytes(b"")]);
    network.handshake.set(Some(Fault::Fail(ErrorKind::InvalidData)));
    assert_eq!(failure(&network).0, NetError::Tls(bearward_net::TlsError::Stream(ErrorKind::InvalidData)));
    assert_eq!(network.sent(), [""; 0]);
    assert_eq!(network.events().last(), Some(&Event::Closed));
}

#[test]
fn an_answer_that_never_comes_has_a_deadline() {
    for start in [
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcd",
    ] {
        let network = Network::new([Script::steps([Step::Send(start.into()), Step::Hang])]);
        assert_eq!(failure(&network), (NetError::TimedOut(Part::Answer), 10), "{start}");
    }
}

#[test]
fn an_answer_that_drips_has_the_same_deadline() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nabcdefghi",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
    ] {
        let steps = answer.bytes().flat_map(|byte| [Step::Wait(SECOND), Step::Send(vec![byte])]);
        let (error, time) = failure(&Network::new([Script::steps(steps)]));
        assert_eq!(error, NetError::TimedOut(Part::Answer));
        assert!((10..=11).contains(&time), "{time}");
    }
}

#[test]
fn a_request_that_is_not_taken_has_the_same_deadline() {
    for takes in [0, 10] {
        let network = Network::new([Script::bytes(b"HTTP/1.1 200 OK\r\n\r\n").blocking(takes)]);
        assert_eq!(failure(&network), (NetError::TimedOut(Part::Answer), 10));
    }
}

#[test]
fn an_answer_may_come_before_the_request_is_sent_whole() {
    let answer = b"HTTP/1.1 413 X\r\nContent-Length: 2\r\n\r\n{}";
    for takes in [0, 1, 50, 200] {
        let network = Network::new([Script::segments([answer]).taking(takes)]);
        let (mut head, mut buffer) = ([0; 512], [0; 512]);
        let mut client = client(&network, &mut head);
        let form = [b'x'; 300];
        let answered = run(async {
            let mut session = client.open(&url()).await?;
            let mut response = session.send(&url(), &Request::post_form("*/*", &form)).await?;
            let answer = response.read_all(&mut buffer).await?;
            // What was not sent whole leaves the connection in the middle of a request.
            assert!(!session.serves(&url()));
            Ok::<_, NetError>((answer.status, answer.body.len()))
        });
        assert_eq!(answered, Ok((413, 2)));
    }
}

#[test]
fn a_request_that_fails_without_an_answer_says_why() {
    let network = Network::new([Script::bytes(b"").taking(3)]);
    let error = NetError::Tls(bearward_net::TlsError::Stream(ErrorKind::ConnectionReset));
    assert_eq!(failure(&network).0, error);
}
