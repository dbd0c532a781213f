//! The server's authentication ([RFC 8446 §4.4](https://www.rfc-editor.org/rfc/rfc8446#section-4.4)): a good
//! certificate, then the proof that the server has its key.

use bearward_core::{Algorithm, Jwk, UnixTime};
use digest::Digest as _;
use embedded_tls::{
    CertificateEntryRef, CertificateRef, CertificateVerifyRef, Sha256, TlsError as Theirs, TlsVerifier,
};
use heapless::Vec;
use rustls_pki_types::{CertificateDer, ServerName};

use super::{
    signatures::verify_proof,
    state::{Phase, State},
    suite::{MAX_CERTIFICATES, Suite, reported},
    trust::{Trust, spki},
};
use crate::error::TlsError;

/// The SubjectPublicKeyInfo of RSA with 4096 bits and an exponent of 8 bytes has 557.
const SPKI_BYTES: usize = 560;

/// What a server signs is 64 spaces, this, and the hash of the handshake so far (RFC 8446 §4.4.3).
const PROOF_CONTEXT: &[u8] = b"TLS 1.3, server CertificateVerify\0";
const PROOF_BYTES: usize = 64 + 34 + 32;

pub(super) struct Verifier<'a> {
    pub(super) trust: Trust<'a>,
    pub(super) algorithms: &'a [&'a dyn Algorithm],
    pub(super) server: ServerName<'a>,
    pub(super) now: Option<UnixTime>,
    pub(super) state: &'a State,
    /// The certificate's key. The certificate itself is gone when the proof comes.
    pub(super) key: Vec<u8, SPKI_BYTES>,
    /// The hash of the handshake up to the certificate.
    pub(super) transcript: Option<Sha256>,
}

impl TlsVerifier<Suite> for Verifier<'_> {
    fn set_hostname_verification(&mut self, _: &str) -> Result<(), Theirs> {
        // The name is ours from the start: embedded-tls knows it only if it is one for SNI.
        Ok(())
    }

    fn verify_certificate(&mut self, transcript: &Sha256, message: CertificateRef<'_>) -> Result<(), Theirs> {
        self.certificate(transcript, &message).map_err(|fault| self.fail(fault))
    }

    fn verify_signature(&mut self, message: CertificateVerifyRef<'_>) -> Result<(), Theirs> {
        self.proof(&message).map_err(|fault| self.fail(fault))
    }
}

impl Verifier<'_> {
    fn fail(&self, fault: TlsError) -> Theirs {
        self.state.fail(fault);
        Theirs::InvalidCertificate
    }

    fn certificate(&mut self, transcript: &Sha256, message: &CertificateRef<'_>) -> Result<(), TlsError> {
        if self.state.phase() != Phase::Certificate {
            return Err(TlsError::UnexpectedMessage);
        }
        let mut entries = message.entries.iter().map(|entry| match entry {
            CertificateEntryRef::X509(der) => Ok(CertificateDer::from(*der)),
            CertificateEntryRef::RawPublicKey(_) => Err(TlsError::MalformedCertificate),
        });
        let leaf = entries.next().ok_or(TlsError::NoCertificate)??;
        let mut intermediates: Vec<CertificateDer<'_>, MAX_CERTIFICATES> = Vec::new();
        for certificate in entries {
            intermediates.push(certificate?).map_err(|_| TlsError::ChainTooLong)?;
        }
        self.trust.verify(&leaf, &intermediates, self.algorithms, &self.server, self.now)?;
        self.key = spki(&leaf)?;
        self.transcript = Some(transcript.clone());
        self.state.enter(Phase::CertificateVerify);
        Ok(())
    }

    fn proof(&mut self, message: &CertificateVerifyRef<'_>) -> Result<(), TlsError> {
        if let Some(fault) = reported(message) {
            return Err(fault);
        }
        let transcript = self.transcript.take().ok_or(TlsError::UnexpectedMessage)?;
        let key: Jwk = Jwk::from_spki_der(&self.key).map_err(|_| TlsError::UnsupportedAlgorithm)?;
        let mut signed: Vec<u8, PROOF_BYTES> = Vec::new();
        for part in [&[b' '; 64], PROOF_CONTEXT, &transcript.finalize()] {
            // The parts are as long as the room together.
            signed.extend_from_slice(part).map_err(|_| TlsError::BadCertificateVerify)?;
        }
        verify_proof(self.algorithms, message.signature_scheme, key.public_key(), &signed, message.signature)?;
        self.state.enter(Phase::Finished);
        Ok(())
    }
}
