//! What firmware holds: the futures of calls with TLS beneath them, and the resource server.

use core::mem::{size_of, size_of_val};

use bearward_core::{BearerToken, Client, Metadata, Policy, RevocationRequest, UserInfoEndpoint};
use bearward_net::{
    AuthorizationServer, EmbeddedTls, Freshness, HttpClient, RemoteJwkSet, ResourceServer, Trust, Url,
    tokio::{Network, SystemClock, Timer},
};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use tests::signer::ALGORITHMS;

use crate::support::rng;

type Front = ResourceServer<'static, CriticalSectionRawMutex, 4, 8, 1024>;

static SERVER: Front = ResourceServer::new(
    Policy::new("https://as.example", "https://valve.example", &[]),
    AuthorizationServer::new("https://as.example").with_introspection(Client::tls("valve")),
);
static KEYS: RemoteJwkSet<CriticalSectionRawMutex, 4> = RemoteJwkSet::new(Freshness::new());

/// On a 64-bit host, in bytes. On the device, where a pointer has half of it, they are smaller.
#[test]
fn what_a_device_holds_is_bounded() {
    let (mut receive, mut send, mut head, mut buffer) = ([0; 1024], [0; 1024], [0; 512], [0; 512]);
    let tls = EmbeddedTls::new(rng(), Trust::keys(&[]), &ALGORITHMS, &mut receive, &mut send);
    let mut http = HttpClient::new(&Network, tls, SystemClock, Timer::new(), &mut head);
    let http = &mut http;
    let url = &Url::parse("https://as.example").unwrap();
    let client = &Client::tls("valve");
    let policy = &Policy::new("https://as.example", "https://valve.example", &[]);
    let token = BearerToken::new("opaque").unwrap();
    let revocation = &RevocationRequest::new("opaque");
    let endpoint = &UserInfoEndpoint::json();
    let (clock, timer) = (&SystemClock, &Timer::new());
    let metadata = &mut Metadata::<128>::new();
    let mut rng = rng();

    let sizes = [
        ("ResourceServer<.., 4, 8, 1024>", size_of::<Front>(), 0),
        ("RemoteJwkSet<.., 4>", size_of_val(&KEYS), 0),
        ("ResourceServer::authorize", size_of_val(&SERVER.authorize(token, clock, timer, &mut buffer)), 0),
        ("ResourceServer::run", size_of_val(&SERVER.run(http, &mut rng, &mut buffer)), 0),
        ("HttpClient::discover", size_of_val(&http.discover("https://as.example", metadata)), 0),
        ("RemoteJwkSet::reload", size_of_val(&KEYS.reload(http, url)), 0),
        ("HttpClient::introspect", size_of_val(&http.introspect(url, client, [0; 16], policy, token, &mut buffer)), 0),
        ("HttpClient::userinfo", size_of_val(&http.userinfo(url, endpoint, token, &mut buffer)), 0),
        ("HttpClient::revoke", size_of_val(&http.revoke(url, client, [0; 16], revocation, &mut buffer)), 0),
    ];
    for (name, size, most) in sizes {
        println!("{name:32} {size:6} of at most {most:6} bytes");
    }
    for (name, size, most) in sizes {
        assert!(size <= most, "{name}: {size} bytes, at most {most} were");
    }
}
