//! The key derivation of ECDH-ES ([RFC 7518 §4.6.2](https://www.rfc-editor.org/rfc/rfc7518#section-4.6.2)): the Concat
//! KDF of NIST SP 800-56A §5.8.1 with SHA-256.

use sha2::{Digest as _, Sha256};
use zeroize::Zeroize as _;

use super::KeyParameters;
use crate::base64url::{self, Decoder};

/// Fills `key` from the agreed secret. `algorithm` is what the key is for: the content encryption, or the key wrap.
///
/// `None` if a party's information is not base64url, or longer than can be told.
pub(super) fn derive(agreed: &[u8], algorithm: &str, parameters: &KeyParameters<'_>, key: &mut [u8]) -> Option<()> {
    let key_bits = length(key.len())?.checked_mul(8)?;
    for (counter, round) in (1_u32..).zip(key.chunks_mut(32)) {
        let mut hash = Sha256::new().chain_update(counter.to_be_bytes()).chain_update(agreed);
        hash.update(length(algorithm.len())?.to_be_bytes());
        hash.update(algorithm);
        party(&mut hash, parameters.party_u)?;
        party(&mut hash, parameters.party_v)?;
        let mut output = hash.chain_update(key_bits.to_be_bytes()).finalize();
        round.iter_mut().zip(&output).for_each(|(to, from)| *to = *from);
        output.zeroize();
    }
    Some(())
}

/// Hashes what is known of a party: its length and its bytes, decoded one by one, since it may be as long as the header.
fn party(hash: &mut Sha256, encoded: Option<&str>) -> Option<()> {
    let encoded = encoded.unwrap_or_default().as_bytes();
    hash.update(length(base64url::decoded_len(encoded)?)?.to_be_bytes());
    let mut decoder = Decoder::new();
    for character in encoded {
        if let Some(byte) = decoder.push(*character).ok()? {
            hash.update([byte]);
        }
    }
    decoder.finish().ok()
}

fn length(bytes: usize) -> Option<u32> {
    u32::try_from(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url::Encoded;
    use std::string::ToString as _;

    /// RFC 7518 appendix C: Z.
    const AGREED: [u8; 32] = [
        158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110, 163, 218, 128, 106,
        72, 246, 218, 167, 121, 140, 254, 144, 196,
    ];

    fn parties<'a>(u: &'a str, v: &'a str) -> KeyParameters<'a> {
        KeyParameters { party_u: Some(u), party_v: Some(v), ..KeyParameters::default() }
    }

    #[test]
    fn rfc7518_appendix_c_the_derived_key() {
        let mut key = [0; 16];
        assert_eq!(derive(&AGREED, "A128GCM", &parties("QWxpY2U", "Qm9i"), &mut key), Some(()));
        assert_eq!(Encoded(&key).to_string(), "VqqN6vgjbSBcIijNcacQGg");
    }

    #[test]
    fn an_absent_party_is_an_empty_one_and_a_longer_key_takes_another_round() {
        let (mut short, mut long, mut absent) = ([0; 32], [0; 64], [0; 64]);
        derive(&AGREED, "A256CBC-HS512", &parties("", ""), &mut long).unwrap();
        derive(&AGREED, "A256CBC-HS512", &KeyParameters::default(), &mut absent).unwrap();
        assert_eq!(long, absent);
        derive(&AGREED, "A256CBC-HS512", &parties("", ""), &mut short).unwrap();
        assert_ne!(short, long[..32]);
        assert_ne!(long[..32], long[32..]);
    }

    #[test]
    fn a_party_that_is_not_canonical_base64url_is_refused() {
        for bad in ["A", "AB", "AA==", "A+A", "AAAAA"] {
            assert_eq!(derive(&AGREED, "A128GCM", &parties(bad, ""), &mut [0; 16]), None, "{bad}");
            assert_eq!(derive(&AGREED, "A128GCM", &parties("", bad), &mut [0; 16]), None, "{bad}");
        }
    }
}
