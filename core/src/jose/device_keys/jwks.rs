//! The public JWK Set ([RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).

use core::fmt;

use super::{KeyPurpose, KeyStage, entry::Entry};
use crate::{
    base64url::Encoded,
    jose::thumbprint,
    json::write_string,
    key::{Curve, PublicKey},
};

/// The public halves of the device's keys, written as a JWK Set by its `Display`: each with `kid`, `use` and `alg`, and
/// nothing of its private half.
///
/// Serve it as `application/jwk-set+json` (RFC 7517 §8.5.2), over TLS, and tell its URL where the device is registered as
/// a client (`jwks_uri`, RFC 7591 §2). A key takes up to 250 bytes, with a `kid` of its own length.
///
/// ```
/// use bearward_core::DeviceKeys;
///
/// assert_eq!(DeviceKeys::<2>::new().public_jwks().to_string(), r#"{"keys":[]}"#);
/// ```
#[derive(Clone, Copy)]
pub struct PublicJwks<'k> {
    entries: &'k [Entry],
    key_management: &'static str,
}

impl<'k> PublicJwks<'k> {
    pub(super) const fn new(entries: &'k [Entry], key_management: &'static str) -> Self {
        Self { entries, key_management }
    }

    /// Those in use first: who looks for one takes the first that it finds.
    fn published(&self) -> impl Iterator<Item = (&'k Entry, KeyPurpose)> {
        let entries = self.entries;
        [KeyStage::Current, KeyStage::Next, KeyStage::Previous].into_iter().flat_map(move |wanted| {
            entries.iter().filter_map(move |entry| match entry.role? {
                // What is encrypted from now on is to be encrypted to another one.
                (KeyPurpose::EncryptionP256 | KeyPurpose::EncryptionX25519, KeyStage::Previous) => None,
                (purpose, stage) => (stage == wanted).then_some((entry, purpose)),
            })
        })
    }
}

impl fmt::Display for PublicJwks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(r#"{"keys":["#)?;
        for (at, (entry, purpose)) in self.published().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(f, r#"{comma}{{{},"kid":"#, Members { purpose, public: &entry.public })?;
            write_string(f, &entry.id)?;
            let (usage, algorithm) = match purpose {
                KeyPurpose::Signature => ("sig", "ES256"),
                KeyPurpose::EncryptionP256 | KeyPurpose::EncryptionX25519 => ("enc", self.key_management),
            };
            write!(f, r#","use":"{usage}","alg":"{algorithm}"}}"#)?;
        }
        f.write_str("]}")
    }
}

impl fmt::Debug for PublicJwks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicJwks({})", self.published().count())
    }
}

/// The members that make a public key, in the order of RFC 7638 §3.2, as they stand between the braces.
pub(super) struct Members<'k> {
    pub(super) purpose: KeyPurpose,
    pub(super) public: &'k [[u8; 32]; 2],
}

impl fmt::Display for Members<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [x, y] = self.public;
        match self.purpose {
            KeyPurpose::Signature | KeyPurpose::EncryptionP256 => {
                thumbprint::Members(PublicKey::Ec { curve: Curve::P256, x, y }).fmt(f)
            }
            // RFC 8037 §2.
            KeyPurpose::EncryptionX25519 => write!(f, r#""crv":"X25519","kty":"OKP","x":"{}""#, Encoded(x)),
        }
    }
}
