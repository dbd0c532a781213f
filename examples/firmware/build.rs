//! Tells the linker where the image's memory is, and the image when it was built.

use std::{
    env, fs,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

fn main() {
    // Neither is called `memory.x`: the linker would look here first, and take that one for both.
    let memory = if env::var_os("CARGO_FEATURE_SMALL").is_some() { "memory/small.x" } else { "memory/generous.x" };
    let output = env::var_os("OUT_DIR").unwrap();
    fs::copy(memory, Path::new(&output).join("memory.x")).unwrap();
    println!("cargo::rustc-link-search={}", output.to_str().unwrap());
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rerun-if-changed={memory}");
    println!("cargo::rerun-if-changed=src");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    println!("cargo::rustc-env=BUILT_AT={now}");
}
