//! Keys that are fetched: from where, how much, and what becomes of a failure.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use bearward_core::{BearerRequest, Error, Request, Transport};
use bearward_net::{FailureKind, Freshness, HttpClient, NetError, RemoteJwkSet, Timeouts, Url, UrlError};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embedded_io_async::ErrorKind;
use tests::{
    script::{Network, NoTls, Script, Step},
    signer::Signer,
};

use crate::CLAIMS;

type Client<'n> = HttpClient<'n, Network, NoTls, Network, Network>;

/// Nothing here waits for anything but the scripted time.
fn run<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("waits without a deadline"),
    }
}

fn client<'n>(network: &'n Network, head: &'n mut [u8]) -> Client<'n> {
    HttpClient::new(network, NoTls(network.clone()), network.clone(), network.clone(), head)
}

fn url() -> Url<'static> {
    Url::parse("https://as.example/jwks").unwrap()
}

/// What becomes of one call, and how many connections it takes.
fn fetch(script: Script) -> (Result<usize, NetError>, usize) {
    let network = Network::new([script, Script::segments(["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"])]);
    let (mut head, mut content) = ([0; 512], [0; 64]);
    let mut client = client(&network, &mut head);
    let outcome = run(client.fetch(&url(), &Request::get("application/json"), &mut content));
    (outcome.map(|fetched| fetched.answer.body.len()), network.connections())
}

fn document(jwks: &str) -> String {
    let length = jwks.len();
    format!("HTTP/1.1 200 OK\r\nContent-Type: application/jwk-set+json\r\nContent-Length: {length}\r\n\r\n{jwks}")
}

/// Envoy crashed where a request had two tokens and the fetch of the keys for the first failed: the second began another
/// fetch while the first was being cleared away.
#[test]
fn cve_2025_64527_second_token_after_a_failed_fetch() {
    let (token, other) = (Signer::new("ES256").token(CLAIMS), Signer::with_seed("ES256", 9).token(CLAIMS));
    // Two tokens are refused before anybody looks for a key.
    let [field, second] = [token, other].map(|token| format!("Bearer {token}"));
    let request = BearerRequest::new(Transport::Tls).with_authorization([&field, &second]);
    assert_eq!(request.token(&mut []).err(), Some(Error::SeveralTokens));
    let request = BearerRequest::new(Transport::Tls).with_authorization([&field]);
    assert!(request.token(&mut []).unwrap().is_some());

    // And a fetch that failed at any place is over: the next one finds nothing of it.
    let answer = document(&Signer::new("ES256").jwks());
    let keys: Box<RemoteJwkSet<NoopRawMutex, 2>> = Box::new(RemoteJwkSet::new(Freshness::new()));
    for end in [0, 1, answer.len() / 2, answer.len() - 1] {
        let broken =
            Script::steps([Step::Send(answer.as_bytes()[..end].to_vec()), Step::Fail(ErrorKind::ConnectionReset)]);
        let network = Network::new([broken, Script::segments([&*answer])]);
        let mut head = [0; 512];
        let mut client = client(&network, &mut head);
        run(async {
            let failure = keys.reload(&mut client, &url()).await.unwrap_err();
            assert!(matches!(failure.kind, FailureKind::Net(_)), "{end}: {failure:?}");
            assert_eq!(keys.reload(&mut client, &url()).await, Ok(()), "{end}");
            assert_eq!(keys.with(|keys| keys.len()).await, 1);
        });
    }
}

/// In clear, whoever sits on the way writes the keys.
#[test]
fn keys_over_plain_http() {
    assert_eq!(Url::parse("http://as.example/jwks").err(), Some(UrlError::Scheme));
    assert!(Url::parse("https://as.example/jwks").is_ok());
}

/// A redirect would lead to keys of somebody else, or to what only the device can reach.
#[test]
fn redirect_to_another_server() {
    for status in [301, 302, 303, 307, 308] {
        let location = "Location: https://evil.example/jwks\r\nContent-Length: 0";
        let (outcome, connections) = fetch(Script::segments([format!("HTTP/1.1 {status} X\r\n{location}\r\n\r\n")]));
        assert_eq!((outcome, connections), (Err(NetError::Redirect(status)), 1));
    }
}

#[test]
fn answer_without_end() {
    let content = |bytes: usize| format!("HTTP/1.1 200 OK\r\nContent-Length: {bytes}\r\n\r\n{}", " ".repeat(bytes));
    assert_eq!(fetch(Script::segments([content(64)])), (Ok(64), 1));
    let (outcome, connections) = fetch(Script::segments([content(65)]));
    assert_eq!((outcome, connections), (Err(NetError::ContentTooLarge), 1));
    let head = format!("HTTP/1.1 200 OK\r\n{}", "X: y\r\n".repeat(1000));
    assert_eq!(fetch(Script::segments([head])), (Err(NetError::HeadTooLarge), 1));
}

#[test]
fn answer_that_never_comes() {
    let slow = Script::steps([Step::Wait(Timeouts::DEFAULT.answer), Step::Hang]);
    let (outcome, connections) = fetch(slow);
    assert!(matches!(outcome, Err(NetError::TimedOut(_))), "{outcome:?}");
    assert_eq!(connections, 1);
}
