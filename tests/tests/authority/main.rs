//! Against a real authorization server: tokens of every algorithm, keys that change, and what the calls to it will meet.
//!
//! The modules are about the device's own calls. Here it is another client that calls, so that it shows how the server
//! itself behaves.

mod encrypted;
mod endpoints;
#[path = "../token_store/flash.rs"]
#[allow(dead_code, reason = "here the power stays")]
mod flash;
mod https;
mod introspection;
mod keeper;
mod outages;
mod refusals;
mod registration;
mod rotation;
mod sizes;
mod support;
mod tokens;
mod userinfo;

use std::sync::MutexGuard;

use base64ct::{Base64, Encoding as _};
use bearward_core::{BearerToken, Error, JwkSet, Keys, Policy, Secret, SecretSet, verify_jws};
use https::{Request, Response, form_encoded, send};
use serde_json::Value;
use support::{AUDIENCE, P256, RSA, SCOPE, servers, system_now};
use tests::{
    authority::{
        Authority, CLIENT_NAME, CLIENT_SECRET, HMAC_SECRET, OldKeys, TokenFormat, client_id, client_key,
        userinfo_client,
    },
    pki::{Identity, KeyType, Pki},
    signer::{ALGORITHMS, Signer},
};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The server of all tests here but where others are named, for one test at a time.
fn authority() -> MutexGuard<'static, Authority> {
    P256.lock()
}

fn get(authority: &Authority, path: &str) -> Value {
    let response = send(&P256.pki, authority, None, &Request::get(path));
    assert_eq!(response.status, 200, "{path}");
    serde_json::from_str(&response.body).unwrap()
}

fn jwks(authority: &Authority) -> JwkSet<16> {
    let response = send(&P256.pki, authority, None, &Request::get("/jwks"));
    assert_eq!((response.status, &*response.content_type), (200, "application/jwk-set+json; charset=utf-8"));
    JwkSet::read(response.body.as_bytes()).unwrap()
}

/// Verifies a token under the profile of RFC 9068.
fn verify(authority: &Authority, token: &str, keys: &dyn Keys) -> Result<(), Error> {
    let mut buffer = vec![0; token.len()];
    let policy = Policy::new(authority.issuer(), AUDIENCE, &ALGORITHMS);
    let token = policy.verify(BearerToken::new(token)?, keys, system_now(), &mut buffer)?;
    token.require_scope("valve:open")?;
    assert_eq!(token.client_id().unwrap(), *client_id("client_secret_basic"));
    Ok(())
}

fn introspect(authority: &Authority, token: &str) -> Response {
    send(
        &P256.pki,
        authority,
        None,
        &Request::post("/token/introspection", &[("token", token)]).with_authorization(basic()),
    )
}

fn is_active(authority: &Authority, token: &str) -> bool {
    let response = introspect(authority, token);
    assert_eq!((response.status, &*response.content_type), (200, "application/json; charset=utf-8"));
    active(&response)
}

fn active(response: &Response) -> bool {
    let answer: Value = serde_json::from_str(&response.body).unwrap();
    answer["active"].as_bool().unwrap_or_else(|| panic!("{answer}"))
}

/// RFC 6749 §2.3.1: both parts are encoded as in a form, then put together.
fn basic() -> String {
    let credentials = format!("{}:{}", form_encoded(&client_id("client_secret_basic")), form_encoded(CLIENT_SECRET));
    format!("Basic {}", Base64::encode_string(credentials.as_bytes()))
}

#[test]
fn the_metadata_names_the_server_and_its_endpoints() {
    let authority = authority();
    let metadata = get(&authority, "/.well-known/oauth-authorization-server");
    assert_eq!(metadata, get(&authority, "/.well-known/openid-configuration"));
    assert_eq!(metadata["issuer"], authority.issuer());
    for (name, path) in [
        ("jwks_uri", "/jwks"),
        ("introspection_endpoint", "/token/introspection"),
        ("revocation_endpoint", "/token/revocation"),
        ("userinfo_endpoint", "/me"),
    ] {
        assert_eq!(metadata[name], format!("{}{path}", authority.issuer()));
    }
    let port = authority.mutual_tls_port();
    let alias = &metadata["mtls_endpoint_aliases"]["introspection_endpoint"];
    assert_eq!(*alias, format!("https://localhost:{port}/token/introspection"));
}

#[test]
fn a_token_of_each_algorithm_is_verified_with_the_servers_keys() {
    let mut authority = authority();
    let keys = jwks(&authority);
    let secrets = SecretSet::<1>::new().with(Secret::new(HMAC_SECRET.as_bytes()), None, None).unwrap();
    for algorithm in ALGORITHMS.map(|algorithm| algorithm.name()) {
        let token = authority.access_token(TokenFormat::Jwt(algorithm), SCOPE, AUDIENCE);
        let keys: &dyn Keys = if algorithm.starts_with("HS") { &secrets } else { &keys };
        assert_eq!(verify(&authority, &token, keys), Ok(()), "{algorithm}");
    }
}

#[test]
fn new_keys_beside_the_old_ones_leave_the_old_tokens_good() {
    let mut authority = authority();
    let before = jwks(&authority);
    let old = authority.access_token(TokenFormat::Jwt("ES256"), SCOPE, AUDIENCE);
    authority.rotate(OldKeys::Stay);
    let new = authority.access_token(TokenFormat::Jwt("ES256"), SCOPE, AUDIENCE);
    let after = jwks(&authority);
    assert_eq!(verify(&authority, &old, &after), Ok(()));
    assert_eq!(verify(&authority, &new, &after), Ok(()));
    assert_eq!(verify(&authority, &new, &before), Err(Error::UnknownKey));
    // The set does not grow from test to test.
    authority.rotate(OldKeys::Go);
}

#[test]
fn old_keys_that_go_take_their_tokens_with_them() {
    let mut authority = authority();
    let old = authority.access_token(TokenFormat::Jwt("RS256"), SCOPE, AUDIENCE);
    authority.rotate(OldKeys::Go);
    assert_eq!(verify(&authority, &old, &jwks(&authority)), Err(Error::UnknownKey));
}

#[test]
fn each_method_of_client_authentication_is_let_in() {
    let mut authority = authority();
    let token = &*authority.access_token(TokenFormat::Opaque, SCOPE, AUDIENCE);
    let ask = |identity: Option<&Identity>, method: &str, credentials: &[(&str, &str)]| {
        let client_id = client_id(method);
        let form = [&[("token", token), ("client_id", &*client_id)], credentials].concat();
        send(&P256.pki, &authority, identity, &Request::post("/token/introspection", &form))
    };
    let assert = |signer: &Signer, method: &str| {
        let (id, now) = (client_id(method), system_now().seconds());
        let claims = serde_json::json!({
            "iss": id, "sub": id, "aud": authority.issuer(), "iat": now, "exp": now + 60, "jti": "1",
        });
        // This server takes no `kid` for a secret.
        let header = format!(r#"{{"alg":"{}"}}"#, signer.algorithm());
        let assertion = signer.jws(&header, claims.to_string().as_bytes());
        ask(None, method, &[("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion)])
    };
    assert!(active(&introspect(&authority, token)), "client_secret_basic");
    assert!(active(&ask(None, "client_secret_post", &[("client_secret", CLIENT_SECRET)])), "client_secret_post");
    let secret = Signer::with_secret("HS256", CLIENT_SECRET.into());
    assert!(active(&assert(&secret, "client_secret_jwt")), "client_secret_jwt");
    assert!(active(&assert(&client_key(), "private_key_jwt")), "private_key_jwt");
    assert!(active(&ask(Some(&P256.pki.client(CLIENT_NAME)), "tls_client_auth", &[])), "tls_client_auth");
    // RFC 7662 §2.1: who has not authenticated learns nothing of the tokens of others.
    assert!(!active(&ask(None, "none", &[])), "none");

    assert_eq!(ask(None, "client_secret_post", &[("client_secret", "wrong")]).status, 401);
    assert_eq!(assert(&client_key(), "client_secret_jwt").status, 401);
    assert_eq!(assert(&Signer::with_seed("ES256", 8), "private_key_jwt").status, 401);
    assert_eq!(ask(None, "tls_client_auth", &[]).status, 401);
    assert_eq!(ask(Some(&P256.pki.client("other.example")), "tls_client_auth", &[]).status, 401);
    assert_eq!(ask(Some(&Pki::new(KeyType::P256).client(CLIENT_NAME)), "tls_client_auth", &[]).status, 401);
}

#[test]
fn a_revoked_token_is_inactive() {
    let mut authority = authority();
    let [by_client, by_owner] = [(); 2].map(|()| authority.access_token(TokenFormat::Opaque, SCOPE, AUDIENCE));
    assert!(is_active(&authority, &by_client) && is_active(&authority, &by_owner));
    let request = Request::post("/token/revocation", &[("token", &by_client)]).with_authorization(basic());
    assert_eq!(send(&P256.pki, &authority, None, &request).status, 200);
    authority.revoke(&by_owner);
    assert!(!is_active(&authority, &by_client) && !is_active(&authority, &by_owner));
}

#[test]
fn a_token_is_inactive_when_its_time_is_over() {
    let mut authority = authority();
    let token = authority.access_token(TokenFormat::Opaque, SCOPE, AUDIENCE);
    authority.shift_clock(540);
    assert!(is_active(&authority, &token));
    authority.shift_clock(60);
    assert!(!is_active(&authority, &token));
    authority.shift_clock(-600);
}

#[test]
fn this_server_introspects_no_jwt() {
    let mut authority = authority();
    let token = authority.access_token(TokenFormat::Jwt("ES256"), SCOPE, AUDIENCE);
    let response = introspect(&authority, &token);
    assert_eq!(response.status, 400);
    assert!(response.body.contains(r#""error":"unsupported_token_type""#), "{}", response.body);
}

#[test]
fn userinfo_comes_as_json_and_as_a_jwt_of_each_algorithm() {
    let mut authority = authority();
    let keys = jwks(&authority);
    let secrets = SecretSet::<1>::new().with(Secret::new(CLIENT_SECRET.as_bytes()), None, None).unwrap();
    let userinfo = |authority: &mut Authority, algorithm| {
        let token = authority.user_token(&userinfo_client(algorithm), "zofie", "openid profile address");
        send(&P256.pki, authority, None, &Request::get("/me").with_authorization(format!("Bearer {token}")))
    };
    let check = |claims: &[u8]| {
        let claims: Value = serde_json::from_slice(claims).unwrap();
        assert_eq!((&claims["sub"], &claims["address"]["country"]), (&"zofie".into(), &"AT".into()));
    };

    let response = userinfo(&mut authority, None);
    assert_eq!((response.status, &*response.content_type), (200, "application/json; charset=utf-8"));
    check(response.body.as_bytes());
    for algorithm in ALGORITHMS.map(|algorithm| algorithm.name()) {
        let response = userinfo(&mut authority, Some(algorithm));
        assert_eq!((response.status, &*response.content_type), (200, "application/jwt; charset=utf-8"));
        let keys: &dyn Keys = if algorithm.starts_with("HS") { &secrets } else { &keys };
        let mut buffer = vec![0; response.body.len()];
        let jws = verify_jws(response.body.as_bytes(), &ALGORITHMS, keys, &mut buffer).unwrap();
        assert_eq!(jws.algorithm(), algorithm);
        check(jws.payload());
    }
}

#[test]
fn a_killed_server_comes_back_with_its_keys_and_tokens() {
    let mut authority = RSA.lock();
    let port = authority.port();
    let jwt = authority.access_token(TokenFormat::Jwt("ES256"), SCOPE, AUDIENCE);
    let opaque = authority.access_token(TokenFormat::Opaque, SCOPE, AUDIENCE);
    authority.kill();
    std::net::TcpStream::connect(("127.0.0.1", port)).unwrap_err();
    authority.restart();
    assert_eq!(authority.port(), port);
    let keys = send(&RSA.pki, &authority, None, &Request::get("/jwks")).body;
    assert_eq!(verify(&authority, &jwt, &JwkSet::<16>::read(keys.as_bytes()).unwrap()), Ok(()));
    let request = Request::post("/token/introspection", &[("token", &opaque)]).with_authorization(basic());
    assert!(active(&send(&RSA.pki, &authority, None, &request)));
}

#[test]
fn it_runs_with_every_kind_of_certificate() {
    for (server, key_type) in servers().into_iter().zip(KeyType::ALL) {
        let response = send(&server.pki, &server.lock(), None, &Request::get("/jwks"));
        assert_eq!(response.status, 200, "{key_type:?}");
    }
}
