//! Tokens that only the authorization server can read.

use std::{cell::Cell, time::Duration};

use bearward_core::{AnswerError, BearerToken, Error, IntrospectionError, UnixTime};
use bearward_net::{Clock, FailureKind};

use crate::{
    fake::Page,
    support::{CLIENT, Device, NOW, run},
};

#[test]
fn rfc7662_2_1_the_client_authenticates_and_the_token_is_in_the_form() {
    run(async {
        let device = Device::with_introspection().await;
        device.activate("user");
        assert_eq!(device.authorize("opaque").await.unwrap(), "user");
        let request = device.fake.last_request();
        assert!(request.starts_with("POST /introspect HTTP/1.1\r\n"), "{request}");
        assert!(request.contains("Authorization: Basic dmFsdmU6Z1gxZkJhdDNiVg==\r\n"), "{request}");
        assert!(request.contains("Content-Type: application/x-www-form-urlencoded\r\n"), "{request}");
        assert!(request.ends_with("\r\n\r\ntoken=opaque&token_type_hint=access_token"), "{request}");
    });
}

#[test]
fn rfc7662_4_an_answer_is_believed_for_a_moment() {
    run(async {
        let device = Device::with_introspection().await;
        device.activate("user");
        for _ in 0..3 {
            device.authorize("opaque").await.unwrap();
        }
        assert_eq!(device.fake.count("/introspect"), 1);
        device.fake.put("/introspect", Page::json(r#"{"active":false}"#));
        device.time.skip(10);
        assert_eq!(device.error("opaque").await, Error::Inactive);
        assert_eq!(device.fake.count("/introspect"), 2);
    });
}

#[test]
fn rfc7662_4_a_token_that_expires_while_the_server_is_waited_for_is_not_let_in() {
    run(async {
        let device = Device::with_introspection().await;
        device.activate("user");
        let clock = Wall(Cell::new(NOW + 3599));
        let mut buffer = [0; 1024];
        let token = BearerToken::new("opaque").unwrap();
        let asked = device.server.authorize(token, &clock, &device.time, &mut buffer);
        let later = async { clock.0.set(NOW + 3600) };
        let (outcome, ()) = tokio::join!(asked, later);
        assert_eq!(outcome.unwrap_err().error.to_string(), "the claim exp has passed");
    });
}

/// A clock that shows what it was set to.
struct Wall(Cell<u64>);

impl Clock for Wall {
    fn now(&self) -> Option<UnixTime> {
        Some(UnixTime::from_seconds(self.0.get()))
    }
}

#[test]
fn rfc9110_8_3_parameters_of_the_type_do_not_matter_however_long() {
    run(async {
        let device = Device::with_introspection().await;
        let fields = format!("Content-Type: application/json; charset=utf-8; profile=\"{}\"\r\n", "x".repeat(100));
        device.fake.put("/introspect", Page { fields, ..Page::json(r#"{"active":false}"#) });
        assert_eq!(device.error("opaque").await, Error::Inactive);
    });
}

#[test]
fn rfc7662_2_2_an_inactive_token_is_refused_and_asked_about_again() {
    run(async {
        let device = Device::with_introspection().await;
        let refusal = device.refusal("opaque").await;
        assert_eq!((refusal.error, refusal.error.status(), refusal.retry_after), (Error::Inactive, 401, None));
        device.activate("user");
        device.time.skip(1);
        device.authorize("opaque").await.unwrap();
    });
}

#[test]
fn a_token_that_is_not_good_says_nothing_of_where_the_server_is() {
    run(async {
        let device = Device::with_introspection().await;
        for (content, error) in
            [(r#"{"active":false}"#, Error::Inactive), (r#"{"active":1}"#, Error::AuthorityUnavailable)]
        {
            device.fake.put("/introspect", Page::json(content));
            for _ in 0..2 {
                assert_eq!(device.error("opaque").await, error);
                device.time.skip(601);
            }
        }
        assert_eq!(device.fake.count("/introspect"), 4);
        assert_eq!(device.fake.count("/.well-known/oauth-authorization-server"), 1);
    });
}

#[test]
fn what_the_server_does_not_say_is_an_outage_and_never_401() {
    run(async {
        let device = Device::with_introspection().await;
        for (page, expected) in [
            (Page::json(r#"{"active":"true"}"#), AnswerError::Member("active")),
            (Page::status(401), AnswerError::ClientRefused),
            (Page::status(503), AnswerError::Unavailable),
            (Page { fields: "Content-Type: text/html\r\n".to_owned(), ..Page::json("{}") }, AnswerError::ContentType),
        ] {
            device.fake.put("/introspect", page);
            let refusal = device.refusal("opaque").await;
            assert_eq!((refusal.error, refusal.error.status()), (Error::AuthorityUnavailable, 503));
            let kind = FailureKind::Introspection(IntrospectionError::Answer(expected));
            assert_eq!(refusal.cause.unwrap().kind, kind);
        }
    });
}

#[test]
fn a_token_that_neither_the_device_nor_the_server_takes_for_its_own_is_refused_and_no_outage() {
    run(async {
        let device = Device::with_introspection().await;
        // Servers that issue JWTs may introspect none, and read headers that are not strict JSON.
        let page = Page { status: 400, ..Page::json(r#"{"error":"unsupported_token_type"}"#) };
        device.fake.put("/introspect", page);
        let refusal = device.refusal("opaque").await;
        assert_eq!((refusal.error, refusal.error.status()), (Error::NotCompact, 401));
    });
}

#[test]
fn rfc9110_10_2_3_the_servers_own_retry_after_is_passed_on() {
    run(async {
        let device = Device::with_introspection().await;
        device.fake.put("/introspect", Page::status(429).with_field("Retry-After", "7"));
        assert_eq!(device.refusal("opaque").await.retry_after, Some(7));
    });
}

#[test]
fn one_connection_serves_while_it_lives_and_a_dead_one_costs_nothing() {
    run(async {
        let device = Device::new(|authority| authority.with_introspection(CLIENT).with_introspection_age(0)).await;
        device.activate("user");
        for _ in 0..3 {
            device.authorize("opaque").await.unwrap();
        }
        assert_eq!((device.fake.count("/introspect"), device.fake.connections()), (3, 1));
        device.fake.hang_up();
        device.authorize("opaque").await.unwrap();
        assert_eq!((device.fake.count("/introspect"), device.fake.connections()), (4, 2));
    });
}

#[test]
fn a_server_that_closes_each_connection_is_served_too() {
    run(async {
        let device = Device::new(|authority| authority.with_introspection(CLIENT).with_introspection_age(0)).await;
        device.activate("user");
        let page = Page::json(r#"{"active":false}"#).with_field("Connection", "close");
        device.fake.put("/introspect", page);
        for _ in 0..3 {
            assert_eq!(device.error("opaque").await, Error::Inactive);
            device.time.skip(1);
        }
        assert_eq!(device.fake.count("/introspect"), 3);
    });
}

#[test]
fn always_introspecting_refuses_a_revoked_token_with_a_good_signature() {
    run(async {
        let device = Device::new(|authority| {
            authority.with_introspection(CLIENT).always_introspecting().with_introspection_age(0)
        })
        .await;
        let token = device.token("ES256");
        device.activate("user");
        assert_eq!(device.authorize(&token).await.unwrap(), "user");
        device.fake.put("/introspect", Page::json(r#"{"active":false}"#));
        assert_eq!(device.error(&token).await, Error::Inactive);
        // A bad signature is not even asked about.
        let asked = device.fake.count("/introspect");
        let forged = format!("{}AAAA", &token[..token.len() - 4]);
        assert_eq!(device.error(&forged).await, Error::BadSignature);
        assert_eq!(device.fake.count("/introspect"), asked);
    });
}

#[test]
fn only_introspecting_fetches_no_key() {
    run(async {
        let device = Device::new(|authority| authority.with_introspection(CLIENT).only_introspecting()).await;
        device.activate("user");
        assert_eq!(device.authorize(&device.token("ES256")).await.unwrap(), "user");
        assert_eq!(device.fake.count("/jwks"), 0);
    });
}

#[test]
fn a_token_with_two_dots_that_is_no_jwt_is_asked_about() {
    run(async {
        let device = Device::with_introspection().await;
        device.activate("user");
        assert_eq!(device.authorize("a.b.c").await.unwrap(), "user");
    });
}

#[test]
fn what_is_asked_about_and_what_is_answered_has_a_limit() {
    run(async {
        let device = Device::with_introspection().await;
        device.activate("user");
        assert_eq!(device.error(&"x".repeat(513)).await, Error::TokenTooLong);
        assert_eq!(device.fake.count("/introspect"), 0);
        device.activate(&"x".repeat(600));
        assert_eq!(device.error("opaque").await, Error::AuthorityUnavailable);
        device.activate("user");
        device.authorize("opaque").await.unwrap();
    });
}

#[test]
fn a_request_that_is_given_up_harms_no_other() {
    run(async {
        let device = Device::with_introspection().await;
        device.activate("slow");
        let answer = serde_json::json!({"active": true, "aud": crate::support::AUDIENCE, "sub": "slow"}).to_string();
        device.fake.put("/introspect", Page::json(answer).with_delay(Duration::from_millis(80)));
        let given_up = tokio::time::timeout(Duration::from_millis(40), device.authorize("first")).await;
        assert!(given_up.is_err());
        device.activate("second");
        assert_eq!(device.authorize("second").await.unwrap(), "second");
        assert_eq!(device.authorize("first").await.unwrap(), "second");
    });
}

#[test]
fn a_token_that_is_verified_here_does_not_wait_for_one_that_is_asked_about() {
    run(async {
        let device = Device::with_introspection().await;
        let token = device.token("ES256");
        device.authorize(&token).await.unwrap();
        device.fake.put("/introspect", Page::json(r#"{"active":false}"#).with_delay(Duration::from_millis(200)));
        let slow = device.authorize("opaque");
        let fast = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            tokio::time::timeout(Duration::from_millis(100), device.authorize(&token)).await.unwrap().unwrap();
        };
        let (slow, ()) = tokio::join!(slow, fast);
        assert_eq!(slow.unwrap_err().error, Error::Inactive);
    });
}
