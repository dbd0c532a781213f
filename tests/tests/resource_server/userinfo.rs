//! What the server tells about the users of tokens that were let in.

use bearward_core::{Algorithm, AnswerError, BearerToken, Ed25519, Error, Es256, UserInfoEndpoint, UserInfoError};
use bearward_net::{AuthorizationServer, Failure, FailureKind, NetError};
use serde_json::{Value, json};
use tests::signer::Signer;

use crate::{
    fake::Page,
    support::{CLIENT, Device, NOW, run},
};

static ALGORITHMS: &[&dyn Algorithm] = &[&Es256, &Ed25519];

/// A device that asks for answers in plain JSON.
async fn plain() -> Device {
    with_endpoint(|authority, _| authority.with_userinfo(UserInfoEndpoint::json())).await
}

/// One whose clients are registered for signed answers.
async fn signed() -> Device {
    with_endpoint(|authority, issuer| authority.with_userinfo(UserInfoEndpoint::signed(issuer, "app", ALGORITHMS)))
        .await
}

async fn with_endpoint(
    configure: impl FnOnce(AuthorizationServer<'static>, &'static str) -> AuthorizationServer<'static>,
) -> Device {
    let device = Device::of_issuer(|authority, issuer| configure(authority.with_introspection(CLIENT), issuer)).await;
    let issuer = device.fake.issuer();
    let metadata = json!({
        "issuer": issuer, "jwks_uri": format!("{issuer}/jwks"), "introspection_endpoint": format!("{issuer}/introspect"),
        "userinfo_endpoint": format!("{issuer}/me"),
    });
    device.fake.put("/.well-known/oauth-authorization-server", Page::json(metadata.to_string()));
    device.fake.put("/me", Page::json(r#"{"sub":"user","name":"Jane"}"#));
    device
}

/// The name of the user of a token that is let in.
async fn name(device: &Device, token: &str) -> Result<String, Failure> {
    let (mut claims, mut user) = ([0; 1024], [0; 512]);
    let token = BearerToken::new(token).unwrap();
    let verified = device.server.authorize(token, &device.time, &device.time, &mut claims).await.unwrap();
    let user = device.server.userinfo(token, &verified, &device.time, &mut user).await?;
    Ok(user.claim(&["name"]).and_then(|name| name.as_text()).unwrap().to_string())
}

async fn failure(device: &Device, token: &str) -> FailureKind {
    name(device, token).await.unwrap_err().kind
}

#[test]
fn the_server_is_asked_with_the_token_itself_each_time() {
    run(async {
        let device = plain().await;
        let token = device.token("ES256");
        for count in 1..=2 {
            assert_eq!(name(&device, &token).await.as_deref(), Ok("Jane"));
            assert_eq!(device.fake.count("/me"), count);
        }
        let request = device.fake.last_request();
        assert!(request.starts_with("GET /me ") && request.contains(&format!("Bearer {token}\r\n")), "{request}");
        // One connection serves both, and what was asked before.
        assert_eq!((device.fake.connections(), device.fake.count("/jwks")), (1, 1));
    });
}

#[test]
fn openid_core_5_3_2_an_answer_about_another_user_is_not_given() {
    run(async {
        let device = plain().await;
        device.fake.put("/me", Page::json(r#"{"sub":"other","name":"Jane"}"#));
        assert_eq!(failure(&device, &device.token("ES256")).await, UserInfoError::SubjectMismatch.into());
        device.fake.put("/me", Page::json(r#"{"name":"Jane"}"#));
        let without = UserInfoError::Answer(AnswerError::Member("sub"));
        assert_eq!(failure(&device, &device.token("ES256")).await, without.into());
    });
}

#[test]
fn nobody_is_asked_about_a_token_without_a_user() {
    run(async {
        let device = plain().await;
        let active = json!({"active": true, "aud": crate::support::AUDIENCE, "exp": NOW + 3600});
        device.fake.put("/introspect", Page::json(active.to_string()));
        assert_eq!(failure(&device, "opaque").await, UserInfoError::SubjectMismatch.into());
        assert_eq!(device.fake.count("/me"), 0);
    });
}

#[test]
fn a_server_without_the_endpoint_is_not_asked_and_its_metadata_serves_on() {
    run(async {
        let device = Device::new(|authority| authority.with_userinfo(UserInfoEndpoint::json())).await;
        let token = device.token("ES256");
        for _ in 0..2 {
            assert_eq!(failure(&device, &token).await, FailureKind::NoEndpoint);
        }
        assert_eq!(device.fake.count("/.well-known/oauth-authorization-server"), 1);
        // Nor is one that the device was not told to ask.
        let device = with_endpoint(|authority, _| authority).await;
        assert_eq!(failure(&device, &device.token("ES256")).await, FailureKind::NoEndpoint);
        assert_eq!(device.fake.count("/me"), 0);
    });
}

#[test]
fn what_the_server_says_of_the_token_is_not_taken_for_an_outage() {
    run(async {
        let device = plain().await;
        let token = device.token("ES256");
        for (status, kind, answer) in [
            (401, UserInfoError::TokenRefused, Error::Inactive),
            (403, UserInfoError::InsufficientScope, Error::InsufficientScope),
            (503, UserInfoError::Answer(AnswerError::Unavailable), Error::AuthorityUnavailable),
        ] {
            device.fake.put("/me", Page::status(status));
            let failure = name(&device, &token).await.unwrap_err();
            assert_eq!((failure.kind, Error::from(failure)), (kind.into(), answer));
        }
        device.fake.put("/me", Page::json(format!(r#"{{"sub":"user","name":"{}"}}"#, "x".repeat(512))));
        assert_eq!(failure(&device, &token).await, NetError::ContentTooLarge.into());
        device.fake.kill();
        assert!(matches!(failure(&device, &token).await, FailureKind::Net(NetError::Connect(_))));
    });
}

fn jwt(device: &Device, algorithm: &'static str, subject: &str) -> Page {
    let signer = Signer::new(algorithm);
    let header = json!({"alg": algorithm, "typ": "JWT", "kid": signer.key_id()});
    let claims: Value = json!({"iss": device.fake.issuer(), "aud": "app", "sub": subject, "name": "Jane"});
    let content = signer.jws(&header.to_string(), claims.to_string().as_bytes());
    Page { fields: "Content-Type: application/jwt\r\n".into(), ..Page::json(content) }
}

#[test]
fn a_signed_answer_is_verified_by_the_servers_keys_which_are_fetched_for_it() {
    run(async {
        let device = signed().await;
        device.activate("user");
        device.fake.put("/me", jwt(&device, "ES256", "user"));
        assert_eq!(name(&device, "opaque").await.as_deref(), Ok("Jane"));
        assert_eq!(device.fake.count("/jwks"), 1);
        device.fake.put("/me", jwt(&device, "ES256", "other"));
        assert_eq!(failure(&device, "opaque").await, UserInfoError::SubjectMismatch.into());
        device.fake.put("/me", Page::json(r#"{"sub":"user","name":"Jane"}"#));
        assert_eq!(failure(&device, "opaque").await, UserInfoError::NotSigned.into());
        // Another key signs from now on; it is fetched when the pause after the last fetch is over.
        device.publish(&["Ed25519"]);
        device.fake.put("/me", jwt(&device, "Ed25519", "user"));
        assert_eq!(failure(&device, "opaque").await, UserInfoError::Jwt(Error::UnknownKey).into());
        device.time.skip(31);
        assert_eq!(name(&device, "opaque").await.as_deref(), Ok("Jane"));
        assert_eq!(device.fake.count("/jwks"), 2);
    });
}
