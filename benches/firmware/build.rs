//! Tells the linker where the images' memory is, the image which compiler it was made with, and `worst` what to read.

use std::{env, fs, path::Path, process::Command};

fn main() {
    // Neither is called `memory.x`: the linker would look here first, and take that one for both.
    let is_arm = env::var("CARGO_CFG_TARGET_ARCH").unwrap() == "arm";
    let memory = if is_arm { "memory/mps2.x" } else { "memory/virt.x" };
    let output = env::var_os("OUT_DIR").unwrap();
    fs::copy(memory, Path::new(&output).join("memory.x")).unwrap();
    println!("cargo::rustc-link-search={}", output.to_str().unwrap());
    if !is_arm {
        println!("cargo::rustc-link-arg-bins=-Tmemory.x");
    }
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rerun-if-changed={memory}");
    println!("cargo::rustc-env=COMPILER={}", compiler());
    // Its script names others when it searches.
    let inputs = env::var("WORST_INPUTS").unwrap_or(concat!(env!("CARGO_MANIFEST_DIR"), "/worst/inputs.rs").into());
    println!("cargo::rerun-if-env-changed=WORST_INPUTS");
    println!("cargo::rerun-if-changed={inputs}");
    println!("cargo::rustc-env=WORST_INPUTS={inputs}");
}

/// The figures hold for this one.
fn compiler() -> String {
    let output = Command::new(env::var_os("RUSTC").unwrap()).arg("--version").output().unwrap();
    let version = String::from_utf8(output.stdout).unwrap();
    version.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}
