//! A copy of the repository that has all mutants in it, and the tests built of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    ops::Range,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{list::Mutant, place::place};

/// Where the code of a mutant lies in the copy.
struct Region {
    file: PathBuf,
    at: Range<usize>,
    mutant: usize,
}

pub struct Tree<'a> {
    /// The repository.
    root: PathBuf,
    /// The copy.
    pub path: PathBuf,
    mutants: &'a [Mutant],
    /// Mutants that do not compile.
    pub unviable: BTreeSet<usize>,
    regions: Vec<Region>,
    /// The files that have mutants, as they are in the repository.
    sources: BTreeMap<String, String>,
}

/// A program with tests.
pub struct Binary {
    pub path: PathBuf,
    /// Where cargo would run it.
    pub folder: PathBuf,
}

/// What a mutant asks. It writes down the mutants that are asked about, for those who want to know what a test reaches.
///
/// A `const fn` can ask, too, and has no mutant where the compiler evaluates it: that takes an intrinsic of the compiler.
/// So a test that has its values out of a `static` notices less.
const QUESTION: &str = r#"//! Which mutant is at work.

extern crate std;

use core::sync::atomic::{AtomicBool, Ordering};
use std::{fs::File, io::Write, string::ToString, sync::OnceLock, vec::Vec};

struct Mode {
    chosen: usize,
    reached: Option<(File, Vec<AtomicBool>)>,
}

static MODE: OnceLock<Mode> = OnceLock::new();

fn mode() -> &'static Mode {
    MODE.get_or_init(|| {
        let chosen = std::env::var("MUTANT").ok().and_then(|id| id.parse().ok()).unwrap_or(0);
        let reached = std::env::var_os("MUTANTS_REACHED").map(|path| {
            let file = File::options().create(true).append(true).open(path).expect("a file for what is reached");
            (file, (0..=COUNT).map(|_| AtomicBool::new(false)).collect())
        });
        Mode { chosen, reached }
    })
}

pub(crate) const fn on(id: usize) -> bool {
    core::intrinsics::const_eval_select((id,), compiled, asked)
}

const fn compiled(_: usize) -> bool {
    false
}

fn asked(id: usize) -> bool {
    let mode = mode();
    if let Some((file, seen)) = &mode.reached
        && !seen[id].swap(true, Ordering::Relaxed)
    {
        let mut file = file;
        file.write_all((id.to_string() + "\n").as_bytes()).expect("what is reached can be written");
    }
    mode.chosen == id
}
"#;

const FEATURES: &[u8] = b"#![feature(core_intrinsics, const_eval_select)]\n#![allow(internal_features)]\n";

impl<'a> Tree<'a> {
    /// Copies the repository.
    pub fn new(root: &Path, path: &Path, mutants: &'a [Mutant]) -> Result<Self, String> {
        let mut tree = Self {
            root: root.to_owned(),
            path: path.to_owned(),
            mutants,
            unviable: BTreeSet::new(),
            regions: Vec::new(),
            sources: BTreeMap::new(),
        };
        let files = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
            .current_dir(root)
            .output()
            .map_err(|error| error.to_string())?;
        let mut kept = BTreeSet::new();
        for name in String::from_utf8_lossy(&files.stdout).split('\0').filter(|name| !name.is_empty()) {
            // What was deleted and not yet committed is listed, too.
            let Ok(bytes) = fs::read(root.join(name)) else { continue };
            kept.insert(path.join(name));
            let mutated = mutants.iter().any(|mutant| mutant.file == name);
            match name {
                "Cargo.toml" => write(&path.join(name), manifest(&String::from_utf8_lossy(&bytes)).as_bytes())?,
                "core/src/lib.rs" => write(&path.join(name), &[FEATURES, &bytes[..], b"\nmod mutant;\n"].concat())?,
                _ if mutated => {
                    let source = String::from_utf8(bytes).map_err(|error| format!("{name}: {error}"))?;
                    _ = tree.sources.insert(name.to_owned(), source);
                }
                _ => write(&path.join(name), &bytes)?,
            }
        }
        kept.insert(path.join("core/src/mutant.rs"));
        remove_others(&path.join("core/src"), &kept)?;
        let question = format!("{QUESTION}\nconst COUNT: usize = {};\n", mutants.len());
        write(&path.join("core/src/mutant.rs"), question.as_bytes())?;
        Ok(tree)
    }

    fn write_mutants(&mut self) -> Result<(), String> {
        let mut files: BTreeMap<&str, Vec<&Mutant>> = BTreeMap::new();
        for mutant in self.mutants {
            let mutants = files.entry(&mutant.file).or_default();
            if !self.unviable.contains(&mutant.id) {
                mutants.push(mutant);
            }
        }
        self.regions.clear();
        for (name, mutants) in files {
            let source = self.sources.get(name).ok_or(format!("{name} is not in the repository"))?;
            let placed = place(source, &mutants).map_err(|error| format!("{name}: {error}"))?;
            write(&self.path.join(name), placed.text.as_bytes())?;
            self.unviable.extend(placed.unviable);
            for (at, mutant) in placed.regions {
                self.regions.push(Region { file: name.into(), at, mutant });
            }
        }
        Ok(())
    }

    /// The mutants that did not compile when their file was as it is now: to try them again takes as long as all else.
    fn remembered(&self) -> BTreeSet<usize> {
        let text = fs::read_to_string(self.memory()).unwrap_or_default();
        let known: BTreeSet<&str> = text.lines().collect();
        self.mutants
            .iter()
            .filter(|mutant| known.contains(self.described(mutant).as_str()))
            .map(|mutant| mutant.id)
            .collect()
    }

    fn remember(&self) -> Result<(), String> {
        let unviable = self.mutants.iter().filter(|mutant| self.unviable.contains(&mutant.id));
        let lines: Vec<String> = unviable.map(|mutant| self.described(mutant)).collect();
        write(&self.memory(), lines.join("\n").as_bytes())
    }

    fn memory(&self) -> PathBuf {
        self.path.with_extension("unviable")
    }

    /// A mutant, and the content of its file.
    fn described(&self, mutant: &Mutant) -> String {
        let mut hasher = DefaultHasher::new();
        self.sources.get(&mutant.file).hash(&mut hasher);
        format!("{:016x} {}", hasher.finish(), mutant.key)
    }

    /// Places the mutants, finds out which of them do not compile, and builds the unit tests of bearward-core.
    pub fn build(&mut self) -> Result<Binary, String> {
        self.unviable = self.remembered();
        for _ in 0..20 {
            self.write_mutants()?;
            let messages =
                self.cargo(&["test", "--no-run", "--package", "bearward-core", "--all-features", "--lib"])?;
            if let Some(path) = messages.iter().find_map(|message| message["executable"].as_str()) {
                self.remember()?;
                return Ok(Binary { path: path.into(), folder: self.path.join("core") });
            }
            let before = self.unviable.len();
            let mut unknown = Vec::new();
            for message in
                messages.iter().map(|message| &message["message"]).filter(|message| message["level"] == "error")
            {
                self.blame(message, &mut unknown);
            }
            if self.unviable.len() == before {
                return Err(format!("no mutant is to blame for this:\n{}", unknown.join("\n")));
            }
        }
        Err("mutants that do not compile are found without end".into())
    }

    /// Finds out which mutant an error comes of.
    fn blame(&mut self, message: &Value, unknown: &mut Vec<String>) {
        let text = message["message"].as_str().unwrap_or_default();
        let spans = || message["spans"].as_array().into_iter().flatten();
        let main = |span: &&Value| span["is_primary"] == true;
        let region = |span: &Value| {
            let file = Path::new(span["file_name"].as_str()?);
            let at = bytes(span)?;
            let around = |region: &&Region| region.at.start <= at.start && at.end <= region.at.end;
            let regions = self.regions.iter().filter(|region| region.file == file);
            regions.filter(around).min_by_key(|region| region.at.len()).map(|region| region.mutant)
        };
        match spans().filter(main).find_map(region).or_else(|| spans().find_map(region)) {
            Some(mutant) => _ = self.unviable.insert(mutant),
            None => unknown.push(message["rendered"].as_str().unwrap_or(text).to_owned()),
        }
    }

    /// Runs cargo in the copy, with the artefacts of dependencies that the repository has.
    fn cargo(&self, arguments: &[&str]) -> Result<Vec<Value>, String> {
        let output = Command::new("cargo")
            .args(arguments)
            .args(["--locked", "--message-format", "json", "--target-dir"])
            .arg(self.root.join("target"))
            // Unstable features for these crates alone, so that all others are as they were built for other tests.
            .env("RUSTC_WORKSPACE_WRAPPER", self.root.join("tests/mutants/unstable-rustc"))
            // To optimise core takes longer than its tests do then.
            .env("CARGO_PROFILE_DEV_OPT_LEVEL", "0")
            .current_dir(&self.path)
            .stderr(Stdio::piped())
            .output()
            .map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout);
        let messages: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        if !output.status.success() && !messages.iter().any(|message| message["message"]["level"] == "error") {
            return Err(format!("cargo {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr)));
        }
        Ok(messages)
    }
}

/// The manifest of the workspace without its lints, since mutants are not written by hand, and with a profile that
/// compiles fast. What it says of dependencies stays, so that they are not compiled again.
fn manifest(text: &str) -> String {
    let mut table = "";
    let mut kept = String::new();
    for line in text.lines() {
        if line.starts_with('[') {
            table = line;
            kept.push_str(line);
            kept.push('\n');
            if table == "[profile.dev]" {
                kept.push_str("debug = false\n");
            }
        } else if table != "[profile.dev]" && !table.starts_with("[workspace.lints") {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// Where an error of the compiler is.
fn bytes(span: &Value) -> Option<Range<usize>> {
    let place = |name: &str| span[name].as_u64().and_then(|at| usize::try_from(at).ok());
    Some(place("byte_start")?..place("byte_end")?)
}

/// Writes what differs alone, so that cargo sees what changed.
fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, bytes))
        .map_err(|error| format!("{}: {error}", path.display()))
}

fn remove_others(folder: &Path, kept: &BTreeSet<PathBuf>) -> Result<(), String> {
    for entry in fs::read_dir(folder).map_err(|error| error.to_string())? {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.is_dir() {
            remove_others(&path, kept)?;
        } else if !kept.contains(&path) {
            fs::remove_file(&path).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}
