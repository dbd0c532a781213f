//! The mutants, as cargo-mutants lists them.

use std::{collections::HashMap, path::Path, process::Command};

use proc_macro2::LineColumn;
use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Genre {
    FnValue,
    /// An operator with one operand or two.
    Operator,
    MatchArm,
    Guard,
    StructField,
}

#[derive(Clone, Debug)]
pub struct Mutant {
    /// 1 for the first.
    pub id: usize,
    pub file: String,
    /// What it is called in the data file: by what stands in the source, and not where.
    pub key: String,
    pub genre: Genre,
    /// What it replaces.
    pub start: LineColumn,
    pub end: LineColumn,
    pub replacement: String,
}

impl Mutant {
    /// The module whose file it is in, as tests of it are named: `jose::jws` for `core/src/jose/jws.rs`.
    pub fn module(&self) -> String {
        self.file.trim_start_matches("core/src/").trim_end_matches(".rs").replace('/', "::")
    }
}

/// Lists the mutants of modules of bearward-core.
pub fn list(root: &Path, modules: &[&str]) -> Result<Vec<Mutant>, String> {
    let mut command = Command::new("cargo");
    command.args(["mutants", "--list", "--json", "--package", "bearward-core"]).current_dir(root);
    for module in modules {
        command.args(["--file", &format!("core/src/{module}.rs"), "--file", &format!("core/src/{module}/**")]);
    }
    let output = command.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("cargo mutants: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let all: Vec<Value> = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let mut mutants = Vec::new();
    let mut sources = HashMap::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for value in &all {
        let mutant = read(value, root, mutants.len() + 1, &mut sources).ok_or(format!("not understood: {value}"))?;
        let count = seen.entry(mutant.key.clone()).or_default();
        *count += 1;
        let key = if *count == 1 { mutant.key.clone() } else { format!("{} #{count}", mutant.key) };
        mutants.push(Mutant { key, ..mutant });
    }
    Ok(mutants)
}

fn read(value: &Value, root: &Path, id: usize, sources: &mut HashMap<String, Vec<String>>) -> Option<Mutant> {
    let file = value["file"].as_str()?.to_owned();
    let place = |name: &str| {
        let place = &value["span"][name];
        let number = |name: &str| place[name].as_u64().and_then(|number| usize::try_from(number).ok());
        Some(LineColumn { line: number("line")?, column: number("column")?.checked_sub(1)? })
    };
    let start = place("start")?;
    let genre = match value["genre"].as_str()? {
        "FnValue" => Genre::FnValue,
        "BinaryOperator" | "UnaryOperator" => Genre::Operator,
        "MatchArm" => Genre::MatchArm,
        "MatchArmGuard" => Genre::Guard,
        "StructField" => Genre::StructField,
        _ => return None,
    };
    let named = value["name"].as_str()?.strip_prefix(&file)?;
    let mut parts = named.splitn(4, ':');
    let change = parts.nth(3)?.trim();
    let lines = match sources.get(&file) {
        Some(lines) => lines,
        None => {
            let text = std::fs::read_to_string(root.join(&file)).ok()?;
            sources.entry(file.clone()).or_insert(text.lines().map(str::to_owned).collect())
        }
    };
    let line = lines.get(start.line.checked_sub(1)?)?.trim();
    let key = match genre {
        Genre::Operator => format!("{file}: {change} | {line}"),
        _ => format!("{file}: {change}"),
    };
    let replacement = value["replacement"].as_str()?.to_owned();
    Some(Mutant { id, file, key, genre, start, end: place("end")?, replacement })
}
