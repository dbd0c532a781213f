//! Keys that are fetched, kept and given up.

use std::time::Duration;

use bearward_core::{Error, JwkSet};
use bearward_net::{Freshness, Timer as _};
use tests::signer::Signer;

use crate::{
    fake::Page,
    support::{Device, run},
};

#[test]
fn the_first_token_has_the_keys_fetched_and_the_next_ones_find_them() {
    run(async {
        let device = Device::new(|authority| authority).await;
        for _ in 0..3 {
            assert_eq!(device.authorize(&device.token("ES256")).await.unwrap(), "user");
        }
        assert_eq!(device.fake.count("/.well-known/oauth-authorization-server"), 1);
        assert_eq!(device.fake.count("/jwks"), 1);
        assert_eq!(device.fake.connections(), 1);
    });
}

#[test]
fn tokens_that_come_at_once_cause_one_fetch() {
    run(async {
        let device = Device::new(|authority| authority).await;
        let token = device.token("ES256");
        device.fake.put("/jwks", Page::json(Signer::new("ES256").jwks()).with_delay(Duration::from_millis(50)));
        let (a, b, c) = tokio::join!(device.authorize(&token), device.authorize(&token), device.authorize(&token));
        assert!(a.is_ok() && b.is_ok() && c.is_ok());
        assert_eq!(device.fake.count("/jwks"), 1);
    });
}

#[test]
fn a_token_that_can_never_be_good_causes_no_fetch() {
    run(async {
        let device = Device::new(|authority| authority).await;
        assert_eq!(device.error(&device.token("HS256")).await, Error::AlgorithmNotAllowed);
        let other_kind = Signer::new("ES256").jws(r#"{"alg":"ES256","typ":"JWT"}"#, b"{}");
        assert_eq!(device.error(&other_kind).await, Error::TokenType);
        assert_eq!(device.error("opaque").await, Error::NotCompact);
        assert_eq!(device.fake.connections(), 0);
    });
}

#[test]
fn a_key_that_the_issuer_adds_is_fetched_when_a_token_names_it() {
    run(async {
        let device = Device::new(|authority| authority).await;
        device.authorize(&device.token("ES256")).await.unwrap();
        device.publish(&["ES256", "Ed25519"]);
        device.time.skip(31);
        device.authorize(&device.token("Ed25519")).await.unwrap();
        device.authorize(&device.token("ES256")).await.unwrap();
        assert_eq!(device.fake.count("/jwks"), 2);
    });
}

#[test]
fn a_key_that_the_issuer_withdraws_is_gone() {
    run(async {
        let device = Device::new(|authority| authority).await;
        let old = device.token("ES256");
        device.authorize(&old).await.unwrap();
        device.publish(&["Ed25519"]);
        device.time.skip(31);
        device.authorize(&device.token("Ed25519")).await.unwrap();
        // It was verified and remembered before.
        assert_eq!(device.error(&old).await, Error::UnknownKey);
    });
}

#[test]
fn unknown_kids_cause_one_fetch_in_each_cool_down() {
    run(async {
        let device = Device::new(|authority| authority).await;
        device.authorize(&device.token("ES256")).await.unwrap();
        for _ in 0..10 {
            assert_eq!(device.error(&device.token("Ed25519")).await, Error::UnknownKey);
        }
        assert_eq!(device.fake.count("/jwks"), 1);
        device.time.skip(31);
        for _ in 0..10 {
            assert_eq!(device.error(&device.token("Ed25519")).await, Error::UnknownKey);
        }
        assert_eq!(device.fake.count("/jwks"), 2);
    });
}

#[test]
fn keys_that_are_no_longer_fresh_serve_while_new_ones_come_in() {
    run(async {
        let device = Device::new(|authority| authority).await;
        let token = device.token("ES256");
        device.fake.put("/jwks", Page::json(Signer::new("ES256").jwks()).with_field("Cache-Control", "max-age=120"));
        device.authorize(&token).await.unwrap();
        device.time.skip(119);
        device.authorize(&token).await.unwrap();
        assert_eq!(device.fake.count("/jwks"), 1);
        device.publish(&["Ed25519"]);
        device.time.skip(2);
        device.authorize(&token).await.unwrap();
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            if device.fake.count("/jwks") == 2 && device.authorize(&device.token("Ed25519")).await.is_ok() {
                return;
            }
        }
        panic!("the new keys never came");
    });
}

#[test]
fn rfc9110_13_1_2_a_document_that_is_the_same_does_not_come_again() {
    run(async {
        let device = Device::new(|authority| authority).await;
        let token = device.token("ES256");
        device.fake.put("/jwks", Page::json(Signer::new("ES256").jwks()).with_field("ETag", "\"v1\""));
        device.authorize(&token).await.unwrap();
        device.fake.put("/jwks", Page::status(304));
        device.time.skip(601);
        assert_eq!(device.error(&device.token("Ed25519")).await, Error::UnknownKey);
        assert!(device.fake.last_request().to_ascii_lowercase().contains("if-none-match: \"v1\""));
        device.time.skip(599);
        device.authorize(&token).await.unwrap();
        assert_eq!(device.fake.count("/jwks"), 2);
    });
}

#[test]
fn an_entity_tag_that_could_not_be_sent_back_is_not_kept() {
    run(async {
        let device = Device::new(|authority| authority).await;
        device.fake.put("/jwks", Page::json(Signer::new("ES256").jwks()).with_field("ETag", "\"\u{e9}\""));
        device.authorize(&device.token("ES256")).await.unwrap();
        device.publish(&["Ed25519"]);
        device.time.skip(31);
        device.authorize(&device.token("Ed25519")).await.unwrap();
        assert!(!device.fake.last_request().to_ascii_lowercase().contains("if-none-match"));
    });
}

#[test]
fn what_is_the_same_says_nothing_of_keys_that_were_put_in_meanwhile() {
    run(async {
        let device = Device::new(|authority| authority).await;
        let (token, jwks) = (device.token("ES256"), Signer::new("ES256").jwks());
        device.fake.put("/jwks", Page::json(jwks.as_str()).with_field("ETag", "\"v1\""));
        device.authorize(&token).await.unwrap();
        device.fake.put("/jwks", Page::status(304).with_delay(Duration::from_millis(50)));
        device.time.skip(601);
        let other = device.token("Ed25519");
        let put_in = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let keys = JwkSet::read(jwks.as_bytes()).unwrap();
            device.server.keys().restore(keys, device.time.elapsed()).await;
        };
        let (error, ()) = tokio::join!(device.error(&other), put_in);
        assert_eq!(error, Error::AuthorityUnavailable);
    });
}

#[test]
fn keys_survive_a_restart_without_the_server() {
    run(async {
        let device = Device::new(|authority| authority).await;
        device.fake.kill();
        let keys = JwkSet::read(Signer::new("ES256").jwks().as_bytes()).unwrap();
        device.server.keys().restore(keys, Duration::ZERO).await;
        device.authorize(&device.token("ES256")).await.unwrap();
        let written = device.server.keys().with(ToString::to_string).await;
        assert_eq!(JwkSet::<2>::read(written.as_bytes()).unwrap().len(), 1);
    });
}

#[test]
fn a_document_that_is_no_key_set_changes_nothing() {
    run(async {
        let device = Device::new(|authority| authority).await;
        let token = device.token("ES256");
        device.authorize(&token).await.unwrap();
        for page in [
            Page::json(r#"{"keys":[]"#),
            Page::json("[]"),
            Page::status(500),
            Page::status(302).with_field("Location", "/elsewhere"),
            Page { fields: "Content-Type: text/html\r\n".to_owned(), ..Page::json(r#"{"keys":[]}"#) },
        ] {
            device.fake.put("/jwks", page);
            device.time.skip(31);
            let refusal = device.refusal(&device.token("Ed25519")).await;
            assert_eq!(refusal.error, Error::AuthorityUnavailable);
            assert!(refusal.cause.is_some() && refusal.retry_after.is_some());
            device.authorize(&token).await.unwrap();
        }
    });
}

#[test]
fn the_bounds_on_age_are_the_devices_own() {
    run(async {
        let freshness = Freshness::new().with_outage(Duration::from_secs(60)).with_default(Duration::from_secs(60));
        let device = Device::new(|authority| authority.with_freshness(freshness)).await;
        let token = device.token("ES256");
        device.authorize(&token).await.unwrap();
        device.fake.kill();
        device.time.skip(119);
        device.authorize(&token).await.unwrap();
        device.time.skip(31);
        assert_eq!(device.error(&token).await, Error::AuthorityUnavailable);
    });
}
