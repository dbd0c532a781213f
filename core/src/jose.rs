//! JSON Object Signing and Encryption: headers, signatures and keys
//! ([RFC 7515](https://www.rfc-editor.org/rfc/rfc7515), [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)).

#[cfg(feature = "jwe")]
mod decryption_keys;
#[cfg(all(feature = "jwe", feature = "p256"))]
mod device_keys;
mod document;
pub(crate) mod header;
#[cfg(feature = "jwe")]
pub(crate) mod jwe;
mod jwk;
mod jwks;
mod jwks_reader;
pub(crate) mod jws;
mod key_error;
pub(crate) mod lexer;
pub(crate) mod media_type;
mod members;
mod pem;
#[cfg(test)]
mod samples;
mod secrets;
mod spki;
mod thumbprint;

#[cfg(feature = "jwe")]
pub use decryption_keys::DecryptionKeySet;
#[cfg(all(feature = "jwe", feature = "p256"))]
pub use device_keys::{DeviceKeyError, DeviceKeys, KeyPurpose, KeyStage, PublicJwks};
#[cfg(feature = "jwe")]
pub use jwe::{Decryption, Jwe, decrypt_jwe};
pub use jwk::Jwk;
pub use jwks::JwkSet;
pub use jwks_reader::JwkSetReader;
pub use jws::{Jws, verify_jws};
pub use key_error::KeyError;
pub use secrets::SecretSet;
