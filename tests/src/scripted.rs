//! A TLS 1.3 server that does what a test tells it (RFC 8446), right or wrong: TLS_AES_128_GCM_SHA256, P-256.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
    time::Duration,
};

use aes_gcm::{
    Aes128Gcm,
    aead::{Aead, KeyInit, Payload},
};
use hmac::{Hmac, Mac};
use p256::elliptic_curve::sec1::ToSec1Point as _;
use rcgen::SigningKey as _;
use sha2::{Digest, Sha256};

use crate::pki::Identity;

pub const ALERT: u8 = 21;
pub const HANDSHAKE: u8 = 22;
pub const APPLICATION_DATA: u8 = 23;

pub const SERVER_HELLO: u8 = 2;
pub const ENCRYPTED_EXTENSIONS: u8 = 8;
pub const CERTIFICATE: u8 = 11;
pub const CERTIFICATE_REQUEST: u8 = 13;
pub const CERTIFICATE_VERIFY: u8 = 15;
pub const FINISHED: u8 = 20;

pub const ECDSA_SECP256R1_SHA256: u16 = 0x0403;
pub const SERVER_CONTEXT: &str = "TLS 1.3, server CertificateVerify";

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
        let key = p256::SecretKey::from_slice(&[0x5a; 32]).unwrap();
        let client = p256::PublicKey::from_sec1_bytes(&self.client_share).unwrap();
        let shared = p256::ecdh::diffie_hellman(key.to_nonzero_scalar(), client.as_affine());
        let share = key.public_key().to_sec1_point(false);
        (server_hello(&[7; 32], share.as_bytes()), shared.raw_secret_bytes().to_vec())
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
        let signed = [&[b' '; 64], context.as_bytes(), &[0], hash].concat();
        let signature = self.identity.key.sign(&signed).unwrap();
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
        let length = u16::try_from(plaintext.len() + 16).unwrap().to_be_bytes();
        let header = [APPLICATION_DATA, 3, 3, length[0], length[1]];
        let nonce = self.server.nonce();
        let payload = Payload { msg: plaintext, aad: &header };
        [&header[..], &self.server.cipher.encrypt(&nonce.into(), payload).unwrap()].concat()
    }

    /// Sends a record that is not encrypted.
    pub fn plain(&mut self, kind: u8, content: &[u8]) {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        self.raw(&[&[kind, 3, 3, length[0], length[1]], content].concat());
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes);
    }

    /// Reads a record and decrypts it: its type and content. `None` at the end.
    pub fn read(&mut self) -> Option<(u8, Vec<u8>)> {
        let (kind, body) = read_record(&mut self.stream)?;
        if kind != APPLICATION_DATA {
            return Some((kind, body));
        }
        let length = u16::try_from(body.len()).unwrap().to_be_bytes();
        let nonce = self.client.nonce();
        let payload = Payload { msg: &body, aad: &[APPLICATION_DATA, 3, 3, length[0], length[1]] };
        let mut content = self.client.cipher.decrypt(&nonce.into(), payload).unwrap();
        let kind = content.pop().unwrap();
        Some((kind, content))
    }
}

/// A ServerHello with this random and this key share.
pub fn server_hello(random: &[u8; 32], share: &[u8]) -> Vec<u8> {
    let length = u16::try_from(share.len()).unwrap();
    let versions = [0, 43, 0, 2, 3, 4];
    let share = [&[0, 51][..], &(length + 4).to_be_bytes(), &[0, 23], &length.to_be_bytes(), share].concat();
    let extensions = u16::try_from(versions.len() + share.len()).unwrap().to_be_bytes();
    [&[3, 3], &random[..], &[0, 0x13, 0x01, 0], &extensions, &versions, &share].concat()
}

/// A Certificate with these certificates in DER.
pub fn certificate(chain: &[Vec<u8>]) -> Vec<u8> {
    let entries: Vec<u8> = chain.iter().flat_map(|der| [&length24(der.len())[..], der, &[0, 0]].concat()).collect();
    message(CERTIFICATE, &[&[0][..], &length24(entries.len()), &entries].concat())
}

pub fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &length24(body.len()), body].concat()
}

fn length24(length: usize) -> [u8; 3] {
    let [_, length @ ..] = u32::try_from(length).unwrap().to_be_bytes();
    length
}

struct Keys {
    secret: [u8; 32],
    cipher: Aes128Gcm,
    iv: [u8; 12],
    records: u64,
}

impl Keys {
    fn new(secret: &[u8]) -> Self {
        Self {
            secret: secret.try_into().unwrap(),
            cipher: Aes128Gcm::new_from_slice(&expand(secret, "key", b"", 16)).unwrap(),
            iv: expand(secret, "iv", b"", 12).try_into().unwrap(),
            records: 0,
        }
    }

    fn nonce(&mut self) -> [u8; 12] {
        let mut nonce = self.iv;
        for (byte, count) in nonce[4..].iter_mut().zip(self.records.to_be_bytes()) {
            *byte ^= count;
        }
        self.records += 1;
        nonce
    }
}

fn read_record(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut header = [0; 5];
    stream.read_exact(&mut header).ok()?;
    let mut body = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
    stream.read_exact(&mut body).ok()?;
    Some((header[0], body))
}

/// The client's point: 65 bytes behind key_share, their list, the group and their length.
fn key_share(hello: &[u8]) -> Vec<u8> {
    let head = [0, 51, 0, 71, 0, 69, 0, 23, 0, 65];
    let place = hello.windows(head.len()).position(|window| window == head).unwrap() + head.len();
    hello[place..place + 65].to_vec()
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).unwrap();
    mac.chain_update(message).finalize().into_bytes().into()
}

fn extract(salt: &[u8], secret: &[u8]) -> [u8; 32] {
    hmac(salt, secret)
}

/// HKDF-Expand-Label (RFC 8446 §7.1), for no more than 32 bytes.
fn expand(secret: &[u8], label: &str, context: &[u8], bytes: u8) -> Vec<u8> {
    let label = format!("tls13 {label}");
    let lengths = |bytes: &[u8]| u8::try_from(bytes.len()).unwrap();
    let info = [&[0, bytes, lengths(label.as_bytes())], label.as_bytes(), &[lengths(context)], context, &[1]].concat();
    hmac(secret, &info)[..usize::from(bytes)].to_vec()
}
