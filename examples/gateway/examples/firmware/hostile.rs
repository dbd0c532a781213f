//! Servers in the place of the authorization server that are not what they should be, or do not keep to TLS. `tests/tls`
//! has all of them, for the client on a host; here is one of each kind, for the image.

use bearward_net::TlsError;
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose};
use tests::{
    pki::{Identity, KeyType, Pki, server_params},
    scripted::{ALERT, APPLICATION_DATA, HANDSHAKE, SERVER_HELLO, Scripted, message, server_hello},
};

/// How a server goes wrong, and what the image says to it.
pub struct Hostile {
    pub name: &'static str,
    pub certificate: fn(&mut CertificateParams),
    pub script: fn(&mut Scripted),
    pub reason: TlsError,
}

impl Hostile {
    /// The server's certificate and key.
    pub fn identity(&self, pki: &Pki) -> Identity {
        let mut params = server_params(&["localhost"]);
        (self.certificate)(&mut params);
        pki.server_with(params)
    }
}

const GOOD: fn(&mut CertificateParams) = |_| {};

/// An honest handshake, and a request of which nothing comes.
fn honest(server: &mut Scripted) {
    server.handshake();
    server.read();
}

pub fn all() -> Vec<Hostile> {
    let wrong = |name, certificate, reason| Hostile { name, certificate, script: honest, reason };
    let breaks = |name, script, reason| Hostile { name, certificate: GOOD, script, reason };
    vec![
        wrong(
            "certificate that has expired",
            |params| params.not_after = rcgen::date_time_ymd(2024, 1, 1),
            TlsError::Expired,
        ),
        wrong(
            "certificate that is not valid yet",
            |params| params.not_before = rcgen::date_time_ymd(2048, 1, 1),
            TlsError::NotYetValid,
        ),
        wrong("certificate without a usage", |params| params.extended_key_usages.clear(), TlsError::WrongUsage),
        wrong(
            "certificate for clients",
            |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
            TlsError::WrongUsage,
        ),
        wrong(
            "certificate for another name",
            |params| params.subject_alt_names = server_params(&["other.example"]).subject_alt_names,
            TlsError::WrongName,
        ),
        breaks(
            "no certificate",
            |server| {
                server.hello();
                server.say(server.extensions());
                server.say(server.finished());
                server.read();
            },
            TlsError::NoCertificate,
        ),
        breaks(
            "no proof of the key",
            |server| {
                server.hello();
                server.say(server.extensions());
                server.say(server.certificate());
                server.say(server.finished());
                server.read();
            },
            TlsError::NoCertificateVerify,
        ),
        breaks(
            "proof by another key",
            |server| {
                server.identity.key = KeyType::P256.key();
                server.handshake();
            },
            TlsError::BadCertificateVerify,
        ),
        breaks(
            "Finished of another handshake",
            |server| {
                server.hello();
                server.say(server.extensions());
                server.say(server.certificate());
                server.say(server.certificate_verify());
                server.say(message(20, &[7; 32]));
                server.read();
            },
            TlsError::BadFinished,
        ),
        breaks("plaintext", |server| server.raw(b"HTTP/1.1 200 OK\r\n\r\n"), TlsError::UnexpectedMessage),
        breaks("an alert", |server| server.plain(ALERT, &[2, 40]), TlsError::Alert(40)),
        breaks(
            "garbage for a ServerHello",
            |server| server.plain(HANDSHAKE, &message(SERVER_HELLO, &[0xff; 80])),
            TlsError::Malformed,
        ),
        breaks(
            "share that is not on the curve",
            |server| server.plain(HANDSHAKE, &message(SERVER_HELLO, &server_hello(&[7; 32], &[4; 65]))),
            TlsError::Malformed,
        ),
        breaks("close after the hello", Scripted::hello, TlsError::Truncated),
        breaks(
            "record that was changed",
            |server| {
                server.hello();
                let mut record = server.seal(HANDSHAKE, &server.extensions());
                record[7] ^= 1;
                server.raw(&record);
                server.read();
            },
            TlsError::BadRecord,
        ),
        breaks(
            "record with nothing in it",
            |server| {
                server.hello();
                let record = server.seal_plaintext(&[]);
                server.raw(&record);
                server.read();
            },
            TlsError::BadRecord,
        ),
        breaks(
            "record that is too long",
            |server| {
                server.hello();
                server.plain(APPLICATION_DATA, &[7; 16_641]);
                server.read();
            },
            TlsError::RecordOverflow,
        ),
        breaks(
            "message in pieces",
            |server| {
                server.hello();
                server.say(server.extensions());
                let certificate = server.add(server.certificate());
                server.send(HANDSHAKE, &certificate[..50]);
                server.read();
            },
            TlsError::Fragmented,
        ),
        breaks(
            "message after the handshake",
            |server| {
                honest(server);
                server.send(HANDSHAKE, &message(20, &[0; 32]));
                server.read();
            },
            TlsError::UnexpectedMessage,
        ),
        breaks(
            "new keys after the handshake",
            |server| {
                honest(server);
                server.send(HANDSHAKE, &message(24, &[0]));
                server.read();
            },
            TlsError::KeyUpdate,
        ),
        breaks(
            "answer in the clear",
            |server| {
                honest(server);
                server.plain(APPLICATION_DATA, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                server.read();
            },
            TlsError::BadRecord,
        ),
        breaks("close after the request", honest, TlsError::Truncated),
    ]
}
