//! Opens one JWE: a private JWK in the first line of the input, the token in the second. It prints how long the payload is, or
//! why there is none.
//!
//! The tests count the instructions of `counted_opening` in it, in the release profile, which is the one that ships.

#![allow(
    clippy::allow_attributes,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool of the tests may fail loudly"
)]

use std::{hint::black_box, io};

use bearward_core::{
    ALL_CONTENT_ENCRYPTIONS, ALL_KEY_MANAGEMENTS, Decryption, DecryptionKeySet, Error, decrypt_jwe, limits,
};

fn main() {
    let mut lines = io::stdin().lines();
    let [jwk, token] = [(); 2].map(|()| lines.next().unwrap().unwrap());
    let mut keys = DecryptionKeySet::<1, { limits::RSA_PRIVATE_KEY_BYTES }>::new();
    keys.read_local(jwk.as_bytes()).unwrap();
    let mut buffer = vec![0; token.len()];
    let decryption = Decryption::new(ALL_KEY_MANAGEMENTS, ALL_CONTENT_ENCRYPTIONS, &keys);
    println!("{:?}", counted_opening(token.as_bytes(), &decryption, &mut buffer));
}

/// Found by its name.
#[inline(never)]
fn counted_opening(token: &[u8], decryption: &Decryption<'_>, buffer: &mut [u8]) -> Result<usize, Error> {
    black_box(decrypt_jwe(token, decryption, buffer).map(|jwe| jwe.payload().len()))
}
