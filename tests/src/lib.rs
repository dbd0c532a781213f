//! What the tests share.

pub mod authority;
pub mod cases;
pub mod counted;
pub mod encrypter;
pub mod grid;
pub mod pki;
pub mod script;
pub mod scripted;
pub mod signer;
pub mod tls13;
