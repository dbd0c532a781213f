//! The command line.

use std::{ffi::OsString, fmt, net::SocketAddr, path::PathBuf};

use bearward_core::WellKnown;
use bearward_net::Url;
use lexopt::{Arg, Parser, ValueExt};

use self::given::Given;

mod given;

/// What `--help` says.
pub const HELP: &str = "\
gateway: a resource server that guards a sensor and an LED with OAuth 2.0 access tokens

Usage: gateway [OPTIONS]

Without options it makes a key, issues tokens to itself and prints requests to try.

Options:
  --listen ADDR:PORT      where to listen (default 127.0.0.1:8080)
  --jwks FILE             guard with the keys of this JWK Set; with --issuer and --audience
  --issuer URL            the authorization server, exactly as in the tokens' iss
  --audience URI          this resource, exactly as in the tokens' aud
  --discover URL          guard with the keys that this authorization server publishes; with --audience and --ca,
                          in place of --jwks and --issuer
  --ca FILE               the certificate authorities to trust for it, as PEM, or one as DER
  --introspect            ask it about tokens that are no JWTs; with --client-id and a secret
  --always-introspect     ask it about every token, also after a good signature
  --client-id ID          the gateway's name there
  --client-secret-file FILE
                          a file with the gateway's secret there
  --client-secret SECRET  the secret itself, which every process of this machine can read; for trying
  --client-auth METHOD    how the secret is shown: basic (default), post or jwt; or key, and the gateway's own key signs
                          in place of a secret; with --device-keys
  --introspection-response FORM
                          the form of its answers, as the gateway is registered there: json (default), jwt (RFC 9701),
                          encrypted-jwt (with --device-keys or --decryption-keys), or keycloak
  --device-keys FILE      the gateway's own private keys, made if there is no such file; their public halves are
                          served at /jwks, and access tokens that are encrypted to them are taken too
  --rotate-device-keys    go on to the next ones first; what the ones before were used for is still understood
  --decryption-keys FILE  take access tokens that are encrypted to these private keys instead, a JWK or a JWK Set
  --upstream URL          answer GET /upstream with what this resource server says, which is called with tokens of the
                          gateway's own; with --upstream-resource, --client-id and a secret
  --upstream-resource URI
                          what these tokens are for, exactly as in their aud: a URL of the same server
  --upstream-scope SCOPE  the scope to ask for
  --upstream-ca FILE      the certificate authorities to trust for it (default: those of --ca)
  --danger-http-upstream  call an http URL there, if it is an address of this machine; for trying
  --relaxed               also take tokens of servers from before RFC 9068: typ JWT, or none
  --tls-ends-in-front     a proxy ends TLS in front of this server; needed to listen beyond loopback
  --self-test             send the printed requests itself, on a free port, and compare the answers
  --help                  this text
";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Task {
    /// Say how to use the program.
    Help,
    /// Test itself.
    SelfTest,
    /// Serve.
    Serve(Box<Options>),
}

/// How to serve.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Whether TLS ends in front.
    pub tls_ends_in_front: bool,
    /// Where the gateway's own keys are, if it has any.
    pub device_keys: Option<DeviceKeyFile>,
    /// Whose tokens to take; those of the demo issuer if absent.
    pub authority: Option<Authority>,
}

/// The file with the gateway's own keys.
#[derive(Debug, PartialEq, Eq)]
pub struct DeviceKeyFile {
    /// Its place.
    pub path: PathBuf,
    /// Whether to go on to the next keys.
    pub rotate: bool,
}

/// An authorization server and its keys.
#[derive(Debug, PartialEq, Eq)]
pub struct Authority {
    /// Its `iss`.
    pub issuer: String,
    /// The `aud` of tokens for this resource.
    pub audience: String,
    /// Whether tokens from before RFC 9068 are taken.
    pub relaxed: bool,
    /// Where its keys are.
    pub keys: KeySource,
    /// The file with the gateway's own private keys.
    pub decryption_keys: Option<PathBuf>,
}

/// Where keys come from.
#[derive(Debug, PartialEq, Eq)]
pub enum KeySource {
    /// A file with a JWK Set.
    File(PathBuf),
    /// The authorization server.
    Discovery(Discovery),
}

/// How the authorization server is called.
#[derive(Debug, PartialEq, Eq)]
pub struct Discovery {
    /// The file with the certificate authorities.
    pub ca: PathBuf,
    /// Who the gateway is there, if it asks for anything.
    pub client: Option<ClientOptions>,
    /// Whether and how it is asked about tokens.
    pub introspection: Option<Introspection>,
    /// The other resource server that is called with tokens of it.
    pub upstream: Option<Upstream>,
}

/// Who the gateway is at the authorization server.
#[derive(Debug, PartialEq, Eq)]
pub struct ClientOptions {
    /// Its name.
    pub id: String,
    /// How that is proved.
    pub proof: Proof,
}

/// Another resource server.
#[derive(Debug, PartialEq, Eq)]
pub struct Upstream {
    /// What is called.
    pub url: String,
    /// What the tokens are for (RFC 8707).
    pub resource: String,
    /// The scope to ask for.
    pub scope: Option<String>,
    /// Whether it may be called in clear, on this machine.
    pub takes_http: bool,
    /// The file with the certificate authorities to trust for it, if they are others.
    pub ca: Option<PathBuf>,
}

/// How the authorization server is asked about tokens.
#[derive(Debug, PartialEq, Eq)]
pub struct Introspection {
    /// About every token, or only those that are no JWTs.
    pub always: bool,
    /// How it answers.
    pub response: ResponseForm,
}

/// The form of what the server answers about tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResponseForm {
    /// Plain JSON (RFC 7662).
    #[default]
    Json,
    /// Signed (RFC 9701).
    Jwt,
    /// Signed, and encrypted to the gateway.
    EncryptedJwt,
    /// Keycloak's own: JSON, with the claims signed in it.
    Keycloak,
}

/// By what a client proves who it is.
#[derive(Debug, PartialEq, Eq)]
pub enum Proof {
    /// A secret, shown in this way.
    Secret(ClientMethod, SecretSource),
    /// The gateway's own key: `private_key_jwt`.
    DeviceKey,
}

/// How a client shows its secret (OpenID Connect Core §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientMethod {
    /// `client_secret_basic`
    Basic,
    /// `client_secret_post`
    Post,
    /// `client_secret_jwt`
    Jwt,
}

/// Where a client's secret is.
#[derive(Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// In a file.
    File(PathBuf),
    /// On the command line.
    Given(HiddenText),
}

/// A text that `Debug` does not show.
#[derive(PartialEq, Eq)]
pub struct HiddenText(pub String);

impl fmt::Debug for HiddenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HiddenText")
    }
}

/// Where to listen unless told otherwise.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

/// Reads the arguments, without the program's name.
///
/// # Errors
///
/// A sentence that says what is wrong.
pub fn read(arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Result<Task, String> {
    let (mut listen, mut tls_ends_in_front, mut self_test) = (None, None, None);
    let (mut device_keys, mut rotate) = (None, None);
    let mut given = Given::default();
    let mut count = 0;
    let mut parser = Parser::from_args(arguments);
    while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
        count += 1;
        match argument {
            Arg::Long("listen") => once("--listen", &mut listen, address(&text(&mut parser)?)?)?,
            Arg::Long("jwks") => once("--jwks", &mut given.jwks, value(&mut parser)?.into())?,
            Arg::Long("issuer") => once("--issuer", &mut given.issuer, url("--issuer", text(&mut parser)?)?)?,
            Arg::Long("discover") => once("--discover", &mut given.discover, discoverable(text(&mut parser)?)?)?,
            Arg::Long("audience") => once("--audience", &mut given.audience, uri("--audience", text(&mut parser)?)?)?,
            Arg::Long("ca") => once("--ca", &mut given.ca, value(&mut parser)?.into())?,
            Arg::Long("introspect") => once("--introspect", &mut given.introspect, ())?,
            Arg::Long("always-introspect") => once("--always-introspect", &mut given.always_introspect, ())?,
            Arg::Long("client-id") => once("--client-id", &mut given.client_id, filled("--client-id", &mut parser)?)?,
            Arg::Long("client-secret") => {
                once("--client-secret", &mut given.secret, filled("--client-secret", &mut parser)?)?;
            }
            Arg::Long("client-secret-file") => {
                once("--client-secret-file", &mut given.secret_file, value(&mut parser)?.into())?;
            }
            Arg::Long("client-auth") => once("--client-auth", &mut given.method, text(&mut parser)?)?,
            Arg::Long("introspection-response") => {
                once("--introspection-response", &mut given.response, response(&text(&mut parser)?)?)?;
            }
            Arg::Long("decryption-keys") => {
                once("--decryption-keys", &mut given.decryption_keys, value(&mut parser)?.into())?;
            }
            Arg::Long("device-keys") => once("--device-keys", &mut device_keys, PathBuf::from(value(&mut parser)?))?,
            Arg::Long("rotate-device-keys") => once("--rotate-device-keys", &mut rotate, ())?,
            Arg::Long("upstream") => once("--upstream", &mut given.upstream, text(&mut parser)?)?,
            Arg::Long("upstream-resource") => {
                once("--upstream-resource", &mut given.upstream_resource, text(&mut parser)?)?;
            }
            Arg::Long("upstream-scope") => {
                once("--upstream-scope", &mut given.upstream_scope, filled("--upstream-scope", &mut parser)?)?;
            }
            Arg::Long("upstream-ca") => once("--upstream-ca", &mut given.upstream_ca, value(&mut parser)?.into())?,
            Arg::Long("danger-http-upstream") => once("--danger-http-upstream", &mut given.http_upstream, ())?,
            Arg::Long("relaxed") => once("--relaxed", &mut given.relaxed, ())?,
            Arg::Long("tls-ends-in-front") => once("--tls-ends-in-front", &mut tls_ends_in_front, ())?,
            Arg::Long("self-test") => once("--self-test", &mut self_test, ())?,
            Arg::Long("help") | Arg::Short('h') => return Ok(Task::Help),
            other => return Err(other.unexpected().to_string()),
        }
    }
    if self_test.is_some() {
        return if count == 1 { Ok(Task::SelfTest) } else { Err("--self-test goes alone".into()) };
    }
    let authority = given.authority()?;
    let rotate = rotate.is_some();
    let device_keys = match device_keys {
        Some(path) => Some(DeviceKeyFile { path, rotate }),
        None if rotate => return Err("--rotate-device-keys goes with --device-keys".into()),
        None => None,
    };
    if let (None, Some(authority)) = (&device_keys, &authority) {
        let discovery = authority.discovery();
        let client = discovery.and_then(|discovery| discovery.client.as_ref());
        if client.is_some_and(|client| client.proof == Proof::DeviceKey) {
            return Err("--client-auth key goes with --device-keys".into());
        }
        let introspection = discovery.and_then(|discovery| discovery.introspection.as_ref());
        let is_encrypted = introspection.is_some_and(|how| how.response == ResponseForm::EncryptedJwt);
        if is_encrypted && authority.decryption_keys.is_none() {
            return Err("--introspection-response encrypted-jwt goes with --device-keys or --decryption-keys".into());
        }
    }
    let listen = listen.unwrap_or(DEFAULT_LISTEN);
    let tls_ends_in_front = tls_ends_in_front.is_some();
    if !listen.ip().is_loopback() && !tls_ends_in_front {
        return Err(format!(
            "{listen} is not loopback, and tokens must not cross a network in clear: \
             put TLS in front, and say --tls-ends-in-front"
        ));
    }
    Ok(Task::Serve(Box::new(Options { listen, tls_ends_in_front, device_keys, authority })))
}

impl Authority {
    /// How it is called, if it is.
    fn discovery(&self) -> Option<&Discovery> {
        match &self.keys {
            KeySource::File(_) => None,
            KeySource::Discovery(discovery) => Some(discovery),
        }
    }
}

fn once<T>(name: &str, place: &mut Option<T>, value: T) -> Result<(), String> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("{name} is given twice")),
    }
}

fn value(parser: &mut Parser) -> Result<OsString, String> {
    parser.value().map_err(|error| error.to_string())
}

fn text(parser: &mut Parser) -> Result<String, String> {
    value(parser)?.string().map_err(|error| error.to_string())
}

fn filled(name: &str, parser: &mut Parser) -> Result<String, String> {
    Some(text(parser)?).filter(|text| !text.is_empty()).ok_or_else(|| format!("{name} is empty"))
}

fn response(text: &str) -> Result<ResponseForm, String> {
    match text {
        "json" => Ok(ResponseForm::Json),
        "jwt" => Ok(ResponseForm::Jwt),
        "encrypted-jwt" => Ok(ResponseForm::EncryptedJwt),
        "keycloak" => Ok(ResponseForm::Keycloak),
        other => Err(format!("--introspection-response takes json, jwt, encrypted-jwt or keycloak, and not {other:?}")),
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("--listen takes ADDR:PORT, as in 127.0.0.1:8080, and not {text:?}"))
}

fn url(name: &str, text: String) -> Result<String, String> {
    if text.starts_with("https://") || text.starts_with("http://") {
        uri(name, text)
    } else {
        Err(format!("{name} takes a URL with https://, and not {text:?}"))
    }
}

/// An issuer under whose URL the metadata can be called for (RFC 8414 §3).
fn discoverable(text: String) -> Result<String, String> {
    let fault = match WellKnown::OpenId.write(&text, &mut [0; 256]) {
        Ok(place) => Url::parse(place).err().map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    };
    match fault {
        None => Ok(text),
        Some(fault) => Err(format!("--discover takes the https URL of an issuer, and not {text:?}: {fault}")),
    }
}

/// A URI has no space and nothing that would have to be quoted (RFC 3986 §2).
fn uri(name: &str, text: String) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        Ok(text)
    } else {
        Err(format!("{name} takes a URI, and not {text:?}"))
    }
}

#[cfg(test)]
mod tests;
