//! Certificate authorities for tests (RFC 5280): a root, an intermediate below it, and what the intermediate issues.
//!
//! Nothing here is checked: a test takes good parameters, spoils one of them, and has them signed.

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SignatureAlgorithm,
};
use rsa::pkcs8::EncodePrivateKey as _;

use crate::signer::rsa_key;

/// What kind of keys a PKI has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// ECDSA with P-256 and SHA-256.
    P256,
    /// ECDSA with P-384 and SHA-384.
    P384,
    /// RSA: 4096 bits for the root, 3072 for the intermediate, 2048 for all else; PKCS #1 v1.5 with SHA-256.
    Rsa,
    /// Ed25519.
    Ed25519,
}

impl KeyType {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::P256, Self::P384, Self::Rsa, Self::Ed25519];

    /// A key for a server or a client: a new one, except for RSA, which has one key for all.
    ///
    /// # Panics
    ///
    /// If the machine has no randomness.
    pub fn key(self) -> KeyPair {
        self.key_or_rsa(include_str!("../data/rsa-2048.jwk.json"))
    }

    fn key_or_rsa(self, jwk: &str) -> KeyPair {
        match self {
            Self::P256 | Self::P384 | Self::Ed25519 => KeyPair::generate_for(self.algorithm()).unwrap(),
            Self::Rsa => {
                let der = rsa_key(jwk).to_pkcs8_der().unwrap().as_bytes().to_vec();
                KeyPair::from_pkcs8_der_and_sign_algo(&der.into(), self.algorithm()).unwrap()
            }
        }
    }

    fn algorithm(self) -> &'static SignatureAlgorithm {
        match self {
            Self::P256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            Self::P384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            Self::Rsa => &rcgen::PKCS_RSA_SHA256,
            Self::Ed25519 => &rcgen::PKCS_ED25519,
        }
    }
}

/// A root and an intermediate. All certificates are good from 2020 to the end of 2048, if not changed.
pub struct Pki {
    key_type: KeyType,
    /// The trust anchor.
    pub root: Authority,
    /// Issued by the root, with path length 0.
    pub intermediate: Authority,
}

impl Pki {
    /// Makes both, with new keys.
    ///
    /// # Panics
    ///
    /// If the machine has no randomness.
    pub fn new(key_type: KeyType) -> Self {
        let root = Authority::self_signed(
            authority_params("Test Root", None),
            key_type.key_or_rsa(include_str!("../data/rsa-4096.jwk.json")),
        );
        let intermediate = root.subordinate(
            authority_params("Test Intermediate", Some(0)),
            key_type.key_or_rsa(include_str!("../data/rsa-3072.jwk.json")),
        );
        Self { key_type, root, intermediate }
    }

    /// A server with these names: DNS names or IP addresses.
    ///
    /// # Panics
    ///
    /// If a name is not ASCII.
    pub fn server(&self, names: &[&str]) -> Identity {
        self.server_with(server_params(names))
    }

    /// A server with a certificate of these parameters, issued by the intermediate.
    ///
    /// # Panics
    ///
    /// If the parameters cannot be written.
    pub fn server_with(&self, params: CertificateParams) -> Identity {
        let key = self.key_type.key();
        let chain = vec![self.intermediate.issue(&params, &key), self.intermediate.certificate.clone()];
        Identity { chain, key }
    }

    /// A client for mutual TLS, named by its common name and as a DNS name (RFC 8705 §2.1.2).
    ///
    /// # Panics
    ///
    /// If the name is not ASCII.
    pub fn client(&self, name: &str) -> Identity {
        let mut params = server_params(&[name]);
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.server_with(params)
    }
}

/// A certificate authority: its certificate and its key.
pub struct Authority {
    /// Its certificate.
    pub certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// One that vouches for itself.
    ///
    /// # Panics
    ///
    /// If the parameters cannot be written.
    pub fn self_signed(params: CertificateParams, key: KeyPair) -> Self {
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// One below this one. Whether the parameters say that it is one is for the caller to choose.
    ///
    /// # Panics
    ///
    /// If the parameters cannot be written.
    pub fn subordinate(&self, params: CertificateParams, key: KeyPair) -> Self {
        let certificate = self.issue(&params, &key);
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// Its key.
    pub fn key(&self) -> &KeyPair {
        self.issuer.key()
    }

    /// Signs a certificate.
    ///
    /// # Panics
    ///
    /// If the parameters cannot be written.
    pub fn issue(&self, params: &CertificateParams, key: &KeyPair) -> Certificate {
        params.signed_by(key, &self.issuer).unwrap()
    }
}

/// A chain of certificates, the own one first and without the root, and the own key.
pub struct Identity {
    /// The chain.
    pub chain: Vec<Certificate>,
    /// The key.
    pub key: KeyPair,
}

impl Identity {
    /// The chain as a server's file has it.
    pub fn chain_pem(&self) -> String {
        self.chain.iter().map(Certificate::pem).collect()
    }

    /// The chain, each certificate in DER.
    pub fn chain_der(&self) -> Vec<Vec<u8>> {
        self.chain.iter().map(|certificate| certificate.der().to_vec()).collect()
    }

    /// The key (RFC 5958).
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    /// The key in DER.
    pub fn key_der(&self) -> &[u8] {
        self.key.serialized_der()
    }
}

/// Good parameters for an authority, with a path length constraint if it has one (RFC 5280 §4.2.1.9).
pub fn authority_params(name: &str, path_length: Option<u8>) -> CertificateParams {
    let mut params = params(name);
    params.is_ca = IsCa::Ca(path_length.map_or(BasicConstraints::Unconstrained, BasicConstraints::Constrained));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// Good parameters for a server with these names, which are only in the subjectAltName.
///
/// # Panics
///
/// If a name is not ASCII.
pub fn server_params(names: &[&str]) -> CertificateParams {
    let mut params = params("Test Server");
    params.subject_alt_names =
        CertificateParams::new(names.iter().copied().map(String::from).collect::<Vec<_>>()).unwrap().subject_alt_names;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.remove(DnType::CommonName);
    params.distinguished_name.push(DnType::CommonName, name);
    params.use_authority_key_identifier_extension = true;
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2048, 12, 31);
    params
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_type_makes_a_chain_that_ends_below_the_root() {
        for key_type in KeyType::ALL {
            let pki = Pki::new(key_type);
            let server = pki.server(&["auth.example.test", "127.0.0.1"]);
            assert_eq!(server.chain.len(), 2, "{key_type:?}");
            assert_eq!(server.chain_der()[1], pki.intermediate.certificate.der().to_vec());
            assert_ne!(server.chain_der()[1], pki.root.certificate.der().to_vec());
            assert_eq!(server.chain_pem().matches("BEGIN CERTIFICATE").count(), 2);
            assert!(server.key_pem().contains("BEGIN PRIVATE KEY"));
        }
    }
}
