//! Answers about tokens that are signed (RFC 9701), and the keys for them; and tokens that are encrypted to the device.

use bearward_core::{
    A128Gcm, Algorithm, AnswerError, Claim, Decryption, EcdhEsP256, Ed25519, Error, Es256, IntrospectionError,
    IntrospectionResponse, Parameter, Reason,
};
use bearward_net::{AuthorizationServer, FailureKind, NetError};
use serde_json::{Value, json};
use tests::{
    encrypter::{AgreementCurve, Encrypter},
    signer::Signer,
};

use crate::{
    fake::Page,
    support::{AUDIENCE, CLIENT, Device, NOW, run},
};

static ALGORITHMS: &[&dyn Algorithm] = &[&Es256, &Ed25519];
const TYPE: &str = "token-introspection+jwt";

/// A device that is registered for signed answers, and asks about every token anew.
async fn signed() -> Device {
    Device::of_issuer(|authority, issuer| {
        authority
            .with_introspection(CLIENT)
            .with_introspection_age(0)
            .with_introspection_response(IntrospectionResponse::signed(issuer, "valve", ALGORITHMS))
    })
    .await
}

fn told(device: &Device) -> Value {
    json!({"active": true, "iss": device.fake.issuer(), "aud": AUDIENCE, "exp": NOW + 36_000, "sub": "user"})
}

fn claims(device: &Device) -> Value {
    json!({"iss": device.fake.issuer(), "aud": "valve", "iat": NOW, "token_introspection": told(device)})
}

fn jwt(algorithm: &'static str, typ: &str, claims: &Value) -> String {
    let signer = Signer::new(algorithm);
    let header = json!({"alg": algorithm, "typ": typ, "kid": signer.key_id()});
    signer.jws(&header.to_string(), claims.to_string().as_bytes())
}

fn page(content: String) -> Page {
    Page { fields: format!("Content-Type: application/{TYPE}\r\n"), ..Page::json(content) }
}

/// Lets the server answer so, by this key.
fn answer(device: &Device, algorithm: &'static str) {
    device.fake.put("/introspect", page(jwt(algorithm, TYPE, &claims(device))));
}

/// The server's fault, and why.
async fn outage(device: &Device, token: &str) -> FailureKind {
    let refusal = device.refusal(token).await;
    assert_eq!((refusal.error.status(), refusal.error), (503, Error::AuthorityUnavailable));
    refusal.cause.unwrap().kind
}

fn counts(device: &Device) -> [usize; 2] {
    ["/jwks", "/introspect"].map(|path| device.fake.count(path))
}

const fn bad(error: Error) -> FailureKind {
    FailureKind::Introspection(IntrospectionError::Jwt(error))
}

#[test]
fn rfc9701_4_a_signed_answer_is_asked_for_and_the_keys_for_it_are_fetched_once() {
    run(async {
        let device = signed().await;
        answer(&device, "ES256");
        for count in 1..=3 {
            assert_eq!(device.authorize("opaque").await.unwrap(), "user");
            assert_eq!(counts(&device), [1, count]);
        }
        assert!(device.fake.last_request().contains("Accept: application/token-introspection+jwt\r\n"));
        assert_eq!(device.fake.connections(), 1);
        // Tokens are verified by the same keys.
        device.authorize(&device.token("ES256")).await.unwrap();
        assert_eq!(counts(&device), [1, 3]);
    });
}

#[test]
fn an_answer_that_is_kept_needs_neither_the_server_nor_its_keys() {
    run(async {
        let device = Device::of_issuer(|authority, issuer| {
            let response = IntrospectionResponse::signed(issuer, "valve", ALGORITHMS);
            authority.with_introspection(CLIENT).with_introspection_age(60).with_introspection_response(response)
        })
        .await;
        answer(&device, "ES256");
        device.authorize("opaque").await.unwrap();
        device.fake.kill();
        device.authorize("opaque").await.unwrap();
    });
}

#[test]
fn an_answer_by_a_new_key_has_the_keys_fetched_and_is_asked_for_again() {
    run(async {
        let device = signed().await;
        answer(&device, "ES256");
        device.authorize("opaque").await.unwrap();
        device.publish(&["ES256", "Ed25519"]);
        answer(&device, "Ed25519");
        // Not again so soon.
        assert_eq!(outage(&device, "opaque").await, bad(Error::UnknownKey));
        assert_eq!(counts(&device), [1, 2]);
        device.time.skip(31);
        device.authorize("opaque").await.unwrap();
        assert_eq!(counts(&device), [2, 4]);
        // A key that the server does not publish costs one fetch, and not one for each request.
        device.publish(&["ES256"]);
        device.time.skip(601);
        for asked in [5, 6] {
            assert_eq!(outage(&device, "opaque").await, bad(Error::UnknownKey));
            assert_eq!(counts(&device), [3, asked]);
        }
    });
}

#[test]
fn old_keys_serve_on_for_answers_while_no_newer_ones_can_be_had() {
    run(async {
        let device = signed().await;
        answer(&device, "ES256");
        device.authorize("opaque").await.unwrap();
        device.fake.put("/jwks", Page::status(500));
        device.time.skip(601);
        for asked in [2, 3] {
            device.authorize("opaque").await.unwrap();
            assert_eq!(counts(&device), [2, asked]);
        }
        device.publish(&["ES256"]);
        device.time.skip(31);
        device.authorize("opaque").await.unwrap();
        assert_eq!(counts(&device), [3, 4]);
    });
}

#[test]
fn without_keys_nobody_is_asked_and_service_comes_by_itself() {
    run(async {
        let device = signed().await;
        answer(&device, "ES256");
        device.fake.put("/jwks", Page::status(500));
        let unavailable = FailureKind::Answer(AnswerError::Unavailable);
        assert_eq!(outage(&device, "opaque").await, unavailable);
        assert_eq!(outage(&device, "opaque").await, bad(Error::UnknownKey));
        assert_eq!(counts(&device), [1, 0]);
        device.publish(&["ES256"]);
        device.time.skip(31);
        device.authorize("opaque").await.unwrap();
        assert_eq!(counts(&device), [2, 1]);
    });
}

#[test]
fn keys_that_may_no_longer_serve_verify_no_answer() {
    run(async {
        let device = signed().await;
        answer(&device, "ES256");
        device.authorize("opaque").await.unwrap();
        device.fake.put("/jwks", Page::status(500));
        device.time.skip(600 + 86_400);
        let unavailable = FailureKind::Answer(AnswerError::Unavailable);
        assert_eq!(outage(&device, "opaque").await, unavailable);
        assert_eq!(outage(&device, "opaque").await, bad(Error::UnknownKey));
        assert_eq!(counts(&device), [2, 1]);
    });
}

#[test]
fn rfc9701_5_an_answer_that_is_not_good_is_an_outage_and_never_401() {
    run(async {
        let device = signed().await;
        let change = |name: &str, value: &str| {
            let mut claims = claims(&device);
            claims[name] = value.into();
            jwt("ES256", TYPE, &claims)
        };
        let claim = |claim, reason| bad(Error::Claim { claim, reason });
        let good = jwt("ES256", TYPE, &claims(&device));
        for (content, expected) in [
            (jwt("ES256", "JWT", &claims(&device)), bad(Error::TokenType)),
            (jwt("ES256", "at+jwt", &claims(&device)), bad(Error::TokenType)),
            (change("iss", "https://other.example"), claim(Claim::Issuer, Reason::Mismatch)),
            (change("aud", "pump"), claim(Claim::Audience, Reason::Mismatch)),
            (change("aud", AUDIENCE), claim(Claim::Audience, Reason::Mismatch)),
            (change("iat", "now"), claim(Claim::IssuedAt, Reason::Malformed)),
            (format!("{}AAAA", &good[..good.len() - 4]), bad(Error::BadSignature)),
            (r#"{"active":true}"#.to_owned(), bad(Error::NotCompact)),
        ] {
            device.fake.put("/introspect", page(content.clone()));
            assert_eq!(outage(&device, "opaque").await, expected, "{content}");
        }
        device.fake.put(
            "/introspect",
            page(jwt(
                "ES256",
                TYPE,
                &json!({
                    "iss": device.fake.issuer(), "aud": "valve", "iat": NOW, "token_introspection": {"active": false},
                }),
            )),
        );
        assert_eq!(device.error("opaque").await, Error::Inactive);
        // What is told of the token is that one's own matter.
        let mut elsewhere = claims(&device);
        elsewhere["token_introspection"]["aud"] = "https://pump.example".into();
        device.fake.put("/introspect", page(jwt("ES256", TYPE, &elsewhere)));
        device.time.skip(1);
        assert_eq!(device.error("opaque").await.status(), 401);
    });
}

#[test]
fn the_registration_decides_and_not_the_answer() {
    run(async {
        let device = signed().await;
        device.activate("user");
        let wrong = |error| FailureKind::Introspection(error);
        assert_eq!(outage(&device, "opaque").await, wrong(IntrospectionError::NotSigned));

        let device = Device::with_introspection().await;
        answer(&device, "ES256");
        assert_eq!(outage(&device, "opaque").await, wrong(IntrospectionError::SignedAnswer));
        assert_eq!(counts(&device), [0, 1]);
    });
}

#[test]
fn keycloaks_own_form_is_a_named_option() {
    run(async {
        let device = Device::of_issuer(|authority, issuer| {
            let response = IntrospectionResponse::keycloak(issuer, ALGORITHMS);
            authority.with_introspection(CLIENT).with_introspection_age(0).with_introspection_response(response)
        })
        .await;
        let with =
            |active: bool, jwt: String| Page::json(json!({"active": active, "sub": "forged", "jwt": jwt}).to_string());
        device.fake.put("/introspect", with(true, jwt("ES256", "JWT", &told(&device))));
        assert_eq!(device.authorize("opaque").await.unwrap(), "user");
        assert!(device.fake.last_request().contains("Accept: application/jwt\r\n"));
        device.fake.put("/introspect", with(false, jwt("ES256", "JWT", &told(&device))));
        assert_eq!(device.error("opaque").await, Error::Inactive);
        device.time.skip(1);
        device.activate("user");
        let not_signed = FailureKind::Introspection(IntrospectionError::NotSigned);
        assert_eq!(outage(&device, "opaque").await, not_signed);
        device.fake.put("/introspect", with(true, jwt("ES256", TYPE, &told(&device))));
        assert_eq!(outage(&device, "opaque").await, bad(Error::TokenType));
    });
}

#[test]
fn a_signed_answer_has_four_sevenths_of_the_buffer_and_what_is_said_has_a_limit() {
    run(async {
        let device = signed().await;
        let with = |padding: usize| {
            let mut claims = claims(&device);
            claims["padding"] = "x".repeat(padding).into();
            jwt("ES256", TYPE, &claims)
        };
        // Of 2048 bytes.
        let room = 4 * (2048 / 7);
        device.fake.put("/introspect", page(with(300)));
        assert!(with(300).len() + 40 < room);
        device.authorize("opaque").await.unwrap();
        device.fake.put("/introspect", page(with(600)));
        assert!(with(600).len() > room);
        assert_eq!(outage(&device, "opaque").await, FailureKind::Net(NetError::ContentTooLarge));
    });
}

fn sender() -> Encrypter {
    Encrypter::new("ECDH-ES", "A128GCM", AgreementCurve::P256)
}

fn opening(authority: AuthorizationServer<'static>) -> AuthorizationServer<'static> {
    let keys = Box::leak(Box::new(sender().keys()));
    authority.with_decryption(Decryption::new(&[&EcdhEsP256], &[&A128Gcm], keys))
}

fn encrypted(inner: &str) -> String {
    sender().jwe(r#","kid":"own","cty":"at+jwt""#, inner.as_bytes())
}

#[test]
fn rfc9068_6_keys_for_what_lies_in_an_encrypted_token_are_found_as_for_any_other() {
    run(async {
        let device = Device::new(opening).await;
        let token = encrypted(&device.token("ES256"));
        for _ in 0..3 {
            assert_eq!(device.authorize(&token).await.unwrap(), "user");
        }
        assert_eq!(counts(&device), [1, 0]);
        device.publish(&["ES256", "Ed25519"]);
        let newer = encrypted(&device.token("Ed25519"));
        assert_eq!(device.error(&newer).await, Error::UnknownKey);
        device.time.skip(31);
        device.authorize(&newer).await.unwrap();
        assert_eq!(counts(&device), [2, 0]);
        // One that is only signed is let in as ever.
        device.authorize(&device.token("ES256")).await.unwrap();
    });
}

#[test]
fn an_encrypted_token_that_can_never_be_good_causes_no_fetch_and_is_not_asked_about() {
    run(async {
        let device = Device::new(|authority| opening(authority).with_introspection(CLIENT)).await;
        device.activate("user");
        let inner = device.token("ES256");
        let unsigned = json!({"iss": device.fake.issuer(), "aud": AUDIENCE, "exp": NOW + 60}).to_string();
        let none = format!(
            "{}.",
            Signer::new("ES256").jws(r#"{"alg":"none","typ":"at+jwt"}"#, b"{}").rsplit_once('.').unwrap().0
        );
        let good = encrypted(&inner);
        for (token, expected) in [
            (encrypted(&encrypted(&inner)), Error::Encrypted),
            (encrypted("unsigned"), Error::NotCompact),
            (encrypted(&none), Error::AlgorithmNotAllowed),
            (sender().jwe("", inner.as_bytes()), Error::Header(Parameter::ContentType)),
            (sender().jwe(r#","cty":"JSON""#, inner.as_bytes()), Error::Header(Parameter::ContentType)),
            (format!("{}AAAA", &good[..good.len() - 4]), Error::DecryptionFailed),
            (encrypted(&jwt("ES256", TYPE, &claims(&device))), Error::TokenType),
        ] {
            assert_eq!(device.error(&token).await, expected);
        }
        // Two dots among the claims would make them three segments.
        assert_eq!(device.error(&encrypted(&unsigned)).await.status(), 401);
        assert_eq!((counts(&device), device.fake.connections()), ([0, 0], 0));
    });
}

#[test]
fn without_keys_of_its_own_a_device_refuses_encrypted_tokens_or_asks() {
    run(async {
        let device = Device::new(|authority| authority).await;
        let token = encrypted(&device.token("ES256"));
        assert_eq!(device.error(&token).await, Error::Encrypted);
        assert_eq!(device.fake.connections(), 0);

        let device = Device::new(|authority| authority.with_introspection(CLIENT)).await;
        device.activate("user");
        // The longest that is asked about has 512 bytes.
        let token = encrypted("x");
        assert_eq!(device.authorize(&token).await.unwrap(), "user");
        let device = Device::new(|authority| opening(authority).with_introspection(CLIENT).only_introspecting()).await;
        device.activate("user");
        assert_eq!(device.authorize(&token).await.unwrap(), "user");
        assert_eq!(counts(&device), [0, 1]);
    });
}
