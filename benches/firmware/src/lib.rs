//! What the images of `benches/firmware` share.
#![no_std]

mod flash;
mod meter;

pub use flash::{from_field_to_status, open_userinfo, read_keys_and_challenge};
pub use meter::{Cost, Meter};
