//! The data file: how many mutants were tried with what outcome, and why those that no test notices change no verdict.
//!
//! A line that begins with `why: ` gives the reason of the mutants on the indented lines after it.

use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

/// The reason that stands in the file until somebody has found one.
const NO_REASON: &str = "?";

#[derive(Default)]
pub struct Outcomes {
    /// Comments and counts: what stands before the first reason.
    head: Vec<String>,
    /// Reasons, in order, and the mutants that they explain.
    reasons: Vec<(String, Vec<String>)>,
}

impl Outcomes {
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut outcomes = Self::default();
        for line in text.lines() {
            if let Some(reason) = line.strip_prefix("why: ") {
                outcomes.reasons.push((reason.to_owned(), Vec::new()));
            } else if let Some(mutant) = line.strip_prefix("  ") {
                let (_, mutants) = outcomes.reasons.last_mut().ok_or(format!("no reason before: {mutant}"))?;
                mutants.push(mutant.to_owned());
            } else if outcomes.reasons.is_empty() {
                outcomes.head.push(line.to_owned());
            } else if !line.is_empty() {
                return Err(format!("neither a reason nor a mutant: {line}"));
            }
        }
        Ok(outcomes)
    }

    /// The mutants of the file, and whether each has a reason.
    pub fn explained(&self) -> BTreeMap<&str, bool> {
        let mutants =
            self.reasons.iter().flat_map(|(why, mutants)| mutants.iter().map(move |name| (name.as_str(), why)));
        mutants.map(|(name, why)| (name, why != NO_REASON)).collect()
    }

    pub fn has_counts(&self, counts: &str) -> bool {
        self.head.iter().any(|line| line == counts)
    }

    /// Brings the file up to date: `missed` are the mutants that no test notices now.
    pub fn update(&mut self, counts: &str, missed: &[&str]) {
        self.head.retain(|line| line.starts_with('#'));
        self.head.extend([counts.to_owned(), String::new()]);
        for (_, mutants) in &mut self.reasons {
            mutants.retain(|name| missed.contains(&name.as_str()));
        }
        let known = self.explained();
        let new: Vec<String> =
            missed.iter().filter(|name| !known.contains_key(**name)).map(|name| (*name).to_owned()).collect();
        self.reasons.push((NO_REASON.to_owned(), new));
        self.reasons.retain(|(_, mutants)| !mutants.is_empty());
    }

    pub fn write(&self, path: &Path) -> Result<(), String> {
        let mut text = self.head.join("\n");
        let mut between = "\n";
        for (reason, mutants) in &self.reasons {
            let _ = write!(text, "{between}why: {reason}\n  {}\n", mutants.join("\n  "));
            between = "\n";
        }
        fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
    }
}
