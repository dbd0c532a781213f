//! The other resource server that the gateway calls, by tokens of its own.

use bearward_core::{Application, Client};
use bearward_net::{
    EmbeddedTls, HttpClient, Records, TLS_RECORD_BYTES, TokenKeeper, Trust, Url,
    tokio::{Network, SystemClock, Timer},
};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use gateway_app::{Permission as _, Upstream, UpstreamClient, UpstreamRead};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use tokio::task::spawn_local;

use crate::{
    ALGORITHMS,
    authority::{PATIENCE, TIMEOUTS},
    leak, options,
};

/// What the token endpoint may answer, with the names of the application and the scope.
const TOKEN_BYTES: usize = 4096;

type Http = HttpClient<'static, Network, EmbeddedTls<'static, UnwrapErr<SysRng>>, SystemClock, Timer>;

/// The other resource server, and who the gateway is to it.
#[derive(Debug)]
pub struct Remote {
    application: Application<'static>,
    url: &'static str,
    takes_http: bool,
    anchors: &'static [&'static [u8]],
}

impl Remote {
    /// One whose tokens this client gets from the issuer.
    pub fn new(
        issuer: &'static str,
        upstream: options::Upstream,
        client: Client<'static>,
        anchors: &'static [&'static [u8]],
    ) -> Self {
        let options::Upstream { url, resource, scope, takes_http } = upstream;
        let application = Application::client("upstream", issuer, client)
            .with_scope(leak(scope.unwrap_or_default()))
            .with_resource(leak(resource));
        Self { application, url: leak(url), takes_http, anchors }
    }

    /// What it calls, for people.
    pub fn introduction(&self) -> String {
        let client = self.application.credentials();
        format!(
            "calls     {} for GET /upstream (scope {}), by tokens of its own, as {} ({})",
            self.url,
            UpstreamRead::SCOPE,
            client.id(),
            client.method()
        )
    }

    /// Starts the task that gets the tokens, inside of a `LocalSet`.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong with the options.
    pub fn start(self) -> Result<impl Upstream + 'static, String> {
        let applications = Box::leak(Box::new([self.application]));
        let tokens = TokenKeeper::new(applications).with_patience(PATIENCE);
        let tokens: &TokenKeeper<'static, NoopRawMutex, 1, TOKEN_BYTES> = Box::leak(Box::new(tokens));
        let timer = Timer::new();
        let mut keeping = http(self.anchors, timer);
        spawn_local(async move {
            let mut buffer = vec![0; TOKEN_BYTES + 512];
            tokens.run(&mut keeping, &mut Records::none(), &mut rng(), &mut buffer).await
        });
        let url = Url::danger_http(self.url).map_err(|error| error.to_string())?;
        let memory = vec![0; 2 * TOKEN_BYTES].leak();
        let client = UpstreamClient::new(tokens, self.application, url, timer, http(self.anchors, timer), memory);
        let client = client.map_err(|error| error.to_string())?;
        Ok(if self.takes_http { client.danger_loopback() } else { client })
    }
}

/// A client with memory of its own.
fn http(anchors: &'static [&'static [u8]], timer: Timer) -> Http {
    let (receive, send) = (vec![0; TLS_RECORD_BYTES].leak(), vec![0; 1024].leak());
    let tls = EmbeddedTls::new(rng(), Trust::anchors(anchors), ALGORITHMS, receive, send);
    let head = vec![0; TOKEN_BYTES + 1024].leak();
    HttpClient::new(&Network, tls, SystemClock, timer, head).with_timeouts(TIMEOUTS)
}

fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}
