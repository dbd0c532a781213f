//! A device that waits for its user (RFC 8628 §3.4, §3.5), against a server that follows a script.

use bearward_core::{Answer, AnswerError, Client, DeviceAuthorization, DeviceAuthorizationRequest, TokenError};
use bearward_net::{DevicePolling, Failure, FailureKind, NetError, Timer as _};
use rand::{SeedableRng as _, rngs::StdRng};
use tests::script::{Fault, Network, Script, Step};

use crate::support::{client, run, url};

const CODES: &[u8] = br#"{"device_code":"GmRh","user_code":"WDJB-MJHT","verification_uri":"https://as.example/device","expires_in":100}"#;

fn codes() -> DeviceAuthorization<'static> {
    let body = CODES.to_vec().leak();
    DeviceAuthorizationRequest::read(Answer { status: 200, content_type: Some("application/json"), body }).unwrap()
}

fn answer(status: &str, json: &str) -> Vec<u8> {
    let length = json.len();
    format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{json}").into()
}

fn refusal(code: &str) -> Script {
    Script::segments([answer("400 Bad Request", &format!(r#"{{"error":"{code}"}}"#))])
}

fn token() -> Script {
    Script::segments([answer("200 OK", r#"{"access_token":"t\u006fken","token_type":"bearer","expires_in":60}"#)])
}

/// The access token, and how many seconds have passed then.
fn poll(network: &Network) -> (Result<String, Failure>, u64) {
    let (mut head, mut buffer) = ([0; 512], [0; 512]);
    let mut http = client(network, &mut head);
    let mut polling = DevicePolling::new(&codes(), network.elapsed());
    let mut rng = StdRng::seed_from_u64(1);
    let device = Client::none("valve");
    let token = run(http.poll_for_token(&url(), &device, &mut rng, &mut polling, &mut buffer));
    let token = token.map(|token| token.access_token().to_owned());
    (token, network.elapsed().as_secs())
}

#[test]
fn rfc8628_3_4_the_device_asks_until_the_user_has_decided() {
    let pending = || refusal("authorization_pending");
    let network = Network::new([pending(), pending(), token()]);
    assert_eq!(poll(&network), (Ok("token".into()), 15));
    let sent = network.sent();
    assert_eq!(sent.len(), 3);
    let form = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=GmRh&client_id=valve";
    assert!(sent.iter().all(|request| request.starts_with("POST /token?x=y HTTP/1.1\r\n") && request.ends_with(form)));
}

#[test]
fn rfc8628_3_5_slow_down_is_obeyed_from_then_on() {
    let pending = || refusal("authorization_pending");
    let network = Network::new([pending(), refusal("slow_down"), pending(), token()]);
    // 5, 10, and then every ten seconds.
    assert_eq!(poll(&network), (Ok("token".into()), 30));
}

#[test]
fn rfc8628_3_5_a_connection_that_times_out_makes_the_device_ask_less_often() {
    let hangs = Script::steps([Step::Hang]);
    let network = Network::new([refusal("authorization_pending"), hangs, token()]);
    // Two requests, the ten seconds that an answer may take, and twice the interval.
    assert_eq!(poll(&network), (Ok("token".into()), 10 + 10 + 10));
    let network = Network::new([]);
    network.connecting.set(Some(Fault::Hang));
    let (outcome, seconds) = poll(&network);
    assert_eq!(outcome, Err(TokenError::ExpiredToken.into()));
    // 5 + 10, then 10 + 10, then 20 + 10; the next would be after 40 more, and too late.
    assert_eq!(seconds, 65);
}

#[test]
fn rfc8628_3_5_it_ends_when_the_codes_expire() {
    let network = Network::new((0..30).map(|_| refusal("authorization_pending")));
    assert_eq!(poll(&network), (Err(TokenError::ExpiredToken.into()), 95));
    assert_eq!(network.connections(), 19);
}

#[test]
fn rfc8628_3_5_what_the_user_or_the_server_refuses_is_final() {
    for (code, error) in [
        ("access_denied", TokenError::AccessDenied),
        ("expired_token", TokenError::ExpiredToken),
        ("invalid_grant", TokenError::InvalidGrant),
        ("invalid_client", TokenError::InvalidClient),
        ("unknown_code", TokenError::Answer(AnswerError::Status(400))),
    ] {
        let network = Network::new([refusal("authorization_pending"), refusal(code), token()]);
        assert_eq!(poll(&network), (Err(error.into()), 10), "{code}");
    }
    let redirect =
        Script::segments(["HTTP/1.1 302 Found\r\nLocation: https://evil.example\r\nContent-Length: 0\r\n\r\n"]);
    let network = Network::new([redirect, token()]);
    assert_eq!(poll(&network), (Err(FailureKind::Net(NetError::Redirect(302)).into()), 5));
}

#[test]
fn a_token_of_another_type_is_final_too() {
    let dpop = answer("200 OK", r#"{"access_token":"token","token_type":"DPoP"}"#);
    let network = Network::new([Script::segments([dpop]), token()]);
    assert_eq!(poll(&network), (Err(TokenError::TokenType.into()), 5));
}

#[test]
fn rfc9110_10_2_3_a_server_that_is_busy_is_left_alone_for_as_long_as_it_asks() {
    let busy = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 40\r\nContent-Length: 0\r\n\r\n";
    let network = Network::new([Script::segments([busy]), token()]);
    assert_eq!(poll(&network), (Ok("token".into()), 45));
}
