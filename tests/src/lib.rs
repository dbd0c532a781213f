//! What the tests share.

pub mod pki;
pub mod signer;
