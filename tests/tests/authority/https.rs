//! A client of HTTP/1.1 over TLS that shares no code with what is tested: one request, one connection.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::Arc,
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::ring, pki_types::PrivatePkcs8KeyDer,
    version::TLS13,
};
use tests::{
    authority::Authority,
    pki::{Identity, Pki},
};

/// A method, a path, and a form if there is one.
pub struct Request<'a> {
    path: &'a str,
    authorization: Option<String>,
    form: Option<String>,
}

impl<'a> Request<'a> {
    pub fn get(path: &'a str) -> Self {
        Self { path, authorization: None, form: None }
    }

    pub fn post(path: &'a str, form: &[(&str, &str)]) -> Self {
        let pairs = form.iter().map(|(name, value)| format!("{}={}", form_encoded(name), form_encoded(value)));
        Self { form: Some(pairs.collect::<Vec<_>>().join("&")), ..Self::get(path) }
    }

    pub fn with_authorization(self, value: String) -> Self {
        Self { authorization: Some(value), ..self }
    }
}

pub struct Response {
    pub status: u16,
    pub content_type: String,
    pub body: String,
}

/// Sends a request to the server, with a client certificate to the port that asks for one.
pub fn send(pki: &Pki, authority: &Authority, identity: Option<&Identity>, request: &Request<'_>) -> Response {
    let mut roots = RootCertStore::empty();
    roots.add(pki.root.certificate.der().clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_root_certificates(roots);
    let (config, port) = match identity {
        None => (config.with_no_client_auth(), authority.port()),
        Some(Identity { chain, key }) => {
            let chain = chain.iter().map(|certificate| certificate.der().clone()).collect();
            let key = PrivatePkcs8KeyDer::from(key.serialized_der().to_vec()).into();
            (config.with_client_auth_cert(chain, key).unwrap(), authority.mutual_tls_port())
        }
    };
    let connection = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(("127.0.0.1", port)).unwrap());
    stream.write_all(written(request, port).as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    read(&answer)
}

/// Encodes as `application/x-www-form-urlencoded`.
pub fn form_encoded(text: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'*' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        b' ' => "+".into(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(encoded).collect()
}

fn written(Request { path, authorization, form }: &Request<'_>, port: u16) -> String {
    let method = if form.is_some() { "POST" } else { "GET" };
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n");
    if let Some(value) = authorization {
        text += &format!("Authorization: {value}\r\n");
    }
    let Some(form) = form else { return text + "\r\n" };
    let length = form.len();
    text + &format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}")
}

/// This server never sends chunks: the body ends with the connection.
fn read(answer: &str) -> Response {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.strip_prefix("HTTP/1.1 ").unwrap()[..3].parse().unwrap();
    let content_type = head.lines().find_map(|line| line.strip_prefix("Content-Type: ")).unwrap_or_default().into();
    Response { status, content_type, body: body.into() }
}
