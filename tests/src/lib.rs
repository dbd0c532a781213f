//! What the tests share.

pub mod authority;
pub mod encrypter;
pub mod pki;
pub mod script;
pub mod scripted;
pub mod signer;
