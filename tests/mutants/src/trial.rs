//! Tries mutants on the tests that reach them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::{Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{list::Mutant, tree::Binary};

/// Tests that are not run, by how their names begin: those of modules that compute, which judge nothing that has mutants,
/// and those that try everything there is. They take long, and much longer without optimisation.
const LONG: &[&str] = &[
    "alg::",
    "rsa::",
    "jose::jwks_reader::tests::every_byte_mutation_",
    "jose::lexer::tests::rfc8259_8_1_utf8_as_the_standard_library_judges_it",
];

/// A test, and what it takes.
#[derive(Clone)]
pub struct Test {
    pub name: String,
    time: Duration,
    reached: BTreeSet<usize>,
}

/// The tests of a program, each of which passes without a mutant.
pub struct Suite<'a> {
    binary: &'a Binary,
    pub tests: Vec<Test>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Caught,
    /// Caught, by an end that did not come.
    Timeout,
    Missed,
}

/// Runs `job` for each of `items`, two at a time.
fn in_parallel<T: Sync, R: Send>(items: &[T], job: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { return };
                    let result = job(item);
                    done.lock().expect("no job panics").push((index, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no job panics");
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// How a run of tests may end.
struct Limits {
    processor_seconds: u64,
    seconds: u64,
}

impl Limits {
    /// For tests that took so long: so much more that a busy machine is no reason to stop.
    fn of(time: Duration) -> Self {
        Self { processor_seconds: 2 + time.as_secs() * 10, seconds: 60 + time.as_secs() * 30 }
    }
}

fn run(binary: &Binary, names: &[&str], environment: &[(&str, &str)], limits: &Limits) -> Result<Verdict, String> {
    // The shell knows how to limit processor time, which other work on the machine does not use up, and memory, which
    // a loop without end would fill.
    let script = format!(
        "ulimit -c 0; ulimit -t {}; ulimit -v 8000000; exec timeout -s KILL {} \"$0\" \"$@\"",
        limits.processor_seconds, limits.seconds
    );
    let status = Command::new("sh")
        .args(["-c", &script])
        .arg(&binary.path)
        .args(["--test-threads", "1", "--exact"])
        .args(names)
        .current_dir(&binary.folder)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|error| error.to_string())?;
    Ok(match status.code() {
        Some(0) => Verdict::Missed,
        // Killed: `timeout` ends as what it ran, by the signal of the limit or its own.
        None | Some(137 | 152) => Verdict::Timeout,
        Some(_) => Verdict::Caught,
    })
}

impl<'a> Suite<'a> {
    /// Runs each test of the program by itself, to see which mutants it reaches.
    pub fn explore(binary: &'a Binary, scratch: &Path) -> Result<Self, String> {
        let output = Command::new(&binary.path)
            .args(["--list", "--format", "terse"])
            .current_dir(&binary.folder)
            .output()
            .map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout);
        let names = text.lines().filter_map(|line| line.strip_suffix(": test"));
        let names: Vec<&str> = names.filter(|name| !LONG.iter().any(|module| name.starts_with(module))).collect();
        let _ = fs::remove_dir_all(scratch);
        fs::create_dir_all(scratch).map_err(|error| error.to_string())?;
        let tests = in_parallel(&names, |name| {
            let file = scratch.join(name.replace(':', "-"));
            let start = Instant::now();
            let environment = [("MUTANTS_REACHED", file.to_str().ok_or("a path that is no text")?)];
            let verdict = run(binary, &[name], &environment, &Limits { processor_seconds: 300, seconds: 600 })?;
            let time = start.elapsed();
            if verdict != Verdict::Missed {
                return Err(format!("{name} fails without a mutant"));
            }
            let reached = fs::read_to_string(&file).unwrap_or_default();
            let reached = reached.lines().filter_map(|id| id.parse().ok()).collect();
            Ok(Test { name: (*name).to_owned(), time, reached })
        });
        Ok(Self { binary, tests: tests.into_iter().collect::<Result<_, _>>()? })
    }

    pub fn reaches(&self, mutant: usize) -> bool {
        self.tests.iter().any(|test| test.reached.contains(&mutant))
    }

    /// Tries the mutants, each on the tests that reach it.
    pub fn try_all(&self, mutants: &[&Mutant]) -> Result<BTreeMap<usize, Verdict>, String> {
        in_parallel(mutants, |mutant| Ok((mutant.id, self.try_one(mutant)?))).into_iter().collect()
    }

    fn try_one(&self, mutant: &Mutant) -> Result<Verdict, String> {
        let module = mutant.module();
        let mut tests: Vec<&Test> = self.tests.iter().filter(|test| test.reached.contains(&mutant.id)).collect();
        // The module's own first, quick ones first.
        tests.sort_by_key(|test| (!test.name.starts_with(&module), test.time));
        let id = mutant.id.to_string();
        let environment = [("MUTANT", id.as_str())];
        let mut rest = &tests[..];
        let mut count = 4;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(count.min(rest.len()));
            rest = later;
            count *= 4;
            let names: Vec<&str> = now.iter().map(|test| test.name.as_str()).collect();
            let limits = Limits::of(now.iter().map(|test| test.time).sum());
            let verdict = run(self.binary, &names, &environment, &limits)?;
            if verdict != Verdict::Missed {
                return Ok(verdict);
            }
        }
        Ok(Verdict::Missed)
    }
}
