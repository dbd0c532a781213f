//! Key management ([RFC 7518 §4](https://www.rfc-editor.org/rfc/rfc7518#section-4)): how the key of the content comes to
//! the receiver. One unit struct each behind [`KeyManagement`], so that only what is listed is linked.
//!
//! Left out on purpose, and refused as every algorithm that is not listed:
//!
//! - `RSA1_5` (§4.2): whoever can tell a good padding from a bad one, by an answer or by the time that it takes, decrypts
//!   with this device's key (RFC 3218). RFC 8725 §3.2 says to avoid it.
//! - `PBES2-*` (§4.8): the sender chooses how many thousand hashes are computed before anything can be refused, and a
//!   password is no key.

#[cfg(feature = "aes-kw")]
mod aes_kw;
#[cfg(any(feature = "p256", feature = "curve25519-dalek"))]
mod concat_kdf;
mod direct;
#[cfg(any(feature = "p256", feature = "curve25519-dalek"))]
mod ecdh_es;
#[cfg(feature = "aes-gcm")]
mod gcm_kw;
#[cfg(feature = "rsa-oaep")]
mod rsa_oaep;

use core::fmt;

#[cfg(feature = "aes-kw")]
pub use aes_kw::{A128Kw, A192Kw, A256Kw};
pub use direct::Dir;
#[cfg(feature = "p256")]
pub use ecdh_es::EcdhEsP256;
#[cfg(feature = "curve25519-dalek")]
pub use ecdh_es::EcdhEsX25519;
#[cfg(all(feature = "aes-kw", feature = "p256"))]
pub use ecdh_es::{EcdhEsP256A128Kw, EcdhEsP256A192Kw, EcdhEsP256A256Kw};
#[cfg(all(feature = "aes-kw", feature = "curve25519-dalek"))]
pub use ecdh_es::{EcdhEsX25519A128Kw, EcdhEsX25519A192Kw, EcdhEsX25519A256Kw};
#[cfg(feature = "aes-gcm")]
pub use gcm_kw::{A128GcmKw, A192GcmKw, A256GcmKw};
#[cfg(feature = "rsa-oaep")]
pub use rsa_oaep::{RsaOaep, RsaOaep256};

use crate::{content_encryption::ContentEncryption, decryption_key::DecryptionKey, error::Error, json::Object};

/// How the key of the content is found, by the `alg` of a JWE's header.
///
/// The trait is open: a private key can stay in a secure element.
///
/// ```
/// use bearward_core::{EcdhEsP256, KeyManagement};
///
/// static KEY_MANAGEMENTS: &[&dyn KeyManagement] = &[&EcdhEsP256];
/// assert_eq!(KEY_MANAGEMENTS[0].name(), "ECDH-ES");
/// ```
pub trait KeyManagement: fmt::Debug + Sync {
    /// The name of RFC 7518 §4.1, compared exactly with a token's `alg`. Several may share a name, for keys of
    /// different types.
    fn name(&self) -> &'static str;

    /// Whether a key's own `alg` (RFC 7517 §4.4) allows this. By default it must be the same name.
    fn allows_key_algorithm(&self, algorithm: &str, content: &dyn ContentEncryption) -> bool {
        let _ = content;
        algorithm == self.name()
    }

    /// Whether the key is of the type, curve and size that is needed. Cheap: no arithmetic.
    fn fits(&self, key: &DecryptionKey<'_>, content: &dyn ContentEncryption) -> bool;

    /// Finds the key of the content, and fills all of `content_key` with it: as many bytes as `content` asks for.
    ///
    /// `encrypted_key` is the token's second segment, decoded.
    ///
    /// # Errors
    ///
    /// [`Error::DecryptionFailed`], whatever failed.
    fn content_key(
        &self,
        key: &DecryptionKey<'_>,
        parameters: &KeyParameters<'_>,
        content: &dyn ContentEncryption,
        encrypted_key: &[u8],
        content_key: &mut [u8],
    ) -> Result<(), Error>;
}

/// The parameters of a JWE's header that key management works with (RFC 7518 §4.6.1, §4.7.1). Texts are base64url, as
/// they came.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct KeyParameters<'h> {
    /// `epk`: the sender's public key for this token, as a JWK.
    pub ephemeral_key: Option<Object<'h>>,
    /// `apu`: what is known of the sender.
    pub party_u: Option<&'h str>,
    /// `apv`: what is known of the receiver.
    pub party_v: Option<&'h str>,
    /// `iv`: the initialization vector of the encrypted key.
    pub iv: Option<&'h str>,
    /// `tag`: the authentication tag of the encrypted key.
    pub tag: Option<&'h str>,
}
