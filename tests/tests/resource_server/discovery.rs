//! Where the endpoints are.

use bearward_core::{Client, Error, MetadataError};
use bearward_net::FailureKind;
use serde_json::json;

use crate::{
    fake::Page,
    support::{CLIENT, Device, run},
};

const OAUTH: &str = "/.well-known/oauth-authorization-server";
const OPENID: &str = "/.well-known/openid-configuration";

#[test]
fn a_server_with_metadata_of_openid_connect_alone_is_found() {
    run(async {
        let device = Device::new(|authority| authority).await;
        let issuer = device.fake.issuer();
        device.fake.remove(OAUTH);
        device
            .fake
            .put(OPENID, Page::json(json!({"issuer": issuer, "jwks_uri": format!("{issuer}/jwks")}).to_string()));
        device.authorize(&device.token("ES256")).await.unwrap();
        assert_eq!((device.fake.count(OAUTH), device.fake.count(OPENID)), (1, 1));
        assert_eq!(device.fake.connections(), 1);
    });
}

#[test]
fn rfc8414_3_3_metadata_of_another_issuer_is_not_used() {
    run(async {
        let device = Device::new(|authority| authority).await;
        let issuer = device.fake.issuer();
        let other = json!({"issuer": format!("{issuer}/"), "jwks_uri": format!("{issuer}/jwks")});
        device.fake.put(OAUTH, Page::json(other.to_string()));
        let refusal = device.refusal(&device.token("ES256")).await;
        assert_eq!(refusal.error, Error::AuthorityUnavailable);
        assert_eq!(refusal.cause.unwrap().kind, FailureKind::Metadata(MetadataError::IssuerMismatch));
        assert_eq!(device.fake.count("/jwks"), 0);
    });
}

#[test]
fn metadata_without_the_endpoint_is_told() {
    run(async {
        let device = Device::with_introspection().await;
        let issuer = device.fake.issuer();
        let document = json!({"issuer": issuer, "jwks_uri": format!("{issuer}/jwks")});
        device.fake.put(OAUTH, Page::json(document.to_string()));
        let refusal = device.refusal("opaque").await;
        assert_eq!(refusal.error, Error::AuthorityUnavailable);
        assert_eq!(refusal.cause.unwrap().kind, FailureKind::NoEndpoint);
        device.authorize(&device.token("ES256")).await.unwrap();
    });
}

#[test]
fn what_the_device_was_told_is_not_looked_up() {
    run(async {
        let fake = crate::fake::Fake::start().await;
        let [keys, introspect]: [&'static str; 2] =
            [format!("{}/k", fake.issuer()).leak(), format!("{}/i", fake.issuer()).leak()];
        fake.put("/k", Page::json(tests::signer::Signer::new("ES256").jwks()));
        fake.put("/i", Page::json(r#"{"active":false}"#));
        let device = Device::new(|authority| {
            authority.with_jwks_uri(keys).with_introspection(CLIENT).with_introspection_endpoint(introspect)
        })
        .await;
        device.authorize(&device.token("ES256")).await.unwrap();
        assert_eq!(device.error("opaque").await, Error::Inactive);
        assert_eq!((fake.count("/k"), fake.count("/i"), device.fake.connections()), (1, 1, 0));
    });
}

#[test]
fn endpoints_on_two_servers_are_both_reached() {
    run(async {
        let device = Device::with_introspection().await;
        let other = crate::fake::Fake::start().await;
        other.put("/jwks", Page::json(tests::signer::Signer::new("ES256").jwks()));
        let (issuer, keys) = (device.fake.issuer(), other.issuer());
        let endpoint = format!("{issuer}/introspect");
        let document =
            json!({"issuer": issuer, "jwks_uri": format!("{keys}/jwks"), "introspection_endpoint": endpoint});
        device.fake.put(OAUTH, Page::json(document.to_string()));
        device.authorize(&device.token("ES256")).await.unwrap();
        device.activate("user");
        device.authorize("opaque").await.unwrap();
        assert_eq!((other.count("/jwks"), device.fake.count("/introspect")), (1, 1));
    });
}

#[test]
fn an_endpoint_that_has_moved_is_found_again() {
    run(async {
        let device = Device::with_introspection().await;
        device.activate("user");
        device.authorize("opaque").await.unwrap();
        let issuer = device.fake.issuer();
        let document = json!({"issuer": issuer, "introspection_endpoint": format!("{issuer}/moved")});
        device.fake.put(OAUTH, Page::json(document.to_string()));
        device.fake.remove("/introspect");
        device.fake.put("/moved", Page::json(r#"{"active":false}"#));
        device.time.skip(11);
        assert_eq!(device.error("opaque").await, Error::AuthorityUnavailable);
        assert_eq!(device.error("opaque").await, Error::Inactive);
        assert_eq!(device.fake.count(OAUTH), 2);
    });
}

#[test]
fn keys_that_have_moved_to_another_server_are_found_again() {
    run(async {
        let device = Device::new(|authority| authority).await;
        let other = crate::fake::Fake::start().await;
        other.put("/jwks", Page::json(tests::signer::Signer::new("ES256").jwks()));
        let (issuer, keys) = (device.fake.issuer(), other.issuer());
        let document = |keys: &str| Page::json(json!({"issuer": issuer, "jwks_uri": keys}).to_string());
        device.fake.put(OAUTH, document(&format!("{keys}/jwks")));
        device.authorize(&device.token("ES256")).await.unwrap();
        other.kill();
        device.publish(&["Ed25519"]);
        device.fake.put(OAUTH, document(&format!("{issuer}/jwks")));
        device.time.skip(601);
        assert_eq!(device.error(&device.token("Ed25519")).await, Error::AuthorityUnavailable);
        device.time.skip(31);
        device.authorize(&device.token("Ed25519")).await.unwrap();
    });
}

#[test]
fn rfc8705_5_only_a_client_with_a_certificate_is_sent_to_the_endpoints_that_ask_for_it() {
    run(async {
        for (client, endpoint) in [(CLIENT, "/introspect"), (Client::tls("valve"), "/mtls/introspect")] {
            let device = Device::new(|authority| authority.with_introspection(client)).await;
            let issuer = device.fake.issuer();
            let document = json!({
                "issuer": issuer,
                "mtls_endpoint_aliases": {"introspection_endpoint": format!("{issuer}/mtls/introspect")},
                "introspection_endpoint": format!("{issuer}/introspect"),
            });
            device.fake.put(OAUTH, Page::json(document.to_string()));
            device.fake.put("/mtls/introspect", Page::json(r#"{"active":false}"#));
            assert_eq!(device.error("opaque").await, Error::Inactive);
            assert_eq!(device.fake.count(endpoint), 1);
        }
    });
}
