//! The demo's authorization server, as far as the demo needs one: a key made at start, and tokens signed with it
//! ([RFC 9068 §2](https://www.rfc-editor.org/rfc/rfc9068#section-2)).
//!
//! A real resource server never holds a signing key.

use base64ct::{Base64UrlUnpadded, Encoding};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};

/// Its `iss`. The name can never be a real host (RFC 6761 §6.5).
pub const ISSUER: &str = "https://demo-issuer.example";

const KEY_ID: &str = "demo";

/// An issuer with a key of its own.
pub struct Issuer {
    key: SigningKey,
}

/// What differs from token to token.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    /// The `aud`.
    pub audience: &'a str,
    /// The `scope`.
    pub scope: &'a str,
    /// The `iat`, in seconds since 1970.
    pub issued_at: u64,
    /// The `exp`, in seconds since 1970.
    pub expires_at: u64,
}

impl Issuer {
    /// An issuer with a fresh key.
    ///
    /// # Errors
    ///
    /// If the system has no random numbers.
    pub fn new() -> Result<Self, getrandom::Error> {
        loop {
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes)?;
            // Of all 2^256 numbers, 2^-32 are no key.
            if let Ok(key) = SigningKey::from_slice(&bytes) {
                return Ok(Self { key });
            }
        }
    }

    /// The public key, as an authorization server publishes it (RFC 7517 §5).
    pub fn jwks(&self) -> String {
        let point = self.key.verifying_key().to_sec1_point(false);
        let [x, y] = [point.x(), point.y()].map(|coordinate| encode(coordinate.map_or(&[], |bytes| bytes)));
        format!(
            r#"{{"keys":[{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}","kid":"{KEY_ID}","use":"sig","alg":"ES256"}}]}}"#
        )
    }

    /// An access token.
    pub fn token(&self, grant: Grant<'_>) -> String {
        let input = format!("{}.{}", encode(HEADER.as_bytes()), payload(grant));
        let signature: Signature = self.key.sign(input.as_bytes());
        format!("{input}.{}", encode(&signature.to_bytes()))
    }

    /// The token of `signed`, with the claims of `claimed` in their place.
    pub fn tampered_token(&self, signed: Grant<'_>, claimed: Grant<'_>) -> String {
        self.token(signed).replace(&payload(signed), &payload(claimed))
    }
}

const HEADER: &str = r#"{"alg":"ES256","typ":"at+jwt","kid":"demo"}"#;

fn payload(grant: Grant<'_>) -> String {
    let Grant { audience, scope, issued_at, expires_at } = grant;
    let claims = format!(
        r#"{{"iss":"{ISSUER}","aud":"{audience}","sub":"alice","client_id":"curl","iat":{issued_at},"exp":{expires_at},"jti":"{issued_at}-{expires_at}","scope":"{scope}"}}"#
    );
    encode(claims.as_bytes())
}

fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}
