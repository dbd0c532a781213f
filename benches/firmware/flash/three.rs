//! ES256, RS256 and HS256.
#![no_std]
#![no_main]

chip_bench::image! { Es256 Rs256 Hs256 => chip_bench::from_field_to_status }
