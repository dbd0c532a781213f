//! Mutation testing of what decides over a token: see tests/mutants/run.

mod list;
mod outcomes;
mod place;
mod tree;
mod trial;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use list::Mutant;
use outcomes::Outcomes;
use tree::Tree;
use trial::{Suite, Verdict};

/// What reads and judges tokens.
const MODULES: &[&str] = &["policy", "claims", "bearer", "json", "jose"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        [] => run(&[]).and_then(|trials| trials.record()),
        ["--check"] => run(&[]).and_then(|trials| trials.check()),
        ["--only", ref files @ ..] if !files.is_empty() => run(files).map(|trials| trials.show()),
        _ => Err("usage: tests/mutants/run [--check | --only PART-OF-A-FILE'S-NAME...]".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tests/mutants/run: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The mutants that there are now, and how each of them fared.
struct Trials {
    mutants: Vec<Mutant>,
    missed: Vec<usize>,
    counts: String,
    file: PathBuf,
}

/// Tries the mutants, or those in files whose names have one of these in them.
fn run(only: &[&str]) -> Result<Trials, String> {
    let start = Instant::now();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).ok_or("the repository is not found")?;
    let scratch = root.join("target/mutants");
    let mutants = list::list(root, MODULES)?;
    let mut tree = Tree::new(root, &scratch.join("tree"), &mutants)?;
    let tests = tree.build()?;
    println!("{} mutants in one build after {} s", mutants.len(), start.elapsed().as_secs());
    let suite = Suite::explore(&tests, &scratch.join("reached"))?;
    println!("{} tests after {} s", suite.tests.len(), start.elapsed().as_secs());
    let meant = |mutant: &Mutant| only.is_empty() || only.iter().any(|part| mutant.file.contains(part));
    let viable: Vec<&Mutant> =
        mutants.iter().filter(|mutant| meant(mutant) && !tree.unviable.contains(&mutant.id)).collect();
    let verdicts = suite.try_all(&viable)?;
    println!("{} mutants tried after {} s", viable.len(), start.elapsed().as_secs());
    let count = |verdict| verdicts.values().filter(|other| **other == verdict).count();
    for mutant in viable.iter().filter(|mutant| verdicts[&mutant.id] == Verdict::Timeout) {
        println!("caught by its end that does not come: {}", mutant.key);
    }
    for mutant in viable.iter().filter(|mutant| !suite.reaches(mutant.id)) {
        println!("reached by no test: {}", mutant.key);
    }
    let counts = format!(
        "{} mutants: {} caught, {} do not compile, {} explained",
        mutants.len(),
        count(Verdict::Caught) + count(Verdict::Timeout),
        tree.unviable.len(),
        count(Verdict::Missed)
    );
    let missed = verdicts.iter().filter(|(_, verdict)| **verdict == Verdict::Missed).map(|(id, _)| *id).collect();
    Ok(Trials { mutants, missed, counts, file: root.join("tests/mutants/outcomes.txt") })
}

impl Trials {
    fn missed(&self) -> Vec<&str> {
        let missed = self.mutants.iter().filter(|mutant| self.missed.contains(&mutant.id));
        missed.map(|mutant| mutant.key.as_str()).collect()
    }

    fn show(&self) {
        for name in self.missed() {
            println!("no test notices: {name}");
        }
    }

    fn record(&self) -> Result<(), String> {
        let mut outcomes = Outcomes::read(&self.file)?;
        outcomes.update(&self.counts, &self.missed());
        outcomes.write(&self.file)?;
        self.check()
    }

    fn check(&self) -> Result<(), String> {
        let outcomes = Outcomes::read(&self.file)?;
        let explained = outcomes.explained();
        let missed = self.missed();
        let mut bad = 0;
        for name in missed.iter().filter(|name| explained.get(**name) != Some(&true)) {
            println!("no test notices, and nothing explains: {name}");
            bad += 1;
        }
        for name in explained.keys().filter(|name| !missed.contains(*name)) {
            let exists = self.mutants.iter().any(|mutant| mutant.key == **name);
            println!("explained, but {}: {name}", if exists { "caught" } else { "there is no such mutant" });
            bad += 1;
        }
        println!("{}", self.counts);
        if bad > 0 {
            return Err(format!("{bad} mutants to look at"));
        }
        if !outcomes.has_counts(&self.counts) {
            return Err("the counts in outcomes.txt are others: run tests/mutants/run and commit".into());
        }
        Ok(())
    }
}
