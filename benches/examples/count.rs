//! Validates a token of each kind once with our library, for `benches/instructions`: it counts by callgrind what `measured`
//! takes, and the lines printed here are the names of the counts.

use std::hint::black_box;

use benches::{Case, Validate, ours};

fn main() {
    for case in Case::all() {
        let validate = ours(&case);
        // What is only done once is done here.
        assert!(validate(&case.good));
        measured(&validate, &case.good);
        println!("{}", case.name());
    }
}

#[inline(never)]
fn measured(validate: &Validate, token: &str) {
    assert!(black_box(validate(black_box(token))));
}
