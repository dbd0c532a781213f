//! Tells the linker what esp-hal needs, and the image when it was built.

use std::time::{SystemTime, UNIX_EPOCH};

fn main() {
    println!("cargo::rustc-link-arg-bins=-Tlinkall.x");
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=../../src");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    println!("cargo::rustc-env=BUILT_AT={now}");
}
