//! The combinations in which the authorization server of the tests encrypts its answers: each key management with each
//! content encryption, and the device's keys for them.

use bearward_core::{DecryptionKey, DecryptionKeySet, Secret, limits};
use serde_json::{Value, json};

use crate::{
    authority::CLIENT_SECRET,
    encrypter::{AgreementCurve, Encrypter},
};

/// Key managements by their names, and whose key it is.
const MANAGEMENTS: [(&str, Receiver); 13] = [
    ("dir", Receiver::ClientSecret),
    ("A128KW", Receiver::ClientSecret),
    ("A256KW", Receiver::ClientSecret),
    ("A128GCMKW", Receiver::ClientSecret),
    ("A256GCMKW", Receiver::ClientSecret),
    ("ECDH-ES", Receiver::Curve(AgreementCurve::P256)),
    ("ECDH-ES+A128KW", Receiver::Curve(AgreementCurve::P256)),
    ("ECDH-ES+A256KW", Receiver::Curve(AgreementCurve::P256)),
    ("ECDH-ES", Receiver::Curve(AgreementCurve::X25519)),
    ("ECDH-ES+A128KW", Receiver::Curve(AgreementCurve::X25519)),
    ("ECDH-ES+A256KW", Receiver::Curve(AgreementCurve::X25519)),
    ("RSA-OAEP", Receiver::Rsa),
    ("RSA-OAEP-256", Receiver::Rsa),
];

const CONTENTS: [&str; 4] = ["A128GCM", "A256GCM", "A128CBC-HS256", "A256CBC-HS512"];

/// One combination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Combination {
    /// `alg`
    pub alg: &'static str,
    /// `enc`
    pub enc: &'static str,
    receiver: Receiver,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Receiver {
    ClientSecret,
    Curve(AgreementCurve),
    Rsa,
}

impl Combination {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        MANAGEMENTS.into_iter().flat_map(|(alg, receiver)| CONTENTS.map(|enc| Self { alg, enc, receiver }))
    }

    /// The first one with this key management.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn of(alg: &str) -> Self {
        Self::all().find(|combination| combination.alg == alg).unwrap()
    }

    /// The client whose answers are signed with ES256, and then encrypted like this.
    pub fn client(&self) -> String {
        match self.receiver {
            Receiver::Curve(curve) => format!("app:{}.{}.{curve:?}", self.alg, self.enc),
            _ => format!("app:{}.{}", self.alg, self.enc),
        }
    }

    /// The device's keys for it.
    ///
    /// # Panics
    ///
    /// If core does not take them.
    pub fn keys(&self) -> DecryptionKeySet<1, { limits::RSA_PRIVATE_KEY_BYTES }> {
        let mut keys = DecryptionKeySet::new();
        match self.private_key() {
            Some(key) => keys.read_local(key.to_string().as_bytes()).unwrap(),
            None => {
                keys.add(&DecryptionKey::ClientSecret(Secret::new(CLIENT_SECRET.as_bytes())), None, None).unwrap();
            }
        }
        keys
    }

    /// The public half of the key, as a JWK.
    pub fn public_key(&self) -> Option<Value> {
        let mut key = self.private_key()?;
        key.as_object_mut()?.remove("d");
        Some(key)
    }

    /// The device's private key, as a JWK; `None` if it is the client's secret.
    pub fn private_key(&self) -> Option<Value> {
        match self.receiver {
            Receiver::ClientSecret => None,
            Receiver::Curve(curve) => serde_json::from_str(&Encrypter::new(self.alg, self.enc, curve).jwk()).ok(),
            Receiver::Rsa => {
                let file: Value = serde_json::from_str(include_str!("../data/rsa-2048.jwk.json")).ok()?;
                let [n, e, d] = ["n", "e", "d"].map(|name| &file[name]);
                Some(json!({"kty": "RSA", "kid": "own", "use": "enc", "alg": self.alg, "n": n, "e": e, "d": d}))
            }
        }
    }

    /// What the server is told of the client.
    pub(crate) fn settings(&self) -> Value {
        let jwks = self.public_key().map(|key| json!({"keys": [key]}));
        json!({"client_id": self.client(), "alg": self.alg, "enc": self.enc, "jwks": jwks})
    }
}
