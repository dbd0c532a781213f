//! Tells the linker where the image's memory is, and the image when it was built.

use std::time::{SystemTime, UNIX_EPOCH};

fn main() {
    println!("cargo::rustc-link-search={}", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rerun-if-changed=memory.x");
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=../../src");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    println!("cargo::rustc-env=BUILT_AT={now}");
}
