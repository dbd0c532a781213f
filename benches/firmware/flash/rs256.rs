//! RS256 alone.
#![no_std]
#![no_main]

chip_bench::image! { Rs256 => chip_bench::from_field_to_status }
