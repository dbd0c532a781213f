//! TLS_AES_128_GCM_SHA256 ([RFC 8446 §B.4](https://www.rfc-editor.org/rfc/rfc8446#appendix-B.4)), with a look at what a
//! record holds before embedded-tls takes it apart.
//!
//! embedded-tls panics on a handshake message after the handshake, except for a NewSessionTicket, and cannot put a
//! message together that spans records. The cipher is ours to give, so it puts another message in the place of such a
//! one, by which [`State::fail_with`](super::state::State::fail_with) and the verifier know what happened.

use aes_gcm::{
    Aes128Gcm,
    aead::{
        AeadCore, AeadInPlace, Buffer, Error, Key, KeyInit, KeySizeUser, Nonce, Tag,
        consts::{U0, U12, U16, U54},
    },
};
use embedded_tls::{CertificateVerifyRef, Sha256, SignatureScheme, TlsCipherSuite};

use super::guard::{VERSION, VERSION_WHEN_FIRST, VERSION_WHEN_OPEN};
use crate::error::TlsError;

const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;

/// How many certificates embedded-tls takes from the server.
pub(super) const MAX_CERTIFICATES: usize = 16;

pub(super) struct Suite;

impl TlsCipherSuite for Suite {
    const CODE_POINT: u16 = 0x1301;
    type Cipher = Cipher;
    type KeyLen = U16;
    type IvLen = U12;
    type Hash = Sha256;
    type LabelBufferSize = U54;
}

pub(super) struct Cipher(Aes128Gcm);

impl KeySizeUser for Cipher {
    type KeySize = U16;
}

impl KeyInit for Cipher {
    fn new(key: &Key<Self>) -> Self {
        Self(Aes128Gcm::new(key))
    }
}

impl AeadCore for Cipher {
    type NonceSize = U12;
    type TagSize = U16;
    type CiphertextOverhead = U0;
}

impl AeadInPlace for Cipher {
    fn encrypt_in_place_detached(
        &self,
        nonce: &Nonce<Self>,
        associated_data: &[u8],
        buffer: &mut [u8],
    ) -> Result<Tag<Self>, Error> {
        self.0.encrypt_in_place_detached(nonce, associated_data, buffer)
    }

    fn decrypt_in_place(&self, nonce: &Nonce<Self>, header: &[u8], buffer: &mut dyn Buffer) -> Result<(), Error> {
        let [kind, version @ .., high, low] = *<&[u8; 5]>::try_from(header).map_err(|_| Error)?;
        let [major, minor] = VERSION;
        self.0.decrypt_in_place(nonce, &[kind, major, minor, high, low], buffer)?;

        let (content, kind) = content(buffer.as_ref());
        if version == VERSION_WHEN_OPEN {
            let instead = open_record(kind, content);
            replace(buffer, instead)
        } else {
            let fault = handshake_record(kind, content, version == VERSION_WHEN_FIRST).err();
            let report = fault.map(report);
            replace(buffer, report.as_ref().map(<[u8; 11]>::as_slice))
        }
    }

    fn decrypt_in_place_detached(
        &self,
        nonce: &Nonce<Self>,
        associated_data: &[u8],
        buffer: &mut [u8],
        tag: &Tag<Self>,
    ) -> Result<(), Error> {
        self.0.decrypt_in_place_detached(nonce, associated_data, buffer, tag)
    }
}

/// The fault that a CertificateVerify stands for, if the cipher has made it up. A server can make up the same one, and
/// ends the handshake just so.
pub(super) fn reported(verify: &CertificateVerifyRef<'_>) -> Option<TlsError> {
    match (verify.signature_scheme, verify.signature) {
        (SignatureScheme::Ed448, [0, 0]) => Some(TlsError::Fragmented),
        (SignatureScheme::Ed448, [0, 1]) => Some(TlsError::ChainTooLong),
        (SignatureScheme::Ed448, [0, _]) => Some(TlsError::UnexpectedMessage),
        (SignatureScheme::Ed448, [1, alert]) => Some(TlsError::Alert(*alert)),
        _ => None,
    }
}

/// A CertificateVerify that [`reported`] knows again: all that the verifier is shown of a record.
fn report(fault: TlsError) -> [u8; 11] {
    let [first, second] = match fault {
        TlsError::Fragmented => [0, 0],
        TlsError::ChainTooLong => [0, 1],
        TlsError::Alert(alert) => [1, alert],
        _ => [0, 2],
    };
    [CERTIFICATE_VERIFY, 0, 0, 6, 0x08, 0x08, 0, 2, first, second, HANDSHAKE]
}

/// Puts another record in the place of the decrypted one. There is room: the tag was behind it.
fn replace(buffer: &mut dyn Buffer, record: Option<&[u8]>) -> Result<(), Error> {
    let Some(record) = record else { return Ok(()) };
    buffer.truncate(0);
    buffer.extend_from_slice(record)
}

/// What a record holds, and of what type it is (RFC 8446 §5.2). A type of 0 is none.
fn content(plaintext: &[u8]) -> (&[u8], u8) {
    let end = plaintext.iter().rposition(|byte| *byte != 0).unwrap_or_default();
    let kind = plaintext.get(end).copied().unwrap_or_default();
    (plaintext.get(..end).unwrap_or_default(), kind)
}

const NEW_SESSION_TICKET: u8 = 4;
const ENCRYPTED_EXTENSIONS: u8 = 8;
const CERTIFICATE: u8 = 11;
const CERTIFICATE_REQUEST: u8 = 13;
const CERTIFICATE_VERIFY: u8 = 15;
const FINISHED: u8 = 20;
const KEY_UPDATE: u8 = 24;

/// Whether embedded-tls may see a record of the server's first flight, of which the first begins with EncryptedExtensions
/// and no other has them (RFC 8446 §4.3.1): embedded-tls would go on without.
fn handshake_record(kind: u8, content: &[u8], mut is_first: bool) -> Result<(), TlsError> {
    match (kind, content) {
        (HANDSHAKE, [_, ..]) => {}
        (ALERT, [_, alert]) => return Err(TlsError::Alert(*alert)),
        _ => return Err(TlsError::UnexpectedMessage),
    }
    let mut rest = content;
    while !rest.is_empty() {
        let (kind, body, after) = message(rest).ok_or(TlsError::Fragmented)?;
        match kind {
            ENCRYPTED_EXTENSIONS if is_first => is_first = false,
            _ if is_first => return Err(TlsError::UnexpectedMessage),
            CERTIFICATE_REQUEST | CERTIFICATE_VERIFY => {}
            CERTIFICATE if certificates(body) > MAX_CERTIFICATES => return Err(TlsError::ChainTooLong),
            CERTIFICATE => {}
            // The keys change with it, so nothing may follow in the same record (RFC 8446 §5.1).
            FINISHED if after.is_empty() => {}
            _ => return Err(TlsError::UnexpectedMessage),
        }
        rest = after;
    }
    Ok(())
}

/// What embedded-tls shall see instead of a record, once the handshake is done.
fn open_record(kind: u8, content: &[u8]) -> Option<&'static [u8]> {
    const NOTHING: &[u8] = &[APPLICATION_DATA];
    const CLOSE_NOTIFY: &[u8] = &[1, 0, ALERT];
    const ABORTED: &[u8] = &[2, 80, ALERT];
    const CLIENT_CERTIFICATE_REFUSED: &[u8] = &[0, 0, ALERT];
    const KEYS_UPDATED: &[u8] = &[KEY_UPDATE, 0, 0, 0, HANDSHAKE];
    const UNEXPECTED: &[u8] = &[0xff, HANDSHAKE];

    match (kind, content) {
        (APPLICATION_DATA, _) => None,
        // Its level may be anything (RFC 8446 §6).
        (ALERT, [_, 0]) => Some(CLOSE_NOTIFY),
        // From bad_certificate to access_denied, decrypt_error, and certificate_required (RFC 8446 §6.2).
        (ALERT, [_, 42..=49 | 51 | 116]) => Some(CLIENT_CERTIFICATE_REFUSED),
        (ALERT, [_, _]) => Some(ABORTED),
        (HANDSHAKE, [NEW_SESSION_TICKET, ..]) if are_tickets(content) => Some(NOTHING),
        (HANDSHAKE, [KEY_UPDATE, ..]) => Some(KEYS_UPDATED),
        _ => Some(UNEXPECTED),
    }
}

fn are_tickets(content: &[u8]) -> bool {
    let mut rest = content;
    while let Some((NEW_SESSION_TICKET, _, after)) = message(rest) {
        rest = after;
    }
    rest.is_empty()
}

/// The type and the body of the first message, and what follows it (RFC 8446 §4). `None` if it is not all there.
fn message(input: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let ([kind, length @ ..], rest) = input.split_first_chunk::<4>()?;
    let (body, rest) = rest.split_at_checked(number(length)?)?;
    Some((*kind, body, rest))
}

/// How many entries a Certificate has (RFC 8446 §4.4.2), as far as they are well-formed.
fn certificates(body: &[u8]) -> usize {
    let entries = |body| {
        let (context, rest) = <[u8]>::split_first(body)?;
        rest.get(usize::from(*context)..)?.get(3..)
    };
    let mut rest = entries(body).unwrap_or_default();
    let mut count = 0_usize;
    while let Some(after) = vector::<3>(rest).and_then(vector::<2>) {
        count = count.saturating_add(1);
        rest = after;
    }
    count
}

/// What follows a vector whose length has that many bytes (RFC 8446 §3.4).
fn vector<const LENGTH: usize>(input: &[u8]) -> Option<&[u8]> {
    let (length, rest) = input.split_first_chunk::<LENGTH>()?;
    rest.get(number(length)?..)
}

fn number(bytes: &[u8]) -> Option<usize> {
    bytes.iter().try_fold(0_usize, |number, byte| number.checked_mul(256)?.checked_add(usize::from(*byte)))
}
