//! The authorization server over the network: whom to trust for it, as which client to ask it, the task that calls it.

mod log;

use std::{fs, path::Path, time::Duration};

use bearward_core::{Client, Decryption, IntrospectionResponse, Policy, Secret, UserInfoEndpoint};
use bearward_net::{
    AuthorizationServer, EmbeddedTls, HttpClient, ResourceServer, TLS_RECORD_BYTES, Timeouts, Trust,
    tokio::{Network, SystemClock, Timer},
};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use gateway_app::{INTROSPECTION_BYTES, RemoteVerifier, Verifier};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use tokio::task::spawn_local;

use self::log::{Log, Watched};
use crate::{
    ALGORITHMS,
    device_keys::Keys,
    host::KEYS,
    leak,
    options::{ClientMethod, ClientOptions, Discovery, Proof, ResponseForm, SecretSource},
    upstream,
};

/// How many tokens are remembered, verified and introspected ones each.
const REMEMBERED: usize = 16;

type Server = ResourceServer<'static, NoopRawMutex, KEYS, REMEMBERED, INTROSPECTION_BYTES>;

/// What a client of the gateway waits for at most, before it is told to come again: the steps of a call fit in it.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How long each step of a call may take.
pub const TIMEOUTS: Timeouts =
    Timeouts { connect: Duration::from_secs(3), handshake: Duration::from_secs(3), answer: Duration::from_secs(3) };

/// An authorization server that is called.
#[derive(Debug)]
pub struct Remote {
    server: AuthorizationServer<'static>,
    anchors: &'static [&'static [u8]],
    asks: Option<(Client<'static>, bool, ResponseForm)>,
    upstream: Option<upstream::Remote>,
}

impl Remote {
    /// Reads the files that the options name.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong with them.
    pub fn new(
        issuer: &'static str,
        discovery: Discovery,
        decryption: Option<Decryption<'static>>,
        device_keys: Option<&'static Keys>,
    ) -> Result<Self, String> {
        let userinfo = UserInfoEndpoint::json();
        let mut server = AuthorizationServer::new(issuer).with_patience(PATIENCE).with_userinfo(userinfo);
        if let Some(decryption) = decryption {
            server = server.with_decryption(decryption);
        }
        let client = discovery.client.map(|options| client(issuer, options, device_keys)).transpose()?;
        let mut asks = None;
        if let (Some(introspection), Some(client)) = (discovery.introspection, client) {
            let (always, form) = (introspection.always, introspection.response);
            asks = Some((client, always, form));
            let signed = IntrospectionResponse::signed(issuer, client.id(), ALGORITHMS);
            let response = match (form, decryption) {
                (ResponseForm::Json, _) => IntrospectionResponse::json(),
                (ResponseForm::Keycloak, _) => IntrospectionResponse::keycloak(issuer, ALGORITHMS),
                (ResponseForm::EncryptedJwt, Some(decryption)) => {
                    IntrospectionResponse::signed_and_encrypted(issuer, client.id(), ALGORITHMS, decryption)
                }
                (ResponseForm::Jwt | ResponseForm::EncryptedJwt, _) => signed,
            };
            server = server.with_introspection(client).with_introspection_response(response);
            if always {
                server = server.always_introspecting();
            }
        }
        let anchors = anchors_of_file(&discovery.ca)?;
        let upstream = discovery.upstream.zip(client);
        let upstream = upstream.map(|(upstream, client)| upstream::Remote::new(issuer, upstream, client, anchors));
        let upstream = upstream.transpose()?;
        Ok(Self { server, anchors, asks, upstream })
    }

    /// The other resource server that is called with its tokens.
    pub fn take_upstream(&mut self) -> Option<upstream::Remote> {
        self.upstream.take()
    }

    /// Whom it trusts, and what it asks about, for people.
    pub fn introduction(&self) -> String {
        let asks = match self.asks {
            None => "about no token: one that is no JWT is refused".into(),
            Some((client, always, form)) => {
                let what = if always { "every token" } else { "tokens that are no JWTs" };
                let how = match form {
                    ResponseForm::Json => "",
                    ResponseForm::Jwt => ", for signed answers",
                    ResponseForm::EncryptedJwt => ", for signed and encrypted answers",
                    ResponseForm::Keycloak => ", for signed claims as of Keycloak",
                };
                format!("about {what}, as {} ({}){how}", client.id(), client.method())
            }
        };
        let anchors = self.anchors.len();
        let noun = if anchors == 1 { "authority" } else { "authorities" };
        let calls =
            self.upstream.as_ref().map_or_else(String::new, |upstream| format!("\n  {}", upstream.introduction()));
        format!(
            "by discovery, when the first token comes\n  \
               asks      {asks}\n  \
               trusts    {anchors} certificate {noun}{calls}"
        )
    }

    /// Starts the task that calls the authorization server, inside of a `LocalSet`.
    pub fn start(self, policy: Policy<'static>) -> impl Verifier {
        let server: &Server = Box::leak(Box::new(ResourceServer::new(policy, self.server)));
        let log: &Log = Box::leak(Box::default());
        let timer = Timer::new();
        let anchors = self.anchors;
        spawn_local(async move {
            let (mut receive, mut send) = (vec![0; TLS_RECORD_BYTES], vec![0; 1024]);
            let (mut head, mut buffer) = (vec![0; 2048], vec![0; INTROSPECTION_BYTES + 2048]);
            let rng = || UnwrapErr(SysRng);
            let tls = EmbeddedTls::new(rng(), Trust::anchors(anchors), ALGORITHMS, &mut receive, &mut send);
            let (network, tls) = (Watched(Network, log), Watched(tls, log));
            let mut http = HttpClient::new(&network, tls, SystemClock, timer, &mut head).with_timeouts(TIMEOUTS);
            server.run(&mut http, &mut rng(), &mut buffer).await
        });
        RemoteVerifier { server, clock: SystemClock, timer, watch: log }
    }
}

fn client(
    issuer: &'static str,
    options: ClientOptions,
    device_keys: Option<&'static Keys>,
) -> Result<Client<'static>, String> {
    let id = leak(options.id);
    let (method, secret) = match options.proof {
        Proof::Secret(method, secret) => (method, secret),
        Proof::DeviceKey => {
            let keys = device_keys.ok_or("--client-auth key goes with --device-keys")?;
            return Ok(Client::private_key_jwt(id, issuer, keys));
        }
    };
    let secret = leak(match secret {
        SecretSource::Given(secret) => {
            eprintln!(
                "gateway: whoever may list processes reads the secret of --client-secret; --client-secret-file hides it"
            );
            secret.0
        }
        SecretSource::File(path) => secret_of_file(&path)?,
    });
    match method {
        ClientMethod::Basic => Ok(Client::secret_basic(id, secret)),
        ClientMethod::Post => Ok(Client::secret_post(id, secret)),
        ClientMethod::Jwt => {
            let secret = Secret::new(secret.as_bytes());
            // RFC 7518 §3.2: a key for HS256 has 256 bits at least.
            let long_enough = secret.is_long_enough(32).then_some(());
            long_enough.ok_or("--client-auth jwt needs a client secret of 32 bytes or more")?;
            Ok(Client::secret_jwt(id, issuer, secret))
        }
    }
}

/// The secret, without the line's end that editors put behind it.
fn secret_of_file(path: &Path) -> Result<String, String> {
    let mut secret = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    if secret.ends_with('\n') {
        secret.truncate(secret.len() - 1);
        if secret.ends_with('\r') {
            secret.truncate(secret.len() - 1);
        }
    }
    if secret.is_empty() || secret.contains(char::is_control) {
        return Err(format!("{}: it has to be one line, the client secret", path.display()));
    }
    Ok(secret)
}

/// Reads certificates: a bundle in PEM, or one in DER.
pub fn anchors_of_file(path: &Path) -> Result<&'static [&'static [u8]], String> {
    let sentence = |what: &str| format!("{}: {what}", path.display());
    let file = fs::read(path).map_err(|error| sentence(&error.to_string()))?;
    let certificates: Vec<CertificateDer<'static>> = if file.starts_with(&[0x30]) {
        vec![CertificateDer::from(file)]
    } else {
        let read: Result<_, _> = CertificateDer::pem_slice_iter(&file).collect();
        read.map_err(|_| sentence("it is no PEM"))?
    };
    if certificates.is_empty() {
        return Err(sentence("there is no certificate in it"));
    }
    let mut anchors: Vec<&'static [u8]> = Vec::new();
    for certificate in certificates {
        if webpki::anchor_from_trusted_cert(&certificate).is_err() {
            return Err(sentence(&format!("certificate {} is none of X.509", anchors.len() + 1)));
        }
        anchors.push(Box::leak(certificate.to_vec().into_boxed_slice()));
    }
    Ok(Vec::leak(anchors))
}
