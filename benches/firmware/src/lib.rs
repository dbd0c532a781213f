//! What the images of `benches/firmware` share.
#![no_std]

#[cfg_attr(target_arch = "arm", path = "board/mps2.rs")]
#[cfg_attr(target_arch = "riscv32", path = "board/virt.rs")]
mod board;
mod flash;
mod meter;

pub use board::entry;
pub use flash::{from_field_to_status, open_userinfo, read_keys_and_challenge};
pub use meter::{Cost, Meter};
