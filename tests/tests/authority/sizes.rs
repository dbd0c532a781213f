//! What firmware holds: the futures of calls with TLS beneath them, and the resource server.

use core::{mem::size_of, time::Duration};

use bearward_core::{
    Answer, Application, BearerToken, Client, DeviceAuthorizationRequest, IntrospectionRequest, Metadata, Policy,
    RevocationRequest, TokenRequest, TokenStore, UnixTime, UserInfoEndpoint,
};
use bearward_net::{
    AuthorizationServer, DevicePolling, EmbeddedTls, Freshness, HttpClient, Records, RemoteJwkSet, ResourceServer,
    TokenKeeper, Trust, Url,
    tokio::{Network, SystemClock, Timer},
};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use tests::signer::ALGORITHMS;

use crate::support::rng;

/// Any other mutex is as large: none has anything in it.
type KeySet = RemoteJwkSet<NoopRawMutex, 4>;
type Keeper = TokenKeeper<'static, NoopRawMutex, 4>;
type Front = ResourceServer<'static, NoopRawMutex, 4, 8, 1024>;

fn of<F>(_: F) -> usize {
    size_of::<F>()
}

/// On a 64-bit host, in bytes. On the device, where a pointer has half of it, they are smaller.
#[test]
fn what_a_device_holds_is_bounded() {
    let server: &Front = &ResourceServer::new(
        Policy::new("https://as.example", "https://valve.example", &[]),
        AuthorizationServer::new("https://as.example").with_introspection(Client::tls("valve")),
    );
    let keys: &KeySet = &RemoteJwkSet::new(Freshness::new());
    let (mut receive, mut send, mut head, mut buffer) = ([0; 1024], [0; 1024], [0; 512], [0; 512]);
    let tls = EmbeddedTls::new(rng(), Trust::keys(&[]), &ALGORITHMS, &mut receive, &mut send);
    let mut http = HttpClient::new(&Network, tls, SystemClock, Timer::new(), &mut head);
    let http = &mut http;
    let url = &Url::parse("https://as.example").unwrap();
    let client = &Client::tls("valve");
    let policy = &Policy::new("https://as.example", "https://valve.example", &[]);
    let token = BearerToken::new("opaque").unwrap();
    let introspection = &IntrospectionRequest::new(token);
    let revocation = &RevocationRequest::new("opaque");
    let endpoint = &UserInfoEndpoint::json();
    let request = &TokenRequest::client_credentials();
    let device = &DeviceAuthorizationRequest::new();
    let mut codes = *br#"{"device_code":"d","user_code":"u","verification_uri":"https://as.example","expires_in":60}"#;
    let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut codes };
    let polling = &mut DevicePolling::new(&DeviceAuthorizationRequest::read(answer).unwrap(), Duration::ZERO);
    let (clock, timer) = (&SystemClock, &Timer::new());
    let metadata = &mut Metadata::<128>::new();
    let mut rng = rng();
    static APPLICATIONS: [Application<'_>; 1] =
        [Application::client("tank", "https://as.example", Client::tls("valve"))];
    let keeper: &Keeper = &Keeper::new(&APPLICATIONS);
    let records = &mut Records::none();
    let mut told = *br#"{"active":true,"aud":"https://valve.example"}"#;
    let answer = Answer { status: 200, content_type: Some("application/json"), body: &mut told };
    let verified = &policy.introspect(answer, UnixTime::from_seconds(0)).unwrap();
    let entry = size_of::<TokenStore<5>>() - size_of::<TokenStore<4>>();

    let sizes = [
        ("ResourceServer<.., 4, 8, 1024>", size_of::<Front>(), 17792),
        ("RemoteJwkSet<.., 4>", size_of::<KeySet>(), 6000),
        ("ResourceServer::authorize", of(server.authorize(token, clock, timer, &mut buffer)), 1020),
        ("ResourceServer::userinfo", of(server.userinfo(token, verified, timer, &mut buffer)), 520),
        ("ResourceServer::run", of(server.run(http, &mut rng, &mut buffer)), 7296),
        ("HttpClient::discover", of(http.discover("https://as.example", metadata)), 6400),
        ("RemoteJwkSet::reload", of(keys.reload(http, url)), 6016),
        ("HttpClient::introspect", of(http.introspect(url, client, [0; 16], policy, token, &mut buffer)), 6272),
        (
            "HttpClient::introspection_answer",
            of(http.introspection_answer(url, client, [0; 16], introspection, &mut buffer)),
            6272,
        ),
        ("HttpClient::userinfo", of(http.userinfo(url, endpoint, token, &mut buffer)), 6208),
        ("HttpClient::token", of(http.token(url, client, [0; 16], request, &mut buffer)), 6400),
        ("HttpClient::authorize_device", of(http.authorize_device(url, client, [0; 16], device, &mut buffer)), 6400),
        ("HttpClient::poll_for_token", of(http.poll_for_token(url, client, &mut rng, polling, &mut buffer)), 6800),
        ("entry of a TokenStore, beside its 1024", entry - 1024, 96),
        ("TokenKeeper<.., 4>", size_of::<Keeper>(), 5120),
        ("TokenKeeper::authorize", of(keeper.authorize("tank", "", "", timer, &mut buffer)), 680),
        ("TokenKeeper::run", of(keeper.run(http, records, &mut rng, &mut buffer)), 10240),
        ("HttpClient::revoke", of(http.revoke(url, client, [0; 16], revocation, &mut buffer)), 6272),
    ];
    for (name, size, most) in sizes {
        println!("{name:34} {size:6} of at most {most:6} bytes");
    }
    for (name, size, most) in sizes {
        assert!(size <= most, "{name}: {size} bytes, at most {most} were");
    }
}
