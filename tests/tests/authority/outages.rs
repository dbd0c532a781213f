//! The server is killed in the middle of a run, and comes back.

use std::time::Duration;

use bearward_core::Error;
use bearward_net::{FailureKind, Freshness, NetError};
use tests::authority::{Authority, OldKeys, TokenFormat};

use crate::support::{AUDIENCE, Caller, Device, RSA, SCOPE, client};

fn tokens(authority: &mut Authority) -> [String; 2] {
    [TokenFormat::Jwt("PS256"), TokenFormat::Opaque].map(|format| authority.access_token(format, SCOPE, AUDIENCE))
}

async fn assert_outage(device: &Device, token: &str) {
    let refusal = device.refusal(token).await;
    assert_eq!((refusal.error, refusal.error.status()), (Error::AuthorityUnavailable, 503));
    assert!(refusal.retry_after.is_some_and(|seconds| seconds > 0));
}

#[test]
fn killing_the_server_and_starting_it_again_loses_nothing() {
    RSA.run(async |authority| {
        let freshness = Freshness::new().with_default(Duration::from_secs(60));
        let device = Device::new(Caller::new(&RSA.pki), authority, |server| {
            server.with_introspection(client()).with_introspection_age(0).with_freshness(freshness)
        });
        let [jwt, opaque] = tokens(authority);
        device.authorize(&jwt).await.unwrap();
        device.authorize(&opaque).await.unwrap();

        authority.kill();
        device.authorize(&jwt).await.unwrap();
        assert_outage(&device, &opaque).await;
        let cause = device.refusal(&opaque).await.cause.unwrap();
        assert!(matches!(cause.kind, FailureKind::Net(NetError::Connect(_))), "{cause:?}");
        // New keys are due, and cannot be had.
        for _ in 0..3 {
            device.time.skip(61);
            device.authorize(&jwt).await.unwrap();
            assert_outage(&device, &opaque).await;
        }

        authority.restart();
        device.authorize(&jwt).await.unwrap();
        device.authorize(&opaque).await.unwrap();
        // Also the keys come again: those that were made meanwhile.
        authority.rotate(OldKeys::Go);
        device.time.skip(61);
        let [jwt, opaque] = tokens(authority);
        device.authorize(&jwt).await.unwrap();
        device.authorize(&opaque).await.unwrap();
    });
}

#[test]
fn a_device_that_starts_during_an_outage_serves_when_it_is_over() {
    RSA.run(async |authority| {
        let [jwt, opaque] = tokens(authority);
        authority.kill();
        let device = Device::new(Caller::new(&RSA.pki), authority, |server| server.with_introspection(client()));
        assert_outage(&device, &jwt).await;
        assert_outage(&device, &opaque).await;
        authority.restart();
        device.authorize(&opaque).await.unwrap();
        // The keys are asked for no more often than the cool-down allows.
        assert_outage(&device, &jwt).await;
        device.time.skip(30);
        device.authorize(&jwt).await.unwrap();
    });
}
