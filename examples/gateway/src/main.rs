//! The demonstration of bearward: a resource server that runs on a microcontroller, here on the machine at hand.
//!
//! `gateway_app` is the application as a firmware image runs it; everything else is what surrounds it on this host.

mod authority;
mod demo;
mod device_keys;
mod host;
mod issuer;
mod options;
mod self_test;
mod upstream;

use std::{net::SocketAddr, process::ExitCode};

use bearward_core::{
    ALL_CONTENT_ENCRYPTIONS, ALL_KEY_MANAGEMENTS, Algorithm, Decryption, DecryptionKeys, Ed25519, EdDsa, Es256, Es384,
    Es512, Policy, Ps256, Ps384, Ps512, ResourceMetadata, Rs256, Rs384, Rs512, TokenType, Transport,
};
use bearward_net::{Clock, tokio::SystemClock};
use gateway_app::{
    App, JWKS_PATH, LedSet, LocalVerifier, Permission, Resource, SensorRead, UPSTREAM_PATH, Upstream, UpstreamRead,
    Verifier,
};
use tokio::{net::TcpListener, runtime, task::LocalSet};

use crate::{
    authority::Remote,
    demo::Example,
    host::{DemoBoard, Heap, Keyring},
    issuer::Issuer,
    options::{Authority, KeySource, Options, Task},
};

/// Every algorithm with a public key. A device lists those of its issuer only, and links no other.
static ALGORITHMS: &[&dyn Algorithm] =
    &[&Es256, &Es384, &Es512, &EdDsa, &Ed25519, &Rs256, &Rs384, &Rs512, &Ps256, &Ps384, &Ps512];

/// What its tokens may allow.
static SCOPES: [&str; 2] = [SensorRead::SCOPE, LedSet::SCOPE];
static SCOPES_WITH_UPSTREAM: [&str; 3] = [SensorRead::SCOPE, LedSet::SCOPE, UpstreamRead::SCOPE];

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
        Task::Serve(options) => (*options, false),
        _ => {
            let listen = SocketAddr::from(([127, 0, 0, 1], 0));
            (Options { listen, tls_ends_in_front: false, device_keys: None, authority: None }, true)
        }
    };
    let listener = TcpListener::bind(options.listen).await.map_err(|error| format!("{}: {error}", options.listen))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let base = format!("http://{address}");
    let device_keys = options.device_keys.as_ref().map(device_keys::open).transpose()?;
    let mut guarded = match options.authority {
        Some(authority) => Guarded::by(authority, device_keys)?,
        None => Guarded::by_demo(&base)?,
    };
    let transport = if options.tls_ends_in_front { Transport::TlsEndsInFront } else { Transport::DangerPlaintext };
    print!("{}", guarded.introduction(&base, transport));
    if device_keys.is_some() {
        println!("  its keys  at {base}{JWKS_PATH}");
    }
    if !self_test {
        print!("{}", demo::curl_lines(&guarded.examples, &base));
        println!("\nCtrl-C ends it.");
    }
    let examples = std::mem::take(&mut guarded.examples);
    guarded.serve(listener, transport, device_keys)?;
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
    keys: Keys,
    /// The gateway's own keys, to which tokens may be encrypted.
    decryption_keys: Option<&'static dyn DecryptionKeys>,
    /// Requests to try; none without the demo issuer, whose key alone is here.
    examples: Vec<Example>,
}

/// By what tokens are verified.
enum Keys {
    Here(Box<Keyring>),
    Remote(Box<Remote>),
}

impl Guarded {
    fn by(authority: Authority, device_keys: Option<&'static device_keys::Keys>) -> Result<Self, String> {
        let Authority { issuer, audience, relaxed, keys, decryption_keys } = authority;
        let (issuer, audience) = (leak(issuer), leak(audience));
        let decryption_keys: Option<&'static dyn DecryptionKeys> = match (decryption_keys, device_keys) {
            (Some(path), _) => Some(host::decryption_keys_of_file(&path)?),
            (None, Some(keys)) => Some(keys),
            (None, None) => None,
        };
        let keys = match keys {
            KeySource::File(jwks) => Keys::Here(Box::new(host::keys_of_file(&jwks)?)),
            KeySource::Discovery(discovery) => {
                Keys::Remote(Box::new(Remote::new(issuer, discovery, decryption_keys.map(decryption), device_keys)?))
            }
        };
        let mut policy = Policy::new(issuer, audience, ALGORITHMS);
        if relaxed {
            policy = policy.with_token_type(TokenType::Relaxed);
        }
        Ok(Self { issuer, audience, policy, keys, decryption_keys, examples: Vec::new() })
    }

    fn by_demo(base: &str) -> Result<Self, String> {
        let issuer = Issuer::new().map_err(|error| format!("no random numbers for a key: {error}"))?;
        let now = SystemClock.now().ok_or("the clock stands before 1970")?;
        let keys = Keys::Here(Box::new(host::keys(issuer.jwks().as_bytes())?));
        let audience = leak(base.to_owned());
        let policy = Policy::new(issuer::ISSUER, audience, ALGORITHMS);
        let examples = demo::examples(&issuer, audience, now.seconds());
        Ok(Self { issuer: issuer::ISSUER, audience, policy, keys, decryption_keys: None, examples })
    }

    fn introduction(&self, base: &str, transport: Transport) -> String {
        let network = match transport {
            Transport::TlsEndsInFront => "in clear from a proxy in front, which ends TLS",
            _ => "in clear: good enough for loopback, and for nothing else",
        };
        let keys = match &self.keys {
            Keys::Here(keys) => match (keys.len(), keys.skipped(), keys.dropped()) {
                (count, 0, 0) => format!("{count}"),
                (count, skipped, 0) => format!("{count}, and {skipped} of no use here"),
                (count, _, dropped) => format!("{count}, which is all there is room for: {dropped} more are not known"),
            },
            Keys::Remote(remote) => remote.introduction(),
        };
        let opens = self.decryption_keys.map_or_else(String::new, |keys| {
            let noun = if keys.entry(1).is_none() { "a key" } else { "keys" };
            format!("opens     what is encrypted to {noun} of its own\n  ")
        });
        format!(
            "gateway: a resource server on {base}\n  \
               guards    GET /sensor (scope {}), PUT /led (scope {})\n  \
               takes     access tokens of {} for {}\n  \
               keys      {keys}\n  \
               {opens}\
               requests  {network}\n",
            SensorRead::SCOPE,
            LedSet::SCOPE,
            self.issuer,
            self.audience,
        )
    }

    fn serve(
        self,
        listener: TcpListener,
        transport: Transport,
        device_keys: Option<&'static device_keys::Keys>,
    ) -> Result<(), String> {
        let (target, url) = metadata_location(self.audience);
        let mut metadata = ResourceMetadata::new(self.audience)
            .with_authorization_servers(Box::leak(Box::new([self.issuer])))
            .with_scopes_supported(&SCOPES);
        if let Some(uri) = device_keys.and(jwks_uri(self.audience)) {
            metadata = metadata.with_jwks_uri(leak(uri));
        }
        let mut resource = Resource {
            realm: "gateway",
            transport,
            metadata,
            metadata_target: leak(target),
            metadata_url: url.map(leak),
            jwks: device_keys.map(device_keys::Keys::public_jwks),
        };
        match self.keys {
            Keys::Here(keys) => {
                let verifier = LocalVerifier::new(self.policy, *keys, SystemClock);
                serve(listener, resource, verifier.with_decryption(self.decryption_keys.map(decryption)));
            }
            Keys::Remote(mut remote) => match remote.take_upstream() {
                None => serve(listener, resource, remote.start(self.policy)),
                Some(upstream) => {
                    resource.metadata = resource.metadata.with_scopes_supported(&SCOPES_WITH_UPSTREAM);
                    serve_with_upstream(listener, resource, remote.start(self.policy), upstream.start()?);
                }
            },
        }
        Ok(())
    }
}

fn serve(listener: TcpListener, resource: Resource<'static>, verifier: impl Verifier + 'static) {
    let app: App<'_, _, _, _> = App { verifier, board: DemoBoard::new(), memory: Heap, resource };
    host::serve(listener, gateway_app::router().with_state(app));
}

fn serve_with_upstream(
    listener: TcpListener,
    resource: Resource<'static>,
    verifier: impl Verifier + 'static,
    upstream: impl Upstream + 'static,
) {
    let router = gateway_app::router().route_service(UPSTREAM_PATH, gateway_app::upstream(upstream));
    let app: App<'_, _, _, _> = App { verifier, board: DemoBoard::new(), memory: Heap, resource };
    host::serve(listener, router.with_state(app));
}

/// Every way to encrypt to the gateway. A device lists those of its issuer only.
fn decryption(keys: &'static dyn DecryptionKeys) -> Decryption<'static> {
    Decryption::new(ALL_KEY_MANAGEMENTS, ALL_CONTENT_ENCRYPTIONS, keys)
}

/// What the application borrows lives as long as the program.
fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// Where the metadata of a resource is: the path and query on this server, and the URL if the resource has one
/// (RFC 9728 §3.1). It has none without `http`, or with a fragment (§1.2).
fn metadata_location(resource: &str) -> (String, Option<String>) {
    let well_known = ResourceMetadata::WELL_KNOWN_PATH;
    let (scheme, rest) = match resource.split_once("://") {
        Some((scheme @ ("https" | "http"), rest)) if !rest.contains('#') => (scheme, rest),
        _ => return (well_known.into(), None),
    };
    let (host, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    // A slash that only ends the host goes.
    let rest = rest.strip_prefix('/').filter(|rest| rest.is_empty() || rest.starts_with('?')).unwrap_or(rest);
    let target = format!("{well_known}{rest}");
    let url = format!("{scheme}://{host}{target}");
    (target, Some(url))
}

/// The URL of the resource's own keys, which has to be one of https (RFC 9728 §2).
fn jwks_uri(resource: &str) -> Option<String> {
    let rest = resource.strip_prefix("https://").filter(|rest| !rest.contains('#'))?;
    let host = rest.split(['/', '?']).next()?;
    Some(format!("https://{host}{JWKS_PATH}"))
}

#[cfg(test)]
mod tests {
    use super::{jwks_uri, metadata_location};

    #[test]
    fn rfc9728_2_the_keys_of_a_resource_have_an_https_url_or_none() {
        for resource in ["https://a.example:8", "https://a.example:8/b?c", "https://a.example:8?b"] {
            assert_eq!(jwks_uri(resource).as_deref(), Some("https://a.example:8/jwks"));
        }
        for resource in ["http://a.example", "api://valve", "https://a.example/#b"] {
            assert_eq!(jwks_uri(resource), None);
        }
    }

    #[test]
    fn rfc9728_3_1_the_well_known_path_goes_between_host_and_path_or_query() {
        for (resource, rest, url) in [
            ("https://a.example", "", "https://a.example"),
            ("https://a.example/", "", "https://a.example"),
            ("http://[::1]:80/b/c", "/b/c", "http://[::1]:80"),
            ("https://a.example/b/", "/b/", "https://a.example"),
            ("https://a.example?b=/c", "?b=/c", "https://a.example"),
            ("https://a.example/?b=/c", "?b=/c", "https://a.example"),
            ("https://a.example/b%20c?d=e", "/b%20c?d=e", "https://a.example"),
        ] {
            let target = format!("/.well-known/oauth-protected-resource{rest}");
            assert_eq!(metadata_location(resource), (target.clone(), Some(format!("{url}{target}"))));
        }
    }

    #[test]
    fn rfc9728_1_2_a_resource_that_is_no_url_has_no_metadata_url() {
        for resource in ["api://valve", "urn:valve", "valve", "https://a.example/#b"] {
            assert_eq!(metadata_location(resource), ("/.well-known/oauth-protected-resource".into(), None));
        }
    }
}
