//! Keys out of a file or a line of a batch: local configuration, so that shared secrets are allowed, and the public
//! half of private keys.

use std::{fs, path::Path, str};

use bearward_core::{
    ALL_CONTENT_ENCRYPTIONS, ALL_KEY_MANAGEMENTS, Decryption, DecryptionKeySet, Jwk, JwkSet, Key, KeyError, Keys,
    SecretSet,
    json::{Array, Object, Text, Value},
    limits,
};

use crate::Problem;

/// More than any authorization server publishes.
const MOST_KEYS: usize = 64;

/// What RFC 7518 §6.2.2, §6.3.2 and RFC 8037 §2 add to a public key to make it private.
const PRIVATE_MEMBERS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

/// The keys that a token is verified with: public ones, or secrets, but never both.
pub(crate) struct LocalKeys<'k> {
    keys: Kind<'k>,
    /// Whether private members were left out.
    had_private: bool,
}

/// How long a secret must be.
#[derive(Clone, Copy, Default)]
pub(crate) enum Secrets {
    /// As long as the output of its hash (RFC 7518 §3.2).
    #[default]
    LongEnough,
    /// At least 32 bytes.
    DangerShort,
}

enum Kind<'k> {
    One(Box<Jwk>),
    Set(Box<JwkSet<MOST_KEYS>>),
    Secrets(Box<SecretSet<'k, MOST_KEYS>>),
}

impl<'k> LocalKeys<'k> {
    /// Reads a JWKS, one JWK, or a public key in PEM. Secrets are decoded into `buffer`, as long as the text.
    pub(crate) fn read(text: &'k [u8], buffer: &'k mut [u8], secrets: Secrets) -> Result<Self, KeyError> {
        if let Ok(pem) = str::from_utf8(text)
            && pem.trim_start().starts_with("-----BEGIN")
        {
            return Ok(Self { keys: Kind::One(Box::new(Jwk::from_pem(pem.trim())?)), had_private: false });
        }
        // What core's reader cannot take whole is longer than a document with secrets is; the reader for sets takes
        // any length, and says what is wrong with the rest.
        let Ok(document) = Object::read(text) else {
            return Ok(Self { keys: Kind::Set(Box::new(JwkSet::read(text)?)), had_private: false });
        };
        if has_secret(document) {
            let secrets = match secrets {
                Secrets::LongEnough => SecretSet::read_local(text, buffer),
                Secrets::DangerShort => SecretSet::danger_read_local_short(text, buffer),
            }?;
            return Ok(Self { keys: Kind::Secrets(Box::new(secrets)), had_private: false });
        }
        let had_private = has_private(document);
        let public = had_private.then(|| public_half(document));
        let text = public.as_deref().map_or(text, str::as_bytes);
        let keys = if document.get("keys").is_some() {
            Kind::Set(Box::new(JwkSet::read(text)?))
        } else {
            Kind::One(Box::new(Jwk::read(text)?))
        };
        Ok(Self { keys, had_private })
    }

    pub(crate) fn as_keys(&self) -> &dyn Keys {
        match &self.keys {
            Kind::One(key) => &**key,
            Kind::Set(set) => &**set,
            Kind::Secrets(secrets) => &**secrets,
        }
    }

    /// What a device would not have taken from such a file. `algorithm` is the one that a token was verified with.
    pub(crate) fn warnings(&self, algorithm: Option<&str>) -> impl Iterator<Item = &'static str> + use<> {
        let private = self.had_private.then_some(
            "the keys have private members, which nobody needs who verifies: they are not looked at here, and a device \
             refuses such keys",
        );
        let short = algorithm.is_some_and(|algorithm| self.has_short_secret(algorithm)).then_some(
            "a secret is shorter than the output of its hash, against RFC 7518 section 3.2: a device refuses it unless it \
             is read with SecretSet::danger_read_local_short",
        );
        private.into_iter().chain(short)
    }

    fn has_short_secret(&self, algorithm: &str) -> bool {
        let output = match algorithm {
            "HS384" => 48,
            "HS512" => 64,
            // No shorter one is read.
            _ => return false,
        };
        let mut entries = (0..).map_while(|index| self.as_keys().entry(index));
        entries.any(|entry| match entry.key {
            Key::Secret(secret) => entry.algorithm.is_none_or(|own| own == algorithm) && secret.expose().len() < output,
            _ => false,
        })
    }

    /// How many keys of the set cannot be used here and were left out, and why the first one.
    pub(crate) fn skipped(&self) -> Option<(usize, KeyError)> {
        let Kind::Set(set) = &self.keys else { return None };
        Some((set.skipped(), set.skip_reason()?))
    }
}

/// The device's own keys, which open what was encrypted to it.
pub(crate) struct DecryptionKeys(DecryptionKeySet<MOST_KEYS, { limits::RSA_PRIVATE_KEY_BYTES }>);

impl DecryptionKeys {
    pub(crate) fn read(text: &[u8]) -> Result<Box<Self>, KeyError> {
        let mut keys = Box::new(Self(DecryptionKeySet::new()));
        keys.0.read_local(text)?;
        Ok(keys)
    }

    /// With everything that can be opened.
    pub(crate) fn decryption(&self) -> Decryption<'_> {
        Decryption::new(ALL_KEY_MANAGEMENTS, ALL_CONTENT_ENCRYPTIONS, &self.0)
    }
}

/// Reads the device's own keys from a file.
pub(crate) fn read_decryption_keys(path: &Path) -> Result<Box<DecryptionKeys>, Problem> {
    DecryptionKeys::read(&read_file(path)?)
        .map_err(|error| Problem::Usage(format!("cannot use the decryption keys in {}: {error}", path.display())))
}

/// Reads the text of a key file.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, Problem> {
    fs::read(path).map_err(|error| Problem::Usage(format!("cannot read the keys in {}: {error}", path.display())))
}

/// What to say of keys that cannot be used.
pub(crate) fn unusable(path: &Path, error: KeyError) -> Problem {
    let advice = match error {
        KeyError::Length => ": RSA has 2048 to 4096 bits, a secret as many as its hash; see --danger-short-secret",
        KeyError::Mixed => ": put them into two files, so that who may add a key cannot read a secret",
        KeyError::Json(_) | KeyError::Missing("kty") => ": what is read is a JWKS, a JWK, or a PUBLIC KEY in PEM",
        KeyError::Pem => ": of a certificate, take the key (openssl x509 -pubkey -noout)",
        KeyError::Use | KeyError::Operations => ": its use must be sig, and its key_ops must include verify",
        _ => "",
    };
    Problem::Usage(format!("cannot use the keys in {}: {error}{advice}", path.display()))
}

fn has_secret(document: Object<'_>) -> bool {
    let is_secret = |key: Object<'_>| key.get("kty").and_then(Value::as_text).is_some_and(|kty| kty == "oct");
    is_secret(document)
        || keys_of(document).is_some_and(|keys| keys.elements().filter_map(Value::as_object).any(is_secret))
}

fn is_private(key: Object<'_>) -> bool {
    PRIVATE_MEMBERS.iter().any(|name| key.get(name).is_some())
}

fn has_private(document: Object<'_>) -> bool {
    match keys_of(document) {
        Some(keys) => keys.elements().filter_map(Value::as_object).any(is_private),
        None => is_private(document),
    }
}

/// The JSON of a key or a set without private members, and everything else as it was written.
fn public_half(document: Object<'_>) -> String {
    match keys_of(document) {
        None => public_members(document),
        Some(keys) => {
            let keys =
                keys.elements().map(|key| key.as_object().map_or_else(|| key.as_json().to_owned(), public_members));
            format!("{{\"keys\":[{}]}}", keys.collect::<Vec<_>>().join(","))
        }
    }
}

fn public_members(key: Object<'_>) -> String {
    let public = key.members().filter(|(name, _)| !PRIVATE_MEMBERS.iter().any(|private| name == private));
    let members = public.map(|(name, value)| {
        // Who signs with the private half verifies with the public one (RFC 7517 §4.3).
        let signs = name == "key_ops" && is_private(key) && operations(value).any(|operation| operation == "sign");
        format!("{}:{}", name.as_json(), if signs { r#"["verify"]"# } else { value.as_json() })
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn operations(value: Value<'_>) -> impl Iterator<Item = Text<'_>> {
    value.as_array().into_iter().flat_map(|array| array.elements()).filter_map(Value::as_text)
}

fn keys_of(document: Object<'_>) -> Option<Array<'_>> {
    document.get("keys").and_then(Value::as_array)
}
