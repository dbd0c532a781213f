//! Calls in a row over one connection.

use bearward_core::Request;
use bearward_net::{NetError, Url};
use embedded_io_async::ErrorKind;
use tests::script::{Event, Network, Script, Step};

use crate::support::{GET, client, run, url};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";

/// Makes one call that is answered, and then another: its status.
fn second(first: &[u8], then: &[Step]) -> (Result<u16, NetError>, usize) {
    let steps = [Step::Send(first.to_vec())].into_iter().chain(then.iter().cloned());
    let network = Network::new([Script::steps(steps)]);
    let (mut head, mut buffer) = ([0; 512], [0; 64]);
    let mut client = client(&network, &mut head);
    let status = run(async {
        let mut session = client.open(&url()).await.unwrap();
        let answer = session.send(&url(), &GET).await.unwrap().read_all(&mut buffer).await.unwrap();
        assert_eq!(answer.status, 200);
        let mut response = session.send(&url(), &GET).await?;
        Ok(response.read_all(&mut buffer).await?.status)
    });
    (status, network.sent().len())
}

#[test]
fn a_call_is_one_request_to_an_authenticated_server() {
    let network = Network::new([Script::segments([ANSWER])]);
    let (mut head, mut buffer) = ([0; 512], [0; 64]);
    let url = Url::parse("https://as.example:8443/a").unwrap();
    let request = Request::post_form("application/json", b"token=abc").with_authorization("Basic eDp5");
    run(client(&network, &mut head).fetch(&url, &request, &mut buffer)).unwrap();
    let sent = "POST /a HTTP/1.1\r\nHost: as.example:8443\r\nContent-Length: 9\r\nAccept-Encoding: identity\r\n\
                Accept: application/json\r\nAuthorization: Basic eDp5\r\n\
                Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\ntoken=abc";
    assert_eq!(
        network.events(),
        [
            Event::Resolved("as.example".into()),
            Event::Connected("192.0.2.1:8443".parse().unwrap()),
            Event::Authenticated("as.example".into()),
            Event::Sent(sent.into()),
            Event::ClosedNotify,
            Event::Closed,
        ]
    );
    // The credential is not left in memory.
    assert!(!head.windows(8).any(|window| window == b"eDp5\r\nCo" || window == b"Basic eD"));
}

#[test]
fn an_address_is_not_resolved_and_is_authenticated_without_brackets() {
    let network = Network::new([Script::segments([ANSWER])]);
    let (mut head, mut buffer) = ([0; 512], [0; 64]);
    let url = Url::parse("https://[2001:db8::1]/a").unwrap();
    run(client(&network, &mut head).fetch(&url, &GET, &mut buffer)).unwrap();
    assert_eq!(network.events()[0], Event::Connected("[2001:db8::1]:443".parse().unwrap()));
    assert_eq!(network.events()[1], Event::Authenticated("2001:db8::1".into()));
}

#[test]
fn plain_http_goes_without_tls() {
    let network = Network::new([Script::segments([ANSWER])]);
    let (mut head, mut buffer) = ([0; 512], [0; 64]);
    let url = Url::danger_http("http://127.0.0.1:8080/a").unwrap();
    run(client(&network, &mut head).fetch(&url, &GET, &mut buffer)).unwrap();
    assert!(!network.events().iter().any(|event| matches!(event, Event::Authenticated(_) | Event::ClosedNotify)));
    assert_eq!(network.sent().len(), 1);
}

#[test]
fn a_connection_serves_several_calls() {
    for first in [ANSWER, CHUNKED, b"HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n"] {
        for second_answer in [ANSWER, CHUNKED] {
            assert_eq!(second(first, &[Step::Send(second_answer.to_vec())]), (Ok(200), 2));
        }
    }
}

#[test]
fn a_connection_that_died_before_a_byte_of_an_answer_is_stale() {
    for then in [&[][..], &[Step::Fail(ErrorKind::ConnectionReset)]] {
        assert_eq!(second(ANSWER, then), (Err(NetError::Stale), 2));
    }
    let timeout = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(second(ANSWER, &[Step::Send(timeout.to_vec())]), (Err(NetError::Stale), 2));
}

#[test]
fn a_connection_that_died_later_or_was_new_is_not_stale() {
    assert_eq!(second(ANSWER, &[Step::Send(b"H".to_vec())]).0, Err(NetError::Truncated));
    let interim = b"HTTP/1.1 100 Continue\r\n\r\n".to_vec();
    assert_eq!(second(ANSWER, &[Step::Send(interim)]).0, Err(NetError::Truncated));

    let network = Network::new([Script::segments([""])]);
    let (mut head, mut buffer) = ([0; 512], [0; 64]);
    let result = run(client(&network, &mut head).fetch(&url(), &GET, &mut buffer));
    assert_eq!(result.unwrap_err(), NetError::NoAnswer);
}

#[test]
fn a_stale_call_is_made_again_on_a_new_session() {
    let network = Network::new([Script::segments([ANSWER]), Script::segments([CHUNKED])]);
    let (mut head, mut buffer) = ([0; 512], [0; 64]);
    let mut client = client(&network, &mut head);
    run(async {
        let (url, jwks) = (url(), Url::parse("https://AS.example:443/jwks").unwrap());
        let mut session = client.open(&url).await.unwrap();
        session.send(&url, &GET).await.unwrap().read_all(&mut buffer).await.unwrap();
        if session.send(&jwks, &GET).await.err() == Some(NetError::Stale) {
            drop(session);
            session = client.open(&url).await.unwrap();
        }
        let answer = session.send(&jwks, &GET).await.unwrap().read_all(&mut buffer).await.unwrap();
        assert_eq!(answer.body, b"{}");
    });
    assert_eq!((network.connections(), network.sent().len()), (2, 3));
}

#[test]
fn no_second_call_goes_where_the_first_left_something() {
    // Each leaves a byte that would be the start of the next answer.
    for first in [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\nH".as_slice(),
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n\r\n",
        // The server closes, or may.
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}",
    ] {
        assert_eq!(second(first, &[Step::Send(ANSWER.to_vec())]), (Err(NetError::Stale), 1));
    }
}

#[test]
fn no_second_call_goes_before_the_first_answer_is_read_to_its_end() {
    let network = Network::new([Script::segments([ANSWER, ANSWER])]);
    let (mut head, mut buffer) = ([0; 512], [0; 1]);
    let mut client = client(&network, &mut head);
    run(async {
        let mut session = client.open(&url()).await.unwrap();
        assert!(session.serves(&url()));
        let mut response = session.send(&url(), &GET).await.unwrap();
        assert_eq!(response.read(&mut buffer).await, Ok(1));
        assert!(!session.serves(&url()));
        assert_eq!(session.send(&url(), &GET).await.err(), Some(NetError::Stale));
        session.close().await;
    });
    assert_eq!(network.sent().len(), 1);
}

#[test]
fn no_call_goes_to_another_origin() {
    let network = Network::new([Script::segments([ANSWER])]);
    let mut head = [0; 512];
    let mut client = client(&network, &mut head);
    run(async {
        let mut session = client.open(&url()).await.unwrap();
        for other in ["https://as.example:8443/", "https://as.example.evil.example/", "https://192.0.2.1/"] {
            let other = Url::parse(other).unwrap();
            assert!(!session.serves(&other));
            assert_eq!(session.send(&other, &GET).await.err(), Some(NetError::OtherOrigin));
        }
        let bad = Request::get("a\r\nb");
        assert_eq!(session.send(&url(), &bad).await.err(), Some(NetError::InvalidRequest));
        // Nothing was sent, so the session is still good.
        assert!(session.send(&url(), &GET).await.is_ok());
    });
    assert_eq!(network.sent().len(), 1);
}

#[test]
fn a_response_says_what_its_head_says() {
    let answer = b"HTTP/1.1 503 X\r\nETag: \"v1\"\r\nCache-Control: max-age=60\r\nAge: 10\r\nRetry-After: 7\r\nContent-Type: a/b\r\n\
        Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    let network = Network::new([Script::segments([answer])]);
    let mut head = [0; 512];
    let mut client = client(&network, &mut head);
    run(async {
        let mut session = client.open(&url()).await.unwrap();
        let mut response = session.send(&url(), &GET).await.unwrap();
        for _ in 0..2 {
            assert_eq!(response.status(), 503);
            assert_eq!((response.etag(), response.content_type()), (Some("\"v1\""), Some("a/b")));
            assert_eq!(response.max_age().map(|age| age.as_secs()), Some(50));
            assert_eq!(response.retry_after().map(|age| age.as_secs()), Some(7));
            // Still so when the content has been read through the same memory.
            while response.read(&mut [0]).await.unwrap() != 0 {}
        }
    });
}
