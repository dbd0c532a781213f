//! Counts the instructions of a function in an example of core, by callgrind.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// An example of core, optimised: it stands where cargo builds for the test whose `CARGO_TARGET_TMPDIR` this is.
///
/// # Panics
///
/// If it cannot be built.
pub fn example(name: &str, target_tmpdir: &str) -> PathBuf {
    let target = Path::new(target_tmpdir).parent().unwrap();
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release", "--locked", "--package=bearward-core", "--all-features"])
        .args(["--example", name, "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml"))
        .arg("--target-dir")
        .arg(target)
        .status();
    assert!(status.unwrap().success());
    target.join("release/examples").join(name)
}

/// What a program says, and how many instructions it takes in the functions of this name.
///
/// # Panics
///
/// If there is no valgrind, which tests/setup installs, or no such function.
pub fn run(program: &Path, function: &str, arguments: &[&str], input: &str) -> (String, u64) {
    let mut valgrind = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--toggle-collect={function}"))
        .arg(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("valgrind, which tests/setup installs");
    valgrind.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = valgrind.wait_with_output().unwrap();
    let [said, log] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    let count = log.lines().find_map(|line| line.split_once("Collected :")).unwrap_or_else(|| panic!("{log}")).1;
    let count = count.trim().parse().unwrap();
    assert!(count > 0, "{function} is not in {}: {said} {log}", program.display());
    (said.trim().to_owned(), count)
}
