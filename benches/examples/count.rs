//! Validates a token of each kind once with our library, for `benches/instructions`: it counts by callgrind what `measured`
//! takes, and the lines printed here are the names of the counts.

use std::hint::black_box;

use benches::{Case, Validate, ours, ours_cached};

fn main() {
    for case in Case::all() {
        count(&case.name(), &ours(&case), &case.good);
    }
    for case in Case::all().filter(|case| case.algorithm == "ES256") {
        count(&format!("{}, found in the cache", case.name()), &ours_cached(&case), &case.good);
    }
}

fn count(name: &str, validate: &Validate, token: &str) {
    // What is only done once is done here.
    assert!(validate(token));
    measured(validate, token);
    println!("{name}");
}

#[inline(never)]
fn measured(validate: &Validate, token: &str) {
    assert!(black_box(validate(black_box(token))));
}
