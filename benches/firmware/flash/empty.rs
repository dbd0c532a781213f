//! Nothing: what every image has.
#![no_std]
#![no_main]

chip_bench::image!();
