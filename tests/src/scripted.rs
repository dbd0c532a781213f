//! A TLS 1.3 server that does what a test tells it (RFC 8446), right or wrong: TLS_AES_128_GCM_SHA256, P-256.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
    time::Duration,
};

use rcgen::SigningKey as _;
use sha2::{Digest, Sha256};

pub use crate::tls13::{
    ALERT, APPLICATION_DATA, CERTIFICATE, CERTIFICATE_REQUEST, CERTIFICATE_VERIFY, ECDSA_SECP256R1_SHA256,
    ENCRYPTED_EXTENSIONS, FINISHED, HANDSHAKE, SERVER_CONTEXT, SERVER_HELLO, certificate, message, server_hello,
};
use crate::{
    pki::Identity,
    tls13::{Keys, agree, expand, extract, hmac, key_share, plain, signed_content},
};

/// A server in the middle of a connection. What it sends may go nowhere: a client that has refused is gone.
pub struct Scripted {
    stream: TcpStream,
    pub identity: Identity,
    transcript: Sha256,
    client_share: Vec<u8>,
    /// The secret that the next keys come from.
    secret: [u8; 32],
    client: Keys,
    server: Keys,
}

/// Serves one connection by a script, which begins after the ClientHello.
///
/// # Panics
///
/// If there is no port.
pub fn serve(identity: Identity, script: impl FnOnce(&mut Scripted) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        if let Some(mut server) = Scripted::start(stream, identity) {
            script(&mut server);
        }
    });
    address
}

impl Scripted {
    /// Reads the ClientHello, if one comes.
    ///
    /// # Panics
    ///
    /// If it has no key share for P-256.
    pub fn start(mut stream: TcpStream, identity: Identity) -> Option<Self> {
        stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
        stream.set_nodelay(true).ok()?;
        let Some((HANDSHAKE, hello)) = read_record(&mut stream) else { return None };
        Some(Self {
            stream,
            identity,
            transcript: Sha256::new().chain_update(&hello),
            client_share: key_share(&hello),
            secret: [0; 32],
            client: Keys::new(&[0; 32]),
            server: Keys::new(&[0; 32]),
        })
    }

    /// All that an honest server sends up to its Finished, and the change to the keys after it.
    pub fn handshake(&mut self) {
        self.hello();
        self.flight();
        self.open();
    }

    /// The ServerHello, and the keys that follow from it.
    pub fn hello(&mut self) {
        let (body, shared) = self.server_hello();
        let hello = message(SERVER_HELLO, &body);
        self.plain(HANDSHAKE, &hello);
        self.transcript.update(&hello);
        self.handshake_keys(&shared);
    }

    /// A good ServerHello, and the secret that both sides share then.
    pub fn server_hello(&self) -> (Vec<u8>, Vec<u8>) {
        let (share, shared) = agree(&self.client_share);
        (server_hello(&[7; 32], &share), shared)
    }

    fn handshake_keys(&mut self, shared: &[u8]) {
        let early = extract(&[0; 32], &[0; 32]);
        let handshake = extract(&expand(&early, "derived", &Sha256::digest(b""), 32), shared);
        let transcript = self.hash();
        self.client = Keys::new(&expand(&handshake, "c hs traffic", &transcript, 32));
        self.server = Keys::new(&expand(&handshake, "s hs traffic", &transcript, 32));
        self.secret = handshake;
    }

    /// EncryptedExtensions, Certificate, CertificateVerify, Finished, in one record.
    pub fn flight(&mut self) {
        let mut flight = self.add(message(ENCRYPTED_EXTENSIONS, &[0, 0]));
        flight.extend(self.add(self.certificate()));
        flight.extend(self.add(self.certificate_verify()));
        flight.extend(self.add(self.finished()));
        self.send(HANDSHAKE, &flight);
    }

    /// Adds a message to the transcript and sends it in a record of its own.
    pub fn say(&mut self, message: Vec<u8>) {
        let message = self.add(message);
        self.send(HANDSHAKE, &message);
    }

    /// Adds a message to the transcript.
    pub fn add(&mut self, message: Vec<u8>) -> Vec<u8> {
        self.transcript.update(&message);
        message
    }

    pub fn extensions(&self) -> Vec<u8> {
        message(ENCRYPTED_EXTENSIONS, &[0, 0])
    }

    pub fn certificate(&self) -> Vec<u8> {
        certificate(&self.identity.chain_der())
    }

    pub fn certificate_verify(&self) -> Vec<u8> {
        self.certificate_verify_with(ECDSA_SECP256R1_SHA256, SERVER_CONTEXT, &self.hash())
    }

    pub fn certificate_verify_with(&self, scheme: u16, context: &str, hash: &[u8]) -> Vec<u8> {
        let signature = self.identity.key.sign(&signed_content(context, hash)).unwrap();
        let length = u16::try_from(signature.len()).unwrap().to_be_bytes();
        message(CERTIFICATE_VERIFY, &[&scheme.to_be_bytes()[..], &length, &signature].concat())
    }

    pub fn finished(&self) -> Vec<u8> {
        let key = expand(&self.server.secret, "finished", b"", 32);
        message(FINISHED, &hmac(&key, &self.hash()))
    }

    pub fn hash(&self) -> Vec<u8> {
        self.transcript.clone().finalize().to_vec()
    }

    /// Reads the client's Finished, and goes on with the keys for application data.
    pub fn open(&mut self) {
        let master = extract(&expand(&self.secret, "derived", &Sha256::digest(b""), 32), &[0; 32]);
        let transcript = self.hash();
        let finished = self.read();
        assert!(matches!(finished, Some((HANDSHAKE, _)) | None), "{finished:?}");
        self.client = Keys::new(&expand(&master, "c ap traffic", &transcript, 32));
        self.server = Keys::new(&expand(&master, "s ap traffic", &transcript, 32));
    }

    /// Sends an encrypted record.
    pub fn send(&mut self, kind: u8, content: &[u8]) {
        let record = self.seal(kind, content);
        self.raw(&record);
    }

    /// Encrypts a record.
    pub fn seal(&mut self, kind: u8, content: &[u8]) -> Vec<u8> {
        self.seal_plaintext(&[content, &[kind]].concat())
    }

    /// Encrypts a record with all that is within: content, type and padding.
    pub fn seal_plaintext(&mut self, plaintext: &[u8]) -> Vec<u8> {
        self.server.seal(plaintext)
    }

    /// Sends a record that is not encrypted.
    pub fn plain(&mut self, kind: u8, content: &[u8]) {
        self.raw(&plain(kind, content));
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes);
    }

    /// Reads a record and decrypts it: its type and content. `None` at the end.
    pub fn read(&mut self) -> Option<(u8, Vec<u8>)> {
        let (kind, body) = read_record(&mut self.stream)?;
        Some(if kind == APPLICATION_DATA { self.client.open(&body) } else { (kind, body) })
    }
}

fn read_record(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut header = [0; 5];
    stream.read_exact(&mut header).ok()?;
    let mut body = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
    stream.read_exact(&mut body).ok()?;
    Some((header[0], body))
}
