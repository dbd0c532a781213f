//! The demonstration of bearward: a resource server that runs on a microcontroller, here on the machine at hand.
//!
//! `app` is the application as a firmware image would run it; everything else is what surrounds it on this host.

mod app;
mod demo;
mod host;
mod issuer;
mod options;
mod self_test;

use std::{net::SocketAddr, process::ExitCode};

use bearward_core::{
    Algorithm, BearerMethod, Ed25519, EdDsa, Es256, Es384, Es512, Policy, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512,
    TokenType, Transport,
};
use tokio::{net::TcpListener, runtime, task::LocalSet};

use crate::{
    app::{App, Board, Clock, LedSet, LocalVerifier, Permission, Resource, SensorRead, Verifier},
    demo::Example,
    host::{DemoBoard, Keyring, SystemClock},
    issuer::Issuer,
    options::{Authority, Options, Task},
};

/// Every algorithm with a public key. A device lists those of its issuer only, and links no other.
static ALGORITHMS: &[&dyn Algorithm] =
    &[&Es256, &Es384, &Es512, &EdDsa, &Ed25519, &Rs256, &Rs384, &Rs512, &Ps256, &Ps384, &Ps512];

fn main() -> ExitCode {
    let task = match options::read(std::env::args_os().skip(1)) {
        Ok(task) => task,
        Err(sentence) => {
            eprintln!("gateway: {sentence}; see --help");
            return ExitCode::from(2);
        }
    };
    if task == Task::Help {
        print!("{}", options::HELP);
        return ExitCode::SUCCESS;
    }
    let outcome = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())
        .and_then(|runtime| LocalSet::new().block_on(&runtime, run(task)));
    match outcome {
        Ok(code) => code,
        Err(sentence) => {
            eprintln!("gateway: {sentence}");
            ExitCode::FAILURE
        }
    }
}

async fn run(task: Task) -> Result<ExitCode, String> {
    let (options, self_test) = match task {
        Task::Serve(options) => (options, false),
        _ => {
            (Options { listen: SocketAddr::from(([127, 0, 0, 1], 0)), tls_ends_in_front: false, authority: None }, true)
        }
    };
    let listener = TcpListener::bind(options.listen).await.map_err(|error| format!("{}: {error}", options.listen))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let base = format!("http://{address}");
    let mut guarded = match options.authority {
        Some(authority) => Guarded::by(authority)?,
        None => Guarded::by_demo(&base)?,
    };
    let transport = if options.tls_ends_in_front { Transport::TlsEndsInFront } else { Transport::DangerPlaintext };
    print!("{}", guarded.introduction(&base, transport));
    if !self_test {
        print!("{}", demo::curl_lines(&guarded.examples, &base));
        println!("\nCtrl-C ends it.");
    }
    let examples = std::mem::take(&mut guarded.examples);
    let (path, application) = guarded.application(transport);
    host::serve(listener, app::router(path).with_state(application));
    if self_test {
        let good = self_test::run(address, &examples).await;
        return Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    std::future::pending().await
}

/// Whose tokens are taken, and for what.
struct Guarded {
    issuer: &'static str,
    audience: &'static str,
    policy: Policy<'static>,
    keys: Keyring,
    /// Requests to try; none without the demo issuer, whose key alone is here.
    examples: Vec<Example>,
}

impl Guarded {
    fn by(authority: Authority) -> Result<Self, String> {
        let Authority { jwks, issuer, audience, relaxed } = authority;
        let keys = host::keys_of_file(&jwks)?;
        let (issuer, audience) = (leak(issuer), leak(audience));
        let mut policy = Policy::new(issuer, audience, ALGORITHMS);
        if relaxed {
            policy = policy.with_token_type(TokenType::Relaxed);
        }
        Ok(Self { issuer, audience, policy, keys, examples: Vec::new() })
    }

    fn by_demo(base: &str) -> Result<Self, String> {
        let issuer = Issuer::new().map_err(|error| format!("no random numbers for a key: {error}"))?;
        let now = SystemClock.now().ok_or("the clock stands before 1970")?;
        let keys = host::keys(issuer.jwks().as_bytes())?;
        let audience = leak(base.to_owned());
        let policy = Policy::new(issuer::ISSUER, audience, ALGORITHMS);
        let examples = demo::examples(&issuer, audience, now.seconds());
        Ok(Self { issuer: issuer::ISSUER, audience, policy, keys, examples })
    }

    fn introduction(&self, base: &str, transport: Transport) -> String {
        let network = match transport {
            Transport::TlsEndsInFront => "in clear from a proxy in front, which ends TLS",
            _ => "in clear: good enough for loopback, and for nothing else",
        };
        let keys = match (self.keys.len(), self.keys.skipped(), self.keys.dropped()) {
            (count, 0, 0) => format!("{count}"),
            (count, skipped, 0) => format!("{count}, and {skipped} of no use here"),
            (count, _, dropped) => format!("{count}, which is all there is room for: {dropped} more are not known"),
        };
        format!(
            "gateway: a resource server on {base}\n  \
               guards    GET /sensor (scope {}), PUT /led (scope {})\n  \
               takes     access tokens of {} for {}\n  \
               keys      {keys}\n  \
               requests  {network}\n",
            SensorRead::SCOPE,
            LedSet::SCOPE,
            self.issuer,
            self.audience,
        )
    }

    /// The application, and the path of its metadata.
    fn application(self, transport: Transport) -> (&'static str, App<'static, impl Verifier, impl Board>) {
        let (path, url) = metadata_location(self.audience);
        let metadata = leak(metadata(self.issuer, self.audience));
        let resource = Resource { realm: "gateway", transport, metadata, metadata_url: url.map(leak) };
        let verifier = LocalVerifier::new(self.policy, self.keys, SystemClock);
        (leak(path), App { verifier, board: DemoBoard::new(), resource })
    }
}

/// What the application borrows lives as long as the program.
fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// The metadata of a resource (RFC 9728 §2). A URI has no character that JSON would escape.
fn metadata(issuer: &str, resource: &str) -> String {
    format!(
        r#"{{"resource":"{resource}","authorization_servers":["{issuer}"],"scopes_supported":["{}","{}"],"bearer_methods_supported":["{}"]}}"#,
        SensorRead::SCOPE,
        LedSet::SCOPE,
        BearerMethod::Header.as_str(),
    )
}

/// Where clients find the metadata of a resource: the path on this server, and the URL if the resource has one
/// (RFC 9728 §3.1).
fn metadata_location(resource: &str) -> (String, Option<String>) {
    const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
    let Some((scheme @ ("https" | "http"), rest)) = resource.split_once("://") else {
        return (WELL_KNOWN.into(), None);
    };
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = format!("{WELL_KNOWN}{}", if path == "/" { "" } else { path });
    let url = format!("{scheme}://{host}{path}");
    (path, Some(url))
}

#[cfg(test)]
mod tests {
    use super::metadata_location;

    #[test]
    fn the_well_known_path_goes_between_host_and_path() {
        for (resource, path, url) in [
            ("https://a.example", "", "https://a.example"),
            ("https://a.example/", "", "https://a.example"),
            ("http://[::1]:80/b/c", "/b/c", "http://[::1]:80"),
            ("https://a.example?b=/c", "", "https://a.example"),
        ] {
            let path = format!("/.well-known/oauth-protected-resource{path}");
            assert_eq!(metadata_location(resource), (path.clone(), Some(format!("{url}{path}"))));
        }
        assert_eq!(metadata_location("api://valve").1, None);
    }
}
