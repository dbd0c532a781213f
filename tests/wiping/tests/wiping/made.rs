//! What the libraries make of a secret for a call: states of hashes and of MACs, keys of ciphers, numbers of curves. They lie
//! on the stack, and are wiped where they lie last.

use aes::Aes256;
use aes_gcm::Aes256Gcm;
use aes_kw::AesKw;
use cbc::{Decryptor, cipher::KeyIvInit as _};
use hmac::{EagerHash, Hmac, KeyInit as _, Mac as _};
use p256::{NonZeroScalar, SecretKey};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use crate::Table;

pub fn rows(table: &mut Table) {
    mac::<Sha256>(table, "Hmac<Sha256>");
    mac::<Sha384>(table, "Hmac<Sha384>");
    mac::<Sha512>(table, "Hmac<Sha512>");
    hash::<Sha1>(table, "Sha1");
    hash::<Sha256>(table, "Sha256");
    hash::<Sha384>(table, "Sha384");
    hash::<Sha512>(table, "Sha512");
    table.row("Aes256Gcm", &[], |place, secret| {
        place.watch(|| <Aes256Gcm as aes_gcm::KeyInit>::new_from_slice(&secret[..32]).unwrap(), |_| {})
    });
    table.row("AesKw<Aes256>", &[], |place, secret| {
        place.watch(|| <AesKw<Aes256> as aes_kw::KeyInit>::new_from_slice(&secret[..32]).unwrap(), |_| {})
    });
    table.row("cbc::Decryptor<Aes256>", &[], |place, secret| {
        place.watch(|| Decryptor::<Aes256>::new_from_slices(&secret[..32], &[7; 16]).unwrap(), |_| {})
    });
    table.row("p256::SecretKey", &[], |place, secret| {
        place.watch(|| SecretKey::from_slice(&secret[..32]).unwrap(), |_| {})
    });
    table.row("p256::NonZeroScalar", &[], |place, secret| {
        let make = || SecretKey::from_slice(&secret[..32]).unwrap().to_nonzero_scalar();
        place.watch(|| Zeroizing::<NonZeroScalar>::new(make()), |_| {})
    });
}

/// Such as each verification makes, in the middle of a message.
fn mac<H: EagerHash>(table: &mut Table, name: &str) {
    table.row(name, &[], |place, secret| {
        place.watch(|| Hmac::<H>::new_from_slice(secret).unwrap(), |mac| mac.update(b"header.payload"))
    });
}

/// After some blocks, and with a part of one waiting.
fn hash<H: Digest>(table: &mut Table, name: &str) {
    table.row(name, &[], |place, secret| place.watch(H::new, |hash| (0..3).for_each(|_| hash.update(&secret[..50]))));
}
