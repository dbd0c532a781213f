//! Instructions of one validation, by callgrind: exact, and the same on a busy machine.
//!
//! The process runs itself again beneath valgrind, which writes one file for each call of [`measured`].

use std::{
    env, fs,
    hint::black_box,
    io::ErrorKind,
    path::Path,
    process::{Command, Stdio, id},
};

use benches::Validate;

use crate::Row;

/// Instructions by row and column, as `rows` has them; `None` if there is no valgrind.
///
/// # Panics
///
/// If valgrind fails.
pub fn count(rows: &[Row]) -> Option<Vec<Vec<Option<u64>>>> {
    let directory = env::temp_dir().join(format!("bearward-instructions-{}", id()));
    fs::create_dir_all(&directory).unwrap();
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--zero-before=*::measured", "--dump-after=*::measured"])
        .arg(format!("--callgrind-out-file={}", directory.join("out").display()))
        .arg(env::current_exe().unwrap())
        .arg("count")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match status {
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        status => assert!(status.unwrap().success(), "valgrind fails"),
    }
    let mut part = 0;
    let mut next = || {
        part += 1;
        total(&directory.join(format!("out.{part}")))
    };
    let counts =
        rows.iter().map(|row| row.validations.iter().map(|validate| validate.as_ref().map(|_| next())).collect());
    let counts = counts.collect();
    fs::remove_dir_all(&directory).unwrap();
    Some(counts)
}

/// Validates once for each row and column, beneath valgrind. What is only done once was done when they were checked.
pub fn run(rows: &[Row]) {
    for row in rows {
        for validate in row.validations.iter().flatten() {
            measured(validate, &row.case.good);
        }
    }
}

/// What valgrind looks for by its name.
#[inline(never)]
pub fn measured(validate: &Validate, token: &str) {
    assert!(black_box(validate(black_box(token))));
}

/// The sum that a file of callgrind ends with.
fn total(file: &Path) -> u64 {
    let profile = fs::read_to_string(file).unwrap();
    let total = profile.lines().find_map(|line| line.strip_prefix("totals: ").or(line.strip_prefix("summary: ")));
    total.unwrap().trim().parse().unwrap()
}
