//! An authorization server that cannot be reached.

use std::time::Duration;

use bearward_core::Error;
use bearward_net::FailureKind;

use crate::{
    fake::Page,
    support::{CLIENT, Device, run},
};

#[test]
fn killing_the_server_and_starting_it_again_loses_nothing() {
    run(async {
        let device = Device::with_introspection().await;
        let token = device.token("ES256");
        device.activate("user");
        device.authorize(&token).await.unwrap();
        device.authorize("opaque").await.unwrap();
        device.fake.kill();
        device.time.skip(11);
        device.authorize(&token).await.unwrap();
        let refusal = device.refusal("opaque").await;
        assert_eq!((refusal.error, refusal.error.status()), (Error::AuthorityUnavailable, 503));
        assert!(refusal.retry_after.is_some_and(|seconds| seconds > 0));
        device.fake.revive().await;
        device.authorize(&token).await.unwrap();
        device.authorize("opaque").await.unwrap();
    });
}

#[test]
fn without_keys_an_outage_is_503_and_service_comes_by_itself() {
    run(async {
        let device = Device::new(|authority| authority).await;
        device.fake.kill();
        let token = device.token("ES256");
        let refusal = device.refusal(&token).await;
        assert_eq!((refusal.error, refusal.retry_after.is_some()), (Error::AuthorityUnavailable, true));
        device.fake.revive().await;
        // Still in the pause after the failure.
        let refusal = device.refusal(&token).await;
        assert_eq!(refusal.error, Error::AuthorityUnavailable);
        assert!(refusal.retry_after.is_some_and(|seconds| (25..=30).contains(&seconds)));
        assert_eq!(device.fake.count("/jwks"), 0);
        device.time.skip(30);
        device.authorize(&token).await.unwrap();
    });
}

#[test]
fn an_unknown_kid_is_503_while_the_server_cannot_be_asked() {
    run(async {
        let device = Device::new(|authority| authority).await;
        device.authorize(&device.token("ES256")).await.unwrap();
        device.fake.kill();
        device.time.skip(31);
        for _ in 0..2 {
            assert_eq!(device.error(&device.token("Ed25519")).await, Error::AuthorityUnavailable);
        }
        device.fake.revive().await;
        device.time.skip(31);
        assert_eq!(device.error(&device.token("Ed25519")).await, Error::UnknownKey);
    });
}

#[test]
fn a_slow_server_is_waited_for_no_longer_than_the_device_has_patience() {
    run(async {
        let patience = Duration::from_millis(50);
        let device = Device::new(|authority| authority.with_introspection(CLIENT).with_patience(patience)).await;
        device.fake.put("/introspect", Page::json(r#"{"active":true}"#).with_delay(Duration::from_millis(150)));
        let refusal = device.refusal("opaque").await;
        assert_eq!(refusal.error, Error::AuthorityUnavailable);
        assert_eq!(refusal.cause.unwrap().kind, FailureKind::Busy);
        device.activate("user");
        tokio::time::sleep(Duration::from_millis(200)).await;
        device.authorize("opaque").await.unwrap();
    });
}

#[test]
fn without_the_task_that_calls_nothing_is_let_in_and_nothing_hangs() {
    run(async {
        let device = Device::with_introspection().await;
        let stopped: &'static crate::support::Server = Box::leak(Box::new(bearward_net::ResourceServer::new(
            bearward_core::Policy::new("https://as.example", "https://valve.example", &[]),
            bearward_net::AuthorizationServer::new("https://as.example")
                .with_introspection(CLIENT)
                .with_patience(Duration::from_millis(20)),
        )));
        let token = bearward_core::BearerToken::new("opaque").unwrap();
        let mut buffer = [0; 64];
        let refusal = stopped.authorize(token, &device.time, &device.time, &mut buffer).await.unwrap_err();
        assert_eq!(refusal.cause.unwrap().kind, FailureKind::Busy);
    });
}
