//! Requests that went wrong on the way: bytes of the request changed, or of its token.

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// The same ones each time: made of these requests and this seed.
pub fn mutated(requests: &[String], seed: u64, count: usize) -> Vec<Vec<u8>> {
    let rng = &mut StdRng::seed_from_u64(seed);
    (0..count).map(|_| one(requests, rng)).collect()
}

fn one(requests: &[String], rng: &mut StdRng) -> Vec<u8> {
    let mut bytes = requests[rng.random_range(0..requests.len())].clone().into_bytes();
    // Half of them are good requests with a bad token.
    let token = bytes.windows(7).position(|window| window == b"Bearer ").map(|at| at + 7);
    let (start, end) = match token {
        Some(start) if rng.random() => {
            let length = bytes[start..].iter().position(|byte| *byte == b'\r').unwrap_or(bytes.len() - start);
            (start, start + length)
        }
        _ => (0, bytes.len()),
    };
    let in_token = start > 0;
    let mut part = bytes[start..end].to_vec();
    for _ in 0..rng.random_range(1..=4) {
        mutate(&mut part, in_token, rng);
    }
    bytes.splice(start..end, part);
    bytes
}

fn mutate(part: &mut Vec<u8>, in_token: bool, rng: &mut StdRng) {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/~";
    const WORDS: &[&[u8]] =
        &[b"\r\n", b"\0", b"%FF", b"Bearer ", b": ", b"Content-Length: 99999999999", b"\xff\xfe", b"HTTP/1.1", b"."];
    let place = rng.random_range(0..=part.len());
    match rng.random_range(0..6) {
        0 if !part.is_empty() => {
            let place = place.min(part.len() - 1);
            part[place] = if in_token { LETTERS[rng.random_range(0..LETTERS.len())] } else { rng.random() };
        }
        1 if !part.is_empty() => {
            let place = place.min(part.len() - 1);
            part[place] ^= 1 << rng.random_range(0..8);
        }
        2 => part.truncate(place),
        3 => {
            let end = rng.random_range(place..=part.len());
            part.drain(place..end.min(place + 40));
        }
        4 => {
            let again = part[place..part.len().min(place + 200)].to_vec();
            part.splice(place..place, again);
        }
        _ => {
            let word = WORDS[rng.random_range(0..WORDS.len())];
            part.splice(place..place, word.iter().copied());
        }
    }
}
