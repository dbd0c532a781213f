//! What the tests share.

pub mod authority;
pub mod pki;
pub mod script;
pub mod signer;
