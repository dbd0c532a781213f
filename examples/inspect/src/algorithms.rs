//! Everything that can be verified, for a tool that must know it all. A device lists what it needs.

use bearward_core::{
    Algorithm, Ed25519, EdDsa, Es256, Es384, Es512, Hs256, Hs384, Hs512, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512,
};

pub(crate) static ALL: [&dyn Algorithm; 14] =
    [&Hs256, &Hs384, &Hs512, &Rs256, &Rs384, &Rs512, &Es256, &Es384, &Es512, &Ps256, &Ps384, &Ps512, &EdDsa, &Ed25519];

/// The algorithm of exactly this name (RFC 7515 §4.1.1: names are case-sensitive).
pub(crate) fn named(name: &str) -> Option<&'static dyn Algorithm> {
    ALL.into_iter().find(|algorithm| algorithm.name() == name)
}

/// The algorithms of these names, or what is wrong with the first that is none.
pub(crate) fn all_named(names: &[String]) -> Result<Vec<&'static dyn Algorithm>, String> {
    names.iter().map(|name| named(name).ok_or_else(|| unknown(name))).collect()
}

/// What a key must be to be used with the algorithm, in words.
pub(crate) fn key_wanted(name: &str) -> &'static str {
    match name {
        "HS256" => "a shared secret of at least 32 bytes",
        "HS384" => "a shared secret of at least 48 bytes",
        "HS512" => "a shared secret of at least 64 bytes",
        "ES256" => "an EC key on P-256",
        "ES384" => "an EC key on P-384",
        "ES512" => "an EC key on P-521",
        "EdDSA" | "Ed25519" => "an OKP key on Ed25519",
        _ => "an RSA key of 2048 to 4096 bits",
    }
}

fn unknown(name: &str) -> String {
    let names: Vec<_> = ALL.iter().map(|algorithm| algorithm.name()).collect();
    format!("there is no algorithm {name:?}; there are {}", names.join(", "))
}
