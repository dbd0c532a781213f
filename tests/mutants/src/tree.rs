//! A copy of the repository that has all mutants in it, and the tests built of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
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
    /// By file, functions that call such as are `const` no more.
    callers: BTreeMap<String, BTreeSet<String>>,
    regions: Vec<Region>,
}

/// A program with tests.
pub struct Binary {
    pub path: PathBuf,
    /// Where cargo would run it.
    pub folder: PathBuf,
}

/// What a mutant asks. It writes down the mutants that are asked about, for those who want to know what a test reaches.
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

pub(crate) fn on(id: usize) -> bool {
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

impl<'a> Tree<'a> {
    /// Copies the repository.
    pub fn new(root: &Path, path: &Path, mutants: &'a [Mutant]) -> Result<Self, String> {
        let tree = Self {
            root: root.to_owned(),
            path: path.to_owned(),
            mutants,
            unviable: BTreeSet::new(),
            callers: BTreeMap::new(),
            regions: Vec::new(),
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
                "core/src/lib.rs" => write(&path.join(name), &[&bytes[..], b"\nmod mutant;\n"].concat())?,
                _ if mutated => {}
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
        let mut files: BTreeMap<&str, Vec<&Mutant>> =
            self.callers.keys().map(|name| (name.as_str(), Vec::new())).collect();
        for mutant in self.mutants {
            let mutants = files.entry(&mutant.file).or_default();
            if !self.unviable.contains(&mutant.id) {
                mutants.push(mutant);
            }
        }
        self.regions.clear();
        let none = BTreeSet::new();
        for (name, mutants) in files {
            let source = fs::read_to_string(self.root.join(name)).map_err(|error| format!("{name}: {error}"))?;
            let placed = place(&source, &mutants, self.callers.get(name).unwrap_or(&none))
                .map_err(|error| format!("{name}: {error}"))?;
            write(&self.path.join(name), placed.text.as_bytes())?;
            self.unviable.extend(placed.unviable);
            for (at, mutant) in placed.regions {
                self.regions.push(Region { file: name.into(), at, mutant });
            }
        }
        Ok(())
    }

    /// Places the mutants, finds out which of them do not compile, and builds the unit tests of bearward-core.
    pub fn build(&mut self) -> Result<Binary, String> {
        for _ in 0..20 {
            self.write_mutants()?;
            let messages =
                self.cargo(&["test", "--no-run", "--package", "bearward-core", "--all-features", "--lib"])?;
            if let Some(path) = messages.iter().find_map(|message| message["executable"].as_str()) {
                return Ok(Binary { path: path.into(), folder: self.path.join("core") });
            }
            let known = |tree: &Self| (tree.unviable.len(), tree.callers.values().map(BTreeSet::len).sum::<usize>());
            let before = known(self);
            let mut unknown = Vec::new();
            for message in
                messages.iter().map(|message| &message["message"]).filter(|message| message["level"] == "error")
            {
                self.blame(message, &mut unknown);
            }
            if known(self) == before {
                return Err(format!("no mutant is to blame for this:\n{}", unknown.join("\n")));
            }
        }
        Err("mutants that do not compile are found without end".into())
    }

    /// Finds out which mutant an error comes of, or which function can be `const` no more.
    fn blame(&mut self, message: &Value, unknown: &mut Vec<String>) {
        let text = message["message"].as_str().unwrap_or_default();
        let spans = || message["spans"].as_array().into_iter().flatten();
        let main = |span: &&Value| span["is_primary"] == true;
        if message["code"]["code"] == "E0015" && text.ends_with("constant functions") {
            if let Some((file, function)) = spans().find(main).and_then(|span| self.function(span)) {
                self.callers.entry(file).or_default().insert(function);
                return;
            }
        }
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

    /// The file and the name of the function in which an error is.
    fn function(&self, span: &Value) -> Option<(String, String)> {
        let file = span["file_name"].as_str()?;
        let text = fs::read_to_string(self.path.join(file)).ok()?;
        let (_, function) = text.get(..bytes(span)?.start)?.rsplit_once("const fn ")?;
        let end = function.find(['(', '<'])?;
        Some((file.to_owned(), function[..end].to_owned()))
    }

    /// Runs cargo in the copy, with the artefacts of dependencies that the repository has.
    fn cargo(&self, arguments: &[&str]) -> Result<Vec<Value>, String> {
        let output = Command::new("cargo")
            .args(arguments)
            .args(["--locked", "--message-format", "json", "--target-dir"])
            .arg(self.root.join("target"))
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
