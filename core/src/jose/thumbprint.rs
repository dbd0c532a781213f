//! Thumbprints of keys ([RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)): a hash of the members that make the key, in
//! one spelling.

use core::fmt::{self, Write};

use sha2::{Digest, Sha256};

use crate::{base64url::Encoded, key::PublicKey};

pub(super) fn sha256(key: PublicKey<'_>) -> [u8; 32] {
    sha256_of(&Members(key))
}

/// Hashes what stands between the braces piece by piece: the text is never put together.
pub(super) fn sha256_of(members: &dyn fmt::Display) -> [u8; 32] {
    let mut hash = Hash(Sha256::new());
    // Writing to a hash cannot fail.
    _ = write!(hash, "{{{members}}}");
    hash.0.finalize().into()
}

/// The members of RFC 7638 §3.2 and RFC 8037 §2, in their order, as they stand between the braces.
pub(super) struct Members<'k>(pub(super) PublicKey<'k>);

impl fmt::Display for Members<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            PublicKey::Ec { curve, x, y } => {
                let (curve, x, y) = (curve.name(), Encoded(x), Encoded(y));
                write!(f, r#""crv":"{curve}","kty":"EC","x":"{x}","y":"{y}""#)
            }
            PublicKey::Rsa { n, e } => write!(f, r#""e":"{}","kty":"RSA","n":"{}""#, Encoded(e), Encoded(n)),
            PublicKey::Ed25519 { x } => write!(f, r#""crv":"Ed25519","kty":"OKP","x":"{}""#, Encoded(x)),
        }
    }
}

struct Hash(Sha256);

impl Write for Hash {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text);
        Ok(())
    }
}
