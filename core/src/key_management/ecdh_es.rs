//! Elliptic Curve Diffie-Hellman Ephemeral Static
//! ([RFC 7518 §4.6](https://www.rfc-editor.org/rfc/rfc7518#section-4.6)), with P-256 and X25519
//! ([RFC 8037 §3.2](https://www.rfc-editor.org/rfc/rfc8037#section-3.2)).
//!
//! The sender's point comes with the token, so it is checked before it is used: one that is not on the curve would tell
//! the sender of the private key, and one of small order would make the secret known to everybody.

use zeroize::Zeroizing;

#[cfg(feature = "aes-kw")]
use super::aes_kw::unwrap;
use super::{KeyManagement, KeyParameters, concat_kdf};
#[cfg(feature = "p256")]
use crate::key::Curve;
use crate::{
    base64url, content_encryption::ContentEncryption, decryption_key::DecryptionKey, error::Error, json::Object,
};

/// What both sides agree upon: an x coordinate.
type Agreed = Zeroizing<[u8; 32]>;

/// `ECDH-ES`: the agreed secret makes the key of the content. With a cipher: it makes the key of a key wrap.
macro_rules! agreement {
    ($(#[$doc:meta])* $agreement:ident, $name:literal, $fits:ident, $agree:ident $(, $cipher:ident, $key_bytes:literal)?) => {
        $(#[$doc])*
        ///
        /// ```
        #[doc = concat!("use bearward_core::{KeyManagement, ", stringify!($agreement), "};")]
        ///
        #[doc = concat!("assert_eq!(", stringify!($agreement), ".name(), \"", $name, "\");")]
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $agreement;

        impl KeyManagement for $agreement {
            fn name(&self) -> &'static str {
                $name
            }

            fn fits(&self, key: &DecryptionKey<'_>, _: &dyn ContentEncryption) -> bool {
                $fits(key).is_some()
            }

            fn content_key(
                &self,
                key: &DecryptionKey<'_>,
                parameters: &KeyParameters<'_>,
                content: &dyn ContentEncryption,
                encrypted_key: &[u8],
                content_key: &mut [u8],
            ) -> Result<(), Error> {
                let mut found = || {
                    let agreed = $agree($fits(key)?, parameters.ephemeral_key?)?;
                    agreement!(@use agreed, parameters, content, encrypted_key, content_key, $name $(, $cipher, $key_bytes)?)
                };
                found().ok_or(Error::DecryptionFailed)
            }
        }
    };
    (@use $agreed:ident, $parameters:ident, $content:ident, $encrypted:ident, $key:ident, $name:literal) => {
        // §4.6: there is no encrypted key.
        if $encrypted.is_empty() { concat_kdf::derive(&*$agreed, $content.name(), $parameters, $key) } else { None }
    };
    (@use $agreed:ident, $parameters:ident, $content:ident, $encrypted:ident, $key:ident, $name:literal, $cipher:ident, $key_bytes:literal) => {{
        let _ = $content;
        let mut wrapping = Zeroizing::new([0; $key_bytes]);
        concat_kdf::derive(&*$agreed, $name, $parameters, &mut *wrapping)?;
        unwrap::<aes_kw::aes::$cipher>(&*wrapping, $encrypted, $key)
    }};
}

#[cfg(feature = "p256")]
agreement!(
    /// `ECDH-ES` with a key of P-256.
    EcdhEsP256, "ECDH-ES", p256_key, agree_p256
);
#[cfg(all(feature = "p256", feature = "aes-kw"))]
agreement!(
    /// `ECDH-ES+A128KW` with a key of P-256.
    EcdhEsP256A128Kw, "ECDH-ES+A128KW", p256_key, agree_p256, Aes128, 16
);
#[cfg(all(feature = "p256", feature = "aes-kw"))]
agreement!(
    /// `ECDH-ES+A192KW` with a key of P-256.
    EcdhEsP256A192Kw, "ECDH-ES+A192KW", p256_key, agree_p256, Aes192, 24
);
#[cfg(all(feature = "p256", feature = "aes-kw"))]
agreement!(
    /// `ECDH-ES+A256KW` with a key of P-256.
    EcdhEsP256A256Kw, "ECDH-ES+A256KW", p256_key, agree_p256, Aes256, 32
);
#[cfg(feature = "curve25519-dalek")]
agreement!(
    /// `ECDH-ES` with a key of X25519.
    EcdhEsX25519, "ECDH-ES", x25519_key, agree_x25519
);
#[cfg(all(feature = "curve25519-dalek", feature = "aes-kw"))]
agreement!(
    /// `ECDH-ES+A128KW` with a key of X25519.
    EcdhEsX25519A128Kw, "ECDH-ES+A128KW", x25519_key, agree_x25519, Aes128, 16
);
#[cfg(all(feature = "curve25519-dalek", feature = "aes-kw"))]
agreement!(
    /// `ECDH-ES+A192KW` with a key of X25519.
    EcdhEsX25519A192Kw, "ECDH-ES+A192KW", x25519_key, agree_x25519, Aes192, 24
);
#[cfg(all(feature = "curve25519-dalek", feature = "aes-kw"))]
agreement!(
    /// `ECDH-ES+A256KW` with a key of X25519.
    EcdhEsX25519A256Kw, "ECDH-ES+A256KW", x25519_key, agree_x25519, Aes256, 32
);

#[cfg(feature = "p256")]
fn p256_key<'k>(key: &DecryptionKey<'k>) -> Option<&'k [u8; 32]> {
    match key {
        DecryptionKey::Ec { curve: Curve::P256, d } => d.expose().try_into().ok(),
        _ => None,
    }
}

/// The x coordinate of the product (§4.6, NIST SP 800-56A §5.7.1.2).
#[cfg(feature = "p256")]
fn agree_p256(d: &[u8; 32], ephemeral: Object<'_>) -> Option<Agreed> {
    use core::ops::Mul as _;

    use p256::{
        PublicKey, Sec1Point, SecretKey,
        elliptic_curve::{point::AffineCoordinates as _, sec1::FromSec1Point as _},
    };

    if text(ephemeral, "kty")? != "EC" || text(ephemeral, "crv")? != "P-256" {
        return None;
    }
    let (x, y) = (coordinate(ephemeral, "x")?, coordinate(ephemeral, "y")?);
    let point = Sec1Point::from_affine_coordinates((&x).into(), (&y).into(), false);
    // Refuses a point that is not on the curve.
    let public = Option::<PublicKey>::from(PublicKey::from_sec1_point(&point))?;
    let own = SecretKey::from_slice(d).ok()?;
    let own = Zeroizing::new(own.to_nonzero_scalar());
    let product = Zeroizing::new(public.to_projective().mul(&**own));
    let product = Zeroizing::new(product.to_affine());
    Some(Zeroizing::new(product.x().into()))
}

#[cfg(feature = "curve25519-dalek")]
fn x25519_key<'k>(key: &DecryptionKey<'k>) -> Option<&'k [u8; 32]> {
    match key {
        DecryptionKey::X25519 { d } => d.expose().try_into().ok(),
        _ => None,
    }
}

/// RFC 7748 §6.1.
#[cfg(feature = "curve25519-dalek")]
fn agree_x25519(d: &[u8; 32], ephemeral: Object<'_>) -> Option<Agreed> {
    use curve25519_dalek::MontgomeryPoint;
    use subtle::ConstantTimeEq as _;

    if text(ephemeral, "kty")? != "OKP" || text(ephemeral, "crv")? != "X25519" {
        return None;
    }
    let agreed = Zeroizing::new(MontgomeryPoint(coordinate(ephemeral, "x")?).mul_clamped(*d).to_bytes());
    // All zero after a point of small order, whatever the private key.
    if bool::from(agreed.ct_eq(&[0; 32])) { None } else { Some(agreed) }
}

fn text<'h>(key: Object<'h>, name: &str) -> Option<&'h str> {
    key.get(name)?.as_text()?.as_str()
}

/// A coordinate, of exactly 32 bytes.
fn coordinate(key: Object<'_>, name: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let decoded = base64url::decode(text(key, name)?.as_bytes(), &mut bytes)?.len();
    (decoded == bytes.len()).then_some(bytes)
}

#[cfg(test)]
#[cfg(all(feature = "p256", feature = "curve25519-dalek"))]
mod tests {
    use std::{format, string::ToString as _};

    use super::*;
    use crate::base64url::Encoded;

    fn key(json: &str) -> Object<'_> {
        Object::read(json.as_bytes()).unwrap()
    }

    fn d(text: &str) -> [u8; 32] {
        let mut bytes = [0; 32];
        base64url::decode(text.as_bytes(), &mut bytes).unwrap();
        bytes
    }

    const ALICE: &str = r#"{"kty":"EC","crv":"P-256","x":"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0","y":"SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps"}"#;
    const BOB: &str = "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw";

    /// RFC 8037 A.6.
    const EPHEMERAL: &str = r#"{"kty":"OKP","crv":"X25519","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}"#;

    #[test]
    fn rfc7518_appendix_c_both_sides_agree() {
        let agreed = agree_p256(&d(BOB), key(ALICE)).unwrap();
        assert_eq!(Encoded(&*agreed).to_string(), "nlbZHYFxNdNyg0KDv4QmnPsxbqPagGpI9tqneYz-kMQ");
    }

    #[test]
    fn rfc8037_a_6_both_sides_agree() {
        // RFC 7748 §6.1: Bob's key with Alice's point.
        let bob = [
            0x5d, 0xab, 0x08, 0x7e, 0x62, 0x4a, 0x8a, 0x4b, 0x79, 0xe1, 0x7f, 0x8b, 0x83, 0x80, 0x0e, 0xe6, 0x6f, 0x3b,
            0xb1, 0x29, 0x26, 0x18, 0xb6, 0xfd, 0x1c, 0x2f, 0x8b, 0x27, 0xff, 0x88, 0xe0, 0xeb,
        ];
        let alice = r#"{"kty":"OKP","crv":"X25519","x":"hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"}"#;
        let agreed = agree_x25519(&bob, key(alice)).unwrap();
        assert_eq!(Encoded(&*agreed).to_string(), "Sl2dW6TOLeFyjjv0gDUPJeB-IclH0Z4zdvCbPB4WF0I");
    }

    #[test]
    fn sp800_56a_5_6_2_3_a_point_that_is_not_on_the_curve_is_refused() {
        for (good, bad) in
            [("SV0\"", "SV4\""), ("pps\"", "ppt\""), ("pps\"", "ppo\""), ("\"gI0", "\"_____"), ("P-256", "P-384")]
        {
            assert!(agree_p256(&d(BOB), key(&ALICE.replace(good, bad))).is_none(), "{bad}");
        }
        let zero = Encoded(&[0; 32]);
        let infinity = format!(r#"{{"kty":"EC","crv":"P-256","x":"{zero}","y":"{zero}"}}"#);
        assert!(agree_p256(&d(BOB), key(&infinity)).is_none());
    }

    #[test]
    fn a_coordinate_that_is_shorter_longer_or_absent_is_refused() {
        for bad in ["{}", EPHEMERAL, r#"{"kty":"EC","crv":"P-256","x":7,"y":7}"#] {
            assert!(agree_p256(&d(BOB), key(bad)).is_none(), "{bad}");
        }
        for (good, bad) in [("gI0GAILB", "gI0G"), ("gI0GAILB", "AAAAgI0GAILB"), ("EC", "OKP"), ("\"x\"", "\"X\"")] {
            assert!(agree_p256(&d(BOB), key(&ALICE.replace(good, bad))).is_none(), "{bad}");
            assert!(agree_x25519(&d(BOB), key(&ALICE.replace(good, bad))).is_none(), "{bad}");
        }
        for (good, bad) in
            [("3p7bfXt9", "3p7b"), ("3p7b", "AAAA3p7b"), ("OKP", "EC"), ("X25519", "X448"), ("\"x\"", "\"y\"")]
        {
            assert!(agree_x25519(&d(BOB), key(&EPHEMERAL.replace(good, bad))).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_private_number_outside_of_the_order_is_refused() {
        for bad in [[0; 32], [0xFF; 32]] {
            assert!(agree_p256(&bad, key(ALICE)).is_none());
        }
    }

    #[test]
    fn rfc7748_6_1_a_point_of_small_order_is_refused() {
        let p = [&[0xED][..], &[0xFF; 30], &[0x7F]].concat();
        let p_minus_1 = [&[0xEC][..], &[0xFF; 30], &[0x7F]].concat();
        let p_plus_1 = [&[0xEE][..], &[0xFF; 30], &[0x7F]].concat();
        let one = [&[1][..], &[0; 31]].concat();
        for point in [&[0; 32][..], &one, &p, &p_minus_1, &p_plus_1] {
            let epk = format!(r#"{{"kty":"OKP","crv":"X25519","x":"{}"}}"#, Encoded(point));
            assert!(agree_x25519(&d(BOB), key(&epk)).is_none(), "{epk}");
        }
    }
}
