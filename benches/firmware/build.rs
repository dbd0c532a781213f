//! Tells the linker where the images' memory is, and the image which compiler it was made with.

use std::{env, process::Command};

fn main() {
    println!("cargo::rustc-link-search={}", env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rerun-if-changed=memory.x");
    println!("cargo::rustc-env=COMPILER={}", compiler());
}

/// The figures hold for this one.
fn compiler() -> String {
    let output = Command::new(env::var_os("RUSTC").unwrap()).arg("--version").output().unwrap();
    let version = String::from_utf8(output.stdout).unwrap();
    version.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}
