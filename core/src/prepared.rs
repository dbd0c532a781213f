//! Keys of which something was computed beforehand, in the place of those that they were made of.

use core::fmt;

use subtle::ConstantTimeEq as _;

use crate::key::{Key, KeyEntry, Keys};

/// A set of keys of which one was prepared, by the `within` of `PreparedHmac`, `PreparedP256`, `PreparedP384`, `PreparedP521` and
/// `PreparedEd25519`. It is a set itself: another key of it can be prepared too.
#[derive(Clone, Copy)]
pub struct PreparedKeys<'k> {
    keys: &'k dyn Keys,
    prepared: Option<Key<'k>>,
}

impl<'k> PreparedKeys<'k> {
    pub(crate) const fn new(keys: &'k dyn Keys, prepared: Option<Key<'k>>) -> Self {
        Self { keys, prepared }
    }
}

impl fmt::Debug for PreparedKeys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedKeys").field("prepared", &self.prepared).finish_non_exhaustive()
    }
}

impl Keys for PreparedKeys<'_> {
    fn entry(&self, index: usize) -> Option<KeyEntry<'_>> {
        let mut entry = self.keys.entry(index)?;
        if let Some(prepared) = self.prepared
            && is_made_of(&prepared, &entry.key)
        {
            entry.key = prepared;
        }
        Some(entry)
    }

    fn any_key_id(&self) -> bool {
        self.keys.any_key_id()
    }
}

/// Whether `prepared` was made of `key`, which is not prepared.
fn is_made_of(prepared: &Key<'_>, key: &Key<'_>) -> bool {
    match *key {
        Key::Public(key) => prepared.public_key() == Some(key),
        // The secret has to be the same in what it may be used for, too.
        Key::Secret(key) => prepared.secret().is_some_and(|own| {
            own.may_be_short() == key.may_be_short() && bool::from(own.expose().ct_eq(key.expose()))
        }),
        _ => false,
    }
}
