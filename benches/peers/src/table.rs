//! The table, as Markdown.

use std::fs;

use crate::{Peer, Row, columns, heap, instructions, time};

/// Measures everything and prints it.
pub fn print(peers: &[Peer], rows: &[Row]) {
    let instructions = instructions::count(rows);
    let names = columns(peers).collect::<Vec<_>>();
    println!("| | {} |", names.join(" | "));
    println!("|---|{}", "---|".repeat(names.len()));
    let mut noise = Noise { least: 1.0, most: 1.0 };
    for (index, row) in rows.iter().enumerate() {
        let ratios = measure(row, &mut noise);
        let cells = row.validations.iter().enumerate().map(|(column, validate)| {
            let (Some(validate), Some(ratio)) = (validate, ratios[column]) else { return "-".to_owned() };
            let instructions = instructions.as_ref().and_then(|counts| counts[index][column]);
            let instructions = instructions.map_or_else(|| "?".to_owned(), thousands);
            format!("{ratio:.2}, {instructions}, {}", heap::allocations(validate, &row.case.good))
        });
        println!("| {} | {} |", row.name, cells.collect::<Vec<_>>().join(" | "));
    }
    println!();
    println!(
        "In each cell: time as a ratio to the fastest peer's, instructions, heap allocations. Machine: {}.",
        machine()
    );
    println!(
        "Noise: ours, measured a second time as one more peer, took {:.2} to {:.2} of itself. Instructions are those of \
         valgrind's CPU, which has no SHA extensions: hashes weigh more in them than in the times.",
        noise.least, noise.most
    );
}

/// What the same code gives when it is measured against itself.
struct Noise {
    least: f64,
    most: f64,
}

/// The time of each column, as a ratio to the fastest of those that are not ours.
fn measure(row: &Row, noise: &mut Noise) -> Vec<Option<f64>> {
    let again = (row.ours)(&row.case);
    let there = row.validations.iter().flatten().chain([&again]).collect::<Vec<_>>();
    let mut ratios = time::ratios(&there, &row.case.good);
    let itself = ratios.pop().unwrap();
    noise.least = noise.least.min(itself);
    noise.most = noise.most.max(itself);
    let fastest = ratios.iter().skip(1).copied().fold(f64::INFINITY, f64::min);
    let mut ratios = ratios.into_iter();
    row.validations
        .iter()
        .map(|validate| validate.as_ref().and_then(|_| ratios.next()).map(|ratio| ratio / fastest))
        .collect()
}

fn thousands(count: u64) -> String {
    if count < 10_000 { format!("{:.1} k", count as f64 / 1000.0) } else { format!("{} k", (count + 500) / 1000) }
}

fn machine() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name"));
    model.map_or_else(|| "unknown".to_owned(), |model| model.trim_start_matches([' ', '\t', ':']).to_owned())
}

/// The version of a crate, by the lock file.
pub fn version(name: &str) -> &'static str {
    let start = format!("name = \"{name}\"\nversion = \"");
    let (_, after) = include_str!("../Cargo.lock").split_once(&start).unwrap();
    after.split_once('"').unwrap().0
}
