//! What the tests share.

pub mod signer;
