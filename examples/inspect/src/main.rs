//! Verifies or explains an access token exactly as the device would.
//!
//! Keys, tokens and claims are read by `bearward-core` alone, so that what is refused here is refused there.

#![deny(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::{
    fmt,
    io::{self, BufWriter, Write},
    process::ExitCode,
};

use options::Command;

mod advice;
mod algorithms;
mod batch;
mod dates;
mod explain;
mod keys;
mod options;
mod show;
mod verify;

/// What the exit status says.
enum Verdict {
    Good,
    Refused,
}

/// Why the question could not be answered.
enum Problem {
    /// The question itself is at fault: an option, a file, a key.
    Usage(String),
    /// The answer could not be written.
    Output(io::Error),
}

fn main() -> ExitCode {
    let mut out = BufWriter::new(io::stdout().lock());
    let answer = run(&mut out).and_then(|verdict| {
        out.flush()?;
        Ok(verdict)
    });
    match answer {
        Ok(Verdict::Good) => ExitCode::SUCCESS,
        Ok(Verdict::Refused) => ExitCode::from(1),
        // Whoever closed the pipe has read enough.
        Err(Problem::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("bearward-inspect: {problem}");
            ExitCode::from(2)
        }
    }
}

fn run(out: &mut dyn Write) -> Result<Verdict, Problem> {
    match options::parse(lexopt::Parser::from_env())? {
        Command::Verify(options) => verify::run(&options, out),
        Command::Explain(options) => explain::run(&options, out),
        Command::Batch(secrets) => batch::run(&mut io::stdin().lock(), out, secrets),
        Command::Help => {
            out.write_all(options::HELP.as_bytes())?;
            Ok(Verdict::Good)
        }
        Command::Version => {
            writeln!(out, "bearward-inspect {}", env!("CARGO_PKG_VERSION"))?;
            Ok(Verdict::Good)
        }
    }
}

/// Tells on standard error what the answer leaves out.
fn warn(warnings: impl Iterator<Item = &'static str>) {
    for warning in warnings {
        eprintln!("bearward-inspect: warning: {warning}");
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) => f.write_str(text),
            Self::Output(error) => write!(f, "cannot write the answer: {error}"),
        }
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        Self::Output(error.into())
    }
}

impl From<lexopt::Error> for Problem {
    fn from(error: lexopt::Error) -> Self {
        Self::Usage(format!("{error}; --help tells what there is"))
    }
}
