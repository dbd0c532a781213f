//! What believes everything, for the targets and for benches/firmware/src/worst.rs, which measures what they found.

use bearward_core::{Algorithm, Error, Key, KeyEntry, Keys, PublicKey};

/// An algorithm to which every signature is good, so that a fuzzer gets to what lies behind it.
#[derive(Debug)]
pub struct Believer;

impl Algorithm for Believer {
    fn name(&self) -> &'static str {
        "believed"
    }

    fn fits(&self, _: &Key<'_>) -> bool {
        true
    }

    fn fits_signature(&self, _: &Key<'_>, _: usize) -> bool {
        true
    }

    fn verify(&self, _: &Key<'_>, _: &[u8], _: &[u8]) -> Result<(), Error> {
        Ok(())
    }
}

/// The key that goes with [`Believer`].
pub struct AnyKey;

impl Keys for AnyKey {
    fn entry(&self, index: usize) -> Option<KeyEntry<'_>> {
        let key = Key::Public(PublicKey::Ed25519 { x: &[0; 32] });
        (index == 0).then_some(KeyEntry { id: None, algorithm: None, key })
    }
}
