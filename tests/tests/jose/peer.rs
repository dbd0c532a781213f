//! The peer: a process of Node that verifies tokens.

use std::{
    fmt,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use tests::{
    cases::{AUDIENCE, ISSUER},
    signer::Signer,
};

use crate::NOW;

/// A token, and what it is to be verified with.
pub(crate) struct Question {
    pub(crate) signer: Signer,
    /// The key that it was signed with, as it stands in the set.
    pub(crate) key: String,
    /// The key set, as a server would publish it. Shared secrets are known without one.
    pub(crate) jwks: String,
    pub(crate) token: String,
}

/// What the peer says.
#[derive(Debug)]
pub(crate) enum Theirs {
    Accepted(Value),
    Refused { code: String, message: String },
}

pub(crate) struct Peer {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Question {
    pub(crate) fn new(signer: &Signer, key: String, jwks: String, token: String) -> Self {
        Self { signer: signer.clone(), key, jwks, token }
    }
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |index| self.token.split('.').nth(index).and_then(|part| Base64UrlUnpadded::decode_vec(part).ok());
        let text = |index| part(index).map(|part| String::from_utf8_lossy(&part).into_owned());
        f.debug_struct("Question")
            .field("algorithm", &self.signer.algorithm())
            .field("jwks", &self.jwks)
            .field("token", &self.token)
            .field("header", &text(0))
            .field("claims", &text(1))
            .finish()
    }
}

impl Peer {
    pub(crate) fn start() -> Self {
        let mut child = Command::new("node")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/authority/jose.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("no Node: run tests/setup");
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output }
    }

    pub(crate) fn ask(&mut self, question: &Question) -> Theirs {
        let signer = &question.signer;
        let message = json!({
            "jwks": question.jwks,
            "jwk": signer.is_secret().then(|| signer.jwk()),
            "token": question.token,
            "algorithm": signer.algorithm(),
            "issuer": ISSUER,
            "audience": AUDIENCE,
            "now": NOW,
        });
        writeln!(self.input, "{message}").expect("jose has ended: run tests/setup");
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let mut answer: Value = serde_json::from_str(&line).expect("no answer of jose: run tests/setup");
        if answer["claims"].is_object() {
            return Theirs::Accepted(answer["claims"].take());
        }
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        Theirs::Refused { code: text("code"), message: text("error") }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
