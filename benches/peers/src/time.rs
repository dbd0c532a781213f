//! Time: every column a batch, in random order, over and over. What disturbs the machine disturbs them all, and only
//! ratios within a round are used.

use std::{hint::black_box, time::Instant};

use benches::Validate;
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

const ROUNDS: usize = 101;
const BATCH_SECONDS: f64 = 0.001;

/// How long each of `validations` takes, as a ratio to the first one.
pub fn ratios(validations: &[&Validate], token: &str) -> Vec<f64> {
    let mut random = StdRng::seed_from_u64(1);
    let counts = validations.iter().map(|validate| batch(validate, token)).collect::<Vec<_>>();
    let mut order = (0..validations.len()).collect::<Vec<_>>();
    let mut rounds = vec![Vec::with_capacity(ROUNDS); validations.len()];
    for _ in 0..ROUNDS {
        order.shuffle(&mut random);
        let mut seconds = vec![0.0; validations.len()];
        for &index in &order {
            seconds[index] = seconds_each(validations[index], token, counts[index]);
        }
        for (ratios, own) in rounds.iter_mut().zip(&seconds) {
            ratios.push(own / seconds[0]);
        }
    }
    rounds.into_iter().map(median).collect()
}

/// How many validations make a batch.
fn batch(validate: &Validate, token: &str) -> u32 {
    let mut count = 1;
    loop {
        let seconds = seconds_each(validate, token, count) * f64::from(count);
        if seconds >= BATCH_SECONDS {
            return count;
        }
        count *= 2;
    }
}

fn seconds_each(validate: &Validate, token: &str, count: u32) -> f64 {
    let start = Instant::now();
    for _ in 0..count {
        assert!(black_box(validate(black_box(token))));
    }
    start.elapsed().as_secs_f64() / f64::from(count)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
