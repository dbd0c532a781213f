use bearward_core::{Algorithm, Es256, Policy, ResourceMetadata, Transport, UnixTime};
use bearward_net::Clock;
use gateway_app::{App, LocalVerifier, Resource, router};
use tokio::{net::TcpListener, runtime, task::LocalSet};

use super::DemoBoard;
use crate::{
    demo::{Example, examples},
    host,
    issuer::{self, Issuer},
    self_test,
};

static ALGORITHMS: &[&dyn Algorithm] = &[&Es256];
const AUDIENCE: &str = "https://gateway.example";
const NOW: u64 = 1_800_000_000;

struct SetTo(Option<u64>);

impl Clock for SetTo {
    fn now(&self) -> Option<UnixTime> {
        self.0.map(UnixTime::from_seconds)
    }
}

/// The head of the answer to the first example, from a device in such a state.
fn answer(transport: Transport, now: Option<u64>, change: impl FnOnce(&mut Example)) -> String {
    let issuer = Issuer::new().unwrap();
    let mut example = examples(&issuer, AUDIENCE, NOW).swap_remove(0);
    change(&mut example);
    let policy = Policy::new(issuer::ISSUER, AUDIENCE, ALGORITHMS);
    let verifier = LocalVerifier::new(policy, host::keys(issuer.jwks().as_bytes()).unwrap(), SetTo(now));
    let metadata = ResourceMetadata::new(AUDIENCE);
    let resource = Resource {
        realm: "test",
        transport,
        metadata,
        metadata_target: "/b%C3%A9?c=/d",
        metadata_url: None,
        jwks: None,
    };
    let app: App<'_, _, _, _> = App { verifier, board: DemoBoard::new(), memory: host::Heap, resource };
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        host::serve(listener, router().with_state(app));
        self_test::answer(address, &example).await.unwrap()
    })
}

#[test]
fn a_device_that_knows_time_and_key_lets_the_token_in() {
    for transport in [Transport::Tls, Transport::TlsEndsInFront, Transport::DangerPlaintext] {
        let head = answer(transport, Some(NOW), |_| {});
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    }
}

#[test]
fn without_the_time_the_fault_is_the_devices_and_no_challenge_is_made() {
    let head = answer(Transport::Tls, None, |_| {});
    assert!(head.starts_with("HTTP/1.1 503") && !head.contains("WWW-Authenticate"), "{head}");
}

#[test]
fn rfc6750_5_3_a_request_in_clear_is_refused_with_or_without_a_token() {
    for head in [
        answer(Transport::Plaintext, Some(NOW), |_| {}),
        answer(Transport::Plaintext, Some(NOW), |example| example.token = None),
    ] {
        assert!(head.starts_with("HTTP/1.1 400") && head.contains("error=\"invalid_request\""), "{head}");
    }
}

#[test]
fn rfc9728_3_1_the_metadata_is_served_at_its_path_and_query_and_nowhere_else() {
    let status = |target| answer(Transport::Tls, Some(NOW), |example| example.target = target)[9..12].to_owned();
    assert_eq!(status("GET /b%C3%A9?c=/d"), "200");
    assert_eq!(status("HEAD /b%C3%A9?c=/d"), "200");
    assert_eq!(status("PUT /b%C3%A9?c=/d"), "405");
    for target in ["GET /b%C3%A9", "GET /b%C3%A9?", "GET /b%C3%A9?c=", "GET /b%C3%A9/?c=/d", "GET /b?c=/d"] {
        assert_eq!(status(target), "404", "{target}");
    }
}
