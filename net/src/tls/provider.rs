//! What embedded-tls asks for in a handshake: randomness, the verifier, and the client's own certificate
//! ([RFC 8446 §4.4.2](https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2)).

use core::fmt;

use bearward_core::{Signer, der, limits};
use embedded_tls::{Certificate, CryptoProvider, CryptoRngCore, SignatureScheme, TlsError as Theirs, TlsVerifier};
use heapless::Vec;
use rand_core::CryptoRng;

use super::{state::State, suite::Suite, verifier::Verifier};
use crate::error::TlsError;

/// A client's certificate and its key, to authenticate the device by TLS (RFC 8705 §2).
#[derive(Clone, Copy)]
pub struct ClientCertificate<'a> {
    der: &'a [u8],
    key: &'a dyn Signer,
}

impl<'a> ClientCertificate<'a> {
    /// A certificate in DER, and its key, which signs with `ES256`; with another one, connections to servers that ask
    /// for the certificate fail with [`TlsError::ClientKey`]. The certificate is sent alone: the server must know the
    /// authority that issued it.
    #[must_use]
    pub const fn new(der: &'a [u8], key: &'a dyn Signer) -> Self {
        Self { der, key }
    }
}

impl fmt::Debug for ClientCertificate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientCertificate({} bytes)", self.der.len())
    }
}

pub(super) struct Provider<'a, R> {
    pub(super) rng: &'a mut R,
    pub(super) verifier: Verifier<'a>,
    pub(super) client: Option<ClientCertificate<'a>>,
    pub(super) state: &'a State,
}

impl<R: CryptoRng> CryptoProvider for Provider<'_, R> {
    type CipherSuite = Suite;
    type Signature = DerSignature;

    fn rng(&mut self) -> impl CryptoRngCore {
        Randomness(&mut *self.rng)
    }

    fn verifier(&mut self) -> Result<&mut impl TlsVerifier<Suite>, Theirs> {
        Ok(&mut self.verifier)
    }

    fn signer(&mut self) -> Result<(impl signature::SignerMut<DerSignature>, SignatureScheme), Theirs> {
        let client = self.client.ok_or(Theirs::InvalidPrivateKey)?;
        Ok((ProofSigner { key: client.key, state: self.state }, SignatureScheme::EcdsaSecp256r1Sha256))
    }

    fn client_cert(&mut self) -> Option<Certificate<impl AsRef<[u8]>>> {
        self.client.map(|client| Certificate::X509(client.der))
    }
}

/// An ECDSA-Sig-Value (RFC 3279 §2.2.3).
pub(super) struct DerSignature(Vec<u8, { der::P256_SIGNATURE_BYTES }>);

impl AsRef<[u8]> for DerSignature {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

struct ProofSigner<'a> {
    key: &'a dyn Signer,
    state: &'a State,
}

impl signature::Signer<DerSignature> for ProofSigner<'_> {
    fn try_sign(&self, message: &[u8]) -> Result<DerSignature, signature::Error> {
        Ok(DerSignature(self.sign(message).unwrap_or_else(|| {
            // An error would make embedded-tls panic. The guard lets nothing out after this.
            self.state.fail(TlsError::ClientKey);
            Vec::new()
        })))
    }
}

impl ProofSigner<'_> {
    fn sign(&self, message: &[u8]) -> Option<Vec<u8, { der::P256_SIGNATURE_BYTES }>> {
        if self.key.algorithm() != "ES256" {
            return None;
        }
        let mut signature = [0; limits::SIGNATURE_BYTES];
        let length = self.key.sign(message, &mut signature).ok()?;
        let signature = signature.get(..length)?.try_into().ok()?;
        Vec::from_slice(der::es256_from_jose(signature, &mut [0; _])?).ok()
    }
}

/// Today's traits for randomness, as embedded-tls still knows them.
struct Randomness<'r, R>(&'r mut R);

impl<R: CryptoRng> rand_core_06::RngCore for Randomness<'_, R> {
    fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core_06::Error> {
        self.0.fill_bytes(bytes);
        Ok(())
    }
}

impl<R: CryptoRng> rand_core_06::CryptoRng for Randomness<'_, R> {}
