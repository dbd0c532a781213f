//! The algorithms that verify tokens, for certificates
//! ([RFC 5280 §4.1.1.2](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.1.2)) and for the server's proof
//! ([RFC 8446 §4.4.3](https://www.rfc-editor.org/rfc/rfc8446#section-4.4.3)).

use bearward_core::{Algorithm, Curve, Key, PublicKey, der};
use embedded_tls::SignatureScheme;
use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id};

use crate::error::TlsError;

/// An algorithm as webpki wants it.
#[derive(Debug)]
pub(super) struct X509Algorithm<'a> {
    algorithm: &'a dyn Algorithm,
    key: AlgorithmIdentifier,
    signature: AlgorithmIdentifier,
}

impl<'a> X509Algorithm<'a> {
    /// `None` for an algorithm that signs no certificates.
    pub(super) fn new(algorithm: &'a dyn Algorithm) -> Option<Self> {
        let (key, signature) = match algorithm.name() {
            "ES256" => (alg_id::ECDSA_P256, alg_id::ECDSA_SHA256),
            "ES384" => (alg_id::ECDSA_P384, alg_id::ECDSA_SHA384),
            "ES512" => (alg_id::ECDSA_P521, alg_id::ECDSA_SHA512),
            "RS256" => (alg_id::RSA_ENCRYPTION, alg_id::RSA_PKCS1_SHA256),
            "RS384" => (alg_id::RSA_ENCRYPTION, alg_id::RSA_PKCS1_SHA384),
            "RS512" => (alg_id::RSA_ENCRYPTION, alg_id::RSA_PKCS1_SHA512),
            "PS256" => (alg_id::RSA_ENCRYPTION, alg_id::RSA_PSS_SHA256),
            "PS384" => (alg_id::RSA_ENCRYPTION, alg_id::RSA_PSS_SHA384),
            "PS512" => (alg_id::RSA_ENCRYPTION, alg_id::RSA_PSS_SHA512),
            "EdDSA" | "Ed25519" => (alg_id::ED25519, alg_id::ED25519),
            _ => return None,
        };
        Some(Self { algorithm, key, signature })
    }
}

impl SignatureVerificationAlgorithm for X509Algorithm<'_> {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let key = match self.algorithm.name() {
            "ES256" => point(Curve::P256, key),
            "ES384" => point(Curve::P384, key),
            "ES512" => point(Curve::P521, key),
            "EdDSA" | "Ed25519" => key.try_into().ok().map(|x| PublicKey::Ed25519 { x }),
            _ => der::rsa_public_key(key).ok(),
        };
        let key = key.ok_or(InvalidSignature)?;
        if verify(self.algorithm, key, message, signature) { Ok(()) } else { Err(InvalidSignature) }
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.key
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signature
    }
}

/// Verifies what a server signed in its CertificateVerify.
pub(super) fn verify_proof(
    algorithms: &[&dyn Algorithm],
    scheme: SignatureScheme,
    key: PublicKey<'_>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), TlsError> {
    // PKCS #1 v1.5 is for certificates only (RFC 8446 §4.2.3).
    let names: &[&str] = match scheme {
        SignatureScheme::EcdsaSecp256r1Sha256 => &["ES256"],
        SignatureScheme::EcdsaSecp384r1Sha384 => &["ES384"],
        SignatureScheme::RsaPssRsaeSha256 => &["PS256"],
        SignatureScheme::RsaPssRsaeSha384 => &["PS384"],
        SignatureScheme::RsaPssRsaeSha512 => &["PS512"],
        SignatureScheme::Ed25519 => &["EdDSA", "Ed25519"],
        _ => &[],
    };
    let algorithm =
        algorithms.iter().find(|algorithm| names.contains(&algorithm.name())).ok_or(TlsError::UnsupportedAlgorithm)?;
    if verify(*algorithm, key, message, signature) { Ok(()) } else { Err(TlsError::BadCertificateVerify) }
}

fn verify(algorithm: &dyn Algorithm, key: PublicKey<'_>, message: &[u8], signature: &[u8]) -> bool {
    let mut buffer = [0; _];
    let signature = match key {
        PublicKey::Ec { curve, .. } => der::ecdsa_to_jose(signature, curve, &mut buffer),
        _ => Some(signature),
    };
    signature.is_some_and(|signature| algorithm.verify(&Key::Public(key), message, signature).is_ok())
}

/// SEC 1 §2.3.4, uncompressed.
fn point(curve: Curve, key: &[u8]) -> Option<PublicKey<'_>> {
    let (4, coordinates) = key.split_first()? else { return None };
    let (x, y) = coordinates.split_at_checked(curve.coordinate_bytes())?;
    (x.len() == y.len()).then_some(PublicKey::Ec { curve, x, y })
}
