//! The device's own tokens: the store against a plain model, and flash that loses power at every word.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "tests may fail loudly"
)]

mod flash;
mod model;
mod power;
