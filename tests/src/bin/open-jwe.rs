//! Opens one JWE, for whoever counts what that takes: a private JWK in the first line of the input, the token in the second.
//! It prints what came of it.

#![allow(
    clippy::allow_attributes,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool of the tests may fail loudly"
)]

use std::{hint::black_box, io};

use bearward_core::{Decryption, Error, decrypt_jwe};
use tests::encrypter::{CONTENT_ENCRYPTIONS, KEY_MANAGEMENTS, Keys};

fn main() {
    let mut lines = io::stdin().lines();
    let [jwk, token] = [(); 2].map(|()| lines.next().unwrap().unwrap());
    let mut keys = Keys::new();
    keys.read_local(jwk.as_bytes()).unwrap();
    let mut buffer = vec![0; token.len()];
    let decryption = Decryption::new(KEY_MANAGEMENTS, CONTENT_ENCRYPTIONS, &keys);
    println!("{:?}", counted_opening(token.as_bytes(), &decryption, &mut buffer));
}

/// Found by its name.
#[inline(never)]
fn counted_opening(token: &[u8], decryption: &Decryption<'_>, buffer: &mut [u8]) -> Result<usize, Error> {
    black_box(decrypt_jwe(token, decryption, buffer).map(|jwe| jwe.payload().len()))
}
