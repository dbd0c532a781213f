//! Time: every column a batch, in random order, over and over. What disturbs the machine for long disturbs them all;
//! what interrupts a batch makes it slower and never faster, so that the fastest quarter tells.

use std::{hint::black_box, time::Instant};

use benches::Validate;
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

const ROUNDS: usize = 100;
const BATCH_SECONDS: f64 = 0.001;

/// How long each of `validations` takes, as a ratio to the first one.
pub fn ratios(validations: &[&Validate], token: &str) -> Vec<f64> {
    let mut random = StdRng::seed_from_u64(1);
    let counts = validations.iter().map(|validate| batch(validate, token)).collect::<Vec<_>>();
    let mut order = (0..validations.len()).collect::<Vec<_>>();
    let mut rounds = vec![Vec::with_capacity(ROUNDS); validations.len()];
    for _ in 0..ROUNDS {
        order.shuffle(&mut random);
        for &index in &order {
            rounds[index].push(seconds_each(validations[index], token, counts[index]));
        }
    }
    let seconds = rounds.into_iter().map(lower_quartile).collect::<Vec<_>>();
    seconds.iter().map(|own| own / seconds[0]).collect()
}

/// How many validations make a batch.
fn batch(validate: &Validate, token: &str) -> u32 {
    let mut count = 1;
    // One interruption must not pass for a slow validation.
    while (0..3).any(|_| seconds_each(validate, token, count) * f64::from(count) < BATCH_SECONDS) {
        count *= 2;
    }
    count
}

fn seconds_each(validate: &Validate, token: &str, count: u32) -> f64 {
    let start = Instant::now();
    for _ in 0..count {
        assert!(black_box(validate(black_box(token))));
    }
    start.elapsed().as_secs_f64() / f64::from(count)
}

fn lower_quartile(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 4]
}
