//! `bearward-inspect`, run as a user runs it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may fail loudly"
)]

mod batch;
mod explain;
mod jwe;
mod local_keys;
mod usage;
mod verify;

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

use serde_json::Value;
use tests::signer::Signer;

const ISSUER: &str = "https://as.example";
const AUDIENCE: &str = "https://valve.example";
const NOW: &str = "1795318700";

/// All that RFC 9068 requires, good at [`NOW`].
const CLAIMS: &str = r#"{"iss":"https:\/\/as.example","sub":"device","aud":"https://valve.example","client_id":"app","iat":1795318692,"exp":1795319292,"jti":"1","scope":"sensor:read"}"#;

/// What the program did.
struct Run {
    status: i32,
    out: String,
    err: String,
}

impl Run {
    /// The one line of `--json`.
    fn json(&self) -> Value {
        assert_eq!(self.out.lines().count(), 1, "{}", self.out);
        serde_json::from_str(&self.out).unwrap()
    }
}

fn run(arguments: &[&str], input: impl AsRef<[u8]>) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_bearward-inspect"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.as_ref().to_vec();
    // From a thread: a program that answers while it reads would otherwise wait for its reader. One that never reads
    // closes the pipe, which is no error of the test.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Run {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Writes a key file for one test.
fn key_file(test: &str, text: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    fs::write(&path, text).unwrap();
    path.into_os_string().into_string().unwrap()
}

/// The good token of ES256.
fn token() -> String {
    Signer::new("ES256").token(CLAIMS)
}
