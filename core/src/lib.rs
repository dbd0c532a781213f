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
mod base64url;
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
#[cfg(feature = "rsa")]
pub use alg::{Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
pub use error::{Claim, Error, ErrorCode, Parameter, Part, Reason};
pub use key::{Curve, Key, KeyEntry, Keys, PublicKey, Secret};
pub use time::UnixTime;
