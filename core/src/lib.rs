//! OAuth 2.0 bearer tokens on a microcontroller.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    test,
    allow(
        clippy::allow_attributes,
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::string_slice,
        reason = "tests may fail loudly"
    )
)]

#[cfg(test)]
extern crate std;

mod alg;
pub mod base64url;
mod bearer;
mod cache;
mod challenge;
mod claims;
mod error;
mod jose;
pub mod json;
mod key;
pub mod limits;
mod policy;
mod scope;
mod time;
mod token;

pub use alg::Algorithm;
#[cfg(feature = "p256")]
pub use alg::Es256;
#[cfg(feature = "p384")]
pub use alg::Es384;
#[cfg(feature = "p521")]
pub use alg::Es512;
#[cfg(feature = "ed25519-dalek")]
pub use alg::{Ed25519, EdDsa};
#[cfg(feature = "hmac")]
pub use alg::{Hs256, Hs384, Hs512};
pub use error::{Claim, Error, ErrorCode, Parameter, Part, Reason};
pub use key::{Curve, Key, KeyEntry, Keys, PublicKey, Secret};
pub use time::UnixTime;
