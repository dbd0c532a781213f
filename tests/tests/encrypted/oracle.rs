//! Whatever fails, it fails the same.

use bearward_core::Error;
use tests::{
    encrypter::{AgreementCurve, Encrypter, cbc_seal},
    signer::base64url,
};

use crate::open;

/// A token by a sender who has the key, with padding of its own choice.
fn padded(enc: &'static str, blocks: &[u8]) -> (Encrypter, String) {
    let sender = Encrypter::new("dir", enc, AgreementCurve::P256);
    let (bytes, hash) = match enc {
        "A128CBC-HS256" => (32, "256"),
        "A192CBC-HS384" => (48, "384"),
        _ => (64, "512"),
    };
    let header = base64url(format!(r#"{{"alg":"dir","enc":"{enc}"}}"#).as_bytes());
    let (ciphertext, tag) = cbc_seal(hash, &vec![7; bytes], header.as_bytes(), blocks);
    let token = format!("{header}..{}.{}.{}", base64url(&[3; 16]), base64url(&ciphertext), base64url(&tag));
    (sender, token)
}

#[test]
fn rfc7516_11_5_wrong_padding_under_a_good_tag_is_the_same_error_as_a_wrong_tag() {
    for enc in ["A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512"] {
        let (sender, good) = padded(enc, &[b"fifteen letters"[..].to_vec(), vec![1]].concat());
        assert_eq!(open(&good, &sender.keys()).as_deref(), Ok(&b"fifteen letters"[..]));
        for last in [[0, 0], [0, 17], [1, 2], [0xFF, 0xFF], [3, 3]] {
            let (sender, token) = padded(enc, &[&[b'x'; 30][..], &last].concat());
            assert_eq!(open(&token, &sender.keys()), Err(Error::DecryptionFailed), "{enc} {last:?}");
        }
        let (sender, none) = padded(enc, b"");
        assert_eq!(open(&none, &sender.keys()), Err(Error::DecryptionFailed));
        let wrong_tag = good.replace(&good[good.len() - 8..good.len() - 4], "AAAA");
        assert_eq!(open(&wrong_tag, &sender.keys()), Err(Error::DecryptionFailed));
    }
}

#[test]
fn rfc7516_11_5_a_wrong_encrypted_key_is_the_same_error_as_a_wrong_tag() {
    for alg in ["A128KW", "A256KW", "A128GCMKW", "A256GCMKW", "ECDH-ES+A128KW", "ECDH-ES+A256KW"] {
        let sender = Encrypter::new(alg, "A128CBC-HS256", AgreementCurve::P256);
        let token = sender.jwe("", b"x");
        let segments: Vec<_> = token.split('.').collect();
        for index in [1, 4] {
            let mut segments = segments.clone();
            let changed = format!("AAAA{}", &segments[index][4..]);
            segments[index] = &changed;
            assert_eq!(open(&segments.join("."), &sender.keys()), Err(Error::DecryptionFailed), "{alg}");
        }
    }
}
