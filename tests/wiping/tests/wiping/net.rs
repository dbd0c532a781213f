//! The types of bearward-net.

use std::{
    future::pending,
    pin::pin,
    task::{Context, Waker},
    time::Duration,
};

use base64ct::{Base64UrlUnpadded, Encoding as _};
use bearward_core::{Algorithm, Application, BearerToken, Client, Es256, Policy, TokenStore, UnixTime};
use bearward_net::{AuthorizationServer, Clock, Failure, ResourceServer, Timer, TokenKeeper};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;

use crate::{Table, core::granted};

const ISSUER: &str = "https://as.example";
static ALGORITHMS: &[&dyn Algorithm] = &[&Es256];
static APPLICATIONS: [Application<'_>; 1] = [Application::client("valve", ISSUER, Client::none("valve"))];

/// It is always now.
struct Now;

impl Clock for Now {
    fn now(&self) -> Option<UnixTime> {
        Some(UnixTime::from_seconds(1_795_318_700))
    }
}

impl Timer for Now {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    async fn wait(&self, _: Duration) {
        pending().await
    }
}

pub fn rows(table: &mut Table) {
    table.row("TokenKeeper", &[], |place, secret| {
        let make = || {
            let mut store = TokenStore::<2, 512, Failure>::new();
            granted(&mut store, secret);
            TokenKeeper::<NoopRawMutex, 2, 512>::with_store(&APPLICATIONS, store)
        };
        place.watch(make, |_| {})
    });
    // A request whose token the task is to ask about, and that is given up before it does.
    table.row("ResourceServer", &["net/src/exchange.rs Slot"], |place, secret| {
        let text = Base64UrlUnpadded::encode_string(secret);
        let policy = Policy::new(ISSUER, "https://valve.example", ALGORITHMS);
        let authority = AuthorizationServer::new(ISSUER).with_introspection(Client::none("valve")).only_introspecting();
        place.watch(
            || ResourceServer::<NoopRawMutex, 2, 2, 256>::new(policy, authority),
            |server| {
                let mut buffer = [0; 512];
                let call = pin!(server.authorize(BearerToken::new(&text).unwrap(), &Now, &Now, &mut buffer));
                assert!(call.poll(&mut Context::from_waker(Waker::noop())).is_pending());
            },
        )
    });
}
