use std::{format, string::ToString, vec};

use bearward_core::{Answer, Application, BearerToken, CallError, Client, Renewal, Request, TokenRequest, TokenStore};

use super::{OutgoingError, OutgoingRequest, ResourceToken};
use crate::{error::NetError, url::Url};

const TOKEN: &str = "a+b/c~d==";
const GET: Request<'static> = Request::get("*/*");
const FORM: Request<'static> = Request::post_form("*/*", b"led=on");

fn url(text: &'static str) -> Url<'static> {
    Url::danger_http(text).unwrap()
}

fn token(resource: &'static str) -> ResourceToken<'static> {
    ResourceToken::new(BearerToken::new(TOKEN).unwrap(), url(resource))
}

fn tank() -> ResourceToken<'static> {
    token("https://tank.example/")
}

fn outgoing(to: &'static str, request: Request<'static>) -> OutgoingRequest<'static> {
    OutgoingRequest::new(url(to), request)
}

fn buffer() -> &'static mut [u8] {
    vec![0; 256].leak()
}

/// What each of the three ways says to this request.
fn each_way(request: OutgoingRequest<'static>, token: &ResourceToken<'_>) -> [Option<OutgoingError>; 3] {
    [
        request.add_access_token(token, buffer()).err(),
        request.add_access_token_to_form(token, buffer()).err(),
        request.danger_add_access_token_to_query(token, buffer()).err(),
    ]
}

#[test]
fn rfc6750_2_1_as_a_field() {
    let request = outgoing("https://tank.example/level", GET).add_access_token(&tank(), buffer()).unwrap();
    assert_eq!(request.request().authorization(), Some("Bearer a+b/c~d=="));
    let mut head = [0; 256];
    let length = request.write_head(&mut head).unwrap();
    let head = str::from_utf8(&head[..length]).unwrap();
    assert!(head.contains("\r\nAuthorization: Bearer a+b/c~d==\r\n"), "{head}");
}

#[test]
fn rfc6750_2_2_as_a_parameter_of_a_form() {
    let encoded = "access_token=a%2Bb%2Fc%7Ed%3D%3D";
    for (form, expected) in [("led=on", format!("led=on&{encoded}")), ("", encoded.into())] {
        let request = outgoing("https://tank.example/led", Request::post_form("*/*", form.as_bytes()));
        let request = request.add_access_token_to_form(&tank(), buffer()).unwrap();
        assert_eq!(request.request().body(), expected.as_bytes());
        assert!(request.request().is_form() && request.request().authorization().is_none());
    }
    for request in [GET, Request::post_json("*/*", b"{}"), Request::put_json("*/*", b"{}"), Request::delete("*/*")] {
        let refused = outgoing("https://tank.example/", request).add_access_token_to_form(&tank(), buffer()).err();
        assert_eq!(refused, Some(OutgoingError::NotAForm));
    }
    let request = outgoing("https://tank.example/", Request::post_form("*/*", "a=\u{e4}".as_bytes()));
    assert_eq!(request.add_access_token_to_form(&tank(), buffer()).err(), Some(OutgoingError::NotAForm));
}

#[test]
fn rfc6750_2_3_as_a_parameter_of_the_query() {
    for (to, expected) in [
        ("https://tank.example", "https://tank.example/?"),
        ("https://tank.example/a", "https://tank.example/a?"),
        ("https://tank.example:443/a?", "https://tank.example:443/a?"),
        ("https://tank.example/a?b=c", "https://tank.example/a?b=c&"),
    ] {
        let request = outgoing(to, GET).danger_add_access_token_to_query(&tank(), buffer()).unwrap();
        assert_eq!(request.url().to_string(), format!("{expected}access_token=a%2Bb%2Fc%7Ed%3D%3D"));
        assert_eq!(request.request().authorization(), None);
    }
}

#[test]
fn a_token_that_was_taken_off_is_nowhere() {
    let before = outgoing("https://tank.example/led?a=b", FORM);
    for request in [
        before.add_access_token(&tank(), buffer()).unwrap(),
        before.add_access_token_to_form(&tank(), buffer()).unwrap(),
        before.danger_add_access_token_to_query(&tank(), buffer()).unwrap(),
        before,
    ] {
        let request = request.remove_access_token();
        assert_eq!((request.url(), request.request().body()), (before.url(), before.request().body()));
        assert_eq!(request.request().authorization(), None);
        // And another one can take its place.
        assert!(request.add_access_token(&tank(), buffer()).is_ok());
    }
}

#[test]
fn rfc6750_5_3_a_token_never_goes_in_clear() {
    for (to, resource) in [
        ("http://tank.example/", "https://tank.example/"),
        ("http://tank.example/", "http://tank.example/"),
        ("http://tank.example:443/", "https://tank.example/"),
        ("http://127.0.0.1/", "http://127.0.0.1/"),
    ] {
        assert_eq!(each_way(outgoing(to, FORM), &token(resource)), [Some(OutgoingError::Insecure); 3], "{to}");
    }
}

#[test]
fn by_name_a_token_goes_in_clear_to_a_loopback_address_and_no_further() {
    let token = |resource| ResourceToken::danger_loopback(BearerToken::new(TOKEN).unwrap(), url(resource));
    for to in ["http://127.0.0.1:8080/a", "http://127.9.9.9/", "http://[::1]:80/"] {
        assert_eq!(each_way(outgoing(to, FORM), &token(to)), [None; 3], "{to}");
    }
    // A name may lead anywhere.
    for to in ["http://localhost/", "http://tank.example/", "http://10.0.0.1/", "http://[::ffff:127.0.0.1]/"] {
        assert_eq!(each_way(outgoing(to, FORM), &token(to)), [Some(OutgoingError::Insecure); 3], "{to}");
    }
    let other = outgoing("http://127.0.0.1:8081/", FORM);
    assert_eq!(each_way(other, &token("http://127.0.0.1:8080/")), [Some(OutgoingError::OtherOrigin); 3]);
}

#[test]
fn rfc8707_2_a_token_goes_to_no_other_origin_than_its_resource() {
    for to in [
        "https://evil.example/",
        "https://tank.example.evil.example/",
        "https://tank.example:8443/",
        "https://sub.tank.example/",
        "https://evil.example/?https://tank.example/",
    ] {
        assert_eq!(each_way(outgoing(to, FORM), &tank()), [Some(OutgoingError::OtherOrigin); 3], "{to}");
    }
    for to in ["https://TANK.example/", "https://tank.example:443/a/b?c"] {
        assert_eq!(each_way(outgoing(to, FORM), &tank()), [None; 3], "{to}");
    }
}

#[test]
fn a_token_does_not_follow_a_redirect() {
    let before = outgoing("https://tank.example/led", FORM);
    for request in [
        before.add_access_token(&tank(), buffer()).unwrap(),
        before.add_access_token_to_form(&tank(), buffer()).unwrap(),
        before.danger_add_access_token_to_query(&tank(), buffer()).unwrap(),
    ] {
        for to in ["https://evil.example/", "https://tank.example/other"] {
            let request = request.redirected(url(to));
            let mut head = [0; 256];
            let length = request.write_head(&mut head).unwrap();
            let sent = [&head[..length], request.request().body()].concat();
            assert!(!sent.windows(3).any(|window| window == b"a+b" || window == b"a%2"), "{to}");
        }
    }
}

#[test]
fn rfc6750_2_one_method_in_one_request() {
    let request = outgoing("https://tank.example/", FORM).add_access_token(&tank(), buffer()).unwrap();
    assert_eq!(each_way(request, &tank()), [Some(OutgoingError::AlreadyAuthorized); 3]);
    for (to, body) in [
        ("https://tank.example/", "access_token=a"),
        ("https://tank.example/", "a=b&access%5Ftoken=%61"),
        ("https://tank.example/?access_token=a", ""),
        ("https://tank.example/?b=c&access_token", ""),
    ] {
        let request = outgoing(to, Request::post_form("*/*", body.as_bytes()));
        assert_eq!(each_way(request, &tank()), [Some(OutgoingError::AlreadyAuthorized); 3], "{to} {body}");
    }
    let basic = outgoing("https://tank.example/", FORM.with_authorization("Basic YTpi"));
    assert_eq!(each_way(basic, &tank()), [Some(OutgoingError::AlreadyAuthorized); 3]);
}

#[test]
fn no_token_smuggles_a_field_into_the_head() {
    for text in ["a\r\nX: y", "a\n", "a\0", "a b", "a\u{7f}", "\u{e4}", "", "a\"", "a,b"] {
        assert!(BearerToken::new(text).is_err(), "{text:?}");
    }
    // What else is in the request is looked at when it is written.
    let request = outgoing("https://tank.example/", Request::get("*/*\r\nX: y"));
    let request = request.add_access_token(&tank(), buffer()).unwrap();
    assert_eq!(request.write_head(&mut [0; 256]), Err(NetError::InvalidRequest));
}

#[test]
fn a_buffer_that_is_too_small_holds_nothing_of_the_token() {
    let request = outgoing("https://tank.example/", FORM);
    let refused = |length: usize, form: bool| {
        let mut buffer = vec![0xff; length];
        let added = match form {
            true => request.add_access_token_to_form(&tank(), &mut buffer),
            false => request.add_access_token(&tank(), &mut buffer),
        };
        let error = added.err();
        assert!(error.is_none() || buffer.iter().all(|byte| *byte == 0xff), "{length}");
        error
    };
    for (form, needed) in [(false, 16), (true, 39)] {
        for length in 0..needed {
            assert_eq!(refused(length, form), Some(OutgoingError::BufferTooSmall), "{length}");
        }
        assert_eq!(refused(needed, form), None);
    }
}

#[test]
fn rfc6749_2_3_credentials_of_the_client_go_over_tls_and_beside_no_token() {
    let client = Client::secret_basic("valve", "s3cret");
    let request = outgoing("https://as.example/endpoint", FORM).add_authentication(&client, None, buffer()).unwrap();
    assert_eq!(request.request().authorization(), Some("Basic dmFsdmU6czNjcmV0"));
    assert_eq!(request.request().body(), b"led=on");
    let refused = |request: OutgoingRequest<'static>| request.add_authentication(&client, None, buffer()).err();
    assert_eq!(refused(outgoing("http://as.example/", FORM)), Some(OutgoingError::Insecure));
    assert_eq!(refused(outgoing("http://127.0.0.1/", FORM)), Some(OutgoingError::Insecure));
    assert_eq!(refused(request), Some(OutgoingError::AlreadyAuthorized));
    let not_for_client = Some(OutgoingError::Client(CallError::NotForClient));
    assert_eq!(refused(outgoing("https://as.example/", GET)), not_for_client);
}

#[test]
fn a_stored_token_goes_to_the_resource_of_its_application() {
    let mut store = TokenStore::<2, 256>::new();
    let ticket = store.expect("tank", "s", "tank:read", Renewal::ClientCredentials, 0).unwrap();
    let mut body = *br#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"Bearer","expires_in":600}"#;
    let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut body };
    store.grant(ticket, &TokenRequest::read(answer).unwrap(), 0).unwrap();

    let application = Application::client("tank", "https://as.example", Client::none("v"));
    let tank = application.with_resource("https://tank.example/");
    let stored = |application: &Application<'static>, session, scope, now| {
        ResourceToken::stored(&store, application, session, scope, now).map(|token| token.bytes().to_vec())
    };
    assert_eq!(stored(&tank, "s", "tank:read", 599).unwrap(), b"2YotnFZFEjr1zCsicMWpAA");
    for (session, scope, now) in [("", "tank:read", 0), ("s", "tank:fill", 0), ("s", "tank:read", 600)] {
        assert_eq!(stored(&tank, session, scope, now), Err(OutgoingError::NotAuthorized), "{session} {scope} {now}");
    }
    let named = Application::client("other", "https://as.example", Client::none("v"));
    assert_eq!(stored(&named.with_resource("https://tank.example/"), "s", "", 0), Err(OutgoingError::NotAuthorized));
    for application in
        [application, application.with_resource("http://tank.example/"), application.with_resource("tank")]
    {
        assert_eq!(stored(&application, "s", "", 0), Err(OutgoingError::Resource));
    }
}

#[test]
fn debug_shows_no_token() {
    let request = outgoing("https://tank.example/", GET);
    let request = request.danger_add_access_token_to_query(&tank(), buffer()).unwrap();
    let shown = format!("{request:?} {:?}", tank());
    assert!(!shown.contains("a+b") && !shown.contains("a%2B"), "{shown}");
}
