//! Whole validations, ours and our peers', side by side in one process: `cargo bench -p benches`.
//!
//! Each peer is configured to check the same: signature, `alg`, `typ`, `iss`, `aud`, `exp`, `nbf`, `scope` and that
//! there is a `sub`; with its key parsed beforehand, no leeway, and the time of the system's clock. Nobody is measured
//! before having accepted the good token and refused each of the bad ones.

mod heap;
mod instructions;
mod peers;
mod table;
mod time;

use std::{env, process::ExitCode};

use benches::{Case, Validate, ours_cached};

/// A way to validate tokens, and its column in the table.
struct Peer {
    name: String,
    /// `None` if it has not got the algorithm.
    prepare: fn(&Case) -> Option<Validate>,
}

/// A row that is ready to be measured: a validation for each column, all checked.
struct Row {
    name: String,
    case: Case,
    /// How ours validates.
    ours: fn(&Case) -> Validate,
    /// Ours first, then the peers'.
    validations: Vec<Option<Validate>>,
}

fn rows(peers: &[Peer]) -> Vec<Row> {
    let whole = Case::all().map(|case| row(peers, case.name(), case, benches::ours));
    // No peer has a cache: it validates the same token again.
    let again = Case::all().filter(|case| case.algorithm == "ES256");
    let cached = again.map(|case| row(peers, format!("{}, found in the cache", case.name()), case, ours_cached));
    whole.chain(cached).collect()
}

fn row(peers: &[Peer], name: String, case: Case, ours: fn(&Case) -> Validate) -> Row {
    let theirs = peers.iter().map(|peer| (peer.prepare)(&case));
    let validations = [Some(ours(&case))].into_iter().chain(theirs).collect::<Vec<_>>();
    for (column, validate) in columns(peers).zip(&validations) {
        if let Some(validate) = validate {
            case.check(column, validate);
        }
    }
    Row { name, case, ours, validations }
}

/// What stands over the columns.
fn columns(peers: &[Peer]) -> impl Iterator<Item = &str> {
    ["bearward"].into_iter().chain(peers.iter().map(|peer| peer.name.as_str()))
}

fn main() -> ExitCode {
    let peers = peers::all();
    let rows = rows(&peers);
    match env::args().nth(1).as_deref() {
        None => table::print(&peers, &rows),
        // The other half of `instructions`, beneath valgrind.
        Some("count") => instructions::run(&rows),
        // For a profiler: one validation over and over, by its row and its column.
        Some("repeat") => return repeat(&peers, &rows),
        Some(other) => {
            eprintln!("there is no {other}: no argument for the table, or `repeat ROW COLUMN TIMES`");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn repeat(peers: &[Peer], rows: &[Row]) -> ExitCode {
    let arguments = env::args().skip(2).collect::<Vec<_>>();
    let found = || {
        let [row, column, times] = arguments.as_slice() else { return None };
        let row = rows.iter().find(|found| found.name == *row)?;
        let column = columns(peers).position(|name| name == *column)?;
        Some((row, row.validations.get(column)?.as_ref()?, times.parse::<u32>().ok()?))
    };
    let Some((row, validate, times)) = found() else {
        eprintln!("rows and columns are named as in the table");
        return ExitCode::FAILURE;
    };
    for _ in 0..times {
        instructions::measured(validate, &row.case.good);
    }
    ExitCode::SUCCESS
}
