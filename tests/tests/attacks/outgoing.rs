//! Tokens of the device's own, and whoever would like to have them.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use bearward_core::{
    Answer, BearerToken, CallError, ClientAuthentication, ClientKeys, ClientMetadata, RegistrationError,
    RegistrationRequest, Request,
};
use bearward_net::{HttpClient, NetError, OutgoingError, OutgoingRequest, ResourceToken, Url};
use tests::script::{Network, NoTls, Script};

const TOKEN: &str = "mF_9.B5f-4.1JqM";

fn run<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("waits without a deadline"),
    }
}

fn token() -> ResourceToken<'static> {
    ResourceToken::new(BearerToken::new(TOKEN).unwrap(), Url::parse("https://tank.example").unwrap())
}

fn get(url: &'static str) -> OutgoingRequest<'static> {
    OutgoingRequest::new(Url::danger_http(url).unwrap(), Request::get("*/*"))
}

/// A resource server with an open redirect sends the request, and the token with it, to another server.
#[test]
fn token_along_an_open_redirect() {
    let mut place = [0; 64];
    let request = get("https://tank.example/go?to=evil").add_access_token(&token(), &mut place).unwrap();
    let redirect = "HTTP/1.1 307 x\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n";
    let network = Network::new([Script::segments([redirect]), Script::segments(["HTTP/1.1 204 x\r\n\r\n"])]);
    let (mut head, mut buffer) = ([0; 512], [0; 64]);
    let tls = NoTls(network.clone());
    let mut http = HttpClient::new(&network, tls, network.clone(), network.clone(), &mut head);
    let refused = run(http.fetch(request.url(), request.request(), &mut buffer)).err();
    assert_eq!((refused, network.connections()), (Some(NetError::Redirect(307)), 1));
    assert!(network.sent().concat().contains(TOKEN));
    // Who follows it all the same has no token in the request, and cannot add it there.
    let followed = request.redirected(Url::parse("https://evil.example/").unwrap());
    assert_eq!(followed.request().authorization(), None);
    assert_eq!(followed.add_access_token(&token(), &mut [0; 64]).err(), Some(OutgoingError::OtherOrigin));
}

/// Compared by a part of it, the origin of the attacker's server passes for that of the resource.
#[test]
fn token_to_a_server_of_a_similar_name() {
    let add = |url| get(url).add_access_token(&token(), &mut [0; 64]).map(drop);
    for url in [
        "https://tank.example.evil.example/",
        "https://tank.example-evil.example/",
        "https://evil-tank.example/",
        "https://evil.tank.example/",
        "https://example/",
        "https://tank.example:8443/",
        "https://evil.example/tank.example",
        "https://evil.example/?https://tank.example/",
    ] {
        assert_eq!(add(url), Err(OutgoingError::OtherOrigin), "{url}");
    }
    // The same host in clear is another origin even where the loopback is allowed.
    let resource = Url::parse("https://127.0.0.1").unwrap();
    let token = ResourceToken::danger_loopback(BearerToken::new(TOKEN).unwrap(), resource);
    let refused = get("http://127.0.0.1:443/").add_access_token(&token, &mut [0; 64]).err();
    assert_eq!(refused, Some(OutgoingError::OtherOrigin));
    for url in ["https://tank.example/level", "https://TANK.example/", "https://tank.example:443/"] {
        assert_eq!(add(url), Ok(()), "{url}");
    }
}

/// A resource that is configured, or linked to, with `http` has the token sent in clear.
#[test]
fn token_over_plain_http() {
    let refused = get("http://tank.example/").add_access_token(&token(), &mut [0; 64]).err();
    assert_eq!(refused, Some(OutgoingError::Insecure));
    assert!(get("https://tank.example/").add_access_token(&token(), &mut [0; 64]).is_ok());
}

/// Of two tokens in a request the server may take the other one: that of whoever has prepared the URL (RFC 6750 §2).
#[test]
fn token_beside_a_token() {
    let is_refused = |request: OutgoingRequest<'_>| request.add_access_token(&token(), &mut [0; 64]).err();
    let url = Url::parse("https://tank.example/").unwrap();
    for request in [
        get("https://tank.example/?access_token=other"),
        get("https://tank.example/?a=b&access_token=other"),
        OutgoingRequest::new(url, Request::post_form("*/*", b"access_token=other")),
        OutgoingRequest::new(url, Request::get("*/*").with_authorization("Bearer other")),
        OutgoingRequest::new(url, Request::get("*/*").with_authorization("Basic YTpi")),
    ] {
        assert_eq!(is_refused(request), Some(OutgoingError::AlreadyAuthorized), "{request:?}");
    }
    assert_eq!(is_refused(get("https://tank.example/?token=other")), None);
}

/// A token or another value with a line's end in it begins a field, or a second request.
#[test]
fn field_smuggled_into_a_request() {
    assert!(BearerToken::new("a\r\nX-Admin: 1").is_err());
    let url = Url::parse("https://tank.example/").unwrap();
    let request = OutgoingRequest::new(url, Request::get("*/*\r\nX-Admin: 1"));
    assert_eq!(request.write_head(&mut [0; 256]), Err(NetError::InvalidRequest));
    assert!(Url::parse("https://tank.example/ HTTP/1.1\r\nX-Admin: 1").is_err());
}

/// An answer to a registration names another server as the place to manage the client, and so gets the token for it.
#[test]
fn registration_managed_on_another_server() {
    for (uri, is_refused) in [("https://as.example/r/1", false), ("https://as.example.evil.example/r/1", true)] {
        let body = format!(r#"{{"client_id":"a","registration_access_token":"b","registration_client_uri":"{uri}"}}"#);
        let answer = Answer { status: 201, content_type: Some("application/json"), body: &mut body.into_bytes() };
        let error = RegistrationRequest::read(answer, "as.example").err();
        assert_eq!(error, is_refused.then_some(RegistrationError::OtherOrigin));
    }
}

/// A device registers its JWK with the private half in it.
#[test]
fn private_key_in_a_registration() {
    let register = |jwks| {
        let metadata = ClientMetadata::new(&[], ClientAuthentication::PrivateKeyJwt).with_keys(ClientKeys::Jwks(jwks));
        RegistrationRequest::new(metadata).write(&mut [0; 512]).err()
    };
    let private = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}]}"#;
    assert_eq!(register(private), Some(CallError::ClientMetadata("jwks")));
    assert_eq!(register(&private.replace(r#","d":"AA""#, "")), None);
}
