//! JSON Object Signing and Encryption: headers, signatures and keys
//! ([RFC 7515](https://www.rfc-editor.org/rfc/rfc7515), [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)).

mod draft;
pub(crate) mod header;
mod jwk;
mod jwks;
pub(crate) mod jws;
mod key_error;
mod lexer;
mod pem;
mod secrets;
mod spki;

pub use jwk::Jwk;
pub use jwks::{JwkSet, JwkSetReader};
pub use jws::{Jws, verify_jws};
pub use key_error::KeyError;
pub use secrets::SecretSet;
