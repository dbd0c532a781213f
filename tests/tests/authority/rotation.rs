//! Keys that change while tokens of the old ones are about.

use std::time::Duration;

use bearward_core::Error;
use bearward_net::Freshness;
use tests::authority::{Authority, OldKeys, TokenFormat};

use crate::support::{AUDIENCE, Caller, Device, P384, SCOPE};

const COOL_DOWN: u64 = 30;

fn token(authority: &mut Authority) -> String {
    authority.access_token(TokenFormat::Jwt("ES256"), SCOPE, AUDIENCE)
}

#[test]
fn rfc7517_4_5_a_new_key_is_fetched_when_a_token_names_it_and_the_old_one_stays() {
    P384.run(async |authority| {
        let device = Device::new(Caller::new(&P384.pki), authority, |server| server);
        let old = token(authority);
        device.authorize(&old).await.unwrap();
        authority.rotate(OldKeys::Stay);
        let new = token(authority);
        // Not before the cool-down, however many tokens name it.
        assert_eq!(device.error(&new).await, Error::UnknownKey);
        device.authorize(&old).await.unwrap();
        device.time.skip(COOL_DOWN);
        device.authorize(&new).await.unwrap();
        device.authorize(&old).await.unwrap();
        // The set does not grow from test to test.
        authority.rotate(OldKeys::Go);
    });
}

#[test]
fn a_key_that_was_withdrawn_is_gone_with_the_next_document() {
    P384.run(async |authority| {
        let device = Device::new(Caller::new(&P384.pki), authority, |server| server);
        let old = token(authority);
        device.authorize(&old).await.unwrap();
        authority.rotate(OldKeys::Go);
        let new = token(authority);
        device.time.skip(COOL_DOWN);
        device.authorize(&new).await.unwrap();
        // That it was verified before does not help.
        assert_eq!(device.error(&old).await, Error::UnknownKey);
        device.time.skip(COOL_DOWN);
        assert_eq!(device.error(&old).await, Error::UnknownKey);
        device.authorize(&new).await.unwrap();
    });
}

#[test]
fn a_key_that_was_withdrawn_is_gone_when_the_keys_have_aged() {
    P384.run(async |authority| {
        let freshness = Freshness::new().with_default(Duration::from_secs(60));
        let device = Device::new(Caller::new(&P384.pki), authority, |server| server.with_freshness(freshness));
        let old = token(authority);
        device.authorize(&old).await.unwrap();
        authority.rotate(OldKeys::Go);
        device.time.skip(61);
        // This one is let in while new keys are on their way.
        device.authorize(&old).await.unwrap();
        let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
        while device.authorize(&old).await.is_ok() {
            assert!(tokio::time::Instant::now() < deadline, "the key is still there");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(device.error(&old).await, Error::UnknownKey);
        device.authorize(&token(authority)).await.unwrap();
    });
}
