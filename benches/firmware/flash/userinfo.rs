//! An answer about a user that is signed, and encrypted to the device's own key.
#![no_std]
#![no_main]

chip_bench::image! { => chip_bench::open_userinfo }
