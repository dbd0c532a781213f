//! A TLS 1.3 server in memory (RFC 8446), which says what a target tells it, and a client that calls it.

use std::{
    cell::RefCell,
    convert::Infallible,
    future::Future,
    pin::pin,
    sync::OnceLock,
    task::{Context, Poll, Waker},
};

use bearward_core::{Algorithm, Es256, UnixTime};
use bearward_net::{EmbeddedTls, Tls, TlsError, Trust};
use embedded_io_async::{ErrorType, Read, Write};
use p256::ecdsa::{DerSignature, SigningKey, signature::Signer as _};
use sha2::{Digest, Sha256};

use crate::tls13::{
    CERTIFICATE_VERIFY, ECDSA_SECP256R1_SHA256, ENCRYPTED_EXTENSIONS, FINISHED, HANDSHAKE, Keys, SERVER_CONTEXT,
    SERVER_HELLO, agree, certificate, expand, extract, hmac, key_share, message, plain, server_hello, signed_content,
};

pub const ROOT: &[u8] = include_bytes!("../data/pki/root.der");
pub const INTERMEDIATE: &[u8] = include_bytes!("../data/pki/intermediate.der");
pub const LEAF: &[u8] = include_bytes!("../data/pki/leaf.der");
const KEY: &[u8] = include_bytes!("../data/pki/leaf.key");

pub const NAME: &str = "authority.example";
pub const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);
static ALGORITHMS: &[&dyn Algorithm] = &[&Es256];

/// A server that has read the ClientHello.
pub struct Server {
    transcript: Sha256,
    /// The server's share, and the secret that both sides have then.
    agreed: &'static (Vec<u8>, Vec<u8>),
    /// The secret that the next keys come from.
    secret: Vec<u8>,
    keys: Keys,
    /// What it has sent.
    pub out: Vec<u8>,
}

impl Server {
    fn new(hello: &[u8]) -> Self {
        // The client's randomness is always the same, and so is what follows from its share.
        static AGREED: OnceLock<(Vec<u8>, Vec<u8>)> = OnceLock::new();
        let agreed = AGREED.get_or_init(|| agree(&key_share(hello)));
        let transcript = Sha256::new().chain_update(hello);
        Self { transcript, agreed, secret: Vec::new(), keys: Keys::new(&[0; 32]), out: Vec::new() }
    }

    /// The next message of an honest server, in the order of RFC 8446 §2.
    pub fn honest(&self, step: usize) -> Vec<u8> {
        match step {
            0 => message(SERVER_HELLO, &server_hello(&[7; 32], &self.agreed.0)),
            1 => message(ENCRYPTED_EXTENSIONS, &[0, 0]),
            2 => certificate(&[LEAF.to_vec(), INTERMEDIATE.to_vec()]),
            3 => {
                let signed = signed_content(SERVER_CONTEXT, &self.hash());
                let signature: DerSignature = SigningKey::from_slice(KEY).unwrap().sign(&signed);
                let length = u16::try_from(signature.as_bytes().len()).unwrap().to_be_bytes();
                let scheme = ECDSA_SECP256R1_SHA256.to_be_bytes();
                message(CERTIFICATE_VERIFY, &[&scheme[..], &length, signature.as_bytes()].concat())
            }
            _ => message(FINISHED, &hmac(&expand(&self.keys.secret, "finished", b"", 32), &self.hash())),
        }
    }

    /// Sends a handshake message, in clear or not. Behind the ServerHello the keys change.
    pub fn say(&mut self, step: usize, message: &[u8]) {
        self.transcript.update(message);
        if step > 0 {
            return self.seal(&[message, &[HANDSHAKE]].concat());
        }
        self.out.extend(plain(HANDSHAKE, message));
        let early = extract(&[0; 32], &[0; 32]);
        let derived = expand(&early, "derived", &Sha256::digest(b""), 32);
        self.secret = extract(&derived, &self.agreed.1).to_vec();
        self.keys = Keys::new(&expand(&self.secret, "s hs traffic", &self.hash(), 32));
    }

    /// Goes on with the keys for application data.
    pub fn open(&mut self) {
        let master = extract(&expand(&self.secret, "derived", &Sha256::digest(b""), 32), &[0; 32]);
        self.keys = Keys::new(&expand(&master, "s ap traffic", &self.hash(), 32));
    }

    /// Sends an encrypted record: content, type and padding.
    pub fn seal(&mut self, plaintext: &[u8]) {
        self.out.extend(self.keys.seal(plaintext));
    }

    fn hash(&self) -> Vec<u8> {
        self.transcript.clone().finalize().to_vec()
    }
}

/// How a call went.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether the connection opened, or why it did not.
    pub opened: Result<(), TlsError>,
    /// What was read then, up to the end or an error.
    pub content: Vec<u8>,
    pub ended: Option<Result<(), TlsError>>,
    /// How many records the client sent.
    pub records: usize,
}

/// Calls a server that says all that it says at once, and comes in segments of this size. The client's randomness is the
/// same each time.
pub fn call(segment: usize, script: &dyn Fn(&mut Server)) -> Outcome {
    let wire = RefCell::new(Wire { sent: Vec::new(), coming: None, script, segment });
    let (mut receive, mut send) = (vec![0; 4096], [0; 1024]);
    let anchors = [ROOT];
    let mut tls = EmbeddedTls::new(Rng, Trust::anchors(&anchors), ALGORITHMS, &mut receive, &mut send);
    let (mut content, mut ended) = (Vec::new(), None);
    let opened = match poll(tls.connect(Stream(&wire), NAME, Some(NOW))) {
        Err(error) => Err(error),
        Ok(mut connection) => {
            let mut piece = [0; 100];
            ended = Some(loop {
                match poll(connection.read(&mut piece)) {
                    Ok(0) => break Ok(()),
                    Ok(count) => content.extend_from_slice(&piece[..count]),
                    Err(error) => break Err(error),
                }
            });
            Ok(())
        }
    };
    let mut sent = &wire.borrow().sent[..];
    let mut records = 0;
    while let [_, _, _, high, low, rest @ ..] = sent {
        sent = &rest[usize::from(u16::from_be_bytes([*high, *low]))..];
        records += 1;
    }
    Outcome { opened, content, ended, records }
}

/// Nothing here waits.
fn poll<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("waits"),
    }
}

struct Wire<'s> {
    sent: Vec<u8>,
    coming: Option<(Vec<u8>, usize)>,
    script: &'s dyn Fn(&mut Server),
    segment: usize,
}

struct Stream<'w, 's>(&'w RefCell<Wire<'s>>);

impl ErrorType for Stream<'_, '_> {
    type Error = Infallible;
}

impl Read for Stream<'_, '_> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        let mut wire = self.0.borrow_mut();
        let Wire { sent, coming, script, segment } = &mut *wire;
        let (coming, place) = coming.get_or_insert_with(|| {
            // The first record is the ClientHello.
            let mut server = Server::new(&sent[5..]);
            script(&mut server);
            (server.out, 0)
        });
        let count = buffer.len().min(coming.len() - *place).min(*segment);
        buffer[..count].copy_from_slice(&coming[*place..][..count]);
        *place += count;
        Ok(count)
    }
}

impl Write for Stream<'_, '_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.0.borrow_mut().sent.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

struct Rng;

impl rand_core::TryRng for Rng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(0x2121_2121)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(0x2121_2121_2121_2121)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill(0x21);
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Rng {}
