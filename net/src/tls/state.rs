//! How far a handshake has come ([RFC 8446 §2](https://www.rfc-editor.org/rfc/rfc8446#section-2)), and what has ended
//! it. The guard beneath TLS, the verifier within it and the connection above it share this: embedded-tls passes no
//! error of theirs through.

use core::cell::Cell;

use crate::error::TlsError;

/// What comes next, in the order of RFC 8446 §2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The ClientHello may be written.
    ClientHello,
    /// Nothing may be written until the server is authenticated. Its ServerHello is awaited.
    ServerHello,
    /// Its EncryptedExtensions are awaited, the first that is encrypted.
    EncryptedExtensions,
    /// The server's certificate is awaited.
    Certificate,
    /// The certificate is good; the proof that the server has its key is awaited.
    CertificateVerify,
    /// The server has proved who it is.
    Finished,
    /// The handshake is done.
    Open,
    /// The server has said that nothing more comes.
    Closed,
}

#[derive(Debug)]
pub(super) struct State {
    phase: Cell<Phase>,
    fault: Cell<Option<TlsError>>,
}

impl State {
    pub(super) const fn new() -> Self {
        Self { phase: Cell::new(Phase::ClientHello), fault: Cell::new(None) }
    }

    pub(super) fn phase(&self) -> Phase {
        self.phase.get()
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.phase.set(phase);
    }

    /// What ended the connection.
    pub(super) fn fault(&self) -> Option<TlsError> {
        self.fault.get()
    }

    /// Ends the connection. The first fault counts: the others follow from it.
    pub(super) fn fail(&self, fault: TlsError) -> TlsError {
        let first = self.fault.get().unwrap_or(fault);
        self.fault.set(Some(first));
        first
    }

    /// Whether the server has proved who it is.
    pub(super) fn is_authenticated(&self) -> bool {
        self.missing_proof().is_none()
    }

    /// What the server still has to show before anything is written to it.
    pub(super) fn missing_proof(&self) -> Option<TlsError> {
        match self.phase.get() {
            Phase::ClientHello | Phase::ServerHello | Phase::EncryptedExtensions | Phase::Certificate => {
                Some(TlsError::NoCertificate)
            }
            Phase::CertificateVerify => Some(TlsError::NoCertificateVerify),
            Phase::Finished | Phase::Open | Phase::Closed => None,
        }
    }

    /// Ends the connection with an error of embedded-tls, in our words.
    pub(super) fn fail_with(&self, error: embedded_tls::TlsError) -> TlsError {
        use embedded_tls::TlsError as Theirs;

        let is_open = matches!(self.phase(), Phase::Open | Phase::Closed);
        self.fail(match error {
            Theirs::Io(kind) => TlsError::Stream(kind),
            Theirs::IoError => TlsError::Truncated,
            Theirs::CryptoError => TlsError::BadRecord,
            Theirs::MissingHandshake | Theirs::ConnectionClosed => TlsError::Closed,
            Theirs::InsufficientSpace | Theirs::EncodeError => TlsError::Buffer,
            Theirs::InvalidRecord | Theirs::InvalidHandshake => TlsError::UnexpectedMessage,
            // What the cipher suite puts in the place of messages that embedded-tls must not see, once the connection
            // is open.
            Theirs::Unimplemented if is_open => TlsError::KeyUpdate,
            Theirs::InternalError if is_open => TlsError::Aborted,
            Theirs::DecodeError if is_open => TlsError::ClientCertificateRefused,
            Theirs::InvalidSignatureScheme => TlsError::UnsupportedAlgorithm,
            // The server's Finished is all that is left to be wrong.
            Theirs::InvalidSignature if self.is_authenticated() => TlsError::BadFinished,
            _ => TlsError::Malformed,
        })
    }
}
