//! The other resource server that the gateway calls, by tokens of its own.

use bearward_core::{Application, Client};
use bearward_net::{
    EmbeddedTls, HttpClient, Records, TLS_RECORD_BYTES, TlsApplication, TlsSettings, TokenKeeper, Trust, Url,
    tokio::{Network, SystemClock, Timer},
};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use gateway_app::{Permission as _, Upstream, UpstreamClient, UpstreamLine, UpstreamRead};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use tokio::task::spawn_local;

use crate::{
    ALGORITHMS,
    authority::{PATIENCE, TIMEOUTS, anchors_of_file},
    leak, options,
};

/// What the token endpoint may answer, with the names of the application and the scope.
const TOKEN_BYTES: usize = 4096;

/// How many calls to the other server are under way at a time.
const LINES: usize = 4;

type Http = HttpClient<'static, Network, EmbeddedTls<'static, UnwrapErr<SysRng>>, SystemClock, Timer>;

/// The other resource server, and who the gateway is to it.
#[derive(Debug)]
pub struct Remote {
    application: TlsApplication<'static>,
    url: &'static str,
    takes_http: bool,
    /// How the authorization server is authenticated.
    authority: TlsSettings<'static>,
}

impl Remote {
    /// One whose tokens this client gets from the issuer, which these certificate authorities vouch for: for the other
    /// server too, unless the options name others.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong with the file of those.
    pub fn new(
        issuer: &'static str,
        upstream: options::Upstream,
        client: Client<'static>,
        anchors: &'static [&'static [u8]],
    ) -> Result<Self, String> {
        let options::Upstream { url, resource, scope, takes_http, ca } = upstream;
        let application = Application::client("upstream", issuer, client)
            .with_scope(leak(scope.unwrap_or_default()))
            .with_resource(leak(resource));
        let own = ca.map_or(Ok(anchors), |ca| anchors_of_file(&ca))?;
        let [tls, authority] = [own, anchors].map(|anchors| TlsSettings::new(Trust::anchors(anchors), ALGORITHMS));
        Ok(Self { application: TlsApplication { application, tls }, url: leak(url), takes_http, authority })
    }

    /// What it calls, for people.
    pub fn introduction(&self) -> String {
        let client = self.application.application.credentials();
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
        let TlsApplication { application, tls } = self.application;
        let applications = Box::leak(Box::new([application]));
        let tokens = TokenKeeper::new(applications).with_patience(PATIENCE);
        let tokens: &TokenKeeper<'static, NoopRawMutex, 1, TOKEN_BYTES> = Box::leak(Box::new(tokens));
        let timer = Timer::new();
        let mut keeping = http(&self.authority, timer);
        spawn_local(async move {
            let mut buffer = vec![0; TOKEN_BYTES + 512];
            tokens.run(&mut keeping, &mut Records::none(), &mut rng(), &mut buffer).await
        });
        let url = Url::danger_http(self.url).map_err(|error| error.to_string())?;
        let lines: [_; LINES] =
            std::array::from_fn(|_| UpstreamLine::new(http(&tls, timer), vec![0; 2 * TOKEN_BYTES].leak()));
        let client = UpstreamClient::new(tokens, application, url, timer, lines);
        let client = client.map_err(|error| error.to_string())?;
        Ok(if self.takes_http { client.danger_loopback() } else { client })
    }
}

/// A client with memory of its own.
fn http(tls: &TlsSettings<'static>, timer: Timer) -> Http {
    let tls = tls.client(rng(), vec![0; TLS_RECORD_BYTES].leak(), vec![0; 1024].leak());
    let head = vec![0; TOKEN_BYTES + 1024].leak();
    HttpClient::new(&Network, tls, SystemClock, timer, head).with_timeouts(TIMEOUTS)
}

fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}
