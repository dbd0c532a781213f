//! What makes a certificate good ([RFC 5280 §6](https://www.rfc-editor.org/rfc/rfc5280#section-6),
//! [RFC 9525](https://www.rfc-editor.org/rfc/rfc9525)): a path to a trust anchor, or a pinned key.

use core::{fmt, time::Duration};

use bearward_core::{Algorithm, UnixTime};
use digest::Digest as _;
use embedded_tls::Sha256;
use heapless::Vec;
use rustls_pki_types::{CertificateDer, ServerName, SignatureVerificationAlgorithm};
use webpki::{EndEntityCert, Error, KeyUsage, VerifiedPath, anchor_from_trusted_cert};

use super::extensions::has_extended_key_usage;
use super::signatures::X509Algorithm;
use crate::error::TlsError;

/// How many algorithms are looked at.
const ALGORITHMS: usize = 16;

/// Whom to trust.
///
/// ```
/// use bearward_net::Trust;
///
/// # const ROOT: &[u8] = &[];
/// // static ROOT: &[u8] = include_bytes!("root.der");
/// static PINS: [[u8; 32]; 2] = [[0x11; 32], [0x22; 32]];
///
/// let public = Trust::anchors(&[ROOT]);
/// let pinned_too = Trust::anchors(&[ROOT]).with_pins(&PINS);
/// let closed_installation = Trust::keys(&PINS);
/// ```
#[derive(Clone, Copy)]
pub struct Trust<'a> {
    anchors: Option<&'a [&'a [u8]]>,
    pins: &'a [[u8; 32]],
}

impl<'a> Trust<'a> {
    /// Trusts the certificates that these authorities vouch for: their own certificates in DER, which stay where they
    /// are, in flash.
    ///
    /// Of an authority's certificate, only its name, key and name constraints count (RFC 5280 §6.1.1): its dates do
    /// not.
    #[must_use]
    pub const fn anchors(anchors: &'a [&'a [u8]]) -> Self {
        Self { anchors: Some(anchors), pins: &[] }
    }

    /// Trusts servers with these keys, by the SHA-256 of their SubjectPublicKeyInfo in DER, whatever else their
    /// certificates say: neither names nor dates nor signatures are looked at, and no clock is needed.
    ///
    /// It is for closed installations. Have two, the server's current key and its next.
    #[must_use]
    pub const fn keys(pins: &'a [[u8; 32]]) -> Self {
        Self { anchors: None, pins }
    }

    /// In addition, one of these keys must be in the path: the server's, an authority's, or the anchor's
    /// (RFC 7469 §2.6). They are given as for [`keys`](Self::keys).
    #[must_use]
    pub const fn with_pins(mut self, pins: &'a [[u8; 32]]) -> Self {
        self.pins = pins;
        self
    }

    pub(super) const fn needs_time(&self) -> bool {
        self.anchors.is_some()
    }

    /// Whether a server's certificate is good, with what the server sent along to build a path from.
    pub(super) fn verify(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        algorithms: &[&dyn Algorithm],
        server: &ServerName<'_>,
        now: Option<UnixTime>,
    ) -> Result<(), TlsError> {
        let Some(anchors) = self.anchors else { return self.is_pinned(leaf) };
        let now = now.ok_or(TlsError::TimeUnavailable)?;
        let now = rustls_pki_types::UnixTime::since_unix_epoch(Duration::from_secs(now.seconds()));

        let mut adapted: Vec<X509Algorithm<'_>, ALGORITHMS> = Vec::new();
        for algorithm in algorithms.iter().filter_map(|algorithm| X509Algorithm::new(*algorithm)) {
            adapted.push(algorithm).map_err(|_| TlsError::UnsupportedAlgorithm)?;
        }
        let mut algorithms: Vec<&dyn SignatureVerificationAlgorithm, ALGORITHMS> = Vec::new();
        for algorithm in &adapted {
            algorithms.push(algorithm).map_err(|_| TlsError::UnsupportedAlgorithm)?;
        }

        let certificate = EndEntityCert::try_from(leaf).map_err(explain)?;
        let mut verdict = TlsError::UnknownIssuer;
        for anchor in anchors {
            let anchor = CertificateDer::from(*anchor);
            let anchor = [anchor_from_trusted_cert(&anchor).map_err(|_| TlsError::TrustAnchor)?];
            let usage = KeyUsage::server_auth();
            match certificate.verify_for_usage(&algorithms, &anchor, intermediates, now, usage, None, None) {
                Ok(path) => {
                    certificate.verify_is_valid_for_subject_name(server).map_err(explain)?;
                    // webpki lets a certificate that names no usage serve for all. One for a server says so.
                    if !has_extended_key_usage(leaf) {
                        return Err(TlsError::WrongUsage);
                    }
                    return self.pins_path(leaf, &path);
                }
                // That this anchor did not issue it says less than what another path was refused for.
                Err(error) => match explain(error) {
                    TlsError::UnknownIssuer => {}
                    error => verdict = error,
                },
            }
        }
        Err(verdict)
    }

    fn pins_path(&self, leaf: &CertificateDer<'_>, path: &VerifiedPath<'_>) -> Result<(), TlsError> {
        if self.pins.is_empty() || self.has(&path.anchor().subject_public_key_info) {
            return Ok(());
        }
        let is_pinned = path.intermediate_certificates().any(|authority| self.is_pinned(&authority.der()).is_ok());
        if is_pinned { Ok(()) } else { self.is_pinned(leaf) }
    }

    fn is_pinned(&self, certificate: &CertificateDer<'_>) -> Result<(), TlsError> {
        // The one way to the key that needs no alloc.
        let key = anchor_from_trusted_cert(certificate).map_err(explain)?.subject_public_key_info;
        if self.has(&key) { Ok(()) } else { Err(TlsError::NotPinned) }
    }

    fn has(&self, key: &[u8]) -> bool {
        let Some((header, length)) = spki_header(key.len()) else { return false };
        let hash = Sha256::new().chain_update(header.get(..length).unwrap_or_default()).chain_update(key).finalize();
        self.pins.iter().any(|pin| *hash == *pin)
    }
}

/// The fuzz target's way in, which would spend its time on handshakes otherwise.
#[cfg(fuzzing)]
impl Trust<'_> {
    /// Whether a chain in DER, the server's own certificate first, is good.
    #[doc(hidden)]
    pub fn verify_chain(
        &self,
        chain: &[&[u8]],
        algorithms: &[&dyn Algorithm],
        server: &str,
        now: Option<UnixTime>,
    ) -> Result<(), TlsError> {
        let server = ServerName::try_from(server).map_err(|_| TlsError::ServerName)?;
        let (leaf, intermediates) = chain.split_first().ok_or(TlsError::NoCertificate)?;
        let mut rest: Vec<CertificateDer<'_>, { super::suite::MAX_CERTIFICATES }> = Vec::new();
        for certificate in intermediates {
            rest.push(CertificateDer::from(*certificate)).map_err(|_| TlsError::ChainTooLong)?;
        }
        self.verify(&CertificateDer::from(*leaf), &rest, algorithms, &server, now)
    }
}

impl fmt::Debug for Trust<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let anchors = self.anchors.map(<[_]>::len);
        f.debug_struct("Trust").field("anchors", &anchors).field("pins", &self.pins.len()).finish()
    }
}

/// A certificate's SubjectPublicKeyInfo in DER.
pub(super) fn spki<const BYTES: usize>(certificate: &CertificateDer<'_>) -> Result<Vec<u8, BYTES>, TlsError> {
    let key = anchor_from_trusted_cert(certificate).map_err(explain)?.subject_public_key_info;
    let (header, length) = spki_header(key.len()).ok_or(TlsError::UnsupportedAlgorithm)?;
    let mut spki = Vec::new();
    for part in [header.get(..length).unwrap_or_default(), &*key] {
        spki.extend_from_slice(part).map_err(|_| TlsError::UnsupportedAlgorithm)?;
    }
    Ok(spki)
}

/// The tag and the length that webpki takes off a SubjectPublicKeyInfo (X.690 §10.1), and how many bytes they are.
fn spki_header(length: usize) -> Option<([u8; 4], usize)> {
    let [high, low] = u16::try_from(length).ok()?.to_be_bytes();
    Some(match (high, low) {
        (0, 0..=0x7f) => ([0x30, low, 0, 0], 2),
        (0, _) => ([0x30, 0x81, low, 0], 3),
        _ => ([0x30, 0x82, high, low], 4),
    })
}

/// What webpki says, in our words.
fn explain(error: Error) -> TlsError {
    match error {
        Error::CertExpired { .. } => TlsError::Expired,
        Error::CertNotValidYet { .. } => TlsError::NotYetValid,
        Error::CertNotValidForName(_) => TlsError::WrongName,
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => TlsError::WrongUsage,
        Error::InvalidSignatureForPublicKey => TlsError::BadCertificateSignature,
        Error::NameConstraintViolation => TlsError::NameConstraint,
        Error::PathLenConstraintViolated => TlsError::PathLength,
        Error::EndEntityUsedAsCa => TlsError::IssuerNotAuthority,
        Error::CaUsedAsEndEntity => TlsError::ServerIsAuthority,
        Error::UnsupportedSignatureAlgorithmContext(_) | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            TlsError::UnsupportedAlgorithm
        }
        Error::UnsupportedCriticalExtension => TlsError::UnsupportedExtension,
        Error::MaximumPathDepthExceeded
        | Error::MaximumPathBuildCallsExceeded
        | Error::MaximumSignatureChecksExceeded
        | Error::MaximumNameConstraintComparisonsExceeded => TlsError::ChainTooLong,
        Error::UnknownIssuer => TlsError::UnknownIssuer,
        _ => TlsError::MalformedCertificate,
    }
}
