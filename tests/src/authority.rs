//! The authorization server that tests run against: `tests/authority`, which is oidc-provider on Node, on loopback and
//! over TLS 1.3 alone. `tests/setup` installs it.
//!
//! What it never does is for a scripted server to show: every body has a Content-Length, `aud` is one string, there is no
//! `nbf` unless it is asked for, no Cache-Control but `no-store`, and no ETag. It closes a connection that was idle for six seconds. It
//! introspects and revokes opaque tokens only, and takes a token for userinfo only if that has no audience.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use base64ct::{Base64, Encoding as _};
use rcgen::{KeyPair, PublicKeyData as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    grid::Combination,
    pki::Pki,
    signer::{ALGORITHMS, Signer},
};

/// The methods of client authentication. There is a client for each of them, see [`client_id`].
pub const CLIENT_AUTHENTICATION: [&str; 6] =
    ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "tls_client_auth", "none"];

/// The secret of every client that has one: long enough for HS512, with all that must be encoded in a form.
pub const CLIENT_SECRET: &str = r#"100% a+b & c=d: /?#[]@!$'()*,;"<>\^`{|}~ 0123456789 abcdefghijklmnopqrstuvwxyz"#;

/// The name in the certificate of the client for `tls_client_auth`, as [`Pki::client`] takes it.
pub const CLIENT_NAME: &str = "valve.example";

/// The secret that access tokens for HS256, HS384 and HS512 are signed with.
pub const HMAC_SECRET: &str = "A secret of 64 bytes, which is what RFC 7518 demands for HS512..";

/// What is needed to register a client (RFC 7591 §3).
pub const INITIAL_ACCESS_TOKEN: &str = "8LK2oEM9rKMbTpr3mXoAdA";

/// The client that authenticates by this method.
///
/// With a name that has to be encoded for Basic, or it ends too early (RFC 6749 §2.3.1).
pub fn client_id(method: &str) -> String {
    format!("valve:{method}")
}

/// The key of the client for `private_key_jwt`.
pub fn client_key() -> Signer {
    Signer::new("ES256")
}

/// The client whose userinfo, introspection and ID tokens are signed with this algorithm; or whose userinfo is plain JSON, and
/// ID tokens signed with RS256.
pub fn userinfo_client(algorithm: Option<&str>) -> String {
    format!("app:{}", algorithm.unwrap_or("json"))
}

/// What an access token looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFormat {
    /// A JWT (RFC 9068), signed with this algorithm.
    Jwt(&'static str),
    /// Only the server can tell what it stands for.
    Opaque,
}

/// What becomes of the keys that have signed until now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldKeys {
    /// They stay in the JWKS.
    Stay,
    /// They go, and the tokens that they have signed with them.
    Go,
}

/// A running authorization server. It ends when this is dropped, and with the test in any case.
pub struct Authority {
    settings: Value,
    pin: [u8; 32],
    process: Option<Process>,
    issuer: String,
    port: u16,
    mutual_tls_port: u16,
}

impl Authority {
    /// Starts one with a certificate of this PKI for `localhost` and 127.0.0.1, on ports that are free.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn start(pki: &Pki) -> Self {
        let identity = pki.server(&["localhost", "127.0.0.1"]);
        let client_key: Value = serde_json::from_str(&client_key().jwk()).unwrap();
        let pin = Sha256::digest(identity.key.subject_public_key_info()).into();
        let settings = json!({
            "key": key_pem(&identity.key),
            "chain": identity.chain_pem(),
            // A device may show its own certificate alone: then the server must know the intermediate.
            "client_ca": pki.root.certificate.pem() + &pki.intermediate.certificate.pem(),
            "client_authentication": CLIENT_AUTHENTICATION,
            "client_secret": CLIENT_SECRET,
            "client_name": CLIENT_NAME,
            "client_key": client_key,
            "hmac_secret": HMAC_SECRET,
            "encrypted_answers": Combination::all().map(|combination| combination.settings()).collect::<Vec<_>>(),
            "initial_access_token": INITIAL_ACCESS_TOKEN,
            "algorithms": ALGORITHMS.map(|algorithm| algorithm.name()),
        });
        let (process, ready) = Process::start(&settings);
        let port = |name: &str| ready[name].as_u64().and_then(|port| u16::try_from(port).ok()).unwrap();
        Self {
            settings,
            pin,
            process: Some(process),
            issuer: ready["issuer"].as_str().unwrap().into(),
            port: port("port"),
            mutual_tls_port: port("mutual_tls_port"),
        }
    }

    /// Its issuer identifier, `https://localhost:PORT`.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The SHA-256 of its public key, to pin it by.
    pub fn pin(&self) -> [u8; 32] {
        self.pin
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The port where the same server asks for a client certificate (RFC 8705).
    pub fn mutual_tls_port(&self) -> u16 {
        self.mutual_tls_port
    }

    /// Issues an access token to the client of `client_secret_basic`, for itself and for ten minutes.
    ///
    /// # Panics
    ///
    /// If it cannot.
    pub fn access_token(&mut self, format: TokenFormat, scope: &str, audience: &str) -> String {
        let algorithm = match format {
            TokenFormat::Jwt(algorithm) => Some(algorithm),
            TokenFormat::Opaque => None,
        };
        let client = client_id("client_secret_basic");
        self.issue(json!({"client": client, "scope": scope, "audience": audience, "algorithm": algorithm}))
    }

    /// Issues an access token as [`access_token`](Self::access_token) does: a JWT under ES256, encrypted like this.
    ///
    /// # Panics
    ///
    /// If it cannot.
    pub fn encrypted_access_token(&mut self, to: &Combination, scope: &str, audience: &str) -> String {
        let key = to.public_key().expect("the client's secret is for answers");
        self.issue(json!({
            "client": client_id("client_secret_basic"), "scope": scope, "audience": audience, "algorithm": "ES256",
            "encryption": {"alg": to.alg, "enc": to.enc, "key": key, "kid": "own"},
        }))
    }

    /// Issues a JWT to the client of `client_secret_basic` that is good only so many seconds from now (`nbf`), signed with
    /// ES256.
    ///
    /// # Panics
    ///
    /// If it cannot.
    pub fn later_token(&mut self, seconds: u32, scope: &str, audience: &str) -> String {
        let client = client_id("client_secret_basic");
        self.issue(json!({
            "client": client, "scope": scope, "audience": audience, "algorithm": "ES256", "not_before": seconds,
        }))
    }

    /// Issues an opaque access token for userinfo to a client, for a user and for ten minutes. Every subject is one,
    /// except `nobody`. The scope needs `openid`; `profile`, `email` and `address` give claims.
    ///
    /// # Panics
    ///
    /// If it cannot.
    pub fn user_token(&mut self, client: &str, subject: &str, scope: &str) -> String {
        self.issue(json!({"client": client, "subject": subject, "scope": scope}))
    }

    /// Issues a token as [`user_token`](Self::user_token) does, which is for a resource server too: to both it is good.
    ///
    /// # Panics
    ///
    /// If it cannot.
    pub fn user_token_for(&mut self, client: &str, subject: &str, scope: &str, audience: &str) -> String {
        self.issue(json!({"client": client, "subject": subject, "scope": scope, "told_audience": audience}))
    }

    /// Adds a client with this metadata (RFC 7591 §2). It needs a `client_id`.
    ///
    /// # Panics
    ///
    /// If it cannot.
    pub fn add_client(&mut self, metadata: Value) {
        self.command("add_client", json!({"metadata": metadata}));
    }

    /// Says what the user says who types in the code of a device: that it may act for this subject, or `None` for no.
    ///
    /// # Panics
    ///
    /// If no device waits with this code.
    pub fn decide(&mut self, user_code: &str, subject: Option<&str>) {
        self.command("decide", json!({"user_code": user_code, "subject": subject}));
    }

    /// Revokes an opaque access token, as its owner does.
    ///
    /// # Panics
    ///
    /// If there is no such token.
    pub fn revoke(&mut self, token: &str) {
        self.command("revoke", json!({"token": token}));
    }

    /// Makes new signing keys.
    ///
    /// # Panics
    ///
    /// If it cannot.
    pub fn rotate(&mut self, old_keys: OldKeys) {
        self.command("rotate", json!({"keep_old": old_keys == OldKeys::Stay}));
    }

    /// Moves the server's clock.
    ///
    /// # Panics
    ///
    /// If it cannot.
    pub fn shift_clock(&mut self, seconds: i64) {
        self.command("shift_clock", json!({"seconds": seconds}));
    }

    /// Kills the server as it is. What it knew is kept, as in a database.
    ///
    /// # Panics
    ///
    /// If it is not running.
    pub fn kill(&mut self) {
        self.settings["state"] = self.command("state", json!({}));
        self.process = None;
    }

    /// Starts the server again after [`kill`](Self::kill): same ports, same keys, same tokens; only its clock is right
    /// again.
    ///
    /// # Panics
    ///
    /// If it does not start, as when another process has taken its port.
    pub fn restart(&mut self) {
        self.settings["port"] = self.port.into();
        self.settings["mutual_tls_port"] = self.mutual_tls_port.into();
        let (process, ready) = Process::start(&self.settings);
        assert_eq!(ready["issuer"], *self.issuer);
        self.process = Some(process);
    }

    fn issue(&mut self, parameters: Value) -> String {
        self.command("access_token", parameters).as_str().unwrap().into()
    }

    fn command(&mut self, command: &str, mut message: Value) -> Value {
        message["command"] = command.into();
        let mut answer = self.process.as_mut().unwrap().ask(&message);
        assert!(answer.get("error").is_none(), "{command}: {}", answer["error"]);
        answer["result"].take()
    }
}

/// OpenSSL 3.0 reads an Ed25519 key only without its public half (RFC 8410 §7), which rcgen writes too.
fn key_pem(key: &KeyPair) -> String {
    const WITH_PUBLIC: [u8; 16] = *b"\x30\x51\x02\x01\x01\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
    const ALONE: [u8; 16] = *b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
    let Some(rest) = key.serialized_der().strip_prefix(&WITH_PUBLIC) else { return key.serialize_pem() };
    let der = Base64::encode_string(&[&ALONE, &rest[..32]].concat());
    format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n")
}

/// The server's process and both ends to it.
struct Process {
    child: Child,
    input: ChildStdin,
    output: Receiver<String>,
}

impl Process {
    /// How long an answer may take: a machine may be busy, but a test must not hang.
    const PATIENCE: Duration = Duration::from_secs(60);

    fn start(settings: &Value) -> (Self, Value) {
        let mut child = Command::new("node")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/authority/authority.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("no Node: run tests/setup");
        let input = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let (sender, output) = channel();
        thread::spawn(move || lines.into_iter().try_for_each(|line| sender.send(line)));
        let mut process = Self { child, input, output };
        let ready = process.ask(settings);
        (process, ready)
    }

    fn ask(&mut self, message: &Value) -> Value {
        // If it has ended, there is no answer either.
        let _ = writeln!(self.input, "{message}");
        let answer =
            self.output.recv_timeout(Self::PATIENCE).expect("no answer of the authorization server: run tests/setup");
        serde_json::from_str(&answer).unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
