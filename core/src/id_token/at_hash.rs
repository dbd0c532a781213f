//! The hash of the access token in an ID token
//! ([OpenID Connect Core §3.1.3.6](https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken)).

use core::fmt::Write as _;

use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::{base64url::Encoded, form::Writer, json::Text};

/// Whether this is the left half of the access token's hash, by the hash function of the algorithm that signed the ID
/// token; `None` if it is not known which that is.
pub(super) fn is_hash_of(hash: Text<'_>, algorithm: &str, access_token: &str) -> Option<bool> {
    let text = access_token.as_bytes();
    match algorithm {
        "HS256" | "RS256" | "PS256" | "ES256" => Some(is_left_half(hash, &Sha256::digest(text))),
        "HS384" | "RS384" | "PS384" | "ES384" => Some(is_left_half(hash, &Sha384::digest(text))),
        // Ed25519 hashes with SHA-512 (RFC 8032 §5.1).
        "HS512" | "RS512" | "PS512" | "ES512" | "EdDSA" | "Ed25519" => Some(is_left_half(hash, &Sha512::digest(text))),
        _ => None,
    }
}

fn is_left_half(hash: Text<'_>, digest: &[u8]) -> bool {
    let (half, _) = digest.split_at_checked(digest.len() / 2).unwrap_or_default();
    let mut buffer = [0; 43];
    let mut encoded = Writer::new(&mut buffer);
    write!(encoded, "{}", Encoded(half)).is_ok() && hash == *encoded.into_str()
}
