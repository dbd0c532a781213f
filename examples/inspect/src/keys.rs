//! Keys out of a file or a line of a batch: local configuration, so that shared secrets are allowed.

use std::{fs, path::Path, str};

use bearward_core::{
    Jwk, JwkSet, KeyError, Keys, SecretSet,
    json::{Object, Value},
};

use crate::Problem;

/// More than any authorization server publishes.
const MOST_KEYS: usize = 64;

/// The keys that a token is verified with: public ones, or secrets, but never both.
pub(crate) enum LocalKeys<'k> {
    One(Box<Jwk>),
    Set(Box<JwkSet<MOST_KEYS>>),
    Secrets(Box<SecretSet<'k, MOST_KEYS>>),
}

impl<'k> LocalKeys<'k> {
    /// Reads a JWKS, one JWK, or a public key in PEM. Secrets are decoded into `buffer`, as long as the text.
    pub(crate) fn read(text: &'k [u8], buffer: &'k mut [u8]) -> Result<Self, KeyError> {
        if let Ok(pem) = str::from_utf8(text)
            && pem.trim_start().starts_with("-----BEGIN")
        {
            return Jwk::from_pem(pem.trim()).map(|key| Self::One(Box::new(key)));
        }
        // What core's reader cannot take whole is longer than a document with secrets is; the reader for sets takes
        // any length, and says what is wrong with the rest.
        match Object::read(text) {
            Ok(document) if has_secret(document) => {
                SecretSet::read_local(text, buffer).map(|set| Self::Secrets(Box::new(set)))
            }
            Ok(document) if document.get("keys").is_none() => Jwk::read(text).map(|key| Self::One(Box::new(key))),
            _ => JwkSet::read(text).map(|set| Self::Set(Box::new(set))),
        }
    }

    pub(crate) fn as_keys(&self) -> &dyn Keys {
        match self {
            Self::One(key) => &**key,
            Self::Set(set) => &**set,
            Self::Secrets(secrets) => &**secrets,
        }
    }

    /// How many keys of the set cannot be used here, and were left out.
    pub(crate) fn skipped(&self) -> usize {
        if let Self::Set(set) = self { set.skipped() } else { 0 }
    }
}

/// Reads the text of a key file.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, Problem> {
    fs::read(path).map_err(|error| Problem::Usage(format!("cannot read the keys in {}: {error}", path.display())))
}

/// What to say of keys that cannot be used.
pub(crate) fn unusable(path: &Path, error: KeyError) -> Problem {
    Problem::Usage(format!("cannot use the keys in {}: {error}", path.display()))
}

fn has_secret(document: Object<'_>) -> bool {
    let is_secret = |key: Object<'_>| key.get("kty").and_then(Value::as_text).is_some_and(|kty| kty == "oct");
    let keys = document.get("keys").and_then(Value::as_array);
    is_secret(document) || keys.is_some_and(|keys| keys.elements().filter_map(Value::as_object).any(is_secret))
}
