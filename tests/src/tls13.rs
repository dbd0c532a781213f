//! What both ends of TLS 1.3 compute and write (RFC 8446 §4, §5, §7): TLS_AES_128_GCM_SHA256, P-256. What is wrong in it
//! panics: it is for tests, and for the fuzz targets.

use aes_gcm::{
    Aes128Gcm,
    aead::{Aead, KeyInit, Payload},
};
use hmac::{Hmac, Mac};
use p256::elliptic_curve::sec1::ToSec1Point as _;
use sha2::Sha256;

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

/// A handshake message (RFC 8446 §4).
pub fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &length24(body.len()), body].concat()
}

fn length24(length: usize) -> [u8; 3] {
    let [_, length @ ..] = u32::try_from(length).unwrap().to_be_bytes();
    length
}

/// What protects the records of one direction (RFC 8446 §5.3, §7.3).
pub struct Keys {
    pub secret: [u8; 32],
    cipher: Aes128Gcm,
    iv: [u8; 12],
    records: u64,
}

impl Keys {
    /// # Panics
    ///
    /// If the secret has not 32 bytes.
    pub fn new(secret: &[u8]) -> Self {
        Self {
            secret: secret.try_into().unwrap(),
            cipher: Aes128Gcm::new_from_slice(&expand(secret, "key", b"", 16)).unwrap(),
            iv: expand(secret, "iv", b"", 12).try_into().unwrap(),
            records: 0,
        }
    }

    /// Encrypts a record with all that is within: content, type and padding.
    ///
    /// # Panics
    ///
    /// If it is too long for a record.
    pub fn seal(&mut self, plaintext: &[u8]) -> Vec<u8> {
        let length = u16::try_from(plaintext.len() + 16).unwrap().to_be_bytes();
        let header = [APPLICATION_DATA, 3, 3, length[0], length[1]];
        let nonce = self.nonce();
        let payload = Payload { msg: plaintext, aad: &header };
        [&header[..], &self.cipher.encrypt(&nonce.into(), payload).unwrap()].concat()
    }

    /// Decrypts the body of a record: its type and content.
    ///
    /// # Panics
    ///
    /// If it was not encrypted with these keys.
    pub fn open(&mut self, body: &[u8]) -> (u8, Vec<u8>) {
        let length = u16::try_from(body.len()).unwrap().to_be_bytes();
        let nonce = self.nonce();
        let payload = Payload { msg: body, aad: &[APPLICATION_DATA, 3, 3, length[0], length[1]] };
        let mut content = self.cipher.decrypt(&nonce.into(), payload).unwrap();
        let kind = content.pop().unwrap();
        (kind, content)
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

/// A record that is not encrypted.
pub fn plain(kind: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[kind, 3, 3, length[0], length[1]], content].concat()
}

/// What is signed in a CertificateVerify (RFC 8446 §4.4.3).
pub fn signed_content(context: &str, hash: &[u8]) -> Vec<u8> {
    [&[b' '; 64], context.as_bytes(), &[0], hash].concat()
}

/// The server's share, always the same, and the secret that follows from the client's (RFC 8446 §7.4.2).
pub fn agree(client_share: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let key = p256::SecretKey::from_slice(&[0x5a; 32]).unwrap();
    let client = p256::PublicKey::from_sec1_bytes(client_share).unwrap();
    let shared = p256::ecdh::diffie_hellman(key.to_nonzero_scalar(), client.as_affine());
    (key.public_key().to_sec1_point(false).as_bytes().to_vec(), shared.raw_secret_bytes().to_vec())
}

/// The client's point: 65 bytes behind key_share, their list, the group and their length.
pub fn key_share(hello: &[u8]) -> Vec<u8> {
    let head = [0, 51, 0, 71, 0, 69, 0, 23, 0, 65];
    let place = hello.windows(head.len()).position(|window| window == head).unwrap() + head.len();
    hello[place..place + 65].to_vec()
}

/// HMAC with SHA-256.
pub fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).unwrap();
    mac.chain_update(message).finalize().into_bytes().into()
}

/// HKDF-Extract (RFC 5869 §2.2).
pub fn extract(salt: &[u8], secret: &[u8]) -> [u8; 32] {
    hmac(salt, secret)
}

/// HKDF-Expand-Label (RFC 8446 §7.1), for no more than 32 bytes.
pub fn expand(secret: &[u8], label: &str, context: &[u8], bytes: u8) -> Vec<u8> {
    let label = format!("tls13 {label}");
    let lengths = |bytes: &[u8]| u8::try_from(bytes.len()).unwrap();
    let info = [&[0, bytes, lengths(label.as_bytes())], label.as_bytes(), &[lengths(context)], context, &[1]].concat();
    hmac(secret, &info)[..usize::from(bytes)].to_vec()
}
