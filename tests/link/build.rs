//! Tells the linker where the image's memory is.

fn main() {
    println!("cargo::rustc-link-search={}", std::env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rustc-link-arg=-Tlink.x");
    println!("cargo::rerun-if-changed=memory.x");
}
