//! Keys that are fetched: from where, how much, and what becomes of a failure.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use bearward_core::{BearerRequest, Error, Metadata, MetadataError, MetadataReader, Request, Transport};
use bearward_net::{FailureKind, Freshness, HttpClient, HttpError, NetError, RemoteJwkSet, Timeouts, Url, UrlError};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embedded_io_async::ErrorKind;
use tests::{
    script::{Event, Network, NoTls, Script, Step},
    signer::Signer,
};

use crate::{CLAIMS, ISSUER};

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

/// Whoever reads the network has a token that came in clear, and an answer about it would say whether it is good.
#[test]
fn token_in_clear() {
    let field = format!("Bearer {}", Signer::new("ES256").token(CLAIMS));
    let came = |transport| {
        let request = BearerRequest::new(transport).with_authorization([&field]);
        request.token(&mut []).map(|found| found.is_some())
    };
    assert_eq!(came(Transport::Plaintext), Err(Error::InsecureTransport));
    // Before a client sends one, too.
    assert_eq!(BearerRequest::new(Transport::Plaintext).token(&mut []).err(), Some(Error::InsecureTransport));
    for transport in [Transport::Tls, Transport::TlsEndsInFront, Transport::DangerPlaintext] {
        assert_eq!(came(transport), Ok(true), "{transport:?}");
    }
}

/// In clear, whoever sits on the way writes the keys.
#[test]
fn keys_over_plain_http() {
    assert_eq!(Url::parse("http://as.example/jwks").err(), Some(UrlError::Scheme));
    assert!(Url::parse("https://as.example/jwks").is_ok());
}

/// Connected to without TLS, or before TLS has authenticated it, any server gets the call and gives the answer.
#[test]
fn call_before_the_server_is_authenticated() {
    let network = Network::new([Script::segments(["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"])]);
    let (mut head, mut content) = ([0; 512], [0; 64]);
    let mut client = client(&network, &mut head);
    assert!(run(client.fetch(&url(), &Request::get("application/json"), &mut content)).is_ok());
    let events = network.events();
    let at = |looked: fn(&Event) -> bool| events.iter().position(looked).expect("it is among the events");
    let authenticated = at(|event| *event == Event::Authenticated("as.example".into()));
    assert!(authenticated < at(|event| matches!(event, Event::Sent(_))), "{events:?}");
}

/// The device would connect to another host than the one that whoever looked at the URL has seen.
#[test]
fn url_whose_host_others_read_otherwise() {
    for (text, error) in [
        ("https://as.example@evil.example/", UrlError::UserInfo),
        ("https://as.example:443@evil.example/", UrlError::UserInfo),
        ("https://evil.example\\@as.example/", UrlError::UserInfo),
        ("https://evil.example\\.as.example/", UrlError::Host),
        ("https://evil.example%2f.as.example/", UrlError::Host),
        ("https://evil.example#.as.example/", UrlError::Fragment),
        ("https://2130706433/", UrlError::Host),
        ("https://0x7f.1/", UrlError::Host),
        ("https://127.1/", UrlError::Host),
        ("https://as.example:0443443/", UrlError::Port),
    ] {
        assert_eq!(Url::parse(text).err(), Some(error), "{text}");
    }
    assert_eq!(Url::parse("https://as.example/@evil.example").map(|url| url.host()), Ok("as.example"));
}

/// Whoever counts by the one length sees where the answer ends, and whoever counts by the other sees a second answer there.
#[test]
fn answer_with_two_lengths() {
    let answer =
        |fields: &str, content: &str| fetch(Script::segments([format!("HTTP/1.1 200 OK\r\n{fields}\r\n{content}")]));
    let (length, chunked) = ("Content-Length: 2\r\n", "Transfer-Encoding: chunked\r\n");
    assert_eq!(answer(length, "{}"), (Ok(2), 1));
    assert_eq!(answer(chunked, "2\r\n{}\r\n0\r\n\r\n"), (Ok(2), 1));
    for both in [format!("{length}{chunked}"), format!("{chunked}{length}")] {
        let (outcome, connections) = answer(&both, "2\r\n{}\r\n0\r\n\r\n");
        assert_eq!((outcome, connections), (Err(NetError::Http(HttpError::TwoLengths)), 1), "{both}");
    }
}

/// One authorization server among several, or whoever answers in its place, would speak for another one (RFC 8414 §3.3, §6.2).
#[test]
fn metadata_of_another_issuer() {
    let read = |issuer: &str, jwks_uri: &str| {
        let mut metadata = Metadata::<64>::new();
        let mut reader = MetadataReader::new(&mut metadata, ISSUER);
        let document = format!(r#"{{"issuer":"{issuer}","jwks_uri":"{jwks_uri}"}}"#);
        let outcome = reader.feed(document.as_bytes()).and_then(|()| reader.finish());
        outcome.map(|()| metadata.jwks_uri().map(str::to_owned))
    };
    let jwks_uri = "https://as.example/jwks";
    assert_eq!(read(ISSUER, jwks_uri), Ok(Some(jwks_uri.into())));
    for issuer in ["https://evil.example", "https://as.example.evil.example", "https://as.example/", "https://as", ""] {
        assert_eq!(read(issuer, jwks_uri), Err(MetadataError::IssuerMismatch), "{issuer}");
    }
    // The right one may send nobody to an endpoint in clear.
    assert_eq!(read(ISSUER, "http://as.example/jwks"), Err(MetadataError::NotHttps("jwks_uri")));
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
