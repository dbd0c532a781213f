//! What the tests share.

pub mod script;
pub mod signer;
